/* head: what of a request's head libmicrohttpd leaves to who uses it (RFC 9112). */
#ifndef EMUICC_TOOLS_LIB_SERVER_HEAD_H
#define EMUICC_TOOLS_LIB_SERVER_HEAD_H

#include <stdbool.h>

struct MHD_Connection;

/* The path in a request's target, which may stand there in absolute form, too (§3.2.2). */
const char *head_path(const char *target);
/* False where a field's name is none, with a blank before its colon for one (§5.1), where the
 * body's length is said in two ways or by a coding that is not known (§6.3), or where Host does not
 * stand there once (§3.2): a proxy in front might have understood it otherwise. */
bool head_is_right(struct MHD_Connection *connection, const char *version);

#endif

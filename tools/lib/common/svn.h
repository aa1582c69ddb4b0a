/* svn: the releases of SGP.22 that the sides of a session name. They match by their major number:
 * 3.0.1 works with 3.1.0 (SGP.22 v3 §3.0.1). */
#ifndef EMUICC_TOOLS_LIB_COMMON_SVN_H
#define EMUICC_TOOLS_LIB_COMMON_SVN_H

#include "apdu/bytes.h"

#define SVN_SIZE 3       /* bytes of a VersionType */
#define SVN_TEXT_SIZE 12 /* "255.255.255" */

struct svn {
    uint8_t number[SVN_SIZE]; /* major, minor, revision */
};

#define SVN_SESSION_CONTEXT 3 /* the major number from which on servers tell theirs */

static inline unsigned svn_major(const struct svn *svn)
{
    return svn->number[0];
}

static inline struct bytes svn_bytes(const struct svn *svn)
{
    return bytes_of(svn->number, SVN_SIZE);
}

/* "3", "2.5" or "2.2.2": what is left out is 0. False, and nothing written, on anything else. */
bool svn_from_text(const char *text, struct svn *out);
/* A VersionType; false unless there are three bytes. */
bool svn_from_bytes(struct bytes bytes, struct svn *out);
/* "2.5.0"; returns text. */
const char *svn_text(const struct svn *svn, char text[SVN_TEXT_SIZE]);

#endif

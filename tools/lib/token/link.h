/* link: the way to a token: module, slot, session. Inside tools/lib/token/ only. */
#ifndef EMUICC_TOOLS_LIB_TOKEN_LINK_H
#define EMUICC_TOOLS_LIB_TOKEN_LINK_H

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "crypto/primitives/secret.h"

#define LINK_LABEL_SIZE 33 /* of a token, end included */

struct link {
    P11KitUri *uri;
    struct secret pin;
    char label[LINK_LABEL_SIZE]; /* of the token; "?" where the URI names none */
    CK_FUNCTION_LIST *module;    /* NULL: none loaded */
    CK_SESSION_HANDLE session;
    bool open; /* there is a session */
};

/* Reads the URI with its PIN and loads the module. 0 or a failure; link_close() after both. */
int link_start(struct link *link, const char *uri);
/* The slot with the URI's token: 0, 1 if there is none, or a failure. */
int link_find(struct link *link, CK_SLOT_ID *slot);
/* A slot whose token was never initialised, likewise. */
int link_find_blank(struct link *link, CK_SLOT_ID *slot);
/* Opens a session with that slot and logs its user in. */
int link_login(struct link *link, CK_SLOT_ID slot, bool writing);
void link_close(struct link *link);

/* Says what failed, with the token's answer in words; always a failure. */
int link_complain(const struct link *link, const char *what, CK_RV code);

/* Objects like this: 0 with *found of them, `max` looked for, or a failure. */
int link_search(struct link *link, CK_ATTRIBUTE *like, CK_ULONG count, CK_OBJECT_HANDLE *out,
                CK_ULONG max, CK_ULONG *found);

#endif

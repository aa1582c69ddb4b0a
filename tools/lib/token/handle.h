/* handle: a key in a token that is logged in to. Inside tools/lib/token/ only. */
#ifndef EMUICC_TOOLS_LIB_TOKEN_HANDLE_H
#define EMUICC_TOOLS_LIB_TOKEN_HANDLE_H

#include <pthread.h>

#include "tools/lib/token/link.h"

struct token {
    struct link link;
    CK_OBJECT_HANDLE key;
    pthread_mutex_t lock; /* a session does one thing at a time */
};

#endif

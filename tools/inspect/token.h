/* token: what the page's address has to bear, so that only who started the inspector, and whom they
 * give the address, can use it. */
#ifndef EMUICC_TOOLS_INSPECT_TOKEN_H
#define EMUICC_TOOLS_INSPECT_TOKEN_H

#include <stdbool.h>

#define TOKEN_SIZE 33 /* 32 hexadecimal digits and an end */
#define TOKEN_COOKIE_SIZE 32

struct token {
    char text[TOKEN_SIZE];
    char cookie[TOKEN_COOKIE_SIZE]; /* the cookie's name, another for each port */
};

/* where: "127.0.0.1:8765". given: a token, or NULL: one of chance. False if there is no chance. */
bool token_make(struct token *token, const char *given, const char *where);
/* In constant time. NULL is none. */
bool token_matches(const struct token *token, const char *said);

#endif

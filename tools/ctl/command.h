/* command: what emuicc-ctl can be told, one row each. */
#ifndef EMUICC_TOOLS_CTL_COMMAND_H
#define EMUICC_TOOLS_CTL_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

#include "apdu/bytes.h"

struct ctl_options {
    const char *state;
    const char *pki;     /* NULL: the state's own */
    const char *timeout; /* seconds, of wait; NULL: 30 */
    const char *root;    /* whose /etc, /run and /proc doctor looks at; NULL: this system's */
    bool json;
};

/* A command is a request to the running card; look answers it when none runs, NULL if only a card
 * can. One that is no request does its work by itself, or is for a chip that does not run. */
struct command {
    const char *name;    /* one word, or two */
    const char *request; /* the card's word for it; NULL: none */
    const char *about;   /* what follows; NULL: nothing */
    const char *usual;   /* what is meant when that is left out; NULL: it must not be */
    bool (*look)(const char *state, const char *about, struct writer *out);
    /* Without a card's request: writes the answer. False after a trace line, or when the answer
     * itself says what is wrong. */
    bool (*work)(const struct ctl_options *options, struct writer *out);
    void (*print)(const json_t *answer);
    const char *help;
};

extern const struct command commands[];
extern const size_t command_count;

#endif

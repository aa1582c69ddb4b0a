/* options: what the program `emuicc` is asked for on its command line. */
#ifndef EMUICC_CARD_OPTIONS_H
#define EMUICC_CARD_OPTIONS_H

#include "apdu/options.h"

struct options {
    const char *vpcd;
    const char *state;
    const char *pki;         /* NULL: a test PKI of its own */
    const char *eid;         /* NULL: the personality's, or the certificate's */
    const char *personality; /* NULL: as the state remembers it, or the default chip */
    struct options_list install;
};

extern const struct options_program options_program_emuicc;

/* Where the chip's memory is when --state does not say: under $XDG_STATE_HOME. Written to path;
 * false if no home is known or the path does not fit. */
bool options_default_state(char *path, size_t size);

#endif

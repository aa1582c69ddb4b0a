/* options: what the program `emuicc` is asked for on its command line. */
#ifndef EMUICC_CARD_PROGRAM_OPTIONS_H
#define EMUICC_CARD_PROGRAM_OPTIONS_H

#include "apdu/options.h"

struct options {
    const char *vpcd;
    const char *state;
    const char *pki;         /* NULL: a test PKI of its own */
    const char *eid;         /* NULL: the personality's, or the certificate's */
    const char *faults;      /* NULL: none from the start */
    const char *personality; /* NULL: as the state remembers it, or the default chip */
    const char *seed;        /* NULL: the system's chance */
    const char *trace, *pcap, *gsmtap, *record; /* see outputs.h */
    const char *replay;                         /* NULL: plugged into the reader */
    const char *pcsc; /* a socket where PC/SC clients look for pcscd; NULL: none */
    bool stdio;       /* the client is on standard input and output, there is no reader */
    struct options_list install;
    const char *eim; /* NULL: none */
    bool print_capabilities;
};

extern const struct options_program options_program_emuicc;

#endif

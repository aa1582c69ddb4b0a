/* options: what emuicc-ota is asked to do. */
#ifndef EMUICC_TOOLS_OTA_OPTIONS_H
#define EMUICC_TOOLS_OTA_OPTIONS_H

#include "apdu/options.h"

struct ota_options {
    const char *keys, *tar, *spi, *commands; /* commands: --do */
    const char *reader, *direct, *modem, *from;
    const char *chain, *privileges;
    const char *offset, *length, *record;
    const char *connect, *psk_identity, *psk_key, *host, *uri, *agent, *retry,
        *report; /* scp81 trigger */
    const char *psk, *listen, *bip;
    bool once;
    bool expanded, submit, print, json, verbose;
};

extern const struct options_program ota_program;

#endif

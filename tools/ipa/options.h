/* options: of emuicc-ipa. */
#ifndef EMUICC_TOOLS_IPA_OPTIONS_H
#define EMUICC_TOOLS_IPA_OPTIONS_H

#include <stdint.h>

#include "apdu/options.h"

struct ipa_options {
    const char *reader, *serial, *direct, *isd_r, *block;
    const char *ca, *server_ca, *eim, *imei, *state;
    struct options_list connect_to, lacks;
    const char *every, *connectivity, *fallback_after, *release, *listen, *out, *timeout;
    bool json_binding, coap, plain, insecure, minimize, json, verbose, no_reset;
};

extern const struct options_program ipa_program;

/* A number of seconds, 1 to those of a week; fallback where text is NULL; false if it is none. */
bool ipa_options_seconds(const char *text, unsigned fallback, unsigned *out);
/* Bytes of a block, 1 to those that a short command takes; false if it is no such number. */
bool ipa_options_block(const char *text, size_t *out);
/* The engine's bit of this name; 0 for none. */
uint32_t ipa_options_capability(const char *name);

#endif

/* options: of emuicc-eim. */
#ifndef EMUICC_TOOLS_EIM_OPTIONS_H
#define EMUICC_TOOLS_EIM_OPTIONS_H

#include "apdu/options.h"

#define OPTIONS_DEFAULT_LISTEN "127.0.0.1:8445"
#define OPTIONS_DEFAULT_REST "127.0.0.1:8080"

struct eim_options {
    const char *pki, *store, *id, *fqdn;
    const char *listen, *coap_listen, *rest_listen;
    const char *ca;
    struct options_list connect_to;
    const char *release, *curve;
    const char *out, *code, *counter;
    bool unverified, plain, json_binding, silent, rollback, json, nested, key_only;
};

extern const struct options_program eim_program;

#endif

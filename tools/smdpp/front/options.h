/* options: the command line of emuicc-smdpp. */
#ifndef EMUICC_TOOLS_SMDPP_FRONT_OPTIONS_H
#define EMUICC_TOOLS_SMDPP_FRONT_OPTIONS_H

#include "apdu/options.h"

#define OPTIONS_DEFAULT_LISTEN "127.0.0.1:8443"

struct smdpp_options {
    const char *pki, *profiles, *listen, *address, *orders;
    const char *es2_listen, *operators, *operator_url, *order_lifetime, *order_tries;
    const char *valid_for, *tries;
    const char *smds, *smds_url, *smds_trust;
    const char *export, *import, *token;
    const char *variant;
    struct options_list crls;
    const char *svn, *lowest_svn, *answer_svn;
    bool any_chip, json;
};

extern const struct options_program smdpp_program;

#endif

/* options: the command line of emuicc-smds. */
#ifndef EMUICC_TOOLS_SMDS_OPTIONS_H
#define EMUICC_TOOLS_SMDS_OPTIONS_H

#include "apdu/options.h"

#define OPTIONS_DEFAULT_LISTEN "127.0.0.1:8444"

struct smds_options {
    const char *pki, *listen, *address, *events;
    const char *es12_listen, *trust, *root, *root_url;
    const char *svn, *lowest_svn;
    struct options_list push_services;
};

extern const struct options_program smds_program;

#endif

/* ipa: the program's half of the engine: a card in a reader, an eIM over HTTPS, downloads. */
#ifndef EMUICC_TOOLS_IPA_IPA_H
#define EMUICC_TOOLS_IPA_IPA_H

#include "tools/ipa/engine.h"
#include "tools/lib/iot/esipa_client.h"
#include "tools/ipa/options.h"
#include "tools/lib/download/progress.h"
#include "tools/lib/es10/es10.h"

struct ipa {
    const struct ipa_options *options;
    struct fault fault;
    struct progress progress;
    struct transport *transport; /* NULL: no card */
    struct chip chip;
    struct es10 es10;
    struct esipa_client *client;
    struct engine_host host;
    struct engine engine;
    char state[4096]; /* path of what is remembered between two runs, or "" */
    bool recalled;    /* the file of --state is ours, or was not there */
};

#endif

/* farm_options: what the program `emuicc-farm` is asked for on its command line. */
#ifndef EMUICC_CARD_FARM_FARM_OPTIONS_H
#define EMUICC_CARD_FARM_FARM_OPTIONS_H

#include "apdu/options.h"
#include "card/farm/farm.h"

struct farm_options {
    const char *cards, *vpcd, *listen, *state, *pki, *eid, *personality, *loops, *pcsc;
    struct options_list install;
    const char *eim; /* NULL: none */
};

extern const struct options_program farm_options_program;

/* False after a trace line: a number is none. The plan borrows from the options. */
bool farm_options_plan(const struct farm_options *options, struct farm_plan *plan);

#endif

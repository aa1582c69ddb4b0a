#include "card/farm/farm_options.h"

#include <stdlib.h>
#include <unistd.h>

#include "apdu/address.h"
#include "apdu/trace.h"

#define OPTION(name) offsetof(struct farm_options, name)
#define NUMBER_BASE 10

/* clang-format off */
static const struct options_row rows[] = {
    {"cards", "N", "how many chips; a later start may name more, which are made, or fewer: the others "
     "stay as they are", OPTIONS_TEXT, OPTION(cards)},
    {"state", "DIR", "the farm's memory, made on first start: each chip has a folder chips/EID in it",
     OPTIONS_TEXT, OPTION(state)},
    {"listen", "HOST:PORT", "where clients ask for a chip by its EID, an address of this machine, default "
     LISTENER_DEFAULT "; whoever can connect to it can use every chip", OPTIONS_TEXT, OPTION(listen), .check = address_check},
    {"vpcd", "HOST:PORT,...", "readers to plug the first chips into, one each; see emuicc --help",
     OPTIONS_TEXT, OPTION(vpcd), .check = reader_check},
    {"pcsc", "SOCKET,...", "local sockets on which PC/SC programs find chips with no pcscd, the next 16 on each, for "
     "programs that are started with PCSCLITE_CSOCK_NAME=SOCKET", OPTIONS_TEXT, OPTION(pcsc)},
    {"pki", "DIR", "credentials in the layout of GSMA SGP.26 with the EUM's key, under which each chip "
     "gets a certificate; default: a test PKI of the farm's own in DIR/pki of the state", OPTIONS_TEXT, OPTION(pki)},
    {"eid", "DIGITS", "the first EID; the others follow it, default the first of the EUM's range", OPTIONS_TEXT, OPTION(eid), .check = startup_check_eid},
    {"personality", "FILE|NAME", "which chips they are, as for emuicc", OPTIONS_TEXT, OPTION(personality), NULL, "emuicc"},
    {"install", "PROFILE", "a profile that each chip leaves the factory with, as for emuicc; repeatable",
     OPTIONS_LIST, OPTION(install), NULL, "emuicc", startup_check_profile},
    {"eim", "FILE", "the eIM that each IoT eUICC leaves the factory with, as for emuicc", OPTIONS_TEXT, OPTION(eim)},
    {"loops", "N", "event loops, a thread each, that serve the chips, default one a processor", OPTIONS_TEXT, OPTION(loops)},
};
/* clang-format on */

const struct options_program farm_options_program = {
    .name = "emuicc-farm",
    .synopsis = "--cards N --state DIR",
    .summary = "many software eUICCs in one process, in readers or on a socket",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = "examples:\n"
              "  emuicc-farm --cards 1000 --state farm\n"
              "  emuicc-lpa --direct farm/chips/EID info      HOST:PORT/EID from elsewhere\n"
              "  emuicc-ctl --state farm/chips/EID status     of one chip, while it runs\n",
};

static bool read_number(const char *name, const char *text, size_t max, size_t *out)
{
    char *end;
    const unsigned long number = strtoul(text, &end, NUMBER_BASE);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && number > 0 && number <= max) {
        *out = number;
        return true;
    }
    trace_error("--%s %s: a number from 1 to %zu is needed", name, text, max);
    return false;
}

bool farm_options_plan(const struct farm_options *options, struct farm_plan *plan)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *plan = (struct farm_plan){
        .loops = processors > 0 && processors < FARM_LOOPS_MAX ? (size_t)processors : 1,
        .state = options->state,
        .first_eid = options->eid,
        .readers = options->vpcd,
        .pcsc = options->pcsc,
        .listen = options->listen != NULL ? options->listen : LISTENER_DEFAULT,
        .chip = {.pki = options->pki,
                 .personality = options->personality,
                 .install = options->install.items,
                 .install_count = options->install.count,
                 .eim = options->eim}};
    if (options->cards == NULL || options->state == NULL) {
        trace_error("--cards N and --state DIR are needed; try 'emuicc-farm --help'");
        return false;
    }
    return read_number("cards", options->cards, FARM_CARDS_MAX, &plan->cards) &&
           (options->loops == NULL ||
            read_number("loops", options->loops, FARM_LOOPS_MAX, &plan->loops));
}

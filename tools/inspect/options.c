#include "tools/inspect/options.h"

#define AT(member) offsetof(struct inspect_options, member)

/* clang-format off */
static const struct options_row rows[] = {
    {"state", "DIR", "the chip's memory, default emuicc under $XDG_STATE_HOME", OPTIONS_TEXT, AT(state), "EMUICC_STATE"},
    {"farm", "DIR", "a running farm's --state: all its chips, and each of them", OPTIONS_TEXT, AT(farm)},
    {"replay", "FILE", "no chip: a transcript or a pcap file, as emuicc writes them", OPTIONS_TEXT, AT(replay)},
    {"listen", "HOST:PORT", "where the page is; port 0 takes a free one; default " OPTIONS_DEFAULT_LISTEN, OPTIONS_TEXT, AT(listen)},
    {"token", "TEXT", "what the page's address has to bear, 16 to 32 letters and digits; default: of chance; for tests, as others can see the command line", OPTIONS_TEXT, AT(token)},
};
/* clang-format on */

const struct options_program inspect_program = {
    .name = "emuicc-inspect",
    .synopsis = "",
    .summary = "shows a software eUICC in the browser, as it works",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = "The address that it prints opens the page; whoever has it can use the chip.\n"
              "\nexamples:\n"
              "  emuicc-inspect\n"
              "  emuicc-inspect --farm farm\n"
              "  emuicc-inspect --replay download.transcript\n",
};

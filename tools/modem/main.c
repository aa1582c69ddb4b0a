/* emuicc-modem: a modem in software in front of a card in a PC/SC reader. */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/options.h"
#include "apdu/trace.h"
#include "tools/lib/transport/pcsc.h"
#include "tools/modem/port.h"

struct modem_options {
    const char *pty, *reader, *bip;
    bool verbose, long_handles;
};

#define AT(field) offsetof(struct modem_options, field)

/* clang-format off */
static const struct options_row rows[] = {
    {"pty", "LINK", "where the modem is to be found: a symbolic link to its terminal, made at the start and gone at the end",
        OPTIONS_TEXT, AT(pty)},
    {"reader", "NAME", "the reader whose card it uses, or a part of its name; default: the only one that holds a card",
        OPTIONS_TEXT, AT(reader), "EMUICC_READER"},
    {"bip", "WHERE", "where the card may connect to by BIP: none, local (this machine), any, or a HOST:PORT to which all its connections go; default: local",
        OPTIONS_TEXT, AT(bip)},
    {"long-handles", NULL, "+CCHO answers with a handle of sixteen hexadecimal digits that is no channel's number, as some modems do",
        OPTIONS_FLAG, AT(long_handles)},
    {"verbose", NULL, "show the commands on standard error, without what stands in them",
        OPTIONS_FLAG, AT(verbose)},
};

static const struct options_program program = {
    .name = "emuicc-modem",
    .synopsis = "",
    .summary = "a modem in software: AT commands for a card in a PC/SC reader",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer =
        "It knows AT+CCHO, CGLA, CCHC, CSIM, CRSM (3GPP TS 27.007) and what is asked\n"
        "beside them; AT+CLAC lists all. The card is taken when it is first needed and\n"
        "let go, reset, when the last program closes the terminal.\n"
        "\n"
        "examples:\n"
        "  emuicc-modem --pty /tmp/modem &\n"
        "  emuicc-lpa --serial /tmp/modem info\n"
        "  LPAC_APDU=at LPAC_APDU_AT_DEVICE=/tmp/modem lpac chip info\n",
};
/* clang-format on */

static void say(void *context, enum trace_level level, const char *text)
{
    const struct modem_options *options = context;
    if (level <= TRACE_NOTICE || options->verbose)
        fprintf(stderr, "%s: %s\n", program.name, text);
}

static int run(const struct modem_options *options, const struct bearer *bearer)
{
    struct port port;
    bool good = port_open(&port, options->pty);
    struct modem *modem = malloc(sizeof(*modem));
    if (modem == NULL)
        trace_error("no memory for a modem");
    if (good && modem != NULL) {
        modem_init(modem, pcsc_create, options->reader);
        modem->sim.toolkit.bearer = *bearer;
        modem->long_handles = options->long_handles;
        trace_notice("ready at %s (%s)", port.link, port.slave);
        good = port_serve(&port, modem);
        modem_finish(modem);
    }
    port_close(&port);
    const bool ended = good && modem != NULL;
    free(modem);
    return ended ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct modem_options options = {0};
    struct bearer bearer = {0};
    int first;
    trace_to(say, &options);
    const enum options_result next = options_parse(&program, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (options.pty == NULL)
        return options_refuse(&program, "--pty says where the modem is to be found");
    if (first < argc)
        return options_refuse(&program, "%s is not an option", argv[first]);
    if (!bearer_read(options.bip != NULL ? options.bip : "local", &bearer))
        return options_refuse(&program, "--bip %s: none, local, any or HOST:PORT", options.bip);
    return run(&options, &bearer);
}

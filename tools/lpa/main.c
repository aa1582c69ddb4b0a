/* emuicc-lpa: a local profile assistant. */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/trace.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/place.h"

/* With --verbose all goes to standard error, details included. */
static void print_line(void *context, enum trace_level level, const char *text)
{
    (void)level;
    struct progress *progress = context;
    progress_end(progress);
    fprintf(stderr, "%s\n", text);
}

int main(int argc, char **argv)
{
    struct lpa lpa = {0};
    char footer[LPA_FOOTER_SIZE];
    struct options_program program = lpa_program;
    int first;
    lpa_footer(footer, sizeof(footer));
    program.footer = footer;
    const enum options_result next = options_parse(&program, argc, argv, &lpa.options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (first >= argc)
        return options_refuse_command(&program, NULL, NULL, 0);
    /* The environment's reader is a default, which another place takes back. */
    if ((lpa.options.serial != NULL || lpa.options.direct != NULL) &&
        lpa.options.reader == getenv("EMUICC_READER"))
        lpa.options.reader = NULL;
    if ((lpa.options.serial != NULL) + (lpa.options.reader != NULL) + (lpa.options.direct != NULL) >
        1)
        return options_refuse(&program,
                              "--reader, --serial and --direct are several places for one card");
    trace_program(program.name,
                  false); /* what goes wrong from here on is told in lpa's own document */
    interrupt_start();
    progress_start(&lpa.progress);
    if (lpa.options.verbose)
        trace_to(print_line, &lpa.progress);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct transport *transport = place_create(&lpa.options);
    const int status = transport != NULL ? lpa_run(&lpa, transport, argc - first, argv + first)
                                         : OPTIONS_STATUS_NO;
    curl_global_cleanup();
    return status;
}

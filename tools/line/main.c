/* emuicc-line: the production line. */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/trace.h"
#include "tools/line/options.h"

/* With --verbose, details too. Lines stand alone also when threads write at the same time: one call
 * each. */
static void to_standard_error(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    fprintf(stderr, "emuicc-line: %s\n", text);
}

int main(int argc, char **argv)
{
    struct line_options options = {0};
    char footer[LINE_FOOTER_SIZE];
    struct options_program program = line_program;
    int first;
    line_footer(footer, sizeof(footer));
    program.footer = footer;
    const enum options_result next = options_parse(&program, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (options.verbose)
        trace_to(to_standard_error, NULL);
    const struct line_command *command = line_command_find(argc - first, argv + first, &options);
    if (command == NULL)
        return OPTIONS_STATUS_USAGE;
    return command->run(&options) == 0 ? EXIT_SUCCESS : OPTIONS_STATUS_NO;
}

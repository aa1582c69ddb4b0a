/* emuicc-profile: profile packages made, read and judged. */
#include "apdu/options.h"
#include "tools/profile/command.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct command_options, field)

/* clang-format off */
static const struct options_row rows[] = {
    {"json", NULL, "check, findings, show and diff print JSON, errors too", OPTIONS_FLAG, AT(json)},
    {"strict", NULL, "check exits with 3 if the package is accepted and has errors or warnings", OPTIONS_FLAG, AT(strict)},
};

static const struct {
    int words; /* that follow it */
    command_run *run;
} commands[] = {
    {1, command_check}, {0, command_findings}, {1, command_show}, {2, command_build}, {1, command_dump}, {2, command_diff}};
static const char *const names[] = {"check", "findings", "show", "build", "dump", "diff"};
/* clang-format on */

static const struct options_program program = {
    .name = "emuicc-profile",
    .synopsis = "check FILE | findings | show FILE | build TEXT OUT | dump FILE | diff A B",
    .summary = "makes, reads and judges unprotected eSIM profile packages",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = "check     what the card would answer to the package, exit 1 if it refuses it;\n"
              "          and what terminals, networks and servers would stumble over, a named\n"
              "          finding a line\n"
              "findings  the list of what check looks for, with sections\n"
              "show      its elements, and the files that it makes\n"
              "build     a package (DER) from a text\n"
              "dump      the text of a package; build makes the same bytes of it\n"
              "diff      the values in which two packages differ; exit 1 if there are any\n"
              "\n"
              "examples:\n"
              "  emuicc-profile dump profile.der > profile.txt\n"
              "  emuicc-profile build profile.txt profile.der\n"
              "  emuicc-profile check profile.der\n",
    .commands = {names, sizeof(names[0]), sizeof(names) / sizeof(names[0]), false},
};

int main(int argc, char **argv)
{
    struct command_options options = {0};
    int first;
    const enum options_result next = options_parse(&program, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    for (size_t i = 0; first < argc && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[first], names[i]) == 0 && argc - first - 1 == commands[i].words)
            return commands[i].run(&options, argv + first + 1);
    return options_refuse_command(&program, argv[first], names, sizeof(names) / sizeof(names[0]));
}

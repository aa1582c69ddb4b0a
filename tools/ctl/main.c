/* emuicc-ctl: what a software eUICC holds that no reader shows. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/options.h"
#include "apdu/trace.h"
#include "fs/text/inventory.h"
#include "tools/lib/control/ask.h"
#include "tools/ctl/command.h"
#include "tools/ctl/print.h"
#include "tools/ctl/wait.h"

#define AT(field) offsetof(struct ctl_options, field)
#define LINE_SIZE 256
#define FOOTER_SIZE 4096
#define COMMANDS_MAX 48

/* clang-format off */
static const struct options_row rows[] = {
    {"state", "DIR", "the chip's memory, default emuicc under $XDG_STATE_HOME", OPTIONS_TEXT, AT(state), "EMUICC_STATE"},
    {"pki", "DIR", "whose certificates doctor looks at, default those in the state", OPTIONS_TEXT, AT(pki)},
    {"timeout", "SECONDS", "how long wait waits, default 30", OPTIONS_TEXT, AT(timeout), .check = wait_check_timeout},
    {"root", "DIR", "whose /etc, /run and /proc doctor looks at, default this system's", OPTIONS_TEXT, AT(root)},
    {"json", NULL, "print one JSON document, for errors too", OPTIONS_FLAG, AT(json)},
};
/* clang-format on */

static char footer[FOOTER_SIZE];

static const struct options_program program = {
    .name = "emuicc-ctl",
    .synopsis = "COMMAND",
    .summary = "shows and changes what a software eUICC is, while it runs or not",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = footer,
};

static const char examples[] =
    "\nexamples:\n"
    "  emuicc-ctl list\n"
    "  emuicc-ctl --state chips/one --json show 8988211000000000011\n"
    "  emuicc-ctl --state farm chips\n"
    "  emuicc-ctl fault add function EnableProfile = result 5, 3 times\n";

static void make_footer(void)
{
    char left[64];
    size_t len = (size_t)snprintf(footer, sizeof(footer), "commands:\n");
    for (size_t i = 0; i < command_count; i++) {
        const char *about = commands[i].about;
        const bool optional = commands[i].usual != NULL;
        snprintf(left, sizeof(left), "%s%s%s%s%s", commands[i].name, about != NULL ? " " : "",
                 optional ? "[" : "", about != NULL ? about : "", optional ? "]" : "");
        len = options_put_row(footer, sizeof(footer), len, left, commands[i].help);
    }
    if (len < sizeof(footer))
        snprintf(footer + len, sizeof(footer) - len, "%s", examples);
}

static bool ask(const struct command *command, const char *state, const char *about,
                struct writer *out)
{
    char line[LINE_SIZE];
    if (command->request == NULL)
        return command->look(state, about, out);
    if (snprintf(line, sizeof(line), "%s%s%s", command->request, command->about != NULL ? " " : "",
                 about) >= (int)sizeof(line)) {
        trace_error("%s is too long", about);
        return false;
    }
    switch (ask_card(state, line, out)) {
    case ASK_ANSWERED:
        return true;
    case ASK_FAILED:
        return false;
    case ASK_NOBODY:
        break;
    }
    if (command->look != NULL)
        return command->look(state, about, out);
    trace_error("--state %s: no card runs on it; 'emuicc --state' with this folder starts one",
                state);
    return false;
}

static bool print(const struct command *command, bool as_json, struct bytes text)
{
    json_t *answer = json_loadb((const char *)text.data, text.len, 0, NULL);
    const char *error = json_string_value(json_object_get(answer, "error"));
    if (answer == NULL)
        trace_error("the card's answer cannot be read");
    else if (error != NULL)
        trace_error("%s", error);
    else if (as_json)
        print_json(answer);
    else
        command->print(answer);
    const bool good = answer != NULL && error == NULL;
    json_decref(answer);
    return good;
}

static int run(const struct command *command, const struct ctl_options *options, const char *about)
{
    uint8_t *room = malloc(INVENTORY_MAX + 1); /* and a line's end */
    if (room == NULL) {
        trace_error("no memory for an answer");
        return EXIT_FAILURE;
    }
    struct writer answer = writer_on(room, INVENTORY_MAX + 1);
    bool good = command->work != NULL ? command->work(options, &answer)
                                      : ask(command, options->state, about, &answer);
    if (answer.len > 0)
        good &= print(command, options->json, writer_bytes(&answer));
    free(room);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* How many of the words are the command's name; 0: it is another command's. */
static int count_name(const struct command *command, char **words, int count)
{
    const size_t first = strcspn(command->name, " ");
    if (count == 0 || strncmp(words[0], command->name, first) != 0 || words[0][first] != '\0')
        return 0;
    if (command->name[first] == '\0')
        return 1;
    return count > 1 && strcmp(words[1], command->name + first + 1) == 0 ? 2 : 0;
}

/* What follows the name, as one text; false if it is too long. */
static bool join(char **words, int count, char text[LINE_SIZE])
{
    size_t len = 0;
    text[0] = '\0';
    for (int i = 0; i < count && len < LINE_SIZE; i++)
        len += (size_t)snprintf(text + len, LINE_SIZE - len, "%s%s", i > 0 ? " " : "", words[i]);
    return len < LINE_SIZE;
}

/* "fault" alone, and "fault remove" without a number, are names of commands that lack something. */
static int refuse(char **words, int count)
{
    const char *names[COMMANDS_MAX];
    char given[LINE_SIZE];
    for (size_t i = 0; i < command_count && i < COMMANDS_MAX; i++) {
        names[i] = commands[i].name;
        const int name = count_name(&commands[i], words, count);
        if (name > 0 && commands[i].about != NULL)
            return options_refuse(&program, "%s needs %s", names[i], commands[i].about);
        if (name > 0)
            return options_refuse(&program, "'%s' is too much after %s", words[name], names[i]);
    }
    if (count == 0 || !join(words, count < 2 || strcmp(words[0], "fault") != 0 ? 1 : 2, given))
        return options_refuse_command(&program, NULL, NULL, 0);
    return options_refuse_command(&program, given, names, command_count);
}

/* So many words may follow the command's name. */
static bool fits(const struct command *command, int count)
{
    return count > 0 ? command->about != NULL : command->about == NULL || command->usual != NULL;
}

static int obey(const struct ctl_options *options, char **words, int count)
{
    char about[LINE_SIZE];
    for (size_t i = 0; i < command_count; i++) {
        const int name = count_name(&commands[i], words, count);
        if (name == 0 || !fits(&commands[i], count - name))
            continue;
        if (count == name && commands[i].usual != NULL)
            return run(&commands[i], options, commands[i].usual);
        if (join(words + name, count - name, about))
            return run(&commands[i], options, about);
        trace_error("what follows %s is too long", commands[i].name);
        return EXIT_FAILURE;
    }
    return refuse(words, count);
}

int main(int argc, char **argv)
{
    char state[PATH_MAX];
    struct ctl_options options = {0};
    int first;
    struct options_program whole = program;
    whole.commands =
        (struct options_commands){&commands[0].name, sizeof(commands[0]), command_count, false};
    make_footer();
    const enum options_result next = options_parse(&whole, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (options.state == NULL && !options_state_folder(state, sizeof(state))) {
        trace_error("no home folder is known; say --state DIR");
        return EXIT_FAILURE;
    }
    if (options.state == NULL)
        options.state = state;
    return obey(&options, argv + first, argc - first);
}

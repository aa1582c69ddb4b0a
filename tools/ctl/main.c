/* emuicc-ctl: what a software eUICC holds that no reader shows. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/options.h"
#include "apdu/trace.h"
#include "fs/inventory.h"
#include "tools/ctl/ask.h"
#include "tools/ctl/look.h"
#include "tools/ctl/print.h"

struct ctl_options {
    const char *state;
    bool json;
};

#define AT(field) offsetof(struct ctl_options, field)
#define LINE_SIZE 256

/* clang-format off */
static const struct options_row rows[] = {
    {"state", "DIR", "the chip's memory, default emuicc under $XDG_STATE_HOME", OPTIONS_TEXT, AT(state)},
    {"json", NULL, "print one JSON document", OPTIONS_FLAG, AT(json)},
};

/* A command is a request to the running card; `look` answers it when none runs, NULL if only a card
 * can. */
static const struct command {
    const char *name;
    int words; /* that follow it */
    bool (*look)(const char *state, const char *word, struct writer *out);
    void (*print)(const json_t *answer);
} commands[] = {
    {"list", 0, look_list, print_list},
    {"show", 1, look_show, print_show},
};
/* clang-format on */

static const struct options_program program = {
    .name = "emuicc-ctl",
    .synopsis = "list | show ICCID",
    .summary = "shows what a software eUICC holds, while it runs or not",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer =
        "list  the profiles, with the applications, security domains and other elements that\n"
        "      are stored in them and not run\n"
        "show  one profile, with those elements in full; no keys and no codes\n"
        "\n"
        "examples:\n"
        "  emuicc-ctl list\n"
        "  emuicc-ctl --state chips/one --json show 8988211000000000011\n",
};

static bool get_answer(const struct command *command, const char *state, const char *word,
                       struct writer *out)
{
    char line[LINE_SIZE];
    if (snprintf(line, sizeof(line), "%s%s%s", command->name, word != NULL ? " " : "",
                 word != NULL ? word : "") >= (int)sizeof(line)) {
        trace_error("%s is too long", word);
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
        return command->look(state, word, out);
    trace_error("--state %s: no card runs on it", state);
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

static int run(const struct command *command, const struct ctl_options *options, const char *word)
{
    uint8_t *room = malloc(INVENTORY_MAX + 1); /* and a line's end */
    if (room == NULL) {
        trace_error("no memory for an answer");
        return EXIT_FAILURE;
    }
    struct writer answer = writer_on(room, INVENTORY_MAX + 1);
    const bool good = get_answer(command, options->state, word, &answer) &&
                      print(command, options->json, writer_bytes(&answer));
    free(room);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void say(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level <= TRACE_NOTICE)
        fprintf(stderr, "%s: %s\n", program.name, text);
}

int main(int argc, char **argv)
{
    char state[PATH_MAX];
    struct ctl_options options = {0};
    int first;
    trace_to(say, NULL);
    const enum options_result next = options_parse(&program, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return next == OPTIONS_EXIT ? EXIT_SUCCESS : EXIT_FAILURE;
    if (options.state == NULL && !options_state_folder(state, sizeof(state))) {
        trace_error("no home folder is known; say --state DIR");
        return EXIT_FAILURE;
    }
    if (options.state == NULL)
        options.state = state;
    for (size_t i = 0; first < argc && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[first], commands[i].name) == 0 && argc - first - 1 == commands[i].words)
            return run(&commands[i], &options, argv[first + 1]);
    trace_error("a command is wanted: %s (see --help)", program.synopsis);
    return EXIT_FAILURE;
}

#include "apdu/options.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 48
#define HELP_COLUMN 26
#define HELP_WIDTH 78
#define VALUE_HELP 1000 /* getopt values of the two options that every program has */
#define VALUE_VERSION 1001

/* Words of a help text, wrapped behind a left margin. */
static void print_wrapped(const char *text)
{
    int column = HELP_COLUMN;
    while (*text != '\0') {
        const int word = (int)strcspn(text, " ");
        if (column > HELP_COLUMN && column + 1 + word > HELP_WIDTH) {
            printf("\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            putchar(' ');
            column++;
        }
        printf("%.*s", word, text);
        column += word;
        text += word + (text[word] == ' ');
    }
    putchar('\n');
}

static void print_row(const char *name, const char *argument, const char *help)
{
    const int used =
        printf("  --%s%s%s", name, argument != NULL ? " " : "", argument != NULL ? argument : "");
    if (used > HELP_COLUMN - 2)
        printf("\n%*s", HELP_COLUMN, "");
    else
        printf("%*s", HELP_COLUMN - used, "");
    print_wrapped(help);
}

static void print_help(const struct options_program *program)
{
    printf("%s: %s\n\nusage: %s [OPTION]... %s\n\noptions:\n", program->name, program->summary,
           program->name, program->synopsis);
    for (size_t i = 0; i < program->count; i++)
        print_row(program->rows[i].name, program->rows[i].argument, program->rows[i].help);
    print_row("help", NULL, "this text");
    print_row("version", NULL, "the release");
    if (program->footer != NULL)
        printf("\n%s", program->footer);
}

static void print_names(const struct options_program *program)
{
    for (size_t i = 0; i < program->count; i++)
        printf("--%s\n", program->rows[i].name);
    printf("--help\n--version\n");
}

static size_t make_long_options(const struct options_program *program, struct option *out)
{
    size_t count = 0;
    for (; count < program->count && count < ROWS_MAX; count++)
        out[count] =
            (struct option){program->rows[count].name,
                            program->rows[count].argument != NULL ? required_argument : no_argument,
                            NULL, (int)count + 1};
    out[count++] = (struct option){"help", optional_argument, NULL, VALUE_HELP};
    out[count++] = (struct option){"version", no_argument, NULL, VALUE_VERSION};
    out[count] = (struct option){0};
    return count;
}

static bool set_value(const struct options_program *program, const struct options_row *row,
                      void *values, const char *argument)
{
    void *at = (uint8_t *)values + row->offset;
    struct options_list *list = at;
    switch (row->kind) {
    case OPTIONS_FLAG:
        *(bool *)at = true;
        return true;
    case OPTIONS_TEXT:
        *(const char **)at = argument;
        return true;
    case OPTIONS_LIST:
        if (list->count < OPTIONS_LIST_MAX) {
            list->items[list->count++] = argument;
            return true;
        }
    }
    fprintf(stderr, "%s: --%s may be given at most %d times\n", program->name, row->name,
            OPTIONS_LIST_MAX);
    return false;
}

enum options_result options_parse(const struct options_program *program, int argc, char **argv,
                                  void *values, int *positional)
{
    struct option long_options[ROWS_MAX + 3];
    make_long_options(program, long_options);
    optind = 0;
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, ":", long_options, NULL)) != -1;) {
        if (found == VALUE_HELP) {
            (optarg != NULL && strcmp(optarg, "options") == 0 ? print_names : print_help)(program);
            return OPTIONS_EXIT;
        }
        if (found == VALUE_VERSION) {
            printf("%s %s\n", program->name, EMUICC_VERSION);
            return OPTIONS_EXIT;
        }
        if (found == '?' || found == ':') {
            fprintf(stderr, "%s: %s %s; try '%s --help'\n", program->name, argv[optind - 1],
                    found == ':' ? "needs a value" : "is not an option (or takes no value)",
                    program->name);
            return OPTIONS_WRONG;
        }
        if (!set_value(program, &program->rows[found - 1], values, optarg))
            return OPTIONS_WRONG;
    }
    *positional = optind;
    return OPTIONS_RUN;
}

bool options_state_folder(char *path, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int len = -1;
    if (state != NULL && state[0] == '/') /* a relative one is to be ignored */
        len = snprintf(path, size, "%s/emuicc", state);
    else if (home != NULL && home[0] != '\0')
        len = snprintf(path, size, "%s/.local/state/emuicc", home);
    return len >= 0 && (size_t)len < size;
}

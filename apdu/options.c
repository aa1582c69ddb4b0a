#include "apdu/options.h"

#include "apdu/completion.h"
#include "apdu/memory.h"
#include "apdu/trace.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_MAX 48
#define HELP_COLUMN 26
#define HELP_WIDTH 78
#define VALUE_HELP 1000 /* getopt values of the two options that every program has */
#define VALUE_VERSION 1001
#define HELP_SIZE 1024
#define WORD_MAX 48 /* of a name that may be a slip of another */

const char *const options_build = EMUICC_BUILD;

static size_t put(char *text, size_t size, size_t len, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static size_t put(char *text, size_t size, size_t len, const char *format, ...)
{
    va_list arguments;
    if (len >= size)
        return len;
    va_start(arguments, format);
    const int more = vsnprintf(text + len, size - len, format, arguments);
    va_end(arguments);
    return len + (size_t)more < size ? len + (size_t)more : size;
}

size_t options_put_row(char *text, size_t size, size_t len, const char *name, const char *help)
{
    const int used = (int)strlen(name) + 2;
    const bool wide = used > HELP_COLUMN - 2;
    len = put(text, size, len, "  %s%s%*s", name, wide ? "\n" : "",
              wide ? HELP_COLUMN : HELP_COLUMN - used, "");
    for (int column = HELP_COLUMN; *help != '\0';) {
        const int word = (int)strcspn(help, " ");
        if (column > HELP_COLUMN && column + 1 + word > HELP_WIDTH) {
            len = put(text, size, len, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            len = put(text, size, len, " ");
            column++;
        }
        len = put(text, size, len, "%.*s", word, help);
        column += word;
        help += word + (help[word] == ' ');
    }
    return put(text, size, len, "\n");
}

static void print_row(const struct options_row *row, const char *short_name)
{
    char name[HELP_WIDTH], help[HELP_SIZE], text[2 * HELP_SIZE];
    snprintf(name, sizeof(name), "%s--%s%s%s", short_name, row->name,
             row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
    snprintf(help, sizeof(help), "%s%s%s", row->help, row->environment != NULL ? "; or $" : "",
             row->environment != NULL ? row->environment : "");
    options_put_row(text, sizeof(text), 0, name, help);
    fputs(text, stdout);
}

/* "usage: NAME [OPTION]... A | B | C", within the width, a new line before a command. */
static void print_usage(const struct options_program *program)
{
    int column = printf("usage: %s [OPTION]...", program->name);
    const int margin = (int)strlen("usage: ") + (int)strlen(program->name) + 1;
    for (const char *rest = program->synopsis; *rest != '\0';) {
        const char *end = strstr(rest, " | ");
        const int len = end != NULL ? (int)(end - rest) + 2 : (int)strlen(rest);
        if (column + 1 + len > HELP_WIDTH)
            column = printf("\n%*s%.*s", margin, "", len, rest) - 1;
        else
            column += printf(" %.*s", len, rest);
        rest += len + (end != NULL);
    }
    putchar('\n');
}

static void print_help(const struct options_program *program)
{
    static const struct options_row help = {.name = "help", .help = "this text"};
    static const struct options_row version = {.name = "version",
                                               .help = "the release, and how it was built"};
    printf("%s: %s\n\n", program->name, program->summary);
    print_usage(program);
    printf("\noptions:\n");
    for (size_t i = 0; i < program->count; i++)
        print_row(&program->rows[i], "");
    print_row(&help, "-h, ");
    print_row(&version, "-V, ");
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
    if (row->check != NULL && !row->check(argument))
        return false;
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
    options_refuse(program, "--%s may be given at most %d times", row->name, OPTIONS_LIST_MAX);
    return false;
}

static void set_defaults(const struct options_program *program, void *values)
{
    for (size_t i = 0; i < program->count; i++) {
        const struct options_row *row = &program->rows[i];
        const char *value = row->environment != NULL ? getenv(row->environment) : NULL;
        if (value != NULL && value[0] != '\0')
            *(const char **)((uint8_t *)values + row->offset) = value;
    }
}

/* Levenshtein's distance of two short words. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    const size_t width = strlen(b);
    if (width > WORD_MAX || strlen(a) > WORD_MAX)
        return SIZE_MAX;
    for (size_t i = 0; i <= width; i++)
        row[i] = i;
    for (size_t done = 1; *a != '\0'; a++, done++) {
        size_t corner = row[0];
        row[0] = done;
        for (size_t i = 0; i < width; i++) {
            const size_t changed = corner + (*a != b[i]);
            const size_t shorter = row[i] < row[i + 1] ? row[i] + 1 : row[i + 1] + 1;
            corner = row[i + 1];
            row[i + 1] = changed < shorter ? changed : shorter;
        }
    }
    return row[width];
}

const char *options_nearest(const char *word, const char *const *names, size_t count)
{
    const char *found = NULL;
    size_t nearest = strlen(word) / 3 + 1; /* a slip, not another word */
    for (size_t i = 0; i < count; i++) {
        const size_t away = distance(word, names[i]);
        if (away < nearest || (away == nearest && found == NULL)) {
            nearest = away;
            found = names[i];
        }
    }
    return found;
}

int options_refuse(const struct options_program *program, const char *format, ...)
{
    char text[HELP_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    const size_t len = strlen(text);
    trace_error("%s%s '%s --help'", text, len > 0 && text[len - 1] == '?' ? " Try" : "; try",
                program->name);
    return OPTIONS_STATUS_USAGE;
}

int options_refuse_command(const struct options_program *program, const char *word,
                           const char *const *names, size_t count)
{
    if (word == NULL)
        return options_refuse(program, "which command?");
    const char *meant = options_nearest(word, names, count);
    if (meant == NULL)
        return options_refuse(program, "'%s' is not a command", word);
    if (strcmp(meant, word) == 0)
        return options_refuse(program, "'%s' is not followed by what it needs", word);
    return options_refuse(program, "'%s' is not a command; did you mean '%s'?", word, meant);
}

/* Of the option that getopt_long() has not taken. word: as it was given, perhaps with a value
 * behind "=". */
static void refuse_option(const struct options_program *program, const char *word)
{
    const bool known = optopt == VALUE_VERSION || (optopt > 0 && (size_t)optopt <= program->count);
    const char *names[ROWS_MAX + 2] = {"help", "version"};
    char name[WORD_MAX] = "";
    for (size_t i = 0; i < program->count && i < ROWS_MAX; i++)
        names[i + 2] = program->rows[i].name;
    if (known) {
        options_refuse(program, "%.*s takes no value", (int)strcspn(word, "="), word);
        return;
    }
    if (optopt > 0) {
        options_refuse(program, "-%c is not an option", optopt);
        return;
    }
    if (strlen(word) < sizeof(name))
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
    const char *meant = name[0] == '-' && name[1] == '-'
                            ? options_nearest(name + 2, names, program->count + 2)
                            : NULL;
    if (meant != NULL)
        options_refuse(program, "%s is not an option; did you mean --%s?", word, meant);
    else
        options_refuse(program, "%s is not an option", word);
}

/* What printf() could not write is no success (a full disk, a closed pipe). */
static void check_output(void)
{
    int flushed = fflush(stdout);
    if (flushed == 0 && !ferror(stdout))
        return;
    if (flushed == 0 &&
        fputc('\n', stdout) != EOF) /* an earlier write failed: once more, for its reason */
        flushed = fflush(stdout);
    trace_program(program_invocation_short_name, false);
    trace_error("standard output: %s", flushed != 0 ? strerror(errno) : "cannot be written");
    fflush(stderr);
    _exit(OPTIONS_STATUS_NO);
}

static bool asks_for_json(const struct options_program *program, int argc, char **argv)
{
    bool known = false;
    for (size_t i = 0; i < program->count; i++)
        known |= strcmp(program->rows[i].name, "json") == 0;
    for (int i = 1; known && i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

int options_status(enum options_result result)
{
    return result == OPTIONS_WRONG ? OPTIONS_STATUS_USAGE : 0;
}

/* --help, or --help=WHAT. */
static enum options_result explain(const struct options_program *program, const char *what)
{
    if (what == NULL)
        print_help(program);
    else if (strcmp(what, "options") == 0)
        print_names(program);
    else if (!completion_print(program, what)) {
        options_refuse(program, "--help=%s: it is options, bash, zsh or fish", what);
        return OPTIONS_WRONG;
    }
    return OPTIONS_EXIT;
}

enum options_result options_parse(const struct options_program *program, int argc, char **argv,
                                  void *values, int *positional)
{
    struct option long_options[ROWS_MAX + 3];
    make_long_options(program, long_options);
    memory_keep_private();
    trace_program(program->name, asks_for_json(program, argc, argv));
    atexit(check_output);
    set_defaults(program, values);
    optind = 0;
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, ":hV", long_options, NULL)) != -1;) {
        switch (found) {
        case VALUE_HELP:
        case 'h':
            return explain(program, optarg);
        case VALUE_VERSION:
        case 'V':
            printf("%s %s\n%s\n", program->name, EMUICC_VERSION, options_build);
            return OPTIONS_EXIT;
        case ':':
            options_refuse(program, "%s needs a value", argv[optind - 1]);
            return OPTIONS_WRONG;
        case '?':
            refuse_option(program, argv[optind - 1]);
            return OPTIONS_WRONG;
        default:
            if (!set_value(program, &program->rows[found - 1], values, optarg))
                return OPTIONS_WRONG;
        }
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

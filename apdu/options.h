/* options: one table of a program's options. It feeds the parser, --help, and the checks of man
 * page and README. Every program of the house uses it. */
#ifndef EMUICC_APDU_OPTIONS_H
#define EMUICC_APDU_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum options_kind {
    OPTIONS_FLAG, /* bool; no argument */
    OPTIONS_TEXT, /* const char *; the last one counts */
    OPTIONS_LIST, /* struct options_list; repeatable */
};

#define OPTIONS_LIST_MAX 64
struct options_list {
    const char *items[OPTIONS_LIST_MAX];
    size_t count;
};

struct options_row {
    const char *name;     /* "vpcd" for --vpcd */
    const char *argument; /* "HOST:PORT"; NULL for a flag */
    const char *help;     /* one sentence or two; wrapped by --help */
    enum options_kind kind;
    size_t offset; /* of the value in the program's own struct */
};

struct options_program {
    const char *name;     /* "emuicc" */
    const char *synopsis; /* what follows the options: "info | list | download CODE"; "" for none */
    const char *summary;  /* one line: what it is */
    const struct options_row *rows;
    size_t count;
    const char *footer; /* examples, printed as they are; may be NULL */
};

/* What to do next. */
enum options_result {
    OPTIONS_RUN,   /* go on; *positional is the index of the first word that is no option */
    OPTIONS_EXIT,  /* --help or --version has been printed: exit 0 */
    OPTIONS_WRONG, /* one line on standard error has said what is wrong: exit 1 */
};

/* Fills values (zeroed or with defaults by the caller) from argv, --help and --version included.
 * --help=options prints the bare option names, a line each (for the checks). Words after the first
 * positional one may still be options; "--" ends them; argv is permuted so that positional words
 * come last. The texts borrow from argv. */
enum options_result options_parse(const struct options_program *program, int argc, char **argv,
                                  void *values, int *positional);

/* Where a chip's memory is when --state does not say: emuicc under $XDG_STATE_HOME, or under
 * ~/.local/state. Written to path; false if no home is known or the path does not fit. */
bool options_state_folder(char *path, size_t size);

#endif

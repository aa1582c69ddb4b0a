/* options: one table of a program's options. It feeds the parser, --help, and the checks of man
 * page and README. Every program uses it. */
#ifndef EMUICC_APDU_OPTIONS_H
#define EMUICC_APDU_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "apdu/options_program.h"

/* What to do next. */
enum options_result {
    OPTIONS_RUN,   /* go on; *positional is the index of the first word that is no option */
    OPTIONS_EXIT,  /* --help or --version has been printed */
    OPTIONS_WRONG, /* one line on standard error has said what is wrong */
};

extern const char *const options_build; /* what --version says of the build */

/* Exit statuses of every program: 0, it is done; */
#define OPTIONS_STATUS_NO 1    /* it was refused, or it failed */
#define OPTIONS_STATUS_USAGE 2 /* the command line is wrong; nothing has been done */

/* Fills values (zeroed or with defaults by the caller) from the environment and argv; -h, --help,
 * -V and --version are every program's. --help=options prints the bare option names, a line each
 * (for the checks); --help=bash, zsh or fish the shell's completion (completion.h). Words after the
 * first positional one may still be options; "--" ends them; argv is permuted so that positional
 * words come last. The texts borrow from argv and the environment. From then on the process keeps
 * its memory private (memory.h), errors carry the program's name (trace_program()), and are JSON
 * where --json is given and is an option; a standard output that cannot be written makes the
 * program end with OPTIONS_STATUS_NO. */
enum options_result options_parse(const struct options_program *program, int argc, char **argv,
                                  void *values, int *positional);

/* What main returns when options_parse() did not say OPTIONS_RUN. */
int options_status(enum options_result result);

/* A command line that is wrong: an error that names --help. Returns OPTIONS_STATUS_USAGE. */
int options_refuse(const struct options_program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a command that is none: names[i] of count are those there are, and the one that is
 * nearest is suggested. word may be NULL: none was given. */
int options_refuse_command(const struct options_program *program, const char *word,
                           const char *const *names, size_t count);

/* The one of the names that word is likely meant to be, or NULL. */
const char *options_nearest(const char *word, const char *const *names, size_t count);

/* Writes one row of --help at text[len], name on the left, help wrapped on the right; for the
 * commands in a footer. Returns the length from then on, size when there was no room for all. */
size_t options_put_row(char *text, size_t size, size_t len, const char *name, const char *help);

/* Where a chip's memory is when --state does not say: emuicc under $XDG_STATE_HOME, or under
 * ~/.local/state. Written to path; false if no home is known or the path does not fit. */
bool options_state_folder(char *path, size_t size);

#endif

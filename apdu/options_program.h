/* options_program: what a program has to say about its command line, in tables. */
#ifndef EMUICC_APDU_OPTIONS_PROGRAM_H
#define EMUICC_APDU_OPTIONS_PROGRAM_H

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
    size_t offset;           /* of the value in the program's own struct */
    const char *environment; /* of OPTIONS_TEXT: the variable that sets the default, or NULL */
    const char *lists; /* the program whose "--name list" prints the names there are, or NULL */
    /* False if the value has not the form that is needed, after an error that says so; NULL: any
     * has. */
    bool (*check)(const char *value);
};

/* The names of a program's commands, wherever its own table has them. */
struct options_commands {
    const char *const *first; /* of the first command; NULL: the program has none */
    size_t stride;            /* bytes from one to the next */
    size_t count;
    bool pairs; /* behind each is a second word, or NULL; else a name may be two words itself */
};

/* Of a table of commands whose rows begin with the name. */
#define OPTIONS_COMMANDS(table)                                                                    \
    {                                                                                              \
        &(table)[0].name, sizeof((table)[0]), sizeof(table) / sizeof((table)[0]), false            \
    }

struct options_program {
    const char *name;     /* "emuicc" */
    const char *synopsis; /* what follows the options: "info | list | download CODE"; "" for none */
    const char *summary;  /* one line: what it is */
    const struct options_row *rows;
    size_t count;
    const char *footer; /* examples, printed as they are; may be NULL */
    struct options_commands commands;
};

#endif

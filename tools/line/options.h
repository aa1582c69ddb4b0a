/* options: the command line of emuicc-line. */
#ifndef EMUICC_TOOLS_LINE_OPTIONS_H
#define EMUICC_TOOLS_LINE_OPTIONS_H

#include "apdu/options.h"

struct line_options {
    const char *profiles, *eids, *out, *address;                               /* prepare */
    const char *token, *so_pin_file;                                           /* token init */
    const char *batch, *pki, *dpauth_key, *dppb_key, *reader, *serial, *isd_r; /* write */
    bool all, loop, json, csv, verbose;
};

struct line_command {
    const char *name, *second; /* "token" "init"; second NULL for one word */
    const char *help;
    /* 0 if what was asked is done. */
    int (*run)(const struct line_options *options);
    /* The options that it needs and those that it takes beside: "--token --batch". */
    const char *needs, *takes;
};

int command_prepare(const struct line_options *options);
int command_token_init(const struct line_options *options);
int command_write(const struct line_options *options);
int command_report(const struct line_options *options);

extern const struct line_command line_commands[];
extern const size_t line_command_count;

#define LINE_FOOTER_SIZE 2048
extern const struct options_program line_program; /* its footer is line_footer()'s */
void line_footer(char *text, size_t size);

/* The command of these words; NULL after a line that says what is wrong. */
const struct line_command *line_command_find(int count, char **words,
                                             const struct line_options *options);

#endif

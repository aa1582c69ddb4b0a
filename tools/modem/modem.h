/* modem: a modem in software: command lines in, results out. What it can do stands in its table of
 * commands (command_table.c); what a command does in the rooms settings, identity, apdu and file.
 */
#ifndef EMUICC_TOOLS_MODEM_MODEM_H
#define EMUICC_TOOLS_MODEM_MODEM_H

#include "tools/modem/line.h"
#include "tools/modem/sim.h"

#define MODEM_OUT_MAX 8192 /* characters that one command line may be answered with */

enum modem_function { /* TS 27.007 §8.2 */
                      MODEM_OFF = 0,
                      MODEM_FULL = 1,
                      MODEM_NO_RADIO = 4,
};

struct modem_settings {
    bool echo;    /* E */
    bool quiet;   /* Q: no result codes */
    bool numeric; /* V0: result codes as numbers */
    uint8_t cmee; /* 0: ERROR, 1: +CME ERROR and a number, 2: and a text */
    enum modem_function function;
};

struct modem {
    struct modem_settings settings;
    struct sim sim;
    struct line line;
    struct writer out; /* what the terminal is to be sent; emptied by whoever sends it */
    uint8_t out_room[MODEM_OUT_MAX];
};

void modem_init(struct modem *modem, struct transport *(*create)(const char *reader),
                const char *reader);
void modem_finish(struct modem *modem);

/* Takes from *input up to the end of a command line, which is then carried out. What there is to
 * send is in modem->out afterwards, at most MODEM_OUT_MAX bytes if it was empty before. */
void modem_take(struct modem *modem, struct bytes *input);
/* Nobody is at the terminal any more: settings as at the start, the card let go. */
void modem_hang_up(struct modem *modem);

void modem_default_settings(struct modem *modem);

/* For handlers: the line "NAME: text" of a result. */
void modem_say(struct modem *modem, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct modem_row {
    const char *name;  /* "+CGLA" */
    unsigned forms;    /* enum line_form, those it has; a test has none of its own in the handler */
    const char *range; /* what =? says behind the name; NULL if there is no test form */
    enum cme (*run)(struct modem *modem, const struct line_command *command);
    bool card; /* it needs the card: not while +CFUN is 0 */
    const char *section;
};

/* The i-th row of the table; NULL behind its end. */
const struct modem_row *modem_row(size_t i);
const struct modem_row *modem_find(const struct line_command *command);

/* Handlers: settings.c */
enum cme modem_attention(struct modem *modem, const struct line_command *command);
enum cme modem_echo(struct modem *modem, const struct line_command *command);
enum cme modem_quiet(struct modem *modem, const struct line_command *command);
enum cme modem_verbose(struct modem *modem, const struct line_command *command);
enum cme modem_reset(struct modem *modem, const struct line_command *command);
enum cme modem_line_signal(struct modem *modem, const struct line_command *command);
enum cme modem_cmee(struct modem *modem, const struct line_command *command);
enum cme modem_cfun(struct modem *modem, const struct line_command *command);
/* identity.c */
enum cme modem_information(struct modem *modem, const struct line_command *command);
enum cme modem_manufacturer(struct modem *modem, const struct line_command *command);
enum cme modem_model(struct modem *modem, const struct line_command *command);
enum cme modem_revision(struct modem *modem, const struct line_command *command);
enum cme modem_serial_number(struct modem *modem, const struct line_command *command);
enum cme modem_capabilities(struct modem *modem, const struct line_command *command);
enum cme modem_commands(struct modem *modem, const struct line_command *command);
/* apdu.c */
enum cme modem_csim(struct modem *modem, const struct line_command *command);
enum cme modem_ccho(struct modem *modem, const struct line_command *command);
enum cme modem_cgla(struct modem *modem, const struct line_command *command);
enum cme modem_cchc(struct modem *modem, const struct line_command *command);
/* file.c */
enum cme modem_crsm(struct modem *modem, const struct line_command *command);
enum cme modem_cimi(struct modem *modem, const struct line_command *command);
enum cme modem_cpin(struct modem *modem, const struct line_command *command);

#endif

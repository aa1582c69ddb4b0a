/* state: what the modem is between two command lines, and the lines it answers with. */
#ifndef EMUICC_TOOLS_MODEM_STATE_H
#define EMUICC_TOOLS_MODEM_STATE_H

#include "tools/modem/line.h"
#include "tools/modem/sim.h"

#define MODEM_LINE_SIZE 1100 /* characters of a result: the bytes of an answer, and its name */
#define MODEM_OUT_MAX 8192   /* characters that one command line may be answered with */

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

#define MODEM_MESSAGES_MAX 8 /* that the card has sent and nobody has read */
#define MODEM_MESSAGE_MAX 180

struct modem_message {
    uint8_t tpdu[MODEM_MESSAGE_MAX];
    size_t len;
};

struct modem {
    struct modem_settings settings;
    struct modem_message messages[MODEM_MESSAGES_MAX]; /* the oldest first */
    size_t message_count;
    struct sim sim;
    struct line line;
    bool long_handles; /* of sessions: sixteen hexadecimal digits, and no channel's number */
    struct writer out; /* what the terminal is to be sent; emptied by whoever sends it */
    uint8_t out_room[MODEM_OUT_MAX];
};

/* As at the start (V.250 §6.1.1). */
void modem_default_settings(struct modem *modem);

/* The line "NAME: text" of a result. */
void modem_say(struct modem *modem, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One line of text; with the end in front of it unless result codes are numbers (V.250 §5.7.1). */
void modem_put_line(struct modem *modem, const char *text);
void modem_put_text(struct modem *modem, const char *text);

#endif

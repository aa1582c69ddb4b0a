/* proactive: what the card asks of the terminal (TS 102 223 §6): a queue of commands, each of which
 * stays until the terminal has answered it. */
#ifndef EMUICC_FS_TOOLKIT_PROACTIVE_H
#define EMUICC_FS_TOOLKIT_PROACTIVE_H

#include "apdu/bytes.h"

enum proactive_kind {
    PROACTIVE_LOCATION, /* PROVIDE LOCAL INFORMATION: where the terminal is */
    PROACTIVE_IMEI,     /* PROVIDE LOCAL INFORMATION: which terminal it is */
    PROACTIVE_POLL_INTERVAL,
    PROACTIVE_REFRESH_RESET,        /* REFRESH: UICC Reset */
    PROACTIVE_REFRESH_STATE_CHANGE, /* REFRESH: eUICC Profile State Change */
    /* Those that bring data of their own, given to proactive_send(): */
    PROACTIVE_SEND_SMS, /* SEND SHORT MESSAGE: address and TPDU */
    PROACTIVE_SET_UP_EVENT_LIST,
    PROACTIVE_SET_UP_MENU,
    PROACTIVE_DISPLAY_TEXT,
    PROACTIVE_GET_INPUT,
    PROACTIVE_TIMER_START,
    PROACTIVE_PLAY_TONE,
    PROACTIVE_REFRESH, /* one that an operator asks for */
    PROACTIVE_TIMER_STOP,
    PROACTIVE_OPEN_CHANNEL, /* immediate link establishment */
    PROACTIVE_CLOSE_CHANNEL,
    PROACTIVE_RECEIVE_DATA,
    PROACTIVE_SEND_DATA_STORE, /* SEND DATA: into the terminal's buffer */
    PROACTIVE_SEND_DATA,       /* SEND DATA: all that is there, immediately */
    PROACTIVE_CHANNEL_STATUS,  /* GET CHANNEL STATUS */
    PROACTIVE_KINDS,
};

/* What the card asks once the first TERMINAL PROFILE of a power cycle has come. */
struct proactive_settings {
    uint32_t at_start;      /* bit n: the kind of that number, in this order */
    uint32_t poll_interval; /* seconds, asked for last; 0: not asked for */
    int test_menu;          /* 1: the built-in menu (menu.h) is on */
};

#define PROACTIVE_TEXT_MAX 64

/* What a TERMINAL RESPONSE said, until proactive_settle(). */
struct proactive_answer {
    bool given;
    enum proactive_kind kind;
    bool done;                        /* performed; else refused */
    uint8_t result, additional;       /* general result and the first byte of what goes with it */
    struct bytes rest;                /* COMPREHENSION-TLVs behind the result; borrowed of the
                                       * command, while it is carried out */
    uint8_t text[PROACTIVE_TEXT_MAX]; /* Text String of GET INPUT, its coding first */
    size_t text_len;
};

#define PROACTIVE_QUEUE_MAX 16
#define PROACTIVE_DATA_MAX 243 /* bytes behind the device identities, so that FETCH gives all */

struct proactive_entry {
    enum proactive_kind kind;
    uint8_t qualifier;
    uint8_t len;
    uint8_t *data;  /* heap; NULL: it has none */
    uint8_t device; /* that it is for; 0: the kind's */
};

/* Events that the terminal is to tell of (TS 102 223 §8.25), as bits. */
#define PROACTIVE_EVENT_LOCATION_STATUS (1u << 0x03)
#define PROACTIVE_EVENT_USER_ACTIVITY (1u << 0x04)
#define PROACTIVE_EVENT_DATA_AVAILABLE (1u << 0x09)
#define PROACTIVE_EVENT_CHANNEL_STATUS (1u << 0x0A)
#define PROACTIVE_EVENT_MAX 0x1F

struct proactive {
    struct proactive_settings settings;
    bool terminal;      /* a TERMINAL PROFILE was received in this power cycle */
    uint32_t supported; /* kinds that it names, as bits */
    uint32_t events;    /* that it was asked to tell of */
    struct proactive_entry queue[PROACTIVE_QUEUE_MAX];
    size_t count;   /* of the queue; the first is the one that is told */
    bool fetched;   /* the first has been fetched and waits for its answer */
    uint8_t number; /* of the first: 1 to FE */
    struct proactive_answer answer;
};

#define PROACTIVE_COMMAND_MAX 255 /* bytes of an encoded command */

/* Power-on or reset: the terminal is unknown again, nothing is asked; memory is given back. The
 * settings stay. */
void proactive_reset(struct proactive *proactive);
/* TERMINAL PROFILE (TS 102 223 §5.2); a later one takes the place of an earlier. A command that was
 * fetched and not answered will be told again. */
void proactive_meet(struct proactive *proactive, struct bytes profile);
bool proactive_supports(const struct proactive *proactive, enum proactive_kind kind);
/* Asks the terminal; nothing if it does not know the command or has been asked already. */
void proactive_ask(struct proactive *proactive, enum proactive_kind kind);
/* The same with data, the COMPREHENSION-TLVs behind the device identities, which are copied. False
 * if the terminal does not know the command, or there is no place for it. */
bool proactive_send(struct proactive *proactive, enum proactive_kind kind, struct bytes data);
/* The same with a command qualifier (TS 102 223 §8.6) of its own. */
bool proactive_send_qualified(struct proactive *proactive, enum proactive_kind kind,
                              uint8_t qualifier, struct bytes data);
/* The same to this device: a channel's, 0x21 to 0x27. */
bool proactive_send_to(struct proactive *proactive, enum proactive_kind kind, uint8_t device,
                       struct bytes data);
/* SET UP EVENT LIST with these as well, or without them, beside those that others want to hear of:
 * a list takes the place of the one before it. False as above. */
bool proactive_listen(struct proactive *proactive, uint32_t events);
void proactive_stop_listening(struct proactive *proactive, uint32_t events);
/* The queue goes to another place, as it is; the first is as after a reset. */
void proactive_move(struct proactive *from, struct proactive *to);

/* A proactive session is open: something waits to be fetched or to be answered. */
bool proactive_is_busy(const struct proactive *proactive);
/* Bytes that FETCH gives, for 91xx; 0: nothing is to be announced. */
uint8_t proactive_waiting(const struct proactive *proactive);
/* The command at the front, also when it was fetched before. 0, SW_WRONG_LE with its length if `le`
 * is another, or SW_CONDITIONS_NOT_SATISFIED. le 256 takes what there is. */
int proactive_fetch(struct proactive *proactive, uint32_t le, struct writer *out);
/* TERMINAL RESPONSE: 0 and *answer, SW_WRONG_DATA if it is malformed or for another command, or
 * SW_CONDITIONS_NOT_SATISFIED if nothing was fetched. */
int proactive_respond(struct proactive *proactive, struct bytes data);
/* The command of an answer is over: to be called once what followed from it is durable; or the
 * answer is forgotten as if it had not come. */
void proactive_settle(struct proactive *proactive);
void proactive_forget_answer(struct proactive *proactive);
/* Commands of this kind are not asked any more, but for one that the terminal has fetched and not
 * answered yet; an answer to one is forgotten. */
void proactive_withdraw(struct proactive *proactive, enum proactive_kind kind);

#endif

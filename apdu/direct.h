/* direct: how a client picks one of a farm's chips on the farm's own sockets, over TCP and in its
 * state. In frames as vpcd has them, two bytes of length, big endian, and so many bytes:
 *
 *   client   DIRECT_HELLO and the 32 digits of an EID
 *   farm     one byte, enum direct_answer; a refusal has a few words for people after it, and the
 *            connection ends
 *
 * The client waits for the answer. From then on it is a reader and the farm a card, as vpcd.h says:
 * the chip is its own until it hangs up. It need not wait for the answer to a command before it
 * sends the next: the farm carries them out in their order and answers each, those that came
 * together together. A client that sends much must not leave the answers unread. */
#ifndef EMUICC_APDU_DIRECT_H
#define EMUICC_APDU_DIRECT_H

#include "apdu/bytes.h"

#define DIRECT_SOCKET                                                                              \
    "direct" /* beside the folder of the chips' folders, for the farm's owner alone */
#define DIRECT_HELLO "EID "
#define DIRECT_EID_DIGITS 32
#define DIRECT_HELLO_SIZE (sizeof(DIRECT_HELLO) - 1 + DIRECT_EID_DIGITS)
#define DIRECT_LENGTH_SIZE 2
#define DIRECT_ANSWER_MAX 64 /* bytes of an answer's frame, its length included */

enum direct_answer {
    DIRECT_PLUGGED,  /* the chip is there, not yet powered */
    DIRECT_NO_HELLO, /* that was none */
    DIRECT_UNKNOWN,  /* no chip of the farm has this EID */
    DIRECT_IN_USE,   /* another client, or a reader, has the chip */
    DIRECT_BROKEN,   /* the chip cannot be read; the farm has said why */
    DIRECT_EJECTED,  /* the chip has been ejected by emuicc-ctl */
    DIRECT_ANSWERS,
};

/* Frames. */
void direct_put_hello(const char eid[DIRECT_EID_DIGITS], struct writer *out);
void direct_put_answer(enum direct_answer answer, struct writer *out);

/* The digits of a hello without its length; false if it is none, they borrow. */
bool direct_take_hello(struct bytes payload, struct bytes *eid);

#endif

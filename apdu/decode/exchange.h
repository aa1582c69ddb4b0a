/* exchange: a command and its whole answer, put together from GET RESPONSE where the card said that
 * data wait (61xx; 9Fxx in class A0). Readers of captures know a command by its own bytes, not by
 * those that fetched its answer. */
#ifndef EMUICC_APDU_DECODE_EXCHANGE_H
#define EMUICC_APDU_DECODE_EXCHANGE_H

#include "apdu/apdu.h"

#define EXCHANGE_FETCHED_MAX                                                                       \
    65000 /* bytes of both, so that a datagram holds what was put together */

/* Writers of len 0: nothing is open. */
struct exchange {
    struct writer command, answer; /* rooms are the caller's */
    uint16_t announced;            /* the status word that said that data wait; else 0 */
};

/* The command fetches what the open exchange has announced. */
bool exchange_fetches(const struct exchange *exchange, struct bytes command);
/* Begins another; what was open is forgotten. */
void exchange_begin(struct exchange *exchange, struct bytes command);
/* Adds a response; a status word that announces more is held back. False, and nothing added, if a
 * fetch brought no data or makes both longer than EXCHANGE_FETCHED_MAX. */
bool exchange_add(struct exchange *exchange, struct bytes response);
/* The answer with its last status word; what was announced is not waited for any longer. Valid
 * until the next exchange begins. */
struct bytes exchange_answer(struct exchange *exchange);

#endif

/* response: how a handler's answer becomes bytes on the wire, and what is left for GET RESPONSE
 * (TS 102 221 §7.3.1.1, §11.1.18 and ISO/IEC 7816-4 §5.3.4; the clients' side of it in points 4 to
 * 6, 19 and 23 of their contract).
 *
 *   data fits Le                                      data, status
 *   no Le, or Le too small                            61LL; the data waits for GET RESPONSE
 *   the same with a warning (62xx, 63xx)              the warning; the data waits
 *   a refusal                                         status alone
 */
#ifndef EMUICC_CARD_RESPONSE_H
#define EMUICC_CARD_RESPONSE_H

#include "apdu/apdu.h"

/* Data that waits for GET RESPONSE on one channel. All zero: nothing, no memory. */
struct response_pending {
    uint8_t *data;   /* heap; kept from command to command, see response_pending_release() */
    size_t capacity; /* bytes at data */
    size_t len, given;
    uint16_t status; /* what the last GET RESPONSE ends with */
};

/* Forgets the data; the memory stays for the next. */
void response_pending_drop(struct response_pending *pending);
/* Forgets the data and returns the memory. */
void response_pending_release(struct response_pending *pending);

/* Data goes out with this status word: success, warnings, 91xx, 9xxx. */
bool response_status_carries_data(uint16_t status);

/* Appends the status word to the handler's data, or puts the data aside into *pending first. The
 * response needs two bytes more than the data. */
void response_finish(const struct apdu *apdu, uint16_t status, struct writer *response,
                     struct response_pending *pending);

/* GET RESPONSE: up to Le bytes of what waits. Returns 61LL while more is left, else the status
 * put aside; a Le beyond what is left is no error, as clients take 6Cxx here for a failure. */
int response_fetch(struct response_pending *pending, const struct apdu *apdu,
                   struct writer *response);

#endif

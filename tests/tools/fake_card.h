/* fake_card: a card without a chip behind it. It speaks channels, SELECT, STORE DATA and GET
 * RESPONSE as a card does, and leaves what an ES10 request is answered to the test. */
#ifndef EMUICC_TESTS_TOOLS_FAKE_CARD_H
#define EMUICC_TESTS_TOOLS_FAKE_CARD_H

#include "tools/lib/transport/transport.h"

#define FAKE_CARD_MAX 65536

struct fake_card {
    struct transport transport;
    /* One whole ES10 request. Appends the answer and returns the status word. */
    uint16_t (*answer)(void *context, struct bytes request, struct writer *out);
    void *context;
    uint8_t channel;   /* that MANAGE CHANNEL gives, 1 to 19 */
    bool no_isd_r;     /* SELECT finds nothing */
    bool direct;       /* data with 9000 where it fits, not by 61xx */
    size_t refused_le; /* the GET RESPONSE, from 1 on, whose Le is refused; 0: none */
    size_t dies_after; /* commands until the card is pulled out; 0: never */

    size_t commands; /* received */
    size_t blocks;   /* of STORE DATA */
    size_t longest;  /* data of one of them */
    bool opened, selected, closed, released;
    const char *wrong; /* the first thing a strict card would not have taken */
    uint8_t request[FAKE_CARD_MAX], pending[FAKE_CARD_MAX];
    size_t request_len, pending_len, pending_at;
    uint8_t next_block;
    uint8_t waiting[FAKE_CARD_MAX]; /* responses that were not received, each behind its length */
    size_t waiting_len;
};

void fake_card_init(struct fake_card *card,
                    uint16_t (*answer)(void *context, struct bytes request, struct writer *out),
                    void *context);
/* From now on several commands may be on their way. */
void fake_card_take_many(struct fake_card *card);

#endif

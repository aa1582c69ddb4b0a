/* peer_card: a whole card that the ISD-R's tests' peer, LPA and server in one, talks to. */
#ifndef EMUICC_TESTS_SUPPORT_PEER_CARD_H
#define EMUICC_TESTS_SUPPORT_PEER_CARD_H

#include "tests/isd-r/peer.h"
#include "card/card.h"

/* A peer on NIST P-256, a chip with its credentials, the ISD-R selected; both in the peer's folder.
 */
void peer_card_start(struct peer *peer, struct card *card);
void peer_card_stop(struct peer *peer, struct card *card);
/* As after the power has gone and come back. */
void peer_card_power_cycle(struct card *card);

/* { A0 { 5A ICCID }, 81 refresh } of package number 1 for Enable (BF31) and Disable (BF32). */
#define PEER_CARD_ICCID 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10
#define PEER_CARD_CHANGE(tag)                                                                      \
    BYTES(0xBF, tag, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, PEER_CARD_ICCID, 0x81, 0x01, 0x00)

#endif

/* vpcd_peer: plays the reader. Listens where a card plugs in and speaks as Debian 12's vpcd does:
 * length and payload in two sends, with Nagle's algorithm on. No test framework in here: a test, a
 * benchmark or an LPA can use it. */
#ifndef EMUICC_TESTS_SUPPORT_VPCD_PEER_H
#define EMUICC_TESTS_SUPPORT_VPCD_PEER_H

#include "apdu/apdu.h"
#include "apdu/hex.h"

enum vpcd_peer_control {
    VPCD_PEER_OFF = 0,
    VPCD_PEER_ON = 1,
    VPCD_PEER_RESET = 2,
    VPCD_PEER_ATR = 4,
};

struct vpcd_peer {
    int listener, link; /* -1: none */
    uint16_t port;
    int timeout_ms; /* how long to wait for a card or an answer */
    uint8_t frame[2 + APDU_RESPONSE_MAX];
    char text[HEX_SIZE(APDU_RESPONSE_MAX) + 4];
};

/* Listens on a free port of the loopback address. False with errno. */
bool vpcd_peer_open(struct vpcd_peer *peer);
void vpcd_peer_close(struct vpcd_peer *peer);

/* Waits for the card to plug in. */
bool vpcd_peer_accept(struct vpcd_peer *peer);
void vpcd_peer_hang_up(struct vpcd_peer *peer);

bool vpcd_peer_send(struct vpcd_peer *peer, struct bytes payload);
/* The next frame, borrowed until the next call. */
bool vpcd_peer_receive(struct vpcd_peer *peer, struct bytes *payload);

bool vpcd_peer_control(struct vpcd_peer *peer, enum vpcd_peer_control control);
bool vpcd_peer_atr(struct vpcd_peer *peer, struct bytes *atr);
bool vpcd_peer_transmit(struct vpcd_peer *peer, struct bytes command, struct bytes *response);

/* One command and its answer in hexadecimal; "" when the link failed. Valid until the next call. */
const char *vpcd_peer_exchange(struct vpcd_peer *peer, const char *command);
/* The same, and follows 61xx with GET RESPONSE in the command's class: data and last status word.
 */
const char *vpcd_peer_ask(struct vpcd_peer *peer, const char *command);

#endif

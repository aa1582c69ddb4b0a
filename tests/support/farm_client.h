/* farm_client: a client of a farm's own socket, which then plays the reader as vpcd_peer does. */
#ifndef EMUICC_TESTS_SUPPORT_FARM_CLIENT_H
#define EMUICC_TESTS_SUPPORT_FARM_CLIENT_H

#include "apdu/direct.h"
#include "tests/support/vpcd_peer.h"

/* Connects to this port of the loopback address; nothing is said yet. False with errno. */
bool farm_client_connect(struct vpcd_peer *peer, uint16_t port);
/* The same to the socket in the state of a farm of one's own. */
bool farm_client_connect_in(struct vpcd_peer *peer, const char *state);
/* The whole hello: the farm's answer, or -1 if there is none. Hung up unless it is DIRECT_PLUGGED.
 */
int farm_client_open(struct vpcd_peer *peer, uint16_t port, const char *eid);
int farm_client_open_in(struct vpcd_peer *peer, const char *state, const char *eid);
/* As vpcd_peer_transmit(); a frame is one send, as emuicc-lpa --direct does it. */
bool farm_client_transmit(struct vpcd_peer *peer, struct bytes command, struct bytes *response);

#endif

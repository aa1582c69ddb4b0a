/* gsmtap: packets in which traces of SIM cards travel, as libosmocore's gsmtap.h defines them
 * (version 2, type SIM), and pcap files of such packets. Wireshark and pySim-trace read both. */
#ifndef EMUICC_APDU_DECODE_GSMTAP_H
#define EMUICC_APDU_DECODE_GSMTAP_H

#include "apdu/apdu.h"

#define GSMTAP_PORT 4729
#define GSMTAP_HEADER_SIZE 16
#define GSMTAP_EXCHANGE_MAX (GSMTAP_HEADER_SIZE + APDU_COMMAND_MAX + 1 + APDU_RESPONSE_MAX)

void gsmtap_put_atr(struct writer *packet, struct bytes atr);
/* A command and its response as T=0 would have carried them, which is what readers expect: P3 is
 * always there, and an Le behind data is not. What is no command, or has lengths of the extended
 * form, goes as it is. */
void gsmtap_put_exchange(struct writer *packet, struct bytes command, struct bytes response);

/* A pcap file: its header, then packets as UDP over IPv4 on the loopback. */
#define GSMTAP_PCAP_HEADER_SIZE 24
#define GSMTAP_PCAP_FRAME_SIZE (16 + 20 + 8) /* in front of a packet */
#define GSMTAP_PCAP_PACKET_MAX (UINT16_MAX - 20 - 8)
void gsmtap_put_pcap_header(struct writer *file);
/* microseconds: since 1970. A packet longer than GSMTAP_PCAP_PACKET_MAX is left out. */
void gsmtap_put_pcap_packet(struct writer *file, uint64_t microseconds, struct bytes packet);

#endif

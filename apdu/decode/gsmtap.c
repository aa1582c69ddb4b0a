#include "apdu/decode/gsmtap.h"

#include "apdu/status.h"

#define VERSION 2
#define WORDS (GSMTAP_HEADER_SIZE / 4)
#define TYPE_SIM 4
#define COMMAND_HEADER_SIZE 4 /* CLA, INS, P1, P2 */

enum sub_type { SUB_TYPE_APDU = 0, SUB_TYPE_ATR = 1 };

static void put_header(struct writer *packet, enum sub_type sub_type)
{
    writer_put(packet, BYTES(VERSION, WORDS, TYPE_SIM));
    writer_fill(packet, 0, 9); /* time slot to frame number: of the radio */
    writer_put_u8(packet, (uint8_t)sub_type);
    writer_fill(packet, 0, 3); /* antenna, sub-slot, reserved */
}

void gsmtap_put_atr(struct writer *packet, struct bytes atr)
{
    put_header(packet, SUB_TYPE_ATR);
    writer_put(packet, atr);
}

void gsmtap_put_exchange(struct writer *packet, struct bytes command, struct bytes response)
{
    struct apdu apdu;
    put_header(packet, SUB_TYPE_APDU);
    if (apdu_parse(command, &apdu) == 0 && !apdu.extended) {
        if (apdu.shape == APDU_CASE_4)
            command.len--;
        writer_put(packet, command);
        if (apdu.shape == APDU_CASE_1)
            writer_put_u8(packet, 0);
    } else {
        writer_put(packet, command);
    }
    writer_put(packet, response);
}

#define PCAP_MAGIC 0xA1B2C3D4 /* times in microseconds */
#define PCAP_LINK_RAW 101     /* IP without anything in front */
#define IP_HEADER_SIZE 20
#define UDP_HEADER_SIZE 8
#define LOOPBACK 127, 0, 0, 1
#define MICROSECONDS 1000000

static void put_u32(struct writer *out, uint32_t value)
{
    writer_put_u16(out, (uint16_t)(value >> 16));
    writer_put_u16(out, (uint16_t)value);
}

/* Big endian, so that the same bytes come out of every machine. */
void gsmtap_put_pcap_header(struct writer *file)
{
    put_u32(file, PCAP_MAGIC);
    writer_put(file, BYTES(0, 2, 0, 4)); /* version 2.4 */
    writer_fill(file, 0, 8);             /* time zone, precision */
    put_u32(file, GSMTAP_PCAP_FRAME_SIZE + GSMTAP_PCAP_PACKET_MAX);
    put_u32(file, PCAP_LINK_RAW);
}

/* RFC 1071 */
static uint16_t checksum(const uint8_t *header)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < IP_HEADER_SIZE; i += 2)
        sum += (uint32_t)(header[i] << 8 | header[i + 1]);
    sum = (sum & UINT16_MAX) + (sum >> 16);
    return (uint16_t) ~((sum & UINT16_MAX) + (sum >> 16));
}

static void put_ip_header(struct writer *file, size_t content_len)
{
    uint8_t header[IP_HEADER_SIZE];
    struct writer out = writer_on(header, sizeof(header));
    writer_put(&out, BYTES(0x45, 0)); /* version 4, five words */
    writer_put_u16(&out, (uint16_t)(IP_HEADER_SIZE + content_len));
    writer_put(&out, BYTES(0, 0, 0x40, 0, 64, 17)); /* whole, 64 hops, UDP */
    writer_put_u16(&out, 0);
    writer_put(&out, BYTES(LOOPBACK, LOOPBACK));
    const uint16_t sum = checksum(header);
    header[10] = (uint8_t)(sum >> 8);
    header[11] = (uint8_t)sum;
    writer_put(file, bytes_of(header, sizeof(header)));
}

void gsmtap_put_pcap_packet(struct writer *file, uint64_t microseconds, struct bytes packet)
{
    const uint32_t datagram = (uint32_t)(UDP_HEADER_SIZE + packet.len);
    if (packet.len > GSMTAP_PCAP_PACKET_MAX)
        return;
    put_u32(file, (uint32_t)(microseconds / MICROSECONDS));
    put_u32(file, (uint32_t)(microseconds % MICROSECONDS));
    put_u32(file, IP_HEADER_SIZE + datagram);
    put_u32(file, IP_HEADER_SIZE + datagram);
    put_ip_header(file, datagram);
    writer_put_u16(file, GSMTAP_PORT);
    writer_put_u16(file, GSMTAP_PORT);
    writer_put_u16(file, (uint16_t)datagram);
    writer_put_u16(file, 0); /* no checksum */
    writer_put(file, packet);
}

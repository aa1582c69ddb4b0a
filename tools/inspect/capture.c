#include "tools/inspect/capture.h"

#include "apdu/decode/gsmtap.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#define FILE_HEADER_SIZE 24
#define LINK_OFFSET 20
#define PACKET_HEADER_SIZE 16
#define LINK_RAW 101
#define LINK_ETHERNET 1
#define LINK_COOKED 113 /* Linux */
#define ETHERNET_SIZE 14
#define COOKED_SIZE 16
#define IP_VERSION_4 4
#define IP_WORD 4
#define IP_PROTOCOL_UDP 17
#define IP_PROTOCOL_OFFSET 9
#define UDP_SIZE 8
#define GSMTAP_TYPE_SIM 4
#define SUB_TYPE_OFFSET 12
#define SUB_TYPE_ATR 1
#define HEADER_SIZE 5 /* CLA, INS, P1, P2, P3 */
#define STATUS_SIZE 2

struct pcap {
    bool little, nanoseconds;
    size_t link_size; /* in front of IP */
};

static uint32_t u32(const struct pcap *pcap, const uint8_t *at)
{
    return pcap->little
               ? (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0]
               : (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool read_magic(struct bytes file, struct pcap *pcap)
{
    static const struct {
        uint8_t magic[4];
        struct pcap pcap;
    } rows[] = {{{0xA1, 0xB2, 0xC3, 0xD4}, {false, false, 0}},
                {{0xD4, 0xC3, 0xB2, 0xA1}, {true, false, 0}},
                {{0xA1, 0xB2, 0x3C, 0x4D}, {false, true, 0}},
                {{0x4D, 0x3C, 0xB2, 0xA1}, {true, true, 0}}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (bytes_start_with(file, bytes_of(rows[i].magic, sizeof(rows[i].magic)))) {
            *pcap = rows[i].pcap;
            return true;
        }
    return false;
}

bool capture_is(struct bytes file)
{
    struct pcap pcap;
    return read_magic(file, &pcap);
}

/* What is inside IP, UDP and GSMTAP; the packet's sub-type. */
static bool unwrap(const struct pcap *pcap, struct bytes frame, uint8_t *sub_type,
                   struct bytes *content)
{
    struct bytes link, ip, udp, header;
    if (!bytes_take(&frame, pcap->link_size, &link) || frame.len == 0 ||
        frame.data[0] >> 4 != IP_VERSION_4 ||
        !bytes_take(&frame, (size_t)IP_WORD * (frame.data[0] & 0x0F), &ip) ||
        ip.len <= IP_PROTOCOL_OFFSET || ip.data[IP_PROTOCOL_OFFSET] != IP_PROTOCOL_UDP ||
        !bytes_take(&frame, UDP_SIZE, &udp) || frame.len < GSMTAP_HEADER_SIZE)
        return false;
    if (frame.data[2] != GSMTAP_TYPE_SIM ||
        !bytes_take(&frame, (size_t)IP_WORD * frame.data[1], &header) ||
        header.len <= SUB_TYPE_OFFSET)
        return false;
    *sub_type = header.data[SUB_TYPE_OFFSET];
    *content = frame;
    return true;
}

/* Whether P3 of this command says how much is to come from the card (ISO/IEC 7816-3, TS 102 221
 * §10.1.2). */
static bool only_answers(const uint8_t *header)
{
    static const uint8_t instructions[] = {0xB0, 0xB2, 0xC0, 0xF2, 0x12, 0x84, 0xCA, 0xCB, 0x70};
    return memchr(instructions, header[1], sizeof(instructions)) != NULL;
}

static void add(struct feed *feed, enum raw_kind kind, int64_t us, struct bytes bytes)
{
    const struct raw raw = {.kind = kind, .power = CARD_RESET, .us = us, .bytes = bytes};
    feed_add(feed, &raw);
}

/* A command whose length is of the extended form has it behind a zero. */
static size_t extended_len(struct bytes exchange)
{
    const size_t len = (size_t)exchange.data[HEADER_SIZE] << 8 | exchange.data[HEADER_SIZE + 1];
    return len > 0 && exchange.len >= HEADER_SIZE + 2 + len + STATUS_SIZE ? 2 + len : 0;
}

static void add_exchange(struct feed *feed, int64_t us, struct bytes exchange)
{
    struct bytes command;
    size_t len = HEADER_SIZE;
    if (exchange.len < HEADER_SIZE + STATUS_SIZE)
        return;
    const size_t p3 = exchange.data[HEADER_SIZE - 1];
    if (!only_answers(exchange.data) && exchange.len >= HEADER_SIZE + p3 + STATUS_SIZE)
        len += p3 > 0 ? p3 : exchange.len > HEADER_SIZE + STATUS_SIZE ? extended_len(exchange) : 0;
    if (!bytes_take(&exchange, len, &command))
        return;
    add(feed, RAW_COMMAND, us, command);
    add(feed, RAW_RESPONSE, us, exchange);
}

static void take_packet(const struct pcap *pcap, int64_t us, struct bytes frame, struct feed *feed)
{
    struct bytes content;
    uint8_t sub_type;
    if (!unwrap(pcap, frame, &sub_type, &content))
        return;
    if (sub_type == SUB_TYPE_ATR)
        add(feed, RAW_POWER, us, content);
    else
        add_exchange(feed, us, content);
}

static bool read_header(struct bytes *file, struct pcap *pcap)
{
    struct bytes header;
    if (!read_magic(*file, pcap) || !bytes_take(file, FILE_HEADER_SIZE, &header))
        return false;
    const uint32_t link = u32(pcap, header.data + LINK_OFFSET);
    pcap->link_size = link == LINK_ETHERNET ? ETHERNET_SIZE : link == LINK_COOKED ? COOKED_SIZE : 0;
    return link == LINK_RAW || pcap->link_size > 0;
}

int capture_read(struct bytes file, const char *name, struct feed *feed)
{
    struct pcap pcap;
    struct bytes header, frame;
    if (!read_header(&file, &pcap)) {
        trace_error("--replay %s: a pcap file, and its packets are neither IP, Ethernet nor "
                    "Linux's cooked ones",
                    name);
        return FAILURE_INTERNAL;
    }
    while (bytes_take(&file, PACKET_HEADER_SIZE, &header)) {
        const int64_t seconds = u32(&pcap, header.data);
        const int64_t part = u32(&pcap, header.data + 4);
        if (!bytes_take(&file, u32(&pcap, header.data + 8), &frame)) {
            trace_error("--replay %s: the file is cut within a packet", name);
            return FAILURE_INTERNAL;
        }
        take_packet(&pcap, seconds * 1000000 + (pcap.nanoseconds ? part / 1000 : part), frame,
                    feed);
    }
    return 0;
}

#include "fs/scp81/bip.h"

#include "apdu/comprehension.h"

#define TAG_CHANNEL_DATA 0xB6 /* TS 102 223 §8.53 */
#define TAG_CHANNEL_DATA_LENGTH 0xB7
#define TAG_CHANNEL_STATUS 0xB8
#define TAG_BUFFER_SIZE 0xB9
#define TAG_EVENTS 0x99
#define ENVELOPE_EVENT 0xD6
#define EVENT_DATA_AVAILABLE 0x09
#define EVENT_CHANNEL_STATUS 0x0A

#define DEVICE_CHANNEL 0x20 /* and the channel's number */
#define CHANNEL_MASK 0x07   /* of Channel Status, first byte (§8.56) */
#define LINK_ESTABLISHED 0x80
#define LENGTH_MORE 0xFF /* so many bytes, or more */
#define EVENTS (PROACTIVE_EVENT_DATA_AVAILABLE | PROACTIVE_EVENT_CHANNEL_STATUS)

bool bip_is_possible(const struct proactive *proactive)
{
    static const enum proactive_kind needed[] = {PROACTIVE_SET_UP_EVENT_LIST,
                                                 PROACTIVE_OPEN_CHANNEL, PROACTIVE_CLOSE_CHANNEL,
                                                 PROACTIVE_RECEIVE_DATA, PROACTIVE_SEND_DATA};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!proactive_supports(proactive, needed[i]))
            return false;
    return true;
}

static bool ask(struct bip *bip, enum proactive_kind kind, struct bytes data)
{
    const uint8_t device = bip->channel != 0 ? DEVICE_CHANNEL | bip->channel : 0;
    bip->busy = proactive_send_to(bip->proactive, kind, device, data);
    return bip->busy;
}

bool bip_open(struct bip *bip, struct bytes data)
{
    *bip = (struct bip){.proactive = bip->proactive};
    return proactive_listen(bip->proactive, EVENTS) && ask(bip, PROACTIVE_OPEN_CHANNEL, data);
}

bool bip_send(struct bip *bip, struct bytes data, bool more)
{
    uint8_t room[BIP_SEND_MAX + TLV_HEADER_MAX];
    struct writer out = writer_on(room, sizeof(room));
    tlv_put(&out, TAG_CHANNEL_DATA, data);
    const bool store = more && bip->buffer >= bip->stored + data.len + BIP_SEND_MAX;
    bip->stored = store ? (uint16_t)(bip->stored + data.len) : 0;
    return !out.overflow &&
           ask(bip, store ? PROACTIVE_SEND_DATA_STORE : PROACTIVE_SEND_DATA, writer_bytes(&out));
}

bool bip_receive(struct bip *bip)
{
    const uint8_t len =
        (uint8_t)(bip->available < BIP_RECEIVE_MAX ? bip->available : BIP_RECEIVE_MAX);
    return ask(bip, PROACTIVE_RECEIVE_DATA, BYTES(TAG_CHANNEL_DATA_LENGTH, 0x01, len));
}

bool bip_ask_status(struct bip *bip)
{
    bip->busy = proactive_send(bip->proactive, PROACTIVE_CHANNEL_STATUS, (struct bytes){0});
    return bip->busy;
}

bool bip_close(struct bip *bip)
{
    return ask(bip, PROACTIVE_CLOSE_CHANNEL, (struct bytes){0});
}

void bip_withdraw(struct bip *bip)
{
    static const enum proactive_kind kinds[] = {PROACTIVE_OPEN_CHANNEL, PROACTIVE_RECEIVE_DATA,
                                                PROACTIVE_SEND_DATA_STORE, PROACTIVE_SEND_DATA,
                                                PROACTIVE_CHANNEL_STATUS};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        proactive_withdraw(bip->proactive, kinds[i]);
    bip->busy = false;
}

void bip_stop(struct bip *bip)
{
    proactive_stop_listening(bip->proactive, EVENTS);
    *bip = (struct bip){.proactive = bip->proactive};
}

/* One byte of an object of the answer; `otherwise` without it. */
static uint8_t byte_of(struct bytes in, uint32_t tag, uint8_t otherwise)
{
    struct tlv tlv;
    return comprehension_find(in, tag, &tlv) && tlv.value.len > 0 ? tlv.value.data[0] : otherwise;
}

static enum bip_event opened(struct bip *bip, struct bytes rest)
{
    struct tlv buffer;
    bip->channel = byte_of(rest, TAG_CHANNEL_STATUS, 0) & CHANNEL_MASK;
    if (!comprehension_find(rest, TAG_BUFFER_SIZE, &buffer) ||
        !bytes_take_u16(&buffer.value, &bip->buffer))
        bip->buffer = 0;
    return bip->channel != 0 ? BIP_OPENED : BIP_REFUSED;
}

static enum bip_event received(struct bip *bip, struct bytes rest, struct bytes *out)
{
    struct tlv data;
    if (comprehension_find(rest, TAG_CHANNEL_DATA, &data))
        *out = data.value;
    bip->available = byte_of(rest, TAG_CHANNEL_DATA_LENGTH, 0);
    return BIP_RECEIVED;
}

static enum bip_event status_told(const struct bip *bip, struct bytes rest)
{
    const uint8_t status = byte_of(rest, TAG_CHANNEL_STATUS, 0);
    return (status & CHANNEL_MASK) == bip->channel && (status & LINK_ESTABLISHED) != 0
               ? BIP_ALIVE
               : BIP_DROPPED;
}

enum bip_event bip_answered(struct bip *bip, const struct proactive_answer *answer,
                            struct bytes *received_bytes)
{
    *received_bytes = (struct bytes){0};
    if (answer->kind < PROACTIVE_OPEN_CHANNEL || answer->kind > PROACTIVE_CHANNEL_STATUS)
        return BIP_NOTHING;
    bip->busy = false;
    if (answer->kind == PROACTIVE_CLOSE_CHANNEL)
        return BIP_CLOSED; /* or it was not open any more */
    if (!answer->done)
        return BIP_REFUSED;
    switch (answer->kind) {
    case PROACTIVE_OPEN_CHANNEL:
        return opened(bip, answer->rest);
    case PROACTIVE_RECEIVE_DATA:
        return received(bip, answer->rest, received_bytes);
    case PROACTIVE_CHANNEL_STATUS:
        return status_told(bip, answer->rest);
    default:
        return BIP_SENT;
    }
}

enum bip_event bip_envelope(struct bip *bip, const struct tlv *envelope)
{
    const struct bytes in = envelope->value;
    const uint8_t status = byte_of(in, TAG_CHANNEL_STATUS, 0);
    if (envelope->tag != ENVELOPE_EVENT || bip->channel == 0 ||
        (status & CHANNEL_MASK) != bip->channel)
        return BIP_NOTHING;
    switch (byte_of(in, TAG_EVENTS, 0)) {
    case EVENT_DATA_AVAILABLE:
        bip->available = byte_of(in, TAG_CHANNEL_DATA_LENGTH, LENGTH_MORE);
        return BIP_DATA;
    case EVENT_CHANNEL_STATUS:
        return (status & LINK_ESTABLISHED) != 0 ? BIP_NOTHING : BIP_DROPPED;
    default:
        return BIP_NOTHING;
    }
}

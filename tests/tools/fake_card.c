#include "tests/tools/fake_card.h"

#include "apdu/apdu.h"
#include "apdu/status.h"
#include "tools/lib/transport/channel.h"

static void complain(struct fake_card *card, const char *what)
{
    if (card->wrong == NULL)
        card->wrong = what;
}

static uint16_t get_response(struct fake_card *card, const struct apdu *apdu,
                             struct writer *response)
{
    const size_t left = card->pending_len - card->pending_at;
    const size_t wanted = apdu->le < left ? apdu->le : left;
    if (left == 0)
        return SW_CONDITIONS_NOT_SATISFIED;
    if (apdu->ins == 0xC0 && card->refused_le > 0 && --card->refused_le == 0)
        return SW_WRONG_LE | (left > 255 ? 0 : left);
    writer_put(response, bytes_of(card->pending + card->pending_at, wanted));
    card->pending_at += wanted;
    return left == wanted
               ? SW_OK
               : (uint16_t)(SW_BYTES_AVAILABLE | (left - wanted > 255 ? 0 : left - wanted));
}

/* The answer waits: as 61xx, or at once if that is wanted and fits. */
static uint16_t give(struct fake_card *card, const struct apdu *apdu, struct writer *response)
{
    const size_t left = card->pending_len - card->pending_at;
    if (left == 0)
        return SW_OK;
    if (apdu->le > 0)
        return get_response(card, apdu, response);
    if (card->direct && left <= 256) {
        writer_put(response, bytes_of(card->pending + card->pending_at, left));
        card->pending_len = 0;
        return SW_OK;
    }
    return (uint16_t)(SW_BYTES_AVAILABLE | (left > 255 ? 0 : left));
}

static uint16_t store_data(struct fake_card *card, const struct apdu *apdu, struct writer *response)
{
    const bool last = apdu->p1 == 0x91;
    if (apdu->p1 != 0x11 && !last)
        complain(card, "P1 of STORE DATA");
    if (apdu->p2 != card->next_block)
        complain(card, "P2 of STORE DATA");
    card->blocks++;
    card->longest = apdu->data.len > card->longest ? apdu->data.len : card->longest;
    if (card->request_len + apdu->data.len > sizeof(card->request))
        return SW_NOT_ENOUGH_MEMORY;
    memcpy(card->request + card->request_len, apdu->data.data, apdu->data.len);
    card->request_len += apdu->data.len;
    card->next_block++;
    card->pending_len = card->pending_at = 0;
    if (!last)
        return SW_OK;
    struct writer out = writer_on(card->pending, sizeof(card->pending));
    const uint16_t status =
        card->answer(card->context, bytes_of(card->request, card->request_len), &out);
    card->request_len = card->next_block = 0;
    card->pending_len = status == SW_OK ? writer_bytes(&out).len : 0;
    card->pending_at = 0;
    return status == SW_OK ? give(card, apdu, response) : status;
}

static uint16_t manage_channel(struct fake_card *card, const struct apdu *apdu,
                               struct writer *response)
{
    if (apdu->p1 == 0x80) {
        card->closed = apdu->p2 == card->channel;
        return SW_OK;
    }
    card->opened = true;
    writer_put_u8(response, card->channel);
    return SW_OK;
}

static uint16_t select_isd_r(struct fake_card *card)
{
    static const uint8_t fci[] = {0x6F, 0x04, 0xE0, 0x02, 0x82, 0x00};
    if (card->no_isd_r)
        return SW_FILE_NOT_FOUND;
    card->selected = true;
    memcpy(card->pending, fci, sizeof(fci));
    card->pending_len = sizeof(fci);
    card->pending_at = 0;
    return SW_BYTES_AVAILABLE | sizeof(fci);
}

static uint16_t run(struct fake_card *card, const struct apdu *apdu, struct writer *response)
{
    const bool on_channel = apdu->ins == 0xE2 || apdu->ins == 0xA4 || apdu->ins == 0xC0;
    if (on_channel && apdu->channel != card->channel)
        complain(card, "channel");
    switch (apdu->ins) {
    case 0x10: /* TERMINAL PROFILE */
    case 0xC2: /* ENVELOPE */
    case 0xAA:
        return SW_OK;
    case 0x70:
        return manage_channel(card, apdu, response);
    case 0xA4:
        return select_isd_r(card);
    case 0xC0:
        return get_response(card, apdu, response);
    case 0xE2:
        return store_data(card, apdu, response);
    default:
        complain(card, "instruction");
        return SW_INSTRUCTION;
    }
}

static bool fake_open(struct transport *transport, struct fault *fault)
{
    (void)transport, (void)fault;
    return true;
}

static bool fake_transmit(struct transport *transport, struct bytes command,
                          struct writer *response, struct fault *fault)
{
    struct fake_card *card = (struct fake_card *)transport;
    struct apdu apdu;
    uint16_t status = SW_WRONG_LENGTH;
    if (card->dies_after > 0 && card->commands >= card->dies_after)
        return fault_raise(fault, "fake card", "it went away");
    card->commands++;
    if (apdu_parse(command, &apdu) == 0)
        status = run(card, &apdu, response);
    else
        complain(card, "shape of a command");
    writer_put_u16(response, status);
    return true;
}

/* Each command is run as it comes; its response waits. */
static bool fake_send(struct transport *transport, struct bytes command, struct fault *fault)
{
    struct fake_card *card = (struct fake_card *)transport;
    uint8_t room[TRANSPORT_RESPONSE_MAX];
    struct writer response = writer_on(room, sizeof(room));
    struct writer waiting =
        writer_on(card->waiting + card->waiting_len, sizeof(card->waiting) - card->waiting_len);
    struct fault ignored = {0};
    if (!fake_transmit(transport, command, &response, &ignored))
        return true; /* nothing comes back */
    writer_put_u16(&waiting, (uint16_t)response.len);
    writer_put(&waiting, writer_bytes(&response));
    card->waiting_len += waiting.len;
    return !waiting.overflow || fault_raise(fault, "fake card", "too many responses wait");
}

static bool fake_receive(struct transport *transport, struct writer *response, struct fault *fault)
{
    struct fake_card *card = (struct fake_card *)transport;
    struct bytes waiting = bytes_of(card->waiting, card->waiting_len), next;
    uint16_t len;
    if (!bytes_take_u16(&waiting, &len) || !bytes_take(&waiting, len, &next))
        return fault_raise(fault, "fake card", "it went away");
    writer_put(response, next);
    memmove(card->waiting, waiting.data, waiting.len);
    card->waiting_len = waiting.len;
    return true;
}

static void fake_close(struct transport *transport)
{
    ((struct fake_card *)transport)->released = true;
}

static const struct transport_kind fake_kind = {"fake",        fake_open,        channel_select,
                                                fake_transmit, channel_deselect, fake_close};

static const struct transport_kind fake_many = {.name = "fake, many at once",
                                                .open = fake_open,
                                                .select = channel_select,
                                                .transmit = fake_transmit,
                                                .deselect = channel_deselect,
                                                .close = fake_close,
                                                .send = fake_send,
                                                .receive = fake_receive};

void fake_card_take_many(struct fake_card *card)
{
    card->transport.kind = &fake_many;
}

void fake_card_init(struct fake_card *card,
                    uint16_t (*answer)(void *context, struct bytes request, struct writer *out),
                    void *context)
{
    memset(card, 0, sizeof(*card));
    card->transport = (struct transport){&fake_kind, 0, "nowhere"};
    card->answer = answer;
    card->context = context;
    card->channel = 1;
}

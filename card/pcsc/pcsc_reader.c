#include "card/pcsc/pcsc_reader.h"

#include <stdio.h>

#define EVENTS_MASK 0xFFFF /* clients compare so much of the count */
#define ATR_T0 1           /* place of T0, whose high bits say what follows */
#define ATR_NEXT 0x80      /* TDi is there */
#define ATR_PROTOCOL 0x0F

void pcsc_reader_init(struct pcsc_reader *reader, struct pcsc_card *card, unsigned number)
{
    *reader = (struct pcsc_reader){.card = card, .off_at = -1};
    snprintf(reader->name, sizeof(reader->name), "emuicc 00 %02X", number);
}

void pcsc_reader_finish(struct pcsc_reader *reader)
{
    reader->card->kind->finish(reader->card);
}

static bool set_power(struct pcsc_reader *reader, enum card_power power)
{
    return reader->card->kind->power(reader->card, power);
}

static struct bytes atr_of(const struct pcsc_reader *reader)
{
    return reader->card->kind->atr(reader->card);
}

/* A card that is put in is powered, as pcscd does it, and for a while waits for a client. */
static void set_present(struct pcsc_reader *reader, bool present, int64_t now)
{
    reader->present = present;
    reader->events = (reader->events + 1) & EVENTS_MASK;
    reader->removals += !present;
    reader->powered = present && set_power(reader, CARD_ON);
    reader->locker = present ? reader->locker : 0;
    reader->off_at = reader->powered ? now + PCSC_POWER_OFF_MS : -1;
}

bool pcsc_reader_look(struct pcsc_reader *reader, int64_t now)
{
    const bool present = reader->card->kind->is_present(reader->card);
    const bool changed = present != reader->present;
    if (changed)
        set_present(reader, present, now);
    if (reader->off_at >= 0 && now >= reader->off_at) {
        reader->off_at = -1;
        reader->powered = false;
        (void)set_power(reader, CARD_OFF);
    }
    return changed;
}

int64_t pcsc_reader_due(const struct pcsc_reader *reader, int64_t now)
{
    return reader->present ? reader->off_at : reader->card->kind->due(reader->card, now);
}

/* The protocols that an ATR offers (ISO/IEC 7816-3 §8.2.3); T=0 if it names none. */
static uint32_t protocols_of(struct bytes atr)
{
    uint32_t protocols = 0;
    size_t at = ATR_T0;
    uint8_t follows = at < atr.len ? atr.data[at] : 0;
    while ((follows & ATR_NEXT) != 0) {
        for (uint8_t bit = 0x10; bit != ATR_NEXT; bit = (uint8_t)(bit << 1))
            at += (follows & bit) != 0;
        if (++at >= atr.len)
            break;
        follows = atr.data[at];
        if ((follows & ATR_PROTOCOL) <= 1)
            protocols |= (uint32_t)PCSC_T0 << (follows & ATR_PROTOCOL);
    }
    return protocols != 0 ? protocols : PCSC_T0;
}

void pcsc_reader_put_state(const struct pcsc_reader *reader, struct writer *out)
{
    uint8_t state[PCSC_STATE_SIZE] = {0};
    uint8_t *words = state + PCSC_NAME_SIZE, *atr = words + 3 * PCSC_WORD;
    const struct bytes value = reader->present ? atr_of(reader) : (struct bytes){0};
    snprintf((char *)state, PCSC_NAME_SIZE, "%s", reader->name);
    pcsc_set_word(words, 0, reader->events);
    pcsc_set_word(words, 1,
                  reader->present ? PCSC_PRESENT | PCSC_POWERED | PCSC_NEGOTIABLE : PCSC_ABSENT);
    pcsc_set_word(words, 2, (uint32_t)reader->sharing);
    if (value.len > 0 && value.len <= PCSC_ATR_SIZE) {
        memcpy(atr, value.data, value.len);
        pcsc_set_word(atr + PCSC_ATR_SIZE + 3, 0, (uint32_t)value.len);
        pcsc_set_word(atr + PCSC_ATR_SIZE + 3, 1,
                      protocols_of(value) & PCSC_T0 ? PCSC_T0 : PCSC_T1);
    }
    writer_put(out, bytes_of(state, sizeof(state)));
}

/* The card under power; only the first to come powers it. */
static int power_on(struct pcsc_reader *reader)
{
    reader->off_at = -1;
    if (reader->powered)
        return PCSC_SUCCESS;
    if (!reader->present || !set_power(reader, CARD_ON))
        return PCSC_NO_SMARTCARD;
    reader->powered = true;
    return PCSC_SUCCESS;
}

/* What a disposition does to the card; all other handles learn of it. */
static void dispose(struct pcsc_reader *reader, uint32_t disposition)
{
    if (disposition == PCSC_LEAVE || !reader->present)
        return;
    reader->resets++;
    const bool off = disposition != PCSC_RESET;
    reader->powered = !off && reader->powered;
    (void)set_power(reader, off ? CARD_OFF : CARD_RESET);
}

static int choose(const struct pcsc_reader *reader, uint32_t protocols, uint32_t *protocol)
{
    const uint32_t both = protocols & protocols_of(atr_of(reader));
    if (both == 0)
        return PCSC_PROTO_MISMATCH;
    *protocol = (both & PCSC_T0) != 0 ? PCSC_T0 : PCSC_T1;
    return PCSC_SUCCESS;
}

static void know(struct pcsc_handle *handle)
{
    handle->resets = handle->reader->resets;
    handle->removals = handle->reader->removals;
}

/* Makes one more use of the reader; false if somebody is in its way. */
static bool share_reader(struct pcsc_reader *reader, uint32_t share)
{
    if (reader->sharing < 0 || (share == PCSC_EXCLUSIVE && reader->sharing > 0))
        return false;
    reader->sharing = share == PCSC_EXCLUSIVE ? -1 : reader->sharing + 1;
    return true;
}

static void unshare(struct pcsc_reader *reader, uint32_t share)
{
    reader->sharing = share == PCSC_EXCLUSIVE ? 0 : reader->sharing - 1;
}

static int claim(struct pcsc_reader *reader, struct pcsc_handle *handle, uint32_t share,
                 uint32_t protocols)
{
    if (share < PCSC_EXCLUSIVE || share > PCSC_DIRECT)
        return PCSC_INVALID_VALUE;
    if (share != PCSC_DIRECT && (protocols & (PCSC_T0 | PCSC_T1 | PCSC_RAW)) == 0)
        return PCSC_INVALID_VALUE;
    if (!reader->present && share != PCSC_DIRECT)
        return PCSC_NO_SMARTCARD;
    uint32_t protocol = 0;
    const int result = share == PCSC_DIRECT ? PCSC_SUCCESS : choose(reader, protocols, &protocol);
    if (result != PCSC_SUCCESS)
        return result;
    if ((reader->locker != 0 && reader->locker != handle->id) || !share_reader(reader, share))
        return PCSC_SHARING_VIOLATION;
    handle->reader = reader;
    handle->share = share;
    handle->protocol = protocol;
    return PCSC_SUCCESS;
}

int pcsc_reader_connect(struct pcsc_reader *reader, struct pcsc_handle *handle, uint32_t share,
                        uint32_t protocols)
{
    int result = claim(reader, handle, share, protocols);
    if (result != PCSC_SUCCESS)
        return result;
    if (share != PCSC_DIRECT)
        result = power_on(reader);
    if (result != PCSC_SUCCESS)
        unshare(reader, share);
    know(handle);
    return result;
}

int pcsc_reader_reconnect(struct pcsc_handle *handle, uint32_t share, uint32_t protocols,
                          uint32_t disposition)
{
    struct pcsc_reader *reader = handle->reader;
    const uint32_t before = handle->share;
    if (reader->locker != 0 && reader->locker != handle->id)
        return PCSC_SHARING_VIOLATION;
    unshare(reader, before);
    int result = claim(reader, handle, share, protocols);
    if (result != PCSC_SUCCESS) {
        (void)share_reader(reader, before);
        return result;
    }
    dispose(reader, disposition);
    know(handle);
    return share == PCSC_DIRECT ? PCSC_SUCCESS : power_on(reader);
}

int pcsc_reader_disconnect(struct pcsc_handle *handle, uint32_t disposition, int64_t now)
{
    struct pcsc_reader *reader = handle->reader;
    const bool others = reader->locker != 0 && reader->locker != handle->id;
    if (!others)
        reader->locker = 0;
    /* A transaction of somebody else's is not to be disturbed. */
    if (!others && handle->removals == reader->removals)
        dispose(reader, disposition);
    unshare(reader, handle->share);
    if (reader->sharing == 0 && reader->powered)
        reader->off_at = now + PCSC_POWER_OFF_MS;
    *handle = (struct pcsc_handle){0};
    return PCSC_SUCCESS;
}

void pcsc_reader_abandon(struct pcsc_handle *handle, int64_t now)
{
    const bool transaction = handle->reader->locker == handle->id;
    (void)pcsc_reader_disconnect(handle, transaction ? PCSC_RESET : PCSC_LEAVE, now);
}

int pcsc_reader_status(const struct pcsc_handle *handle)
{
    const struct pcsc_reader *reader = handle->reader;
    if (handle->removals != reader->removals || (!reader->present && handle->share != PCSC_DIRECT))
        return PCSC_REMOVED_CARD;
    if (handle->resets != reader->resets)
        return PCSC_RESET_CARD;
    return PCSC_SUCCESS;
}

/* What forbids a handle to use the card now. */
static int check_use(const struct pcsc_handle *handle)
{
    const struct pcsc_reader *reader = handle->reader;
    if (reader->locker != 0 && reader->locker != handle->id)
        return PCSC_SHARING_VIOLATION;
    return pcsc_reader_status(handle);
}

int pcsc_reader_begin(struct pcsc_handle *handle)
{
    struct pcsc_reader *reader = handle->reader;
    const int result = check_use(handle);
    if (result != PCSC_SUCCESS)
        return result;
    reader->lock_depth = reader->locker == handle->id ? reader->lock_depth + 1 : 1;
    reader->locker = handle->id;
    return PCSC_SUCCESS;
}

int pcsc_reader_end(struct pcsc_handle *handle, uint32_t disposition)
{
    struct pcsc_reader *reader = handle->reader;
    if (handle->removals != reader->removals)
        return PCSC_REMOVED_CARD;
    if (reader->locker != handle->id)
        return reader->locker != 0 ? PCSC_SHARING_VIOLATION : PCSC_NOT_TRANSACTED;
    dispose(reader, disposition);
    if (disposition != PCSC_LEAVE && power_on(reader) == PCSC_SUCCESS)
        know(handle);
    if (--reader->lock_depth == 0)
        reader->locker = 0;
    return PCSC_SUCCESS;
}

int pcsc_reader_transmit(struct pcsc_handle *handle, uint32_t protocol, struct bytes command,
                         struct writer *response)
{
    const int result = check_use(handle);
    if (result != PCSC_SUCCESS)
        return result;
    if (handle->share == PCSC_DIRECT)
        return PCSC_NOT_TRANSACTED;
    if (protocol != PCSC_RAW && protocol != handle->protocol)
        return PCSC_PROTO_MISMATCH;
    struct pcsc_card *card = handle->reader->card;
    return card->kind->transmit(card, command, response) == CONTACT_ANSWERED ? PCSC_SUCCESS
                                                                             : PCSC_NOT_TRANSACTED;
}

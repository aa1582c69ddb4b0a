#include "apdu/apdu.h"

#include "apdu/status.h"

#define CLASS_FURTHER 0x40 /* further interindustry coding: channels 4 to 19 */
#define CLASS_GSM 0xA0     /* TS 51.011; its low bits are no channel */
#define CLASS_INVALID 0xFF

/*@ assigns \nothing;
    ensures \result <= 0x0F; */
static uint8_t low_half(uint8_t byte)
{
    return byte & 0x0F;
}

/* TS 102 221 table 10.3 (channels 0 to 3) and table 10.4a (channels 4 to 19). */
/*@ requires \valid(apdu);
    assigns apdu->family, apdu->channel, apdu->secured;
    ensures apdu->channel < APDU_CHANNELS; */
static void read_class(struct apdu *apdu)
{
    const uint8_t cla = apdu->cla;
    const uint8_t high = cla & 0xF0;
    apdu->family = cla;
    apdu->channel = 0;
    apdu->secured = false;
    if (cla == CLASS_INVALID || high == CLASS_GSM)
        return;
    if (cla & CLASS_FURTHER) {
        if (high != 0x40 && high != 0x60 && high != 0xC0 && high != 0xE0)
            return;
        apdu->family = cla & 0x80;
        apdu->channel = (uint8_t)(4 + low_half(cla));
        apdu->secured = (cla & 0x20) != 0;
    } else if (high == 0x00 || high == 0x80) {
        apdu->family = high;
        apdu->channel = cla & 0x03;
        apdu->secured = (cla & 0x0C) != 0;
    }
}

/*@ assigns \nothing;
    ensures 1 <= \result <= APDU_LE_SHORT_MAX; */
static uint32_t short_le(uint8_t byte)
{
    return byte == 0 ? APDU_LE_SHORT_MAX : byte;
}

/*@ assigns \nothing;
    ensures 1 <= \result <= APDU_LE_EXTENDED_MAX; */
static uint32_t extended_le(uint16_t value)
{
    return value == 0 ? APDU_LE_EXTENDED_MAX : value;
}

/* What follows a one-byte Lc: the data, then at most one byte of Le. */
/*@ requires readable(body) && body.len > 0 && \valid(apdu) && readable(apdu->data);
    requires apdu->data.len <= body.len && apdu->le <= APDU_LE_EXTENDED_MAX;
    assigns apdu->shape, apdu->le, apdu->data, apdu->extended;
    ensures readable(apdu->data) && apdu->data.len <= body.len;
    ensures apdu->le <= APDU_LE_EXTENDED_MAX; */
static bool read_short(struct bytes body, struct apdu *apdu)
{
    uint8_t first, le;
    (void)bytes_take_u8(&body, &first);
    if (body.len == 0) {
        apdu->shape = APDU_CASE_2;
        apdu->le = short_le(first);
        return true;
    }
    if (first == 0 || !bytes_take(&body, first, &apdu->data))
        return false;
    apdu->shape = APDU_CASE_3;
    if (bytes_take_u8(&body, &le)) {
        apdu->shape = APDU_CASE_4;
        apdu->le = short_le(le);
    }
    return body.len == 0;
}

/* After the byte 00 that announces long fields: two bytes of Le alone, or of Lc with its data. */
/*@ requires readable(body) && body.len > 1 && \valid(apdu) && readable(apdu->data);
    requires apdu->data.len <= body.len && apdu->le <= APDU_LE_EXTENDED_MAX;
    assigns apdu->shape, apdu->le, apdu->data, apdu->extended;
    ensures readable(apdu->data) && apdu->data.len <= body.len;
    ensures apdu->le <= APDU_LE_EXTENDED_MAX; */
static bool read_extended(struct bytes body, struct apdu *apdu)
{
    uint8_t zero;
    uint16_t first, le;
    apdu->extended = true;
    (void)bytes_take_u8(&body, &zero);
    if (!bytes_take_u16(&body, &first))
        return false;
    if (body.len == 0) {
        apdu->shape = APDU_CASE_2;
        apdu->le = extended_le(first);
        return true;
    }
    if (first == 0 || !bytes_take(&body, first, &apdu->data))
        return false;
    apdu->shape = APDU_CASE_3;
    if (bytes_take_u16(&body, &le)) {
        apdu->shape = APDU_CASE_4;
        apdu->le = extended_le(le);
    }
    return body.len == 0;
}

int apdu_parse(struct bytes command, struct apdu *out)
{
    struct apdu apdu = {.whole = command, .shape = APDU_CASE_1};
    struct bytes body = command;
    if (!bytes_take_u8(&body, &apdu.cla) || !bytes_take_u8(&body, &apdu.ins) ||
        !bytes_take_u8(&body, &apdu.p1) || !bytes_take_u8(&body, &apdu.p2))
        return SW_WRONG_LENGTH;
    read_class(&apdu);
    if (body.len > 0) {
        const bool extended = body.data[0] == 0 && body.len > 1;
        if (extended ? !read_extended(body, &apdu) : !read_short(body, &apdu))
            return SW_WRONG_LENGTH;
    }
    *out = apdu;
    return 0;
}

#include "tools/lpa/channel.h"

#include "apdu/apdu.h"
#include "apdu/status.h"
#include "tools/lpa/exchange.h"

#define ANSWER_MAX 256 /* bytes; an FCI is the longest */
#define CLOSE_CHANNEL 0x80

/* Local user interface, profile download and discovery are in the device (TS 102 221 §11.1.19). */
static int announce_lpa(struct transport *transport, struct writer *answer, struct fault *fault)
{
    const struct exchange_command command = {
        .cla = CLASS_PROPRIETARY,
        .ins = 0xAA,
        .data = BYTES(0xA9, 0x08, 0x81, 0x00, 0x82, 0x01, 0x01, 0x83, 0x01, 0x07)};
    return exchange(transport, &command, false, answer, fault);
}

static bool open_channel(struct transport *transport, struct writer *answer, struct fault *fault)
{
    const struct exchange_command command = {
        .cla = CLASS_UICC, .ins = 0x70, .has_le = true, .le = 1};
    writer_reset(answer);
    const int status = exchange(transport, &command, false, answer, fault);
    if (!exchange_is_success(status))
        return exchange_refused(fault, "MANAGE CHANNEL", status);
    struct bytes data = writer_bytes(answer);
    if (data.len != 1 || data.data[0] == 0 || data.data[0] >= APDU_CHANNELS)
        return fault_raise(fault, "MANAGE CHANNEL", "the card names no channel");
    transport->channel = data.data[0];
    return true;
}

bool channel_not_found(struct fault *fault)
{
    return fault_next(fault, "this card is no eUICC, or its ISD-R has another AID: "
                             "--isd-r tells it");
}

bool channel_select(struct transport *transport, struct bytes aid, struct fault *fault)
{
    uint8_t memory[ANSWER_MAX];
    struct writer answer = writer_on(memory, sizeof(memory));
    const struct exchange_command command = {
        .cla = CLASS_UICC, .ins = 0xA4, .p1 = 0x04, .data = aid};
    /* A card that does not know the command still is an eUICC. */
    if (announce_lpa(transport, &answer, fault) < 0 || !open_channel(transport, &answer, fault))
        return false;
    writer_reset(&answer);
    const int status = exchange(transport, &command, false, &answer, fault);
    if (exchange_is_success(status))
        return true;
    exchange_refused(fault, "SELECT ISD-R", status);
    const bool absent = status == SW_FILE_NOT_FOUND || status == SW_REFERENCE_NOT_FOUND;
    return absent ? channel_not_found(fault) : false;
}

void channel_deselect(struct transport *transport, struct fault *fault)
{
    uint8_t nothing[1];
    struct writer answer = writer_on(nothing, sizeof(nothing));
    const struct exchange_command command = {
        .cla = CLASS_UICC, .ins = 0x70, .p1 = CLOSE_CHANNEL, .p2 = transport->channel};
    if (transport->channel == 0)
        return;
    transport->channel = 0; /* it is the basic channel that closes another */
    exchange(transport, &command, false, &answer, fault);
}

#include "tools/lib/transport/channel.h"

#include "apdu/apdu.h"
#include "apdu/status.h"
#include "tools/lib/transport/exchange.h"

#define ANSWER_MAX 256 /* bytes; an FCI is the longest */
#define CLOSE_CHANNEL 0x80

/* Local user interface, profile download and discovery are in the device (TS 102 221 §11.1.19). */
bool channel_announce(struct transport *transport, struct fault *fault)
{
    uint8_t memory[ANSWER_MAX];
    struct writer answer = writer_on(memory, sizeof(memory));
    const struct exchange_command command = {
        .cla = CLASS_PROPRIETARY,
        .ins = 0xAA,
        .data = BYTES(0xA9, 0x08, 0x81, 0x00, 0x82, 0x01, 0x01, 0x83, 0x01, 0x07)};
    return exchange(transport, &command, false, &answer, fault) >= 0;
}

static int refused(struct fault *fault, const char *where, int status)
{
    exchange_refused(fault, where, status);
    return status;
}

static int manage_channel(struct transport *transport, struct fault *fault)
{
    uint8_t memory[ANSWER_MAX];
    struct writer answer = writer_on(memory, sizeof(memory));
    const struct exchange_command command = {
        .cla = CLASS_UICC, .ins = 0x70, .has_le = true, .le = 1};
    const int status = exchange(transport, &command, false, &answer, fault);
    if (!exchange_is_success(status))
        return refused(fault, "MANAGE CHANNEL", status);
    const struct bytes data = writer_bytes(&answer);
    if (data.len != 1 || data.data[0] == 0 || data.data[0] >= APDU_CHANNELS) {
        fault_raise(fault, "MANAGE CHANNEL", "the card names no channel");
        return -1;
    }
    transport->channel = data.data[0];
    return SW_OK;
}

int channel_open(struct transport *transport, struct bytes aid, struct fault *fault)
{
    uint8_t memory[ANSWER_MAX];
    struct writer answer = writer_on(memory, sizeof(memory));
    const struct exchange_command command = {
        .cla = CLASS_UICC, .ins = 0xA4, .p1 = 0x04, .data = aid};
    int status = manage_channel(transport, fault);
    if (status != SW_OK)
        return status;
    status = exchange(transport, &command, false, &answer, fault);
    return exchange_is_success(status) ? SW_OK : refused(fault, "SELECT ISD-R", status);
}

bool channel_is_absent(int status)
{
    return status == SW_FILE_NOT_FOUND || status == SW_REFERENCE_NOT_FOUND;
}

bool channel_not_found(struct fault *fault)
{
    return fault_next(fault, "this card is no eUICC, or its ISD-R has another AID: "
                             "--isd-r tells it");
}

bool channel_select(struct transport *transport, struct bytes aid, struct fault *fault)
{
    if (!channel_announce(transport, fault))
        return false;
    const int status = channel_open(transport, aid, fault);
    return channel_is_absent(status) ? channel_not_found(fault) : status == SW_OK;
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

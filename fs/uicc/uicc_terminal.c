/* What the terminal says to the card as a whole: its capability, the toolkit, GET CHALLENGE (TS 102
 * 221 §11.1.18, §11.1.19, §11.2). */
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "fs/toolkit/menu.h"
#include "fs/uicc/uicc_commands.h"

#define TAG_TERMINAL_CAPABILITY 0xA9
#define TAG_EUICC_CAPABILITIES 0x83
#define ENTERPRISE_CAPABLE_DEVICE 0x20
#define ENVELOPE_ANY 0xD0
#define ENVELOPE_PROXIMITY 0xDF

static bool is_enterprise_capable(struct bytes data)
{
    struct tlv template, capabilities;
    return tlv_whole(data, TAG_TERMINAL_CAPABILITY, &template) &&
           tlv_find(template.value, TAG_EUICC_CAPABILITIES, &capabilities) &&
           capabilities.value.len > 0 &&
           (capabilities.value.data[0] & ENTERPRISE_CAPABLE_DEVICE) != 0;
}

/* Whatever the terminal is capable of is welcome (TS 102 221 §11.1.19). */
int uicc_terminal_capability(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    (void)response;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_WRONG_P1_P2;
    uicc->terminal_capable = true;
    uicc->terminal_enterprise = is_enterprise_capable(apdu->data);
    return 0;
}

/* The toolkit's commands stand in class 80 only (TS 102 221 table 10.3). */
static int check_toolkit(const struct apdu *apdu)
{
    if (apdu->channel != 0)
        return SW_CHANNEL_NOT_SUPPORTED;
    return apdu->p1 == 0 && apdu->p2 == 0 ? 0 : SW_WRONG_P1_P2;
}

/* TS 102 221 §11.2.1 */
int uicc_terminal_profile(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    const int status = check_toolkit(apdu);
    (void)response;
    if (status != 0)
        return status;
    const bool first = !uicc->proactive.terminal;
    proactive_meet(&uicc->proactive, apdu->data);
    if (first && menu_is_on(&uicc->proactive))
        menu_begin(&uicc->proactive);
    for (const struct uicc_listener *at = uicc->listeners; first && at != NULL; at = at->next)
        if (at->begin != NULL)
            at->begin(at->context);
    return 0;
}

/* The tags of envelopes have one byte (TS 101 220 §7.2): DF too, where BER-TLV would read on. */
static bool take_envelope(struct bytes data, struct tlv *out)
{
    uint8_t front[TLV_HEADER_MAX];
    const size_t len = data.len < sizeof(front) ? data.len : sizeof(front);
    struct tlv_header header;
    if (len == 0 || data.data[0] != ENVELOPE_PROXIMITY)
        return tlv_take(&data, out) && data.len == 0;
    memcpy(front, data.data, len);
    front[0] = ENVELOPE_ANY;
    if (tlv_read_header(bytes_of(front, len), &header) != TLV_FRONT_OK ||
        header.header_len + header.value_len != data.len)
        return false;
    *out = (struct tlv){.tag = ENVELOPE_PROXIMITY,
                        .value = bytes_of(data.data + header.header_len, header.value_len),
                        .whole = data};
    return true;
}

/* A well-formed envelope that nobody has registered for is taken, and nothing comes of it (TS 102
 * 221 §11.2.2). */
int uicc_envelope(void *state, const struct apdu *apdu, struct writer *response)
{
    struct tlv envelope;
    const int status = check_toolkit(apdu);
    struct uicc *uicc = state;
    if (status != 0)
        return status;
    if (!take_envelope(apdu->data, &envelope))
        return SW_WRONG_DATA;
    if (menu_is_on(&uicc->proactive))
        menu_envelope(&uicc->proactive, &envelope);
    int result = 0;
    for (const struct uicc_listener *at = uicc->listeners; result == 0 && at != NULL; at = at->next)
        if (at->envelope != NULL)
            result = at->envelope(at->context, &envelope, response);
    return result;
}

/* TS 102 221 §11.2.3 */
int uicc_fetch(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    const int status = check_toolkit(apdu);
    return status == 0 ? proactive_fetch(&uicc->proactive, apdu->le, response) : status;
}

/* TS 102 221 §11.2.4 */
int uicc_terminal_response(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    const int status = check_toolkit(apdu);
    (void)response;
    int result = status == 0 ? proactive_respond(&uicc->proactive, apdu->data) : status;
    if (result == 0 && menu_is_on(&uicc->proactive))
        menu_answered(&uicc->proactive);
    for (const struct uicc_listener *at = uicc->listeners; result == 0 && at != NULL; at = at->next)
        if (at->answered != NULL)
            result = at->answered(at->context, &uicc->proactive.answer);
    return result;
}

/* TS 102 221 §11.1.18 */
int uicc_get_challenge(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_WRONG_P1_P2;
    const size_t len = apdu->le < APDU_LE_SHORT_MAX ? apdu->le : APDU_LE_SHORT_MAX;
    uint8_t *room = writer_reserve(response, len);
    return room != NULL ? random_fill(uicc->random, room, len) : FAILURE_INTERNAL;
}

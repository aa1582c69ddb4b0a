/* Profiles changed from outside, as a server could that needs no LPA: the ISD-R does what it does
 * for ES10c, rules and notifications included, and no fault applies to it. */
#include <stdio.h>

#include "apdu/status.h"
#include "card/control/requests_table.h"
#include "isd-r/es10.h"
#include "isd-r/profiles/profile_state.h"

#define TAG_IDENTIFIER 0xA0
#define TAG_REFRESH_FLAG 0x81
#define TAG_RESET_OPTIONS 0x82
#define TAG_RESULT 0x80
#define REQUEST_MAX 64
#define RESPONSE_MAX 64
#define FILLING 0x0F
#define WRONG_ICCID "an ICCID has at most 20 digits"

/* By enum profile_state_result. */
static const char *const refusals[] = {
    [PROFILE_STATE_OK] = NULL,
    [PROFILE_STATE_NOT_FOUND] = "there is no such profile, or nothing to delete",
    [PROFILE_STATE_WRONG] = "the profile is in that state already, or enabled and to be deleted",
    [PROFILE_STATE_DISALLOWED] = "a policy rule of the profile forbids it",
    [PROFILE_STATE_WRONG_REENABLING] = "a test profile gives way only to the one before it",
    [PROFILE_STATE_CAT_BUSY] = "the chip is busy with a proactive command",
};

/* Digits as EF.ICCID codes them: nibbles swapped, filled up with F. */
static bool to_iccid(struct bytes digits, uint8_t iccid[METADATA_ICCID_SIZE])
{
    uint8_t out[METADATA_ICCID_SIZE] = {0};
    for (size_t i = 0; i < 2 * sizeof(out); i++) {
        const int digit = i < digits.len ? digits.data[i] - '0' : FILLING;
        if (digit < 0 || (digit > 9 && digit != FILLING) || (i < digits.len && digit == FILLING))
            return false;
        out[i / 2] |= (uint8_t)(digit << (i % 2 == 0 ? 0 : 4));
    }
    memcpy(iccid, out, sizeof(out));
    return digits.len > 0 && digits.len <= 2 * sizeof(out);
}

/* Carries out what answers { 80 result }. */
static const char *carry_out(struct card *card, const struct writer *request, uint32_t tag,
                             struct writer *answer)
{
    uint8_t room[RESPONSE_MAX];
    struct writer response = writer_on(room, sizeof(room));
    struct tlv whole, result;
    if (card->isd_r == NULL)
        return REQUESTS_NO_CHIP;
    const uint16_t status = card_provision(card, writer_bytes(request), &response);
    if (status >> 8 != SW_OK >> 8 && status >> 8 != 0x91)
        return "the chip failed; it has said why";
    if (!tlv_whole(writer_bytes(&response), tag, &whole) ||
        !tlv_whole(whole.value, TAG_RESULT, &result) || result.value.len != 1)
        return "the chip's answer cannot be read";
    const size_t code = result.value.data[0];
    if (code < sizeof(refusals) / sizeof(refusals[0]) && refusals[code] == NULL)
        return requests_done(answer);
    return code < sizeof(refusals) / sizeof(refusals[0]) ? refusals[code] : "the chip refuses it";
}

/* Without refreshFlag: at once. */
static const char *change(struct card *card, uint32_t tag, struct bytes digits,
                          struct writer *answer)
{
    uint8_t iccid[METADATA_ICCID_SIZE], room[REQUEST_MAX];
    struct writer request = writer_on(room, sizeof(room));
    if (!to_iccid(digits, iccid))
        return WRONG_ICCID;
    const size_t whole = tlv_open(&request, tag);
    const size_t identifier = tlv_open(&request, TAG_IDENTIFIER);
    tlv_put(&request, ES10_TAG_ICCID, bytes_of(iccid, sizeof(iccid)));
    tlv_close(&request, identifier);
    tlv_put_u8(&request, TAG_REFRESH_FLAG, 0);
    tlv_close(&request, whole);
    return carry_out(card, &request, tag, answer);
}

const char *requests_enable(void *context, struct bytes argument, struct writer *answer)
{
    return change(context, ES10_ENABLE_PROFILE, argument, answer);
}

const char *requests_disable(void *context, struct bytes argument, struct writer *answer)
{
    return change(context, ES10_DISABLE_PROFILE, argument, answer);
}

const char *requests_delete(void *context, struct bytes argument, struct writer *answer)
{
    uint8_t iccid[METADATA_ICCID_SIZE], room[REQUEST_MAX];
    struct writer request = writer_on(room, sizeof(room));
    if (!to_iccid(argument, iccid))
        return WRONG_ICCID;
    const size_t whole = tlv_open(&request, ES10_DELETE_PROFILE);
    tlv_put(&request, ES10_TAG_ICCID, bytes_of(iccid, sizeof(iccid)));
    tlv_close(&request, whole);
    return carry_out(context, &request, ES10_DELETE_PROFILE, answer);
}

const char *requests_memory_reset(void *context, struct bytes argument, struct writer *answer)
{
    uint8_t room[REQUEST_MAX];
    struct writer request = writer_on(room, sizeof(room));
    (void)argument;
    const size_t whole = tlv_open(&request, ES10_EUICC_MEMORY_RESET);
    der_put_bits(&request, TAG_RESET_OPTIONS,
                 PROFILE_STATE_RESET_OPERATIONAL | PROFILE_STATE_RESET_FIELD_LOADED_TEST |
                     PROFILE_STATE_RESET_DEFAULT_ADDRESS);
    tlv_close(&request, whole);
    return carry_out(context, &request, ES10_EUICC_MEMORY_RESET, answer);
}

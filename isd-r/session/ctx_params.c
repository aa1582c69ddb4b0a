#include "isd-r/session/ctx_params.h"

#include "apdu/der.h"
#include "isd-r/info/es10_tag.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/session/device_info.h"

#define TAG_COMMON_AUTHENTICATION 0xA0
#define TAG_DEVICE_CHANGE 0xA1
#define TAG_PROFILE_RECOVERY 0xA2
#define TAG_PUSH_SERVICE 0xA3
#define TAG_MATCHING_ID 0x80
#define TAG_DEVICE_INFO 0xA1
#define TAG_OPERATION_TYPE 0x82
#define TAG_MATCHING_ID_SOURCE 0xA3
#define TAG_SOURCE_NONE 0x80
#define TAG_SOURCE_SMDS 0x82
#define TAG_VENDOR_EXTENSION 0xA4
/* of a change of device; the new chip's EID has an ICCID's tag */
#define TAG_TARGET_EID 0x5A
#define TAG_TARGET_TAC 0x82
#define EID_SIZE 16
#define TAC_SIZE 4
/* of a push service */
#define TAG_SERVICE 0x80
#define TAG_TOKEN 0x81
#define MATCHING_ID_MAX 255 /* characters */

/* What v3 adds behind deviceInfo; operationType's default is a download. */
static const char *additions_fault(struct bytes value)
{
    struct tlv operation, iccid, source, choice, extension;
    uint32_t bits;
    if (!tlv_take_optional(&value, TAG_OPERATION_TYPE, &operation) ||
        !tlv_take_optional(&value, ES10_TAG_ICCID, &iccid) ||
        !tlv_take_optional(&value, TAG_MATCHING_ID_SOURCE, &source) ||
        !tlv_take_optional(&value, TAG_VENDOR_EXTENSION, &extension))
        return "ctxParams1 is cut short";
    if (operation.tag != 0 && (!der_to_bits(operation.value, &bits) || bits == 0))
        return "the operationType names no operation";
    if (iccid.tag != 0 && iccid.value.len != CTX_PARAMS_ICCID_SIZE)
        return "the ICCID is not 10 bytes long";
    if (source.tag != 0 && (!tlv_take(&source.value, &choice) || source.value.len != 0 ||
                            choice.tag < TAG_SOURCE_NONE || choice.tag > TAG_SOURCE_SMDS))
        return "the matchingIdSource is none of those there are";
    return NULL;
}

typedef const char *read_choice(struct bytes value, bool v3, struct ctx_params *out);

static const char *read_device(struct bytes *value)
{
    struct tlv device;
    if (!tlv_take_tag(value, TAG_DEVICE_INFO, &device))
        return "ctxParams1 has no deviceInfo";
    return device_info_fault(device.value);
}

static const char *read_common(struct bytes value, bool v3, struct ctx_params *out)
{
    (void)out;
    struct tlv matching_id;
    if (!tlv_take_optional(&value, TAG_MATCHING_ID, &matching_id))
        return "ctxParams1 is cut short";
    if (matching_id.tag != 0 && !der_is_utf8(matching_id.value, MATCHING_ID_MAX))
        return "the matchingId is not UTF-8";
    const char *fault = read_device(&value);
    return fault == NULL && v3 ? additions_fault(value) : fault;
}

static const char *read_profile(struct bytes *value, struct ctx_params *out)
{
    struct tlv iccid;
    if (!tlv_take_tag(value, ES10_TAG_ICCID, &iccid) || iccid.value.len != CTX_PARAMS_ICCID_SIZE)
        return "ctxParams1 names no profile by an ICCID of 10 bytes";
    out->iccid = iccid.value;
    return read_device(value);
}

static const char *read_change(struct bytes value, bool v3, struct ctx_params *out)
{
    (void)v3;
    struct tlv eid, tac;
    const char *fault = read_profile(&value, out);
    if (fault != NULL)
        return fault;
    if (!tlv_take_optional(&value, TAG_TARGET_EID, &eid) ||
        !tlv_take_optional(&value, TAG_TARGET_TAC, &tac))
        return "ctxParams1 is cut short";
    if (eid.tag != 0 && eid.value.len != EID_SIZE)
        return "the new device's EID is not 16 bytes long";
    return tac.tag != 0 && tac.value.len != TAC_SIZE ? "the new device's TAC is not 4 bytes long"
                                                     : NULL;
}

static const char *read_recovery(struct bytes value, bool v3, struct ctx_params *out)
{
    (void)v3;
    return read_profile(&value, out);
}

static const char *read_push_service(struct bytes value, bool v3, struct ctx_params *out)
{
    (void)v3;
    (void)out;
    struct tlv service, token;
    if (!tlv_take_tag(&value, TAG_SERVICE, &service) || !tlv_take_tag(&value, TAG_TOKEN, &token) ||
        !der_is_utf8(token.value, token.value.len))
        return "ctxParams1 names no push service and token";
    return NULL;
}

/* clang-format off */
static const struct choice {
    uint32_t tag;
    enum ctx_params_purpose purpose;
    bool v3;             /* in sessions of v3 alone */
    uint32_t capability; /* EUICC_INFO_* that the chip needs for it; 0: none */
    read_choice *read;
} choices[] = {
    { TAG_COMMON_AUTHENTICATION, CTX_PARAMS_COMMON,           false, 0,                        read_common },
    { TAG_DEVICE_CHANGE,         CTX_PARAMS_DEVICE_CHANGE,    true,  EUICC_INFO_DEVICE_CHANGE, read_change },
    { TAG_PROFILE_RECOVERY,      CTX_PARAMS_PROFILE_RECOVERY, true,  EUICC_INFO_DEVICE_CHANGE, read_recovery },
    { TAG_PUSH_SERVICE,          CTX_PARAMS_PUSH_SERVICE,     true,  0,                        read_push_service },
};
/* clang-format on */

const char *ctx_params_parse(struct bytes ctx_params1, bool v3, uint32_t capability,
                             struct ctx_params *out)
{
    struct tlv whole;
    *out = (struct ctx_params){0};
    if (!tlv_take(&ctx_params1, &whole))
        return "ctxParams1 is cut short";
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        const struct choice *choice = &choices[i];
        if (choice->tag != whole.tag || (choice->v3 && !v3) || (choice->capability & ~capability))
            continue;
        out->purpose = choice->purpose;
        return choice->read(whole.value, v3, out);
    }
    return v3 ? "ctxParams1 is for nothing that this chip does"
              : "ctxParams1 is not for common authentication";
}

#include "isd-r/download/bpp_command.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/download/one_time_key.h"
#include "isd-r/info/es10_tag.h"
#include "isd-r/profiles/admission.h"
#include "isd-r/profiles/profile_check.h"
#include "isd-r/session/key_agreement.h"

#define INSTALL_BOUND_PROFILE_PACKAGE 1 /* RemoteOpId */
#define TAG_REMOTE_OPERATION 0x82
#define TAG_TRANSACTION_ID 0x80
#define TAG_CONFIGURE_ISDP 0xBF24
#define TAG_PROPRIETARY 0xB8
#define TAG_DP_OID 0x80
#define TAG_REPLACE_SESSION_KEYS 0xBF26
#define TAG_CHAINING_VALUE 0x80
#define TAG_PPK_ENC 0x81
#define TAG_PPK_CMAC 0x82

/* InitialiseSecureChannelRequest */
struct channel_request {
    struct tlv remote_operation, transaction_id, one_time_key, signature;
    struct key_agreement agreement;
    struct bytes signed_part; /* what smdpSign covers of the request itself */
};

static bool parse_channel(struct bytes value, struct channel_request *out)
{
    struct tlv control;
    const struct bytes whole = value;
    if (!tlv_take_tag(&value, TAG_REMOTE_OPERATION, &out->remote_operation) ||
        !tlv_take_tag(&value, TAG_TRANSACTION_ID, &out->transaction_id) ||
        !tlv_take_tag(&value, KEY_AGREEMENT_TAG, &control) ||
        !tlv_take_tag(&value, ES10_TAG_ONE_TIME_KEY, &out->one_time_key))
        return false;
    out->signed_part = bytes_of(whole.data, whole.len - value.len);
    return tlv_take_tag(&value, ES10_TAG_SIGNATURE, &out->signature) &&
           key_agreement_parse(control.value, &out->agreement);
}

/* smdpSign covers the request up to the server's one-time key, then the chip's own (SGP.22 §5.5.1).
 */
static bool is_signed(const struct download *download, const struct channel_request *request)
{
    uint8_t room[TLV_HEADER_MAX + EC_POINT_SIZE];
    struct writer own = writer_on(room, sizeof(room));
    tlv_put(&own, ES10_TAG_ONE_TIME_KEY,
            bytes_of(ec_private_point(download->session->one_time_key), EC_POINT_SIZE));
    const struct bytes parts[] = {request->signed_part, writer_bytes(&own)};
    return ec_verify(download->session->binding_curve,
                     bytes_of(download->session->binding_point, EC_POINT_SIZE), parts, 2,
                     request->signature.value);
}

static bool is_byte(struct bytes value, uint8_t byte)
{
    return value.len == 1 && value.data[0] == byte;
}

static int check_channel(const struct download *download, const struct channel_request *request)
{
    if (!is_signed(download, request))
        return BPP_INVALID_SIGNATURE;
    if (!rsp_session_is(download->session, request->transaction_id.value))
        return BPP_INVALID_TRANSACTION_ID;
    if (!key_agreement_is_supported(&request->agreement))
        return BPP_UNSUPPORTED_CRT_VALUES;
    if (!is_byte(request->remote_operation.value, INSTALL_BOUND_PROFILE_PACKAGE))
        return BPP_UNSUPPORTED_REMOTE_OPERATION_TYPE;
    return 0;
}

static int agree_on_keys(struct download *download, struct bpp_package *package,
                         const struct channel_request *request)
{
    const int result = key_agreement_run(
        &request->agreement, download->session->one_time_key, request->one_time_key.value,
        bytes_of(download->eid, CREDENTIALS_EID_SIZE), &package->bsp);
    if (result > 0)
        return BPP_INCORRECT_INPUT_VALUES;
    return result == 0 ? one_time_key_forget(download->registry->store) : result;
}

int bpp_initialise_secure_channel(struct download *download, struct bpp_package *package,
                                  const struct tlv *element)
{
    struct channel_request request;
    if (!parse_channel(element->value, &request))
        return BPP_INCORRECT_INPUT_VALUES;
    const int refusal = check_channel(download, &request);
    return refusal != 0 ? refusal : agree_on_keys(download, package, &request);
}

/* Opens a segment and appends what it holds to the plain bytes of the section. */
static int open_segment(struct bpp_package *package, enum bsp_mode mode, const struct tlv *element)
{
    if (element->value.len > sizeof(package->plain) - package->plain_len)
        return BPP_INCORRECT_INPUT_VALUES;
    struct writer plain =
        writer_on(package->plain + package->plain_len, sizeof(package->plain) - package->plain_len);
    const int result = bsp_open(&package->bsp, mode, element, &plain);
    package->plain_len += plain.len;
    if (result == BSP_STRUCTURE)
        return BPP_SCP03T_STRUCTURE_ERROR;
    return result == BSP_SECURITY ? BPP_SCP03T_SECURITY_ERROR : result;
}

int bpp_open_encrypted(struct download *download, struct bpp_package *package,
                       const struct tlv *element)
{
    (void)download;
    return open_segment(package, BSP_ENCRYPTED, element);
}

int bpp_open_plain(struct download *download, struct bpp_package *package,
                   const struct tlv *element)
{
    (void)download;
    return open_segment(package, BSP_MAC_ONLY, element);
}

int bpp_configure_isdp(struct download *download, struct bpp_package *package)
{
    (void)download;
    const struct bytes plain = bytes_of(package->plain, package->plain_len);
    struct tlv request, proprietary, oid;
    if (!tlv_whole(plain, TAG_CONFIGURE_ISDP, &request) ||
        !tlv_take_optional(&request.value, TAG_PROPRIETARY, &proprietary))
        return BPP_INCORRECT_INPUT_VALUES;
    if (proprietary.tag != 0 && (proprietary.whole.len > BPP_PACKAGE_PROPRIETARY_MAX ||
                                 !tlv_take_tag(&proprietary.value, TAG_DP_OID, &oid)))
        return BPP_INCORRECT_INPUT_VALUES;
    memcpy(package->configuration, plain.data, plain.len);
    package->configuration_len = plain.len;
    return 0;
}

/* What servers of v2 cannot say: none may manage a profile from afar because one of them has said
 * so. */
static uint32_t foreign_to_session(const struct download *download)
{
    const uint32_t of_v2 = EUICC_INFO_SERVICE_SPECIFIC_DATA | EUICC_INFO_IOT_METADATA;
    return download->session->v3 ? 0 : download->info->rsp_capability & ~of_v2;
}

int bpp_store_metadata(struct download *download, struct bpp_package *package)
{
    struct metadata metadata;
    struct writer kept = writer_on(package->metadata_bytes, sizeof(package->metadata_bytes));
    metadata_put_without(bytes_of(package->plain, package->plain_len), foreign_to_session(download),
                         &kept);
    if (kept.overflow ||
        !metadata_parse(writer_bytes(&kept), download->info->rsp_capability, &metadata))
        return BPP_INCORRECT_INPUT_VALUES;
    package->metadata = metadata;
    const struct admission admission = {.registry = download->registry,
                                        .info = download->info,
                                        .rules = *download->rules,
                                        .enterprise = download->terminal->enterprise,
                                        .v3 = download->session->v3};
    return admission_check(&admission, &metadata);
}

int bpp_replace_session_keys(struct download *download, struct bpp_package *package)
{
    (void)download;
    struct tlv request, chaining, enc, mac;
    if (!tlv_whole(bytes_of(package->plain, package->plain_len), TAG_REPLACE_SESSION_KEYS,
                   &request) ||
        !tlv_take_tag(&request.value, TAG_CHAINING_VALUE, &chaining) ||
        !tlv_take_tag(&request.value, TAG_PPK_ENC, &enc) ||
        !tlv_take_tag(&request.value, TAG_PPK_CMAC, &mac) || chaining.value.len != AES_BLOCK ||
        enc.value.len != BSP_KEY_LEN || mac.value.len != BSP_KEY_LEN)
        return BPP_INCORRECT_INPUT_VALUES;
    bsp_wipe(&package->bsp);
    return bsp_init_keys(&package->bsp, enc.value, mac.value, chaining.value);
}

static int start_interpreter(struct download *download, struct bpp_package *package)
{
    struct saip_platform platform;
    int result = euicc_info_platform_left(download->info, download->registry->store,
                                          download->registry->count, &platform);
    if (result > 0)
        return BPP_INSUFFICIENT_MEMORY;
    platform.watch = download->watch;
    if (result == 0)
        result = profile_create(&package->incoming);
    return result == 0 ? saip_create(&platform, package->incoming, &package->saip) : result;
}

/* SGP.22 §2.5.6.1: what a profile element's status comes to as a whole. */
static int reason_of(const struct saip *saip)
{
    return saip_status(saip) == PE_NOT_ENOUGH_MEMORY ? BPP_INSUFFICIENT_MEMORY
                                                     : BPP_PE_PROCESSING_ERROR;
}

int bpp_load_profile_element(struct download *download, struct bpp_package *package,
                             const struct tlv *element)
{
    int result = package->saip == NULL ? start_interpreter(download, package) : 0;
    if (result == 0)
        result = open_segment(package, BSP_ENCRYPTED, element);
    if (result != 0)
        return result;
    result = saip_feed(package->saip, bytes_of(package->plain, package->plain_len));
    wipe(package->plain, package->plain_len);
    package->plain_len = 0;
    return result == SAIP_ABORTED ? reason_of(package->saip) : result < 0 ? result : 0;
}

int bpp_end_profile_elements(struct download *download, struct bpp_package *package)
{
    char why[PROFILE_CHECK_WHY_SIZE];
    (void)download;
    if (package->saip == NULL)
        return BPP_SCP03T_STRUCTURE_ERROR;
    const int result = saip_finish(package->saip);
    if (result < 0)
        return result;
    if (result != SAIP_ENDED)
        return reason_of(package->saip);
    return profile_check(package->incoming, &package->metadata, why);
}

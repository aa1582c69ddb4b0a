#include "fs/text/metadata_text_v3_put.h"

#include "apdu/der.h"

/* StoreMetadataRequest */
#define RPM_CONFIGURATION 0xBA
#define HRI_SERVER_ADDRESS 0x9B
#define SERVICE_PROVIDER_MESSAGE 0xBE
#define LPR_CONFIGURATION 0xBC
#define ENTERPRISE_CONFIGURATION 0xBD
#define SERVICE_DESCRIPTION 0x9F1F
#define DEVICE_CHANGE 0xBF20
#define ESTIMATED_SIZE 0x9F21
#define ECALL 0x9F7B
#define FALLBACK_ALLOWED 0x9F67
/* RpmConfiguration */
#define MANAGERS 0xA0
#define MANAGER_OID 0x80
#define MANAGER_TYPES 0x81
#define TAG_LIST 0x5C
#define POLLING_ADDRESS 0x81
#define ALLOWED_CI 0x82
#define OWNER_OID 0x83
/* LocalisedTextMessage, LprConfiguration, DeviceChangeConfiguration */
#define LANGUAGE 0x80
#define MESSAGE 0x81
#define PCMP_ADDRESS 0x80
#define ENTERPRISE_OID 0x80
#define ENTERPRISE_NAME 0x81
#define ENTERPRISE_RULES 0xA2
#define RULE_BITS 0x80
#define OTHERS_ENABLED 0x81
#define REQUEST_TO_DP 0xA0
#define STORED_CODE 0xA1
#define DEVICE_CHANGE_ADDRESS 0x80
#define DEVICE_CHANGE_CODE 0x80
#define EID_REQUIRED 0x82
#define TAC_REQUIRED 0x83
#define DELETE_OLD 0x81

static void put_text(struct writer *out, uint32_t tag, const char *text)
{
    if (text[0] != '\0')
        tlv_put(out, tag, bytes_of_text(text));
}

static void put_oid(struct writer *out, uint32_t tag, const struct metadata_text_oid *oid)
{
    tlv_put(out, tag, bytes_of(oid->content, oid->len));
}

static void put_manager(const struct metadata_text_manager *manager, struct writer *out)
{
    const size_t entry = tlv_open(out, DER_SEQUENCE);
    put_oid(out, MANAGER_OID, &manager->oid);
    if (manager->types != 0)
        der_put_bits(out, MANAGER_TYPES, manager->types);
    if (manager->tags_len > 0)
        tlv_put(out, TAG_LIST, bytes_of(manager->tags, manager->tags_len));
    tlv_close(out, entry);
}

static void put_rpm(const struct metadata_text_v3 *v3, struct writer *out)
{
    if (v3->owner.len == 0)
        return;
    const size_t configuration = tlv_open(out, RPM_CONFIGURATION);
    const size_t list = tlv_open(out, MANAGERS);
    for (size_t i = 0; i < v3->manager_count; i++)
        put_manager(&v3->managers[i], out);
    tlv_close(out, list);
    put_text(out, POLLING_ADDRESS, v3->polling_address);
    if (v3->allowed_ci_len > 0)
        tlv_put(out, ALLOWED_CI, bytes_of(v3->allowed_ci, v3->allowed_ci_len));
    put_oid(out, OWNER_OID, &v3->owner);
    tlv_close(out, configuration);
}

static void put_hri(const struct metadata_text_v3 *v3, struct writer *out)
{
    put_text(out, HRI_SERVER_ADDRESS, v3->hri_address);
}

static void put_message(const struct metadata_text_v3 *v3, struct writer *out)
{
    if (v3->message[0] == '\0')
        return;
    const size_t message = tlv_open(out, SERVICE_PROVIDER_MESSAGE);
    put_text(out, LANGUAGE, v3->language);
    put_text(out, MESSAGE, v3->message);
    tlv_close(out, message);
}

static void put_lpr(const struct metadata_text_v3 *v3, struct writer *out)
{
    if (v3->pcmp_address[0] == '\0')
        return;
    const size_t configuration = tlv_open(out, LPR_CONFIGURATION);
    put_text(out, PCMP_ADDRESS, v3->pcmp_address);
    tlv_close(out, configuration);
}

static void put_enterprise(const struct metadata_text_v3 *v3, struct writer *out)
{
    if (v3->enterprise.len == 0)
        return;
    const size_t configuration = tlv_open(out, ENTERPRISE_CONFIGURATION);
    put_oid(out, ENTERPRISE_OID, &v3->enterprise);
    tlv_put(out, ENTERPRISE_NAME, bytes_of_text(v3->enterprise_name));
    if (v3->has_enterprise_rules) {
        const size_t rules = tlv_open(out, ENTERPRISE_RULES);
        der_put_bits(out, RULE_BITS, v3->enterprise_rules);
        der_put_integer(out, OTHERS_ENABLED, v3->others_enabled);
        tlv_close(out, rules);
    }
    tlv_close(out, configuration);
}

static void put_services(const struct metadata_text_v3 *v3, struct writer *out)
{
    if (v3->has_services)
        der_put_bits(out, SERVICE_DESCRIPTION, v3->services);
}

static void put_flag(struct writer *out, uint32_t tag, bool set)
{
    if (set)
        tlv_put(out, tag, (struct bytes){0});
}

static void put_stored_code(const struct metadata_text_v3 *v3, struct writer *out)
{
    put_text(out, DEVICE_CHANGE_CODE, v3->device_change_code);
    put_flag(out, DELETE_OLD, !v3->change_keeps_old);
}

static void put_request_to_dp(const struct metadata_text_v3 *v3, struct writer *out)
{
    put_text(out, DEVICE_CHANGE_ADDRESS, v3->device_change_address);
    put_flag(out, EID_REQUIRED, v3->change_asks_eid);
    put_flag(out, TAC_REQUIRED, v3->change_asks_tac);
}

/* The stored code, if both are given. */
static void put_device_change(const struct metadata_text_v3 *v3, struct writer *out)
{
    const bool stored = v3->device_change_code[0] != '\0';
    if (!stored && v3->device_change_address[0] == '\0')
        return;
    const size_t configuration = tlv_open(out, DEVICE_CHANGE);
    const size_t choice = tlv_open(out, stored ? STORED_CODE : REQUEST_TO_DP);
    if (stored)
        put_stored_code(v3, out);
    else
        put_request_to_dp(v3, out);
    tlv_close(out, choice);
    tlv_close(out, configuration);
}

static void put_size(const struct metadata_text_v3 *v3, struct writer *out)
{
    if (v3->has_size)
        der_put_integer(out, ESTIMATED_SIZE, v3->size);
}

static void put_iot(const struct metadata_text_v3 *v3, struct writer *out)
{
    if (v3->ecall)
        der_put_boolean(out, ECALL, true);
    if (v3->fallback_allowed)
        der_put_boolean(out, FALLBACK_ALLOWED, true);
}

/* In the order of StoreMetadataRequest; bits of EuiccRspCapability. */
static const struct {
    uint32_t capability;
    void (*put)(const struct metadata_text_v3 *v3, struct writer *out);
} fields[] = {
    {1u << 2, put_rpm},
    {1u << 6, put_hri},
    {1u << 7, put_message},
    {1u << 8, put_lpr},
    {1u << 9, put_enterprise},
    {1u << 10, put_services},
    {1u << 11, put_device_change},
    {1u << 13, put_size},
    {METADATA_TEXT_IOT, put_iot},
};

void metadata_text_v3_put(const struct metadata_text *metadata, uint32_t capability,
                          struct writer *out)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (capability & fields[i].capability)
            fields[i].put(&metadata->v3, out);
}

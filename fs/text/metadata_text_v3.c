#include "fs/text/metadata_text_v3.h"

#include "apdu/der.h"
#include "apdu/hex.h"

#include <stdio.h>
#include <stdlib.h>

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
#define CHANGE_DAYS_MAX 3650

#define SIZE_MAX_VALUE 0x7FFFFFFF
#define NUMBER_BASE 10

static const char *set_address(char *out, const char *value)
{
    return metadata_text_set(out, METADATA_TEXT_ADDRESS_SIZE, METADATA_TEXT_ADDRESS_SIZE - 1,
                             value);
}

static const char *set_hri(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return set_address(metadata->v3.hri_address, value);
}

static const char *set_pcmp(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return set_address(metadata->v3.pcmp_address, value);
}

static const char *set_polling(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return set_address(metadata->v3.polling_address, value);
}

static const char *set_device_change(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return set_address(metadata->v3.device_change_address, value);
}

static const char *set_device_change_code(struct metadata_text *metadata, const char *path,
                                          char *value)
{
    (void)path;
    return metadata_text_set(metadata->v3.device_change_code, METADATA_TEXT_AC_MAX + 1,
                             METADATA_TEXT_AC_MAX, value);
}

static const char *set_change_asks(struct metadata_text *metadata, const char *path, char *value)
{
    static const struct metadata_text_word words[] = {
        {"eid", 1u << 0}, {"tac", 1u << 1}, {NULL, 0}};
    (void)path;
    for (char *word; (word = strsep(&value, METADATA_TEXT_SEPARATORS)) != NULL;) {
        uint32_t asked;
        if (*word == '\0')
            continue;
        if (!metadata_text_find_word(words, word, &asked))
            return "has a word other than eid, tac";
        metadata->v3.change_asks_eid |= asked == 1u << 0;
        metadata->v3.change_asks_tac |= asked == 1u << 1;
    }
    return NULL;
}

static const char *set_message(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return metadata_text_set(metadata->v3.message, sizeof(metadata->v3.message),
                             METADATA_TEXT_MESSAGE_MAX, value);
}

static const char *set_language(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return metadata_text_set(metadata->v3.language, sizeof(metadata->v3.language),
                             sizeof(metadata->v3.language) - 1, value);
}

static const char *set_services(struct metadata_text *metadata, const char *path, char *value)
{
    static const struct metadata_text_word words[] = {
        {"voice", 1u << 0}, {"data", 1u << 1}, {NULL, 0}};
    (void)path;
    metadata->v3.has_services = true;
    for (char *word; (word = strsep(&value, METADATA_TEXT_SEPARATORS)) != NULL;) {
        uint32_t service;
        if (*word == '\0')
            continue;
        if (!metadata_text_find_word(words, word, &service))
            return "has a word other than voice, data";
        metadata->v3.services |= service;
    }
    return NULL;
}

static bool to_number(const char *text, uint32_t *out)
{
    const unsigned long number = strtoul(text, NULL, NUMBER_BASE);
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' || number > SIZE_MAX_VALUE)
        return false;
    *out = (uint32_t)number;
    return true;
}

static const char *set_estimated_size(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    metadata->v3.has_size = true;
    return to_number(value, &metadata->v3.size) ? NULL : "is no number of bytes";
}

static const char *set_oid(struct metadata_text_oid *out, const char *value)
{
    struct writer oid = writer_on(out->content, sizeof(out->content));
    if (!der_oid_from_text(value, &oid))
        return "is no object identifier, or too long";
    out->len = oid.len;
    return NULL;
}

static const char *set_owner(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return set_oid(&metadata->v3.owner, value);
}

static const char *set_ci(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    struct writer ci = writer_on(metadata->v3.allowed_ci, sizeof(metadata->v3.allowed_ci));
    if (!hex_decode(value, &ci) || ci.len == 0)
        return "is not hexadecimal, or too long";
    metadata->v3.allowed_ci_len = ci.len;
    return NULL;
}

/* One of the manager's words: what it may do, or the tag of what it may update. */
static bool set_right(struct metadata_text_manager *manager, const char *word)
{
    static const struct metadata_text_word words[] = {
        {"enable", 1u << 0}, {"disable", 1u << 1},      {"delete", 1u << 2},
        {"list", 1u << 3},   {"contact-pcmp", 1u << 4}, {NULL, 0},
    };
    struct writer tags = writer_on(manager->tags, sizeof(manager->tags));
    uint32_t type;
    if (metadata_text_find_word(words, word, &type)) {
        manager->types |= type;
        return true;
    }
    tags.len = manager->tags_len;
    if (!hex_decode(word, &tags))
        return false;
    manager->tags_len = tags.len;
    return true;
}

/* The server's OID first, then what it may do. */
static const char *add_manager(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    struct metadata_text_manager manager = {0};
    const char *oid = strsep(&value, METADATA_TEXT_SEPARATORS);
    if (metadata->v3.manager_count == METADATA_TEXT_MANAGERS_MAX)
        return "is one too many";
    if (set_oid(&manager.oid, oid) != NULL)
        return "does not begin with the object identifier of an SM-DP+";
    for (const char *word; (word = strsep(&value, METADATA_TEXT_SEPARATORS)) != NULL;)
        if (*word != '\0' && !set_right(&manager, word))
            return "has a word other than enable, disable, delete, list, contact-pcmp or a tag in "
                   "hexadecimal";
    metadata->v3.managers[metadata->v3.manager_count++] = manager;
    return NULL;
}

/* The company's OID, then its name. */
static const char *set_enterprise(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    const char *oid = strsep(&value, METADATA_TEXT_SEPARATORS);
    if (set_oid(&metadata->v3.enterprise, oid) != NULL || value == NULL)
        return "is not an object identifier and a name";
    return metadata_text_set(metadata->v3.enterprise_name, sizeof(metadata->v3.enterprise_name),
                             METADATA_TEXT_ENTERPRISE_MAX, value + strspn(value, " \t"));
}

static const char *set_enterprise_rules(struct metadata_text *metadata, const char *path,
                                        char *value)
{
    static const struct metadata_text_word words[] = {
        {"reference", 1u << 0}, {"priority", 1u << 1}, {"only", 1u << 2}, {NULL, 0}};
    struct metadata_text_v3 *v3 = &metadata->v3;
    (void)path;
    v3->has_enterprise_rules = true;
    for (const char *word; (word = strsep(&value, METADATA_TEXT_SEPARATORS)) != NULL;) {
        uint32_t rule = 0;
        if (*word != '\0' && !to_number(word, &v3->others_enabled) &&
            !metadata_text_find_word(words, word, &rule))
            return "has a word other than reference, priority, only or a number";
        v3->enterprise_rules |= rule;
    }
    return NULL;
}

static const char *set_flag(bool *out, const char *value)
{
    *out = strcmp(value, "yes") == 0;
    return *out || strcmp(value, "no") == 0 ? NULL : "is neither yes nor no";
}

static const char *set_ecall(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return set_flag(&metadata->v3.ecall, value);
}

static const char *set_fallback_allowed(struct metadata_text *metadata, const char *path,
                                        char *value)
{
    (void)path;
    return set_flag(&metadata->v3.fallback_allowed, value);
}

static const char *set_change_delete(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    bool deletes = true;
    const char *wrong = set_flag(&deletes, value);
    metadata->v3.change_keeps_old = !deletes;
    return wrong;
}

static const char *set_change_recovery(struct metadata_text *metadata, const char *path,
                                       char *value)
{
    char *end;
    (void)path;
    const unsigned long days = strtoul(value, &end, NUMBER_BASE);
    if (*value < '0' || *value > '9' || *end != '\0' || days > CHANGE_DAYS_MAX)
        return "is no number of days";
    metadata->v3.has_change_days = true;
    metadata->v3.change_days = (uint32_t)days;
    return NULL;
}

static const struct metadata_text_key keys[] = {
    {"rpm-manager", add_manager},
    {"rpm-owner", set_owner},
    {"rpm-polling", set_polling},
    {"rpm-ci", set_ci},
    {"hri-server", set_hri},
    {"message", set_message},
    {"message-language", set_language},
    {"pcmp", set_pcmp},
    {"enterprise", set_enterprise},
    {"enterprise-rules", set_enterprise_rules},
    {"services", set_services},
    {"device-change", set_device_change},
    {"device-change-code", set_device_change_code},
    {"device-change-asks", set_change_asks},
    {"device-change-delete", set_change_delete},
    {"device-change-recovery", set_change_recovery},
    {"estimated-size", set_estimated_size},
    {"ecall", set_ecall},
    {"fallback-allowed", set_fallback_allowed},
};
const struct metadata_text_keys metadata_text_v3_keys = {keys, sizeof(keys) / sizeof(keys[0])};

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

void metadata_text_put_v3(const struct metadata_text *metadata, uint32_t capability,
                          struct writer *out)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (capability & fields[i].capability)
            fields[i].put(&metadata->v3, out);
}

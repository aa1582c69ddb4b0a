#include "fs/text/metadata_text_v3.h"

#include "apdu/der.h"
#include "apdu/hex.h"

#include <stdio.h>
#include <stdlib.h>

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

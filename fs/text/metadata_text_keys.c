/* The keys that SGP.22 v2 knows in an operator's text, and the reading of its lines. */
#include "fs/text/metadata_text.h"

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/profile/blob.h"
#include "fs/text/metadata_text_v3.h"
#include "fs/text/metadata_text_value.h"

#include <stdio.h>
#include <stdlib.h>

#define BLANKS " \t\r"
#define PATH_SIZE 4096

static const char *set_iccid(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    uint8_t iccid[ICCID_SIZE];
    if (!iccid_from_text(value, iccid))
        return "is not of 18 to 20 digits";
    iccid_swap(iccid, metadata->iccid);
    metadata->has_iccid = true;
    return NULL;
}

static const char *set_provider(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return metadata_text_set(metadata->provider, sizeof(metadata->provider),
                             METADATA_TEXT_PROVIDER_MAX, value);
}

static const char *set_name(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return metadata_text_set(metadata->name, sizeof(metadata->name), METADATA_TEXT_NAME_MAX, value);
}

static const char *set_code(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return metadata_text_set(metadata->confirmation_code, sizeof(metadata->confirmation_code),
                             METADATA_TEXT_CODE_MAX, value);
}

static const char *set_class(struct metadata_text *metadata, const char *path, char *value)
{
    static const struct metadata_text_word classes[] = {
        {"test", METADATA_TEXT_TEST},
        {"provisioning", METADATA_TEXT_PROVISIONING},
        {"operational", METADATA_TEXT_OPERATIONAL},
        {NULL, 0}};
    (void)path;
    uint32_t class;
    if (!metadata_text_find_word(classes, value, &class))
        return "is not test, provisioning or operational";
    metadata->class = (enum metadata_text_class) class;
    return NULL;
}

static const char *set_rules(struct metadata_text *metadata, const char *path, char *value)
{
    static const struct metadata_text_word rules[] = {
        {"update-control", METADATA_TEXT_UPDATE_CONTROL},
        {"ppr1", METADATA_TEXT_PPR1},
        {"ppr2", METADATA_TEXT_PPR2},
        {NULL, 0}};
    (void)path;
    char *rest = value;
    for (char *word; (word = strsep(&rest, METADATA_TEXT_SEPARATORS)) != NULL;) {
        uint32_t rule;
        if (*word == '\0')
            continue;
        if (!metadata_text_find_word(rules, word, &rule))
            return "has a word other than update-control, ppr1, ppr2";
        metadata->rules |= rule;
    }
    return NULL;
}

/* MCC and MNC as TS 24.008 §10.5.1.13 packs their digits: F stands for an absent third one. */
static const char *set_owner(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    const size_t len = strspn(value, "0123456789");
    if (value[len] != '\0' || (len != 5 && len != 6))
        return "is not five or six digits";
    const uint8_t third = len == 6 ? (uint8_t)(value[5] - '0') : 0x0F;
    metadata->mcc_mnc[0] = (uint8_t)((value[1] - '0') << 4 | (value[0] - '0'));
    metadata->mcc_mnc[1] = (uint8_t)(third << 4 | (value[2] - '0'));
    metadata->mcc_mnc[2] = (uint8_t)((value[4] - '0') << 4 | (value[3] - '0'));
    metadata->has_owner = true;
    return NULL;
}

static const char *set_gid(uint8_t gid[METADATA_TEXT_GID_MAX], size_t *len, const char *value)
{
    struct writer out = writer_on(gid, METADATA_TEXT_GID_MAX);
    if (!hex_decode(value, &out))
        return "is not hexadecimal, or too long";
    *len = out.len;
    return NULL;
}

static const char *set_gid1(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return set_gid(metadata->gid1, &metadata->gid1_len, value);
}

static const char *set_gid2(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    return set_gid(metadata->gid2, &metadata->gid2_len, value);
}

/* What the elements are is a phone's to read; that they are elements is seen here. */
static const char *set_access_rules(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    struct tlv element;
    struct writer out = writer_on(metadata->access_rules, sizeof(metadata->access_rules));
    if (!hex_decode(value, &out))
        return "is not hexadecimal, or too long";
    metadata->access_rules_len = out.len;
    for (struct bytes rest = writer_bytes(&out); rest.len > 0;)
        if (!tlv_take(&rest, &element))
            return "holds no whole REF-AR-DOs (E2)";
    return NULL;
}

/* A file named beside the text, or by an absolute path. */
static bool path_beside(const char *text, const char *name, char *out, size_t size)
{
    const char *slash = strrchr(text, '/');
    const int folder = slash != NULL && name[0] != '/' ? (int)(slash + 1 - text) : 0;
    return snprintf(out, size, "%.*s%s", folder, text, name) < (int)size;
}

static const char *set_icon(struct metadata_text *metadata, const char *path, char *value)
{
    static const uint8_t png[] = {0x89, 'P', 'N', 'G'}, jpg[] = {0xFF, 0xD8, 0xFF};
    char file[PATH_SIZE];
    struct blob icon;
    if (!path_beside(path, value, file, sizeof(file)) ||
        blob_read_file(file, METADATA_TEXT_ICON_MAX, &icon) != 0)
        return "names no file of at most 1024 bytes";
    const bool is_png = bytes_start_with(blob_bytes(&icon), bytes_of(png, sizeof(png)));
    const bool is_jpg = bytes_start_with(blob_bytes(&icon), bytes_of(jpg, sizeof(jpg)));
    metadata->icon_type = is_png ? METADATA_TEXT_PNG : METADATA_TEXT_JPG;
    metadata->icon_len = icon.len;
    if (strlen(file) < sizeof(metadata->icon_path))
        strcpy(metadata->icon_path, file);
    else
        metadata->icon_path[0] = '\0';
    memcpy(metadata->icon, icon.data, icon.len);
    blob_finish(&icon);
    return is_png || is_jpg ? NULL : "names neither a PNG nor a JPG";
}

static bool add_event(struct metadata_text_notification *notification, const char *word)
{
    static const struct metadata_text_word events[] = {
        {"install", METADATA_TEXT_INSTALL},       {"enable", METADATA_TEXT_ENABLE},
        {"disable", METADATA_TEXT_DISABLE},       {"delete", METADATA_TEXT_DELETE},
        {"rpm-enable", METADATA_TEXT_RPM_ENABLE}, {"rpm-disable", METADATA_TEXT_RPM_DISABLE},
        {"rpm-delete", METADATA_TEXT_RPM_DELETE}, {NULL, 0}};
    uint32_t event;
    if (!metadata_text_find_word(events, word, &event))
        return false;
    notification->events |= event;
    return true;
}

/* Events first; the word that is none is the address, and the last one. */
static const char *set_notification(struct metadata_text *metadata, const char *path, char *value)
{
    (void)path;
    if (!metadata->own_notifications)
        metadata->notification_count = 0;
    metadata->own_notifications = true;
    if (strcmp(value, "none") == 0)
        return NULL;
    if (metadata->notification_count == METADATA_TEXT_NOTIFICATIONS_MAX)
        return "is one too many";
    struct metadata_text_notification notification = {0};
    char *rest = value;
    for (char *word; (word = strsep(&rest, METADATA_TEXT_SEPARATORS)) != NULL;) {
        if (*word == '\0' || add_event(&notification, word))
            continue;
        if (notification.address[0] != '\0' || strlen(word) >= sizeof(notification.address))
            return "has more than one address, or a wrong event";
        snprintf(notification.address, sizeof(notification.address), "%s", word);
    }
    if (notification.events == 0 || notification.address[0] == '\0')
        return "is not a list of events and an address";
    metadata->notifications[metadata->notification_count++] = notification;
    return NULL;
}

static const struct metadata_text_key keys[] = {
    {"iccid", set_iccid},
    {"provider", set_provider},
    {"name", set_name},
    {"class", set_class},
    {"icon", set_icon},
    {"rules", set_rules},
    {"owner", set_owner},
    {"gid1", set_gid1},
    {"gid2", set_gid2},
    {"access-rules", set_access_rules},
    {"notification", set_notification},
    {"confirmation-code", set_code},
};

static const struct metadata_text_keys v2_keys = {keys, sizeof(keys) / sizeof(keys[0])};

static metadata_text_setter *find_setter(const struct metadata_text_keys *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].key, key) == 0)
            return table->rows[i].set;
    return NULL;
}

static char *trim(char *text)
{
    text += strspn(text, BLANKS);
    for (size_t len = strlen(text); len > 0 && strchr(BLANKS, text[len - 1]) != NULL; len--)
        text[len - 1] = '\0';
    return text;
}

static const char *apply(struct metadata_text *metadata, const char *path, char *line)
{
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return NULL;
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return "is not a line 'key = value'";
    *equals = '\0';
    const char *key = trim(line);
    metadata_text_setter *set = find_setter(&v2_keys, key);
    if (set == NULL)
        set = find_setter(&metadata_text_v3_keys, key);
    return set != NULL ? set(metadata, path, trim(equals + 1)) : "is not a key";
}

/* What a key needs beside it and has not; NULL: nothing. */
static const char *find_missing(const struct metadata_text *metadata)
{
    const struct metadata_text_v3 *v3 = &metadata->v3;
    const bool needs_owner =
        metadata->rules != 0 || metadata->gid1_len > 0 || metadata->gid2_len > 0;
    if (needs_owner && !metadata->has_owner)
        return "rules, gid1 and gid2 need an owner";
    if (v3->manager_count > 0 && v3->owner.len == 0)
        return "rpm-manager needs an rpm-owner";
    if (v3->has_enterprise_rules && v3->enterprise.len == 0)
        return "enterprise-rules need an enterprise";
    return NULL;
}

static int apply_lines(struct metadata_text *metadata, const char *path, char *text)
{
    int number = 0;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        number++;
        const char *wrong = apply(metadata, path, line);
        if (wrong != NULL) {
            trace_error("%s:%d: '%s' %s", path, number, trim(line), wrong);
            return FAILURE_INTERNAL;
        }
    }
    const char *missing = find_missing(metadata);
    if (missing == NULL)
        return 0;
    trace_error("%s: %s", path, missing);
    return FAILURE_INTERNAL;
}

int metadata_text_read(struct metadata_text *metadata, const char *path)
{
    struct blob file;
    const int found = blob_read_file(path, METADATA_TEXT_MAX, &file);
    if (found != 0)
        return found < 0 ? found : 0;
    char text[METADATA_TEXT_MAX + 1];
    memcpy(text, file.data, file.len);
    text[file.len] = '\0';
    blob_finish(&file);
    return apply_lines(metadata, path, text);
}

#include "tools/eim/package_check.h"

#include <stdio.h>
#include <string.h>

#include "apdu/hex.h"
#include "tools/lib/iot/data_request.h"
#include "tools/lib/iot/operation.h"

static bool wrong(char *detail, size_t size, const char *what)
{
    snprintf(detail, size, "%s", what);
    return false;
}

static bool check_download(const json_t *content, char *detail, size_t size)
{
    const char *code = json_string_value(json_object_get(content, "activationCode"));
    const bool other = json_is_true(json_object_get(content, "contactDefaultSmdp")) ||
                       json_is_object(json_object_get(content, "contactSmds"));
    if (code == NULL && !other)
        return wrong(detail, size,
                     "download: activationCode, contactDefaultSmdp or contactSmds is needed");
    return code == NULL || (strlen(code) > 0 && strlen(code) <= EIM_CONFIGURATION_ADDRESS_MAX) ||
           wrong(detail, size, "activationCode: 1 to 255 characters");
}

/* What v1.0 has another tag for, or none (SGP.32 §2.11.1.2). */
static bool check_old_tags(struct bytes tags, char *detail, size_t size)
{
    static const struct {
        uint8_t tag;
        const char *text;
    } rows[] = {
        {DATA_NOTIFICATIONS, "A0 (notifications) is BF2B in SGP.32 v1.0"},
        {DATA_DEFAULT_SMDP, "81 (default SM-DP+) is 80 in SGP.32 v1.0"},
        {DATA_RESULTS, "A2 (kept results) is not in SGP.32 v1.0"},
        {DATA_TRANSACTION, "87 (transaction id) is not in SGP.32 v1.0"},
        {DATA_CAPABILITIES, "A8 (IPA capabilities) is 88 in SGP.32 v1.0"},
    };
    uint32_t tag;
    while (data_tag_take(&tags, &tag))
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            if (rows[i].tag == tag)
                return wrong(detail, size, rows[i].text);
    return true;
}

static bool check_data(enum eim_release release, const json_t *content, char *detail, size_t size)
{
    uint8_t tags[DATA_TAG_LIST_MAX];
    struct writer writer = writer_on(tags, sizeof(tags));
    const char *text = json_string_value(json_object_get(content, "tagList"));
    if (text == NULL || !hex_decode(text, &writer) || writer.len == 0)
        return wrong(detail, size, "tagList: tags in hexadecimal digits are needed, as 80BF22");
    return release != EIM_RELEASE_1_0 || check_old_tags(writer_bytes(&writer), detail, size);
}

static bool check_operations(enum eim_release release, enum order_facility facility,
                             const json_t *content, char *detail, size_t size)
{
    uint8_t room[PACKAGE_OPERATIONS_SIZE];
    char why[OPERATION_DETAIL_SIZE] = "";
    struct writer writer = writer_on(room, sizeof(room));
    const char *later = release == EIM_RELEASE_1_0
                            ? operation_not_in_v1_0(package_check_list(facility), content)
                            : NULL;
    if (later != NULL) {
        snprintf(why, sizeof(why),
                 "%s is not in SGP.32 v1.0, which this eIM speaks (--release 1.0)", later);
        return wrong(detail, size, why);
    }
    return operation_encode(package_check_list(facility), content, &writer, why) ||
           wrong(detail, size, why);
}

bool package_check(enum eim_release release, enum order_facility facility, const json_t *content,
                   char *detail, size_t size)
{
    switch (facility) {
    case ORDER_DOWNLOAD:
        return check_download(content, detail, size);
    case ORDER_DATA:
        return check_data(release, content, detail, size);
    case ORDER_PSMO:
    case ORDER_ECO:
        return check_operations(release, facility, content, detail, size);
    default:
        return wrong(detail, size, "no such facility");
    }
}

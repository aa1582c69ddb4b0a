#include "tools/lib/iot/operation_write.h"

#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "fs/profile/iccid.h"
#include "tools/lib/common/field.h"
#include "tools/lib/iot/eim_configuration.h"

#define ICCID 0x5A
#define AID 0x4F
#define AID_MAX 16
#define PROFILE_CLASS 0x95
#define PROFILE_CLASS_MAX 2
#define TAG_LIST 0x5C
#define TAG_LIST_MAX 64
#define SEARCH_CRITERIA 0xA0
#define IMMEDIATE_FLAG 0x80
#define IMMEDIATE_OID 0x81
#define IMMEDIATE_ADDRESS 0x82
#define ADDRESS 0x80
#define ADDRESS_MAX 255
#define EIM_ID 0x80
#define TEXT_MAX 255

/* False: `detail` says which member is wrong. */
static bool wrong(char detail[OPERATION_DETAIL_SIZE], const char *member, const char *what)
{
    snprintf(detail, OPERATION_DETAIL_SIZE, "%s: %s", member, what);
    return false;
}

/* The first of two names that is there. */
static const char *text_of(const json_t *arguments, const char *name, const char *other)
{
    const char *text;
    if (field_text(arguments, name, TEXT_MAX, &text) == FIELD_OK)
        return text;
    return field_text(arguments, other, TEXT_MAX, &text) == FIELD_OK ? text : NULL;
}

/* As EF.ICCID has it: the country code's 89 reads 98, and a padding F stands before the end. What
 * has a letter elsewhere is no number either, and is sent as the bytes that it spells. */
static bool is_swapped_text(const char *text)
{
    return strlen(text) == 2 * ICCID_SIZE &&
           (strncmp(text, "98", 2) == 0 || strspn(text, "0123456789") < 2 * ICCID_SIZE - 2);
}

static bool put_iccid(const char *text, struct writer *out)
{
    uint8_t digits[ICCID_SIZE], swapped[ICCID_SIZE];
    struct writer writer = writer_on(swapped, sizeof(swapped));
    if (is_swapped_text(text)) {
        if (!hex_decode(text, &writer) || writer.len != ICCID_SIZE)
            return false;
    } else if (iccid_from_text(text, digits)) {
        iccid_swap(digits, swapped);
    } else {
        return false;
    }
    tlv_put(out, ICCID, bytes_of(swapped, sizeof(swapped)));
    return true;
}

bool operation_write_nothing(const json_t *arguments, struct writer *out,
                             char detail[OPERATION_DETAIL_SIZE])
{
    (void)arguments;
    (void)out;
    (void)detail;
    return true;
}

bool operation_write_iccid(const json_t *arguments, struct writer *out,
                           char detail[OPERATION_DETAIL_SIZE])
{
    const char *text = text_of(arguments, "iccid", "iccid");
    if (text == NULL || !put_iccid(text, out))
        return wrong(detail, "iccid", "18 to 20 digits are needed");
    return true;
}

bool operation_write_enable(const json_t *arguments, struct writer *out,
                            char detail[OPERATION_DETAIL_SIZE])
{
    bool rollback = false;
    if (!operation_write_iccid(arguments, out, detail))
        return false;
    if (field_boolean(arguments, "rollback", &rollback) == FIELD_INVALID)
        return wrong(detail, "rollback", "true or false is needed");
    if (rollback)
        tlv_put(out, DER_NULL, (struct bytes){0});
    return true;
}

static bool put_hex(const json_t *arguments, const char *name, size_t max, uint32_t tag,
                    struct writer *out, char detail[OPERATION_DETAIL_SIZE])
{
    uint8_t room[TAG_LIST_MAX];
    struct writer writer = writer_on(room, max);
    const char *text;
    const enum field_result result = field_text(arguments, name, 2 * max, &text);
    if (result == FIELD_ABSENT)
        return true;
    if (result == FIELD_INVALID || !hex_decode(text, &writer) || writer.len == 0)
        return wrong(detail, name, "hexadecimal digits are needed");
    tlv_put(out, tag, writer_bytes(&writer));
    return true;
}

static bool put_criteria(const json_t *arguments, struct writer *out,
                         char detail[OPERATION_DETAIL_SIZE])
{
    if (json_object_get(arguments, "iccid") != NULL)
        return operation_write_iccid(arguments, out, detail);
    if (json_object_get(arguments, "isdpAid") != NULL)
        return put_hex(arguments, "isdpAid", AID_MAX, AID, out, detail);
    const json_t *number = json_object_get(arguments, "profileClass");
    if (number == NULL)
        return true;
    if (!json_is_integer(number) || json_integer_value(number) < 0 ||
        json_integer_value(number) > PROFILE_CLASS_MAX)
        return wrong(detail, "profileClass", "0 (test), 1 (provisioning) or 2 (operational)");
    der_put_integer(out, PROFILE_CLASS, json_integer_value(number));
    return true;
}

bool operation_write_list(const json_t *arguments, struct writer *out,
                          char detail[OPERATION_DETAIL_SIZE])
{
    uint8_t room[2 * AID_MAX];
    struct writer criteria = writer_on(room, sizeof(room));
    const json_t *apart = json_object_get(arguments, "searchCriteria");
    if (!put_criteria(apart != NULL ? apart : arguments, &criteria, detail))
        return false;
    if (criteria.len > 0)
        tlv_put(out, SEARCH_CRITERIA, writer_bytes(&criteria));
    return put_hex(arguments, "tagList", TAG_LIST_MAX, TAG_LIST, out, detail);
}

static bool put_oid(const char *text, struct writer *out)
{
    uint8_t room[DER_OID_TEXT_SIZE];
    struct writer oid = writer_on(room, sizeof(room));
    if (!der_oid_from_text(text, &oid))
        return false;
    tlv_put(out, IMMEDIATE_OID, writer_bytes(&oid));
    return true;
}

bool operation_write_immediate(const json_t *arguments, struct writer *out,
                               char detail[OPERATION_DETAIL_SIZE])
{
    bool flag = false;
    if (field_boolean(arguments, "immediateEnableFlag", &flag) == FIELD_INVALID ||
        (!flag && field_boolean(arguments, "autoEnableFlag", &flag) == FIELD_INVALID))
        return wrong(detail, "immediateEnableFlag", "true or false is needed");
    if (flag)
        tlv_put(out, IMMEDIATE_FLAG, (struct bytes){0});
    const char *oid = text_of(arguments, "defaultSmdpOid", "smdpOid");
    if (oid != NULL && !put_oid(oid, out))
        return wrong(detail, "defaultSmdpOid", "an object identifier as 2.999.10 is needed");
    const char *address = text_of(arguments, "defaultSmdpAddress", "smdpAddress");
    if (address != NULL)
        tlv_put(out, IMMEDIATE_ADDRESS, bytes_of_text(address));
    return true;
}

bool operation_write_address(const json_t *arguments, struct writer *out,
                             char detail[OPERATION_DETAIL_SIZE])
{
    const char *address = text_of(arguments, "defaultDpAddress", "address");
    if (address == NULL || strlen(address) > ADDRESS_MAX)
        return wrong(detail, "defaultDpAddress", "a host name is needed, or \"\" for none");
    tlv_put(out, ADDRESS, bytes_of_text(address));
    return true;
}

bool operation_write_eim(const json_t *arguments, struct writer *out,
                         char detail[OPERATION_DETAIL_SIZE])
{
    return eim_configuration_from_json(arguments, out, detail, OPERATION_DETAIL_SIZE);
}

bool operation_write_eim_id(const json_t *arguments, struct writer *out,
                            char detail[OPERATION_DETAIL_SIZE])
{
    const char *id = text_of(arguments, "eimId", "eimId");
    if (id == NULL || id[0] == '\0' || strlen(id) > EIM_CONFIGURATION_ID_MAX)
        return wrong(detail, "eimId", "1 to 128 characters are needed");
    tlv_put(out, EIM_ID, bytes_of_text(id));
    return true;
}

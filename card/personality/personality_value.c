#include "card/personality/personality_value.h"
#include "card/personality/words.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"

#define RADIX 10

static void *field_of(struct personality *personality, const struct personality_row *row)
{
    return (uint8_t *)personality + row->offset;
}

bool personality_value_is_none(const struct personality_row *row, const char *value)
{
    return row->optional && strcmp(value, "none") == 0;
}

/* Digits alone, up to a limit. */
static bool to_number(struct bytes digits, uint64_t limit, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        value = value * RADIX + (digits.data[i] - (unsigned)'0');
        if (value > limit)
            return false;
    }
    *out = value;
    return digits.len > 0;
}

/* Exactly so many numbers of a byte, with dots between. */
static bool to_version(struct bytes rest, uint8_t *out, size_t count)
{
    uint8_t parts[EUICC_INFO_VERSION_SIZE];
    for (size_t i = 0; i < count; i++) {
        const uint8_t *dot =
            i + 1 < count ? memchr(rest.data, '.', rest.len) : rest.data + rest.len;
        struct bytes digits;
        uint64_t number;
        if (dot == NULL || !bytes_take(&rest, (size_t)(dot - rest.data), &digits) ||
            !to_number(digits, UINT8_MAX, &number))
            return false;
        if (rest.len > 0)
            bytes_take(&rest, 1, &digits);
        parts[i] = (uint8_t)number;
    }
    memcpy(out, parts, count);
    return true;
}

bool personality_value_version(struct personality *personality, const struct personality_row *row,
                               const char *value, bool again)
{
    (void)again;
    if (!personality_value_is_none(row, value))
        return to_version(bytes_of_text(value), field_of(personality, row),
                          EUICC_INFO_VERSION_SIZE);
    memset(field_of(personality, row), 0, EUICC_INFO_VERSION_SIZE);
    return true;
}

bool personality_value_package(struct personality *personality, const struct personality_row *row,
                               const char *value, bool again)
{
    (void)again;
    struct saip_platform *platform = field_of(personality, row);
    uint8_t version[2];
    if (!to_version(bytes_of_text(value), version, sizeof(version)))
        return false;
    platform->major = version[0];
    platform->minor = version[1];
    return true;
}

/* One release, or the lowest and the highest of a chip that outlives v2. */
bool personality_value_range(struct personality *personality, const struct personality_row *row,
                             const char *value, bool again)
{
    (void)row;
    (void)again;
    struct euicc_info *info = &personality->info;
    uint8_t low[EUICC_INFO_VERSION_SIZE], high[EUICC_INFO_VERSION_SIZE];
    struct bytes rest = bytes_of_text(value), first;
    if (!words_take(&rest, "- \t", &first) || !to_version(first, low, sizeof(low)) ||
        !to_version(rest.len > 0 ? rest : first, high, sizeof(high)))
        return false;
    const int order = memcmp(low, high, sizeof(low));
    if (order > 0 || (order < 0 && high[0] < 3))
        return false;
    memcpy(info->svn, low, sizeof(low));
    memcpy(info->highest_svn, high, sizeof(high));
    return true;
}

bool personality_value_versions(struct personality *personality, const struct personality_row *row,
                                const char *value, bool again)
{
    (void)again;
    struct euicc_info *info = &personality->info;
    uint8_t versions[EUICC_INFO_PACKAGES_MAX][EUICC_INFO_VERSION_SIZE];
    struct bytes rest = bytes_of_text(value), one;
    uint32_t count = 0;
    if (!personality_value_is_none(row, value)) {
        while (words_take(&rest, ", \t", &one))
            if (count == EUICC_INFO_PACKAGES_MAX ||
                !to_version(one, versions[count++], EUICC_INFO_VERSION_SIZE))
                return false;
        if (count == 0)
            return false;
    }
    memcpy(info->additional_packages, versions, sizeof(versions[0]) * count);
    info->additional_package_count = count;
    return true;
}

static bool find_word(const struct personality_row *row, struct bytes word, unsigned *out)
{
    for (unsigned i = 0; row->words[i] != NULL; i++)
        if (word.len > 0 && bytes_equal(word, bytes_of_text(row->words[i]))) {
            *out = i;
            return true;
        }
    return false;
}

bool personality_value_to_bits(const struct personality_row *row, struct bytes words,
                               uint32_t *bits)
{
    uint32_t result = 0;
    struct bytes word;
    unsigned bit;
    while (words_take(&words, ", \t", &word)) {
        if (!find_word(row, word, &bit))
            return false;
        result |= 1u << bit;
    }
    *bits = result;
    return result != 0;
}

bool personality_value_bits(struct personality *personality, const struct personality_row *row,
                            const char *value, bool again)
{
    (void)again;
    uint32_t *field = field_of(personality, row);
    if (!personality_value_is_none(row, value))
        return personality_value_to_bits(row, bytes_of_text(value), field);
    *field = 0;
    return true;
}

bool personality_value_category(struct personality *personality, const struct personality_row *row,
                                const char *value, bool again)
{
    (void)again;
    unsigned number;
    const bool none = personality_value_is_none(row, value);
    if (!none && !find_word(row, bytes_of_text(value), &number))
        return false;
    *(int *)field_of(personality, row) = none ? -1 : (int)number;
    return true;
}

bool personality_value_number(struct personality *personality, const struct personality_row *row,
                              const char *value, bool again)
{
    (void)again;
    uint64_t number;
    if (!to_number(bytes_of_text(value), row->limit, &number))
        return false;
    *(uint32_t *)field_of(personality, row) = (uint32_t)number;
    return true;
}

static bool to_size(const struct personality_row *row, const char *value, uint64_t *out)
{
    struct bytes digits = bytes_of_text(value);
    const char unit = digits.len > 0 ? value[digits.len - 1] : '\0';
    const unsigned shift = unit == 'K' ? 10 : unit == 'M' ? 20 : 0;
    if (shift != 0)
        digits.len--;
    if (!to_number(digits, row->limit >> shift, out))
        return false;
    *out <<= shift;
    return true;
}

bool personality_value_size32(struct personality *personality, const struct personality_row *row,
                              const char *value, bool again)
{
    (void)again;
    uint64_t size;
    if (!to_size(row, value, &size))
        return false;
    *(uint32_t *)field_of(personality, row) = (uint32_t)size;
    return true;
}

bool personality_value_size64(struct personality *personality, const struct personality_row *row,
                              const char *value, bool again)
{
    (void)again;
    uint64_t size;
    if (!to_size(row, value, &size))
        return false;
    *(uint64_t *)field_of(personality, row) = size;
    return true;
}

const char *personality_value_keep(struct personality *personality, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *kept = (char *)personality->memory + personality->memory_len;
    if (size > sizeof(personality->memory) - personality->memory_len)
        return NULL;
    personality->memory_len += size;
    return memcpy(kept, text, size);
}

bool personality_value_text(struct personality *personality, const struct personality_row *row,
                            const char *value, bool again)
{
    (void)again;
    const char **field = field_of(personality, row);
    *field = NULL;
    if (personality_value_is_none(row, value))
        return true;
    if (!der_is_utf8(bytes_of_text(value), row->limit) || (value[0] == '\0' && row->optional))
        return false;
    *field = personality_value_keep(personality, value);
    return *field != NULL;
}

/* Bytes of the personality's own, out of hexadecimal digits. */
static bool keep_bytes(struct personality *personality, const char *digits, struct bytes *out)
{
    struct writer room = writer_on(personality->memory + personality->memory_len,
                                   sizeof(personality->memory) - personality->memory_len);
    if (!hex_decode(digits, &room))
        return false;
    personality->memory_len += room.len;
    *out = writer_bytes(&room);
    return true;
}

bool personality_value_bytes(struct personality *personality, const struct personality_row *row,
                             const char *value, bool again)
{
    (void)again;
    struct bytes *field = field_of(personality, row);
    struct bytes bytes;
    if (personality_value_is_none(row, value)) {
        *field = (struct bytes){0};
        return true;
    }
    if (!keep_bytes(personality, value, &bytes) || bytes.len == 0 || bytes.len > row->limit)
        return false;
    *field = bytes;
    return true;
}

/* The tag that these digits are, whole. */
static bool to_tag(struct bytes digits, uint32_t *tag)
{
    char text[HEX_SIZE(TLV_TAG_MAX)];
    uint8_t room[TLV_TAG_MAX + 1];
    struct writer element = writer_on(room, sizeof(room));
    struct tlv_header header;
    if (digits.len >= sizeof(text))
        return false;
    memcpy(text, digits.data, digits.len);
    text[digits.len] = '\0';
    if (!hex_decode(text, &element))
        return false;
    writer_put_u8(&element, 0);
    if (tlv_read_header(writer_bytes(&element), &header) != TLV_FRONT_OK ||
        header.header_len != element.len)
        return false;
    *tag = header.tag;
    return true;
}

bool personality_value_change(struct personality *personality, const struct personality_row *row,
                              const char *value, bool again)
{
    (void)again;
    struct euicc_info *info = &personality->info;
    struct euicc_info_change change = {.info = row->limit, .kind = EUICC_INFO_SET};
    struct bytes rest = bytes_of_text(value), tag;
    if (info->change_count == EUICC_INFO_CHANGES_MAX || !words_take(&rest, " \t", &tag) ||
        !to_tag(tag, &change.tag))
        return false;
    const char *what = (const char *)rest.data; /* up to the text's own end */
    if (strcmp(what, "none") == 0) {
        change.kind = EUICC_INFO_DROP;
    } else if (what[0] == '+') {
        change.kind = EUICC_INFO_ADD;
        what++;
    }
    const bool empty = strcmp(what, "empty") == 0;
    if (change.kind != EUICC_INFO_DROP && !empty &&
        (!keep_bytes(personality, what, &change.value) || rest.len == 0))
        return false;
    personality->changes[info->change_count++] = change;
    return true;
}

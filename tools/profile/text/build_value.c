#include "tools/profile/text/build_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/trace.h"

#define NUMBER_SIZE 24 /* characters of a number, its end included */
#define WORD_SHOWN 40  /* characters of a word that a message repeats */

static bool is_printable(uint8_t byte)
{
    return byte >= ' ' && byte < 0x7F;
}

/* As much of a word as a message repeats: its first printable characters. */
static struct bytes shown(struct bytes word)
{
    size_t len = 0;
    while (len < word.len && len < WORD_SHOWN && is_printable(word.data[len]))
        len++;
    return bytes_of(word.data, len);
}

bool build_refuse(struct build *build, const char *expected)
{
    const struct scan *scan = &build->scan;
    if (scan->token == SCAN_END)
        trace_error("%s:%u: the text ends where %s should stand", build->name, scan->word_line,
                    expected);
    else if (scan->token == SCAN_BAD && scan->word.len != 1)
        trace_error("%s:%u: a string without its end, or '...' without H", build->name,
                    scan->word_line);
    else if (scan->token == SCAN_BAD && !is_printable(scan->word.data[0]))
        trace_error("%s:%u: a byte %02X where %s should stand", build->name, scan->word_line,
                    scan->word.data[0], expected);
    else
        trace_error("%s:%u: '%.*s' where %s should stand", build->name, scan->word_line,
                    (int)shown(scan->word).len, (const char *)scan->word.data, expected);
    return false;
}

bool build_expect(struct build *build, enum scan_token token, const char *expected)
{
    if (build->scan.token != token)
        return build_refuse(build, expected);
    scan_next(&build->scan);
    return true;
}

/* The current word as a text with an end; false if it is longer. */
static bool word_text(const struct build *build, char *text, size_t size)
{
    const struct bytes word = build->scan.word;
    if (word.len >= size)
        return false;
    memcpy(text, word.data, word.len);
    text[word.len] = '\0';
    return true;
}

static bool read_number(struct build *build, int64_t *out)
{
    char text[NUMBER_SIZE];
    if (build->scan.token != SCAN_NUMBER || !word_text(build, text, sizeof(text)))
        return build_refuse(build, "a number");
    errno = 0;
    *out = strtoll(text, NULL, 10);
    if (errno != 0)
        return build_refuse(build, "a number of at most 64 bits");
    scan_next(&build->scan);
    return true;
}

static bool put_hex(struct build *build)
{
    const struct bytes word = build->scan.word;
    int high = -1;
    for (size_t i = 0; i < word.len; i++) {
        const int digit = hex_digit((char)word.data[i]);
        if (digit < 0 && (high >= 0 || strchr(" \t\r\n", word.data[i]) == NULL))
            return build_refuse(build, "pairs of hexadecimal digits");
        if (digit >= 0 && high >= 0)
            writer_put_u8(build->out, (uint8_t)(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    return high < 0 || build_refuse(build, "pairs of hexadecimal digits");
}

static bool put_text(struct build *build)
{
    const struct bytes word = build->scan.word;
    for (size_t i = 0; i < word.len; i++) {
        writer_put_u8(build->out, word.data[i]);
        i += word.data[i] == '"'; /* the second of a doubled one */
    }
    return true;
}

/* What was written since `start`, `times` times in all. */
static bool repeat(struct build *build, size_t start, int64_t times)
{
    struct writer *out = build->out;
    if (out->overflow)
        return true;
    const struct bytes piece = bytes_of(out->data + start, out->len - start);
    if (times <= 0)
        out->len = start;
    for (int64_t i = 1; i < times && !out->overflow && piece.len > 0; i++)
        writer_put(out, piece);
    return true;
}

/* 'A0'H, "text", either with * and a number behind it. */
static bool put_piece(struct build *build)
{
    const size_t start = build->out->len;
    int64_t times = 0;
    if (build->scan.token != SCAN_HEX && build->scan.token != SCAN_TEXT)
        return build_refuse(build, "'...'H or \"...\"");
    if (!(build->scan.token == SCAN_HEX ? put_hex : put_text)(build))
        return false;
    scan_next(&build->scan);
    if (build->scan.token != SCAN_TIMES)
        return true;
    scan_next(&build->scan);
    return read_number(build, &times) && repeat(build, start, times);
}

bool build_octets(struct build *build)
{
    if (!put_piece(build))
        return false;
    while (build->scan.token == SCAN_PLUS) {
        scan_next(&build->scan);
        if (!put_piece(build))
            return false;
    }
    return true;
}

bool build_string(struct build *build, uint32_t tag)
{
    const size_t mark = tlv_open(build->out, tag);
    if (!build_octets(build))
        return false;
    tlv_close(build->out, mark);
    return true;
}

static bool named_value(const struct build *build, const struct pe_schema_type *type,
                        int64_t *value)
{
    for (size_t i = 0; type->names != NULL && i < type->count; i++) {
        if (scan_is_name(&build->scan, type->names[i].name)) {
            *value = type->names[i].value;
            return true;
        }
    }
    return false;
}

bool build_integer(struct build *build, const struct pe_schema_type *type, uint32_t tag)
{
    int64_t value = 0;
    if (named_value(build, type, &value))
        scan_next(&build->scan);
    else if (build->scan.token == SCAN_NAME)
        return build_refuse(build, "a number, or a name of this type's,");
    else if (!read_number(build, &value))
        return false;
    der_put_integer(build->out, tag, value);
    return true;
}

/* 23, or international-organizations(23). */
static bool read_arc(struct build *build, int64_t *arc)
{
    if (build->scan.token != SCAN_NAME)
        return read_number(build, arc);
    scan_next(&build->scan);
    return build_expect(build, SCAN_BEFORE, "'(' and the number of this arc") &&
           read_number(build, arc) && build_expect(build, SCAN_BEHIND, "')'");
}

/* { 2 23 143 1 } as 2.23.143.1, up to the bracket that closes it. */
static bool read_arcs(struct build *build, char *text, size_t size)
{
    size_t len = 0;
    scan_next(&build->scan);
    while (build->scan.token != SCAN_CLOSE) {
        int64_t arc = 0;
        if (!read_arc(build, &arc))
            return false;
        len +=
            (size_t)snprintf(text + len, size - len, "%s%lld", len > 0 ? "." : "", (long long)arc);
        if (len >= size)
            return build_refuse(build, "the end of the object identifier");
    }
    return true;
}

bool build_oid(struct build *build, uint32_t tag)
{
    char text[DER_OID_TEXT_SIZE] = "";
    const size_t mark = tlv_open(build->out, tag);
    if (build->scan.token == SCAN_OPEN) {
        if (!read_arcs(build, text, sizeof(text)))
            return false;
    } else if (build->scan.token != SCAN_OID || !word_text(build, text, sizeof(text))) {
        return build_refuse(build, "an object identifier");
    }
    if (!der_oid_from_text(text, build->out))
        return build_refuse(build, "an object identifier");
    tlv_close(build->out, mark);
    scan_next(&build->scan);
    return true;
}

bool build_null(struct build *build, uint32_t tag)
{
    if (!scan_is_name(&build->scan, "NULL"))
        return build_refuse(build, "NULL");
    scan_next(&build->scan);
    tlv_put(build->out, tag, (struct bytes){0});
    return true;
}

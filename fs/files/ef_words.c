#include "fs/files/ef_words.h"

#include <stdarg.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/json_writer.h"
#include "apdu/tlv.h"
#include "fs/files/ef_say.h"
#include "fs/files/names.h"

#define VALUE_SIZE 520
#define DIGITS_MAX 40
#define FILLING 0x0F
#define UCS2 0x80

void ef_say(struct writer *out, const char *label, const char *format, ...)
{
    char text[VALUE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    json_writer_open_object(out, NULL);
    json_writer_word(out, "label", label);
    json_writer_word(out, "value", text);
    json_writer_close_object(out);
}

void ef_say_hex(struct writer *out, const char *label, struct bytes bytes)
{
    json_writer_open_object(out, NULL);
    json_writer_word(out, "label", label);
    json_writer_hex(out, "value", bytes);
    json_writer_close_object(out);
}

static size_t count_text(struct bytes bytes)
{
    size_t len = 0;
    while (len < bytes.len && bytes.data[len] != 0xFF)
        len++;
    return len;
}

/* UTF-8 of one character of the basic plane. */
static void put_character(struct writer *text, unsigned code)
{
    if (code >= 0x800)
        writer_put_u8(text, (uint8_t)(0xE0 | code >> 12));
    if (code >= 0x80)
        writer_put_u8(text, (uint8_t)((code >= 0x800 ? 0x80 : 0xC0) | (code >> 6 & 0x3F)));
    writer_put_u8(text, (uint8_t)(code >= 0x80 ? 0x80 | (code & 0x3F) : code));
}

/* The GSM alphabet is ASCII but for some (TS 23.038 §6.2.1); of these the ones that names use. */
static unsigned of_gsm(uint8_t byte)
{
    static const struct {
        uint8_t byte;
        uint16_t code;
    } rows[] = {{0x00, '@'},  {0x02, '$'},  {0x04, 0xE8}, {0x05, 0xE9}, {0x06, 0xF9},
                {0x07, 0xEC}, {0x08, 0xF2}, {0x09, 0xC7}, {0x11, '_'},  {0x1E, 0xDF},
                {0x5B, 0xC4}, {0x5C, 0xD6}, {0x5D, 0xD1}, {0x5E, 0xDC}, {0x7B, 0xE4},
                {0x7C, 0xF6}, {0x7D, 0xF1}, {0x7E, 0xFC}, {0x7F, 0xE0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].byte == byte)
            return rows[i].code;
    return byte < ' ' || byte > 0x7F ? '?' : byte;
}

void ef_say_alpha(struct writer *out, const char *label, struct bytes alpha)
{
    uint8_t room[VALUE_SIZE];
    struct writer text = writer_on(room, sizeof(room));
    const bool ucs2 = alpha.len > 0 && alpha.data[0] == UCS2;
    const size_t len = ucs2 ? alpha.len : count_text(alpha);
    for (size_t i = ucs2 ? 1 : 0; i + (ucs2 ? 1 : 0) < len; i += ucs2 ? 2 : 1) {
        const unsigned code =
            ucs2 ? (unsigned)alpha.data[i] << 8 | alpha.data[i + 1] : of_gsm(alpha.data[i]);
        if (code == 0xFFFF)
            break;
        put_character(&text, code);
    }
    json_writer_open_object(out, NULL);
    json_writer_word(out, "label", label);
    json_writer_text(out, "value", writer_bytes(&text));
    json_writer_close_object(out);
}

/* Digits with the nibbles of each byte swapped, from nibble `from` on. */
static void swapped(struct bytes bytes, size_t from, char text[DIGITS_MAX + 1])
{
    static const char digits[] = "0123456789*#abc";
    size_t len = 0;
    for (size_t i = from; i < 2 * bytes.len && len < DIGITS_MAX; i++) {
        const uint8_t digit = (uint8_t)(bytes.data[i / 2] >> (i % 2 == 0 ? 0 : 4) & 0x0F);
        if (digit == FILLING)
            break;
        text[len++] = digits[digit];
    }
    text[len] = '\0';
}

static void iccid(struct bytes content, struct writer *out)
{
    char text[DIGITS_MAX + 1];
    swapped(content, 0, text);
    ef_say(out, "ICCID", "%s", text);
}

/* A length, a nibble of type and parity, digits (TS 31.102 §4.2.2). */
static void imsi(struct bytes content, struct writer *out)
{
    char text[DIGITS_MAX + 1];
    uint8_t len;
    struct bytes digits;
    if (!bytes_take_u8(&content, &len) || !bytes_take(&content, len, &digits)) {
        ef_say(out, "IMSI", "none");
        return;
    }
    swapped(digits, 1, text);
    ef_say(out, "IMSI", "%s", text);
    ef_say(out, "MCC", "%.3s", text);
}

static void spn(struct bytes content, struct writer *out)
{
    uint8_t display;
    if (!bytes_take_u8(&content, &display))
        return;
    ef_say_alpha(out, "name", content);
    if (display == 0xFF)
        return;
    ef_say(out, "registered PLMN's name shown at home", "%s", display & 1 ? "yes" : "no");
    ef_say(out, "this name shown elsewhere", "%s", display & 2 ? "no" : "yes");
}

/* TS 102 221 §13.1. */
static void dir(struct bytes content, struct writer *out)
{
    struct tlv template, object;
    if (!tlv_take(&content, &template) || template.tag != 0x61)
        return;
    if (tlv_find(template.value, 0x4F, &object))
        ef_say_hex(out, "AID", object.value);
    if (tlv_find(template.value, 0x50, &object))
        ef_say_alpha(out, "label", object.value);
}

/* Languages, two letters each (TS 102 221 §13.3). */
static void languages(struct bytes content, struct writer *out)
{
    struct bytes one;
    while (bytes_take(&content, 2, &one))
        if (one.data[0] != 0xFF)
            ef_say(out, "language", "%.2s", (const char *)one.data);
}

static void access_class(struct bytes content, struct writer *out)
{
    uint16_t classes;
    if (!bytes_take_u16(&content, &classes))
        return;
    for (unsigned i = 0; i < 16; i++)
        if (classes >> i & 1)
            ef_say(out, "access class", "%u", i);
}

static void group(struct bytes content, struct writer *out)
{
    ef_say_hex(out, "group identifier", bytes_of(content.data, count_text(content)));
}

/* An alpha identifier, then 14 bytes that begin with a length and a type of number (TS 31.102
 * §4.2.26). */
static void msisdn(struct bytes content, struct writer *out)
{
    const size_t fixed = 14, number_max = 11;
    char text[DIGITS_MAX + 1];
    struct bytes alpha, number;
    uint8_t len, type;
    if (content.len < fixed || !bytes_take(&content, content.len - fixed, &alpha) ||
        !bytes_take_u8(&content, &len) || len == 0 || len > number_max ||
        !bytes_take_u8(&content, &type) || !bytes_take(&content, len - 1u, &number))
        return;
    swapped(number, 0, text);
    ef_say_alpha(out, "name", alpha);
    ef_say(out, "number", "%s%s", (type & 0x70) == 0x10 ? "+" : "", text);
}

/* A text in a data object 80 (TS 31.103 §4.2.2 to §4.2.4). */
static void uri(struct bytes content, struct writer *out)
{
    struct tlv object;
    if (!tlv_take(&content, &object) || object.tag != 0x80)
        return;
    json_writer_open_object(out, NULL);
    json_writer_word(out, "label", "address");
    json_writer_text(out, "value", object.value);
    json_writer_close_object(out);
}

/* clang-format off */
static const struct {
    const char *name;
    ef_words *words;
} rows[] = {
    {"EF.ICCID", iccid}, {"EF.IMSI", imsi}, {"EF.SPN", spn}, {"EF.DIR", dir},
    {"EF.PL", languages}, {"EF.LI", languages}, {"EF.ACC", access_class},
    {"EF.GID1", group}, {"EF.GID2", group}, {"EF.MSISDN", msisdn}, {"EF.FDN", msisdn}, {"EF.ADN", msisdn},
    {"EF.IMPI", uri}, {"EF.IMPU", uri}, {"EF.Domain", uri},
    {"EF.AD", ef_words_ad},
    {"EF.PLMNwAcT", ef_words_plmn_act}, {"EF.OPLMNwAcT", ef_words_plmn_act}, {"EF.HPLMNwAcT", ef_words_plmn_act},
    {"EF.FPLMN", ef_words_plmn_list}, {"EF.EHPLMN", ef_words_plmn_list},
    {"EF.UST", ef_words_ust}, {"EF.EST", ef_words_est}, {"EF.IST", ef_words_ist},
    {"EF.LOCI", ef_words_loci}, {"EF.PSLOCI", ef_words_psloci}, {"EF.EPSLOCI", ef_words_epsloci},
    {"EF.5GS3GPPLOCI", ef_words_5gsloci}, {"EF.5GSN3GPPLOCI", ef_words_5gsloci},
    {"EF.SUCI_Calc_Info", ef_words_suci}, {"EF.SUCI_Calc_Info_USIM", ef_words_suci},
    {"EF.Routing_Indicator", ef_words_routing},
};
/* clang-format on */

static ef_words *find(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].words;
    return NULL;
}

void ef_words_put_content(const char *name, struct bytes content, struct writer *out)
{
    ef_words *words = find(name);
    if (words == NULL)
        return;
    json_writer_open_list(out, "decoded");
    words(content, out);
    json_writer_close_list(out);
}

void ef_words_put(struct file *file, struct writer *out)
{
    ef_words *words = find(names_of_file(file));
    const struct file *content = file_resolve(file);
    if (words == NULL || content->content == NULL)
        return;
    struct bytes left = bytes_of(content->content, content->content_len), record;
    const size_t size = file_has_records(content) ? content->record_len : left.len;
    json_writer_open_list(out, "decoded");
    while (size > 0 && bytes_take(&left, size, &record))
        words(record, out);
    json_writer_close_list(out);
}

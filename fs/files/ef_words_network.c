/* Contents that name networks: PLMN lists, where the terminal was last, keys for SUCI. */
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/tlv.h"
#include "fs/files/ef_say.h"

#define PLMN_SIZE 3
#define PLMN_TEXT_SIZE 8
#define ACT_TEXT_SIZE 96

/* "001-01" (TS 24.008 §10.5.1.13); false where there is none. */
static bool plmn_text(struct bytes plmn, char text[PLMN_TEXT_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";
    const uint8_t *at = plmn.data;
    if (plmn.len != PLMN_SIZE || (at[0] & 0x0F) > 9)
        return false;
    const char mnc3 = (at[1] >> 4) == 0x0F ? '\0' : digits[at[1] >> 4];
    snprintf(text, PLMN_TEXT_SIZE, "%c%c%c-%c%c%c", digits[at[0] & 0x0F], digits[at[0] >> 4],
             digits[at[1] & 0x0F], digits[at[2] & 0x0F], digits[at[2] >> 4], mnc3);
    return true;
}

void ef_words_plmn_list(struct bytes content, struct writer *out)
{
    char text[PLMN_TEXT_SIZE];
    struct bytes plmn;
    while (bytes_take(&content, PLMN_SIZE, &plmn))
        if (plmn_text(plmn, text))
            ef_say(out, "PLMN", "%s", text);
}

/* TS 31.102 §4.2.5. */
static void act_text(uint16_t act, char text[ACT_TEXT_SIZE])
{
    static const struct {
        uint16_t bit;
        const char *name;
    } names[] = {{0x8000, "UTRAN"},         {0x4000, "E-UTRAN"},     {0x0800, "NG-RAN"},
                 {0x0080, "GSM"},           {0x0040, "GSM COMPACT"}, {0x0020, "cdma2000 HRPD"},
                 {0x0010, "cdma2000 1xRTT"}};
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if ((act & names[i].bit) != 0 && len < ACT_TEXT_SIZE)
            len += (size_t)snprintf(text + len, ACT_TEXT_SIZE - len, "%s%s", len > 0 ? ", " : "",
                                    names[i].name);
}

void ef_words_plmn_act(struct bytes content, struct writer *out)
{
    char text[PLMN_TEXT_SIZE], act[ACT_TEXT_SIZE];
    struct bytes plmn;
    uint16_t technologies;
    while (bytes_take(&content, PLMN_SIZE, &plmn) && bytes_take_u16(&content, &technologies)) {
        if (!plmn_text(plmn, text))
            continue;
        act_text(technologies, act);
        ef_say(out, text, "%s", act[0] != '\0' ? act : "any technology");
    }
}

static void say_status(struct bytes content, struct writer *out)
{
    static const char *const names[] = {"updated", "not updated", "not allowed here",
                                        "location area not allowed"};
    uint8_t status;
    if (bytes_take_u8(&content, &status))
        ef_say(out, "status", "%s", (status & 7) < 4 ? names[status & 7] : "reserved");
}

static bool say_area(struct bytes *content, const char *label, size_t len, struct writer *out)
{
    char text[PLMN_TEXT_SIZE], digits[HEX_SIZE(8)];
    struct bytes plmn, area;
    if (!bytes_take(content, PLMN_SIZE, &plmn) || !bytes_take(content, len - PLMN_SIZE, &area))
        return false;
    hex_encode(area, digits);
    ef_say(out, label, "%s %s", plmn_text(plmn, text) ? text : "no PLMN", digits);
    return true;
}

static bool say_bytes(struct bytes *content, const char *label, size_t len, struct writer *out)
{
    struct bytes bytes;
    if (!bytes_take(content, len, &bytes))
        return false;
    ef_say_hex(out, label, bytes);
    return true;
}

/* TS 31.102 §4.2.17 */
void ef_words_loci(struct bytes content, struct writer *out)
{
    struct bytes reserved;
    if (say_bytes(&content, "TMSI", 4, out) && say_area(&content, "LAI", 5, out) &&
        bytes_take(&content, 1, &reserved))
        say_status(content, out);
}

/* TS 31.102 §4.2.23 */
void ef_words_psloci(struct bytes content, struct writer *out)
{
    if (say_bytes(&content, "P-TMSI", 4, out) && say_bytes(&content, "P-TMSI signature", 3, out) &&
        say_area(&content, "RAI", 6, out))
        say_status(content, out);
}

/* TS 31.102 §4.2.91 */
void ef_words_epsloci(struct bytes content, struct writer *out)
{
    if (say_bytes(&content, "GUTI", 12, out) && say_area(&content, "last visited TAI", 5, out))
        say_status(content, out);
}

/* TS 31.102 §4.4.11.2, §4.4.11.3 */
void ef_words_5gsloci(struct bytes content, struct writer *out)
{
    if (say_bytes(&content, "5G-GUTI", 13, out) && say_area(&content, "last visited TAI", 6, out))
        say_status(content, out);
}

/* TS 31.102 §4.2.18 */
void ef_words_ad(struct bytes content, struct writer *out)
{
    uint8_t mode, len;
    struct bytes more;
    if (!bytes_take_u8(&content, &mode))
        return;
    ef_say(out, "mode", "%s",
           mode == 0      ? "normal"
           : mode == 0x80 ? "type approval"
           : mode == 0x01 ? "normal, with specific facilities"
           : mode == 0x04 ? "cell test"
                          : "other");
    if (bytes_take(&content, 2, &more))
        ef_say(out, "ciphering indicator", "%s", more.data[1] & 1 ? "on" : "off");
    if (bytes_take_u8(&content, &len))
        ef_say(out, "length of the MNC", "%u digits", len & 0x0F);
}

/* TS 31.102 §4.4.11.11 */
void ef_words_routing(struct bytes content, struct writer *out)
{
    char text[5] = "";
    for (size_t i = 0; i < 4 && i / 2 < content.len; i++) {
        const uint8_t digit = (uint8_t)(content.data[i / 2] >> (i % 2 == 0 ? 0 : 4) & 0x0F);
        if (digit > 9)
            break;
        text[i] = (char)('0' + digit);
        text[i + 1] = '\0';
    }
    ef_say(out, "routing indicator", "%s", text[0] != '\0' ? text : "none");
}

static void say_schemes(struct bytes list, struct writer *out)
{
    static const char *const names[] = {"null scheme", "profile A (X25519)", "profile B (P-256)"};
    uint8_t scheme, key;
    for (unsigned priority = 1; bytes_take_u8(&list, &scheme) && bytes_take_u8(&list, &key);
         priority++)
        ef_say(out, "scheme", "%u. %s, %s%u", priority,
               scheme < sizeof(names) / sizeof(names[0]) ? names[scheme] : "of the operator",
               key == 0 ? "without a key, index " : "key ", key);
}

static void say_keys(struct bytes list, struct writer *out)
{
    struct tlv object;
    while (tlv_take(&list, &object)) {
        if (object.tag == 0x80 && object.value.len == 1)
            ef_say(out, "home network public key identifier", "%u", object.value.data[0]);
        if (object.tag == 0x81)
            ef_say_hex(out, "home network public key", object.value);
    }
}

/* TS 31.102 §4.4.11.8 */
void ef_words_suci(struct bytes content, struct writer *out)
{
    struct tlv object;
    while (content.len > 0 && content.data[0] != 0xFF && tlv_take(&content, &object)) {
        if (object.tag == 0xA0)
            say_schemes(object.value, out);
        if (object.tag == 0xA1)
            say_keys(object.value, out);
    }
}

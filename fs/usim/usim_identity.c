#include "fs/usim/usim_identity.h"

#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "crypto/primitives/suci.h"
#include "fs/usim/usim_service.h"

#define EF_IMSI 0x6F07
#define EF_AD 0x6FAD
#define DF_5GS 0x5FC0
#define EF_SUCI_CALC_INFO 0x4F07
#define EF_SUPI_NAI 0x4F09
#define EF_ROUTING_INDICATOR 0x4F0A
#define DF_SAIP 0x5FD0
#define EF_SUCI_CALC_INFO_USIM 0x4F01 /* in DF.SAIP: for the USIM alone */

#define TAG_SCHEMES 0xA0 /* scheme and key index, in order of preference */
#define TAG_KEYS 0xA1
#define TAG_KEY_ID 0x80
#define TAG_KEY 0x81
#define TAG_NSI 0x80 /* in EF.SUPI_NAI */

#define IDENTITY_IMSI 0x01 /* octet 4: SUPI format and type of identity */
#define IDENTITY_NSI 0x11
#define DIGITS_MAX 15
#define MCC_DIGITS 3
#define MNC_LENGTH_AT 3 /* in EF.AD */
#define NO_DIGIT 0x0F
#define ROUTING_SIZE 2
#define PLAIN_MAX 240 /* bytes of an identifier that is concealed */

struct scheme {
    uint8_t id; /* enum suci_scheme */
    uint8_t key_id;
    struct bytes key;
};

static struct bytes content_of(struct file *directory, uint16_t fid)
{
    struct file *file = directory != NULL ? profile_child(directory, fid) : NULL;
    const struct file *content = file != NULL ? file_resolve(file) : NULL;
    if (content == NULL || content->type != FILE_TRANSPARENT || content->content == NULL)
        return (struct bytes){0};
    return bytes_of(content->content, content->size);
}

static struct bytes content_below(struct file *adf, uint16_t directory, uint16_t fid)
{
    return content_of(profile_child(adf, directory), fid);
}

/* Digits of nibble-swapped bytes up to the filler. */
static size_t read_digits(struct bytes bytes, size_t skip, uint8_t *digits, size_t max)
{
    size_t count = 0;
    for (size_t i = skip; i < 2 * bytes.len && count < max; i++) {
        const uint8_t digit = i % 2 == 0 ? bytes.data[i / 2] & 0x0F : bytes.data[i / 2] >> 4;
        if (digit > 9)
            break;
        digits[count++] = digit;
    }
    return count;
}

/* EF.IMSI: a length, then the parity's nibble before the digits (TS 31.102 §4.2.2). */
static size_t read_imsi(struct file *adf, uint8_t digits[DIGITS_MAX])
{
    struct bytes imsi = content_of(adf, EF_IMSI);
    uint8_t len;
    struct bytes coded;
    if (!bytes_take_u8(&imsi, &len) || !bytes_take(&imsi, len, &coded))
        return 0;
    return read_digits(coded, 1, digits, DIGITS_MAX);
}

static size_t mnc_digits(struct file *adf)
{
    const struct bytes ad = content_of(adf, EF_AD);
    const uint8_t len = ad.len > MNC_LENGTH_AT ? ad.data[MNC_LENGTH_AT] & 0x0F : 0;
    return len == 3 ? 3 : 2;
}

/* The routing indicator as coded; without one it is the single digit 0 (TS 23.003 §2.2B). */
static void read_routing(struct file *adf, uint8_t routing[ROUTING_SIZE])
{
    const struct bytes content = content_below(adf, DF_5GS, EF_ROUTING_INDICATOR);
    routing[0] = 0xF0;
    routing[1] = 0xFF;
    if (content.len >= ROUTING_SIZE && (content.data[0] & 0x0F) != NO_DIGIT)
        memcpy(routing, content.data, ROUTING_SIZE);
}

/* The home network's nth key, from 1. */
static bool find_key(struct bytes keys, unsigned index, struct scheme *scheme)
{
    struct tlv id, key;
    for (unsigned n = 1; tlv_take_tag(&keys, TAG_KEY_ID, &id) && tlv_take_tag(&keys, TAG_KEY, &key);
         n++) {
        if (n != index)
            continue;
        scheme->key = key.value;
        return bytes_copy_exact(id.value, &scheme->key_id, 1);
    }
    return false;
}

/* The first scheme of the list that this card knows. */
static bool choose_from(struct bytes schemes, struct bytes keys, struct scheme *out)
{
    uint8_t id, index;
    while (bytes_take_u8(&schemes, &id) && bytes_take_u8(&schemes, &index)) {
        *out = (struct scheme){.id = id};
        if (id == SUCI_NULL)
            return true;
        if (id == SUCI_PROFILE_A || id == SUCI_PROFILE_B)
            return find_key(keys, index, out);
    }
    return false;
}

/* What the USIM has for itself goes before what the terminal would use. */
static bool choose_scheme(struct file *adf, struct scheme *out)
{
    struct tlv schemes, keys = {0};
    struct bytes info = content_below(adf, DF_SAIP, EF_SUCI_CALC_INFO_USIM);
    if (info.len == 0)
        info = content_below(adf, DF_5GS, EF_SUCI_CALC_INFO);
    *out = (struct scheme){.id = SUCI_NULL};
    if (!tlv_find(info, TAG_SCHEMES, &schemes) || schemes.value.len == 0)
        return true;
    (void)tlv_find(info, TAG_KEYS, &keys);
    return choose_from(schemes.value, keys.value, out);
}

/* Home network identity, three bytes with the digits of TS 24.501 figure 9.11.3.4.3. */
static void put_network(const uint8_t *digits, size_t mnc, struct writer *out)
{
    const uint8_t third = mnc == 3 ? digits[MCC_DIGITS + 2] : NO_DIGIT;
    writer_put_u8(out, (uint8_t)(digits[1] << 4 | digits[0]));
    writer_put_u8(out, (uint8_t)(third << 4 | digits[2]));
    writer_put_u8(out, (uint8_t)(digits[MCC_DIGITS + 1] << 4 | digits[MCC_DIGITS]));
}

static size_t pack_digits(const uint8_t *digits, size_t count, uint8_t *packed)
{
    for (size_t i = 0; i < count; i += 2)
        packed[i / 2] = (uint8_t)((i + 1 < count ? digits[i + 1] : NO_DIGIT) << 4 | digits[i]);
    return (count + 1) / 2;
}

static int conceal(const struct scheme *scheme, struct random *random, struct bytes plain,
                   struct suci_output *output, uint8_t *cipher)
{
    const int result =
        suci_conceal((enum suci_scheme)scheme->id, scheme->key, random, plain, output, cipher);
    return result > 0 ? SW_CONDITIONS_NOT_SATISFIED : result;
}

static int put_scheme_output(const struct scheme *scheme, struct random *random, struct bytes plain,
                             struct writer *out)
{
    struct suci_output output;
    uint8_t cipher[PLAIN_MAX];
    if (scheme->id == SUCI_NULL) {
        writer_put(out, plain);
        return 0;
    }
    const int result = conceal(scheme, random, plain, &output, cipher);
    if (result != 0)
        return result;
    writer_put(out, bytes_of(output.public_key, output.public_len));
    writer_put(out, bytes_of(cipher, plain.len));
    writer_put(out, bytes_of(output.mac, sizeof output.mac));
    return 0;
}

static int put_from_imsi(struct file *adf, const struct scheme *scheme, struct random *random,
                         struct writer *out)
{
    uint8_t digits[DIGITS_MAX], routing[ROUTING_SIZE], msin[DIGITS_MAX];
    const size_t count = read_imsi(adf, digits), mnc = mnc_digits(adf);
    if (count <= MCC_DIGITS + mnc)
        return SW_CONDITIONS_NOT_SATISFIED;
    read_routing(adf, routing);
    writer_put_u8(out, IDENTITY_IMSI);
    put_network(digits, mnc, out);
    writer_put(out, bytes_of(routing, sizeof routing));
    writer_put_u8(out, scheme->id);
    writer_put_u8(out, scheme->key_id);
    const size_t len = pack_digits(digits + MCC_DIGITS + mnc, count - MCC_DIGITS - mnc, msin);
    return put_scheme_output(scheme, random, bytes_of(msin, len), out);
}

static void put_text(struct writer *out, const char *text)
{
    writer_put(out, bytes_of_text(text));
}

static void put_hex(struct writer *out, const char *name, struct bytes bytes)
{
    char text[HEX_SIZE(PLAIN_MAX)];
    hex_encode(bytes, text);
    put_text(out, name);
    put_text(out, text);
}

/* The front of a SUCI in NAI form, for a network specific identifier (TS 23.003 §28.7.3). */
static void put_nai_front(struct file *adf, const struct scheme *scheme, struct writer *out)
{
    uint8_t routing[ROUTING_SIZE], digits[2 * ROUTING_SIZE];
    char text[16];
    read_routing(adf, routing);
    const size_t count = read_digits(bytes_of(routing, sizeof routing), 0, digits, sizeof digits);
    put_text(out, "type1.rid");
    for (size_t i = 0; i < count; i++)
        writer_put_u8(out, (uint8_t)('0' + digits[i]));
    snprintf(text, sizeof text, ".schid%u", scheme->id);
    put_text(out, text);
}

static int put_nai_user(const struct scheme *scheme, struct random *random, struct bytes user,
                        struct writer *out)
{
    struct suci_output output;
    uint8_t cipher[PLAIN_MAX];
    char text[16];
    if (scheme->id == SUCI_NULL) {
        put_text(out, ".userid");
        writer_put(out, user);
        return 0;
    }
    const int result = conceal(scheme, random, user, &output, cipher);
    if (result != 0)
        return result;
    snprintf(text, sizeof text, ".hnkey%u", scheme->key_id);
    put_text(out, text);
    put_hex(out, ".ecckey", bytes_of(output.public_key, output.public_len));
    put_hex(out, ".cip", bytes_of(cipher, user.len));
    put_hex(out, ".mac", bytes_of(output.mac, sizeof output.mac));
    return 0;
}

/* What stands before the @ is concealed, the realm is not. */
static int put_from_nai(struct file *adf, const struct scheme *scheme, struct random *random,
                        struct bytes nai, struct writer *out)
{
    const uint8_t *at = memchr(nai.data, '@', nai.len);
    const size_t user_len = at != NULL ? (size_t)(at - nai.data) : nai.len;
    if (user_len == 0 || user_len > PLAIN_MAX)
        return SW_CONDITIONS_NOT_SATISFIED;
    writer_put_u8(out, IDENTITY_NSI);
    put_nai_front(adf, scheme, out);
    const int result = put_nai_user(scheme, random, bytes_of(nai.data, user_len), out);
    writer_put(out, bytes_of(nai.data + user_len, nai.len - user_len));
    return result;
}

int usim_identity_put_suci(struct file *adf, struct random *random, struct writer *out)
{
    struct scheme scheme;
    struct tlv nai;
    if (!choose_scheme(adf, &scheme))
        return SW_CONDITIONS_NOT_SATISFIED;
    const struct bytes supi = content_below(adf, DF_5GS, EF_SUPI_NAI);
    if (usim_service_is_available(adf, USIM_SERVICE_SUPI_NAI) && tlv_find(supi, TAG_NSI, &nai) &&
        nai.value.len > 0)
        return put_from_nai(adf, &scheme, random, nai.value, out);
    return put_from_imsi(adf, &scheme, random, out);
}

/* The keys of the ISD-R's own. */
#include "card/personality/personality_value.h"
#include "card/personality/words.h"

#include "apdu/hex.h"
#include "crypto/primitives/secret.h"

#define VALUE_MAX sizeof(((struct domain_factory_key *)0)->value)

/* One byte in hexadecimal. */
static bool take_byte(struct bytes *from, uint8_t *out)
{
    struct bytes word;
    if (!words_take(from, " \t", &word) || word.len != 2)
        return false;
    const int high = hex_digit((char)word.data[0]), low = hex_digit((char)word.data[1]);
    *out = (uint8_t)(high << 4 | low);
    return high >= 0 && low >= 0;
}

static bool take_value(struct bytes text, struct domain_factory_key *out)
{
    char digits[2 * VALUE_MAX + 1];
    struct writer value = writer_on(out->value, sizeof(out->value));
    if (text.len == 0 || text.len >= sizeof(digits))
        return false;
    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    const bool is_hex = hex_decode(digits, &value);
    wipe(digits, sizeof(digits));
    out->len = (uint8_t)value.len;
    return is_hex && !value.overflow;
}

/* Symmetric keys have the lengths of their algorithms. */
static bool is_key(const struct domain_factory_key *key)
{
    if (key->version == 0 || key->version > 0x7F || key->identifier == 0 || key->identifier > 0x7F)
        return false;
    switch (key->type) {
    case DOMAIN_KEY_DES:
        return key->len == 16 || key->len == 24;
    case DOMAIN_KEY_AES:
        return key->len == 16 || key->len == 24 || key->len == 32;
    case DOMAIN_KEY_PSK:
        return key->len >= 16;
    default:
        return false;
    }
}

bool personality_value_key(struct personality *personality, const struct personality_row *row,
                           const char *value, bool again)
{
    struct domain_settings *domains = &personality->domains;
    const bool none = personality_value_is_none(row, value);
    struct bytes text = bytes_of_text(value);
    struct domain_factory_key key = {0};
    if (again && (none || domains->key_count == 0 || domains->key_count == DOMAIN_FACTORY_KEYS))
        return false;
    if (!again)
        domains->key_count = 0;
    if (none)
        return true;
    if (!take_byte(&text, &key.version) || !take_byte(&text, &key.identifier) ||
        !take_byte(&text, &key.type) || !take_value(text, &key) || !is_key(&key))
        return false;
    domains->keys[domains->key_count++] = key;
    return true;
}

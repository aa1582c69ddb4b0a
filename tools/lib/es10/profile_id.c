#include "tools/lib/es10/profile_id.h"

#include "apdu/hex.h"

#define ICCID_DIGITS_MIN 18
#define ICCID_DIGITS_MAX (2 * PROFILE_ID_ICCID_LEN)
#define AID_MIN 5

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool is_iccid(const char *text)
{
    const size_t digits = count_digits(text), len = strlen(text);
    return digits >= ICCID_DIGITS_MIN && len <= ICCID_DIGITS_MAX &&
           strspn(text + digits, "Ff") == len - digits;
}

/* As EF.ICCID holds it: low nibble first, filled with F. */
static void swap_iccid(const char *text, struct profile_id *out)
{
    const size_t digits = count_digits(text);
    out->tag = PROFILE_ID_TAG_ICCID;
    out->len = PROFILE_ID_ICCID_LEN;
    memset(out->value, 0xFF, PROFILE_ID_ICCID_LEN);
    for (size_t i = 0; i < digits; i++) {
        const unsigned shift = i % 2 == 0 ? 0 : 4;
        out->value[i / 2] &= (uint8_t) ~(0x0F << shift);
        out->value[i / 2] |= (uint8_t)(text[i] - '0') << shift;
    }
}

/* A number alone is a mistyped ICCID: AIDs begin with a letter (ISO/IEC 7816-4 §8.2.1.2). */
static bool is_aid(const char *text, struct writer *aid)
{
    return count_digits(text) == 0 && hex_decode(text, aid) && aid->len >= AID_MIN &&
           strlen(text) == 2 * aid->len;
}

bool profile_id_parse(const char *text, struct profile_id *out, struct fault *fault)
{
    struct profile_id id = {.tag = PROFILE_ID_TAG_AID};
    struct writer aid = writer_on(id.value, sizeof(id.value));
    if (is_iccid(text)) {
        swap_iccid(text, &id);
    } else if (is_aid(text, &aid)) {
        id.len = aid.len;
    } else {
        fault_raise(fault, "profile", "'%s' is neither an ICCID nor the AID of an ISD-P", text);
        return fault_next(fault, "'emuicc-lpa list' shows the profiles on the card");
    }
    *out = id;
    return true;
}

void profile_id_put(struct writer *out, const struct profile_id *id)
{
    tlv_put(out, id->tag, bytes_of(id->value, id->len));
}

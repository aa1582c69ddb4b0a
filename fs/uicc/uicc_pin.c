/* VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN (TS 102 221 §11.1.9 to §11.1.13). */
#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/access/pin.h"
#include "fs/uicc/uicc_commands.h"

#define ALTERNATIVE                                                                                \
    0x80 /* P1 of DISABLE PIN: another PIN stands in, its reference in the low bits */
#define REFERENCE_MASK 0x1F
#define NEW_VALUE_OFFSET PIN_SIZE /* in the data of CHANGE and UNBLOCK */

static struct pin *find(struct uicc *uicc, const struct apdu *apdu)
{
    return profile_pin(uicc->profile, uicc_channel(uicc, apdu)->directory, apdu->p2);
}

static void set_verified(struct uicc *uicc, struct uicc_channel *channel, const struct pin *pin,
                         bool verified)
{
    const uint64_t bit = pin_bit(uicc->profile, pin);
    channel->verified = verified ? channel->verified | bit : channel->verified & ~bit;
    uicc_moved(uicc);
}

/* Something to commit that leaves nothing behind. */
static int try_to_write(struct uicc *uicc)
{
    static const char name[] = "pin-write-test";
    const int result = store_put(uicc->store, name, BYTES(1));
    return result == 0 ? store_forget(uicc->store, name) : result;
}

/* The counter goes to the store if it moved; and, while the store cannot be written, even if it did
 * not: the right value is not told from a wrong one without a try that counts. */
static int present(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                   struct bytes value)
{
    const uint8_t left = pin->left;
    const int result = pin_present(pin, value);
    if (result != 0 && result != SW_WRONG_LENGTH)
        set_verified(uicc, channel, pin, false);
    int kept = pin->left != left ? uicc_keep_pin(uicc, pin) : 0;
    if (kept == 0 && uicc->write_failed)
        kept = try_to_write(uicc);
    return kept != 0 ? kept : result;
}

/* The PIN that P2 means, to be worked on with P1 = 00. */
static int open_pin(struct uicc *uicc, const struct apdu *apdu, struct pin **out)
{
    if (apdu->p1 != 0)
        return SW_WRONG_P1_P2;
    *out = find(uicc, apdu);
    return *out != NULL ? 0 : SW_REFERENCE_NOT_FOUND;
}

/* What CHANGE and UNBLOCK bring: the old secret and the new PIN. */
static bool split(struct bytes data, struct bytes *old, struct bytes *new)
{
    return bytes_take(&data, NEW_VALUE_OFFSET, old) && bytes_take(&data, PIN_SIZE, new) &&
           data.len == 0;
}

int uicc_pin_verify(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                    struct bytes value)
{
    const int result = present(uicc, channel, pin, value);
    if (result == 0)
        set_verified(uicc, channel, pin, true);
    return result;
}

/* TS 102 221 §11.1.9. Without data it asks for the counter. */
int uicc_verify_pin(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct pin *pin;
    (void)response;
    int result = open_pin(uicc, apdu, &pin);
    if (result != 0)
        return result;
    if (apdu->data.len == 0)
        return SW_COUNTER | pin->left;
    if (apdu->data.len != PIN_SIZE)
        return SW_WRONG_LENGTH;
    if (!pin_is_enabled(pin))
        return SW_DATA_INVALIDATED;
    return uicc_pin_verify(uicc, uicc_channel(uicc, apdu), pin, apdu->data);
}

int uicc_pin_change(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                    struct bytes data)
{
    struct bytes old, new;
    if (!split(data, &old, &new))
        return SW_WRONG_LENGTH;
    if (!pin_is_enabled(pin))
        return SW_DATA_INVALIDATED;
    if ((pin->attributes & PIN_MAY_CHANGE) == 0)
        return SW_CONDITIONS_NOT_SATISFIED;
    const int result = present(uicc, channel, pin, old);
    if (result != 0)
        return result;
    pin_set_value(pin, new.data);
    set_verified(uicc, channel, pin, true);
    return uicc_keep_pin(uicc, pin);
}

/* TS 102 221 §11.1.10 */
int uicc_change_pin(void *state, const struct apdu *apdu, struct writer *response)
{
    struct pin *pin;
    (void)response;
    const int result = open_pin(state, apdu, &pin);
    return result == 0 ? uicc_pin_change(state, uicc_channel(state, apdu), pin, apdu->data)
                       : result;
}

/* P1: no PIN stands in, or the universal PIN does. */
static int read_alternative(struct uicc *uicc, uint8_t p1, bool *replaced)
{
    *replaced = p1 != 0;
    if (p1 == 0)
        return 0;
    if (p1 != (ALTERNATIVE | PIN_UNIVERSAL))
        return SW_WRONG_P1_P2;
    const struct pin *universal = profile_pin(uicc->profile, uicc->profile->mf, PIN_UNIVERSAL);
    return universal != NULL ? 0 : SW_REFERENCE_NOT_FOUND;
}

int uicc_pin_disable(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                     struct bytes value, bool replaced)
{
    if (value.len != PIN_SIZE)
        return SW_WRONG_LENGTH;
    if (!pin_is_enabled(pin))
        return SW_DATA_INVALIDATED;
    if ((pin->attributes & PIN_MAY_DISABLE) == 0)
        return SW_CONDITIONS_NOT_SATISFIED;
    const int result = present(uicc, channel, pin, value);
    if (result != 0)
        return result;
    pin->attributes &= (uint8_t)~PIN_ENABLED;
    pin->attributes |= replaced ? PIN_REPLACED : 0;
    return uicc_keep_pin(uicc, pin);
}

/* TS 102 221 §11.1.11 */
int uicc_disable_pin(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    bool replaced;
    (void)response;
    const int result = read_alternative(uicc, apdu->p1, &replaced);
    if (result != 0)
        return result;
    struct pin *pin = find(uicc, apdu);
    if (pin == NULL)
        return SW_REFERENCE_NOT_FOUND;
    return uicc_pin_disable(uicc, uicc_channel(uicc, apdu), pin, apdu->data, replaced);
}

int uicc_pin_enable(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                    struct bytes value)
{
    if (value.len != PIN_SIZE)
        return SW_WRONG_LENGTH;
    if (pin_is_enabled(pin))
        return SW_CONDITIONS_NOT_SATISFIED;
    const int result = present(uicc, channel, pin, value);
    if (result != 0)
        return result;
    pin->attributes = (uint8_t)((pin->attributes | PIN_ENABLED) & ~PIN_REPLACED);
    set_verified(uicc, channel, pin, true);
    return uicc_keep_pin(uicc, pin);
}

/* TS 102 221 §11.1.12. The PIN counts as verified from then on. */
int uicc_enable_pin(void *state, const struct apdu *apdu, struct writer *response)
{
    struct pin *pin;
    (void)response;
    const int result = open_pin(state, apdu, &pin);
    return result == 0 ? uicc_pin_enable(state, uicc_channel(state, apdu), pin, apdu->data)
                       : result;
}

static int present_puk(struct uicc *uicc, struct puk *puk, struct bytes value)
{
    const uint8_t left = puk->left;
    const int result = pin_present_puk(puk, value);
    int kept = puk->left != left ? uicc_keep_puk(uicc, puk) : 0;
    if (kept == 0 && uicc->write_failed)
        kept = try_to_write(uicc);
    return kept != 0 ? kept : result;
}

int uicc_pin_unblock(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                     struct bytes data)
{
    struct bytes old, new;
    struct puk *puk = pin->puk != 0 ? profile_puk(uicc->profile, pin->puk) : NULL;
    if (puk == NULL)
        return SW_REFERENCE_NOT_FOUND;
    if (data.len == 0)
        return SW_COUNTER | (puk->left & 0x0F);
    if (!split(data, &old, &new))
        return SW_WRONG_LENGTH;
    const int result = present_puk(uicc, puk, old);
    if (result != 0)
        return result;
    pin_set_value(pin, new.data);
    pin->attributes = (uint8_t)((pin->attributes | PIN_ENABLED) & ~PIN_REPLACED);
    set_verified(uicc, channel, pin, true);
    return uicc_keep_pin(uicc, pin);
}

/* TS 102 221 §11.1.13. Without data it asks for the PUK's counter. A PIN that was disabled is
 * enabled afterwards. */
int uicc_unblock_pin(void *state, const struct apdu *apdu, struct writer *response)
{
    struct pin *pin;
    (void)response;
    const int result = open_pin(state, apdu, &pin);
    return result == 0 ? uicc_pin_unblock(state, uicc_channel(state, apdu), pin, apdu->data)
                       : result;
}

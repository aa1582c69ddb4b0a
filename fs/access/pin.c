#include "fs/access/pin.h"

#include "apdu/status.h"
#include "crypto/primitives/secret.h"

#define TRIES_MAX 15 /* that a status word 63Cx can tell */

static int present(const uint8_t secret[PIN_SIZE], uint8_t max, uint8_t *left, struct bytes value)
{
    if (value.len != PIN_SIZE)
        return SW_WRONG_LENGTH;
    if (*left == 0)
        return SW_AUTHENTICATION_BLOCKED;
    if (!secret_equal(bytes_of(secret, PIN_SIZE), value)) {
        (*left)--;
        return SW_COUNTER | (*left > TRIES_MAX ? TRIES_MAX : *left);
    }
    *left = max;
    return 0;
}

int pin_present(struct pin *pin, struct bytes value)
{
    return present(pin->value, pin->max, &pin->left, value);
}

int pin_present_puk(struct puk *puk, struct bytes value)
{
    return present(puk->value, puk->max, &puk->left, value);
}

void pin_set_value(struct pin *pin, const uint8_t value[PIN_SIZE])
{
    memcpy(pin->value, value, PIN_SIZE);
    pin->left = pin->max;
}

uint64_t pin_bit(const struct profile *profile, const struct pin *pin)
{
    uint64_t bit = 1;
    for (const struct pin *each = profile->pins; each != NULL && bit != 0; each = each->next) {
        if (each == pin)
            return bit;
        bit <<= 1;
    }
    return 0;
}

static bool is_verified(const struct profile *profile, const struct pin *pin, uint64_t verified)
{
    return pin->left > 0 && (pin_bit(profile, pin) & verified) != 0;
}

bool pin_satisfied(struct profile *profile, const struct pin *pin, uint64_t verified)
{
    if (pin_is_enabled(pin))
        return is_verified(profile, pin, verified);
    if ((pin->attributes & PIN_REPLACED) == 0)
        return true;
    const struct pin *universal = profile_pin(profile, profile->mf, PIN_UNIVERSAL);
    if (universal == NULL)
        return false;
    return !pin_is_enabled(universal) || is_verified(profile, universal, verified);
}

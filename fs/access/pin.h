/* pin: what presenting a PIN or a PUK does to the object that a profile holds (TS 102 221 §9.5,
 * §11.1.9 to §11.1.13). Works on memory alone: the caller keeps what changed. */
#ifndef EMUICC_FS_ACCESS_PIN_H
#define EMUICC_FS_ACCESS_PIN_H

#include "fs/profile/profile.h"

#define PIN_UNIVERSAL 0x11 /* key reference of the universal PIN (TS 102 221 table 9.3) */
#define PIN_LOCAL 0x80     /* bit of a key reference that belongs to a DF or ADF */

/* struct pin, attributes. The first three are the package's. */
enum pin_attribute {
    PIN_ENABLED = 0x01,
    PIN_MAY_CHANGE = 0x02,
    PIN_MAY_DISABLE = 0x04,
    PIN_REPLACED = 0x80, /* disabled in favour of the universal PIN */
};

static inline bool pin_is_enabled(const struct pin *pin)
{
    return (pin->attributes & PIN_ENABLED) != 0;
}

/* Compares in constant time and moves the counter: 0, SW_COUNTER with the tries left, or
 * SW_AUTHENTICATION_BLOCKED; SW_WRONG_LENGTH, with nothing moved, unless value has PIN_SIZE bytes.
 */
int pin_present(struct pin *pin, struct bytes value);
int pin_present_puk(struct puk *puk, struct bytes value);

void pin_set_value(struct pin *pin, const uint8_t value[PIN_SIZE]);

/* The bit for this PIN in a channel's set of verified ones; 0 if it has no place there. */
uint64_t pin_bit(const struct profile *profile, const struct pin *pin);

/* The condition "this PIN" holds for who has verified these: it is verified and not blocked, or
 * disabled, or, when the universal PIN stands in for it, that one is (TS 102 221 §9.5.1). */
bool pin_satisfied(struct profile *profile, const struct pin *pin, uint64_t verified);

#endif

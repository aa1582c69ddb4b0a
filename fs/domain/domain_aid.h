/* domain_aid: an application identifier that is kept (ISO/IEC 7816-4 §8.2.1.2). */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_AID_H
#define EMUICC_FS_DOMAIN_DOMAIN_AID_H

#include "apdu/bytes.h"

#define DOMAIN_AID_MAX 16
#define DOMAIN_AID_MIN 5

struct domain_aid {
    uint8_t data[DOMAIN_AID_MAX];
    uint8_t len; /* 0: none */
};

static inline struct bytes domain_aid_bytes(const struct domain_aid *aid)
{
    return bytes_of(aid->data, aid->len);
}

/* False, with *out empty, if it is none: too long, or too short unless it is empty. */
static inline bool domain_aid_set(struct domain_aid *out, struct bytes value)
{
    *out = (struct domain_aid){0};
    if (value.len > DOMAIN_AID_MAX || (value.len > 0 && value.len < DOMAIN_AID_MIN))
        return false;
    if (value.len > 0)
        memcpy(out->data, value.data, value.len);
    out->len = (uint8_t)value.len;
    return true;
}

static inline bool domain_aid_equal(const struct domain_aid *one, const struct domain_aid *other)
{
    return bytes_equal(domain_aid_bytes(one), domain_aid_bytes(other));
}

#endif

#include "isd-r/session/revocation.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"

/* "crl/<CI key id>/<part>"; part 0 is the delta that follows the list. */
#define PREFIX "crl/"
#define DELTA_PART 0
#define PART_DIGITS 5

/* A stored part: { 80 number, serials as INTEGERs }. */
#define TAG_NUMBER 0x80

struct name {
    char text[sizeof(PREFIX) + HEX_SIZE(CREDENTIALS_KEY_ID_MAX) + 8];
};

static struct name list_name(struct bytes ci_key_id)
{
    char digits[HEX_SIZE(CREDENTIALS_KEY_ID_MAX)] = "";
    struct name name;
    if (ci_key_id.len <= CREDENTIALS_KEY_ID_MAX)
        hex_encode(ci_key_id, digits);
    (void)snprintf(name.text, sizeof(name.text), PREFIX "%s/", digits);
    return name;
}

static struct name part_name(struct bytes ci_key_id, uint32_t part)
{
    struct name name = list_name(ci_key_id);
    const size_t len = strlen(name.text);
    (void)snprintf(name.text + len, sizeof(name.text) - len, "%0*u", PART_DIGITS, (unsigned)part);
    return name;
}

/* What the store holds of a CI's list. */
struct kept {
    int64_t number;       /* of the list, -1: none */
    int64_t delta_number; /* of the delta, -1: none */
    bool parts[REVOCATION_PARTS_MAX + 1];
    size_t used;         /* bytes */
    struct bytes serial; /* that is looked for, and whether it is there */
    bool revoked;
};

static int look(void *context, const char *name, struct bytes value)
{
    struct kept *kept = context;
    struct tlv number, serial;
    const unsigned long part = strtoul(name + strlen(name) - PART_DIGITS, NULL, 10);
    if (part > REVOCATION_PARTS_MAX || !tlv_take_tag(&value, TAG_NUMBER, &number) ||
        !der_to_integer(number.value, part == DELTA_PART ? &kept->delta_number : &kept->number))
        return FAILURE_INTERNAL;
    kept->parts[part] = true;
    kept->used += number.whole.len + value.len;
    while (tlv_take_tag(&value, DER_INTEGER, &serial))
        kept->revoked |= bytes_equal(serial.value, kept->serial);
    return 0;
}

static int look_at(struct store *store, struct bytes ci_key_id, struct kept *kept)
{
    kept->number = kept->delta_number = -1;
    return store_each_value(store, list_name(ci_key_id).text, look, kept);
}

/* Is it newer than what is there? */
static enum revocation_result judge(const struct crl *crl, const struct kept *kept)
{
    if (crl->delta) {
        if (kept->number < crl->base)
            return REVOCATION_BASE_MISSING;
        return crl->number <= kept->number || crl->number <= kept->delta_number
                   ? REVOCATION_FRESHER_LOADED
                   : REVOCATION_OK;
    }
    if (crl->number < kept->number || crl->number < kept->delta_number)
        return REVOCATION_FRESHER_LOADED;
    return crl->number == kept->number && kept->parts[crl->part] ? REVOCATION_FRESHER_LOADED
                                                                 : REVOCATION_OK;
}

static int add_size(void *context, const char *name, struct bytes value)
{
    (void)name;
    *(size_t *)context += value.len;
    return 0;
}

struct forgetting {
    struct store *store;
};

static int forget_one(void *context, const char *name, struct bytes value)
{
    const struct forgetting *forgetting = context;
    (void)value;
    return store_forget(forgetting->store, name);
}

/* A list with a higher number takes the place of all parts of the one before, and of its delta. */
static bool takes_the_place(const struct crl *crl, const struct kept *kept)
{
    return !crl->delta && crl->number != kept->number;
}

static int make_way(struct store *store, const struct crl *crl)
{
    return store_each_value(store, list_name(crl->authority_key_id).text, forget_one,
                            &(struct forgetting){store});
}

static void put_serials(const struct crl *crl, struct writer *out)
{
    struct bytes rest = crl->revoked, serial;
    der_put_integer(out, TAG_NUMBER, crl->number);
    while (crl_take_revoked(&rest, &serial))
        tlv_put(out, DER_INTEGER, serial);
}

static int keep(struct store *store, const struct crl *crl, const struct kept *kept)
{
    uint8_t room[REVOCATION_MEMORY];
    struct writer value = writer_on(room, sizeof(room));
    size_t used = 0;
    put_serials(crl, &value);
    int result = store_each_value(store, PREFIX, add_size, &used);
    if (result != 0)
        return result;
    if (takes_the_place(crl, kept))
        used -= kept->used;
    if (value.overflow || value.len > REVOCATION_MEMORY - used)
        return REVOCATION_NOT_ENOUGH_MEMORY;
    if (takes_the_place(crl, kept))
        result = make_way(store, crl);
    if (result != 0)
        return result;
    const uint32_t part = crl->delta ? DELTA_PART : crl->part;
    return store_put(store, part_name(crl->authority_key_id, part).text, writer_bytes(&value));
}

int revocation_load(struct store *store, const struct credentials *credentials,
                    struct bytes content, struct crl *out)
{
    struct kept kept = {0};
    if (!crl_parse_content(content, out))
        return REVOCATION_INVALID_FORMAT;
    const struct credential *issuer =
        credentials_for_verification(credentials, out->authority_key_id);
    if (issuer == NULL)
        return REVOCATION_KEY_NOT_FOUND;
    if (!crl_verify(out, &issuer->ci))
        return REVOCATION_INVALID_SIGNATURE;
    if (out->parts > REVOCATION_PARTS_MAX)
        return REVOCATION_NOT_ENOUGH_MEMORY;
    int result = look_at(store, out->authority_key_id, &kept);
    if (result == 0)
        result = judge(out, &kept);
    return result == 0 ? keep(store, out, &kept) : result;
}

int revocation_put_missing(struct store *store, const struct crl *crl, struct writer *out)
{
    struct kept kept = {0};
    const int result = look_at(store, crl->authority_key_id, &kept);
    for (uint32_t part = 1; part <= crl->parts && !crl->delta; part++)
        if (!kept.parts[part])
            der_put_integer(out, DER_INTEGER, part);
    return result;
}

int revocation_find(struct store *store, struct bytes ci_key_id, struct bytes serial, bool *revoked)
{
    struct kept kept = {.serial = serial};
    const int result = look_at(store, ci_key_id, &kept);
    *revoked = kept.revoked;
    return result;
}

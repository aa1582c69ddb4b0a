#include "fs/usim/usim.h"

#include "crypto/primitives/hash.h"
#include "crypto/primitives/secret.h"
#include "fs/usim/usim_algorithm.h"

/* sqnOptions. Public sources name bit 2, the protection against wrap around; sqnAgeLimit can hang
 * on none but the two bits beside it, which appear together only. Freshness is always checked. */
#define OPTION_DELTA 0x02
#define OPTION_AGE_LIMIT 0x0C

#define IND_BITS 5 /* of a sequence number, the index into the array (TS 33.102 Annex C.1.1.1) */
#define IND_MASK (AKA_SQN_COUNT - 1)

static const uint8_t amf_resync[USIM_AMF_SIZE] = {0xFF, 0xFF}; /* TS 34.108 §8.1.2.2 */
static const uint8_t amf_star[USIM_AMF_SIZE] = {0, 0};         /* TS 33.102 §6.3.3 */

void usim_keys_wipe(struct usim_keys *keys)
{
    wipe(keys, sizeof *keys);
}

static uint64_t number_of(const uint8_t bytes[AKA_SQN_SIZE])
{
    uint64_t number = 0;
    for (size_t i = 0; i < AKA_SQN_SIZE; i++)
        number = number << 8 | bytes[i];
    return number;
}

static void put_number(uint64_t number, uint8_t bytes[AKA_SQN_SIZE])
{
    for (size_t i = AKA_SQN_SIZE; i > 0; i--) {
        bytes[i - 1] = (uint8_t)number;
        number >>= 8;
    }
}

static void add(uint8_t *to, const uint8_t *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] ^= from[i];
}

/* Index of the highest sequence number that was accepted. */
static size_t highest(const struct aka *aka)
{
    size_t best = 0;
    for (size_t i = 1; i < AKA_SQN_COUNT; i++)
        if (number_of(aka->sqn[i]) > number_of(aka->sqn[best]))
            best = i;
    return best;
}

/* TS 33.102 Annex C.2.1 (jumps), C.2.3 (age), C.2.2 (freshness). */
static bool is_fresh(const struct aka *aka, uint64_t sqn)
{
    const uint64_t seq = sqn >> IND_BITS;
    const uint64_t top = number_of(aka->sqn[highest(aka)]);
    if ((aka->sqn_options & OPTION_DELTA) && seq > top && seq - top > number_of(aka->sqn_delta))
        return false;
    if ((aka->sqn_options & OPTION_AGE_LIMIT) && top > seq &&
        top - seq >= number_of(aka->sqn_age_limit))
        return false;
    return seq > number_of(aka->sqn[sqn & IND_MASK]);
}

/* The test USIM takes every sequence number unless the AMF asks it for a failure. */
static bool accepts(const struct aka *aka, uint64_t sqn, const uint8_t *amf)
{
    if (aka->algorithm == AKA_TEST)
        return memcmp(amf, amf_resync, USIM_AMF_SIZE) != 0;
    return is_fresh(aka, sqn);
}

static void take_sqn(struct aka *aka, uint64_t sqn, struct usim_answer *out)
{
    if (aka->algorithm == AKA_TEST)
        return;
    put_number(sqn >> IND_BITS, aka->sqn[sqn & IND_MASK]);
    out->sqn_changed = true;
}

/* AUTS: the highest sequence number, concealed, and MAC-S (TS 33.102 §6.3.3). */
static int put_auts(const struct aka *aka, const uint8_t *rand, struct usim_answer *out)
{
    uint8_t ak[AKA_SQN_SIZE];
    const size_t ind = highest(aka);
    put_number(number_of(aka->sqn[ind]) << IND_BITS | ind, out->auts);
    int result = usim_algorithm_f1(aka, true, rand, out->auts, amf_star, out->auts + AKA_SQN_SIZE);
    if (result == 0)
        result = usim_algorithm_f5_star(aka, rand, ak);
    if (result != 0)
        return result;
    add(out->auts, ak, AKA_SQN_SIZE);
    out->auts_len = AKA_SQN_SIZE + usim_algorithm_mac_len(aka);
    wipe(ak, sizeof ak);
    return USIM_NOT_FRESH;
}

size_t usim_autn_len(const struct aka *aka)
{
    return AKA_SQN_SIZE + USIM_AMF_SIZE + usim_algorithm_mac_len(aka);
}

/* MAC* of GBA: the first bytes of IK's SHA-1 digest are added. */
static int mask_mac(const struct usim_keys *keys, uint8_t *mac, size_t len)
{
    uint8_t digest[SHA1_SIZE];
    const int result = sha1(bytes_of(keys->ik, keys->ik_len), digest);
    if (result == 0)
        add(mac, digest, len < SHA1_SIZE ? len : SHA1_SIZE);
    wipe(digest, sizeof digest);
    return result;
}

static int check_mac(const struct aka *aka, enum usim_purpose purpose, const uint8_t *rand,
                     const uint8_t *sqn, const struct usim_keys *keys, struct bytes amf_and_mac)
{
    uint8_t mac[USIM_MAC_MAX];
    const size_t len = usim_algorithm_mac_len(aka);
    int result = usim_algorithm_f1(aka, false, rand, sqn, amf_and_mac.data, mac);
    if (result == 0 && purpose == USIM_FOR_GBA)
        result = mask_mac(keys, mac, len);
    if (result != 0)
        return result;
    const bool equal =
        secret_equal(bytes_of(mac, len), bytes_of(amf_and_mac.data + USIM_AMF_SIZE, len));
    wipe(mac, sizeof mac);
    return equal ? USIM_OK : USIM_WRONG_MAC;
}

static int judge(struct aka *aka, enum usim_purpose purpose, const uint8_t *rand, struct bytes autn,
                 struct usim_answer *out)
{
    uint8_t sqn[AKA_SQN_SIZE];
    struct bytes rest = autn, concealed;
    (void)bytes_take(&rest, AKA_SQN_SIZE, &concealed);
    memcpy(sqn, concealed.data, AKA_SQN_SIZE);
    add(sqn, out->keys.ak, AKA_SQN_SIZE);
    const int result = check_mac(aka, purpose, rand, sqn, &out->keys, rest);
    if (result != USIM_OK)
        return result;
    if (!accepts(aka, number_of(sqn), rest.data))
        return put_auts(aka, rand, out);
    take_sqn(aka, number_of(sqn), out);
    return USIM_OK;
}

int usim_authenticate(struct aka *aka, enum usim_purpose purpose,
                      const uint8_t rand[USIM_RAND_SIZE], struct bytes autn,
                      struct usim_answer *out)
{
    *out = (struct usim_answer){0};
    int result = usim_algorithm_f2345(aka, rand, &out->keys);
    if (result == 0)
        result =
            autn.len == usim_autn_len(aka) ? judge(aka, purpose, rand, autn, out) : USIM_WRONG_MAC;
    if (result != USIM_OK)
        usim_keys_wipe(&out->keys);
    return result;
}

int usim_derive(const struct aka *aka, const uint8_t rand[USIM_RAND_SIZE], struct usim_keys *out)
{
    return usim_algorithm_f2345(aka, rand, out);
}

/* RES is filled up with zeros to 16 bytes and folded. */
void usim_sres(const struct usim_keys *keys, uint8_t sres[USIM_SRES_SIZE])
{
    memset(sres, 0, USIM_SRES_SIZE);
    for (size_t i = 0; i < keys->res_len; i++)
        sres[i % USIM_SRES_SIZE] ^= keys->res[i];
}

void usim_kc(const struct usim_keys *keys, uint8_t kc[USIM_KC_SIZE])
{
    memset(kc, 0, USIM_KC_SIZE);
    for (size_t i = 0; i < keys->ck_len; i++)
        kc[i % USIM_KC_SIZE] ^= keys->ck[i] ^ keys->ik[i];
}

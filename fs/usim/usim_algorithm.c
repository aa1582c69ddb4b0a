#include "fs/usim/usim_algorithm.h"

#include "apdu/status.h"
#include "crypto/primitives/milenage.h"
#include "crypto/primitives/tuak.h"
#include "crypto/primitives/xor.h"

/* algorithmOptions. Public sources tell the low bits by example only: 02 for the 128-bit answer of
 * TS.48's test USIM; the rest follows the layout that card vendors use for TUAK. Milenage has
 * nothing to choose. */
#define OPTION_RES 0x07
#define OPTION_MAC_SHIFT 3
#define OPTION_MAC 0x07
#define OPTION_LONG_KEYS 0x40

static size_t res_len_of(uint8_t options)
{
    static const size_t lengths[] = {4, 8, 16, 32};
    const unsigned choice = options & OPTION_RES;
    return choice < sizeof lengths / sizeof lengths[0] ? lengths[choice] : 16;
}

static size_t mac_len_of(uint8_t options)
{
    static const size_t lengths[] = {8, 16, 32};
    const unsigned choice = options >> OPTION_MAC_SHIFT & OPTION_MAC;
    return choice < sizeof lengths / sizeof lengths[0] ? lengths[choice] : 8;
}

static int milenage_of(const struct aka *aka, struct milenage *out)
{
    milenage_init(out, aka->key, aka->opc);
    memcpy(out->rotation, aka->rotation, sizeof out->rotation);
    memcpy(out->xoring, aka->xoring, sizeof out->xoring);
    return 0;
}

static int milenage_mac(const struct aka *aka, bool star, const uint8_t *rand, const uint8_t *sqn,
                        const uint8_t *amf, uint8_t *mac)
{
    struct milenage milenage;
    milenage_of(aka, &milenage);
    const int result = (star ? milenage_f1_star : milenage_f1)(&milenage, rand, sqn, amf, mac);
    milenage_wipe(&milenage);
    return result;
}

static int milenage_keys(const struct aka *aka, const uint8_t *rand, struct usim_keys *out)
{
    struct milenage milenage;
    milenage_of(aka, &milenage);
    int result = milenage_f2(&milenage, rand, out->res);
    if (result == 0)
        result = milenage_f3(&milenage, rand, out->ck);
    if (result == 0)
        result = milenage_f4(&milenage, rand, out->ik);
    if (result == 0)
        result = milenage_f5(&milenage, rand, out->ak);
    milenage_wipe(&milenage);
    out->res_len = MILENAGE_RES_SIZE;
    out->ck_len = out->ik_len = MILENAGE_CK_SIZE;
    return result;
}

static int milenage_resync(const struct aka *aka, const uint8_t *rand, uint8_t *ak)
{
    struct milenage milenage;
    milenage_of(aka, &milenage);
    const int result = milenage_f5_star(&milenage, rand, ak);
    milenage_wipe(&milenage);
    return result;
}

static size_t milenage_mac_len(const struct aka *aka)
{
    (void)aka;
    return MILENAGE_MAC_SIZE;
}

static int tuak_of(const struct aka *aka, struct tuak *out)
{
    if (!tuak_init(out, bytes_of(aka->key, aka->key_len), aka->opc))
        return FAILURE_INTERNAL;
    out->iterations = aka->keccak;
    out->res_len = res_len_of(aka->options);
    out->mac_len = mac_len_of(aka->options);
    out->ck_len = out->ik_len = aka->options & OPTION_LONG_KEYS ? 32 : 16;
    return 0;
}

static int tuak_mac(const struct aka *aka, bool star, const uint8_t *rand, const uint8_t *sqn,
                    const uint8_t *amf, uint8_t *mac)
{
    struct tuak tuak;
    if (tuak_of(aka, &tuak) != 0)
        return FAILURE_INTERNAL;
    (star ? tuak_f1_star : tuak_f1)(&tuak, rand, sqn, amf, mac);
    tuak_wipe(&tuak);
    return 0;
}

static int tuak_keys(const struct aka *aka, const uint8_t *rand, struct usim_keys *out)
{
    struct tuak tuak;
    if (tuak_of(aka, &tuak) != 0)
        return FAILURE_INTERNAL;
    tuak_f2345(&tuak, rand, out->res, out->ck, out->ik, out->ak);
    out->res_len = tuak.res_len;
    out->ck_len = tuak.ck_len;
    out->ik_len = tuak.ik_len;
    tuak_wipe(&tuak);
    return 0;
}

static int tuak_resync(const struct aka *aka, const uint8_t *rand, uint8_t *ak)
{
    struct tuak tuak;
    if (tuak_of(aka, &tuak) != 0)
        return FAILURE_INTERNAL;
    tuak_f5_star(&tuak, rand, ak);
    tuak_wipe(&tuak);
    return 0;
}

static size_t tuak_mac_len(const struct aka *aka)
{
    return mac_len_of(aka->options);
}

static int xor_mac(const struct aka *aka, bool star, const uint8_t *rand, const uint8_t *sqn,
                   const uint8_t *amf, uint8_t *mac)
{
    (void)star;
    xor_f1(aka->key, rand, sqn, amf, mac);
    return 0;
}

static int xor_keys(const struct aka *aka, const uint8_t *rand, struct usim_keys *out)
{
    xor_f2(aka->key, rand, out->res);
    xor_f3(aka->key, rand, out->ck);
    xor_f4(aka->key, rand, out->ik);
    xor_f5(aka->key, rand, out->ak);
    out->res_len =
        res_len_of(aka->options) < XOR_RES_SIZE ? res_len_of(aka->options) : XOR_RES_SIZE;
    out->ck_len = out->ik_len = XOR_CK_SIZE;
    return 0;
}

static int xor_resync(const struct aka *aka, const uint8_t *rand, uint8_t *ak)
{
    xor_f5(aka->key, rand, ak);
    return 0;
}

static size_t xor_mac_len(const struct aka *aka)
{
    (void)aka;
    return XOR_MAC_SIZE;
}

struct functions {
    int (*mac)(const struct aka *aka, bool star, const uint8_t *rand, const uint8_t *sqn,
               const uint8_t *amf, uint8_t *mac);
    int (*keys)(const struct aka *aka, const uint8_t *rand, struct usim_keys *out);
    int (*resync)(const struct aka *aka, const uint8_t *rand, uint8_t *ak);
    size_t (*mac_len)(const struct aka *aka);
};

static const struct functions *functions_of(const struct aka *aka)
{
    static const struct functions functions[] = {
        [AKA_MILENAGE] = {milenage_mac, milenage_keys, milenage_resync, milenage_mac_len},
        [AKA_TUAK] = {tuak_mac, tuak_keys, tuak_resync, tuak_mac_len},
        [AKA_TEST] = {xor_mac, xor_keys, xor_resync, xor_mac_len},
    };
    return &functions[aka->algorithm];
}

size_t usim_algorithm_mac_len(const struct aka *aka)
{
    return functions_of(aka)->mac_len(aka);
}

int usim_algorithm_f1(const struct aka *aka, bool star, const uint8_t rand[USIM_RAND_SIZE],
                      const uint8_t sqn[AKA_SQN_SIZE], const uint8_t amf[USIM_AMF_SIZE],
                      uint8_t mac[USIM_MAC_MAX])
{
    return functions_of(aka)->mac(aka, star, rand, sqn, amf, mac);
}

int usim_algorithm_f2345(const struct aka *aka, const uint8_t rand[USIM_RAND_SIZE],
                         struct usim_keys *out)
{
    return functions_of(aka)->keys(aka, rand, out);
}

int usim_algorithm_f5_star(const struct aka *aka, const uint8_t rand[USIM_RAND_SIZE],
                           uint8_t ak[AKA_SQN_SIZE])
{
    return functions_of(aka)->resync(aka, rand, ak);
}

#include "crypto/primitives/milenage.h"

static const uint8_t default_rotation[MILENAGE_OUTPUTS] = {64, 0, 32, 64, 96};
static const uint8_t default_last_bytes[MILENAGE_OUTPUTS] = {0, 1, 2, 4, 8}; /* of c1 to c5 */

void milenage_init(struct milenage *milenage, const uint8_t key[MILENAGE_KEY_SIZE],
                   const uint8_t opc[AES_BLOCK])
{
    *milenage = (struct milenage){0};
    memcpy(milenage->key, key, sizeof(milenage->key));
    memcpy(milenage->opc, opc, sizeof(milenage->opc));
    memcpy(milenage->rotation, default_rotation, sizeof(milenage->rotation));
    for (size_t i = 0; i < MILENAGE_OUTPUTS; i++)
        milenage->xoring[(i + 1) * AES_BLOCK - 1] = default_last_bytes[i];
}

void milenage_wipe(struct milenage *milenage)
{
    wipe(milenage, sizeof(*milenage));
}

static void add(uint8_t *block, const uint8_t *other)
{
    for (size_t i = 0; i < AES_BLOCK; i++)
        block[i] ^= other[i];
}

/* Cyclically towards the most significant bit. */
static void rotate(const uint8_t *in, unsigned bits, uint8_t *out)
{
    const unsigned bytes = bits / 8, rest = bits % 8;
    for (unsigned i = 0; i < AES_BLOCK; i++) {
        const unsigned high = in[(i + bytes) % AES_BLOCK], low = in[(i + bytes + 1) % AES_BLOCK];
        out[i] = (uint8_t)(high << rest | low >> (8 - rest));
    }
}

static int encrypt(const struct milenage *milenage, uint8_t *block)
{
    return aes_ecb_encrypt(bytes_of(milenage->key, MILENAGE_KEY_SIZE), block, block);
}

int milenage_opc(const uint8_t key[MILENAGE_KEY_SIZE], const uint8_t op[AES_BLOCK],
                 uint8_t opc[AES_BLOCK])
{
    uint8_t block[AES_BLOCK];
    const int result = aes_ecb_encrypt(bytes_of(key, MILENAGE_KEY_SIZE), op, block);
    add(block, op);
    memcpy(opc, block, sizeof(block));
    wipe(block, sizeof(block));
    return result;
}

/* TEMP of TS 35.206 §4.1: the same for all outputs of a RAND. */
static int make_temp(struct milenage *milenage, const uint8_t *rand, uint8_t *temp)
{
    int result = 0;
    if (!milenage->temp_known || memcmp(milenage->rand, rand, AES_BLOCK) != 0) {
        memcpy(milenage->rand, rand, AES_BLOCK);
        memcpy(milenage->temp, rand, AES_BLOCK);
        add(milenage->temp, milenage->opc);
        result = encrypt(milenage, milenage->temp);
        milenage->temp_known = result == 0;
    }
    memcpy(temp, milenage->temp, AES_BLOCK);
    return result;
}

/* The common end of all outputs; number 0 is OUT1. */
static int finish(const struct milenage *milenage, unsigned number, uint8_t *block)
{
    add(block, milenage->xoring + number * AES_BLOCK);
    const int result = encrypt(milenage, block);
    add(block, milenage->opc);
    return result;
}

static int make_out1(struct milenage *milenage, const uint8_t *rand, const uint8_t *sqn,
                     const uint8_t *amf, uint8_t *out)
{
    uint8_t temp[AES_BLOCK], in[AES_BLOCK];
    for (size_t half = 0; half < AES_BLOCK; half += AES_BLOCK / 2) {
        memcpy(in + half, sqn, MILENAGE_SQN_SIZE);
        memcpy(in + half + MILENAGE_SQN_SIZE, amf, MILENAGE_AMF_SIZE);
    }
    add(in, milenage->opc);
    rotate(in, milenage->rotation[0], out);
    int result = make_temp(milenage, rand, temp);
    add(out, temp);
    if (result == 0)
        result = finish(milenage, 0, out);
    wipe(temp, sizeof(temp));
    return result;
}

/* OUT2 to OUT5. */
static int make_out(struct milenage *milenage, unsigned number, const uint8_t *rand, uint8_t *out)
{
    uint8_t temp[AES_BLOCK];
    int result = make_temp(milenage, rand, temp);
    add(temp, milenage->opc);
    rotate(temp, milenage->rotation[number], out);
    if (result == 0)
        result = finish(milenage, number, out);
    wipe(temp, sizeof(temp));
    return result;
}

/* Part of an output; nothing is written on failure. */
static int cut(int result, uint8_t *block, size_t from, uint8_t *out, size_t size)
{
    if (result == 0)
        memcpy(out, block + from, size);
    wipe(block, AES_BLOCK);
    return result;
}

int milenage_f1(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                const uint8_t sqn[MILENAGE_SQN_SIZE], const uint8_t amf[MILENAGE_AMF_SIZE],
                uint8_t mac_a[MILENAGE_MAC_SIZE])
{
    uint8_t out[AES_BLOCK];
    return cut(make_out1(milenage, rand, sqn, amf, out), out, 0, mac_a, MILENAGE_MAC_SIZE);
}

int milenage_f1_star(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                     const uint8_t sqn[MILENAGE_SQN_SIZE], const uint8_t amf[MILENAGE_AMF_SIZE],
                     uint8_t mac_s[MILENAGE_MAC_SIZE])
{
    uint8_t out[AES_BLOCK];
    return cut(make_out1(milenage, rand, sqn, amf, out), out, MILENAGE_MAC_SIZE, mac_s,
               MILENAGE_MAC_SIZE);
}

int milenage_f2(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                uint8_t res[MILENAGE_RES_SIZE])
{
    uint8_t out[AES_BLOCK];
    return cut(make_out(milenage, 1, rand, out), out, AES_BLOCK - MILENAGE_RES_SIZE, res,
               MILENAGE_RES_SIZE);
}

int milenage_f3(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                uint8_t ck[MILENAGE_CK_SIZE])
{
    uint8_t out[AES_BLOCK];
    return cut(make_out(milenage, 2, rand, out), out, 0, ck, MILENAGE_CK_SIZE);
}

int milenage_f4(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                uint8_t ik[MILENAGE_CK_SIZE])
{
    uint8_t out[AES_BLOCK];
    return cut(make_out(milenage, 3, rand, out), out, 0, ik, MILENAGE_CK_SIZE);
}

int milenage_f5(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                uint8_t ak[MILENAGE_AK_SIZE])
{
    uint8_t out[AES_BLOCK];
    return cut(make_out(milenage, 1, rand, out), out, 0, ak, MILENAGE_AK_SIZE);
}

int milenage_f5_star(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                     uint8_t ak[MILENAGE_AK_SIZE])
{
    uint8_t out[AES_BLOCK];
    return cut(make_out(milenage, 4, rand, out), out, 0, ak, MILENAGE_AK_SIZE);
}

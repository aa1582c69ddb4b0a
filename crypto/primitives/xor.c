#include "crypto/primitives/xor.h"

#include <string.h>

/* XDOUT, K xor RAND, turned left by some bytes: every output is a front part of one. */
static void put_turned(const uint8_t *key, const uint8_t *rand, size_t turn, uint8_t *out,
                       size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const size_t from = (i + turn) % XOR_KEY_SIZE;
        out[i] = key[from] ^ rand[from];
    }
}

void xor_f1(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            const uint8_t sqn[XOR_SQN_SIZE], const uint8_t amf[XOR_AMF_SIZE],
            uint8_t mac[XOR_MAC_SIZE])
{
    uint8_t cdout[XOR_MAC_SIZE];
    memcpy(cdout, sqn, XOR_SQN_SIZE);
    memcpy(cdout + XOR_SQN_SIZE, amf, XOR_AMF_SIZE);
    put_turned(key, rand, 0, mac, XOR_MAC_SIZE);
    for (size_t i = 0; i < XOR_MAC_SIZE; i++)
        mac[i] ^= cdout[i];
}

void xor_f2(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            uint8_t res[XOR_RES_SIZE])
{
    put_turned(key, rand, 0, res, XOR_RES_SIZE);
}

void xor_f3(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            uint8_t ck[XOR_CK_SIZE])
{
    put_turned(key, rand, 1, ck, XOR_CK_SIZE);
}

void xor_f4(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            uint8_t ik[XOR_CK_SIZE])
{
    put_turned(key, rand, 2, ik, XOR_CK_SIZE);
}

void xor_f5(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            uint8_t ak[XOR_AK_SIZE])
{
    put_turned(key, rand, 3, ak, XOR_AK_SIZE);
}

#include "crypto/primitives/tuak.h"

#include "crypto/primitives/keccak.h"

#define ALGORITHM_NAME "TUAK1.0"
/* The state before the permutation (TS 35.231 §6.2); each field stands last byte first. */
#define AT_TOP 0
#define AT_INSTANCE 32
#define AT_NAME 33
#define AT_RAND 40
#define AT_AMF 56
#define AT_SQN 58
#define AT_KEY 64
#define AT_PADDING 96
#define AT_LAST_PADDING 135
#define PADDING 0x1F
#define LAST_PADDING 0x80
/* And after it. */
#define FROM_FIRST 0 /* TOPc, MAC, RES */
#define FROM_CK 32
#define FROM_IK 64
#define FROM_AK 96
/* INSTANCE (TS 35.231 §6.2 to §6.6). */
#define INSTANCE_F1 0x00
#define INSTANCE_F1_STAR 0x80
#define INSTANCE_F2345 0x40
#define INSTANCE_F5_STAR 0xC0
#define INSTANCE_LENGTH_8 0x08 /* of MAC or RES; twice and four times this for 16 and 32 bytes */
#define INSTANCE_CK_32 0x04
#define INSTANCE_IK_32 0x02
#define INSTANCE_KEY_32 0x01
#define LONG 32

struct tuak_inputs {
    const uint8_t *top, *rand, *sqn, *amf; /* rand, sqn, amf: NULL for zeros */
};

bool tuak_init(struct tuak *tuak, struct bytes key, const uint8_t topc[TUAK_TOP_SIZE])
{
    if (key.len != 16 && key.len != TUAK_KEY_MAX)
        return false;
    *tuak = (struct tuak){.key_len = key.len,
                          .iterations = 1,
                          .mac_len = 8,
                          .res_len = 8,
                          .ck_len = 16,
                          .ik_len = 16};
    memcpy(tuak->key, key.data, key.len);
    memcpy(tuak->topc, topc, sizeof(tuak->topc));
    return true;
}

void tuak_wipe(struct tuak *tuak)
{
    wipe(tuak, sizeof(*tuak));
}

static void put_reversed(uint8_t *out, const uint8_t *in, size_t len)
{
    for (size_t i = 0; in != NULL && i < len; i++)
        out[i] = in[len - 1 - i];
}

static void permute(const struct tuak *tuak, uint8_t instance, struct tuak_inputs inputs,
                    uint8_t state[KECCAK_STATE_SIZE])
{
    memset(state, 0, KECCAK_STATE_SIZE);
    put_reversed(state + AT_TOP, inputs.top, TUAK_TOP_SIZE);
    state[AT_INSTANCE] = instance | (tuak->key_len == LONG ? INSTANCE_KEY_32 : 0);
    put_reversed(state + AT_NAME, (const uint8_t *)ALGORITHM_NAME, strlen(ALGORITHM_NAME));
    put_reversed(state + AT_RAND, inputs.rand, TUAK_RAND_SIZE);
    put_reversed(state + AT_AMF, inputs.amf, TUAK_AMF_SIZE);
    put_reversed(state + AT_SQN, inputs.sqn, TUAK_SQN_SIZE);
    put_reversed(state + AT_KEY, tuak->key, tuak->key_len);
    state[AT_PADDING] = PADDING;
    state[AT_LAST_PADDING] = LAST_PADDING;
    for (unsigned i = 0; i < tuak->iterations; i++)
        keccak_f1600(state);
}

static uint8_t length_bits(size_t len)
{
    return (uint8_t)(len < 8 ? 0 : len / 8 * INSTANCE_LENGTH_8);
}

void tuak_topc(const struct tuak *tuak, const uint8_t top[TUAK_TOP_SIZE],
               uint8_t topc[TUAK_TOP_SIZE])
{
    uint8_t state[KECCAK_STATE_SIZE];
    permute(tuak, 0, (struct tuak_inputs){.top = top}, state);
    put_reversed(topc, state + FROM_FIRST, TUAK_TOP_SIZE);
    wipe(state, sizeof(state));
}

static void make_mac(const struct tuak *tuak, uint8_t instance, const uint8_t *rand,
                     const uint8_t *sqn, const uint8_t *amf, uint8_t *mac)
{
    uint8_t state[KECCAK_STATE_SIZE];
    const struct tuak_inputs inputs = {tuak->topc, rand, sqn, amf};
    permute(tuak, instance | length_bits(tuak->mac_len), inputs, state);
    put_reversed(mac, state + FROM_FIRST, tuak->mac_len);
    wipe(state, sizeof(state));
}

void tuak_f1(const struct tuak *tuak, const uint8_t rand[TUAK_RAND_SIZE],
             const uint8_t sqn[TUAK_SQN_SIZE], const uint8_t amf[TUAK_AMF_SIZE], uint8_t *mac_a)
{
    make_mac(tuak, INSTANCE_F1, rand, sqn, amf, mac_a);
}

void tuak_f1_star(const struct tuak *tuak, const uint8_t rand[TUAK_RAND_SIZE],
                  const uint8_t sqn[TUAK_SQN_SIZE], const uint8_t amf[TUAK_AMF_SIZE],
                  uint8_t *mac_s)
{
    make_mac(tuak, INSTANCE_F1_STAR, rand, sqn, amf, mac_s);
}

void tuak_f2345(const struct tuak *tuak, const uint8_t rand[TUAK_RAND_SIZE], uint8_t *res,
                uint8_t *ck, uint8_t *ik, uint8_t ak[TUAK_AK_SIZE])
{
    uint8_t state[KECCAK_STATE_SIZE];
    const struct tuak_inputs inputs = {.top = tuak->topc, .rand = rand};
    const uint8_t instance = INSTANCE_F2345 | length_bits(tuak->res_len) |
                             (tuak->ck_len == LONG ? INSTANCE_CK_32 : 0) |
                             (tuak->ik_len == LONG ? INSTANCE_IK_32 : 0);
    permute(tuak, instance, inputs, state);
    put_reversed(res, state + FROM_FIRST, tuak->res_len);
    put_reversed(ck, state + FROM_CK, tuak->ck_len);
    put_reversed(ik, state + FROM_IK, tuak->ik_len);
    put_reversed(ak, state + FROM_AK, TUAK_AK_SIZE);
    wipe(state, sizeof(state));
}

void tuak_f5_star(const struct tuak *tuak, const uint8_t rand[TUAK_RAND_SIZE],
                  uint8_t ak[TUAK_AK_SIZE])
{
    uint8_t state[KECCAK_STATE_SIZE];
    permute(tuak, INSTANCE_F5_STAR, (struct tuak_inputs){.top = tuak->topc, .rand = rand}, state);
    put_reversed(ak, state + FROM_AK, TUAK_AK_SIZE);
    wipe(state, sizeof(state));
}

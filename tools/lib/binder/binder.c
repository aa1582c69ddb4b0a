#include "tools/lib/binder/binder.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "apdu/trace.h"

/* BoundProfilePackage */
#define BOUND_PROFILE_PACKAGE 0xBF36
#define INITIALISE_SECURE_CHANNEL 0xBF23
#define FIRST_SEQUENCE_OF_87 0xA0
#define SEQUENCE_OF_88 0xA1
#define SECOND_SEQUENCE_OF_87 0xA2
#define SEQUENCE_OF_86 0xA3
#define SEGMENT_86 0x86
#define SEGMENT_87 0x87
#define SEGMENT_88 0x88
/* InitialiseSecureChannelRequest */
#define REMOTE_OPERATION 0x82
#define INSTALL_BOUND_PROFILE_PACKAGE 1
#define TRANSACTION_ID 0x80
#define CONTROL_REFERENCE_TEMPLATE 0xA6
#define CRT_KEY_TYPE 0x80
#define CRT_KEY_LENGTH 0x81
#define CRT_HOST_ID 0x84
#define ONE_TIME_PUBLIC_KEY 0x5F49
#define SIGNATURE 0x5F37
/* ConfigureISDPRequest */
#define CONFIGURE_ISDP 0xBF24
#define PROPRIETARY_DATA 0xB8
#define SERVER_OID 0x80
/* ReplaceSessionKeysRequest */
#define REPLACE_SESSION_KEYS 0xBF26
#define INITIAL_CHAINING_VALUE 0x80
#define PPK_ENC 0x81
#define PPK_MAC 0x82
#define REPLACE_SESSION_KEYS_MAX 64

#define SEGMENT_OVERHEAD 29 /* tag, length, padding and MAC */
#define KEY_AGREEMENT_MAX 128

int binder_draw_keys(struct random *random, struct binder_keys *out)
{
    return random_fill(random, out, sizeof(*out));
}

void binder_wipe_keys(struct binder_keys *keys)
{
    wipe(keys, sizeof(*keys));
}

static size_t segments_max(size_t len)
{
    return len + (len / BSP_PLAIN_MAX + 1) * SEGMENT_OVERHEAD;
}

size_t binder_protected_max(size_t len)
{
    return segments_max(len);
}

struct bytes binder_host_id(const char *address)
{
    const struct bytes name = bytes_of_text(address);
    return bytes_of(name.data, name.len < BINDER_HOST_ID_MAX ? name.len : BINDER_HOST_ID_MAX);
}

void binder_put_configuration(struct bytes server_oid, struct writer *out)
{
    const size_t request = tlv_open(out, CONFIGURE_ISDP);
    const size_t data = tlv_open(out, PROPRIETARY_DATA);
    tlv_put(out, SERVER_OID, server_oid);
    tlv_close(out, data);
    tlv_close(out, request);
}

size_t binder_body_max(const struct binder_input *input)
{
    return segments_max(input->configuration.len) + segments_max(input->metadata.len) +
           segments_max(REPLACE_SESSION_KEYS_MAX) + input->protected_package.len +
           segments_max(input->plain_package.len) + 4 * TLV_HEADER_MAX;
}

/* Cuts the plain text into segments of the largest size. */
static int seal_all(struct bsp *bsp, enum bsp_mode mode, uint8_t tag, struct bytes plain,
                    struct writer *out)
{
    const size_t most = mode == BSP_ENCRYPTED ? BSP_PLAIN_MAX : BSP_PLAIN_MAX_MAC_ONLY;
    while (plain.len > 0) {
        struct bytes part;
        (void)bytes_take(&plain, plain.len < most ? plain.len : most, &part);
        const int result = bsp_seal(bsp, mode, tag, part, out);
        if (result != 0)
            return result;
    }
    return out->overflow ? FAILURE_INTERNAL : 0;
}

int binder_protect(const struct binder_keys *keys, struct bytes package, struct writer *out)
{
    struct bsp bsp;
    int result = bsp_init_keys(&bsp, bytes_of(keys->enc, sizeof(keys->enc)),
                               bytes_of(keys->mac, sizeof(keys->mac)),
                               bytes_of(keys->chaining, sizeof(keys->chaining)));
    if (result == 0)
        result = seal_all(&bsp, BSP_ENCRYPTED, SEGMENT_86, package, out);
    bsp_wipe(&bsp);
    return result;
}

static int seal_sequence(struct bsp *bsp, enum bsp_mode mode, uint32_t sequence, uint8_t tag,
                         struct bytes plain, struct writer *body)
{
    const size_t mark = tlv_open(body, sequence);
    const int result = seal_all(bsp, mode, tag, plain, body);
    tlv_close(body, mark);
    return result;
}

static int seal_keys(struct bsp *bsp, const struct binder_keys *keys, struct writer *body)
{
    uint8_t memory[REPLACE_SESSION_KEYS_MAX];
    struct writer request = writer_on(memory, sizeof(memory));
    const size_t mark = tlv_open(&request, REPLACE_SESSION_KEYS);
    tlv_put(&request, INITIAL_CHAINING_VALUE, bytes_of(keys->chaining, sizeof(keys->chaining)));
    tlv_put(&request, PPK_ENC, bytes_of(keys->enc, sizeof(keys->enc)));
    tlv_put(&request, PPK_MAC, bytes_of(keys->mac, sizeof(keys->mac)));
    tlv_close(&request, mark);
    const int result = seal_sequence(bsp, BSP_ENCRYPTED, SECOND_SEQUENCE_OF_87, SEGMENT_87,
                                     writer_bytes(&request), body);
    wipe(memory, sizeof(memory));
    return result;
}

static int seal_package(const struct binder_input *input, struct bsp *bsp, struct writer *body)
{
    if (input->keys == NULL)
        return seal_sequence(bsp, BSP_ENCRYPTED, SEQUENCE_OF_86, SEGMENT_86, input->plain_package,
                             body);
    const int result = seal_keys(bsp, input->keys, body);
    if (result == 0)
        tlv_put(body, SEQUENCE_OF_86, input->protected_package);
    return result;
}

static int seal_body(const struct binder_input *input, struct bsp *bsp, struct writer *body)
{
    int result = seal_sequence(bsp, BSP_ENCRYPTED, FIRST_SEQUENCE_OF_87, SEGMENT_87,
                               input->configuration, body);
    if (result == 0)
        result =
            seal_sequence(bsp, BSP_MAC_ONLY, SEQUENCE_OF_88, SEGMENT_88, input->metadata, body);
    if (result == 0)
        result = seal_package(input, bsp, body);
    return result == 0 && body->overflow ? FAILURE_INTERNAL : result;
}

/* Session keys of this pair and the chip's (SGP.22 §2.6.4.2); 1 if the chip's key is wrong. */
static int agree(const struct binder_input *input, const struct ec_private *key, struct bsp *bsp)
{
    struct secret shared = {0};
    int result = ec_agree(key, input->euicc_otpk, &shared);
    if (result == 0)
        result = bsp_init_agreed(bsp, secret_bytes(&shared), input->host_id, input->eid);
    secret_wipe(&shared);
    return result;
}

int binder_seal_with(const struct binder_input *input, const struct ec_private *one_time_key,
                     struct writer *body)
{
    struct bsp bsp;
    int result = agree(input, one_time_key, &bsp);
    if (result != 0)
        return result;
    result = seal_body(input, &bsp, body);
    bsp_wipe(&bsp);
    return result;
}

int binder_seal(const struct binder_input *input, struct random *random,
                uint8_t smdp_otpk[EC_POINT_SIZE], struct writer *body)
{
    struct ec_private *key;
    int result = ec_private_generate(random, input->curve, &key);
    if (result != 0)
        return result;
    result = binder_seal_with(input, key, body);
    memcpy(smdp_otpk, ec_private_point(key), EC_POINT_SIZE);
    ec_private_destroy(key);
    return result;
}

/* What the server signs, up to and with its own one-time key (SGP.22 §5.5.1). */
static void put_key_agreement(const struct binder_session *session, struct writer *out)
{
    tlv_put_u8(out, REMOTE_OPERATION, INSTALL_BOUND_PROFILE_PACKAGE);
    tlv_put(out, TRANSACTION_ID, session->transaction_id);
    const size_t template = tlv_open(out, CONTROL_REFERENCE_TEMPLATE);
    tlv_put_u8(out, CRT_KEY_TYPE, BSP_KEY_TYPE_AES);
    tlv_put_u8(out, CRT_KEY_LENGTH, BSP_KEY_LEN);
    tlv_put(out, CRT_HOST_ID, session->host_id);
    tlv_close(out, template);
    tlv_put(out, ONE_TIME_PUBLIC_KEY, session->smdp_otpk);
}

/* The signature covers the chip's one-time key as well, which is not sent back. */
static int sign(const struct binder_session *session, struct random *random,
                struct bytes key_agreement, uint8_t signature[EC_SIGNATURE_SIZE])
{
    uint8_t memory[EC_POINT_SIZE + TLV_HEADER_MAX];
    struct writer otpk = writer_on(memory, sizeof(memory));
    tlv_put(&otpk, ONE_TIME_PUBLIC_KEY, session->euicc_otpk);
    const struct bytes parts[] = {key_agreement, writer_bytes(&otpk)};
    return ec_sign(session->signer, random, parts, 2, signature);
}

int binder_finish(const struct binder_session *session, struct random *random, struct bytes body,
                  struct writer *out)
{
    uint8_t memory[KEY_AGREEMENT_MAX], signature[EC_SIGNATURE_SIZE];
    struct writer agreement = writer_on(memory, sizeof(memory));
    put_key_agreement(session, &agreement);
    if (agreement.overflow) {
        trace_error("the bound package's key agreement does not fit");
        return FAILURE_INTERNAL;
    }
    const int result = sign(session, random, writer_bytes(&agreement), signature);
    if (result != 0)
        return result;
    const size_t package = tlv_open(out, BOUND_PROFILE_PACKAGE);
    const size_t channel = tlv_open(out, INITIALISE_SECURE_CHANNEL);
    writer_put(out, writer_bytes(&agreement));
    tlv_put(out, SIGNATURE, bytes_of(signature, sizeof(signature)));
    tlv_close(out, channel);
    writer_put(out, body);
    tlv_close(out, package);
    return out->overflow ? FAILURE_INTERNAL : 0;
}

#include "tests/isd-r/peer_device_change.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"

#define SEALED_MAX 4096
static const uint8_t host_id[] = "host";

void peer_put_signed(struct peer *peer, uint32_t tag, struct bytes content,
                     const struct peer_signing *bent, struct writer *out)
{
    uint8_t room[SEALED_MAX], element_room[80], signature[EC_SIGNATURE_SIZE];
    uint8_t transaction_id[PEER_TRANSACTION_ID_MAX];
    struct writer element = writer_on(element_room, sizeof(element_room));
    struct writer signed_part = writer_on(room, sizeof(room));
    memcpy(transaction_id, peer->transaction_id, sizeof(transaction_id));
    transaction_id[0] ^= bent->wrong_transaction_id;
    const size_t mark = tlv_open(&signed_part, tag);
    tlv_put(&signed_part, 0x80, bytes_of(transaction_id, peer->transaction_id_len));
    writer_put(&signed_part, content);
    tlv_close(&signed_part, mark);
    tlv_put(&element, 0x5F37, bytes_of(peer->signature1, EC_SIGNATURE_SIZE));
    const struct bytes parts[] = {writer_bytes(&signed_part), writer_bytes(&element)};
    peer_sign(peer, bent->signer != NULL ? bent->signer : peer_entity(peer, PKI_DP_AUTH), parts,
              bent->without_last ? 1 : 2, bent->wrong_signature, signature);
    writer_put(out, parts[0]);
    tlv_put(out, 0x5F37, bytes_of(signature, sizeof(signature)));
    cr_assert(not(out->overflow));
}

void peer_put_ctx_params(uint32_t tag, struct bytes iccid, struct bytes rest, struct writer *out)
{
    const size_t choice = tlv_open(out, tag);
    tlv_put(out, 0x5A, iccid);
    const size_t device = tlv_open(out, 0xA1);
    tlv_put(out, 0x80, BYTES(0x53, 0x92, 0x60, 0x11));
    tlv_put(out, 0xA1, (struct bytes){0});
    tlv_close(out, device);
    writer_put(out, rest);
    tlv_close(out, choice);
}

int peer_ask_for(struct peer *peer, uint32_t tag, struct bytes iccid)
{
    uint8_t room[128];
    struct writer params = writer_on(room, sizeof(room));
    peer_put_ctx_params(tag, iccid, (struct bytes){0}, &params);
    return peer_authenticate(
        peer, &(struct peer_authentication){.v3 = true, .ctx_params1 = writer_bytes(&params)});
}

/* PrepareDeviceChangeResponseOk */
static void read_prepared(struct peer *peer, struct bytes ok, struct bytes server_signature,
                          struct bytes hash_cc)
{
    uint8_t element_room[80];
    struct writer element = writer_on(element_room, sizeof(element_room));
    struct tlv signed3, signature, field;
    cr_assert(tlv_take_tag(&ok, DER_SEQUENCE, &signed3));
    cr_assert(tlv_take_tag(&ok, 0x5F37, &signature));
    cr_assert(eq(sz, ok.len, 0));
    tlv_put(&element, 0x5F37, server_signature);
    const struct bytes parts[] = {signed3.whole, writer_bytes(&element)};
    peer_assert_signed(peer, parts, 2, signature.value);
    cr_assert(bytes_copy_exact(signature.value, peer->signature1, EC_SIGNATURE_SIZE));
    struct bytes rest = signed3.value;
    cr_assert(tlv_take_tag(&rest, 0x80, &field));
    cr_assert(bytes_equal(field.value, bytes_of(peer->transaction_id, peer->transaction_id_len)));
    cr_assert(tlv_take_optional(&rest, 0x5F49, &field));
    if (field.tag != 0)
        cr_assert(bytes_copy_exact(field.value, peer->one_time_point, EC_POINT_SIZE));
    cr_assert(tlv_take_optional(&rest, DER_OCTET_STRING, &field));
    cr_assert(bytes_equal(field.value, hash_cc));
    cr_assert(eq(sz, rest.len, 0));
}

int peer_prepare_change(struct peer *peer, bool cc_required, struct bytes hash_cc,
                        const struct peer_signing *bent)
{
    uint8_t room[512];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv choice, field;
    uint32_t error;
    const size_t mark = tlv_open(&request, 0xBF4D);
    const struct bytes flag = cc_required ? BYTES(0x01, 0x01, 0xFF) : BYTES(0x01, 0x01, 0x00);
    peer_put_signed(peer, DER_SEQUENCE, flag, bent, &request);
    if (hash_cc.len > 0)
        tlv_put(&request, DER_OCTET_STRING, hash_cc);
    tlv_close(&request, mark);
    memset(peer->one_time_point, 0, sizeof(peer->one_time_point));
    struct bytes value = peer_ask(peer, writer_bytes(&request), 0xBF4D);
    cr_assert(tlv_take(&value, &choice));
    if (choice.tag == 0xA0) {
        read_prepared(peer, choice.value, peer_find(writer_bytes(&request), 0x5F37),
                      cc_required ? hash_cc : (struct bytes){0});
        return 0;
    }
    cr_assert(eq(u32, choice.tag, 0xA1));
    cr_assert(tlv_take_tag(&choice.value, 0x80, &field));
    cr_assert(tlv_take_tag(&choice.value, DER_INTEGER, &field));
    cr_assert(der_to_unsigned(field.value, 127, &error));
    return (int)error;
}

void peer_put_change_data(struct bytes iccid, struct bytes rest, struct writer *out)
{
    tlv_put(out, 0x5A, iccid);
    tlv_put(out, 0x80, bytes_of_text("1$" PEER_ADDRESS "$CODE"));
    writer_put(out, rest);
}

void peer_seal_change_data(struct peer *peer, struct bytes data, uint8_t key_type,
                           struct writer *out)
{
    uint8_t room[SEALED_MAX];
    struct writer plain = writer_on(room, sizeof(room));
    struct ec_private *key;
    struct secret shared = {0};
    struct bsp bsp;
    cr_assert(ec_private_generate(&peer->random, peer->curve, &key) == 0);
    cr_assert(ec_agree(key, bytes_of(peer->one_time_point, EC_POINT_SIZE), &shared) == 0);
    cr_assert(bsp_init_agreed(&bsp, secret_bytes(&shared), bytes_of(host_id, 4),
                              bytes_of(isd_r_eid(peer->chip.isd_r), 16)) == 0);
    const size_t control = tlv_open(out, 0xA6);
    tlv_put_u8(out, 0x80, key_type);
    tlv_put_u8(out, 0x81, BSP_KEY_LEN);
    tlv_put(out, 0x84, bytes_of(host_id, 4));
    tlv_close(out, control);
    tlv_put(out, 0x5F49, bytes_of(ec_private_point(key), EC_POINT_SIZE));
    tlv_put(&plain, DER_SEQUENCE, data);
    const size_t segments = tlv_open(out, 0xA1);
    cr_assert(bsp_seal(&bsp, BSP_ENCRYPTED, 0x87, writer_bytes(&plain), out) == 0);
    tlv_close(out, segments);
    bsp_wipe(&bsp);
    secret_wipe(&shared);
    ec_private_destroy(key);
}

void peer_put_verification(struct peer *peer, struct bytes response,
                           const struct peer_signing *bent, struct writer *out)
{
    uint8_t room[SEALED_MAX];
    struct writer content = writer_on(room, sizeof(room));
    if (response.len > 0)
        tlv_put(&content, 0xA1, response);
    const size_t whole = tlv_open(out, 0xBF4B);
    const size_t choice = tlv_open(out, 0xA0);
    peer_put_signed(peer, DER_SEQUENCE, writer_bytes(&content), bent, out);
    tlv_close(out, choice);
    tlv_close(out, whole);
}

int peer_verify_change(struct peer *peer, struct bytes response, const struct peer_signing *bent,
                       struct tlv *ok)
{
    static uint8_t room[SEALED_MAX];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv choice;
    uint32_t error;
    peer_put_verification(peer, response, bent, &request);
    struct bytes value = peer_ask(peer, writer_bytes(&request), 0xBF4B);
    cr_assert(tlv_take(&value, &choice));
    cr_assert(eq(sz, value.len, 0));
    if (choice.tag == 0xA0) {
        cr_assert(tlv_take(&choice.value, ok));
        cr_assert(eq(sz, choice.value.len, 0));
        return 0;
    }
    cr_assert(eq(u32, choice.tag, 0x81));
    cr_assert(der_to_unsigned(choice.value, 127, &error));
    return (int)error;
}

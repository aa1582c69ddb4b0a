#include "tests/isd-r/peer_rpm.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"

#define PACKAGE_MAX_SIZE 65536

void peer_put_rpm_command(uint32_t tag, struct bytes iccid, struct bytes rest, bool continues,
                          struct writer *out)
{
    const size_t command = tlv_open(out, DER_SEQUENCE);
    if (continues)
        tlv_put(out, 0x80, (struct bytes){0});
    const size_t details = tlv_open(out, tag);
    if (iccid.len > 0)
        tlv_put(out, 0x5A, iccid);
    writer_put(out, rest);
    tlv_close(out, details);
    tlv_close(out, command);
}

void peer_put_rpm_configuration(const struct peer *peer, struct writer *out)
{
    const size_t whole = tlv_open(out, 0xBA);
    const size_t list = tlv_open(out, 0xA0);
    const size_t manager = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, peer_entity(peer, PKI_DP_AUTH)->certificate.registered_id);
    der_put_bits(out, 0x81, 0x1F);
    tlv_put(out, 0x5C, BYTES(0x92));
    tlv_close(out, manager);
    tlv_close(out, list);
    tlv_put(out, 0x83, BYTES(0x2A, 0x03));
    tlv_close(out, whole);
}

static void put_signed3(const struct peer *peer, const struct peer_rpm_request *bent,
                        struct writer *out)
{
    uint8_t transaction_id[PEER_TRANSACTION_ID_MAX];
    memcpy(transaction_id, peer->transaction_id, sizeof(transaction_id));
    transaction_id[0] ^= bent->wrong_transaction_id;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, bytes_of(transaction_id, peer->transaction_id_len));
    tlv_put(out, 0xA1, bent->package);
    tlv_close(out, mark);
}

void peer_put_rpm(struct peer *peer, const struct peer_rpm_request *bent, struct writer *out)
{
    static uint8_t room[PACKAGE_MAX_SIZE];
    uint8_t element_room[80], signature[EC_SIGNATURE_SIZE];
    struct writer signed3 = writer_on(room, sizeof(room));
    struct writer element = writer_on(element_room, sizeof(element_room));
    put_signed3(peer, bent, &signed3);
    tlv_put(&element, 0x5F37, bytes_of(peer->signature1, EC_SIGNATURE_SIZE));
    const struct bytes parts[] = {writer_bytes(&signed3), writer_bytes(&element)};
    peer_sign(peer, bent->signer != NULL ? bent->signer : peer_entity(peer, PKI_DP_AUTH), parts,
              bent->without_signature1 ? 1 : 2, bent->wrong_signature, signature);
    const size_t mark = tlv_open(out, 0xBF44);
    writer_put(out, parts[0]);
    tlv_put(out, 0x5F37, bytes_of(signature, sizeof(signature)));
    tlv_close(out, mark);
    cr_assert(not(out->overflow));
}

/* NotificationMetadata of a result: event 7, no ICCID. */
static uint32_t read_sequence(struct bytes value)
{
    struct tlv field;
    uint32_t sequence;
    cr_assert(tlv_take_tag(&value, 0x80, &field));
    cr_assert(der_to_unsigned(field.value, UINT32_MAX, &sequence));
    cr_assert(tlv_take_tag(&value, 0x81, &field));
    cr_assert(bytes_equal(field.value, BYTES(0x00, 0x01)));
    cr_assert(tlv_take_tag(&value, DER_UTF8_STRING, &field));
    cr_assert(bytes_equal(field.value, bytes_of_text(PEER_ADDRESS)));
    cr_assert(eq(sz, value.len, 0));
    return sequence;
}

struct peer_rpm_result peer_read_rpm_result(const struct peer *peer, struct bytes value)
{
    struct peer_rpm_result out = {.is_signed = true};
    struct tlv data, signature, field, choice;
    uint32_t error;
    cr_assert(tlv_take_tag(&value, 0xA0, &data));
    cr_assert(tlv_take_tag(&value, 0x81, &signature));
    cr_assert(eq(sz, value.len, 0));
    peer_assert_signed(peer, &data.whole, 1, signature.value);
    cr_assert(tlv_take_tag(&data.value, 0x80, &field));
    cr_assert(eq(sz, field.value.len, peer->transaction_id_len));
    cr_assert(tlv_take_tag(&data.value, 0xBF2F, &field));
    out.sequence = read_sequence(field.value);
    cr_assert(tlv_take_tag(&data.value, DER_OBJECT_IDENTIFIER, &field));
    cr_assert(bytes_equal(field.value, peer_entity(peer, PKI_DP_AUTH)->certificate.registered_id));
    cr_assert(tlv_take_tag(&data.value, 0xA2, &field));
    cr_assert(eq(sz, data.value.len, 0));
    cr_assert(tlv_take(&field.value, &choice));
    cr_assert(eq(sz, field.value.len, 0));
    if (choice.tag == 0xA0) {
        out.results = choice.value;
        return out;
    }
    cr_assert(eq(u32, choice.tag, 0x81));
    cr_assert(der_to_unsigned(choice.value, 127, &error));
    out.error = (int)error;
    return out;
}

static struct peer_rpm_result read_not_signed(struct bytes value)
{
    struct tlv field;
    uint32_t error;
    cr_assert(tlv_take_tag(&value, 0x80, &field));
    cr_assert(tlv_take_tag(&value, DER_INTEGER, &field));
    cr_assert(eq(sz, value.len, 0));
    cr_assert(der_to_unsigned(field.value, 127, &error));
    return (struct peer_rpm_result){.error = (int)error};
}

struct peer_rpm_result peer_load_rpm(struct peer *peer, const struct peer_rpm_request *bent)
{
    static uint8_t room[PACKAGE_MAX_SIZE];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv choice;
    peer_put_rpm(peer, bent, &request);
    struct bytes value = peer_ask(peer, writer_bytes(&request), 0xBF44);
    cr_assert(tlv_take(&value, &choice));
    cr_assert(eq(sz, value.len, 0));
    if (choice.tag == 0xA1)
        return read_not_signed(choice.value);
    cr_assert(eq(u32, choice.tag, 0xA0));
    const struct peer_rpm_result result = peer_read_rpm_result(peer, choice.value);
    cr_assert(bytes_equal(bytes_of(peer->transaction_id, peer->transaction_id_len),
                          peer_find(choice.value, 0x80)));
    return result;
}

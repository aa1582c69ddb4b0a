#include "tests/benchmarks/iot_package.h"

#include "crypto/pki/issue.h"
#include "isd-r/info/es10_tag.h"
#include "tests/benchmarks/measure.h"

#define EIM_ID "eim.example.com"
#define TAG_TOKEN 0x84

void iot_package_begin(struct iot_package_eim *eim)
{
    random_init(&eim->random);
    MEASURE_NEED(ec_private_generate(&eim->random, EC_P256, &eim->key) == 0);
}

void iot_package_end(struct iot_package_eim *eim)
{
    ec_private_destroy(eim->key);
}

void iot_package_put_association(const struct iot_package_eim *eim, struct writer *out)
{
    uint8_t room[128];
    struct writer key = writer_on(room, sizeof(room));
    issue_put_public_key(&key, EC_P256, ec_private_point(eim->key));
    const size_t whole = tlv_open(out, ES10_ADD_INITIAL_EIM), list = tlv_open(out, 0xA0),
                 entry = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, bytes_of_text(EIM_ID));
    der_put_integer(out, 0x83, 0);
    der_put_integer(out, TAG_TOKEN, -1);
    const size_t data = tlv_open(out, 0xA5);
    tlv_put(out, 0xA0, writer_bytes(&key));
    tlv_close(out, data);
    tlv_close(out, entry);
    tlv_close(out, list);
    tlv_close(out, whole);
}

int64_t iot_package_token(struct bytes answer)
{
    struct tlv whole, list, token;
    int64_t value = 0;
    MEASURE_NEED(tlv_whole(answer, ES10_ADD_INITIAL_EIM, &whole) &&
                 tlv_whole(whole.value, 0xA0, &list) && tlv_find(list.value, TAG_TOKEN, &token) &&
                 der_to_integer(token.value, &value));
    return value;
}

void iot_package_put(struct iot_package_eim *eim, struct bytes eid, int64_t token, uint32_t counter,
                     struct bytes operations, struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE], token_room[16];
    struct writer addition = writer_on(token_room, sizeof(token_room));
    const size_t whole = tlv_open(out, ES10_LOAD_EUICC_PACKAGE), start = out->len;
    const size_t data = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, bytes_of_text(EIM_ID));
    tlv_put(out, 0x5A, eid);
    der_put_integer(out, 0x81, counter);
    writer_put(out, operations);
    tlv_close(out, data);
    der_put_integer(&addition, TAG_TOKEN, token);
    const struct bytes parts[] = {bytes_of(out->data + start, out->len - start),
                                  writer_bytes(&addition)};
    MEASURE_NEED(ec_sign(eim->key, &eim->random, parts, 2, signature) == 0);
    tlv_put(out, 0x5F37, bytes_of(signature, sizeof(signature)));
    tlv_close(out, whole);
}

bool iot_package_read(struct bytes answer, struct iot_package_result *out)
{
    struct tlv whole, choice, data, sequence;
    int64_t number;
    *out = (struct iot_package_result){0};
    if (!tlv_whole(answer, ES10_LOAD_EUICC_PACKAGE, &whole) ||
        !tlv_take_tag(&whole.value, 0xA0, &choice) ||
        !tlv_take_tag(&choice.value, DER_SEQUENCE, &data) ||
        !tlv_find(data.value, 0x83, &sequence) || !der_to_integer(sequence.value, &number))
        return false;
    out->sequence = (uint32_t)number;
    for (struct tlv element; data.value.len > 0;)
        if (!tlv_take(&data.value, &element))
            return false;
        else if (element.tag == DER_SEQUENCE)
            out->results = element.value;
    return out->results.data != NULL;
}

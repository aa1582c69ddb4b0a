#include "tests/tools/eim_world.h"

#include <criterion/criterion.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tools/lib/iot/euicc_package.h"

struct eim_world eim_world;

void eim_world_make(void)
{
    cr_assert_eq(ec_start(), 0);
    random_init(&eim_world.random);
    eim_world.folder = folder_make();
    const struct pki_plan pki = {.directory = eim_world.folder.path, .first_eid = EID};
    cr_assert_eq(pki_make(&eim_world.random, &pki), 0);
    snprintf(eim_world.store, sizeof(eim_world.store), "%s/eim.sqlite", eim_world.folder.path);
    eim_world.plan = (struct eim_plan){
        .pki = eim_world.folder.path, .store = eim_world.store, .release = EIM_RELEASE_1_2};
    cr_assert_eq(front_open(&eim_world.plan, &eim_world.eim), 0);
    cr_assert_eq(pki_read(eim_world.folder.path, PKI_EUM, EC_P256, &eim_world.eum), 0);
    cr_assert_eq(pki_read(eim_world.folder.path, PKI_EUICC, EC_P256, &eim_world.euicc), 0);
    eim_world.token = CHIPS_FIRST_TOKEN;
}

void eim_world_end(void)
{
    eim_destroy(eim_world.eim);
    pki_entity_finish(&eim_world.eum);
    pki_entity_finish(&eim_world.euicc);
    folder_remove(&eim_world.folder);
}

/* The server goes away without a word and comes back. */
void eim_world_restart(void)
{
    eim_destroy(eim_world.eim);
    eim_world.eim = NULL;
    cr_assert_eq(front_open(&eim_world.plan, &eim_world.eim), 0);
}

void eim_world_order(enum order_facility facility, const char *content, char name[ORDERS_NAME_SIZE])
{
    char detail[REST_ORDERS_DETAIL_SIZE] = "";
    json_t *resource = json_pack("{s:s, s:{s:o}}", "eidValue", EID, "order",
                                 orders_facility_name(facility), json_loads(content, 0, NULL));
    cr_assert_eq(rest_orders_create(eim_world.eim, facility, resource, name, detail), 0, "%s",
                 detail);
    json_decref(resource);
}

/* What became of it, as JSON text; the caller's. */
char *eim_world_outcome(const char *name, const char *state)
{
    struct order order;
    cr_assert_eq(orders_find(eim_world.eim->database, name, &order), 0);
    cr_expect_str_eq(orders_state_name(order.state), state);
    char *text = strndup((const char *)order.outcome.data, order.outcome.len);
    orders_finish(&order);
    return text;
}

struct blob eim_world_send(struct bytes request)
{
    struct blob answer;
    cr_assert_eq(front_answer(eim_world.eim, request, &answer), 0);
    return answer;
}

struct blob eim_world_ask(void)
{
    uint8_t room[64];
    struct writer writer = writer_on(room, sizeof(room));
    cr_assert(hex_decode("BF4F125A10" EID, &writer));
    return eim_world_send(writer_bytes(&writer));
}

void eim_world_expect_error(struct blob answer, uint32_t error)
{
    struct esipa_values values;
    size_t at;
    uint32_t said;
    cr_assert(esipa_read_answer(&esipa_messages[ESIPA_GET_EIM_PACKAGE], blob_bytes(&answer), &at,
                                &said, &values));
    cr_expect_eq(said, error);
    blob_finish(&answer);
}

/* ProvideEimPackageResult with this element. Its answer. */
struct blob eim_world_provide(struct bytes element)
{
    uint8_t *data = malloc(ROOM);
    struct writer writer = writer_on(data, ROOM);
    uint8_t eid[PKI_EID_SIZE];
    struct esipa_values values = {0};
    pki_eid_from_text(EID, eid);
    esipa_set(&values, ESIPA_RESULT_EID, bytes_of(eid, sizeof(eid)));
    esipa_set(&values, ESIPA_RESULT, element);
    esipa_put_request(&esipa_messages[ESIPA_PROVIDE_RESULT], &values, &writer);
    struct blob answer = eim_world_send(writer_bytes(&writer));
    free(data);
    return answer;
}

struct handed eim_world_take_package(struct blob answer)
{
    struct esipa_values values;
    struct handed handed = {0};
    size_t at;
    uint32_t error;
    cr_assert(esipa_read_answer(&esipa_messages[ESIPA_GET_EIM_PACKAGE], blob_bytes(&answer), &at,
                                &error, &values));
    cr_assert(values.has[ESIPA_PACKAGE]);
    struct tlv outer, part, signature, element;
    cr_assert(tlv_whole(values.at[ESIPA_PACKAGE], 0xBF51, &outer));
    cr_assert(tlv_take_tag(&outer.value, DER_SEQUENCE, &part));
    cr_assert(tlv_take_tag(&outer.value, 0x5F37, &signature));
    uint8_t room[EUICC_PACKAGE_TOKEN_SIZE];
    struct writer token = writer_on(room, sizeof(room));
    euicc_package_put_token(eim_world.token, &token);
    const struct bytes parts[] = {part.whole, writer_bytes(&token)};
    handed.signed_right =
        ec_verify(EC_P256, eim_world.eim->signer.certificate.point, parts, 2, signature.value);
    cr_assert(tlv_find(part.value, 0x81, &element));
    cr_assert(der_to_unsigned(element.value, UINT32_MAX, &handed.counter));
    cr_assert(tlv_find(part.value, 0x82, &element));
    cr_assert(bytes_copy_exact(element.value, handed.transaction, sizeof(handed.transaction)));
    blob_finish(&answer);
    return handed;
}

/* The chip's result: signed data with this inside. */
void eim_world_sign(const struct handed *handed, uint32_t choice, const char *rest,
                    const struct ec_private *key, struct writer *out)
{
    uint8_t room[EUICC_PACKAGE_TOKEN_SIZE], data[512], signature[EC_SIGNATURE_SIZE];
    struct writer token = writer_on(room, sizeof(room)), part = writer_on(data, sizeof(data));
    const size_t mark = tlv_open(&part, DER_SEQUENCE);
    tlv_put(&part, 0x80, bytes_of_text(eim_world.eim->id));
    der_put_integer(&part, 0x81, handed->counter);
    tlv_put(&part, 0x82, bytes_of(handed->transaction, sizeof(handed->transaction)));
    cr_assert(hex_decode(rest, &part));
    tlv_close(&part, mark);
    euicc_package_put_token(eim_world.token, &token);
    const struct bytes parts[] = {writer_bytes(&part), writer_bytes(&token)};
    cr_assert_eq(ec_sign(key, &eim_world.random, parts, 2, signature), 0);
    const size_t outer = tlv_open(out, 0xBF51), inner = tlv_open(out, choice);
    writer_put(out, writer_bytes(&part));
    tlv_put(out, 0x5F37, bytes_of(signature, sizeof(signature)));
    tlv_close(out, inner);
    tlv_close(out, outer);
}

void eim_world_expect(struct blob answer, const char *digits)
{
    char said[2 * 256 + 1] = "";
    cr_assert_lt(answer.len, 256);
    hex_encode(blob_bytes(&answer), said);
    cr_expect_str_eq(said, digits);
    blob_finish(&answer);
}

/* The eIM asks for certificates before anything. */
struct bytes eim_world_certificates(struct writer *out)
{
    struct tlv content;
    struct blob asked = eim_world_ask();
    cr_assert_eq(asked.data[3], 0xBF);
    cr_assert_eq(asked.data[4], 0x52);
    blob_finish(&asked);
    const size_t outer = tlv_open(out, 0xBF52), inner = tlv_open(out, 0xA0);
    der_put_integer(out, 0x84, eim_world.token);
    cr_assert(
        tlv_whole(bytes_of(eim_world.eum.der, eim_world.eum.der_len), DER_SEQUENCE, &content));
    tlv_put(out, 0xA5, content.value);
    cr_assert(
        tlv_whole(bytes_of(eim_world.euicc.der, eim_world.euicc.der_len), DER_SEQUENCE, &content));
    tlv_put(out, 0xA6, content.value);
    tlv_close(out, inner);
    tlv_close(out, outer);
    return writer_bytes(out);
}

/* The chip tells them. */
void eim_world_tell_certificates(void)
{
    uint8_t data[ROOM];
    struct writer writer = writer_on(data, sizeof(data));
    eim_world_expect(eim_world_provide(eim_world_certificates(&writer)), "BF50023000");
}

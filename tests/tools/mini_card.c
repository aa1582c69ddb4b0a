#include "tests/tools/mini_card.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "crypto/primitives/bsp.h"
#include "crypto/primitives/hash.h"
#include "tools/lib/common/base64.h"

#define ROOM 65536

static struct bytes key_id(const struct mini_card *card)
{
    return card->ci.certificate.subject_key_id;
}

void mini_card_insert(struct mini_card *card, const char *pki, enum ec_curve curve)
{
    *card = (struct mini_card){
        .svn = {2, 5, 0}, .free_memory = 1 << 20, .profile_version = {3, 3, 1}, .sequence = 1};
    cr_assert_eq(ec_start(), 0);
    random_init(&card->random);
    cr_assert_eq(pki_read(pki, PKI_CI, curve, &card->ci), 0);
    cr_assert_eq(pki_read(pki, PKI_EUM, curve, &card->eum), 0);
    cr_assert_eq(pki_read(pki, PKI_EUICC, curve, &card->euicc), 0);
    cr_assert_not_null(card->euicc.key);
}

void mini_card_remove(struct mini_card *card)
{
    pki_entity_finish(&card->ci);
    pki_entity_finish(&card->eum);
    pki_entity_finish(&card->euicc);
    pki_chain_finish(&card->v3_chain);
    ec_private_destroy(card->one_time_key);
    blob_finish(&card->rpm_package);
    blob_finish(&card->change_data);
    *card = (struct mini_card){0};
}

static void set_bytes(json_t *object, const char *name, struct bytes bytes)
{
    char *text = malloc(BASE64_SIZE(bytes.len));
    cr_assert_not_null(text);
    base64_encode(bytes, text);
    json_object_set_new(object, name, json_string(text));
    free(text);
}

static struct blob get_bytes(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    cr_assert_not_null(text, "%s is missing", name);
    struct blob out = {malloc(BASE64_DECODED_MAX(strlen(text))), 0};
    struct writer writer = writer_on(out.data, BASE64_DECODED_MAX(strlen(text)));
    cr_assert(base64_decode(bytes_of_text(text), &writer), "%s is no base64", name);
    out.len = writer.len;
    return out;
}

static struct bytes must_take(struct bytes *from, uint32_t tag)
{
    struct tlv element;
    cr_assert(tlv_take_tag(from, tag, &element), "no %X", (unsigned)tag);
    return element.value;
}

static void put_id(json_t *request, const struct mini_card *card)
{
    char digits[HEX_SIZE(16)];
    hex_encode(bytes_of(card->transaction_id, 16), digits);
    json_object_set_new(request, "transactionId", json_string(digits));
}

/* For verification, for signing, for signing as of v3. */
static void put_lists(const struct mini_card *card, struct writer *out)
{
    static const uint32_t tags[] = {0xA9, 0xAA, 0xB1};
    for (size_t i = 0; i < (card->signs_v3 ? 3 : 2); i++) {
        const size_t list = tlv_open(out, tags[i]);
        if (tags[i] != 0xAA || !card->signs_v3)
            tlv_put(out, DER_OCTET_STRING, key_id(card));
        tlv_close(out, list);
    }
}

static void put_highest(const struct mini_card *card, struct writer *out)
{
    if (card->highest_svn[0] != 0)
        tlv_put(out, 0x93, bytes_of(card->highest_svn, 3));
}

static void set_bits(json_t *request, const char *name, uint32_t bits)
{
    uint8_t memory[8];
    struct writer whole = writer_on(memory, sizeof(memory));
    der_put_bits(&whole, DER_BIT_STRING, bits);
    set_bytes(request, name, writer_bytes(&whole));
}

json_t *mini_card_initiate(struct mini_card *card, const char *address)
{
    uint8_t memory[512];
    struct writer info = writer_on(memory, sizeof(memory));
    cr_assert_eq(random_fill(&card->random, card->challenge, 16), 0);
    const size_t whole = tlv_open(&info, 0xBF20);
    tlv_put(&info, 0x82, bytes_of(card->svn, 3));
    put_lists(card, &info);
    if (card->capability != 0)
        der_put_bits(&info, 0x88, card->capability);
    put_highest(card, &info);
    tlv_close(&info, whole);
    json_t *request = json_object();
    json_object_set_new(request, "smdpAddress", json_string(address));
    set_bytes(request, "euiccChallenge", bytes_of(card->challenge, 16));
    set_bytes(request, "euiccInfo1", writer_bytes(&info));
    if (card->lpa_capability != 0)
        set_bits(request, "lpaRspCapability", card->lpa_capability);
    return request;
}

static void check_signature(struct bytes point, enum ec_curve curve, const struct bytes *parts,
                            size_t count, struct bytes element)
{
    struct tlv signature;
    cr_assert(tlv_whole(element, 0x5F37, &signature));
    cr_assert(ec_verify(curve, point, parts, count, signature.value));
}

/* SessionContext with serverRspCapability behind it, or nothing. */
static void take_context(struct mini_card *card, struct bytes rest)
{
    card->v3 = rest.len > 0;
    if (!card->v3)
        return;
    struct bytes context = must_take(&rest, 0xA5);
    cr_assert(bytes_copy_exact(must_take(&context, 0x80), card->server_svn, 3));
    must_take(&context, 0x81);
    if (card->signs_v3)
        cr_assert(bytes_equal(must_take(&context, 0x82), key_id(card)));
    must_take(&rest, 0x86);
    cr_assert_eq(rest.len, 0);
}

/* The elements of a list that came with the certificate; 0 if there is none. */
static size_t take_list(const json_t *response, const char *name, struct blob *out)
{
    struct tlv list, element;
    size_t count = 0;
    *out = (struct blob){0};
    if (json_object_get(response, name) == NULL)
        return 0;
    *out = get_bytes(response, name);
    cr_assert(tlv_whole(blob_bytes(out), DER_SEQUENCE, &list));
    while (tlv_take_tag(&list.value, DER_SEQUENCE, &element))
        count++;
    return count;
}

static void check_chain(struct mini_card *card, const json_t *response,
                        const struct certificate *certificate)
{
    struct certificate issuers[CERTIFICATE_CHAIN_MAX];
    struct blob others, lists;
    struct tlv list = {0}, element;
    card->server_chain = take_list(response, "otherCertsInChain", &others);
    card->stapled = take_list(response, "crlList", &lists);
    (void)tlv_whole(blob_bytes(&others), DER_SEQUENCE, &list);
    for (size_t i = 0; i < card->server_chain; i++) {
        cr_assert(tlv_take_tag(&list.value, DER_SEQUENCE, &element));
        cr_assert_eq(certificate_parse(element.whole, &issuers[i]), CERTIFICATE_OK);
    }
    cr_assert_eq(
        certificate_verify_chain(certificate, issuers, card->server_chain, &card->ci.certificate),
        CERTIFICATE_OK);
    blob_finish(&others);
    blob_finish(&lists);
}

void mini_card_take_initiation(struct mini_card *card, const json_t *response)
{
    struct blob signed1 = get_bytes(response, "serverSigned1");
    struct blob signature1 = get_bytes(response, "serverSignature1");
    struct blob server = get_bytes(response, "serverCertificate");
    struct blob chosen = get_bytes(response, "euiccCiPKIdToBeUsed");
    struct certificate certificate;
    struct tlv sequence, id;
    cr_assert_eq(certificate_parse(blob_bytes(&server), &certificate), CERTIFICATE_OK);
    check_chain(card, response, &certificate);
    cr_assert(certificate.role == RSP_ROLE_DP_AUTH || certificate.role == RSP_ROLE_DS_AUTH);
    const struct bytes part = blob_bytes(&signed1);
    check_signature(certificate.point, certificate.curve, &part, 1, blob_bytes(&signature1));
    cr_assert(tlv_whole(blob_bytes(&chosen), DER_OCTET_STRING, &id));
    cr_assert(bytes_equal(id.value, card->signs_v3 ? (struct bytes){0} : key_id(card)));

    cr_assert(tlv_whole(part, DER_SEQUENCE, &sequence));
    const struct bytes transaction = must_take(&sequence.value, 0x80);
    cr_assert(bytes_copy_exact(transaction, card->transaction_id, 16));
    cr_assert(bytes_equal(must_take(&sequence.value, 0x81), bytes_of(card->challenge, 16)));
    const struct bytes address = must_take(&sequence.value, 0x83);
    snprintf(card->address, sizeof(card->address), "%.*s", (int)address.len,
             (const char *)address.data);
    cr_assert(bytes_copy_exact(must_take(&sequence.value, 0x84), card->server_challenge, 16));
    take_context(card, sequence.value);
    cr_assert(bytes_copy_exact(certificate.point, card->dp_auth_point, EC_POINT_SIZE));
    card->server_oid_len = certificate.registered_id.len;
    memcpy(card->server_oid, certificate.registered_id.data, certificate.registered_id.len);

    char digits[HEX_SIZE(16)];
    hex_encode(transaction, digits);
    cr_assert_str_eq(json_string_value(json_object_get(response, "transactionId")), digits);
    blob_finish(&signed1);
    blob_finish(&signature1);
    blob_finish(&server);
    blob_finish(&chosen);
}

/* Over the parts by SK.EUICC. */
static void sign_as(struct mini_card *card, uint32_t tag, const struct bytes *parts, size_t count,
                    struct writer *out)
{
    const struct pki_entity *euicc = card->signs_v3 ? &card->v3_chain.leaf : &card->euicc;
    cr_assert_eq(ec_sign(euicc->key, &card->random, parts, count, card->signature), 0);
    if (card->fault == MINI_CARD_WRONG_SIGNATURE)
        card->signature[EC_SIGNATURE_SIZE / 2] ^= 1;
    tlv_put(out, tag, bytes_of(card->signature, sizeof(card->signature)));
}

static void put_signature(struct mini_card *card, const struct bytes *parts, size_t count,
                          struct writer *out)
{
    sign_as(card, 0x5F37, parts, count, out);
}

static void put_transaction(const struct mini_card *card, struct writer *out)
{
    uint8_t id[16];
    memcpy(id, card->transaction_id, sizeof(id));
    id[0] ^= card->fault == MINI_CARD_WRONG_TRANSACTION;
    tlv_put(out, 0x80, bytes_of(id, sizeof(id)));
}

static void put_info2(const struct mini_card *card, struct writer *out)
{
    uint8_t memory[64];
    struct writer resource = writer_on(memory, sizeof(memory));
    const uint8_t free_memory[] = {(uint8_t)(card->free_memory >> 24),
                                   (uint8_t)(card->free_memory >> 16),
                                   (uint8_t)(card->free_memory >> 8), (uint8_t)card->free_memory};
    tlv_put_u8(&resource, 0x81, 0);
    tlv_put(&resource, 0x82, bytes_of(free_memory, sizeof(free_memory)));
    tlv_put(&resource, 0x83, BYTES(0x20, 0x00));
    const size_t info = tlv_open(out, 0xBF22);
    tlv_put(out, 0x81, bytes_of(card->profile_version, 3));
    tlv_put(out, 0x82, bytes_of(card->svn, 3));
    tlv_put(out, 0x83, BYTES(1, 0, 0));
    tlv_put(out, 0x84, writer_bytes(&resource));
    tlv_put(out, 0x85, BYTES(0x04, 0x70));
    const uint32_t capability =
        card->capability != 0 ? card->capability : 1u << 0 | 1u << 2 | 1u << 3;
    der_put_bits(out, 0x88, capability ^ (card->fault == MINI_CARD_OTHER_CAPABILITY ? 1u << 2 : 0));
    put_lists(card, out);
    if (card->forbidden_rules != 0)
        der_put_bits(out, 0x99, card->forbidden_rules);
    tlv_put(out, DER_OCTET_STRING, BYTES(0, 0, 1));
    tlv_put(out, DER_UTF8_STRING, bytes_of_text("XX-YY-0001"));
    put_highest(card, out);
    tlv_put(out, 0x9E, BYTES(0)); /* a field of a newer release */
    tlv_close(out, info);
}

static void put_context(const struct mini_card *card, struct writer *out)
{
    const size_t context = tlv_open(out, card->purpose != 0 ? card->purpose : 0xA0);
    if (card->purpose != 0)
        tlv_put(out, 0x5A, bytes_of(card->iccid, sizeof(card->iccid)));
    else if (card->matching_id != NULL)
        tlv_put(out, 0x80, bytes_of_text(card->matching_id));
    const size_t device = tlv_open(out, 0xA1);
    tlv_put(out, 0x80, BYTES(0x35, 0x29, 0x06, 0x11));
    tlv_put(out, 0xA1, (struct bytes){0});
    if (card->v3 && card->lpa_capability != 0)
        der_put_bits(out, 0x85,
                     card->lpa_capability ^ (card->fault == MINI_CARD_OTHER_LPA ? 1u << 4 : 0));
    tlv_close(out, device);
    if (card->operation != 0)
        der_put_bits(out, 0x82, card->operation);
    if (card->purpose == 0 && card->names_iccid)
        tlv_put(out, 0x5A, bytes_of(card->iccid, sizeof(card->iccid)));
    if (card->purpose == 0 && card->source.len > 0)
        tlv_put(out, 0xA3, card->source);
    if (card->purpose == 0xA1)
        writer_put(out, card->target);
    tlv_close(out, context);
}

static void put_signed1(const struct mini_card *card, struct writer *out)
{
    uint8_t challenge[16];
    memcpy(challenge, card->server_challenge, sizeof(challenge));
    challenge[15] ^= card->fault == MINI_CARD_WRONG_CHALLENGE;
    const char *address =
        card->fault == MINI_CARD_WRONG_ADDRESS ? "other.example.com" : card->address;
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    put_transaction(card, out);
    tlv_put(out, 0x83, bytes_of_text(address));
    tlv_put(out, 0x84, bytes_of(challenge, sizeof(challenge)));
    put_info2(card, out);
    put_context(card, out);
    tlv_close(out, sequence);
}

/* eUICC, the next one up, and what is above that under the tag that the list has here. */
static void put_chain(const struct mini_card *card, uint32_t tag, struct writer *out)
{
    const struct pki_chain *chain = &card->v3_chain;
    writer_put(out, chain->leaf.certificate.whole);
    writer_put(out, chain->issuers[0].certificate.whole);
    if (chain->count == 1)
        return;
    const size_t others = tlv_open(out, tag);
    for (size_t i = 1; i < chain->count; i++)
        writer_put(out, chain->issuers[i].certificate.whole);
    tlv_close(out, others);
}

static void put_certificates(const struct mini_card *card, uint32_t tag, struct writer *out)
{
    if (card->signs_v3) {
        put_chain(card, tag, out);
        return;
    }
    struct blob other = {0};
    writer_put(out, card->euicc.certificate.whole);
    if (card->other_eum != NULL)
        cr_assert_eq(blob_read_file(card->other_eum, 4096, &other), 0);
    writer_put(out, other.len > 0 ? blob_bytes(&other) : card->eum.certificate.whole);
    blob_finish(&other);
}

/* { transactionId, code } under A1 */
static void put_error(const struct mini_card *card, struct writer *out)
{
    const size_t choice = tlv_open(out, 0xA1);
    put_transaction(card, out);
    der_put_integer(out, DER_INTEGER, 2);
    tlv_close(out, choice);
}

json_t *mini_card_authenticate(struct mini_card *card)
{
    uint8_t signed_memory[2048], memory[16384];
    struct writer signed1 = writer_on(signed_memory, sizeof(signed_memory));
    struct writer out = writer_on(memory, sizeof(memory));
    put_signed1(card, &signed1);
    const struct bytes part = writer_bytes(&signed1);
    const size_t whole = tlv_open(&out, 0xBF38);
    if (card->fault == MINI_CARD_ERROR) {
        put_error(card, &out);
    } else {
        const size_t choice = tlv_open(&out, 0xA0);
        writer_put(&out, part);
        put_signature(card, &part, 1, &out);
        put_certificates(card, 0xA0, &out);
        tlv_close(&out, choice);
    }
    tlv_close(&out, whole);
    cr_assert_not(out.overflow);
    json_t *request = json_object();
    put_id(request, card);
    set_bytes(request, "authenticateServerResponse", writer_bytes(&out));
    return request;
}

/* smdpSignature2 covers smdpSigned2 and the signature that the card gave before. */
static void check_signature2(struct mini_card *card, struct bytes signed2, struct bytes signature2)
{
    uint8_t memory[80];
    struct writer own = writer_on(memory, sizeof(memory));
    struct tlv signature;
    tlv_put(&own, 0x5F37, bytes_of(card->signature, sizeof(card->signature)));
    const struct bytes parts[] = {signed2, writer_bytes(&own)};
    check_signature(bytes_of(card->dp_point, EC_POINT_SIZE), card->euicc.certificate.curve, parts,
                    2, signature2);
    cr_assert(tlv_whole(signature2, 0x5F37, &signature));
    cr_assert(bytes_copy_exact(signature.value, card->dp_signature2, EC_SIGNATURE_SIZE));
}

void mini_card_take_metadata(struct mini_card *card, const json_t *response)
{
    struct blob signed2 = get_bytes(response, "smdpSigned2");
    struct blob signature2 = get_bytes(response, "smdpSignature2");
    struct blob server = get_bytes(response, "smdpCertificate");
    struct blob metadata = get_bytes(response, "profileMetadata");
    struct certificate certificate;
    struct tlv sequence, request, named;
    cr_assert_eq(certificate_parse(blob_bytes(&server), &certificate), CERTIFICATE_OK);
    if (card->server_chain == 0)
        cr_assert_eq(certificate_verify(&certificate, &card->ci.certificate), CERTIFICATE_OK);
    cr_assert_eq(certificate.role, RSP_ROLE_DP_PB);
    cr_assert(bytes_copy_exact(certificate.point, card->dp_point, EC_POINT_SIZE));
    check_signature2(card, blob_bytes(&signed2), blob_bytes(&signature2));

    cr_assert(tlv_whole(blob_bytes(&signed2), DER_SEQUENCE, &sequence));
    cr_assert(bytes_equal(must_take(&sequence.value, 0x80), bytes_of(card->transaction_id, 16)));
    cr_assert(der_to_boolean(must_take(&sequence.value, DER_BOOLEAN), &card->code_required));
    cr_assert(tlv_take_optional(&sequence.value, 0x5F49, &named));
    card->rpm_pending = sequence.value.len > 0;
    if (card->rpm_pending)
        must_take(&sequence.value, DER_NULL);
    card->one_time_key_named =
        card->one_time_key != NULL &&
        bytes_equal(named.value, bytes_of(ec_private_point(card->one_time_key), EC_POINT_SIZE));

    cr_assert(tlv_whole(blob_bytes(&metadata), 0xBF25, &request));
    cr_assert(bytes_copy_exact(must_take(&request.value, 0x5A), card->iccid, 10));
    blob_finish(&signed2);
    blob_finish(&signature2);
    blob_finish(&server);
    blob_finish(&metadata);
}

static void put_hash(const struct mini_card *card, struct writer *out)
{
    uint8_t inner[SHA256_SIZE], outer[SHA256_SIZE];
    if (card->confirmation_code == NULL)
        return;
    const struct bytes code = bytes_of_text(card->confirmation_code);
    cr_assert_eq(sha256(&code, 1, inner), 0);
    const struct bytes parts[] = {bytes_of(inner, sizeof(inner)),
                                  bytes_of(card->transaction_id, 16)};
    cr_assert_eq(sha256(parts, 2, outer), 0);
    tlv_put(out, DER_OCTET_STRING, bytes_of(outer, sizeof(outer)));
}

static void draw_one_time_key(struct mini_card *card)
{
    if (card->one_time_key != NULL && card->one_time_key_named && card->keep_one_time_key)
        return;
    ec_private_destroy(card->one_time_key);
    cr_assert_eq(
        ec_private_generate(&card->random, card->euicc.certificate.curve, &card->one_time_key), 0);
}

json_t *mini_card_prepare(struct mini_card *card)
{
    uint8_t signed_memory[512], dp_memory[80], memory[1024], point[EC_POINT_SIZE];
    struct writer signed2 = writer_on(signed_memory, sizeof(signed_memory));
    struct writer dp = writer_on(dp_memory, sizeof(dp_memory));
    struct writer out = writer_on(memory, sizeof(memory));
    draw_one_time_key(card);
    memcpy(point, ec_private_point(card->one_time_key), sizeof(point));
    point[EC_POINT_SIZE - 1] ^= card->fault == MINI_CARD_WRONG_POINT;
    const size_t sequence = tlv_open(&signed2, DER_SEQUENCE);
    put_transaction(card, &signed2);
    tlv_put(&signed2, 0x5F49, bytes_of(point, sizeof(point)));
    put_hash(card, &signed2);
    tlv_close(&signed2, sequence);
    tlv_put(&dp, 0x5F37, bytes_of(card->dp_signature2, EC_SIGNATURE_SIZE));
    const struct bytes parts[] = {writer_bytes(&signed2), writer_bytes(&dp)};
    const size_t whole = tlv_open(&out, 0xBF21);
    if (card->fault == MINI_CARD_ERROR) {
        put_error(card, &out);
    } else {
        const size_t choice = tlv_open(&out, 0xA0);
        writer_put(&out, parts[0]);
        put_signature(card, parts, 2, &out);
        tlv_close(&out, choice);
    }
    tlv_close(&out, whole);
    json_t *request = json_object();
    put_id(request, card);
    set_bytes(request, "prepareDownloadResponse", writer_bytes(&out));
    return request;
}

static void put_oid(const struct mini_card *card, uint32_t tag, struct writer *out)
{
    uint8_t oid[sizeof(card->server_oid)];
    memcpy(oid, card->server_oid, card->server_oid_len);
    oid[card->server_oid_len - 1] ^= card->fault == MINI_CARD_WRONG_OID;
    tlv_put(out, tag, bytes_of(oid, card->server_oid_len));
}

json_t *mini_card_cancel(struct mini_card *card, uint8_t reason)
{
    uint8_t signed_memory[128], memory[256];
    struct writer signed_part = writer_on(signed_memory, sizeof(signed_memory));
    struct writer out = writer_on(memory, sizeof(memory));
    const size_t sequence = tlv_open(&signed_part, DER_SEQUENCE);
    put_transaction(card, &signed_part);
    put_oid(card, 0x81, &signed_part);
    tlv_put_u8(&signed_part, 0x82, reason);
    tlv_close(&signed_part, sequence);
    const struct bytes part = writer_bytes(&signed_part);
    const size_t whole = tlv_open(&out, 0xBF41);
    if (card->fault == MINI_CARD_ERROR) {
        tlv_put_u8(&out, 0x81, 5);
    } else {
        const size_t choice = tlv_open(&out, 0xA0);
        writer_put(&out, part);
        put_signature(card, &part, 1, &out);
        tlv_close(&out, choice);
    }
    tlv_close(&out, whole);
    json_t *request = json_object();
    put_id(request, card);
    set_bytes(request, "cancelSessionResponse", writer_bytes(&out));
    return request;
}

static void put_notification(struct mini_card *card, uint32_t operation, struct writer *out)
{
    const size_t metadata = tlv_open(out, 0xBF2F);
    der_put_integer(out, 0x80, card->sequence++);
    der_put_bits(out, 0x81, operation);
    tlv_put(out, DER_UTF8_STRING, bytes_of_text(card->address));
    tlv_put(out, 0x5A, bytes_of(card->iccid, sizeof(card->iccid)));
    tlv_close(out, metadata);
}

static void put_final(const struct mini_card *card, bool installed, struct writer *out)
{
    const size_t final = tlv_open(out, 0xA2);
    const size_t choice = tlv_open(out, installed ? 0xA0 : 0xA1);
    if (installed) {
        tlv_put(out, 0x4F, BYTES(0xA0, 0x00, 0x00, 0x05, 0x59));
        tlv_put(out, DER_OCTET_STRING, BYTES(0x30, 0x00));
    } else {
        tlv_put_u8(out, 0x80, 5);
        tlv_put_u8(out, 0x81, card->failure != 0 ? card->failure : 12);
    }
    tlv_close(out, choice);
    tlv_close(out, final);
}

json_t *mini_card_result(struct mini_card *card, bool installed)
{
    uint8_t data_memory[512], memory[1024];
    struct writer data = writer_on(data_memory, sizeof(data_memory));
    struct writer out = writer_on(memory, sizeof(memory));
    const size_t sequence = tlv_open(&data, 0xBF27);
    put_transaction(card, &data);
    put_notification(card, 1, &data);
    put_oid(card, DER_OBJECT_IDENTIFIER, &data);
    put_final(card, installed, &data);
    tlv_close(&data, sequence);
    const struct bytes part = writer_bytes(&data);
    const size_t whole = tlv_open(&out, 0xBF37);
    writer_put(&out, part);
    put_signature(card, &part, 1, &out);
    tlv_close(&out, whole);
    json_t *request = json_object();
    set_bytes(request, "pendingNotification", writer_bytes(&out));
    return request;
}

json_t *mini_card_rpm_result(struct mini_card *card, struct bytes final)
{
    uint8_t data_memory[1024], memory[1200];
    struct writer data = writer_on(data_memory, sizeof(data_memory));
    struct writer out = writer_on(memory, sizeof(memory));
    const size_t sequence = tlv_open(&data, 0xA0);
    put_transaction(card, &data);
    put_notification(card, 1u << 7, &data);
    put_oid(card, DER_OBJECT_IDENTIFIER, &data);
    tlv_put(&data, 0xA2, final);
    tlv_close(&data, sequence);
    const struct bytes part = writer_bytes(&data);
    const size_t whole = tlv_open(&out, 0xA1);
    writer_put(&out, part);
    sign_as(card, 0x81, &part, 1, &out);
    tlv_close(&out, whole);
    cr_assert_not(out.overflow);
    json_t *request = json_object();
    set_bytes(request, "pendingNotification", writer_bytes(&out));
    return request;
}

/* smdpSignature3 is DPauth's, over smdpSigned3 and the signature that the card gave before. */
void mini_card_take_rpm(struct mini_card *card, const json_t *response)
{
    uint8_t memory[80];
    struct writer own = writer_on(memory, sizeof(memory));
    struct blob signed3 = get_bytes(response, "smdpSigned3");
    struct blob signature3 = get_bytes(response, "smdpSignature3");
    struct tlv sequence, pending;
    tlv_put(&own, 0x5F37, bytes_of(card->signature, sizeof(card->signature)));
    const struct bytes parts[] = {blob_bytes(&signed3), writer_bytes(&own)};
    check_signature(bytes_of(card->dp_auth_point, EC_POINT_SIZE), card->euicc.certificate.curve,
                    parts, 2, blob_bytes(&signature3));
    cr_assert(tlv_whole(blob_bytes(&signed3), DER_SEQUENCE, &sequence));
    cr_assert(bytes_equal(must_take(&sequence.value, 0x80), bytes_of(card->transaction_id, 16)));
    blob_finish(&card->rpm_package);
    cr_assert_eq(blob_copy(must_take(&sequence.value, 0xA1), &card->rpm_package), 0);
    card->rpm_pending = tlv_find(sequence.value, 0x82, &pending);
    blob_finish(&signed3);
    blob_finish(&signature3);
}

/* What DPauth has signed, with the card's last signature; its signature. */
static struct tlv take_signed(struct mini_card *card, const json_t *response, const char *part,
                              const char *signature, uint8_t out[EC_SIGNATURE_SIZE],
                              struct blob *whole)
{
    uint8_t memory[80];
    struct writer own = writer_on(memory, sizeof(memory));
    struct blob element = get_bytes(response, signature);
    struct tlv sequence, value;
    *whole = get_bytes(response, part);
    tlv_put(&own, 0x5F37, bytes_of(card->signature, sizeof(card->signature)));
    const struct bytes parts[] = {blob_bytes(whole), writer_bytes(&own)};
    check_signature(bytes_of(card->dp_auth_point, EC_POINT_SIZE), card->euicc.certificate.curve,
                    parts, 2, blob_bytes(&element));
    cr_assert(tlv_whole(blob_bytes(&element), 0x5F37, &value));
    cr_assert(bytes_copy_exact(value.value, out, EC_SIGNATURE_SIZE));
    blob_finish(&element);
    cr_assert(tlv_whole(blob_bytes(whole), DER_SEQUENCE, &sequence));
    cr_assert(bytes_equal(must_take(&sequence.value, 0x80), bytes_of(card->transaction_id, 16)));
    return sequence;
}

static void keep_code(struct mini_card *card, struct bytes code)
{
    snprintf(card->activation_code, sizeof(card->activation_code), "%.*s", (int)code.len,
             code.len > 0 ? (const char *)code.data : "");
}

void mini_card_take_change(struct mini_card *card, const json_t *response)
{
    struct blob whole;
    struct tlv code;
    struct tlv signed4 =
        take_signed(card, response, "smdpSigned4", "smdpSignature4", card->dp_signature4, &whole);
    cr_assert(der_to_boolean(must_take(&signed4.value, DER_BOOLEAN), &card->code_required));
    cr_assert(tlv_take_optional(&signed4.value, 0x81, &code));
    keep_code(card, code.value);
    blob_finish(&whole);
}

json_t *mini_card_prepare_change(struct mini_card *card)
{
    uint8_t signed_memory[512], dp_memory[80], memory[1024];
    struct writer signed3 = writer_on(signed_memory, sizeof(signed_memory));
    struct writer dp = writer_on(dp_memory, sizeof(dp_memory));
    struct writer out = writer_on(memory, sizeof(memory));
    const size_t sequence = tlv_open(&signed3, DER_SEQUENCE);
    put_transaction(card, &signed3);
    draw_one_time_key(card);
    if (card->encrypts)
        tlv_put(&signed3, 0x5F49, bytes_of(ec_private_point(card->one_time_key), EC_POINT_SIZE));
    put_hash(card, &signed3);
    tlv_close(&signed3, sequence);
    tlv_put(&dp, 0x5F37, bytes_of(card->dp_signature4, EC_SIGNATURE_SIZE));
    const struct bytes parts[] = {writer_bytes(&signed3), writer_bytes(&dp)};
    const size_t whole = tlv_open(&out, 0xBF4D);
    const size_t choice = tlv_open(&out, 0xA0);
    writer_put(&out, parts[0]);
    put_signature(card, parts, 2, &out);
    tlv_close(&out, choice);
    tlv_close(&out, whole);
    json_t *request = json_object();
    put_id(request, card);
    set_bytes(request, "prepareDeviceChangeResponse", writer_bytes(&out));
    return request;
}

/* EncryptedDeviceChangeData's value, appended opened. */
static void open_change(struct mini_card *card, struct bytes value, struct writer *out)
{
    uint8_t eid[PKI_EID_SIZE];
    struct secret shared;
    struct bsp bsp;
    struct bytes control = must_take(&value, 0xA6);
    const struct bytes point = must_take(&value, 0x5F49);
    struct bytes segments = must_take(&value, 0xA1);
    must_take(&control, 0x80);
    must_take(&control, 0x81);
    cr_assert(certificate_eid(&card->euicc.certificate, eid));
    cr_assert_eq(ec_agree(card->one_time_key, point, &shared), 0);
    cr_assert_eq(bsp_init_agreed(&bsp, secret_bytes(&shared), must_take(&control, 0x84),
                                 bytes_of(eid, sizeof(eid))),
                 0);
    while (segments.len > 0) {
        struct tlv segment;
        cr_assert(tlv_take_tag(&segments, 0x87, &segment));
        cr_assert_eq(bsp_open(&bsp, BSP_ENCRYPTED, &segment, out), BSP_OK);
    }
    bsp_wipe(&bsp);
    secret_wipe(&shared);
}

void mini_card_take_changed(struct mini_card *card, const json_t *response)
{
    uint8_t memory[2048], signature[EC_SIGNATURE_SIZE];
    struct writer opened = writer_on(memory, sizeof(memory));
    struct blob whole;
    struct tlv sequence;
    struct tlv signed5 =
        take_signed(card, response, "smdpSigned5", "smdpSignature5", signature, &whole);
    struct bytes choice = must_take(&signed5.value, 0xA1);
    struct bytes data;
    if (card->encrypts) {
        open_change(card, must_take(&choice, 0xA1), &opened);
        cr_assert(tlv_whole(writer_bytes(&opened), DER_SEQUENCE, &sequence));
        data = sequence.value;
    } else {
        data = must_take(&choice, 0xA0);
    }
    blob_finish(&card->change_data);
    cr_assert_eq(blob_copy(data, &card->change_data), 0);
    cr_assert(bytes_equal(must_take(&data, 0x5A), bytes_of(card->iccid, sizeof(card->iccid))));
    keep_code(card, must_take(&data, 0x80));
    blob_finish(&whole);
}

char *mini_card_deletion(struct mini_card *card)
{
    uint8_t part_memory[512], memory[1024];
    struct writer part = writer_on(part_memory, sizeof(part_memory));
    struct writer out = writer_on(memory, sizeof(memory));
    put_notification(card, 1u << 3, &part);
    const struct bytes bytes = writer_bytes(&part);
    const size_t whole = tlv_open(&out, DER_SEQUENCE);
    writer_put(&out, bytes);
    put_signature(card, &bytes, 1, &out);
    tlv_close(&out, whole);
    char *text = malloc(BASE64_SIZE(out.len));
    cr_assert_not_null(text);
    base64_encode(writer_bytes(&out), text);
    return text;
}

json_t *mini_card_notify(struct mini_card *card, uint32_t operation)
{
    uint8_t part_memory[512], memory[8192];
    struct writer part = writer_on(part_memory, sizeof(part_memory));
    struct writer out = writer_on(memory, sizeof(memory));
    put_notification(card, operation, &part);
    const struct bytes bytes = writer_bytes(&part);
    const size_t whole = tlv_open(&out, DER_SEQUENCE);
    writer_put(&out, bytes);
    put_signature(card, &bytes, 1, &out);
    put_certificates(card, 0xA1, &out);
    tlv_close(&out, whole);
    json_t *request = json_object();
    set_bytes(request, "pendingNotification", writer_bytes(&out));
    return request;
}

/* All segments of a sequence, opened and joined. */
static struct blob open_segments(struct bsp *bsp, enum bsp_mode mode, uint32_t tag,
                                 struct bytes segments, struct mini_card_installed *out)
{
    struct blob plain = {malloc(ROOM), 0};
    struct writer writer = writer_on(plain.data, ROOM);
    while (segments.len > 0) {
        struct tlv segment;
        cr_assert(tlv_take_tag(&segments, tag, &segment));
        cr_assert_eq(bsp_open(bsp, mode, &segment, &writer), BSP_OK);
        if (segment.whole.len > out->longest_segment)
            out->longest_segment = segment.whole.len;
    }
    plain.len = writer.len;
    return plain;
}

/* InitialiseSecureChannel: the signature, then the session keys. */
static void open_channel(struct mini_card *card, struct bytes value, struct bsp *bsp,
                         struct mini_card_installed *out)
{
    uint8_t memory[80];
    struct writer own = writer_on(memory, sizeof(memory));
    struct secret shared;
    const uint8_t *start = value.data;
    cr_assert(bytes_equal(must_take(&value, 0x82), BYTES(1)));
    cr_assert(bytes_equal(must_take(&value, 0x80), bytes_of(card->transaction_id, 16)));
    struct bytes template = must_take(&value, 0xA6);
    const struct bytes otpk = must_take(&value, 0x5F49);
    tlv_put(&own, 0x5F49, bytes_of(ec_private_point(card->one_time_key), EC_POINT_SIZE));
    const struct bytes parts[] = {bytes_of(start, (size_t)(value.data - start)),
                                  writer_bytes(&own)};
    check_signature(bytes_of(card->dp_point, EC_POINT_SIZE), card->euicc.certificate.curve, parts,
                    2, value);
    cr_assert(bytes_equal(must_take(&template, 0x80), BYTES(0x88)));
    cr_assert(bytes_equal(must_take(&template, 0x81), BYTES(0x10)));
    const struct bytes host_id = must_take(&template, 0x84);
    uint8_t eid[PKI_EID_SIZE];
    cr_assert(certificate_eid(&card->euicc.certificate, eid));
    cr_assert_eq(ec_agree(card->one_time_key, otpk, &shared), 0);
    cr_assert_eq(bsp_init_agreed(bsp, secret_bytes(&shared), host_id, bytes_of(eid, sizeof(eid))),
                 0);
    cr_assert(bytes_copy_exact(otpk, out->smdp_otpk, EC_POINT_SIZE));
    secret_wipe(&shared);
}

static void replace_keys(struct bsp *bsp, struct bytes request)
{
    struct tlv whole;
    cr_assert(tlv_whole(request, 0xBF26, &whole));
    const struct bytes chaining = must_take(&whole.value, 0x80);
    const struct bytes enc = must_take(&whole.value, 0x81);
    const struct bytes mac = must_take(&whole.value, 0x82);
    bsp_wipe(bsp);
    cr_assert_eq(bsp_init_keys(bsp, enc, mac, chaining), 0);
}

void mini_card_open(struct mini_card *card, struct bytes bound, struct mini_card_installed *out)
{
    struct tlv package, keys;
    struct bsp bsp;
    *out = (struct mini_card_installed){0};
    cr_assert(tlv_whole(bound, 0xBF36, &package));
    open_channel(card, must_take(&package.value, 0xBF23), &bsp, out);
    const struct bytes first = must_take(&package.value, 0xA0);
    out->configuration = open_segments(&bsp, BSP_ENCRYPTED, 0x87, first, out);
    const struct bytes second = must_take(&package.value, 0xA1);
    out->metadata = open_segments(&bsp, BSP_MAC_ONLY, 0x88, second, out);
    cr_assert(tlv_take_optional(&package.value, 0xA2, &keys));
    out->keys_replaced = keys.tag != 0;
    if (out->keys_replaced) {
        struct blob request = open_segments(&bsp, BSP_ENCRYPTED, 0x87, keys.value, out);
        replace_keys(&bsp, blob_bytes(&request));
        blob_finish(&request);
    }
    const struct bytes last = must_take(&package.value, 0xA3);
    out->package = open_segments(&bsp, BSP_ENCRYPTED, 0x86, last, out);
    cr_assert_eq(package.value.len, 0);
    bsp_wipe(&bsp);
}

void mini_card_load(struct mini_card *card, const json_t *response, struct mini_card_installed *out)
{
    struct blob bound = get_bytes(response, "boundProfilePackage");
    mini_card_open(card, blob_bytes(&bound), out);
    blob_finish(&bound);
}

void mini_card_forget(struct mini_card_installed *installed)
{
    blob_finish(&installed->configuration);
    blob_finish(&installed->metadata);
    blob_finish(&installed->package);
}

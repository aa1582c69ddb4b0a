#include "tests/benchmarks/server.h"

#include <stdlib.h>

#include "tests/benchmarks/measure.h"
#include "tools/lib/binder/binder.h"

#define ADDRESS "testsmdpplus1.example.com"
#define TAG_SIGNATURE 0x5F37
#define TAG_ONE_TIME_KEY 0x5F49
#define HOST_ID bytes_of_text("benchmark")
/* NotificationEvents enable, disable and delete; installing is told by its result. */
#define EVENTS (1u << 1 | 1u << 2 | 1u << 3)

void server_init(struct server *server, const char *pki)
{
    random_init(&server->random);
    MEASURE_NEED(pki_read(pki, PKI_CI, EC_P256, &server->ci) == 0);
    MEASURE_NEED(pki_read(pki, PKI_EUICC, EC_P256, &server->euicc) == 0);
    MEASURE_NEED(certificate_eid(&server->euicc.certificate, server->eid));
    MEASURE_NEED(pki_read(pki, PKI_DP_AUTH, EC_P256, &server->auth) == 0);
    MEASURE_NEED(pki_read(pki, PKI_DP_PB, EC_P256, &server->binding) == 0);
}

void server_finish(struct server *server)
{
    pki_entity_finish(&server->ci);
    pki_entity_finish(&server->euicc);
    pki_entity_finish(&server->auth);
    pki_entity_finish(&server->binding);
}

static struct bytes need_whole(struct bytes in, uint32_t tag)
{
    struct tlv tlv;
    MEASURE_NEED(tlv_whole(in, tag, &tlv));
    return tlv.value;
}

static struct bytes need(struct bytes in, uint32_t tag)
{
    struct tlv tlv;
    MEASURE_NEED(tlv_find(in, tag, &tlv));
    return tlv.value;
}

static void put_signature(struct server *server, const struct pki_entity *signer,
                          const struct bytes *parts, size_t count, struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    MEASURE_NEED(ec_sign(signer->key, &server->random, parts, count, signature) == 0);
    tlv_put(out, TAG_SIGNATURE, bytes_of(signature, sizeof(signature)));
}

static struct bytes transaction_id(const struct server *server)
{
    return bytes_of(server->transaction_id, sizeof(server->transaction_id));
}

static void put_signed1(struct server *server, struct bytes challenge, struct writer *out)
{
    uint8_t own_challenge[16];
    MEASURE_NEED(random_fill(&server->random, own_challenge, sizeof(own_challenge)) == 0);
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, transaction_id(server));
    tlv_put(out, 0x81, challenge);
    tlv_put(out, 0x83, bytes_of_text(ADDRESS));
    tlv_put(out, 0x84, bytes_of(own_challenge, sizeof(own_challenge)));
    tlv_close(out, mark);
}

/* CtxParams1 of an LPA: a matchingId, a TAC, no capabilities, an IMEI. */
static void put_ctx_params1(struct writer *out)
{
    const size_t mark = tlv_open(out, 0xA0);
    tlv_put(out, 0x80, bytes_of_text("BENCHMARK"));
    const size_t device = tlv_open(out, 0xA1);
    tlv_put(out, 0x80, BYTES(0x35, 0x29, 0x06, 0x11));
    tlv_put(out, 0xA1, (struct bytes){0});
    tlv_put(out, 0x82, BYTES(0x53, 0x92, 0x60, 0x11, 0x12, 0x34, 0x56, 0xF8));
    tlv_close(out, device);
    tlv_close(out, mark);
}

struct bytes server_authenticate(struct server *server, struct bytes challenge_answer)
{
    uint8_t room[256];
    struct writer signed1 = writer_on(room, sizeof(room));
    struct writer request = writer_on(server->request_room, sizeof(server->request_room));
    const struct bytes challenge = need_whole(need_whole(challenge_answer, 0xBF2E), 0x80);
    MEASURE_NEED(
        random_fill(&server->random, server->transaction_id, sizeof(server->transaction_id)) == 0);
    put_signed1(server, challenge, &signed1);
    const struct bytes part = writer_bytes(&signed1);
    const size_t mark = tlv_open(&request, 0xBF38);
    writer_put(&request, part);
    put_signature(server, &server->auth, &part, 1, &request);
    tlv_put(&request, DER_OCTET_STRING, server->ci.certificate.subject_key_id);
    writer_put(&request, server->auth.certificate.whole);
    put_ctx_params1(&request);
    tlv_close(&request, mark);
    return writer_bytes(&request);
}

struct bytes server_prepare(struct server *server, struct bytes authenticate_answer)
{
    uint8_t room[64], element_room[80];
    struct writer signed2 = writer_on(room, sizeof(room));
    struct writer element = writer_on(element_room, sizeof(element_room));
    struct writer request = writer_on(server->request_room, sizeof(server->request_room));
    const struct bytes ok = need_whole(need_whole(authenticate_answer, 0xBF38), 0xA0);
    tlv_put(&element, TAG_SIGNATURE, need(ok, TAG_SIGNATURE));
    const size_t signed2_mark = tlv_open(&signed2, DER_SEQUENCE);
    tlv_put(&signed2, 0x80, transaction_id(server));
    der_put_boolean(&signed2, DER_BOOLEAN, false);
    tlv_close(&signed2, signed2_mark);
    const struct bytes parts[] = {writer_bytes(&signed2), writer_bytes(&element)};
    const size_t mark = tlv_open(&request, 0xBF21);
    writer_put(&request, parts[0]);
    put_signature(server, &server->binding, parts, 2, &request);
    writer_put(&request, server->binding.certificate.whole);
    tlv_close(&request, mark);
    return writer_bytes(&request);
}

static void put_metadata(struct bytes iccid, struct writer *out)
{
    const size_t mark = tlv_open(out, 0xBF25);
    tlv_put(out, 0x5A, iccid);
    tlv_put(out, 0x91, bytes_of_text("Benchmark"));
    tlv_put(out, 0x92, bytes_of_text("Profile"));
    const size_t recipients = tlv_open(out, 0xB6);
    const size_t one = tlv_open(out, DER_SEQUENCE);
    der_put_bits(out, 0x80, EVENTS);
    tlv_put(out, 0x81, bytes_of_text(ADDRESS));
    tlv_close(out, one);
    tlv_close(out, recipients);
    tlv_close(out, mark);
}

/* Body under the session's keys, package under its own: as a server does it that protects a
 * package once for an order. */
static void seal(struct server *server, struct bytes one_time_key, struct bytes package,
                 struct bytes iccid, struct writer *bound)
{
    uint8_t metadata_room[256], point[EC_POINT_SIZE];
    static uint8_t protected_room[SERVER_BOUND_MAX], body_room[SERVER_BOUND_MAX];
    struct writer metadata = writer_on(metadata_room, sizeof(metadata_room));
    struct writer protected = writer_on(protected_room, sizeof(protected_room));
    struct writer body = writer_on(body_room, sizeof(body_room));
    struct binder_keys keys;
    put_metadata(iccid, &metadata);
    MEASURE_NEED(binder_draw_keys(&server->random, &keys) == 0);
    MEASURE_NEED(binder_protect(&keys, package, &protected) == 0);
    const struct binder_input input = {
        .curve = EC_P256,
        .euicc_otpk = one_time_key,
        .host_id = HOST_ID,
        .eid = bytes_of(server->eid, sizeof(server->eid)),
        .configuration = BYTES(0xBF, 0x24, 0x07, 0xB8, 0x05, 0x80, 0x03, 0x88, 0x37, 0x0A),
        .metadata = writer_bytes(&metadata),
        .keys = &keys,
        .protected_package = writer_bytes(&protected)};
    MEASURE_NEED(binder_seal(&input, &server->random, point, &body) == 0);
    const struct binder_session session = {.transaction_id = transaction_id(server),
                                           .host_id = HOST_ID,
                                           .euicc_otpk = one_time_key,
                                           .smdp_otpk = bytes_of(point, sizeof(point)),
                                           .signer = server->binding.key};
    MEASURE_NEED(binder_finish(&session, &server->random, writer_bytes(&body), bound) == 0);
}

struct bytes server_bind(struct server *server, struct bytes prepare_answer, struct bytes package,
                         struct bytes iccid)
{
    struct writer bound = writer_on(server->bound_room, sizeof(server->bound_room));
    const struct bytes ok = need_whole(need_whole(prepare_answer, 0xBF21), 0xA0);
    const struct bytes signed2 = need(ok, DER_SEQUENCE);
    seal(server, need(signed2, TAG_ONE_TIME_KEY), package, iccid, &bound);
    return writer_bytes(&bound);
}

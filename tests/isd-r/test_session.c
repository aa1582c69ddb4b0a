/* AuthenticateServer, PrepareDownload, CancelSession: each check with its own code, on both curves.
 */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/issue.h"

static struct peer peer;

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(session, .fini = stop);

#define BOTH_CURVES(name)                                                                          \
    ParameterizedTestParameters(session, name)                                                     \
    {                                                                                              \
        static enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};                            \
        return cr_make_param_array(enum ec_curve, curves, 2);                                      \
    }                                                                                              \
    ParameterizedTest(enum ec_curve *curve, session, name)

static int authenticate(const struct peer_authentication *bent)
{
    return peer_authenticate(&peer, bent);
}

#define AUTHENTICATE(...) authenticate(&(struct peer_authentication){__VA_ARGS__})
#define PREPARE(...) peer_prepare(&peer, &(struct peer_preparation){__VA_ARGS__})

/* A copy of a certificate in which the first of these bytes that follows `front` is changed. */
static struct bytes altered(enum pki_name name, struct bytes front, size_t after)
{
    static uint8_t room[4][4096];
    static unsigned next;
    const struct pki_entity *entity = peer_entity(&peer, name);
    uint8_t *copy = room[next++ % 4];
    memcpy(copy, entity->der, entity->der_len);
    for (size_t i = 0; i + front.len + after < entity->der_len; i++)
        if (memcmp(copy + i, front.data, front.len) == 0) {
            copy[i + front.len + after] ^= 0x01;
            return bytes_of(copy, entity->der_len);
        }
    cr_assert(false, "there is no such place");
    return (struct bytes){0};
}

static struct bytes with_wrong_signature(enum pki_name name)
{
    const struct pki_entity *entity = peer_entity(&peer, name);
    return altered(name, bytes_of(entity->der + entity->der_len - 8, 7), 0);
}

static struct bytes with_unknown_issuer(enum pki_name name)
{
    /* authorityKeyIdentifier 2.5.29.35 { OCTET STRING { SEQUENCE { [0] … */
    return altered(name, BYTES(0x55, 0x1D, 0x23), 8);
}

static struct bytes with_unknown_curve(enum pki_name name)
{
    if (peer.curve == EC_P256)
        return altered(name, BYTES(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01), 0);
    return altered(name, BYTES(0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01), 0);
}

BOTH_CURVES(authenticates_either_kind_of_server)
{
    peer_start(&peer, curve, 1);
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, AUTHENTICATE(.server = peer_entity(&peer, PKI_DS_AUTH)), 0));
}

BOTH_CURVES(refuses_certificates)
{
    peer_start(&peer, curve, 1);
    cr_assert(eq(int, AUTHENTICATE(.certificate = with_wrong_signature(PKI_DP_AUTH)), 1));
    cr_assert(eq(int, AUTHENTICATE(.certificate = BYTES(0x30, 0x00)), 1));
    cr_assert(eq(int, AUTHENTICATE(.certificate = with_unknown_curve(PKI_DP_AUTH)), 3));
    cr_assert(eq(int, AUTHENTICATE(.server = peer_entity(&peer, PKI_DP_PB)), 5));
    cr_assert(eq(int, AUTHENTICATE(.server = peer_entity(&peer, PKI_EUICC)), 7));
    cr_assert(eq(
        int,
        AUTHENTICATE(.server = peer_entity(&peer, PKI_EUM), .signer = peer_entity(&peer, PKI_EUM)),
        1));
    cr_assert(eq(int, AUTHENTICATE(.certificate = with_unknown_issuer(PKI_DP_AUTH)), 7));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
}

BOTH_CURVES(refuses_what_the_server_says)
{
    peer_start(&peer, curve, 1);
    cr_assert(eq(int, AUTHENTICATE(.wrong_signature = true), 2));
    cr_assert(eq(int, AUTHENTICATE(.signer = peer_entity(&peer, PKI_DP_PB)), 2));
    cr_assert(eq(int, AUTHENTICATE(.wrong_challenge = true), 6));
    cr_assert(eq(int, AUTHENTICATE(.ci_key_id = BYTES(0xF5, 0x41)), 7));
    cr_assert(eq(int, AUTHENTICATE(.short_server_challenge = true), 127));
    cr_assert(eq(int, AUTHENTICATE(.server_address = BYTES(0xFF)), 127));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
}

Test(session, refuses_a_curve_that_no_ci_is_on)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256, EC_BRAINPOOL_P256R1}, 2);
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    /* Either CI may verify, either may sign. */
    peer.curve = EC_BRAINPOOL_P256R1;
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(0), 0));
    peer_bind(&peer, &(struct peer_binding){0});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
    cr_assert(eq(int, AUTHENTICATE(.server = &peer.pki[EC_P256][PKI_DP_AUTH]), 0));
}

/* Either list may be without a CI that the other has. */
Test(session, obeys_the_lists)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256, EC_BRAINPOOL_P256R1}, 2);
    cr_assert(eq(int, store_put(peer.chip.store, "credential/0000/lists", BYTES(1)), 0));
    cr_assert(eq(int, store_put(peer.chip.store, "credential/0001/lists", BYTES(2)), 0));
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
    peer_restart_chip(&peer);
    const struct bytes signing = peer.pki[EC_BRAINPOOL_P256R1][PKI_CI].certificate.subject_key_id;
    cr_assert(eq(int, AUTHENTICATE(0), 7));
    peer.curve = EC_BRAINPOOL_P256R1;
    cr_assert(eq(int, AUTHENTICATE(0), 7));
    cr_assert(
        eq(int, AUTHENTICATE(.server = &peer.pki[EC_P256][PKI_DP_AUTH], .ci_key_id = signing), 0));
    const struct bytes info = peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20);
    struct tlv list, id;
    cr_assert(tlv_find(info, 0xAA, &list));
    cr_assert(tlv_whole(list.value, DER_OCTET_STRING, &id));
    cr_assert(bytes_equal(id.value, signing));
    /* A chip that can sign under no CI at all. */
    cr_assert(eq(int, store_put(peer.chip.store, "credential/0001/lists", BYTES(0)), 0));
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
    peer_restart_chip(&peer);
    cr_assert(eq(int, AUTHENTICATE(.server = &peer.pki[EC_P256][PKI_DP_AUTH]), 7));
    cr_assert(tlv_find(peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20), 0xAA, &list));
    cr_assert(eq(sz, list.value.len, 0));
    /* One that believes no server at all. */
    cr_assert(eq(int, store_put(peer.chip.store, "credential/0000/lists", BYTES(2)), 0));
    cr_assert(eq(int, store_put(peer.chip.store, "credential/0001/lists", BYTES(2)), 0));
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
    peer_restart_chip(&peer);
    cr_assert(eq(int, AUTHENTICATE(0), 7));
    cr_assert(tlv_find(peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20), 0xA9, &list));
    cr_assert(eq(sz, list.value.len, 0));
}

/* More CIs than there are curves, each with a PKI of its own; the chip is the same under all. */
Test(session, knows_any_number_of_cis)
{
    enum { COUNT = 9 };
    static struct peer others[COUNT];
    struct pki_entity ci[COUNT], eum[COUNT], euicc[COUNT];
    const struct isd_r_provision provision = {ci, eum, euicc, COUNT};
    char state[96];
    for (int i = 0; i < COUNT; i++) {
        const enum ec_curve curve = i % 2 == 0 ? EC_P256 : EC_BRAINPOOL_P256R1;
        char seed[] = {'C', 'I', (char)('0' + i)};
        peer_start_seeded(&others[i], bytes_of(seed, sizeof(seed)), &curve, 1);
        ci[i] = others[i].pki[curve][PKI_CI];
        eum[i] = others[i].pki[curve][PKI_EUM];
        euicc[i] = others[i].pki[curve][PKI_EUICC];
    }
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    snprintf(state, sizeof(state), "%s/many", peer.folder);
    chip_stop(&peer.chip);
    chip_start(&peer.chip, state, &provision);
    /* The one it was not made with. */
    cr_assert(eq(int, AUTHENTICATE(0), 7));
    for (int i = 0; i < COUNT; i++) {
        struct chip own = others[i].chip;
        others[i].chip = peer.chip;
        cr_assert(eq(int, peer_authenticate(&others[i], &(struct peer_authentication){0}), 0),
                  "CI %d", i);
        cr_assert(eq(int, peer_prepare(&others[i], &(struct peer_preparation){0}), 0), "CI %d", i);
        peer.chip = others[i].chip;
        others[i].chip = own;
    }
    struct tlv list, id;
    const struct bytes info = peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20);
    for (uint32_t tag = 0xA9; tag <= 0xAA; tag++) {
        cr_assert(tlv_find(info, tag, &list));
        for (int i = 0; i < COUNT; i++) {
            cr_assert(tlv_take_tag(&list.value, DER_OCTET_STRING, &id));
            cr_assert(bytes_equal(id.value, ci[i].certificate.subject_key_id));
        }
        cr_assert(eq(sz, list.value.len, 0));
    }
    for (int i = 0; i < COUNT; i++)
        peer_stop(&others[i]);
}

Test(session, uses_a_challenge_once)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    cr_assert(eq(int, AUTHENTICATE(.without_challenge = true), 4));
    cr_assert(eq(int, AUTHENTICATE(.wrong_signature = true), 2));
    cr_assert(eq(int, AUTHENTICATE(.without_challenge = true), 4));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, AUTHENTICATE(.without_challenge = true), 4));
}

Test(session, ends_with_a_reset)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    isd_r_reset(peer.chip.isd_r);
    cr_assert(eq(int, PREPARE(0), 4));
    (void)peer_ask(&peer, BYTES(0xBF, 0x2E, 0x00), 0xBF2E);
    isd_r_reset(peer.chip.isd_r);
    cr_assert(eq(int, AUTHENTICATE(.without_challenge = true), 4));
}

#define CAPABILITIES 0xA1, 0x00

Test(session, reads_the_device_strictly)
{
    static const struct {
        uint8_t bytes[32];
        int error;
    } rows[] = {
        {{0xA0, 0x0A, 0xA1, 0x08, 0x80, 0x04, 1, 2, 3, 4, CAPABILITIES}, 0},
        {{0xA0, 0x0C, 0x80, 0x00, 0xA1, 0x08, 0x80, 0x04, 1, 2, 3, 4, CAPABILITIES}, 0},
        {{0xA0, 0x14, 0xA1, 0x12, 0x80, 0x04, 1, 2, 3, 4, CAPABILITIES,
          0x82, 8,    1,    2,    3,    4,    5, 6, 7, 8},
         0},
        {{0xA0, 0x0F, 0xA1, 0x0D, 0x80, 0x04, 1, 2, 3, 4, 0xA1, 0x05, 0x80, 3, 15, 0, 0}, 0},
        {{0xA1, 0x0A, 0xA1, 0x08, 0x80, 0x04, 1, 2, 3, 4, CAPABILITIES}, 127},
        {{0xA0, 0x02, 0x80, 0x00}, 127},
        {{0xA0, 0x04, 0xA1, 0x02, CAPABILITIES}, 127},
        {{0xA0, 0x09, 0xA1, 0x07, 0x80, 0x03, 1, 2, 3, CAPABILITIES}, 127},
        {{0xA0, 0x08, 0xA1, 0x06, 0x80, 0x04, 1, 2, 3, 4}, 127},
        {{0xA0, 0x0B, 0x80, 0x01, 0xFF, 0xA1, 0x06, 0x80, 0x04, 1, 2, 3, 4}, 127},
        {{0xA0,         0x13, 0xA1, 0x11, 0x80, 0x04, 1, 2, 3, 4,
          CAPABILITIES, 0x82, 7,    1,    2,    3,    4, 5, 6, 7},
         127},
        {{0xA0, 0x0E, 0xA1, 0x0C, 0x80, 0x04, 1, 2, 3, 4, 0xA1, 0x04, 0x80, 2, 15, 0}, 127},
    };
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct bytes context = bytes_of(rows[i].bytes, 2 + (size_t)rows[i].bytes[1]);
        cr_assert(eq(int, AUTHENTICATE(.ctx_params1 = context), rows[i].error), "row %zu", i);
        if (rows[i].error == 0) {
            const struct bytes signed1 = peer_find(writer_bytes(&peer.response), 0xA0);
            struct tlv choice;
            cr_assert(tlv_find(signed1, DER_SEQUENCE, &choice));
            cr_assert(tlv_find(choice.value, 0xA0, &choice));
            cr_assert(bytes_equal(choice.whole, context), "row %zu", i);
        }
    }
}

struct heard {
    unsigned count;
    char last[128];
};

static void hear(void *context, enum trace_level level, const char *text)
{
    struct heard *heard = context;
    cr_assert(eq(int, (int)level, (int)TRACE_DETAIL));
    heard->count++;
    snprintf(heard->last, sizeof(heard->last), "%s", text);
}

Test(session, says_what_is_wrong_with_the_device)
{
    static const struct {
        uint8_t bytes[32];
        const char *line;
    } rows[] = {
        {{0xA1, 0x00}, "ctxParams1 is not for common authentication"},
        {{0xA0, 0x00}, "ctxParams1 has no deviceInfo"},
        {{0xA0, 0x02, 0x81, 0x00}, "ctxParams1 has no deviceInfo"},
        {{0xA0, 0x03, 0x80, 0x01, 0xFF}, "the matchingId is not UTF-8"},
        {{0xA0, 0x02, 0xA1, 0x00}, "deviceInfo has no TAC"},
        {{0xA0, 0x07, 0xA1, 0x05, 0x80, 0x03, 1, 2, 3}, "the TAC is not 4 bytes long"},
        {{0xA0, 0x08, 0xA1, 0x06, 0x80, 0x04, 1, 2, 3, 4}, "deviceInfo has no deviceCapabilities"},
        {{0xA0, 0x0D, 0xA1, 0x0B, 0x80, 0x04, 1, 2, 3, 4, CAPABILITIES, 0x82, 1, 1},
         "the IMEI is not 8 bytes long"},
        {{0xA0, 0x0D, 0xA1, 0x0B, 0x80, 0x04, 1, 2, 3, 4, 0xA1, 0x03, 0x80, 1, 15},
         "a release in deviceCapabilities is not 3 bytes long"},
    };
    struct heard heard = {0};
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    trace_to(hear, &heard);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[128];
        const struct bytes context = bytes_of(rows[i].bytes, 2 + (size_t)rows[i].bytes[1]);
        snprintf(line, sizeof(line), "AuthenticateServer: %s", rows[i].line);
        heard = (struct heard){0};
        cr_assert(eq(int, AUTHENTICATE(.ctx_params1 = context), 127), "row %zu", i);
        cr_assert(eq(u32, heard.count, 1), "row %zu", i);
        cr_assert(eq(str, heard.last, line), "row %zu", i);
    }
}

Test(session, refuses_requests_that_are_none)
{
    static uint8_t room[4096];
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    struct writer request = writer_on(room, sizeof(room));
    peer_put_authentication(&peer, &(struct peer_authentication){0}, &request);
    const struct bytes whole = writer_bytes(&request);
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x38, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x38, 0x02, 0x30, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x21, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x41, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, bytes_of(whole.data, whole.len - 1)), SW_WRONG_DATA));
}

BOTH_CURVES(prepares)
{
    uint8_t first[EC_POINT_SIZE];
    peer_start(&peer, curve, 1);
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(0), 0));
    memcpy(first, peer.one_time_point, sizeof(first));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(.cc_required = true, .with_hash_cc = true), 0));
    cr_assert(memcmp(first, peer.one_time_point, sizeof(first)) != 0);
}

BOTH_CURVES(refuses_to_prepare)
{
    peer_start(&peer, curve, 1);
    peer.transaction_id_len = 8;
    cr_assert(eq(int, PREPARE(0), 4));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(.certificate = with_wrong_signature(PKI_DP_PB)), 1));
    cr_assert(eq(int, PREPARE(.certificate = BYTES(0x30, 0x00)), 1));
    cr_assert(eq(int, PREPARE(.certificate = with_unknown_issuer(PKI_DP_PB)), 1));
    cr_assert(eq(int, PREPARE(.server = peer_entity(&peer, PKI_DP_AUTH)), 1));
    cr_assert(eq(int, PREPARE(.certificate = with_unknown_curve(PKI_DP_PB)), 3));
    cr_assert(eq(int, PREPARE(.wrong_signature = true), 2));
    cr_assert(eq(int, PREPARE(.without_signature1 = true), 2));
    cr_assert(eq(int, PREPARE(.signer = peer_entity(&peer, PKI_DP_AUTH)), 2));
    cr_assert(eq(int, PREPARE(.wrong_transaction_id = true), 5));
    cr_assert(eq(int, PREPARE(.cc_required = true), 127));
    cr_assert(eq(int, PREPARE(0), 0));
}

BOTH_CURVES(downloads_from_no_discovery_server)
{
    peer_start(&peer, curve, 1);
    cr_assert(eq(int, AUTHENTICATE(.server = peer_entity(&peer, PKI_DS_AUTH)), 0));
    cr_assert(eq(int, PREPARE(0), 1));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(.server = peer_entity(&peer, PKI_DS_AUTH)), 1));
    cr_assert(eq(int, PREPARE(0), 0));
}

BOTH_CURVES(uses_a_kept_key_again_if_it_is_named)
{
    uint8_t kept[EC_POINT_SIZE];
    peer_start(&peer, curve, 1);
    const struct bytes point = bytes_of(kept, sizeof(kept));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(0), 0));
    memcpy(kept, peer.one_time_point, sizeof(kept));
    peer_restart_chip(&peer);
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(.one_time_key = point), 0));
    cr_assert(bytes_equal(point, bytes_of(peer.one_time_point, EC_POINT_SIZE)));
    /* Once a package has used it, it is gone. */
    peer_bind(&peer, &(struct peer_binding){.corrupt = 0x87});
    cr_assert(eq(int, peer_load(&peer, PEER_CUT_LPAC).reason, 8));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(.one_time_key = point), 0));
    cr_assert(not(bytes_equal(point, bytes_of(peer.one_time_point, EC_POINT_SIZE))));
    /* One that nobody named is not used again. */
    memcpy(kept, peer.one_time_point, sizeof(kept));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(0), 0));
    cr_assert(not(bytes_equal(point, bytes_of(peer.one_time_point, EC_POINT_SIZE))));
}

/* A server of the same CI with another OID; which certificate is told by the role. */
static void issue_for_another(enum rsp_role role, struct pki_entity *out)
{
    const struct pki_entity *ci = peer_entity(&peer, PKI_CI);
    *out = (struct pki_entity){.der = malloc(ISSUE_CERTIFICATE_MAX)};
    struct writer der = writer_on(out->der, ISSUE_CERTIFICATE_MAX);
    cr_assert(eq(int, ec_private_generate(&peer.random, peer.curve, &out->key), 0));
    const struct issue issue = {.subject = {{ISSUE_COMMON_NAME, bytes_of_text("another")}},
                                .curve = peer.curve,
                                .point = ec_private_point(out->key),
                                .not_before = 1577836800,
                                .not_after = 2524607999,
                                .role = role,
                                .key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
                                .registered_id = "2.999.11"};
    cr_assert(eq(int, issue_certificate(&peer.random, &issue, &ci->certificate, ci->key, &der), 0));
    out->der_len = der.len;
    cr_assert(certificate_parse(writer_bytes(&der), &out->certificate) == CERTIFICATE_OK);
}

BOTH_CURVES(tells_servers_apart_by_their_oid)
{
    uint8_t kept[EC_POINT_SIZE];
    struct pki_entity auth, binding;
    const struct bytes point = bytes_of(kept, sizeof(kept));
    peer_start(&peer, curve, 1);
    issue_for_another(RSP_ROLE_DP_AUTH, &auth);
    issue_for_another(RSP_ROLE_DP_PB, &binding);
    /* A package is bound by who was authenticated. */
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(.server = &binding), 1));
    cr_assert(eq(int, AUTHENTICATE(.server = &auth), 0));
    cr_assert(eq(int, PREPARE(0), 1));
    cr_assert(eq(int, PREPARE(.server = &binding), 0));
    memcpy(kept, peer.one_time_point, sizeof(kept));
    /* Its one-time key is for nobody else, not even by name. */
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, PREPARE(.one_time_key = point), 0));
    cr_assert(not(bytes_equal(point, bytes_of(peer.one_time_point, EC_POINT_SIZE))));
    pki_entity_finish(&auth);
    pki_entity_finish(&binding);
}

Test(session, keeps_the_key_of_a_download_that_is_put_off)
{
    static const struct {
        uint8_t reason;
        bool kept;
    } rows[] = {{0, false}, {1, true}, {2, true}, {3, false}, {4, false}, {5, false}, {127, false}};
    uint8_t point[EC_POINT_SIZE];
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert(eq(int, AUTHENTICATE(0), 0));
        cr_assert(eq(int, PREPARE(0), 0));
        memcpy(point, peer.one_time_point, sizeof(point));
        cr_assert(eq(int, peer_cancel(&peer, rows[i].reason), 0));
        cr_assert(eq(int, AUTHENTICATE(0), 0));
        cr_assert(eq(int, PREPARE(.one_time_key = bytes_of(point, sizeof(point))), 0));
        const bool same = memcmp(point, peer.one_time_point, sizeof(point)) == 0;
        cr_assert(same == rows[i].kept, "reason %u", rows[i].reason);
    }
}

BOTH_CURVES(cancels)
{
    peer_start(&peer, curve, 1);
    cr_assert(eq(int, peer_cancel(&peer, 0), 5));
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    peer.transaction_id[0] ^= 1;
    cr_assert(eq(int, peer_cancel(&peer, 0), 5));
    peer.transaction_id[0] ^= 1;
    cr_assert(eq(int, peer_cancel(&peer, 99), 127));
    cr_assert(eq(int, peer_cancel(&peer, 0), 0));
    cr_assert(eq(int, peer_cancel(&peer, 0), 5));
    cr_assert(eq(int, PREPARE(0), 4));
}

/* Sessions of SGP.22 v3: chains of every variant on both sides, lists that come along, what the LPA
 * may say, and each error of v3; and that a session of v2 stays one. */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "apdu/status.h"
#include "isd-r/info/credentials.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/state.h"

#define OCTETS_MAX 8192
#define CANCEL_FOR_EMPTY (1u << 3) /* of serverRspCapability */

static struct peer peer;
static struct pki_chain euicc, auth, binding;
static struct euicc_info info;
static struct isd_r_settings settings;

static const char *pki(void)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/pki", peer.folder);
    return path;
}

static void become(uint32_t without)
{
    info = euicc_info_default;
    memcpy(info.svn, (const uint8_t[]){2, 2, 2}, EUICC_INFO_VERSION_SIZE);
    memcpy(info.highest_svn, (const uint8_t[]){3, 1, 0}, EUICC_INFO_VERSION_SIZE);
    info.rsp_capability |=
        EUICC_INFO_CRL_STAPLING_V3 | EUICC_INFO_CERT_CHAIN_V3 | EUICC_INFO_CANCEL_FOR_EMPTY_NAMES;
    info.rsp_capability &= ~without;
    settings = isd_r_settings_default;
    settings.info = &info;
    peer_become(&peer, &settings);
}

static void drop_chains(void)
{
    peer.signer = NULL;
    pki_chain_finish(&euicc);
    pki_chain_finish(&auth);
    pki_chain_finish(&binding);
}

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    const struct pki_plan plan = {.directory = pki(), .variants = ~0u};
    cr_assert(pki_make(&peer.random, &plan) == 0);
    become(0);
}

static void stop(void)
{
    drop_chains();
    peer_stop(&peer);
}

TestSuite(v3_session, .init = start, .fini = stop, .timeout = 120);

/* The chip and the server have chains of these variants. */
static void use(enum pki_variant chip, enum pki_variant server)
{
    drop_chains();
    cr_assert(pki_read_chain(pki(), chip, PKI_EUICC, EC_P256, NULL, &euicc) == 0);
    cr_assert(pki_read_chain(pki(), server, PKI_DP_AUTH, EC_P256, NULL, &auth) == 0);
    cr_assert(pki_read_chain(pki(), server, PKI_DP_PB, EC_P256, NULL, &binding) == 0);
    if (chip == PKI_VARIANT_O)
        return;
    cr_assert(credentials_each_value_v3(1, peer_entity(&peer, PKI_CI), &euicc, store_put_value,
                                        peer.chip.store) == 0);
    cr_assert(store_commit(peer.chip.store) == 0);
    peer_restart_chip(&peer);
    peer.signer = &euicc;
}

static struct bytes issuers_of(const struct pki_chain *chain)
{
    static uint8_t room[OCTETS_MAX];
    struct writer out = writer_on(room, sizeof(room));
    for (size_t i = 0; i < chain->count; i++)
        writer_put(&out, bytes_of(chain->issuers[i].der, chain->issuers[i].der_len));
    return writer_bytes(&out);
}

static struct bytes ci_key_id(void)
{
    return peer_entity(&peer, PKI_CI)->certificate.subject_key_id;
}

static int authenticate(struct peer_v3 more)
{
    more.issuers = more.issuers.data != NULL ? more.issuers : issuers_of(&auth);
    if (peer.signer != NULL && more.ci_key_id.data == NULL)
        more.ci_key_id = ci_key_id();
    return peer_authenticate(
        &peer, &(struct peer_authentication){.v3 = true, .more = &more, .server = &auth.leaf});
}

#define AUTHENTICATE(...) authenticate((struct peer_v3){__VA_ARGS__})

static int prepare(void)
{
    return peer_prepare(&peer, &(struct peer_preparation){.server = &binding.leaf});
}

/* --- Chains --- */

/* What the server's chain leads to, which is not asked for again. */
static void check_server_ci(void)
{
    const struct credential *ci = peer.chip.isd_r->session.server_ci;
    cr_assert(ne(ptr, (void *)ci, NULL));
    cr_assert(bytes_equal(ci->ci.subject_key_id, ci_key_id()));
}

Test(v3_session, every_variant_on_both_sides)
{
    for (int chip = 0; chip < PKI_VARIANTS; chip++)
        for (int server = 0; server < PKI_VARIANTS; server++) {
            use((enum pki_variant)chip, (enum pki_variant)server);
            cr_assert(eq(int, AUTHENTICATE(.no_ci_key_id = chip != PKI_VARIANT_O), 0), "%d %d",
                      chip, server);
            check_server_ci();
            cr_assert(eq(int, prepare(), 0), "%d %d", chip, server);
            cr_assert(eq(int, peer_cancel(&peer, 0), 0));
        }
}

Test(v3_session, downloads_over_sub_cas)
{
    use(PKI_VARIANT_C, PKI_VARIANT_C);
    cr_assert(eq(int, AUTHENTICATE(.no_ci_key_id = true), 0));
    cr_assert(eq(int, prepare(), 0));
    peer_bind(&peer, &(struct peer_binding){.signer = &binding.leaf});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
}

Test(v3_session, the_info_names_both_lists)
{
    struct tlv list, id;
    use(PKI_VARIANT_A, PKI_VARIANT_O);
    const struct bytes told = peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20);
    static const uint32_t tags[] = {0xA9, 0xAA, 0xB1};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        cr_assert(tlv_find(told, tags[i], &list));
        cr_assert(tlv_whole(list.value, DER_OCTET_STRING, &id), "%X", (unsigned)tags[i]);
        cr_assert(bytes_equal(id.value, ci_key_id()));
    }
}

Test(v3_session, chains_that_are_none)
{
    struct pki_chain foreign;
    use(PKI_VARIANT_O, PKI_VARIANT_C);
    static uint8_t room[OCTETS_MAX];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert(eq(int, AUTHENTICATE(.issuers = BYTES(0)), 1), "no element");
    cr_assert(eq(int, AUTHENTICATE(.issuers = BYTES(0x30, 0x00)), 1));
    writer_put(&out, bytes_of(auth.issuers[0].der, auth.issuers[0].der_len));
    cr_assert(eq(int, AUTHENTICATE(.issuers = writer_bytes(&out)), 7),
              "cut short: no CI of its own");
    for (int i = 0; i < 3; i++)
        writer_put(&out, bytes_of(auth.issuers[1].der, auth.issuers[1].der_len));
    cr_assert(eq(int, AUTHENTICATE(.issuers = writer_bytes(&out)), 13), "too long");
    cr_assert(pki_read_chain(pki(), PKI_VARIANT_A, PKI_DP_AUTH, EC_P256, NULL, &foreign) == 0);
    writer_reset(&out);
    writer_put(&out, bytes_of(foreign.issuers[0].der, foreign.issuers[0].der_len));
    cr_assert(eq(int, AUTHENTICATE(.issuers = writer_bytes(&out)), 1), "another's");
    pki_chain_finish(&foreign);
    become(EUICC_INFO_CERT_CHAIN_V3);
    cr_assert(eq(int, AUTHENTICATE(0), 1), "a chip that knows none");
}

/* --- A session of v2, and chips of v2 --- */

Test(v3_session, without_the_capability_it_is_v2)
{
    use(PKI_VARIANT_A, PKI_VARIANT_OV3);
    peer.signer = NULL;
    const struct peer_authentication plain = {0};
    const struct peer_authentication v3_certificate = {.server = &auth.leaf};
    cr_assert(eq(int, peer_authenticate(&peer, &plain), 0));
    cr_assert(not(peer.chip.isd_r->session.v3));
    check_server_ci();
    cr_assert(eq(int, peer_cancel(&peer, 16), 127), "a reason of v3");
    cr_assert(eq(int, peer_cancel(&peer, 0), 0));
    cr_assert(eq(int, peer_authenticate(&peer, &v3_certificate), 5), "a role of v3");
    peer_become(&peer, &isd_r_settings_default);
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){.v3 = true}), 0));
    cr_assert(not(peer.chip.isd_r->session.v3));
}

Test(v3_session, a_chip_of_v3_alone_refuses_a_server_that_is_below_it)
{
    memcpy(info.svn, (const uint8_t[]){3, 1, 0}, EUICC_INFO_VERSION_SIZE);
    peer_become(&peer, &settings);
    use(PKI_VARIANT_O, PKI_VARIANT_O);
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 127), "of v2");
    cr_assert(eq(int, AUTHENTICATE(.svn = BYTES(3, 0, 0)), 127));
    cr_assert(eq(int, AUTHENTICATE(.svn = BYTES(3, 1, 0)), 0));
    cr_assert(eq(int, peer_cancel(&peer, 0), 0));
    cr_assert(eq(int, AUTHENTICATE(.svn = BYTES(4, 0, 0)), 0));
}

/* --- What server and LPA say --- */

Test(v3_session, each_error_of_what_is_said)
{
    use(PKI_VARIANT_B, PKI_VARIANT_OV3);
    cr_assert(eq(int, AUTHENTICATE(.no_transaction_id = true), 8));
    cr_assert(eq(int, AUTHENTICATE(.ci_key_id = BYTES(1, 2)), 7));
    peer.signer = NULL;
    cr_assert(eq(int, AUTHENTICATE(.no_ci_key_id = true), 7), "no CI named at all");
    cr_assert(eq(int, AUTHENTICATE(0), 0), "Variant O of the chip");
}

static uint16_t answer_to(const struct peer_v3 *more)
{
    static uint8_t room[OCTETS_MAX];
    struct writer request = writer_on(room, sizeof(room));
    peer_ask(&peer, BYTES(0xBF, 0x2E, 0x00), 0xBF2E);
    peer_put_authentication(&peer, &(struct peer_authentication){.v3 = true, .more = more},
                            &request);
    return peer_call(&peer, writer_bytes(&request));
}

Test(v3_session, a_context_that_is_none)
{
    cr_assert(eq(u16, answer_to(&(struct peer_v3){.bad_svn = true}), SW_WRONG_DATA));
    cr_assert(eq(u16, answer_to(&(struct peer_v3){.no_context = true}), SW_WRONG_DATA));
    cr_assert(eq(u16, answer_to(&(struct peer_v3){.issuers = BYTES(0)}), SW_OK));
}

/* deviceInfo as it must be, and what follows it. */
#define DEVICE 0xA1, 0x08, 0x80, 0x04, 0x53, 0x92, 0x60, 0x11, 0xA1, 0x00
#define ICCID 0x5A, 0x0A, 0x98, 0x10, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0x54, 0x76

static int with(struct bytes value)
{
    uint8_t room[128];
    struct writer ctx = writer_on(room, sizeof(room));
    tlv_put(&ctx, 0xA0, value);
    return peer_authenticate(
        &peer, &(struct peer_authentication){.v3 = true, .ctx_params1 = writer_bytes(&ctx)});
}

Test(v3_session, what_the_lpa_is_after)
{
    cr_assert(eq(int, with(BYTES(DEVICE, 0x82, 0x02, 0x06, 0xC0)), 0), "both");
    cr_assert(eq(int, with(BYTES(DEVICE, 0x82, 0x02, 0x06, 0x40)), 0), "RPM");
    cr_assert(eq(int, with(BYTES(DEVICE, 0x82, 0x01, 0x00)), 127), "nothing");
    cr_assert(eq(int, with(BYTES(DEVICE, 0x82, 0x00)), 127));
    cr_assert(eq(int, with(BYTES(DEVICE, ICCID)), 0));
    cr_assert(eq(int, with(BYTES(DEVICE, 0x5A, 0x01, 0x98)), 127));
    cr_assert(eq(int, with(BYTES(DEVICE, 0xA3, 0x02, 0x80, 0x00)), 0), "none");
    cr_assert(eq(int, with(BYTES(DEVICE, 0xA3, 0x02, 0x81, 0x00)), 0), "an activation code");
    cr_assert(eq(int, with(BYTES(DEVICE, 0xA3, 0x04, 0x82, 0x02, 0x88, 0x37)), 0), "an SM-DS");
    cr_assert(eq(int, with(BYTES(DEVICE, 0xA3, 0x02, 0x83, 0x00)), 127));
    cr_assert(eq(int, with(BYTES(DEVICE, 0xA3, 0x00)), 127));
    cr_assert(
        eq(int, with(BYTES(DEVICE, 0x82, 0x02, 0x06, 0x40, ICCID, 0xA3, 0x02, 0x80, 0x00)), 0));
}

Test(v3_session, each_reason_to_cancel)
{
    static const uint8_t reasons[] = {0,  1,  2,  3,  4,  5,  16, 17, 18, 19,
                                      20, 21, 22, 23, 24, 25, 27, 28, 29, 127};
    use(PKI_VARIANT_O, PKI_VARIANT_O);
    for (size_t i = 0; i < sizeof(reasons); i++) {
        cr_assert(eq(int, AUTHENTICATE(.capability = CANCEL_FOR_EMPTY), 0));
        cr_assert(eq(int, peer_cancel(&peer, reasons[i]), 0), "%d", reasons[i]);
    }
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, peer_cancel(&peer, 26), 127));
}

Test(v3_session, empty_names_are_a_reason_where_both_sides_know_it)
{
    use(PKI_VARIANT_O, PKI_VARIANT_O);
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, peer_cancel(&peer, 25), 127), "the server does not");
    cr_assert(eq(int, peer_cancel(&peer, 0), 0), "the session goes on");
    become(EUICC_INFO_CANCEL_FOR_EMPTY_NAMES);
    cr_assert(eq(int, AUTHENTICATE(.capability = CANCEL_FOR_EMPTY), 0));
    cr_assert(eq(int, peer_cancel(&peer, 25), 127), "the chip does not");
}

/* A copy of the server's certificate on a curve that there is not. */
static struct bytes with_unknown_curve(const struct pki_entity *entity)
{
    static const uint8_t p256[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    static uint8_t copy[4096];
    memcpy(copy, entity->der, entity->der_len);
    uint8_t *at = memmem(copy, entity->der_len, p256, sizeof(p256));
    cr_assert(ne(ptr, at, NULL));
    at[sizeof(p256) - 1] ^= 1;
    return bytes_of(copy, entity->der_len);
}

Test(v3_session, each_error_of_a_preparation)
{
    struct pki_chain foreign;
    use(PKI_VARIANT_O, PKI_VARIANT_A);
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(eq(int, peer_cancel(&peer, 0), 0));
    cr_assert(eq(int, prepare(), 4), "no session any more");
    cr_assert(eq(int, AUTHENTICATE(0), 0));
    cr_assert(pki_read_chain(pki(), PKI_VARIANT_B, PKI_DP_PB, EC_P256, NULL, &foreign) == 0);
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){.server = &foreign.leaf}), 1),
              "issued by another than CERT.DPauth");
    pki_chain_finish(&foreign);
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){.server = &auth.leaf}), 1));
    struct peer_preparation bent = {.server = &binding.leaf,
                                    .certificate = with_unknown_curve(&binding.leaf)};
    cr_assert(eq(int, peer_prepare(&peer, &bent), 1), "v3 has no code for a curve here");
    bent = (struct peer_preparation){.server = &binding.leaf, .wrong_signature = true};
    cr_assert(eq(int, peer_prepare(&peer, &bent), 2));
    bent = (struct peer_preparation){.server = &binding.leaf, .wrong_transaction_id = true};
    cr_assert(eq(int, peer_prepare(&peer, &bent), 5));
    bent = (struct peer_preparation){.server = &binding.leaf, .cc_required = true};
    cr_assert(eq(int, peer_prepare(&peer, &bent), 127), "no hash of the confirmation code");
    cr_assert(eq(int, prepare(), 0));
}

/* --- Lists that come along --- */

struct list {
    const struct pki_entity *issuer;
    struct bytes revoked;        /* a serial number; empty: none */
    const char *made, *next;     /* UTCTime; NULL: 2025, and none */
    bool wrong_signature, delta; /* bent */
};

static void put_extension(struct writer *out, struct bytes oid, struct bytes content)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, DER_OBJECT_IDENTIFIER, oid);
    tlv_put(out, DER_OCTET_STRING, content);
    tlv_close(out, mark);
}

static void put_ecdsa(struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, DER_OBJECT_IDENTIFIER, BYTES(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));
    tlv_close(out, mark);
}

static void put_extensions(const struct list *list, struct writer *out)
{
    uint8_t room[64];
    struct writer id = writer_on(room, sizeof(room));
    const size_t sequence = tlv_open(&id, DER_SEQUENCE);
    tlv_put(&id, 0x80, list->issuer->certificate.subject_key_id);
    tlv_close(&id, sequence);
    const size_t outer = tlv_open(out, 0xA0);
    const size_t all = tlv_open(out, DER_SEQUENCE);
    put_extension(out, BYTES(0x55, 0x1D, 0x23), writer_bytes(&id));
    put_extension(out, BYTES(0x55, 0x1D, 0x14), BYTES(DER_INTEGER, 0x01, 0x01));
    if (list->delta)
        put_extension(out, BYTES(0x55, 0x1D, 0x1B), BYTES(DER_INTEGER, 0x01, 0x00));
    tlv_close(out, all);
    tlv_close(out, outer);
}

static void put_time(struct writer *out, const char *text)
{
    const bool short_form = strlen(text) == sizeof("250101000000Z") - 1;
    tlv_put(out, short_form ? DER_UTC_TIME : DER_GENERALIZED_TIME, bytes_of_text(text));
}

static void put_tbs(const struct list *list, struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    der_put_integer(out, DER_INTEGER, 1);
    put_ecdsa(out);
    writer_put(out, list->issuer->certificate.subject);
    put_time(out, list->made != NULL ? list->made : "250101000000Z");
    if (list->next != NULL)
        put_time(out, list->next);
    if (list->revoked.len > 0) {
        const size_t all = tlv_open(out, DER_SEQUENCE);
        const size_t entry = tlv_open(out, DER_SEQUENCE);
        tlv_put(out, DER_INTEGER, list->revoked);
        tlv_put(out, DER_UTC_TIME, bytes_of_text("240101000000Z"));
        tlv_close(out, entry);
        tlv_close(out, all);
    }
    put_extensions(list, out);
    tlv_close(out, mark);
}

static void put_list(const struct list *list, struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE], room[EC_SIGNATURE_DER_MAX];
    struct writer coded = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    put_tbs(list, out);
    const struct bytes tbs = bytes_of(out->data + mark, out->len - mark);
    cr_assert(ec_sign(list->issuer->key, &peer.random, &tbs, 1, signature) == 0);
    signature[EC_SIGNATURE_SIZE - 1] ^= list->wrong_signature;
    ec_signature_put_der(&coded, signature);
    put_ecdsa(out);
    tlv_put_header(out, DER_BIT_STRING, 1 + coded.len);
    writer_put_u8(out, 0);
    writer_put(out, writer_bytes(&coded));
    tlv_close(out, mark);
    cr_assert(not(out->overflow));
}

/* Of Variant C: from the CI, its sub-CA, and the server's. */
static int stapled(struct list ci, struct list ci_sub, struct list dp_sub, size_t count)
{
    static uint8_t room[OCTETS_MAX];
    struct writer out = writer_on(room, sizeof(room));
    ci.issuer = peer_entity(&peer, PKI_CI);
    ci_sub.issuer = &auth.issuers[1];
    dp_sub.issuer = &auth.issuers[0];
    const struct list lists[] = {ci, ci_sub, dp_sub};
    for (size_t i = 0; i < count; i++)
        put_list(&lists[i], &out);
    return AUTHENTICATE(.stapled = true, .lists = writer_bytes(&out));
}

#define NONE ((struct list){0})
#define LIST(...) ((struct list){__VA_ARGS__})

Test(v3_session, lists_come_along)
{
    use(PKI_VARIANT_O, PKI_VARIANT_C);
    const struct bytes server = auth.leaf.certificate.serial;
    const struct bytes sub = auth.issuers[0].certificate.serial;
    cr_assert(eq(int, stapled(NONE, NONE, NONE, 3), 0));
    cr_assert(eq(int, prepare(), 0));
    cr_assert(eq(int, stapled(NONE, NONE, NONE, 2), 9), "one lacks");
    cr_assert(eq(int, AUTHENTICATE(.stapled = true), 9), "all lack");
    cr_assert(eq(int, stapled(NONE, LIST(.wrong_signature = true), NONE, 3), 10));
    cr_assert(eq(int, stapled(NONE, NONE, LIST(.revoked = server), 3), 11));
    cr_assert(eq(int, stapled(NONE, LIST(.revoked = sub), NONE, 3), 11));
    cr_assert(eq(int, stapled(LIST(.revoked = server), NONE, NONE, 3), 0), "another's number");
    cr_assert(eq(
        int, stapled(LIST(.next = "250201000000Z"), NONE, LIST(.made = "250301000000Z"), 3), 12));
    cr_assert(
        eq(int, stapled(LIST(.next = "250301000000Z"), NONE, LIST(.made = "250201000000Z"), 3), 0));
    cr_assert(eq(int, stapled(NONE, NONE, LIST(.delta = true), 3), 13));
    cr_assert(eq(int, AUTHENTICATE(.stapled = true, .lists = BYTES(0x30, 0x00)), 13));
    cr_assert(eq(int, AUTHENTICATE(.lists = BYTES(0x30, 0x00)), 0), "the server has sent none");
    become(EUICC_INFO_CRL_STAPLING_V3);
    cr_assert(eq(int, AUTHENTICATE(.stapled = true), 0), "a chip that knows none");
}

Test(v3_session, a_certificate_that_has_run_out)
{
    use(PKI_VARIANT_O, PKI_VARIANT_A);
    static uint8_t room[OCTETS_MAX];
    struct writer out = writer_on(room, sizeof(room));
    const struct pki_entity *ci = peer_entity(&peer, PKI_CI);
    put_list(&LIST(.issuer = ci), &out);
    put_list(&LIST(.issuer = &auth.issuers[0]), &out);
    cr_assert(eq(int, AUTHENTICATE(.stapled = true, .lists = writer_bytes(&out)), 0));
    writer_reset(&out);
    put_list(&LIST(.issuer = ci, .made = "491231235959Z"), &out); /* notAfter itself */
    put_list(&LIST(.issuer = &auth.issuers[0]), &out);
    cr_assert(eq(int, AUTHENTICATE(.stapled = true, .lists = writer_bytes(&out)), 0));
    writer_reset(&out);
    put_list(&LIST(.issuer = ci, .made = "20500101000000Z"), &out);
    put_list(&LIST(.issuer = &auth.issuers[0]), &out);
    cr_assert(eq(int, AUTHENTICATE(.stapled = true, .lists = writer_bytes(&out)), 12));
}

/* A session that another implementation's SM-DP+ recorded: its keys derived, its package opened and
 * made again, its signatures verified. */
#include <criterion/criterion.h>

#include "apdu/der.h"
#include "crypto/primitives/bsp.h"
#include "crypto/pki/certificate.h"
#include "tests/vectors.h"

#define AUTHENTICATE_SERVER 0xBF38
#define AUTHENTICATE_CLIENT 0xBF3B
#define PREPARE_DOWNLOAD 0xBF21
#define BOUND_PROFILE_PACKAGE 0xBF36
#define INITIALISE_SECURE_CHANNEL 0xBF23
#define CONFIGURE_ISDP 0xBF24
#define STORE_METADATA 0xBF25
#define PENDING_NOTIFICATION 0xBF37
#define INSTALLATION_RESULT 0xBF27
#define SIGNATURE 0x5F37
#define ONE_TIME_KEY 0x5F49
#define TRANSACTION_ID 0x80
#define EUICC_CHALLENGE 0x81
#define SERVER_CHALLENGE 0x84
#define CHOICE_OK 0xA0
#define HOST_ID 0x84
#define CONTROL_REFERENCE 0xA6

struct session {
    struct vectors *vectors;
    struct tlv server_signed1, server_signature1, server_certificate;
    struct tlv euicc_signed1, euicc_signature1, euicc_certificate, eum_certificate;
    struct tlv smdp_signed2, smdp_signature2, binding_certificate;
    struct tlv euicc_signed2, euicc_signature2;
};

static struct tlv take(struct bytes *from, uint32_t tag)
{
    struct tlv tlv = {0};
    cr_assert(tlv_take_tag(from, tag, &tlv), "no %X", tag);
    return tlv;
}

static struct tlv take_all(struct bytes from, uint32_t tag)
{
    struct tlv tlv = {0};
    cr_assert(tlv_whole(from, tag, &tlv), "no %X", tag);
    return tlv;
}

static struct tlv find(struct bytes in, uint32_t tag)
{
    struct tlv tlv = {0};
    cr_assert(tlv_find(in, tag, &tlv), "no %X", tag);
    return tlv;
}

static struct certificate parse(struct tlv tlv)
{
    struct certificate certificate;
    cr_assert_eq(certificate_parse(tlv.whole, &certificate), CERTIFICATE_OK);
    return certificate;
}

static void read_initiate(struct session *s)
{
    struct bytes in = take_all(vectors_bytes(s->vectors, "initiate_response"), DER_SEQUENCE).value;
    cr_assert(
        bytes_equal(take(&in, TRANSACTION_ID).value, vectors_bytes(s->vectors, "transaction_id")));
    s->server_signed1 = take(&in, DER_SEQUENCE);
    s->server_signature1 = take(&in, SIGNATURE);
    take(&in, DER_OCTET_STRING);
    s->server_certificate = take(&in, DER_SEQUENCE);
    cr_assert_eq(in.len, 0);
}

static void read_authenticate(struct session *s)
{
    struct bytes in =
        take_all(vectors_bytes(s->vectors, "auth_server_response"), AUTHENTICATE_SERVER).value;
    in = take_all(in, CHOICE_OK).value;
    s->euicc_signed1 = take(&in, DER_SEQUENCE);
    s->euicc_signature1 = take(&in, SIGNATURE);
    s->euicc_certificate = take(&in, DER_SEQUENCE);
    s->eum_certificate = take(&in, DER_SEQUENCE);
    in = take_all(vectors_bytes(s->vectors, "authenticate_response"), AUTHENTICATE_CLIENT).value;
    in = take_all(in, CHOICE_OK).value;
    take(&in, TRANSACTION_ID);
    cr_assert(
        bytes_equal(take(&in, STORE_METADATA).whole, vectors_bytes(s->vectors, "store_metadata")));
    s->smdp_signed2 = take(&in, DER_SEQUENCE);
    s->smdp_signature2 = take(&in, SIGNATURE);
    s->binding_certificate = take(&in, DER_SEQUENCE);
}

static void read_prepare(struct session *s)
{
    struct bytes in =
        take_all(vectors_bytes(s->vectors, "prepare_download_response"), PREPARE_DOWNLOAD).value;
    in = take_all(in, CHOICE_OK).value;
    s->euicc_signed2 = take(&in, DER_SEQUENCE);
    s->euicc_signature2 = take(&in, SIGNATURE);
}

static struct session open_session(void)
{
    struct session s = {.vectors = vectors_open("session_smdpp.txt")};
    cr_assert(vectors_next(s.vectors));
    read_initiate(&s);
    read_authenticate(&s);
    read_prepare(&s);
    return s;
}

/* Names that this test has no use for are those of the others. */
static void close_session(struct session *s)
{
    static const char *const names[] = {"euicc_challenge",
                                        "server_challenge",
                                        "transaction_id",
                                        "otsk_dp",
                                        "euicc_info1",
                                        "bound_profile_package",
                                        "upp",
                                        "pending_notification"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        cr_assert_gt(vectors_bytes(s->vectors, names[i]).len, 0);
    vectors_close(s->vectors);
}

static bool signed_by(struct tlv certificate, struct tlv signature, const struct bytes *parts,
                      size_t count)
{
    const struct certificate signer = parse(certificate);
    return ec_verify(signer.curve, signer.point, parts, count, signature.value);
}

Test(session, challenges_are_answered)
{
    struct session s = open_session();
    cr_assert(bytes_equal(find(s.server_signed1.value, EUICC_CHALLENGE).value,
                          vectors_bytes(s.vectors, "euicc_challenge")));
    cr_assert(bytes_equal(find(s.euicc_signed1.value, SERVER_CHALLENGE).value,
                          vectors_bytes(s.vectors, "server_challenge")));
    close_session(&s);
}

Test(session, every_signature_verifies_and_no_other_does)
{
    struct session s = open_session();
    const struct bytes first[] = {s.server_signed1.whole}, second[] = {s.euicc_signed1.whole};
    const struct bytes third[] = {s.smdp_signed2.whole, s.euicc_signature1.whole};
    const struct bytes fourth[] = {s.euicc_signed2.whole, s.smdp_signature2.whole};
    cr_assert(signed_by(s.server_certificate, s.server_signature1, first, 1));
    cr_assert(signed_by(s.euicc_certificate, s.euicc_signature1, second, 1));
    cr_assert(signed_by(s.binding_certificate, s.smdp_signature2, third, 2));
    cr_assert(signed_by(s.euicc_certificate, s.euicc_signature2, fourth, 2));
    cr_assert_not(signed_by(s.binding_certificate, s.server_signature1, first, 1));
    cr_assert_not(signed_by(s.euicc_certificate, s.server_signature1, first, 1));
    cr_assert_not(signed_by(s.binding_certificate, s.smdp_signature2, third, 1));
    cr_assert_not(signed_by(s.euicc_certificate, s.euicc_signature2, fourth, 1));
    struct bytes in =
        take_all(vectors_bytes(s.vectors, "pending_notification"), PENDING_NOTIFICATION).value;
    const struct bytes result[] = {take(&in, INSTALLATION_RESULT).whole};
    cr_assert(signed_by(s.euicc_certificate, take(&in, SIGNATURE), result, 1));
    close_session(&s);
}

Test(session, roles_and_range)
{
    struct session s = open_session();
    const struct certificate euicc = parse(s.euicc_certificate), eum = parse(s.eum_certificate);
    uint8_t eid[16];
    cr_assert_eq(parse(s.server_certificate).role, RSP_ROLE_DP_AUTH);
    cr_assert_eq(parse(s.binding_certificate).role, RSP_ROLE_DP_PB);
    cr_assert_eq(eum.role, RSP_ROLE_EUM);
    cr_assert_eq(certificate_verify(&euicc, &eum), CERTIFICATE_OK);
    cr_assert_eq(certificate_euicc_permitted(&euicc, &eum), CERTIFICATE_OK);
    cr_assert(certificate_eid(&euicc, eid));
    cr_assert(bytes_start_with(bytes_of(eid, sizeof(eid)), BYTES(0x89, 0x04, 0x90, 0x32)));
    close_session(&s);
}

/* The SM-DP+'s one-time key signed together with the eUICC's (SGP.22 §5.5.1). */
static void check_channel_signature(const struct session *s, struct bytes channel)
{
    struct bytes rest = channel;
    struct tlv tlv, signature;
    do
        cr_assert(tlv_take(&rest, &tlv));
    while (tlv.tag != ONE_TIME_KEY);
    cr_assert(tlv_whole(rest, SIGNATURE, &signature));
    const struct bytes parts[] = {bytes_of(channel.data, channel.len - rest.len),
                                  find(s->euicc_signed2.value, ONE_TIME_KEY).whole};
    cr_assert(signed_by(s->binding_certificate, signature, parts, 2));
    cr_assert_not(signed_by(s->binding_certificate, signature, parts, 1));
}

static void agree(const struct session *s, struct bytes channel, struct bsp *bsp)
{
    const struct certificate euicc = parse(s->euicc_certificate);
    struct ec_private *key;
    struct secret shared;
    uint8_t eid[16];
    cr_assert_eq(ec_private_create(EC_P256, vectors_bytes(s->vectors, "otsk_dp"), &key), 0);
    cr_assert(bytes_equal(find(channel, ONE_TIME_KEY).value,
                          bytes_of(ec_private_point(key), EC_POINT_SIZE)));
    cr_assert_eq(ec_agree(key, find(s->euicc_signed2.value, ONE_TIME_KEY).value, &shared), 0);
    cr_assert(certificate_eid(&euicc, eid));
    const struct bytes host = find(find(channel, CONTROL_REFERENCE).value, HOST_ID).value;
    cr_assert_eq(bsp_init_agreed(bsp, secret_bytes(&shared), host, bytes_of(eid, sizeof(eid))), 0);
    ec_private_destroy(key);
}

static void open_sequence(struct bsp *bsp, struct bytes sequence, enum bsp_mode mode,
                          struct writer *out)
{
    struct tlv segment;
    while (tlv_take(&sequence, &segment))
        cr_assert_eq(bsp_open(bsp, mode, &segment, out), BSP_OK);
    cr_assert_eq(sequence.len, 0);
}

struct package {
    struct tlv channel, configure, metadata, elements;
};

static struct package read_package(const struct session *s)
{
    struct bytes in =
        take_all(vectors_bytes(s->vectors, "bound_profile_package"), BOUND_PROFILE_PACKAGE).value;
    struct package package;
    package.channel = take(&in, INITIALISE_SECURE_CHANNEL);
    package.configure = take(&in, 0xA0);
    package.metadata = take(&in, 0xA1);
    package.elements = take(&in, 0xA3);
    cr_assert_eq(in.len, 0);
    return package;
}

Test(session, the_bound_package_opens)
{
    struct session s = open_session();
    const struct package package = read_package(&s);
    struct bsp bsp;
    uint8_t opened[512];
    struct writer out = writer_on(opened, sizeof(opened));
    check_channel_signature(&s, package.channel.value);
    agree(&s, package.channel.value, &bsp);
    open_sequence(&bsp, package.configure.value, BSP_ENCRYPTED, &out);
    cr_assert_eq(take_all(writer_bytes(&out), CONFIGURE_ISDP).value.len, 0);
    writer_reset(&out);
    open_sequence(&bsp, package.metadata.value, BSP_MAC_ONLY, &out);
    cr_assert(bytes_equal(writer_bytes(&out), vectors_bytes(s.vectors, "store_metadata")));
    writer_reset(&out);
    open_sequence(&bsp, package.elements.value, BSP_ENCRYPTED, &out);
    cr_assert(bytes_equal(writer_bytes(&out), vectors_bytes(s.vectors, "upp")));
    close_session(&s);
}

static void seal(struct bsp *bsp, uint32_t sequence, enum bsp_mode mode, uint8_t tag,
                 struct bytes plain, struct writer *out)
{
    const size_t mark = tlv_open(out, sequence);
    cr_assert_eq(bsp_seal(bsp, mode, tag, plain, out), 0);
    tlv_close(out, mark);
}

Test(session, the_bound_package_is_made_again_byte_for_byte)
{
    struct session s = open_session();
    const struct package package = read_package(&s);
    struct bsp bsp;
    uint8_t made[512];
    struct writer out = writer_on(made, sizeof(made));
    agree(&s, package.channel.value, &bsp);
    const size_t mark = tlv_open(&out, BOUND_PROFILE_PACKAGE);
    writer_put(&out, package.channel.whole);
    seal(&bsp, 0xA0, BSP_ENCRYPTED, 0x87, BYTES(0xBF, 0x24, 0x00), &out);
    seal(&bsp, 0xA1, BSP_MAC_ONLY, 0x88, vectors_bytes(s.vectors, "store_metadata"), &out);
    seal(&bsp, 0xA3, BSP_ENCRYPTED, 0x86, vectors_bytes(s.vectors, "upp"), &out);
    tlv_close(&out, mark);
    cr_assert(bytes_equal(writer_bytes(&out), vectors_bytes(s.vectors, "bound_profile_package")));
    close_session(&s);
}

/* A session that another implementation's SM-DP+ recorded: what its chip said is understood here,
 * and its package is bound again, byte for byte. */
#include <criterion/criterion.h>

#include "tests/vectors.h"
#include "tools/lib/binder/binder.h"
#include "tools/lib/authentication/chip_answer.h"
#include "tools/lib/authentication/euicc.h"
#include "tools/smdpp/orders/pending.h"

#define EID_SIZE 16
#define BODY_ROOM 2048

static struct vectors *vectors;

static void start(void)
{
    cr_assert_eq(ec_start(), 0);
    vectors = vectors_open("session_smdpp.txt");
    cr_assert(vectors_next(vectors));
}

/* The file is one for several tests, each of which looks at some of it. */
static void use_all(void)
{
    static const char *const names[] = {"euicc_challenge",
                                        "server_challenge",
                                        "transaction_id",
                                        "otsk_dp",
                                        "euicc_info1",
                                        "initiate_response",
                                        "auth_server_response",
                                        "authenticate_response",
                                        "prepare_download_response",
                                        "store_metadata",
                                        "bound_profile_package",
                                        "upp",
                                        "pending_notification"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)vectors_bytes(vectors, names[i]);
    vectors_close(vectors);
}

TestSuite(recorded, .init = start, .fini = use_all);

static struct bytes must_take(struct bytes *from, uint32_t tag)
{
    struct tlv element;
    cr_assert(tlv_take_tag(from, tag, &element), "no %X", (unsigned)tag);
    return element.value;
}

Test(recorded, the_chips_answers_are_read)
{
    struct call call = {0};
    struct chip_authentication authentication;
    struct chip_preparation preparation;
    struct euicc_info1 info;
    const struct bytes id = vectors_bytes(vectors, "transaction_id");
    cr_assert(euicc_info1_read(vectors_bytes(vectors, "euicc_info1"), &info));
    cr_assert_eq(svn_major(&info.versions.lowest), 2);
    cr_assert_eq(chip_answer_authentication(&call, vectors_bytes(vectors, "auth_server_response"),
                                            &authentication),
                 0, "%s", call.detail);
    cr_assert(bytes_equal(authentication.transaction_id, id));
    cr_assert(
        bytes_equal(authentication.server_challenge, vectors_bytes(vectors, "server_challenge")));
    cr_assert_eq(authentication.matching_id.len, 0);
    struct certificate chip;
    cr_assert_eq(certificate_parse(authentication.chain.euicc, &chip), CERTIFICATE_OK);
    struct euicc euicc = {.curve = chip.curve};
    cr_assert(bytes_copy_exact(chip.point, euicc.point, sizeof(euicc.point)));
    cr_assert(euicc_signed(&euicc, &authentication.signed1, 1, authentication.signature1));

    cr_assert_eq(chip_answer_preparation(&call, vectors_bytes(vectors, "prepare_download_response"),
                                         &preparation),
                 0, "%s", call.detail);
    cr_assert(bytes_equal(preparation.transaction_id, id));
    cr_assert_eq(preparation.otpk.len, EC_POINT_SIZE);

    struct pending pending;
    cr_assert(pending_read(vectors_bytes(vectors, "pending_notification"), &pending));
    cr_assert(pending.is_result);
    cr_assert(bytes_equal(pending.transaction_id, id));
    cr_assert(euicc_signed(&euicc, &pending.signed_part, 1, pending.signature));
}

Test(recorded, the_package_is_bound_to_the_same_bytes)
{
    struct call call = {0};
    struct chip_preparation preparation;
    struct chip_authentication authentication;
    struct certificate chip;
    struct ec_private *key;
    struct tlv whole, agreement;
    uint8_t eid[EID_SIZE], memory[BODY_ROOM];
    struct writer body = writer_on(memory, sizeof(memory));
    cr_assert_eq(ec_private_create(EC_P256, vectors_bytes(vectors, "otsk_dp"), &key), 0);
    cr_assert_eq(chip_answer_authentication(&call, vectors_bytes(vectors, "auth_server_response"),
                                            &authentication),
                 0);
    cr_assert_eq(certificate_parse(authentication.chain.euicc, &chip), CERTIFICATE_OK);
    cr_assert(certificate_eid(&chip, eid));
    cr_assert_eq(chip_answer_preparation(&call, vectors_bytes(vectors, "prepare_download_response"),
                                         &preparation),
                 0);

    cr_assert(tlv_whole(vectors_bytes(vectors, "bound_profile_package"), 0xBF36, &whole));
    cr_assert(tlv_take_tag(&whole.value, 0xBF23, &agreement));
    (void)must_take(&agreement.value, 0x82);
    (void)must_take(&agreement.value, 0x80);
    struct bytes template = must_take(&agreement.value, 0xA6);
    (void)must_take(&template, 0x80);
    (void)must_take(&template, 0x81);
    const struct bytes host_id = must_take(&template, 0x84);
    cr_assert(bytes_equal(must_take(&agreement.value, 0x5F49),
                          bytes_of(ec_private_point(key), EC_POINT_SIZE)));

    const struct binder_input input = {
        .curve = EC_P256,
        .euicc_otpk = preparation.otpk,
        .host_id = host_id,
        .eid = bytes_of(eid, sizeof(eid)),
        .configuration = BYTES(0xBF, 0x24, 0x00),
        .metadata = vectors_bytes(vectors, "store_metadata"),
        .plain_package = vectors_bytes(vectors, "upp"),
    };
    cr_assert_eq(binder_seal_with(&input, key, &body), 0);
    cr_assert(bytes_equal(writer_bytes(&body), whole.value));
    ec_private_destroy(key);
}

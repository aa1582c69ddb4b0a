/* What tests of security domains share: a stored profile that has some. */
#ifndef EMUICC_TESTS_FS_TEST_DOMAIN_H
#define EMUICC_TESTS_FS_TEST_DOMAIN_H

#include "tests/fs/test_elements.h"

#include "fs/domain/domain_registry.h"

#define test_put test_put_in_store /* a name that both have */
#include "tests/fs/test_store.h"
#undef test_put

#define DOMAIN_KEY_OF(version, identifier, type, data)                                             \
    "30(95(18) 82(" identifier ") 83(" version ") 30(30(80(" type ") 86(" data "))))"
#define DOMAIN_SET(version, type)                                                                  \
    DOMAIN_KEY_OF(version, "01", type, "000102030405060708090A0B0C0D0E0F")                         \
    DOMAIN_KEY_OF(version, "02", type, "101112131415161718191A1B1C1D1E1F")                         \
    DOMAIN_KEY_OF(version, "03", type, "202122232425262728292A2B2C2D2E2F")
/* An MNO-SD with sets for SCP80 (a counter in it), SCP03 and SCP02, and card recognition data, that
 * names these protocols with their options. */
#define DOMAIN_MNO DOMAIN_MNO_NAMING("81028000 81020370 81020255")
#define DOMAIN_MNO_NAMING(protocols)                                                               \
    "A6(" MANDATED("08") "A1(4F(A0000001515350) 4F(A000000151535041) 4F(A000000151000000)"         \
                         "82(82DC00) 83(0F) C9(" protocols " 8201F0)"                              \
                         "EA(80(010000000002010606B2010000000000)))"                               \
                         "A2(30(95(18) 82(01) 83(01) 85(0000000064) 30(30(80(80)"                  \
                         "86(66778899AABBCCDD1122334455EEFF10) 87(04))))" DOMAIN_SET("30", "88")   \
                             DOMAIN_SET("20", "80") ")"                                            \
                                                    "A3(04(0070 06 6604 73020600 00C1 02 CAFE)))"
/* The same of one key with a counter alone. */
#define DOMAIN_MNO_COUNTING(counter)                                                               \
    "A6(" MANDATED("08") "A1(4F(A0000001515350) 4F(A000000151535041) 4F(A000000151000000)"         \
                         "82(82DC00) 83(0F) C9(81028000)) A2(30(95(18) 82(01) 83(01)"              \
                         "85(" counter ") 30(30(80(80) 86(66778899AABBCCDD1122334455EEFF10)"       \
                         "87(04))))))"
#define DOMAIN_SSD                                                                                 \
    "A6(" MANDATED("0C") "A1(4F(A0000001515350) 4F(A000000151535041) 4F(A0000001510000AA)"         \
                         "4F(A000000151000000) 82(808000) 83(0F) C9(81020370)))"
#define DOMAIN_APPLICATION_CODE                                                                    \
    "A8(" MANDATED("0B") "A1(4F(A0000000010203) C4(CAFEBABE)) A2(30(4F(A0000000010203) "           \
                         "4F(A000000001020304) 4F(A000000001020305) 82(00) C9(8100))))"

static inline uint32_t test_domain_profile(struct store *store, const char *package)
{
    struct test_run run = test_run(&saip_default_platform, code(package), TEST_CHUNK);
    cr_assert_eq(run.progress, SAIP_ENDED, "%s", test_response(&run));
    struct store_profile row = {
        .iccid = {0x98, 0x88, 0x12, 0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0xF1},
        .aid = {0xA0, 0x00, 0x01},
        .aid_len = 3,
        .state = 1};
    cr_assert_eq(store_profile_add(store, &row, run.profile), 0, "%s", test_trace);
    profile_destroy(run.profile);
    cr_assert_eq(store_commit(store), 0);
    return row.id;
}

static inline struct domain_aid test_domain_aid(const char *hex)
{
    uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    struct domain_aid aid;
    cr_assert_eq(*test_put(&out, hex), 0);
    cr_assert(domain_aid_set(&aid, writer_bytes(&out)));
    return aid;
}

#endif

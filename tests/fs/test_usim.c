/* AUTHENTICATE over the published vectors of the algorithms, sequence numbers, contexts. */
#include "tests/fs/test_uicc.h"

#include <criterion/criterion.h>

#include "crypto/primitives/milenage.h"
#include "fs/usim/usim.h"
#include "fs/usim/usim_algorithm.h"
#include "tests/vectors.h"

#define DELTA 0x02
#define AGE 0x04

static void set(void *to, struct bytes from)
{
    memcpy(to, from.data, from.len);
}

/* Default constants (TS 35.206 §4.1). */
static void milenage_constants(struct aka *aka)
{
    static const uint8_t rotation[] = {64, 0, 32, 64, 96};
    memcpy(aka->rotation, rotation, sizeof rotation);
    aka->xoring[31] = 1;
    aka->xoring[47] = 2;
    aka->xoring[63] = 4;
    aka->xoring[79] = 8;
}

static struct aka milenage_aka(struct vectors *v)
{
    struct aka aka = {.algorithm = AKA_MILENAGE, .key_len = 16, .opc_len = 16};
    set(aka.key, vectors_bytes(v, "K"));
    milenage_constants(&aka);
    if (vectors_has(v, "OPc"))
        set(aka.opc, vectors_bytes(v, "OPc"));
    else
        milenage_opc(aka.key, vectors_bytes(v, "OP").data, aka.opc);
    return aka;
}

static struct aka tuak_aka(struct vectors *v)
{
    struct aka aka = {.algorithm = AKA_TUAK, .opc_len = 32};
    const size_t mac = vectors_bytes(v, "f1").len, res = vectors_bytes(v, "f2").len;
    aka.key_len = (uint8_t)vectors_bytes(v, "K").len;
    set(aka.key, vectors_bytes(v, "K"));
    set(aka.opc, vectors_bytes(v, "TOPc"));
    aka.keccak = (uint8_t)vectors_number(v, "iterations");
    aka.options = (uint8_t)((res == 4    ? 0
                             : res == 8  ? 1
                             : res == 16 ? 2
                                         : 3) |
                            (mac == 8    ? 0
                             : mac == 16 ? 1
                                         : 2)
                                << 3 |
                            (vectors_bytes(v, "f3").len == 32 ? 0x40 : 0));
    (void)vectors_bytes(v, "TOP");
    return aka;
}

static struct aka xor_aka(struct vectors *v)
{
    struct aka aka = {.algorithm = AKA_TEST, .key_len = 16, .options = 0x02};
    set(aka.key, vectors_bytes(v, "K"));
    return aka;
}

/* AUTN as the network of the vector would make it. */
static size_t make_autn(struct vectors *v, uint8_t *autn)
{
    struct writer writer = writer_on(autn, USIM_AUTN_MAX);
    writer_put(&writer, vectors_bytes(v, "SQN"));
    for (size_t i = 0; i < AKA_SQN_SIZE; i++)
        autn[i] ^= vectors_bytes(v, "f5").data[i];
    writer_put(&writer, vectors_bytes(v, "AMF"));
    writer_put(&writer, vectors_bytes(v, "f1"));
    return writer.len;
}

static bool is(const uint8_t *got, size_t len, struct bytes wanted)
{
    return bytes_equal(bytes_of(got, len), wanted);
}

/* The vector's SQN is taken once; again, it is answered with AUTS around the same number. */
static void check_resynchronisation(struct vectors *v, struct aka *aka, struct bytes autn)
{
    struct usim_answer answer;
    const uint8_t zero[USIM_AMF_SIZE] = {0};
    const uint8_t *rand = vectors_bytes(v, "RAND").data, *sqn = vectors_bytes(v, "SQN").data;
    uint8_t mac[USIM_MAC_MAX];
    cr_assert(usim_authenticate(aka, USIM_FOR_ACCESS, rand, autn, &answer) == USIM_NOT_FRESH);
    cr_assert(!answer.sqn_changed);
    for (size_t i = 0; i < AKA_SQN_SIZE; i++)
        answer.auts[i] ^= vectors_bytes(v, "f5_star").data[i];
    cr_assert(is(answer.auts, AKA_SQN_SIZE, bytes_of(sqn, AKA_SQN_SIZE)), "%s", vectors_set(v));
    cr_assert(usim_algorithm_f1(aka, true, rand, sqn, zero, mac) == 0);
    cr_assert(is(answer.auts + AKA_SQN_SIZE, answer.auts_len - AKA_SQN_SIZE,
                 bytes_of(mac, usim_algorithm_mac_len(aka))));
}

static void check_set(struct vectors *v, struct aka *aka)
{
    struct usim_answer answer;
    uint8_t autn[USIM_AUTN_MAX];
    const size_t len = make_autn(v, autn);
    const uint8_t *rand = vectors_bytes(v, "RAND").data;
    cr_assert(len == usim_autn_len(aka));
    autn[len - 1] ^= 1;
    cr_assert(usim_authenticate(aka, USIM_FOR_ACCESS, rand, bytes_of(autn, len), &answer) ==
              USIM_WRONG_MAC);
    cr_assert(!answer.sqn_changed);
    autn[len - 1] ^= 1;
    cr_assert(usim_authenticate(aka, USIM_FOR_ACCESS, rand, bytes_of(autn, len), &answer) ==
                  USIM_OK,
              "%s", vectors_set(v));
    cr_assert(is(answer.keys.res, answer.keys.res_len, vectors_bytes(v, "f2")));
    cr_assert(is(answer.keys.ck, answer.keys.ck_len, vectors_bytes(v, "f3")));
    cr_assert(is(answer.keys.ik, answer.keys.ik_len, vectors_bytes(v, "f4")));
    if (aka->algorithm == AKA_TEST)
        return;
    cr_assert(answer.sqn_changed);
    check_resynchronisation(v, aka, bytes_of(autn, len));
}

static void use_up(struct vectors *v, const char *name)
{
    if (vectors_has(v, name))
        (void)vectors_bytes(v, name);
}

static unsigned check_file(const char *file, struct aka (*make)(struct vectors *v))
{
    unsigned count = 0;
    struct vectors *v = vectors_open(file);
    while (vectors_next(v)) {
        struct aka aka = make(v);
        use_up(v, "f1_star");
        use_up(v, "f5_star");
        use_up(v, "f4");
        if (vectors_bytes(v, "f3").len != vectors_bytes(v, "f4").len) {
            use_up(v, "RAND"), use_up(v, "SQN"), use_up(v, "AMF"), use_up(v, "f5");
            continue; /* one option bit sets both */
        }
        check_set(v, &aka);
        count++;
    }
    vectors_close(v);
    return count;
}

Test(usim, milenage_sets)
{
    cr_assert(check_file("milenage.txt", milenage_aka) >= 9);
}

Test(usim, tuak_sets)
{
    cr_assert(check_file("tuak.txt", tuak_aka) >= 3);
}

Test(usim, xor_sets)
{
    cr_assert(check_file("xor.txt", xor_aka) >= 2);
}

/* Sequence numbers: what is sent, as SEQ and IND, and whether it is taken; one card a block. */
/* clang-format off */
static const struct sqn_row {
    bool fresh_card;
    uint8_t options;
    uint64_t delta, age;
    uint64_t seq;
    unsigned ind;
    bool taken;
} sqn_rows[] = {
    {true,  0, 0, 0,        1, 0, true},
    {false, 0, 0, 0,        1, 0, false},  /* again */
    {false, 0, 0, 0,        0, 0, false},
    {false, 0, 0, 0,        1, 1, true},   /* another index */
    {false, 0, 0, 0,      100, 31, true},
    {false, 0, 0, 0,        2, 0, true},   /* out of order over indices, in order within one */
    {false, 0, 0, 0,        2, 1, true},
    {false, 0, 0, 0,       99, 31, false},
    {false, 0, 0, 0, 0x7FFFFFFFFFF, 0, true},
    {true,  0, 0, 0,        0, 0, false},  /* the first is 1 */
    {true,  DELTA, 10, 0,  10, 0, true},   /* jumps up to delta */
    {false, DELTA, 10, 0,  21, 1, false},
    {false, DELTA, 10, 0,  20, 1, true},
    {false, DELTA, 10, 0,   1, 2, true},   /* back is no jump */
    {true,  0, 10, 0, 1000000, 0, true},   /* not asked for, not checked */
    {true,  AGE, 0, 5,     10, 0, true},
    {false, AGE, 0, 5,      5, 1, false},  /* too old by five */
    {false, AGE, 0, 5,      6, 1, true},
    {false, AGE | DELTA, 3, 5, 13, 2, true},
    {false, AGE | DELTA, 3, 5, 17, 3, false},
    {false, AGE | DELTA, 3, 5,  8, 3, false},
};
/* clang-format on */

static void put_number(uint64_t number, uint8_t *to)
{
    for (int i = AKA_SQN_SIZE - 1; i >= 0; i--, number >>= 8)
        to[i] = (uint8_t)number;
}

static void sqn_autn(const struct aka *aka, const uint8_t *rand, uint64_t sqn, uint8_t *autn)
{
    struct usim_keys keys;
    cr_assert(usim_derive(aka, rand, &keys) == 0);
    put_number(sqn, autn);
    memset(autn + AKA_SQN_SIZE, 0, USIM_AMF_SIZE);
    usim_algorithm_f1(aka, false, rand, autn, autn + AKA_SQN_SIZE, autn + 8);
    for (size_t i = 0; i < AKA_SQN_SIZE; i++)
        autn[i] ^= keys.ak[i];
}

Test(usim, sequence_numbers)
{
    struct aka aka = {0};
    const uint8_t rand[USIM_RAND_SIZE] = {1, 2, 3};
    struct usim_answer answer;
    uint8_t autn[USIM_AUTN_MAX];
    for (size_t i = 0; i < sizeof sqn_rows / sizeof sqn_rows[0]; i++) {
        const struct sqn_row *row = &sqn_rows[i];
        if (row->fresh_card)
            aka = (struct aka){.algorithm = AKA_MILENAGE, .key_len = 16, .opc_len = 16};
        milenage_constants(&aka);
        aka.sqn_options = row->options;
        put_number(row->delta, aka.sqn_delta);
        put_number(row->age, aka.sqn_age_limit);
        sqn_autn(&aka, rand, row->seq << 5 | row->ind, autn);
        const int result =
            usim_authenticate(&aka, USIM_FOR_ACCESS, rand, bytes_of(autn, 16), &answer);
        cr_expect(result == (row->taken ? USIM_OK : USIM_NOT_FRESH), "row %zu: %d", i, result);
    }
}

/* Known answer of conversions c2 and c3 (TS 33.102 §6.8.1.2), folded by hand. */
Test(usim, gsm_conversions)
{
    struct usim_keys keys = {.res_len = 8, .ck_len = 16, .ik_len = 16};
    uint8_t sres[USIM_SRES_SIZE], kc[USIM_KC_SIZE];
    test_hex("A54211D5E3BA50BF", keys.res, 8);
    test_hex("B40BA9A3C58B2A05BBF0D987B21BF8CB", keys.ck, 16);
    test_hex("F769BCD751044604127672711C6D3441", keys.ik, 16);
    usim_sres(&keys, sres);
    usim_kc(&keys, kc);
    cr_assert(is(sres, 4, BYTES(0x46, 0xF8, 0x41, 0x6A)));
    cr_assert(is(kc, 8, BYTES(0xEA, 0xE4, 0xBE, 0x82, 0x3A, 0xF9, 0xA0, 0x8B)));
}

/* Commands, with the keys of the fixture. */
static void give_services(struct test_card *card, const char *table)
{
    struct profile *profile = card->uicc.profile;
    struct file *file = profile_add_file(profile, profile->adfs, FILE_TRANSPARENT, 0x6F38);
    file->size = 9;
    file->content = arena_alloc(&profile->arena, file->size);
    test_hex(table, file->content, file->size);
}

#define SELECT_USIM "00A4040C10A0000000871002FFFFFFFF8903020000"
#define SELECT_ISIM "00A4040C07A0000000871004"
#define VERIFY "002000010830303030FFFFFFFF"
#define RAND_ZERO "1000000000000000000000000000000000"
/* SQN 0, AK from the key: 030405060708; AMF 0000; MAC 0001020304050607 */
#define XOR_AUTN                                                                                   \
    "10030405060708"                                                                               \
    "0000"                                                                                         \
    "0001020304050607"
#define XOR_AUTN_RESYNCH                                                                           \
    "10030405060708"                                                                               \
    "FFFF"                                                                                         \
    "000102030405F9F8"
#define XOR_RES "10000102030405060708090A0B0C0D0E0F"
#define XOR_CK "100102030405060708090A0B0C0D0E0F00"
#define XOR_IK "1002030405060708090A0B0C0D0E0F0001"

static void says(struct test_card *card, const char *command, const char *wanted)
{
    const char *got = test_send(card, command);
    cr_expect(strcmp(got, wanted) == 0, "%s: wanted %s, got %s", command, wanted, got);
}

Test(usim, contexts_of_authenticate)
{
    struct test_card *card = test_card_new();
    says(card, "0088008122" RAND_ZERO XOR_AUTN, "6985"); /* no application */
    says(card, SELECT_USIM, "9000");
    says(card, "0088008122" RAND_ZERO XOR_AUTN, "6982");
    says(card, VERIFY, "9000");
    says(card, "0088008122" RAND_ZERO XOR_AUTN "00", "DB" XOR_RES XOR_CK XOR_IK "9000");
    says(card, "0088008122" RAND_ZERO XOR_AUTN, "DB" XOR_RES XOR_CK XOR_IK "9000");
    says(card,
         "0088008122" RAND_ZERO "10030405060708"
         "0000"
         "0001020304050608",
         "9862");
    says(card, "0088008122" RAND_ZERO XOR_AUTN_RESYNCH,
         "DC0E"
         "030405060708"
         "0001020304050607"
         "9000");
    says(card, "0088008011" RAND_ZERO, "9864"); /* service 38 is not there */
    says(card, "00880082021234", "9864");
    says(card, "0088000122" RAND_ZERO XOR_AUTN, "6A86");
    says(card, "0088018122" RAND_ZERO XOR_AUTN, "6A86");
    says(card, "0088008111" RAND_ZERO, "6700");
    says(card,
         "0088008121" RAND_ZERO "0F030405060708"
         "0000"
         "00010203040506",
         "6700");
    says(card, "0088008123" RAND_ZERO XOR_AUTN "00", "6700");
    says(card, "00A4000C025FC0", "9000"); /* a DF of the application is as good */
    says(card, "0088008122" RAND_ZERO XOR_AUTN, "DB" XOR_RES XOR_CK XOR_IK "9000");
    says(card, "00A4000C023F00", "9000");
    says(card, "0088008122" RAND_ZERO XOR_AUTN, "6985");
    says(card, SELECT_ISIM, "9000");
    says(card, "0088008122" RAND_ZERO XOR_AUTN, "DB" XOR_RES XOR_CK XOR_IK "9000");
    test_card_free(card);
}

Test(usim, services_add_kc_and_the_gsm_context)
{
    struct test_card *card = test_card_new();
    give_services(card, "00000004 20");
    says(card, SELECT_USIM, "9000");
    says(card, VERIFY, "9000");
    /* c3 of the rotated keys: CK1 ^ CK2 ^ IK1 ^ IK2 */
    says(card, "0088008122" RAND_ZERO XOR_AUTN,
         "DB" XOR_RES XOR_CK XOR_IK "08"
         "0000000000000000"
         "9000");
    says(card, "0088008011" RAND_ZERO "00",
         "04"
         "00000000"
         "08"
         "0000000000000000"
         "9000");
    says(card, "00880080120F" RAND_ZERO, "6700");
    says(card,
         "0088008010"
         "0F000000000000000000000000000000",
         "6700");
    test_card_free(card);
}

#define NAF_ID "6E61662E6578616D706C652E6F72670100000002"
#define IMPI "30303130313031323334353637383940696D732E6578616D706C652E6F7267"

/* Bootstrapping and one derivation; the numbers follow TS 33.220 Annex B from the keys above. */
Test(usim, gba_bootstraps_and_derives)
{
    struct test_card *card = test_card_new();
    const char *derive = "0088008436"
                         "DE14" NAF_ID "1F" IMPI;
    says(card, SELECT_USIM, "9000");
    says(card, VERIFY, "9000");
    says(card,
         "0088008423"
         "DD" RAND_ZERO "10030405060708"
         "0000"
         "8F11ECBB8C312979",
         "9864"); /* no service */
    give_services(card, "0000000000000000 08");
    says(card, derive, "6985");
    says(card,
         "0088008423"
         "DD" RAND_ZERO XOR_AUTN,
         "9862"); /* the MAC without its mask */
    says(card,
         "0088008423"
         "DD" RAND_ZERO "10030405060708"
         "0000"
         "8F11ECBB8C312979",
         "DB" XOR_RES "9000");
    says(card, derive,
         "DB20"
         "06E521CA5810D4BC406D138F8A8AAF44A1D1E195C095D4D516D4C535C87764F8"
         "9000");
    says(card,
         "0088008423"
         "DD" RAND_ZERO "10030405060708"
         "FFFF"
         "8F11ECBB8C31D686",
         "DC0E"
         "030405060708"
         "0001020304050607"
         "9000");
    says(card, "0088008401DF", "6A86");
    says(card, "0088008402DE05", "6700");
    says(card, "0088008402DD05", "6700");
    uicc_reset(&card->uicc);
    says(card, SELECT_USIM, "9000");
    says(card, VERIFY, "9000");
    says(card, derive,
         "DB20"
         "06E521CA5810D4BC406D138F8A8AAF44A1D1E195C095D4D516D4C535C87764F8"
         "9000");
    says(card, SELECT_ISIM, "9000");
    says(card, derive, "9864");
    test_card_free(card);
}

/* Freshness goes to the store before the answer; the test algorithm has none to keep. */
Test(usim, a_sequence_number_is_taken_once)
{
    struct test_card *card = test_card_new();
    struct aka *aka = card->uicc.profile->akas;
    char command[128], text[2 * 16 + 1];
    uint8_t autn[USIM_AUTN_MAX];
    const uint8_t rand[USIM_RAND_SIZE] = {0};
    aka->algorithm = AKA_MILENAGE;
    milenage_constants(aka);
    sqn_autn(aka, rand, 0x20, autn);
    hex_encode(bytes_of(autn, 16), text);
    snprintf(command, sizeof command, "0088008122" RAND_ZERO "10%s", text);
    says(card, SELECT_USIM, "9000");
    says(card, VERIFY, "9000");
    cr_assert(strncmp(test_send(card, command), "DB08", 4) == 0);
    cr_assert(strncmp(test_send(card, command), "DC0E", 4) == 0);
    says(card, SELECT_ISIM, "9000"); /* it shares them */
    cr_assert(strncmp(test_send(card, command), "DC0E", 4) == 0);
    test_card_free(card);
}

Test(usim, without_parameters_there_is_nothing_to_authenticate_with)
{
    struct test_card *card = test_card_new();
    card->uicc.profile->akas = NULL;
    says(card, SELECT_USIM, "9000");
    says(card, VERIFY, "9000");
    says(card, "0088008122" RAND_ZERO XOR_AUTN, "6985");
    test_card_free(card);
}

/* Key files of emuicc-ota whose keys are in a PKCS#11 token. */
#include <criterion/criterion.h>
#include <openssl/provider.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "tests/tools/soft_token.h"
#include "tools/ota/keys.h"
#include "tools/ota/psk.h"
#include "tools/ota/remote.h"

#define PACKET_MAX 512
#define HELD(name, object) name " = " SOFT_TOKEN_NAMED(object) "\n"

static char path[64];

/* Bytes that are no one else's; the first third of a key of triple DES is not its last. */
static const uint8_t values[3][32] = {
    {0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0x11, 0x22, 0x33,
     0x44, 0x55, 0xEE, 0xFF, 0x10, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB,
     0xCD, 0xEF, 0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE},
    {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB,
     0xCC, 0xDD, 0xEE, 0xFF, 0x10, 0x21, 0x43, 0x65, 0x87, 0xA9, 0xCB,
     0xED, 0x0F, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0},
    {0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A,
     0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45,
     0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F},
};

/* mechanisms: that the token has; NULL: all. */
static void start_with(const char *mechanisms)
{
    soft_token_start();
    if (mechanisms != NULL)
        soft_token_only(mechanisms);
    cr_assert_eq(token_make_root(SOFT_TOKEN_URI, (struct bytes){0}), 0);
    strcpy(path, "/tmp/emuicc-ota-XXXXXX");
    const int file = mkstemp(path);
    cr_assert_geq(file, 0);
    close(file);
}

static void start(void)
{
    start_with(NULL);
}

static void end(void)
{
    unlink(path);
    soft_token_end();
}

/* In place of what the suite's start has begun, which has run before. */
static void start_without_cmac(void)
{
    end();
    start_with("CKM_AES_KEY_GEN,CKM_AES_CBC");
}

static void start_without_cbc(void)
{
    end();
    start_with("CKM_AES_KEY_GEN,CKM_AES_CMAC");
}

TestSuite(ota_token, .init = start, .fini = end);

static bool read_text(const char *text, struct keys *out, struct fault *fault)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    *fault = (struct fault){0};
    return keys_read(path, out, fault);
}

static void read_good(const char *text, struct keys *out)
{
    struct fault fault;
    cr_assert(read_text(text, out, &fault), "%s: %s", text, fault.text);
}

static void put_keys(unsigned long type, size_t len)
{
    soft_token_put_cipher("kic", type, bytes_of(values[0], len), true);
    soft_token_put_cipher("kid", type, bytes_of(values[1], len), type != CKK_AES);
    soft_token_put_cipher("kik", type, bytes_of(values[2], len), true);
}

/* The same keys as bytes in a file and as names in one. */
static void read_both(const char *front, size_t len, struct keys *here, struct keys *held)
{
    char text[1024], hex[3][HEX_SIZE(32)];
    for (size_t i = 0; i < 3; i++)
        hex_encode(bytes_of(values[i], len), hex[i]);
    snprintf(text, sizeof(text), "%skic = %s\nkid = %s\nkik = %s\n", front, hex[0], hex[1], hex[2]);
    read_good(text, here);
    snprintf(text, sizeof(text), "%s%s", front,
             HELD("kic", "kic") HELD("kid", "kid") HELD("kik", "kik"));
    read_good(text, held);
    cr_assert(keys_are_held(held) && !keys_are_held(here));
    cr_assert_eq(held->algorithm, here->algorithm);
    for (size_t i = 0; i < len; i++)
        cr_assert(held->kic[i] == 0 && held->kid[i] == 0 && held->kik[i] == 0);
}

static struct scp80_header header_for(const struct keys *keys, uint8_t first, uint8_t second)
{
    const uint8_t key = (uint8_t)(keys->version << 4 | keys->algorithm);
    return (struct scp80_header){{first, second}, key, key, {0xB0, 0x01, 0x20}};
}

static struct bytes make(const struct keys *keys, uint8_t spi, struct bytes data, uint8_t *room)
{
    static const uint8_t counter[SCP80_COUNTER_SIZE] = {0, 0, 0, 1, 2};
    const struct scp80_keys in = keys_for(keys);
    const struct scp80_header header = header_for(keys, spi, 0x39);
    struct writer out = writer_on(room, PACKET_MAX);
    cr_assert_eq(scp80_check_keys(&header, &in), SCP80_OK);
    cr_assert_eq(scp80_put_command(&header, &in, counter, data, &out), 0);
    return writer_bytes(&out);
}

static void cr_assert_same_commands(const struct keys *here, const struct keys *held)
{
    static const uint8_t spis[] = {0x00, 0x02, 0x04, 0x05, 0x06, 0x16};
    uint8_t data[40], expected[PACKET_MAX], room[PACKET_MAX];
    memset(data, 0xA5, sizeof(data));
    for (size_t i = 0; i < sizeof(spis); i++)
        for (size_t len = 1; len <= sizeof(data); len++) {
            if ((spis[i] & SCP80_INTEGRITY) == SCP80_REDUNDANCY_CHECK)
                continue; /* KID is another then */
            const struct bytes one = make(here, spis[i], bytes_of(data, len), expected);
            const struct bytes other = make(held, spis[i], bytes_of(data, len), room);
            cr_assert(bytes_equal(one, other), "SPI %02X, %zu bytes", spis[i], len);
        }
}

/* A receipt as a card makes it with the bytes is read with the token's key. */
static void cr_assert_reads_response(const struct keys *here, const struct keys *held)
{
    const struct scp80_header header = header_for(here, 0x16, 0x19);
    const struct scp80_keys card = keys_for(here), at_home = keys_for(held);
    const struct scp80_response made = {{0xB0, 0x01, 0x20}, {0, 0, 0, 1, 2}, 0, BYTES(1, 0x90, 0)};
    uint8_t packet[PACKET_MAX], room[PACKET_MAX];
    struct scp80_response got;
    struct writer out = writer_on(packet, sizeof(packet));
    cr_assert_eq(scp80_put_response(&header, &card, &made, &out), 0);
    cr_assert_eq(scp80_read_response(writer_bytes(&out), &header, &at_home, room, &got), SCP80_OK);
    cr_assert(bytes_equal(got.data, made.data));
    packet[out.len - 1] ^= 1;
    cr_assert_eq(scp80_read_response(writer_bytes(&out), &header, &at_home, room, &got),
                 SCP80_INTEGRITY_FAILED);
}

static void cr_assert_puts_the_same(const struct keys *here, const struct keys *held)
{
    static struct script_text one, other;
    static uint8_t room[2][SCRIPT_TEXT_MAX];
    struct fault fault = {0};
    script_text_begin(&one, false);
    script_text_begin(&other, false);
    cr_assert(remote_put_key(&one, here, here, 0, &fault), "%s", fault.text);
    cr_assert(remote_put_key(&other, held, here, 0, &fault), "%s", fault.text);
    cr_assert(bytes_equal(script_text_end(&one, room[0], sizeof(room[0])),
                          script_text_end(&other, room[1], sizeof(room[1]))));
    cr_assert_not(remote_put_key(&other, here, held, 0, &fault));
    cr_assert_not_null(strstr(fault.text, "a key in a token cannot be put"), "%s", fault.text);
}

static void cr_assert_same(const char *front, unsigned long type, size_t len)
{
    struct keys here, held;
    put_keys(type, len);
    read_both(front, len, &here, &held);
    cr_assert_same_commands(&here, &held);
    cr_assert_reads_response(&here, &held);
    if (type != CKK_AES || len % AES_BLOCK == 0) /* others cannot be put under one of AES */
        cr_assert_puts_the_same(&here, &held);
    keys_wipe(&here);
    keys_wipe(&held);
}

Test(ota_token, packets_of_aes_are_the_same)
{
    cr_assert_same("version = 2\nalgorithm = aes\n", CKK_AES, 16);
}

Test(ota_token, packets_of_aes_256_with_short_checksums_are_the_same)
{
    cr_assert_same("version = 2\nalgorithm = aes\nmac = 4\n", CKK_AES, 32);
}

Test(ota_token, packets_of_triple_des_are_the_same)
{
    cr_assert_same("version = 2\nalgorithm = 3des\n", CKK_DES2, 16);
}

Test(ota_token, packets_of_triple_des_with_three_keys_are_the_same)
{
    cr_assert_same("version = 2\nalgorithm = 3des\n", CKK_DES3, 24);
}

/* SoftHSM has it from OpenSSL's provider of what is out of date. */
Test(ota_token, packets_of_single_des_are_the_same)
{
    OSSL_PROVIDER *usual = OSSL_PROVIDER_load(NULL, "default");
    OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(NULL, "legacy");
    if (legacy != NULL)
        cr_assert_same("version = 2\nalgorithm = des\n", CKK_DES, 8);
    OSSL_PROVIDER_unload(legacy);
    OSSL_PROVIDER_unload(usual);
    if (legacy == NULL)
        cr_skip("OpenSSL has no legacy provider here");
}

Test(ota_token, packets_of_aes_192_are_the_same)
{
    cr_assert_same("version = 2\nalgorithm = aes\n", CKK_AES, 24);
}

static void cr_assert_refused(const char *text, const char *said)
{
    struct keys keys;
    struct fault fault;
    cr_expect_not(read_text(text, &keys, &fault), "%s", text);
    cr_expect_not_null(strstr(fault.text, said), "%s: %s", text, fault.text);
    cr_expect_null(strstr(fault.text, "1234"), "the PIN is shown: %s", fault.text);
    keys_wipe(&keys);
}

#define FRONT "version = 2\nalgorithm = aes\n"
#define ALL HELD("kic", "kic") HELD("kid", "kid")

Test(ota_token, what_cannot_be_used_is_said_before_anything_is_sent)
{
    put_keys(CKK_AES, 16);
    soft_token_put_cipher("old", CKK_DES2, bytes_of(values[0], 16), true);
    cr_assert_refused("kic = pkcs11:token=line;object=kic?pin-value=4321\n",
                      ":1: 'kic' cannot be used: token 'line': it does not take the PIN");
    cr_assert_refused("kic = pkcs11:token=line;object=kic\n", "needs ?pin-source=FILE");
    cr_assert_refused("kic = pkcs11:token=other;object=kic?pin-value=1234\n",
                      "token 'other': there is none of this name: see token= in the URI");
    cr_assert_refused(
        FRONT HELD("kic", "none"),
        ":3: 'kic' cannot be used: token 'line': it has no secret key of the URI's name");
    cr_assert_refused("kid = " SOFT_TOKEN_URI "\n",
                      "more than one secret key of the URI's name: object=");
    cr_assert_refused("version = 2\nalgorithm = 3des\n" ALL,
                      ": the token's keys are of another algorithm");
    cr_assert_refused(FRONT HELD("kic", "old") HELD("kid", "old"),
                      ": the token's keys are of another algorithm");
    cr_assert_refused(FRONT HELD("kic", "kid") HELD("kid", "kid"), "CKA_ENCRYPT is not set");
    cr_assert_refused(FRONT HELD("kic", "kic") HELD("kid", "kic"), "CKA_SIGN is not set");
}

Test(ota_token, a_token_that_makes_no_cmac, .init = start_without_cmac)
{
    put_keys(CKK_AES, 16);
    cr_assert_refused(FRONT ALL,
                      "token 'line': it has no CKM_AES_CMAC, which this key is needed for");
}

Test(ota_token, a_token_that_does_not_cipher, .init = start_without_cbc)
{
    put_keys(CKK_AES, 16);
    cr_assert_refused(FRONT ALL,
                      "token 'line': it has no CKM_AES_CBC, which this key is needed for");
}

/* One key here and one there is a set as well. */
Test(ota_token, a_set_in_two_places)
{
    struct keys keys;
    put_keys(CKK_AES, 16);
    read_good(FRONT HELD("kic", "kic") "kid = 112233445566778899AABBCCDDEEFF10\n", &keys);
    cr_assert(keys.kic_held != NULL && keys.kid_held == NULL && keys.kid[0] == 0x11);
    cr_assert_eq(keys_for(&keys).kid.operations, NULL);
    keys_wipe(&keys);
}

/* One step of the KDF with another CMAC than the token's: [1] ‖ label ‖ 00 ‖ context ‖ [128]. */
static void derive_here(struct bytes root, const char *label, uint8_t version, uint8_t *out)
{
    static const uint8_t iccid[] = {0x98, 0x88, 0x18, 0x02, 0x01, 0x00, 0x00, 0x00, 0x10, 0xF8};
    const struct bytes parts[] = {
        BYTES(0, 0, 0, 1),     bytes_of_text(label), BYTES(0), bytes_of(iccid, sizeof(iccid)),
        bytes_of(&version, 1), BYTES(0, 0, 0, 128)};
    cr_assert_eq(aes_cmac(root, parts, sizeof(parts) / sizeof(parts[0]), out), 0);
}

#define ICCID "iccid = 8988812010000000018\n"

Test(ota_token, keys_are_derived_from_a_root)
{
    const struct bytes root = bytes_of(values[0], 32);
    soft_token_put_root("root", root, false);
    for (uint8_t version = 1; version <= 2; version++) {
        struct keys keys;
        char text[256];
        uint8_t expected[3][AES_BLOCK];
        snprintf(text, sizeof(text), "version = %u\nalgorithm = aes\n%s", version,
                 HELD("root", "root") ICCID);
        read_good(text, &keys);
        derive_here(root, "SCP80-KIC", version, expected[0]);
        derive_here(root, "SCP80-KID", version, expected[1]);
        derive_here(root, "SCP80-KIK", version, expected[2]);
        cr_assert(keys.kic_len == 16 && keys.kid_len == 16 && keys.kik_len == 16);
        cr_assert_arr_eq(keys.kic, expected[0], AES_BLOCK);
        cr_assert_arr_eq(keys.kid, expected[1], AES_BLOCK);
        cr_assert_arr_eq(keys.kik, expected[2], AES_BLOCK);
        cr_assert_not(keys_are_held(&keys));
        keys_wipe(&keys);
    }
}

#define PSK "identity = card1\n"

static bool read_psk(const char *text, struct psk *out, struct fault *fault)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    *fault = (struct fault){0};
    return psk_read(path, out, fault);
}

static void cr_assert_no_psk(const char *text, const char *said)
{
    struct psk psk;
    struct fault fault;
    cr_expect_not(read_psk(text, &psk, &fault), "%s", text);
    cr_expect_not_null(strstr(fault.text, said), "%s: %s", text, fault.text);
    cr_expect_null(strstr(fault.text, "1234"), "the PIN is shown: %s", fault.text);
    psk_wipe(&psk);
}

Test(ota_token, a_pre_shared_key_is_derived_from_a_root)
{
    const struct bytes root = bytes_of(values[0], 32);
    uint8_t expected[AES_BLOCK];
    struct psk psk;
    struct fault fault;
    soft_token_put_root("root", root, false);
    derive_here(root, "SCP81-PSK", 0x41, expected);
    cr_assert(read_psk(PSK "version = 41\n" HELD("root", "root") ICCID, &psk, &fault), "%s",
              fault.text);
    cr_assert_eq(psk.key_len, sizeof(expected));
    cr_assert_arr_eq(psk.key, expected, sizeof(expected));
    cr_assert_eq(psk.version, 0x41);
    psk_wipe(&psk);
    cr_assert_no_psk(PSK HELD("root", "root") ICCID,
                     ": root, iccid and version are needed together");
    cr_assert_no_psk(PSK "version = 41\n" HELD("root", "root"),
                     ": root, iccid and version are needed together");
    cr_assert_no_psk(
        PSK "version = 41\nkey = 404142434445464748494A4B4C4D4E4F\n" HELD("root", "root") ICCID,
        ": a key is given, or derived from root: not both");
    cr_assert_no_psk(PSK HELD("root", "none"),
                     ":2 cannot be used: token 'line': it has no AES key");
    cr_assert_no_psk(PSK HELD("key", "root"), ":2 cannot stay in a token");
}

Test(ota_token, what_is_no_root)
{
    soft_token_put_root("root", bytes_of(values[0], 32), false);
    soft_token_put_root("loose", bytes_of(values[0], 32), true);
    cr_assert_refused(FRONT HELD("root", "root"), ": root and iccid are needed together");
    cr_assert_refused(FRONT HELD("root", "root") ICCID "kic = 66778899AABBCCDD1122334455EEFF10\n",
                      ": keys are given, or derived from root: not both");
    cr_assert_refused("algorithm = aes\n" HELD("root", "root") ICCID,
                      ": version and algorithm are needed");
    cr_assert_refused(HELD("root", "loose"), ":1: 'root' cannot be used: token 'line': its key can "
                                             "be taken out");
    cr_assert_refused(HELD("root", "none"), "it has no AES key of the URI's name");
}

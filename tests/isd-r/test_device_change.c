/* A profile leaves the chip for another device, or comes back to it: PrepareDeviceChange and
 * VerifyDeviceChange (SGP.22 v3 §3.11), and what is refused. */
#include "tests/isd-r/peer_device_change.h"
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "isd-r/device_change/device_change_data.h"
#include "isd-r/info/euicc_info.h"

#define CHANGE 0xA1
#define RECOVERY 0xA2
#define INVALID_ICCID 14
#define ADDRESS_HEX "74657374736D6470706C7573312E6578616D706C652E636F6D" /* PEER_ADDRESS */
#define UPPER_HEX "54657374736D6470706C7573312E6578616D706C652E636F6D"
#define BY_SERVER(address) "BF201D A01B 8019" address
#define DELETE_OLD "8100"
#define TELL(address) "8200 8303" address

static struct peer peer;
static const struct peer_signing honest;

/* Number 1 may leave by this server. */
static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    peer_become(&peer, v3_settings(0));
    cr_assert(eq(int, v3_reason_for(&peer, 1, BY_SERVER(ADDRESS_HEX), true), 0));
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(device_change, .init = start, .fini = stop, .timeout = 60);

static struct bytes iccid_of(unsigned number)
{
    static struct package content;
    content = package_numbered(number);
    return bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE);
}

/* Hexadecimal text as bytes, valid until the fourth call after it. */
static struct bytes hex(const char *text)
{
    static uint8_t room[4][512];
    static unsigned next;
    struct writer writer = writer_on(room[next++ % 4], sizeof(room[0]));
    cr_assert(hex_decode(text, &writer), "%s", text);
    return writer_bytes(&writer);
}

/* DeviceChangeResponse with plain data: valid until the next call. */
static struct bytes plain(unsigned number, const char *rest)
{
    static uint8_t room[512];
    struct writer writer = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&writer, 0xA0);
    peer_put_change_data(iccid_of(number), hex(rest), &writer);
    tlv_close(&writer, mark);
    return writer_bytes(&writer);
}

static struct bytes sealed(const char *rest, uint8_t key_type)
{
    static uint8_t room[1024], data_room[512];
    struct writer data = writer_on(data_room, sizeof(data_room));
    struct writer writer = writer_on(room, sizeof(room));
    peer_put_change_data(iccid_of(1), hex(rest), &data);
    const size_t mark = tlv_open(&writer, 0xA1);
    peer_seal_change_data(&peer, writer_bytes(&data), key_type, &writer);
    tlv_close(&writer, mark);
    return writer_bytes(&writer);
}

static void prepare(void)
{
    cr_assert(eq(int, peer_ask_for(&peer, CHANGE, iccid_of(1)), 0));
    cr_assert(eq(int, peer_prepare_change(&peer, false, (struct bytes){0}, &honest), 0));
}

static size_t profile_count(void)
{
    struct tlv list, one;
    size_t count = 0;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    for (; tlv_take(&list.value, &one); count++)
        ;
    return count;
}

static int verify(struct bytes response)
{
    struct tlv ok;
    return peer_verify_change(&peer, response, &honest, &ok);
}

#define DELETE_EVENT (1u << 3)

Test(device_change, deletes_the_old_profile_and_tells_the_new_device)
{
    struct tlv ok;
    struct device_change_data data;
    prepare();
    cr_assert(
        eq(int, peer_verify_change(&peer, plain(1, DELETE_OLD TELL("612E62")), &honest, &ok), 0));
    cr_assert(eq(u32, ok.tag, 0xA1));
    cr_assert(device_change_data_parse(ok.value, &data));
    cr_assert(bytes_equal(data.iccid, iccid_of(1)) && data.delete_old);
    peer_restart_chip(&peer);
    cr_assert(eq(sz, profile_count(), 0));
    /* The metadata name one recipient; the new device brings the second. */
    cr_assert(eq(sz, peer_count_notifications(&peer, DELETE_EVENT), 2));
}

Test(device_change, tells_each_address_once)
{
    prepare();
    cr_assert(eq(int, verify(plain(1, DELETE_OLD "8200 8319" ADDRESS_HEX)), 0));
    cr_assert(eq(sz, peer_count_notifications(&peer, DELETE_EVENT), 1));
}

Test(device_change, leaves_the_profile_where_the_server_does_not_want_it_deleted)
{
    struct tlv ok;
    prepare();
    cr_assert(eq(int, peer_verify_change(&peer, plain(1, TELL("612E62")), &honest, &ok), 0));
    cr_assert(eq(u32, ok.tag, 0xA1));
    prepare();
    cr_assert(eq(int, peer_verify_change(&peer, (struct bytes){0}, &honest, &ok), 0));
    cr_assert(eq(u32, ok.tag, 0x80));
    cr_assert(eq(sz, ok.value.len, 0));
    cr_assert(eq(sz, profile_count(), 1));
    cr_assert(eq(sz, peer_count_notifications(&peer, DELETE_EVENT), 0));
}

/* A power cut before the answer is committed leaves everything as it was. */
Test(device_change, is_begun_anew_after_a_reset)
{
    prepare();
    peer_restart_chip(&peer);
    cr_assert(eq(int, verify(plain(1, DELETE_OLD)), DEVICE_CHANGE_NO_SESSION));
    cr_assert(eq(sz, profile_count(), 1));
    prepare();
    cr_assert(eq(int, verify(plain(1, DELETE_OLD)), 0));
    cr_assert(eq(int, verify(plain(1, DELETE_OLD)), DEVICE_CHANGE_NO_SESSION));
}

Test(device_change, reads_what_is_encrypted_for_it)
{
    struct euicc_info info = *v3_settings(0)->info;
    struct isd_r_settings settings = *v3_settings(0);
    struct tlv ok;
    prepare();
    cr_assert(eq(int, verify(hex("A100")), DEVICE_CHANGE_INVALID_DATA)); /* without a key */
    info.rsp_capability |= EUICC_INFO_ENCRYPTED_DEVICE_CHANGE;
    settings.info = &info;
    peer_become(&peer, &settings);
    prepare();
    cr_assert(eq(int, verify(sealed(DELETE_OLD, 0x89)), DEVICE_CHANGE_UNSUPPORTED_CRT_VALUES));
    struct bytes bad = sealed(DELETE_OLD, BSP_KEY_TYPE_AES);
    ((uint8_t *)bad.data)[bad.len - 1] ^= 1;
    cr_assert(eq(int, verify(bad), DEVICE_CHANGE_INVALID_DATA));
    cr_assert(eq(sz, profile_count(), 1));
    cr_assert(
        eq(int, peer_verify_change(&peer, sealed(DELETE_OLD, BSP_KEY_TYPE_AES), &honest, &ok), 0));
    cr_assert(bytes_equal(peer_find(ok.whole, 0x5A), iccid_of(1)));
    cr_assert(eq(sz, profile_count(), 0));
}

/* Whose profile may leave, by whom. */
Test(device_change, is_for_the_server_that_the_profile_names)
{
    static const struct {
        const char *configuration;
        int error;
    } rows[] = {
        {"", INVALID_ICCID},
        {BY_SERVER(ADDRESS_HEX), 0},
        {BY_SERVER(UPPER_HEX), 0},
        {"BF2005 A003 8001 61", INVALID_ICCID},
        {"BF2007 A105 8001 61 8100", INVALID_ICCID},                 /* a stored code */
        {"BF2021 A01F 8019" ADDRESS_HEX "8102 0102", INVALID_ICCID}, /* under another CI */
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert(eq(int, v3_reason_for(&peer, 10 + i, rows[i].configuration, true), 0));
        cr_assert(eq(int, peer_ask_for(&peer, CHANGE, iccid_of(10 + i)), rows[i].error), "row %u",
                  i);
    }
    cr_assert(eq(int, peer_ask_for(&peer, CHANGE, iccid_of(99)), INVALID_ICCID));
}

#define ICCID_HEX "5A0A 98000000000000000010"
#define DEVICE_HEX "A108 8004 53926011 A100"
#define PUSH 0xA3

static int authenticate(uint32_t tag, const char *params, bool v3)
{
    uint8_t room[128];
    struct writer writer = writer_on(room, sizeof(room));
    tlv_put(&writer, tag, hex(params));
    return peer_authenticate(
        &peer, &(struct peer_authentication){.v3 = v3, .ctx_params1 = writer_bytes(&writer)});
}

/* ctxParams1 that are none: undefinedError. */
Test(device_change, refuses_what_it_is_not_asked_for_rightly)
{
    static const struct {
        uint32_t tag;
        const char *params;
        bool v3;
    } rows[] = {
        {CHANGE, ICCID_HEX "A100", true}, /* no TAC */
        {CHANGE, "5A08 9800000000000010" DEVICE_HEX, true},
        {CHANGE, DEVICE_HEX, true},
        {CHANGE, ICCID_HEX, true},
        {CHANGE, ICCID_HEX DEVICE_HEX "5A02 0102", true}, /* a short EID */
        {CHANGE, ICCID_HEX DEVICE_HEX "8202 0102", true}, /* a short TAC */
        {CHANGE, ICCID_HEX DEVICE_HEX "82", true},
        {RECOVERY, "5A08 9800000000000010" DEVICE_HEX, true},
        {RECOVERY, DEVICE_HEX, true},
        {PUSH, "", true},
        {PUSH, "8002 2A03", true},
        {PUSH, "8002 2A03 8101 FF", true},
        {0xA4, "", true},
        {CHANGE, ICCID_HEX DEVICE_HEX, false}, /* v2 knows none of it */
        {RECOVERY, ICCID_HEX DEVICE_HEX, false},
        {PUSH, "8002 2A03 8101 61", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert(eq(int, authenticate(rows[i].tag, rows[i].params, rows[i].v3), 127), "row %zu",
                  i);
    cr_assert(eq(int, authenticate(PUSH, "8002 2A03 8101 61", true), 0));
    cr_assert(eq(int, authenticate(RECOVERY, ICCID_HEX DEVICE_HEX, true), 0));
}

Test(device_change, is_prepared_by_the_server_alone)
{
    static const uint8_t hash[32] = {1};
    const struct bytes cc = bytes_of(hash, sizeof(hash));
    const struct peer_signing other = {.signer = peer_entity(&peer, PKI_DP_PB)},
                              wrong_id = {.wrong_transaction_id = true},
                              wrong = {.wrong_signature = true}, without = {.without_last = true};
    cr_assert(eq(int, peer_prepare_change(&peer, false, cc, &honest), 4));
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){.v3 = true}), 0));
    cr_assert(eq(int, peer_prepare_change(&peer, false, cc, &honest), 4)); /* for a download */
    cr_assert(eq(int, peer_ask_for(&peer, RECOVERY, iccid_of(1)), 0));
    cr_assert(eq(int, peer_prepare_change(&peer, false, cc, &honest), 4));
    cr_assert(eq(int, peer_ask_for(&peer, CHANGE, iccid_of(1)), 0));
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){0}), 4));
    cr_assert(eq(int, peer_prepare_change(&peer, false, cc, &other), 2));
    cr_assert(eq(int, peer_prepare_change(&peer, false, cc, &wrong), 2));
    cr_assert(eq(int, peer_prepare_change(&peer, false, cc, &without), 2));
    cr_assert(eq(int, peer_prepare_change(&peer, false, cc, &wrong_id), 5));
    cr_assert(eq(int, peer_prepare_change(&peer, true, (struct bytes){0}, &honest), 127));
    cr_assert(eq(int, peer_prepare_change(&peer, true, cc, &honest), 0));
    cr_assert(eq(int, peer_prepare_change(&peer, true, cc, &honest), 4)); /* once */
    cr_assert(eq(int, peer_cancel(&peer, 0), 0));
}

Test(device_change, is_verified_before_anything_is_done)
{
    struct tlv ok;
    const struct peer_signing wrong_id = {.wrong_transaction_id = true},
                              wrong = {.wrong_signature = true}, without = {.without_last = true};
    const struct bytes whole = plain(1, DELETE_OLD);
    cr_assert(eq(int, peer_ask_for(&peer, CHANGE, iccid_of(1)), 0));
    cr_assert(eq(int, verify(whole), DEVICE_CHANGE_NO_SESSION)); /* it was not prepared */
    prepare();
    cr_assert(eq(int, peer_verify_change(&peer, whole, &wrong, &ok), 2));
    cr_assert(eq(int, peer_verify_change(&peer, whole, &without, &ok), 2));
    cr_assert(eq(int, peer_verify_change(&peer, whole, &wrong_id, &ok), 5));
    cr_assert(eq(int, verify(plain(2, DELETE_OLD)), DEVICE_CHANGE_INVALID_DATA));
    cr_assert(eq(int, verify(plain(1, "8101 00")), DEVICE_CHANGE_INVALID_DATA));
    cr_assert(eq(int, verify(plain(1, "8303 FF2E62")), DEVICE_CHANGE_INVALID_DATA));
    cr_assert(eq(int, verify(BYTES(0xA2, 0x00)), DEVICE_CHANGE_INVALID_DATA));
    cr_assert(eq(int, verify(BYTES(0xA0)), DEVICE_CHANGE_INVALID_DATA));
    cr_assert(eq(sz, profile_count(), 1));
    cr_assert(eq(sz, peer_count_notifications(&peer, DELETE_EVENT), 0));
    cr_assert(eq(int, verify(plain(1, DELETE_OLD)), 0));
}

/* By the rules of DeleteProfile: the profile has to be disabled, and PPR2 keeps it. */
Test(device_change, does_not_delete_what_may_not_be)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const size_t whole = tlv_open(&request, 0xBF31);
    const size_t identifier = tlv_open(&request, 0xA0);
    tlv_put(&request, 0x5A, iccid_of(1));
    tlv_close(&request, identifier);
    tlv_put_u8(&request, 0x81, 0);
    tlv_close(&request, whole);
    cr_assert(eq(int, peer_result(&peer, writer_bytes(&request), 0xBF31), 0));
    prepare();
    cr_assert(eq(int, verify(plain(1, DELETE_OLD TELL("612E62"))), DEVICE_CHANGE_NOT_DISABLED));
    cr_assert(eq(sz, profile_count(), 1));
    cr_assert(eq(
        int, v3_reason_for(&peer, 2, BY_SERVER(ADDRESS_HEX) "B705 8003 00F110 99020520", true), 0));
    cr_assert(eq(int, peer_ask_for(&peer, CHANGE, iccid_of(2)), 0));
    cr_assert(eq(int, peer_prepare_change(&peer, false, (struct bytes){0}, &honest), 0));
    cr_assert(eq(int, verify(plain(2, DELETE_OLD TELL("612E62"))), DEVICE_CHANGE_UNDEFINED_ERROR));
    cr_assert(eq(sz, profile_count(), 2));
    cr_assert(eq(sz, peer_count_notifications(&peer, DELETE_EVENT), 0));
}

/* profileRecoveryResponse: SmdpSigned4 with an activation code, or without one. */
static uint16_t recover(const struct peer_signing *bent, bool with_code)
{
    uint8_t room[512];
    struct writer request = writer_on(room, sizeof(room));
    const size_t whole = tlv_open(&request, 0xBF4B);
    const size_t choice = tlv_open(&request, 0xA1);
    peer_put_signed(&peer, DER_SEQUENCE, hex(with_code ? "010100 8103 312441" : "010100"), bent,
                    &request);
    tlv_close(&request, choice);
    tlv_close(&request, whole);
    return peer_call(&peer, writer_bytes(&request));
}

static bool answers(const char *text)
{
    return bytes_equal(writer_bytes(&peer.response), hex(text));
}

Test(device_change, recovers_a_profile_that_is_gone)
{
    const struct peer_signing wrong = {.wrong_signature = true};
    cr_assert(eq(int, peer_ask_for(&peer, RECOVERY, iccid_of(77)), 0));
    cr_assert(eq(u16, recover(&wrong, true), SW_OK));
    cr_assert(answers("BF4B03 810102"));
    cr_assert(eq(u16, recover(&honest, false), SW_OK));
    cr_assert(answers("BF4B03 810107"));
    cr_assert(eq(u16, recover(&honest, true), SW_OK));
    cr_assert(answers("BF4B04 A0028000"));
    cr_assert(eq(u16, recover(&honest, true), SW_OK));
    cr_assert(answers("BF4B03 810104"));
    /* What comes then is an ordinary download. */
    cr_assert(eq(int, v3_reason_for(&peer, 77, "", true), 0));
    cr_assert(eq(u16, peer_call(&peer, hex("BF4B 02 A200")), SW_WRONG_DATA));
}

Test(device_change, is_not_there_on_a_chip_that_does_not_say_so)
{
    peer_become(&peer, v3_settings(EUICC_INFO_DEVICE_CHANGE));
    cr_assert(eq(int, peer_ask_for(&peer, CHANGE, iccid_of(1)), 127));
    cr_assert(eq(u16, peer_call(&peer, hex("BF4D 00")), SW_REFERENCE_NOT_FOUND));
    cr_assert(eq(u16, peer_call(&peer, hex("BF4B 00")), SW_REFERENCE_NOT_FOUND));
}

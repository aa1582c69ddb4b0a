/* VerifySmdsResponse: what an SM-DS of v3 signs. */
#include "tests/isd-r/peer_device_change.h"
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"
#include "isd-r/info/euicc_info.h"

static struct peer peer;
static struct euicc_info info;
static struct isd_r_settings settings;

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    settings = *v3_settings(0);
    info = *settings.info;
    info.rsp_capability |= EUICC_INFO_SIGNED_SMDS_RESPONSE;
    settings.info = &info;
    peer_become(&peer, &settings);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(smds, .init = start, .fini = stop, .timeout = 60);

static int authenticate(enum pki_name name, bool v3)
{
    return peer_authenticate(
        &peer, &(struct peer_authentication){.server = peer_entity(&peer, name), .v3 = v3});
}

static uint16_t ask(uint32_t tag, struct bytes content, struct peer_signing bent)
{
    uint8_t room[512];
    struct writer request = writer_on(room, sizeof(room));
    if (bent.signer == NULL)
        bent.signer = peer_entity(&peer, PKI_DS_AUTH);
    const size_t whole = tlv_open(&request, 0xBF45);
    peer_put_signed(&peer, tag, content, &bent, &request);
    tlv_close(&request, whole);
    return peer_call(&peer, writer_bytes(&request));
}

/* An event list with one download, without its particulars; and a registration. */
static const uint8_t events[] = {0xA0, 0x10, 0xA1, 0x0E, 0x30, 0x0C, 0x0C, 0x01, 'e',
                                 0x0C, 0x04, 'h',  'o',  's',  't',  0x02, 0x01, 0x01};
#define EVENTS bytes_of(events, sizeof(events))

/* -1: the SM-DS's own word, otherwise verifySmdsResponseError. */
static int verify(struct bytes content, struct peer_signing bent)
{
    struct tlv whole, choice;
    uint32_t error;
    cr_assert(eq(u16, ask(0xA1, content, bent), SW_OK));
    cr_assert(tlv_whole(writer_bytes(&peer.response), 0xBF45, &whole));
    cr_assert(tlv_take(&whole.value, &choice) && whole.value.len == 0);
    if (choice.tag == 0x80) {
        cr_assert(eq(sz, choice.value.len, 0));
        return -1;
    }
    cr_assert(eq(u32, choice.tag, 0x81));
    cr_assert(der_to_unsigned(choice.value, 127, &error));
    return (int)error;
}

Test(smds, is_believed_by_its_signature)
{
    cr_assert(eq(int, authenticate(PKI_DS_AUTH, true), 0));
    peer_restart_chip(&peer);
    cr_assert(eq(int, verify(EVENTS, (struct peer_signing){0}), 4));
    cr_assert(eq(int, authenticate(PKI_DS_AUTH, true), 0));
    cr_assert(eq(int, verify(EVENTS, (struct peer_signing){.wrong_signature = true}), 2));
    cr_assert(eq(int, verify(EVENTS, (struct peer_signing){.without_last = true}), 2));
    const struct peer_signing other = {.signer = peer_entity(&peer, PKI_DP_AUTH)};
    cr_assert(eq(int, verify(EVENTS, other), 2));
    cr_assert(eq(int, verify(EVENTS, (struct peer_signing){.wrong_transaction_id = true}), 5));
    cr_assert(eq(int, verify(EVENTS, (struct peer_signing){0}), -1));
    cr_assert(eq(int, verify(EVENTS, (struct peer_signing){0}), 4)); /* once */
    cr_assert(eq(int, authenticate(PKI_DS_AUTH, true), 0));
    cr_assert(eq(int, verify(BYTES(0xA1, 0x00), (struct peer_signing){0}), -1));
}

Test(smds, has_a_session_of_its_own)
{
    cr_assert(eq(int, authenticate(PKI_DP_AUTH, true), 0));
    const struct peer_signing server = {.signer = peer_entity(&peer, PKI_DP_AUTH)};
    cr_assert(eq(int, verify(EVENTS, server), 4));
    cr_assert(eq(int, authenticate(PKI_DS_AUTH, false), 0));
    cr_assert(eq(int, verify(EVENTS, (struct peer_signing){0}), 4));
}

Test(smds, answers_what_can_be_read)
{
    cr_assert(eq(int, authenticate(PKI_DS_AUTH, true), 0));
    cr_assert(eq(u16, ask(0x30, EVENTS, (struct peer_signing){0}), SW_WRONG_DATA));
    cr_assert(eq(u16, ask(0xA1, BYTES(0xA2, 0x00), (struct peer_signing){0}), SW_WRONG_DATA));
    cr_assert(eq(u16, ask(0xA1, (struct bytes){0}, (struct peer_signing){0}), SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x45, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(int, verify(EVENTS, (struct peer_signing){0}), -1));
}

Test(smds, is_not_there_on_a_chip_that_does_not_say_so)
{
    peer_become(&peer, v3_settings(0));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x45, 0x00)), SW_REFERENCE_NOT_FOUND));
}

/* LoadCRL: each error, parts, deltas, and who is let in afterwards. */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>

#include "apdu/status.h"
#include "isd-r/session/revocation.h"

static struct peer peer;

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
}

static void start_on(enum ec_curve curve)
{
    peer_start(&peer, &curve, 1);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(revocation, .init = start, .fini = stop);
TestSuite(revocation_on, .fini = stop);

#define BOTH_CURVES(name)                                                                          \
    ParameterizedTestParameters(revocation_on, name)                                               \
    {                                                                                              \
        static enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};                            \
        return cr_make_param_array(enum ec_curve, curves, EC_CURVES);                              \
    }                                                                                              \
    ParameterizedTest(enum ec_curve *curve, revocation_on, name)

struct list {
    uint8_t number;
    uint8_t parts, part; /* 0: in one piece */
    bool delta;
    uint8_t base;
    enum pki_name revoked; /* PKI_CI: nobody */
    size_t others;         /* serial numbers of others */
    bool wrong_signature, unknown_issuer, no_number;
};

static void put_extension(struct writer *out, struct bytes oid, struct bytes content)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, DER_OBJECT_IDENTIFIER, oid);
    tlv_put(out, DER_OCTET_STRING, content);
    tlv_close(out, mark);
}

static void put_number(struct writer *out, struct bytes oid, uint8_t number)
{
    put_extension(out, oid, BYTES(DER_INTEGER, 0x01, number));
}

static void put_authority(struct writer *out, bool unknown)
{
    uint8_t room[64], id[32];
    struct writer content = writer_on(room, sizeof(room));
    const struct bytes own = peer_entity(&peer, PKI_CI)->certificate.subject_key_id;
    memcpy(id, own.data, own.len);
    id[0] ^= unknown;
    const size_t mark = tlv_open(&content, DER_SEQUENCE);
    tlv_put(&content, 0x80, bytes_of(id, own.len));
    tlv_close(&content, mark);
    put_extension(out, BYTES(0x55, 0x1D, 0x23), writer_bytes(&content));
}

static void put_extensions(const struct list *list, struct writer *out)
{
    const size_t outer = tlv_open(out, 0xA0);
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    put_authority(out, list->unknown_issuer);
    if (!list->no_number)
        put_number(out, BYTES(0x55, 0x1D, 0x14), list->number);
    if (list->delta)
        put_number(out, BYTES(0x55, 0x1D, 0x1B), list->base);
    if (list->parts > 0) {
        put_number(out, BYTES(0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x02), list->parts);
        put_number(out, BYTES(0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x03), list->part);
    }
    tlv_close(out, sequence);
    tlv_close(out, outer);
}

static void put_entry(struct writer *out, struct bytes serial)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, DER_INTEGER, serial);
    tlv_put(out, DER_UTC_TIME, bytes_of_text("250101000000Z"));
    tlv_close(out, mark);
}

static void put_tbs(const struct list *list, struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    der_put_integer(out, DER_INTEGER, 1);
    writer_put(out, BYTES(0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));
    writer_put(out, peer_entity(&peer, PKI_CI)->certificate.subject);
    tlv_put(out, DER_UTC_TIME, bytes_of_text("250101000000Z"));
    tlv_put(out, DER_UTC_TIME, bytes_of_text("350101000000Z"));
    if (list->revoked != PKI_CI || list->others > 0) {
        const size_t entries = tlv_open(out, DER_SEQUENCE);
        if (list->revoked != PKI_CI)
            put_entry(out, peer_entity(&peer, list->revoked)->certificate.serial);
        for (size_t i = 0; i < list->others; i++)
            put_entry(out, BYTES(0x11, (uint8_t)(i >> 8), (uint8_t)i, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                 13, 14, 15, 16, 17, 18, 19));
        tlv_close(out, entries);
    }
    put_extensions(list, out);
    tlv_close(out, mark);
}

static struct bytes make_list(const struct list *list)
{
    static uint8_t room[1 << 16], tbs_room[1 << 16];
    uint8_t signature[EC_SIGNATURE_SIZE], der_room[EC_SIGNATURE_DER_MAX];
    struct writer tbs = writer_on(tbs_room, sizeof(tbs_room)), out = writer_on(room, sizeof(room)),
                  der = writer_on(der_room, sizeof(der_room));
    put_tbs(list, &tbs);
    const struct bytes part = writer_bytes(&tbs);
    cr_assert(ec_sign(peer_entity(&peer, PKI_CI)->key, &peer.random, &part, 1, signature) == 0);
    signature[40] ^= list->wrong_signature;
    ec_signature_put_der(&der, signature);
    const size_t request = tlv_open(&out, 0xBF35);
    const size_t whole = tlv_open(&out, 0xA0);
    writer_put(&out, part);
    writer_put(&out, BYTES(0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));
    const size_t bits = tlv_open(&out, DER_BIT_STRING);
    writer_put_u8(&out, 0);
    writer_put(&out, writer_bytes(&der));
    tlv_close(&out, bits);
    tlv_close(&out, whole);
    tlv_close(&out, request);
    cr_assert(not(out.overflow));
    return writer_bytes(&out);
}

/* 0, or the LoadCRLResponseError; the numbers of missing parts as a text. */
static int load(const struct list *list, char *missing)
{
    struct tlv choice, parts, part;
    struct bytes value = peer_ask(&peer, make_list(list), 0xBF35);
    cr_assert(tlv_take(&value, &choice));
    cr_assert(eq(sz, value.len, 0));
    missing[0] = '\0';
    if (choice.tag == 0x81)
        return choice.value.data[0];
    cr_assert(eq(u32, choice.tag, 0xA0));
    cr_assert(tlv_take_optional(&choice.value, 0xA0, &parts));
    while (tlv_take_tag(&parts.value, DER_INTEGER, &part))
        sprintf(missing + strlen(missing), "%u ", part.value.data[0]);
    return 0;
}

static char missing[64];
#define LOAD(...) load(&(struct list){__VA_ARGS__}, missing)

static int authenticate(void)
{
    return peer_authenticate(&peer, &(struct peer_authentication){0});
}

BOTH_CURVES(refuses_lists_that_are_wrong)
{
    start_on(*curve);
    cr_assert(eq(int, LOAD(.number = 1, .wrong_signature = true), 1));
    cr_assert(eq(int, LOAD(.number = 1, .no_number = true), 2));
    cr_assert(eq(int, LOAD(.number = 1, .parts = 2, .part = 3), 2));
    cr_assert(eq(int, LOAD(.number = 1, .others = 1600), 3));
    cr_assert(eq(int, LOAD(.number = 1, .unknown_issuer = true), 4));
    cr_assert(eq(int, LOAD(.number = 2, .delta = true, .base = 1), 6));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x35, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(int, LOAD(.number = 1), 0));
    cr_assert(eq(int, authenticate(), 0));
}

BOTH_CURVES(keeps_the_freshest)
{
    start_on(*curve);
    cr_assert(eq(int, LOAD(.number = 5), 0));
    cr_assert(eq(int, LOAD(.number = 5), 5));
    cr_assert(eq(int, LOAD(.number = 4, .revoked = PKI_DP_AUTH), 5));
    cr_assert(eq(int, authenticate(), 0));
    cr_assert(eq(int, LOAD(.number = 6, .revoked = PKI_DP_AUTH), 0));
    cr_assert(eq(int, authenticate(), 1));
    peer_restart_chip(&peer);
    cr_assert(eq(int, authenticate(), 1));
    cr_assert(eq(int, LOAD(.number = 7), 0));
    cr_assert(eq(int, authenticate(), 0));
}

BOTH_CURVES(binds_no_package_of_a_revoked_server)
{
    start_on(*curve);
    cr_assert(eq(int, LOAD(.number = 1, .revoked = PKI_DP_PB, .others = 20), 0));
    cr_assert(eq(int, authenticate(), 0));
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){0}), 1));
}

Test(revocation, is_of_one_authority_alone)
{
    const struct certificate *server = &peer_entity(&peer, PKI_DP_AUTH)->certificate;
    const struct bytes ci = server->authority_key_id, serial = server->serial;
    bool revoked = false;
    cr_assert(eq(int, LOAD(.number = 1, .revoked = PKI_DP_AUTH), 0));
    cr_assert(eq(int, revocation_find(peer.chip.store, ci, serial, &revoked), 0));
    cr_assert(revoked);
    cr_assert(eq(int, revocation_find(peer.chip.store, BYTES(1, 2, 3), serial, &revoked), 0));
    cr_assert(not(revoked));
}

Test(revocation, puts_parts_together)
{
    cr_assert(eq(int, LOAD(.number = 3, .parts = 3, .part = 2, .others = 5), 0));
    cr_assert(eq(str, missing, "1 3 "));
    cr_assert(eq(int, LOAD(.number = 3, .parts = 3, .part = 2), 5));
    cr_assert(eq(int, LOAD(.number = 3, .parts = 3, .part = 3, .revoked = PKI_DP_AUTH), 0));
    cr_assert(eq(str, missing, "1 "));
    cr_assert(eq(int, LOAD(.number = 3, .parts = 3, .part = 1), 0));
    cr_assert(eq(str, missing, ""));
    cr_assert(eq(int, authenticate(), 1));
    /* A newer list begins anew. */
    cr_assert(eq(int, LOAD(.number = 4, .parts = 2, .part = 1), 0));
    cr_assert(eq(str, missing, "2 "));
    cr_assert(eq(int, authenticate(), 0));
}

Test(revocation, adds_a_delta)
{
    cr_assert(eq(int, LOAD(.number = 3), 0));
    cr_assert(eq(int, LOAD(.number = 4, .delta = true, .base = 3, .revoked = PKI_DP_AUTH), 0));
    cr_assert(eq(int, authenticate(), 1));
    cr_assert(eq(int, LOAD(.number = 4, .delta = true, .base = 3), 5));
    cr_assert(eq(int, LOAD(.number = 6, .delta = true, .base = 5), 6));
    cr_assert(eq(int, LOAD(.number = 3), 5));
    cr_assert(eq(int, LOAD(.number = 5), 0));
    cr_assert(eq(int, authenticate(), 0));
}

Test(revocation, leaves_room_for_the_next_list)
{
    cr_assert(eq(int, LOAD(.number = 1, .others = 700), 0));
    cr_assert(eq(int, LOAD(.number = 2, .others = 700), 0));
    cr_assert(eq(int, LOAD(.number = 3, .delta = true, .base = 2, .others = 1600), 3));
    cr_assert(eq(int, LOAD(.number = 3, .delta = true, .base = 2, .others = 700), 0));
}

Test(revocation, is_what_the_chip_says_it_can_do)
{
    struct tlv capability;
    const struct bytes info = peer_ask(&peer, BYTES(0xBF, 0x22, 0x00), 0xBF22);
    cr_assert(tlv_find(info, 0x88, &capability));
    cr_assert(bytes_equal(capability.value, BYTES(0x03, 0xD8)));
}

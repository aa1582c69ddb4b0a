/* The eIMs of an IoT chip: AddInitialEim and GetEimConfigurationData with every reason to refuse,
 * GetCerts, what other releases and chips do, and the published vectors. */
#include "tests/isd-r/iot.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "fs/text/inventory_iot.h"
#include "isd-r/es10.h"
#include "isd-r/iot/eim_list.h"
#include "tests/vectors.h"

static struct peer peer;
static struct iot_chip chip;

static void start(void)
{
    const enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};
    peer_start(&peer, curves, 2);
    chip = (struct iot_chip){0};
    iot_become(&peer, &chip, EUICC_INFO_IOT_1_2);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(eim, .init = start, .fini = stop);

/* SubjectPublicKeyInfo of the vectors' eIM, whole */
#define SPKI                                                                                       \
    "3059301306072A8648CE3D020106082A8648CE3D03010703420004"                                       \
    "BB9E897517ED7198C5F7738B887D22AFC6C68C57AD9B2D04337B5F3A0DC83FE5"                             \
    "C83997B6B3AA427FC2E603718B7140151BA8D15E0B170275D98DD05C0FF5C287"
#define KEY "A55DA05B" SPKI
#define ID "80036F6E65" /* "one" */
#define COUNTER "830100"

/* AddInitialEim with these entries, fields as hexadecimal, entries with |. */
static const char *add(const char *entries)
{
    static char text[2 * 8192 + 1];
    static uint8_t room[8192];
    char copy[8192];
    struct writer request = writer_on(room, sizeof(room));
    char *rest = copy;
    snprintf(copy, sizeof(copy), "%s", entries);
    const size_t whole = tlv_open(&request, ES10_ADD_INITIAL_EIM), list = tlv_open(&request, 0xA0);
    for (char *entry; (entry = strsep(&rest, "|")) != NULL;) {
        const size_t mark = tlv_open(&request, DER_SEQUENCE);
        cr_assert(hex_decode(entry, &request), "%s", entry);
        tlv_close(&request, mark);
    }
    tlv_close(&request, list);
    tlv_close(&request, whole);
    hex_encode(writer_bytes(&request), text);
    return iot_talk(&peer, text);
}

#define NO_EIMS "BF5502A000"
#define ANSWER(code) "BF57038101" code

static const struct refusal_row {
    const char *entries, *answer;
} refusals[] = {
    {"", ANSWER("07")},
    {COUNTER KEY, ANSWER("07")},                       /* no id */
    {"8000" COUNTER KEY, ANSWER("07")},                /* an empty one */
    {ID KEY, ANSWER("07")},                            /* no counter */
    {ID COUNTER, ANSWER("07")},                        /* no key */
    {ID COUNTER "A502A000", ANSWER("07")},             /* none that can be read */
    {ID COUNTER "A503020100", ANSWER("07")},           /* none at all */
    {ID "820104" COUNTER KEY, ANSWER("07")},           /* eimIdType */
    {ID "8304007FFFFF" KEY, ANSWER("06")},             /* not minimal */
    {ID "830400800000" KEY, ANSWER("06")},             /* past the largest */
    {ID "8301FF" KEY, ANSWER("06")},                   /* below 0 */
    {ID COUNTER "840105" KEY, ANSWER("05")},           /* a token that it chose itself */
    {ID COUNTER KEY "880401020304", ANSWER("03")},     /* a CI that the chip does not sign under */
    {ID COUNTER KEY "|" ID COUNTER KEY, ANSWER("02")}, /* one id twice */
    {ID COUNTER KEY "|" COUNTER KEY, ANSWER("07")},    /* one that is right, one that is not */
};

Test(eim, is_refused_whole_and_leaves_nothing)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        cr_assert_str_eq(add(refusals[i].entries), refusals[i].answer, "row %zu: %s", i,
                         refusals[i].entries);
        cr_assert_str_eq(iot_talk(&peer, "BF5500"), NO_EIMS, "row %zu", i);
    }
    cr_assert_str_eq(iot_talk(&peer, "BF5700"), "6A80");
    cr_assert_str_eq(iot_talk(&peer, "BF5702A001"), "6A80");
}

Test(eim, is_shown_with_what_v1_2_says_of_absent_fields)
{
    char ci[2 * CREDENTIALS_KEY_ID_MAX + 1], expected[1024];
    hex_encode(peer_entity(&peer, PKI_CI)->certificate.subject_key_id, ci);
    cr_assert_str_eq(add(ID COUNTER "8401FF" KEY), "BF5705A003840101");
    const char *shown = iot_talk(&peer, "BF5500");
    cr_assert(strstr(shown, ID "820103" COUNTER "840101" KEY "870203088814") != NULL, "%s", shown);
    cr_assert(strstr(shown, ci) != NULL, "%s", shown);
    /* by its id, by another's, after a cut of the power */
    snprintf(expected, sizeof(expected), "%s", shown);
    cr_assert_str_eq(iot_talk(&peer, "BF5507A005" ID), expected);
    cr_assert_str_eq(iot_talk(&peer, "BF5507A0058003747765"), NO_EIMS);
    cr_assert_str_eq(iot_talk(&peer, "BF5502A000"), "6A80");
    peer_restart_chip(&peer);
    cr_assert_str_eq(iot_talk(&peer, "BF5500"), expected);
}

Test(eim, each_draws_a_token_of_its_own)
{
    cr_assert_str_eq(add(ID COUNTER "8401FF" KEY "|800374776F" COUNTER "8401FF" KEY),
                     "BF5708A006840101840102");
    peer_restart_chip(&peer);
    const char *shown = iot_talk(&peer, "BF5507A005800374776F");
    cr_assert(strstr(shown, COUNTER "840102" KEY) != NULL, "%s", shown);
}

Test(eim, tokens_go_on_beyond_two_bytes)
{
    cr_assert_eq(store_put(peer.chip.store, INVENTORY_IOT_LAST_TOKEN, BYTES(0, 0, 0xFF, 0xFE)), 0);
    cr_assert_eq(store_commit(peer.chip.store), 0);
    cr_assert_str_eq(
        add(ID COUNTER "8401FF" KEY "|800142" COUNTER "8401FF" KEY "|800143" COUNTER "8401FF" KEY),
        "BF5711A00F840300FFFF84030100008403010001");
}

Test(eim, of_v1_0_is_shown_as_it_came)
{
    iot_become(&peer, &chip, EUICC_INFO_IOT_1_0);
    cr_assert_str_eq(add(ID COUNTER KEY "8900"), "BF5704A0020500");
    cr_assert_str_eq(iot_talk(&peer, "BF5500"), "BF556BA0693067" ID COUNTER KEY);
}

Test(eim, are_all_added_in_their_order_and_then_none)
{
    cr_assert_str_eq(
        add("800142" COUNTER "8401FF" KEY "|800141830101" KEY "|800143" COUNTER "8401FF" KEY),
        "BF570AA0088401010500840102");
    const char *shown = iot_talk(&peer, "BF5500");
    const char *b = strstr(shown, "800142"), *a = strstr(shown, "800141"),
               *c = strstr(shown, "800143");
    cr_assert(b != NULL && a != NULL && c != NULL && b < a && a < c, "%s", shown);
    cr_assert_str_eq(add(ID COUNTER KEY), ANSWER("02"));
}

Test(eim, are_as_many_as_the_chip_keeps)
{
    char entries[8192] = "";
    for (int i = 0; i <= EIM_LIST_MAX; i++)
        snprintf(entries + strlen(entries), sizeof(entries) - strlen(entries),
                 "%s8001%02X" COUNTER KEY, i > 0 ? "|" : "", 0x41 + i);
    cr_assert_str_eq(add(entries), ANSWER("01"));
    cr_assert_str_eq(iot_talk(&peer, "BF5500"), NO_EIMS);
    *strrchr(entries, '|') = '\0';
    cr_assert(strncmp(add(entries), "BF5712A010", 10) == 0);
}

/* Both nestings of both kinds of key on both curves come back as they came. */
Test(eim, keeps_keys_and_certificates_as_they_came)
{
    static const enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};
    for (size_t i = 0; i < 4; i++) {
        const struct certificate *certificate = &peer.pki[curves[i / 2]][PKI_DP_AUTH].certificate;
        uint8_t room[2048];
        struct writer key = writer_on(room, sizeof(room));
        struct tlv whole;
        char text[4096], entries[8192];
        cr_assert(tlv_whole(certificate->whole, DER_SEQUENCE, &whole));
        const size_t mark = tlv_open(&key, 0xA5);
        tlv_put(&key, 0xA1, i % 2 != 0 ? whole.whole : whole.value);
        tlv_close(&key, mark);
        hex_encode(writer_bytes(&key), text);
        snprintf(entries, sizeof(entries), ID COUNTER "%s", text);
        cr_assert_str_eq(add(entries), "BF5704A0020500", "%zu", i);
        cr_assert(strstr(iot_talk(&peer, "BF5500"), text) != NULL, "%zu", i);

        static struct eim_entry entry;
        enum ec_curve curve;
        struct bytes point;
        cr_assert(eq(int, eim_list_find(peer.chip.store, bytes_of_text("one"), &entry), 0));
        cr_assert(eim_find_key(&entry.eim, &curve, &point));
        cr_assert(curve == certificate->curve && bytes_equal(point, certificate->point));
        cr_assert(eq(int, eim_list_clear(peer.chip.store), 0));
    }
}

/* A5 holds what is inside the EUM's certificate, A6 what is inside the eUICC's. */
static void expect_certificates(struct bytes answer, enum ec_curve curve)
{
    const struct bytes expected[] = {peer.pki[curve][PKI_EUM].certificate.whole,
                                     peer.pki[curve][PKI_EUICC].certificate.whole};
    static const uint32_t tags[] = {0xA5, 0xA6};
    struct tlv list, one, whole;
    cr_assert(tlv_whole(answer, 0xA0, &list));
    for (size_t i = 0; i < 2; i++) {
        cr_assert(tlv_take_tag(&list.value, tags[i], &one));
        cr_assert(tlv_whole(expected[i], DER_SEQUENCE, &whole));
        cr_assert(bytes_equal(one.value, whole.value));
    }
    cr_assert(eq(sz, list.value.len, 0));
}

Test(eim, reads_the_chips_certificates)
{
    expect_certificates(peer_ask(&peer, BYTES(0xBF, 0x56, 0x00), ES10_GET_CERTS), EC_P256);
    for (int curve = 0; curve < EC_CURVES; curve++) {
        const struct bytes ci = peer.pki[curve][PKI_CI].certificate.subject_key_id;
        for (size_t len = 4; len <= ci.len; len += ci.len - 4) {
            uint8_t room[64];
            struct writer request = writer_on(room, sizeof(room));
            const size_t mark = tlv_open(&request, ES10_GET_CERTS);
            tlv_put(&request, 0x80, bytes_of(ci.data, len));
            tlv_close(&request, mark);
            expect_certificates(peer_ask(&peer, writer_bytes(&request), ES10_GET_CERTS),
                                (enum ec_curve)curve);
        }
    }
    cr_assert_str_eq(iot_talk(&peer, "BF5603800512"), "6A80");
    cr_assert_str_eq(iot_talk(&peer, "BF56068004FFFFFFFF"), "BF5603810101");
    cr_assert_str_eq(iot_talk(&peer, "BF56058003FFFFFF"), "BF5603810101");
}

Test(eim, is_nobody_to_a_chip_that_is_no_iot_euicc)
{
    peer_become(&peer, NULL);
    cr_assert_str_eq(iot_talk(&peer, "BF5600"), "6A88");
    cr_assert_str_eq(iot_talk(&peer, "BF5500"), "6A88");
    cr_assert_str_eq(add(ID COUNTER KEY), "6A88");
}

static void expect_template(const char *template)
{
    uint8_t room[256];
    struct writer fci = writer_on(room, sizeof(room));
    char text[2 * sizeof(room) + 1];
    const struct isd_r_aid *own = &chip.settings.aids[0];
    const struct bytes aid = bytes_of(own->data, own->len);
    const struct apdu select = {.ins = 0xA4, .p1 = 0x04, .data = aid};
    cr_assert(eq(int, isd_r_application.select(peer.chip.isd_r, &select, aid, &fci), 0));
    hex_encode(writer_bytes(&fci), text);
    cr_assert(template != NULL ? strstr(text, template) != NULL : strstr(text, "E103") == NULL,
              "%s", text);
}

Test(eim, makes_a_chip_say_what_it_is)
{
    static const struct {
        enum euicc_info_iot release;
        const char *tail;
        const char *template; /* NULL: there is none for IPAs */
    } rows[] = {
        {EUICC_INFO_IOT_1_0, "900100B407A0050403010000", NULL},
        {EUICC_INFO_IOT_1_1, "900100B40BA005040301010081008200", "E103800100"},
        {EUICC_INFO_IOT_1_2, "900100B40BA005040301020081008200", "E103800100"},
        {EUICC_INFO_IOT_1_3, "900100B40BA005040301030081008200", "E103800100"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        iot_become(&peer, &chip, rows[i].release);
        const char *info = iot_talk(&peer, "BF2200");
        const size_t len = strlen(info), tail = strlen(rows[i].tail);
        cr_assert(len > tail && strcmp(info + len - tail, rows[i].tail) == 0, "%s", info);
        expect_template(rows[i].template);
    }
    chip.info.iot_mechanisms = EUICC_INFO_FALLBACK;
    iot_become(&peer, &chip, EUICC_INFO_IOT_1_2);
    cr_assert(strstr(iot_talk(&peer, "BF2200"), "900100B409A00504030102008200") != NULL);
}

/* What a server is told: of v1.0 what SGP.22 has, from then on the same as an IPA. */
Test(eim, is_told_to_servers_as_the_release_has_it)
{
    for (int release = EUICC_INFO_IOT_1_0; release <= EUICC_INFO_IOT_1_3; release++) {
        iot_become(&peer, &chip, (enum euicc_info_iot)release);
        cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 0));
        const struct bytes info = peer_find(writer_bytes(&peer.response), 0xBF22);
        struct tlv iot;
        cr_assert(eq(int, tlv_find(info, 0xB4, &iot), release > EUICC_INFO_IOT_1_0), "%d", release);
    }
}

/* Each request of the vectors is read, each of its keys found, each of its signatures right. */
Test(eim, reads_the_published_vectors)
{
    struct vectors *vectors = vectors_open("sgp32.txt");
    enum ec_curve curve = EC_P256;
    struct bytes point = {0};
    size_t keys = 0, packages = 0;
    while (vectors_next(vectors)) {
        const struct bytes object = vectors_bytes(vectors, "object");
        struct tlv whole, list, entry, part, signature;
        struct eim eim;
        if (tlv_whole(object, ES10_ADD_INITIAL_EIM, &whole) &&
            tlv_take_tag(&whole.value, 0xA0, &list) &&
            tlv_take_tag(&list.value, DER_SEQUENCE, &entry)) {
            cr_assert(eq(int, (int)eim_parse(entry.value, EUICC_INFO_IOT_1_2, &eim), EIM_OK));
            cr_assert(eim_find_key(&eim, &curve, &point));
            keys++;
        }
        if (!vectors_has(vectors, "token"))
            continue;
        cr_assert(tlv_whole(object, ES10_LOAD_EUICC_PACKAGE, &whole) &&
                  tlv_take_tag(&whole.value, DER_SEQUENCE, &part) &&
                  tlv_take_tag(&whole.value, ES10_TAG_SIGNATURE, &signature));
        uint8_t room[8];
        struct writer token = writer_on(room, sizeof(room));
        const struct eim with = {.token = (int64_t)vectors_number(vectors, "token")};
        eim_put_token(&with, &token);
        const struct bytes parts[] = {part.whole, writer_bytes(&token)};
        cr_assert(ec_verify(curve, point, parts, 2, signature.value), "%s", vectors_set(vectors));
        packages++;
    }
    cr_assert(eq(sz, keys, 2));
    cr_assert(eq(sz, packages, 5));
    vectors_close(vectors);
}

/* The vector with this name. */
static const char *find_vector(const char *name)
{
    static char text[2][1024];
    static unsigned turn;
    struct vectors *vectors = vectors_open("sgp32.txt");
    char *out = text[++turn % 2];
    out[0] = '\0';
    while (vectors_next(vectors)) {
        const struct bytes object = vectors_bytes(vectors, "object");
        if (vectors_has(vectors, "token"))
            (void)vectors_number(vectors, "token");
        if (strcmp(vectors_set(vectors), name) == 0)
            hex_encode(object, out);
    }
    vectors_close(vectors);
    cr_assert(out[0] != '\0', "%s", name);
    return out;
}

/* The chip has the EID of the vectors: it takes their eIM and their packages in turn, and answers
 * as they say but for what is signed. */
Test(eim, and_its_packages_are_taken_as_published)
{
    const size_t signature = 2 * EC_SIGNATURE_SIZE;
    static const char *const packages[] = {
        "LoadEuiccPackage: psmoList {enable, rollbackFlag}, counter 1",
        "LoadEuiccPackage: psmoList {listProfileInfo, all default tags}",
        "LoadEuiccPackage: psmoList {disable, delete}", "LoadEuiccPackage: ecoList {listEim}"};
    cr_assert_str_eq(
        iot_talk(&peer, find_vector("AddInitialEim request, associationToken -1 (asks the eUICC "
                                    "for one), strict implicit SPKI")),
        find_vector("AddInitialEim answer: token 1"));
    for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++) {
        const char *answer = iot_talk(&peer, find_vector(packages[i]));
        cr_assert(strncmp(answer, "BF51", 4) == 0 && strstr(answer, "A0") < answer + 9, "%s: %s",
                  packages[i], answer);
    }
    char *package = strdup(find_vector(packages[0]));
    const char *answer = iot_talk(&peer, package);
    const char *replayed = find_vector("ErrorSigned: replayError");
    cr_assert(strlen(answer) == strlen(replayed) &&
                  strncmp(answer, replayed, strlen(replayed) - signature) == 0,
              "%s", answer);
    package[strlen(package) - 1] ^= 1; /* another digit */
    cr_assert_str_eq(iot_talk(&peer, package),
                     find_vector("ErrorUnsigned: wrong signature, known eIM"));
    free(package);
    cr_assert_str_eq(iot_talk(&peer, find_vector("AddInitialEim request, nested form seen from "
                                                 "vendors (A5{A0{30..}})")),
                     find_vector("AddInitialEim answer: associatedEimAlreadyExists"));
}

/* LoadEuiccPackage: every operation with every result code as a row of text, the order of checks,
 * counters and tokens, what is kept of results, releases and quirks (SGP.32 §2.11, §5.9.1). */
#include "tests/isd-r/iot_rewind.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "isd-r/es10.h"
#include "isd-r/iot/operation.h"
#include "isd-r/iot/package_result.h"

static struct iot_world world;
static struct rewind whole;

static void start(void)
{
    iot_rewind_start(&world, &whole);
}

static void stop(void)
{
    iot_rewind_stop(&world, &whole);
}

TestSuite(euicc_package, .init = start, .fini = stop, .timeout = 120);

/* The chip as it was with everything installed, nothing enabled and eIM 1 alone. */
static void restore(void)
{
    iot_rewind_to(&world, &whole);
}

/* The first package, whose result is not looked at; then the one of the row. */
static const struct row {
    const char *before, *operations, *result, *shown, *told;
} rows[] = {
    /* enable */
    {"", "EA", "E0", "[A]BCFKMPQ", "eA"},
    {"EA", "EB", "E0", "A[B]CFKMPQ", "dAeB"},
    {"", "EN", "E1", "ABCFKMPQ", ""},
    {"EA", "EA", "E2", "[A]BCFKMPQ", ""},
    {"EP", "EA", "E3", "ABCFKM[P]Q", ""},
    {"", "EM", "E3", "ABCFKMPQ", ""}, /* an emergency profile is enabled in emergencies */
    {"EA", "E!B", "E0", "A[B]CFKMPQ", "dAeB"},
    {"", "E!A", "E20", "ABCFKMPQ", ""},
    {"EA", "DA XA E!B", "D0 X0 E20", "BCFKMPQ", "dAxA"},
    {"EA", "DA E!B", "D0 E0", "A[B]CFKMPQ", "dAeB"},
    /* disable */
    {"EA", "DA", "D0", "ABCFKMPQ", "dA"},
    {"", "DN", "D1", "ABCFKMPQ", ""},
    {"EA", "DB", "D2", "[A]BCFKMPQ", ""},
    {"EP", "DP", "D3", "ABCFKM[P]Q", ""},
    {"EA", "DA EB", "D0 E0", "A[B]CFKMPQ", "dAeB"},
    /* delete */
    {"", "XA", "X0", "BCFKMPQ", "xA"},
    {"", "XN", "X1", "ABCFKMPQ", ""},
    {"EA", "XA", "X2", "[A]BCFKMPQ", ""},
    {"", "XQ", "X3", "ABCFKMPQ", ""},
    {"EA", "DA XA", "D0 X0", "BCFKMPQ", "dAxA"},
    {"EA", "E!B XA", "E0 X20", "A[B]CFKMPQ", "dAeB"},
    {"EA", "EB XA", "E0 X0", "[B]CFKMPQ", "dAeBxA"},
    {"", "XA XB XC", "X0 X0 X0", "FKMPQ", "xAxBxC"},
    /* listProfileInfo, getRAT */
    {"", "L", "LABCFKMPQ", "ABCFKMPQ", ""},
    {"EA", "L EB", "LABCFKMPQ E0", "A[B]CFKMPQ", "dAeB"},
    {"", "EA L", "E0 L!11 !2", "[A]BCFKMPQ", "eA"},
    {"", "XA L R", "X0 L!11 !2", "BCFKMPQ", "xA"},
    {"", "R", "R1", "ABCFKMPQ", ""},
    /* configureImmediateEnable, setDefaultDpAddress */
    {"", "I", "I0", "ABCFKMPQ", ""},
    {"", "I i H", "I0 I0 H0", "ABCFKMPQ", ""},
    /* the fallback attribute */
    {"", "SF", "S0", "ABCF'KMPQ", ""},
    {"SF", "SK", "S0", "ABCFK'MPQ", ""},
    {"", "SN", "S1", "ABCFKMPQ", ""},
    {"", "SA", "S2", "ABCFKMPQ", ""},
    {"SF EF", "SK", "S3", "ABC[F]'KMPQ", ""},
    {"SF", "U", "U0", "ABCFKMPQ", ""},
    {"", "U", "U2", "ABCFKMPQ", ""},
    {"SF EF", "U", "U3", "ABC[F]'KMPQ", ""},
    {"SF", "XF SK", "X0 S0", "ABCK'MPQ", "xF"},
    /* eIMs */
    {"", "#", "#1", "ABCFKMPQ", ""},
    {"", "+2", "+t2", "ABCFKMPQ", ""},
    {"+2", "#", "#12", "ABCFKMPQ", ""},
    {"", "+2 +3 # -2 #", "+t2 +t3 #123 -0 #13", "ABCFKMPQ", ""},
    {"", "+1", "+2", "ABCFKMPQ", ""},
    {"+2", "+2", "+2", "ABCFKMPQ", ""},
    {"", "-2", "-1", "ABCFKMPQ", ""},
    {"+2", "-2 +2", "-0 +t3", "ABCFKMPQ", ""}, /* no token twice */
    {"", "-1", "-2", "ABCFKMPQ", ""},          /* lastEimDeleted */
    {"", "-1 +2 #", "-2 +t2 #2", "ABCFKMPQ", ""},
    {"", "*2", "*1", "ABCFKMPQ", ""},
    {"+2", "*2", "*0", "ABCFKMPQ", ""},
    /* what fails is the last */
    {"", "XN XA", "X1", "ABCFKMPQ", ""},
    {"", "XA XN XB", "X0 X1", "BCFKMPQ", "xA"},
    {"", "EA ? EB", "E0 !2", "[A]BCFKMPQ", "eA"},
    {"", "?", "!2", "ABCFKMPQ", ""},
    {"", "# ? +2", "#1 !2", "ABCFKMPQ", ""},
    /* of two enablings or disablings none is begun */
    {"", "EA EB", "E127 !2", "ABCFKMPQ", ""},
    {"EA", "DA DB", "D127 !2", "[A]BCFKMPQ", ""},
    {"", "XC EA XB EB", "E127 !2", "ABCFKMPQ", ""},
};

static void check_row(const struct row *row)
{
    restore();
    if (row->before[0] != '\0')
        (void)iot_world_send(&world, row->before, NULL);
    iot_world_forget_told(&world);
    const char *result = iot_world_send(&world, row->operations, NULL);
    cr_assert_str_eq(result, row->result, "%s; %s: %s", row->before, row->operations, result);
    for (int again = 0; again < 2; again++) {
        const char *shown = iot_world_shown(&world);
        cr_assert_str_eq(shown, row->shown, "%s; %s: %s", row->before, row->operations, shown);
        const char *told = iot_world_told(&world);
        cr_assert_str_eq(told, row->told, "%s; %s: %s", row->before, row->operations, told);
        peer_restart_chip(&world.peer);
    }
}

Test(euicc_package, each_operation_and_each_result)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(&rows[i]);
}

Test(euicc_package, each_operation_stands_in_the_table_once)
{
    for (size_t i = 0; i < operation_rows.count; i++)
        for (size_t n = 0; n < i; n++) {
            const struct operation_row *one = &operation_rows.rows[i],
                                       *other = &operation_rows.rows[n];
            cr_assert(one->list != other->list || one->tag != other->tag, "%s", one->name);
            cr_assert(strcmp(one->name, other->name) != 0, "%s", one->name);
        }
}

/* With several faults the first that is looked at is told. */
static const struct refusal_row {
    const char *name, *result;
    struct iot_bent bent;
} refusals[] = {
    {"an unknown eIM", "u", {.eim = '2', .wrong_signature = true, .other_eid = true}},
    {"a signature", "u", {.wrong_signature = true, .other_eid = true}},
    {"another's key", "u", {.other_key = true, .counter = 8388608}},
    {"no token", "u", {.no_token = true}},
    {"another chip", "s3", {.other_eid = true, .counter = 8388608}},
    {"past the last counter", "s6", {.counter = 8388608}},
    {"far past it", "s6", {.counter = INT64_MAX}},
    {"below any", "s6", {.counter = -1}},
    {"a replay", "s4", {.counter = 4}},
    {"no transaction id", "E0", {.no_transaction_id = true}},
    {"a gap", "E0", {.counter = 100}},
    {"the last counter", "E0", {.counter = 8388607}},
};

Test(euicc_package, is_refused_in_the_order_of_checks)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal_row *row = &refusals[i];
        restore();
        cr_assert_str_eq(iot_world_send(&world, "L", &(struct iot_bent){.counter = 4}),
                         "LABCFKMPQ");
        world.eims[0].counter = 4;
        const char *result = iot_world_send(&world, "EA", &row->bent);
        cr_assert_str_eq(result, row->result, "%s: %s", row->name, result);
        const bool done = row->result[0] == 'E';
        cr_assert_str_eq(iot_world_shown(&world), done ? "[A]BCFKMPQ" : "ABCFKMPQ", "%s",
                         row->name);
        /* What is refused has not used its counter up. */
        if (!done)
            cr_assert_str_eq(iot_world_send(&world, "L", NULL), "LABCFKMPQ", "%s", row->name);
    }
}

Test(euicc_package, the_counter_is_used_up_by_what_is_executed)
{
    cr_assert_str_eq(iot_world_send(&world, "XN", NULL), "X1");
    cr_assert_str_eq(iot_world_send(&world, "XA", &(struct iot_bent){.counter = 1}), "s4");
    cr_assert_str_eq(iot_world_send(&world, "XA", &(struct iot_bent){.counter = 8388607}), "X0");
    peer_restart_chip(&world.peer);
    for (int64_t counter = 8388606; counter < 8388609; counter++)
        cr_assert_str_eq(iot_world_send(&world, "XB", &(struct iot_bent){.counter = counter}),
                         counter > 8388607 ? "s6" : "s4");
    cr_assert(strstr(iot_talk(&world.peer, "BF5500"), "83037FFFFF") != NULL);
}

/* What is no package is refused by a status word, and nothing is changed. */
static const struct {
    const char *list; /* hexadecimal */
} no_packages[] = {{""}, {"A000"}, {"A100"}, {"A2024700"}, {"A0028000A1028000"}};

Test(euicc_package, that_cannot_be_read_is_refused)
{
    for (size_t i = 0; i < sizeof(no_packages) / sizeof(no_packages[0]); i++) {
        uint8_t room[64];
        struct writer list = writer_on(room, sizeof(room));
        cr_assert(hex_decode(no_packages[i].list, &list));
        const struct iot_bent bent = {.list = bytes_of(room, list.len)};
        cr_assert_str_eq(iot_world_send(&world, "", &bent), "6A80", "%s", no_packages[i].list);
    }
    cr_assert_str_eq(iot_talk(&world.peer, "BF5100"), "6A80");
    cr_assert_str_eq(iot_talk(&world.peer, "BF5103300100"), "6A80");
    world.chip.settings.iot.quirks = IOT_QUIRK_EMPTY_ERROR;
    peer_restart_chip(&world.peer);
    cr_assert_str_eq(iot_talk(&world.peer, "BF5100"), "BF5104A2028000");
    cr_assert_str_eq(iot_world_send(&world, "L", NULL), "LABCFKMPQ");
}

Test(euicc_package, what_follows_a_failure_is_a_habit)
{
    static const struct {
        int errors;
        const char *result;
    } quirks[] = {{IOT_STOP, "X1"}, {IOT_STOP_TERMINATED, "X1 !127"}, {IOT_CONTINUE, "X1 XA0"}};
    for (size_t i = 0; i < 3; i++) {
        restore();
        world.chip.settings.iot.package_errors = quirks[i].errors;
        const char *result = iot_world_send(&world, "XN XA", NULL);
        cr_assert(strncmp(result, quirks[i].result, 3) == 0, "%s", result);
        cr_assert_str_eq(iot_world_shown(&world),
                         quirks[i].errors == IOT_CONTINUE ? "BCFKMPQ" : "ABCFKMPQ");
    }
}

/* The unsigned error names the eIM, transaction and token that are known. */
Test(euicc_package, an_unsigned_error_says_to_whom)
{
    (void)iot_world_send(&world, "L", &(struct iot_bent){.wrong_signature = true});
    char text[256];
    hex_encode(writer_bytes(&world.peer.response), text);
    cr_assert_str_eq(text, "BF511CA21A800F65696D2E6578616D706C652E636F6D820401020304840101");
    (void)iot_world_send(
        &world, "L", &(struct iot_bent){.eim_id = bytes_of_text("x"), .no_transaction_id = true});
    hex_encode(writer_bytes(&world.peer.response), text);
    cr_assert_str_eq(text, "BF5105A203800178");
    iot_become(&world.peer, &world.chip, EUICC_INFO_IOT_1_3);
    (void)iot_world_send(
        &world, "L", &(struct iot_bent){.eim_id = bytes_of_text("x"), .no_transaction_id = true});
    hex_encode(writer_bytes(&world.peer.response), text);
    cr_assert_str_eq(text, "BF5108A2068001788F017F");
}

/* The result that was answered, by its number and among all, until it is removed. */
static const char *asked_for(uint32_t sequence)
{
    char request[64];
    uint8_t room[32];
    struct writer writer = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&writer, 0xBF2B), criteria = tlv_open(&writer, 0xA0);
    der_put_integer(&writer, 0x80, sequence);
    tlv_close(&writer, criteria);
    tlv_close(&writer, mark);
    hex_encode(writer_bytes(&writer), request);
    return iot_talk(&world.peer, request);
}

Test(euicc_package, results_are_kept_until_removed)
{
    static char result[4096], expected[4200];
    cr_assert_str_eq(iot_world_send(&world, "EA", NULL), "E0");
    const uint32_t sequence = world.sequence;
    hex_encode(writer_bytes(&world.peer.response), result);
    for (int again = 0; again < 2; again++) {
        const char *answer = asked_for(sequence);
        cr_assert(strncmp(answer, "BF2B6EA26C", 10) == 0 && strcmp(answer + 10, result) == 0, "%s",
                  answer);
        cr_assert(strstr(iot_talk(&world.peer, "BF2B04A0028200"), result) != NULL);
        cr_assert(strstr(iot_talk(&world.peer, "BF2B028200"), result) != NULL);
        /* Without a number it is no notification. */
        cr_assert(strstr(iot_talk(&world.peer, "BF2B00"), result) == NULL);
        cr_assert(strstr(iot_talk(&world.peer, "BF2800"), result) == NULL);
        peer_restart_chip(&world.peer);
    }
    snprintf(expected, sizeof(expected), "BF300380%02X%02X", 1, sequence);
    cr_assert_str_eq(iot_talk(&world.peer, expected), "BF3003800100");
    cr_assert_str_eq(iot_talk(&world.peer, expected), "BF3003800101");
    cr_assert_str_eq(asked_for(sequence), "BF2B02A000");
    cr_assert_str_eq(iot_talk(&world.peer, "BF2B04A0028200"), "BF2B02A200");
}

/* Numbers are those of notifications. */
Test(euicc_package, results_and_notifications_share_their_numbers)
{
    cr_assert_str_eq(iot_world_send(&world, "L", NULL), "LABCFKMPQ");
    const uint32_t first = world.sequence;
    cr_assert_str_eq(iot_world_send(&world, "EA", NULL), "E0");
    cr_assert(eq(u32, world.sequence, first + 2));
    cr_assert_str_eq(iot_world_send(&world, "EB", NULL), "E0");
    cr_assert(eq(u32, world.sequence, first + 5));
}

Test(euicc_package, a_number_may_be_answered_otherwise)
{
    cr_assert_str_eq(iot_world_send(&world, "EA", NULL), "E0");
    world.chip.settings.iot.quirks = IOT_QUIRK_RESULT_NOTIFICATIONS;
    const char *answer = asked_for(world.sequence);
    cr_assert(strncmp(answer, "BF2B82", 6) == 0 && strncmp(answer + 10, "A082", 4) == 0 &&
                  strstr(answer, "BF2F") != NULL && strstr(answer, "BF51") == NULL,
              "%s", answer);
    world.chip.settings.iot.quirks = 0;
    iot_become(&world.peer, &world.chip, EUICC_INFO_IOT_1_0);
    answer = asked_for(world.sequence);
    cr_assert(strncmp(answer + 10, "A382", 4) == 0 && strstr(answer, "BF2F") != NULL &&
                  strstr(answer, "BF51") != NULL,
              "%s", answer);
}

Test(euicc_package, no_result_is_dropped_for_another)
{
    for (int i = 0; i < PACKAGE_RESULT_COUNT_MAX; i++)
        cr_assert_str_eq(iot_world_send(&world, "#", NULL), "#1", "%d", i);
    cr_assert_str_eq(iot_world_send(&world, "XA", NULL), "s15");
    cr_assert_str_eq(iot_world_shown(&world), "ABCFKMPQ");
    char request[32];
    snprintf(request, sizeof(request), "BF30038001%02X", world.sequence);
    cr_assert_str_eq(iot_talk(&world.peer, request), "BF3003800100");
    cr_assert_str_eq(iot_world_send(&world, "XA", NULL), "X0");
}

/* Two eIMs, each with its own counter, key, curve and token; one updated by the other. */
Test(euicc_package, each_eim_is_one_for_itself)
{
    const struct iot_bent two = {.eim = '2'};
    cr_assert_str_eq(iot_world_send(&world, "+2", NULL), "+t2");
    world.eims[1].token = 2;
    cr_assert_str_eq(iot_world_send(&world, "EA", &two), "E0");
    cr_assert_str_eq(iot_world_send(&world, "DA", NULL), "D0");
    cr_assert_str_eq(iot_world_send(&world, "DA", &(struct iot_bent){.eim = '2', .counter = 1}),
                     "s4");
    world.eims[1].counter = 7; /* as updateEim says now */
    cr_assert_str_eq(iot_world_send(&world, "*2", NULL), "*0");
    cr_assert_str_eq(iot_world_send(&world, "EA", &(struct iot_bent){.eim = '2', .counter = 7}),
                     "s4");
    cr_assert_str_eq(iot_world_send(&world, "EA", &two), "E0");
    /* The last package of who deletes itself is answered as any. */
    cr_assert_str_eq(iot_world_send(&world, "-2 #", &two), "-0 #1");
    cr_assert_str_eq(iot_world_send(&world, "#", &two), "u");
}

/* The result is signed under the CI that the eIM's configuration names. */
Test(euicc_package, is_answered_under_the_eims_ci)
{
    struct peer *peer = &world.peer;
    for (int curve = 0; curve < EC_CURVES; curve++) {
        uint8_t room[256];
        struct writer list = writer_on(room, sizeof(room));
        peer->curve = (enum ec_curve)curve;
        const size_t mark = tlv_open(&list, 0xA1), update = tlv_open(&list, 0xAA);
        tlv_put(&list, 0x80, bytes_of_text(IOT_EIM_ID));
        tlv_put(&list, 0x88, peer->pki[curve][PKI_CI].certificate.subject_key_id);
        tlv_close(&list, update);
        tlv_close(&list, mark);
        const struct iot_bent bent = {.list = writer_bytes(&list)};
        peer->curve = EC_P256; /* signed as it was when it came */
        cr_assert_str_eq(iot_world_send(&world, "", &bent), "*0");
        peer->curve = (enum ec_curve)curve;
        cr_assert_str_eq(iot_world_send(&world, "#", NULL), "#1");
    }
}

/* A chip of v1.0 has neither fallback nor address, and signs as its text says where it has the
 * quirk. */
Test(euicc_package, of_v1_0_has_fewer_operations)
{
    iot_become(&world.peer, &world.chip, EUICC_INFO_IOT_1_0);
    cr_assert_str_eq(iot_world_send(&world, "XA SF", NULL), "X0 !2");
    cr_assert_str_eq(iot_world_send(&world, "H", NULL), "!2");
    cr_assert_str_eq(iot_world_send(&world, "EB I", NULL), "E0 I0");
}

Test(euicc_package, is_answered_over_its_signature_where_that_is_the_habit)
{
    iot_become(&world.peer, &world.chip, EUICC_INFO_IOT_1_0);
    world.chip.settings.iot.quirks = IOT_QUIRK_EIM_SIGNATURE;
    world.over_signature = true;
    cr_assert_str_eq(iot_world_send(&world, "EB", NULL), "E0");
    cr_assert_str_eq(iot_world_send(&world, "EB", &(struct iot_bent){.counter = 1}), "s4");
}

Test(euicc_package, is_unknown_where_the_chip_is_no_iot_euicc)
{
    peer_become(&world.peer, NULL);
    cr_assert_str_eq(iot_world_send(&world, "EA", NULL), "6A88");
}

/* Blocks of any size make the same package. */
Test(euicc_package, comes_in_blocks)
{
    for (size_t block = 1; block < 256; block += 50) {
        restore();
        world.peer.block = block;
        cr_assert_str_eq(iot_world_send(&world, "XA", NULL), "X0");
    }
}

/* Any cut byte or flipped bit of a package leaves the chip as it was. */
Test(euicc_package, that_is_damaged_changes_nothing)
{
    uint8_t room[1024];
    struct writer request = writer_on(room, sizeof(room));
    iot_world_put_package(&world, "XA", &(struct iot_bent){0}, &request);
    for (size_t i = 0; i < request.len; i++) {
        room[i] ^= 0x10;
        (void)peer_call(&world.peer, bytes_of(room, request.len));
        room[i] ^= 0x10;
        (void)peer_call(&world.peer, bytes_of(room, i));
    }
    cr_assert_str_eq(iot_world_shown(&world), "ABCFKMPQ");
    cr_assert_str_eq(iot_world_send(&world, "XA", NULL), "X0");
}

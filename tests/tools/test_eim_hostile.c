/* The eIM under fire: killed in the middle of a message, results of other chips, old results again,
 * numbers that run back, messages that are cut or claim more than they hold. */
#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "tests/tools/eim_world.h"
#include "tools/eim/downloads.h"

#define OTHER_EID "89049032123451234512345678901332"
#define TRANSACTION "AABBCCDD"

TestSuite(eim_hostile, .init = eim_world_make, .fini = eim_world_end);

/* SQL statements until this process kills itself; 0: never. */
static int statements_left;

static int count_statement(unsigned kind, void *context, void *statement, void *text)
{
    (void)kind, (void)context, (void)statement, (void)text;
    if (statements_left > 0 && --statements_left == 0)
        kill(getpid(), SIGKILL);
    return 0;
}

static int watch_database(sqlite3 *database, char **error, const void *api)
{
    (void)error, (void)api;
    return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, count_statement, NULL);
}

/* HandleNotification with the result of an installation. */
static struct bytes notification(struct writer *out)
{
    const size_t message = tlv_open(out, 0xBF3D), choice = tlv_open(out, 0xA0);
    const size_t whole = tlv_open(out, 0xBF37), data = tlv_open(out, 0xBF27);
    cr_assert(hex_decode("8004" TRANSACTION " BF2F0F 800105 81020780 0C06612E622E6363"
                         " 0603550403 A202A000",
                         out));
    tlv_close(out, data);
    cr_assert(hex_decode("5F3702BEEF", out));
    tlv_close(out, whole);
    tlv_close(out, choice);
    tlv_close(out, message);
    return writer_bytes(out);
}

/* An order that its chip works on, and its download. */
static void begin_download(char name[ORDERS_NAME_SIZE])
{
    struct order order;
    eim_world_order(ORDER_DOWNLOAD, "{\"activationCode\": \"1$smdp.example.com$ID\"}", name);
    eim_world_tell_certificates();
    struct blob trigger = eim_world_ask();
    blob_finish(&trigger);
    cr_assert_eq(orders_find(eim_world.eim->database, name, &order), 0);
    cr_assert_eq(order.state, ORDER_WORK);
    const struct download download = {.transaction_id = {0xAA, 0xBB, 0xCC, 0xDD},
                                      .transaction_len = 4,
                                      .eid = EID,
                                      .order = order.id,
                                      .address = "a.b.cc"};
    cr_assert_eq(downloads_keep(eim_world.eim->database, &download, 0), 0);
    orders_finish(&order);
}

static void count_row(void *context, sqlite3_stmt *row)
{
    *(int *)context = sqlite3_column_int(row, 0);
}

static int count_notifications(void)
{
    int count = -1;
    cr_assert_eq(database_query(eim_world.eim->database, "SELECT COUNT(*) FROM notifications", NULL,
                                0, count_row, &count),
                 1);
    return count;
}

/* A process of its own takes the message and is killed before this statement; true if it came to an
 * end before. */
static bool take_and_die(struct bytes message, int statement)
{
    int status;
    const pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        struct eim *eim;
        struct blob answer;
        if (front_open(&eim_world.plan, &eim) != 0)
            _exit(1);
        statements_left = statement;
        _exit(front_answer(eim, message, &answer) == 0 ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFEXITED(status);
}

Test(eim_hostile, a_notification_is_kept_and_its_order_ended_or_neither)
{
    uint8_t data[256];
    struct writer writer = writer_on(data, sizeof(data));
    const struct bytes message = notification(&writer);
    char name[ORDERS_NAME_SIZE];
    int statement = 0;
    bool ended = false;
    begin_download(name);
    cr_assert_eq(sqlite3_auto_extension((void (*)(void))watch_database), SQLITE_OK);
    while (!ended) {
        eim_destroy(eim_world.eim);
        eim_world.eim = NULL;
        ended = take_and_die(message, ++statement);
        cr_assert_eq(front_open(&eim_world.plan, &eim_world.eim), 0);
        const int kept = count_notifications();
        char *outcome = eim_world_outcome(name, kept == 1 ? "done" : "work");
        cr_expect_eq(kept, ended ? 1 : 0, "killed before statement %d", statement);
        free(outcome);
    }
    cr_expect_geq(statement, 5);
}

Test(eim_hostile, a_notification_that_cannot_end_its_order_is_not_kept)
{
    uint8_t data[256];
    struct writer writer = writer_on(data, sizeof(data));
    struct bytes message = notification(&writer);
    char name[ORDERS_NAME_SIZE];
    struct blob answer;
    begin_download(name);
    data[message.len - 9] = 0xA3; /* where the final result should stand */
    cr_expect_eq(front_answer(eim_world.eim, message, &answer), 1);
    cr_expect_eq(count_notifications(), 0);
    EXPECT_OUTCOME(name, "work", "[]");
}

/* The other chip's certificates and key, under the same EUM. */
static void make_other(struct pki_entity *out)
{
    char folder[sizeof(eim_world.folder.path) + 8];
    snprintf(folder, sizeof(folder), "%s/other", eim_world.folder.path);
    const struct pki_plan plan = {.directory = folder, .first_eid = OTHER_EID};
    cr_assert_eq(pki_make(&eim_world.random, &plan), 0);
    cr_assert_eq(pki_read(folder, PKI_EUICC, EC_P256, out), 0);
}

Test(eim_hostile, a_result_of_another_chip_does_not_count)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    struct pki_entity other;
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    eim_world_tell_certificates();
    const struct handed handed = eim_world_take_package(eim_world_ask());
    make_other(&other);
    eim_world_sign(&handed, 0xA0, "830101 3002 A600", other.key, &result);
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF500302017F");
    EXPECT_OUTCOME(name, "work", "[]");
    /* Its certificates under this EID are not taken in place of the right ones. */
    cr_expect_eq(eim_believe(eim_world.eim, bytes_of(eim_world.eum.der, eim_world.eum.der_len),
                             bytes_of(other.der, other.der_len), EID),
                 1);
    writer_reset(&result);
    eim_world_sign(&handed, 0xA0, "830101 3002 A600", eim_world.euicc.key, &result);
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF5006BF5303800101");
    EXPECT_OUTCOME(name, "done", "[{\"getRATResult\":[]}]");
    pki_entity_finish(&other);
}

Test(eim_hostile, a_counter_that_runs_back_ends_nothing)
{
    char first[ORDERS_NAME_SIZE], second[ORDERS_NAME_SIZE];
    uint8_t data[ROOM], old[ROOM];
    struct writer result = writer_on(data, sizeof(data)), before = writer_on(old, sizeof(old));
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", first);
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", second);
    eim_world_tell_certificates();
    struct handed handed = eim_world_take_package(eim_world_ask());
    eim_world_sign(&handed, 0xA0, "830101 3002 A600", eim_world.euicc.key, &before);
    eim_world_expect(eim_world_provide(writer_bytes(&before)), "BF5006BF5303800101");
    const struct handed next = eim_world_take_package(eim_world_ask());
    cr_expect_eq(next.counter, handed.counter + 1);
    /* The first one's result again, and under the second's transaction with the first's counter. */
    eim_world_expect(eim_world_provide(writer_bytes(&before)), "BF5006BF5303800101");
    EXPECT_OUTCOME(second, "work", "[]");
    handed = next;
    handed.counter--;
    eim_world_sign(&handed, 0xA1, "020104", eim_world.euicc.key, &result);
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF500302017F");
    EXPECT_OUTCOME(second, "work", "[]");
    /* The one at work is still the same, with the same counter. */
    const struct handed again = eim_world_take_package(eim_world_ask());
    cr_expect_eq(again.counter, next.counter);
}

Test(eim_hostile, what_is_cut_or_claims_more_than_it_holds_changes_nothing)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM], copy[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    eim_world_tell_certificates();
    const struct handed handed = eim_world_take_package(eim_world_ask());
    const size_t outer = tlv_open(&result, 0xBF50);
    cr_assert(hex_decode("5A10" EID, &result));
    eim_world_sign(&handed, 0xA0, "830101 3002 A600", eim_world.euicc.key, &result);
    tlv_close(&result, outer);
    const struct bytes whole = writer_bytes(&result);
    for (size_t len = 0; len < whole.len; len++) {
        struct blob answer;
        (void)front_answer(eim_world.eim, bytes_of(whole.data, len), &answer);
        blob_finish(&answer);
    }
    /* Each byte once as the largest there is: lengths, tags, signed data, signature. */
    for (size_t at = 0; at < whole.len; at++) {
        struct blob answer;
        memcpy(copy, whole.data, whole.len);
        copy[at] = copy[at] == 0xFF ? 0x00 : 0xFF;
        (void)front_answer(eim_world.eim, bytes_of(copy, whole.len), &answer);
        blob_finish(&answer);
    }
    EXPECT_OUTCOME(name, "work", "[]");
    eim_world_expect(eim_world_send(whole), "BF5006BF5303800101");
    EXPECT_OUTCOME(name, "done", "[{\"getRATResult\":[]}]");
}

Test(eim_hostile, an_eim_of_v1_0_takes_no_order_of_later_releases)
{
    static const struct {
        enum order_facility facility;
        const char *content, *says;
    } rows[] = {
        {ORDER_PSMO, "[{\"setFallbackAttribute\": {\"iccid\": \"" ICCID "\"}}]",
         "setFallbackAttribute is not in SGP.32 v1.0"},
        {ORDER_PSMO, "[{\"getRAT\": {}}, {\"unsetFallbackAttribute\": {}}]",
         "unsetFallbackAttribute is not in SGP.32 v1.0"},
        {ORDER_PSMO, "[{\"setDefaultDpAddress\": {\"defaultDpAddress\": \"a.b\"}}]",
         "setDefaultDpAddress is not in SGP.32 v1.0"},
        {ORDER_DATA, "{\"tagList\": \"BF2281\"}", "81 (default SM-DP+) is 80"},
        {ORDER_DATA, "{\"tagList\": \"A2\"}", "A2 (kept results) is not in"},
    };
    char detail[REST_ORDERS_DETAIL_SIZE];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *content = json_loads(rows[i].content, 0, NULL);
        cr_expect(
            package_check(EIM_RELEASE_1_2, rows[i].facility, content, detail, sizeof(detail)));
        cr_expect_not(
            package_check(EIM_RELEASE_1_0, rows[i].facility, content, detail, sizeof(detail)));
        cr_expect_not_null(strstr(detail, rows[i].says), "%s", detail);
        json_decref(content);
    }
}

Test(eim_hostile, an_order_that_was_placed_under_another_release_ends_with_the_reason)
{
    char first[ORDERS_NAME_SIZE], second[ORDERS_NAME_SIZE];
    eim_world_order(ORDER_PSMO, "[{\"unsetFallbackAttribute\": {}}]", first);
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", second);
    eim_world_tell_certificates();
    eim_world.plan.release = EIM_RELEASE_1_0;
    eim_world_restart();
    const struct handed handed = eim_world_take_package(eim_world_ask());
    cr_expect_eq(handed.counter, 1);
    EXPECT_OUTCOME(
        first, "done",
        "[{\"orderError\":\"unsetFallbackAttribute is not in SGP.32 v1.0, which this eIM "
        "speaks (--release 1.0)\"}]");
    EXPECT_OUTCOME(second, "work", "[]");
}

/* The question for the certificates, or its answer, may get lost; an IPA that never answers still
 * gets its packages. */
Test(eim_hostile, certificates_are_asked_for_again_but_not_for_ever)
{
    char name[ORDERS_NAME_SIZE];
    struct blob answer;
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    for (int i = 0; i < CHIPS_ASKS_MAX; i++) {
        answer = eim_world_ask();
        cr_expect_eq(answer.data[4], 0x52, "%d", i);
        blob_finish(&answer);
        eim_world_restart();
    }
    answer = eim_world_ask();
    cr_expect_eq(answer.data[4], 0x51);
    blob_finish(&answer);
}

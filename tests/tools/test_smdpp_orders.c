#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tools/smdpp/orders/downloads.h"
#include "tools/smdpp/orders/schema.h"

static struct database *database;

static void stay_quiet(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void start(void)
{
    trace_to(stay_quiet, NULL);
    cr_assert_eq(database_open(NULL, &smdpp_schema, &database), 0);
}

static void end(void)
{
    database_close(database);
}

static int taken;

TestSuite(orders, .init = start, .fini = end);

static struct order make(const char *iccid, const char *matching_id, const char *eid)
{
    struct order order = {.state = ORDER_RELEASED};
    snprintf(order.iccid, sizeof(order.iccid), "%s", iccid);
    snprintf(order.package, sizeof(order.package), "P%s", iccid);
    snprintf(order.matching_id, sizeof(order.matching_id), "%s", matching_id);
    snprintf(order.eid, sizeof(order.eid), "%s", eid);
    return order;
}

Test(orders, are_found_by_what_they_bear)
{
    struct order one = make("891", "AC-1", ""), two = make("892", "", "EID2"), found;
    one.has_code = true;
    one.code[0] = 7;
    cr_assert_eq(orders_add(database, &one), 0);
    cr_assert_eq(orders_add(database, &two), 0);
    cr_assert_eq(orders_find_by_matching_id(database, "AC-1", &found), 0);
    cr_assert_eq(found.id, one.id);
    cr_assert(found.has_code);
    cr_assert_eq(found.code[0], 7);
    cr_assert_str_eq(found.package, "P891");
    cr_assert_eq(orders_find_by_iccid(database, "892", &found), 0);
    cr_assert_eq(found.id, two.id);
    cr_assert_not(found.has_code);
    cr_assert_eq(orders_find_by_eid(database, "EID2", "", &found), 0);
    cr_assert_eq(orders_find_by_matching_id(database, "", &found), 1);
    cr_assert_eq(orders_find_by_matching_id(database, "P891", &found), 1);
    cr_assert_eq(orders_find_by_eid(database, "", "", &found), 1);
    cr_assert_eq(orders_find_by_iccid(database, "893", &found), 1);
}

Test(orders, iccid_and_matching_id_are_given_once)
{
    struct order one = make("891", "AC-1", ""), same_iccid = make("891", "AC-2", ""),
                 same_id = make("892", "AC-1", ""), none = make("893", "", ""),
                 none_again = make("894", "", "");
    cr_assert_eq(orders_add(database, &one), 0);
    cr_assert_eq(orders_add(database, &same_iccid), 1);
    cr_assert_eq(orders_add(database, &same_id), 1);
    cr_assert_eq(orders_add(database, &none), 0);
    cr_assert_eq(orders_add(database, &none_again), 0);
    snprintf(none.matching_id, sizeof(none.matching_id), "AC-1");
    cr_assert_eq(orders_update(database, &none, ORDER_RELEASED), 1);
    cr_assert_eq(orders_remove(database, one.id, ORDER_IN(ORDER_RELEASED)), 0);
    cr_assert_eq(orders_update(database, &none, ORDER_CONFIRMED), 1);
    cr_assert_eq(orders_update(database, &none, ORDER_RELEASED), 0);
}

Test(orders, open_ones_are_one_for_each_chip_and_package)
{
    struct order one = make("891", "", "EID1"), two = make("891", "", "EID2"),
                 again = make("891", "", "EID1");
    cr_assert_eq(orders_take_open(database, &one), 0);
    cr_assert_eq(orders_take_open(database, &two), 0);
    cr_assert_eq(orders_move(database, one.id, ORDER_IN(ORDER_RELEASED), ORDER_DOWNLOADED, NULL),
                 0);
    cr_assert_eq(orders_take_open(database, &again), 0);
    cr_assert_eq(again.id, one.id);
    cr_assert_eq(again.state, ORDER_DOWNLOADED);
    cr_assert_neq(two.id, one.id);
    struct order found;
    cr_assert_eq(orders_find_by_iccid(database, "891", &found), 1);
}

Test(orders, move_from_where_they_are_and_for_whom_they_are)
{
    struct order order = make("891", "AC", ""), found;
    cr_assert_eq(orders_add(database, &order), 0);
    cr_assert_eq(orders_move(database, order.id, ORDER_IN(ORDER_CONFIRMED), ORDER_RELEASED, "EID1"),
                 1);
    cr_assert_eq(
        orders_move(database, order.id, ORDER_IN(ORDER_RELEASED), ORDER_DOWNLOADED, "EID1"), 0);
    cr_assert_eq(
        orders_move(database, order.id, ORDER_IN(ORDER_DOWNLOADED), ORDER_DOWNLOADED, "EID2"), 1);
    cr_assert_eq(orders_move(database, order.id, ORDER_IN(ORDER_DOWNLOADED), ORDER_INSTALLED, NULL),
                 0);
    cr_assert_eq(orders_find(database, order.id, &found), 0);
    cr_assert_eq(found.state, ORDER_INSTALLED);
    cr_assert_str_eq(found.eid, "EID1");
}

Test(orders, tries_are_counted)
{
    struct order order = make("891", "AC", ""), found;
    cr_assert_eq(orders_add(database, &order), 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(orders_count_attempt(database, order.id), 0);
    unsigned left;
    cr_assert_eq(orders_take_code_try(database, order.id, 1000, &left), 0);
    cr_assert_eq(left, 2);
    cr_assert_eq(orders_take_code_try(database, order.id, 1000, &left), 0);
    cr_assert_eq(left, 1);
    cr_assert_eq(orders_find(database, order.id, &found), 0);
    cr_assert_eq(found.attempts, 3);
    cr_assert_eq(found.code_failures, 2);
    cr_assert_eq(orders_restore_code_tries(database, order.id), 0);
    cr_assert_eq(orders_find(database, order.id, &found), 0);
    cr_assert_eq(found.code_failures, 0);
}

static int start_download(int64_t order, uint8_t transaction, uint8_t eid)
{
    uint8_t body[] = {1, 2, 3};
    struct download download = {.transaction_id = bytes_of(&transaction, 1), .order = order};
    struct download_binding binding = {.curve = EC_BRAINPOOL_P256R1, .body = {body, sizeof(body)}};
    download.euicc.eid[0] = eid;
    download.euicc.curve = EC_BRAINPOOL_P256R1;
    binding.euicc_otpk[64] = transaction;
    return downloads_start(database, &download, &binding);
}

Test(orders, a_download_is_kept_until_its_result)
{
    struct order order = make("891", "AC", ""), found;
    struct download_binding binding;
    struct download download;
    const struct download_notification note = {
        .eid = "", .iccid = "891", .operation = "install", .result = "ok", .pending = BYTES(1)};
    cr_assert_eq(orders_add(database, &order), 0);
    cr_assert_eq(downloads_find_binding(database, order.id, &binding), 1);
    cr_assert_eq(start_download(order.id, 1, 0x89), 0);
    cr_assert_eq(start_download(order.id, 2, 0x89), 0);
    cr_assert_eq(start_download(order.id, 3, 0x90), 1, "another chip");
    cr_assert_eq(downloads_find_binding(database, order.id, &binding), 0);
    cr_assert_eq(binding.curve, EC_BRAINPOOL_P256R1);
    cr_assert_eq(binding.euicc_otpk[64], 2);
    cr_assert(bytes_equal(blob_bytes(&binding.body), BYTES(1, 2, 3)));
    downloads_finish_binding(&binding);
    cr_assert_eq(downloads_find(database, BYTES(1), &download), 0);
    cr_assert_eq(download.order, order.id);
    cr_assert_eq(download.euicc.eid[0], 0x89);
    cr_assert_eq(downloads_find(database, BYTES(3), &download), 1);

    cr_assert_eq(downloads_conclude(database, order.id, ORDER_INSTALLED, &note), 0);
    cr_assert_eq(downloads_conclude(database, order.id, ORDER_RELEASED, &note), 0);
    cr_assert_eq(orders_find(database, order.id, &found), 0);
    cr_assert_eq(found.state, ORDER_INSTALLED);
    cr_assert_eq(downloads_find_binding(database, order.id, &binding), 1);
    cr_assert_eq(start_download(order.id, 4, 0x89), 1, "installed");
}

Test(orders, what_is_taken_back_leaves_nothing)
{
    struct order order = make("891", "AC", "EID1"), found;
    cr_assert_eq(database_begin(database), 0);
    cr_assert_eq(orders_take_open(database, &order), 0);
    cr_assert_eq(orders_find(database, order.id, &found), 0);
    cr_assert_eq(database_end(database, 1), 1);
    cr_assert_eq(orders_find(database, order.id, &found), 1);
}

Test(orders, a_file_that_is_no_database_is_refused)
{
    char path[] = "/tmp/emuicc-orders-XXXXXX";
    const int file = mkstemp(path);
    cr_assert_geq(file, 0);
    static const char text[] = "this is no database, and long enough to be none of them either";
    cr_assert_eq(write(file, text, sizeof(text)), (ssize_t)sizeof(text));
    close(file);
    struct database *other = NULL;
    cr_assert_lt(database_open(path, &smdpp_schema, &other), 0);
    cr_assert_null(other);
    unlink(path);
    cr_assert_lt(database_open("/tmp/no/such/folder/orders.db", &smdpp_schema, &other), 0);
}

static void count_order(void *context, const struct order *order)
{
    cr_assert_not(order->open);
    ++*(int *)context;
}

Test(orders, limits_are_each_orders_own)
{
    struct order one = make("891", "AC-1", ""), two = make("892", "AC-2", ""),
                 any = make("893", "", "EID"), found;
    int visited = 0;
    cr_assert_eq(orders_add(database, &one), 0);
    cr_assert_eq(orders_add(database, &two), 0);
    cr_assert_eq(orders_take_open(database, &any), 0);
    cr_assert_eq(orders_limit(database, one.id, &(struct order_limits){true, 1000, 3}), 0);
    cr_assert_eq(orders_limit(database, one.id, &(struct order_limits){.tries = 4}), 0);
    cr_assert_eq(orders_find(database, one.id, &found), 0);
    cr_assert_eq(found.expires, 1000);
    cr_assert_eq(found.tries, 4);
    cr_assert_eq(orders_limit(database, one.id, &(struct order_limits){.has_expires = true}), 0);
    cr_assert_eq(orders_find(database, one.id, &found), 0);
    cr_assert_eq(found.expires, 0);
    cr_assert_eq(found.tries, 4);
    cr_assert_eq(orders_find(database, two.id, &found), 0);
    cr_assert_eq(found.tries, 0);
    cr_assert_eq(orders_each(database, count_order, &visited), 2);
    cr_assert_eq(visited, 2);
    cr_assert_eq(orders_move(database, two.id, ORDER_IN(ORDER_RELEASED), ORDER_INSTALLED, NULL), 0);
    cr_assert_eq(orders_limit(database, two.id, &(struct order_limits){.tries = 4}), 1);
}

/* What is read from the file first is no reason to take an end back that was set in between. */
Test(orders, an_end_that_was_set_stays)
{
    struct order order = make("891", "AC-1", ""), found;
    cr_assert_eq(orders_add(database, &order), 0);
    cr_assert_eq(orders_limit(database, order.id, &(struct order_limits){true, 1000, 0}), 0);
    order.expires = 5000;
    cr_assert_eq(orders_update(database, &order, ORDER_RELEASED), 0);
    cr_assert_eq(orders_find(database, order.id, &found), 0);
    cr_assert_eq(found.expires, 1000);
}

Test(orders, a_file_from_before_limits_is_brought_up)
{
    char path[] = "/tmp/emuicc-orders-XXXXXX", beside[sizeof(path) + 4];
    struct database_schema before = smdpp_schema;
    struct database *file;
    struct order found;
    before.version = 6;
    close(mkstemp(path));
    cr_assert_eq(database_open(path, &before, &file), 0);
    cr_assert_eq(database_change(file,
                                 "INSERT INTO orders (open, state, iccid, package, type,"
                                 " matching_id, expires) VALUES (0, 3, '891', 'P', '', 'AC', 7)",
                                 NULL, 0),
                 1);
    database_close(file);
    cr_assert_eq(database_open(path, &smdpp_schema, &file), 0);
    cr_assert_eq(orders_find_by_matching_id(file, "AC", &found), 0);
    cr_assert_eq(found.expires, 7);
    cr_assert_eq(found.tries, 0);
    database_close(file);
    for (size_t i = 0; i < 3; i++) {
        static const char *const endings[] = {"", "-wal", "-shm"};
        snprintf(beside, sizeof(beside), "%s%s", path, endings[i]);
        unlink(beside);
    }
}

#define TRIES 64

static void *try_code(void *context)
{
    unsigned left;
    for (int i = 0; i < TRIES; i++)
        if (orders_take_code_try(database, *(int64_t *)context, 1000, &left) == 0)
            __atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
    return NULL;
}

/* Many callers at once have together as many tries as one. */
Test(orders, tries_at_a_code_are_bounded_for_all_callers_together)
{
    struct order order = make("891", "AC", "");
    pthread_t threads[8];
    cr_assert_eq(orders_add(database, &order), 0);
    for (size_t i = 0; i < 8; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, try_code, &order.id), 0);
    for (size_t i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    cr_assert_eq(taken, ORDERS_CODES_MAX);
}

Test(orders, an_open_ones_wrong_codes_are_forgotten_after_a_while)
{
    struct order order = make("891", "", "EID");
    unsigned left;
    cr_assert_eq(orders_take_open(database, &order), 0);
    for (int i = 0; i < ORDERS_CODES_MAX; i++)
        cr_assert_eq(orders_take_code_try(database, order.id, 1000, &left), 0);
    cr_assert_eq(orders_take_code_try(database, order.id, 1000 + ORDERS_CODE_SECONDS, &left), 1);
    cr_assert_eq(orders_take_code_try(database, order.id, 1001 + ORDERS_CODE_SECONDS, &left), 0);
    cr_assert_eq(left, ORDERS_CODES_MAX - 1);
}

static int count(const char *sql)
{
    int rows = database_query(database, sql, NULL, 0, NULL, NULL);
    cr_assert_geq(rows, 0);
    return rows;
}

/* Whoever asks for however much: what the server keeps has its bounds. */
Test(orders, open_ones_and_notifications_are_kept_in_bounds)
{
    static const uint8_t pending[64];
    struct order first = make("891", "", "EID first");
    cr_assert_eq(orders_take_open(database, &first), 0);
    cr_assert_eq(orders_move(database, first.id, ORDER_IN(ORDER_RELEASED), ORDER_DOWNLOADED, NULL),
                 0);
    for (int i = 0; i < ORDERS_OPEN_MAX + 50; i++) {
        struct order order = make("891", "", "");
        snprintf(order.eid, sizeof(order.eid), "EID %d", i);
        cr_assert_eq(orders_take_open(database, &order), 0);
    }
    cr_assert_eq(count("SELECT 1 FROM orders"), ORDERS_OPEN_MAX);
    cr_assert_eq(orders_find(database, first.id, &first), 0, "one on its way stays");
    for (uint32_t i = 0; i < DOWNLOADS_NOTES_MAX + 50; i++) {
        const struct download_notification note = {
            1, "EID", "891", "install", "ok", i, bytes_of(pending, sizeof(pending))};
        cr_assert_eq(downloads_note(database, &note), 0);
        cr_assert_eq(downloads_note(database, &note), 0);
    }
    cr_assert_eq(count("SELECT 1 FROM notifications"), DOWNLOADS_NOTES_MAX);
}

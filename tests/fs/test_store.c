/* Opening, values, notifications, transactions. */
#include "tests/fs/test_store.h"

#include <sqlite3.h>
#include <sys/stat.h>

TestSuite(store, .init = test_make_folder, .fini = test_remove_folder);

static unsigned mode_of(const char *path)
{
    struct stat status;
    cr_assert(stat(path, &status) == 0);
    return status.st_mode & 07777;
}

static void run_sql(const char *script)
{
    sqlite3 *database;
    cr_assert(sqlite3_open(test_path("store.sqlite"), &database) == SQLITE_OK);
    cr_assert(sqlite3_exec(database, script, NULL, NULL, NULL) == SQLITE_OK, "%s",
              sqlite3_errmsg(database));
    sqlite3_close(database);
}

static void assert_refused(const char *directory, const char *why)
{
    struct store *store = NULL;
    cr_assert(store_open(directory, &store) < 0);
    cr_assert(store == NULL);
    cr_assert(strstr(test_trace, why) != NULL, "%s", test_trace);
    cr_assert(strstr(test_trace, directory) != NULL, "%s", test_trace);
}

Test(store, makes_its_folder_with_parents)
{
    char directory[128];
    snprintf(directory, sizeof(directory), "%s", test_path("a/b/chip"));
    struct store *store = test_open(directory);
    cr_assert(store_is_new(store));
    cr_assert(eq(u32, mode_of(directory), 0700));
    cr_assert(eq(u32, mode_of(test_path("a")), 0700));
    cr_assert(eq(u32, mode_of(test_path("a/b/chip/store.sqlite")), 0600));
    cr_assert(eq(u32, mode_of(test_path("a/b/chip/store.sqlite-wal")), 0600));
    store_close(store);
}

Test(store, is_new_until_something_is_committed)
{
    struct store *store = test_open(test_folder);
    store_close(store);
    store = test_open(test_folder);
    cr_assert(store_is_new(store));
    test_put(store, "eid", "8904");
    cr_assert(store_is_new(store));
    cr_assert(store_commit(store) == 0);
    cr_assert(not(store_is_new(store)));
    store_close(store);
    store = test_open(test_folder);
    cr_assert(not(store_is_new(store)));
    store_close(store);
}

Test(store, values_are_put_replaced_and_forgotten)
{
    struct store *store = test_open(test_folder);
    cr_assert(test_get(store, "eid") == NULL);
    test_put(store, "eid", "one");
    test_put(store, "eid", "two");
    test_put(store, "empty", "");
    cr_assert(eq(str, (char *)test_get(store, "eid"), "two"));
    cr_assert(eq(str, (char *)test_get(store, "empty"), ""));
    cr_assert(store_forget(store, "eid") == 0);
    cr_assert(test_get(store, "eid") == NULL);
    store_close(store);
}

Test(store, a_value_longer_than_its_place_is_a_failure)
{
    struct store *store = test_open(test_folder);
    test_put(store, "eid", "0123456789");
    uint8_t room[4];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert(store_get(store, "eid", &out) < 0);
    cr_assert(strstr(test_trace, "value eid is too long") != NULL);
    store_close(store);
}

static int collect_name(void *context, const char *name, struct bytes value)
{
    char *all = context;
    cr_assert(value.len == 1);
    strcat(strcat(all, name), " ");
    return strcmp(name, "c/9") == 0 ? 77 : 0;
}

Test(store, values_are_visited_by_prefix_in_order)
{
    struct store *store = test_open(test_folder);
    const char *const names[] = {"c/2", "d", "c/1", "b", "c", "c/", "cc"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        test_put(store, names[i], "x");
    char all[64] = "";
    cr_assert(store_each_value(store, "c/", collect_name, all) == 0);
    cr_assert(eq(str, all, "c/ c/1 c/2 "));
    test_put(store, "c/9", "x");
    test_put(store, "c/99", "x");
    all[0] = '\0';
    cr_assert(store_each_value(store, "c/", collect_name, all) == 77);
    cr_assert(eq(str, all, "c/ c/1 c/2 c/9 "));
    all[0] = '\0';
    cr_assert(store_each_value(store, "", collect_name, all) == 77);
    store_close(store);
}

Test(store, a_change_opens_a_transaction)
{
    struct store *store = test_open(test_folder);
    cr_assert(not(store_changed(store)));
    cr_assert(store_commit(store) == 0);
    test_put(store, "eid", "one");
    cr_assert(store_changed(store));
    cr_assert(store_commit(store) == 0);
    cr_assert(not(store_changed(store)));
    test_put(store, "eid", "two");
    store_rollback(store);
    cr_assert(not(store_changed(store)));
    cr_assert(eq(str, (char *)test_get(store, "eid"), "one"));
    test_put(store, "eid", "three");
    store_close(store);
    store = test_open(test_folder);
    cr_assert(eq(str, (char *)test_get(store, "eid"), "one"));
    store_close(store);
}

static void add_notification(struct store *store, uint32_t sequence, uint8_t operation)
{
    const struct store_notification row = {sequence, operation, bytes_of_text("smdp.example.com"),
                                           operation == 0 ? (struct bytes){0} : BYTES(0x98, 0x00),
                                           BYTES(0xBF, 0x37, 0x00)};
    cr_assert(store_notification_add(store, &row) == 0);
}

static int collect_notification(void *context, const struct store_notification *row)
{
    char *all = context;
    cr_assert(bytes_equal(row->address, bytes_of_text("smdp.example.com")));
    cr_assert(eq(sz, row->iccid.len, row->operation == 0 ? 0 : 2));
    cr_assert(bytes_equal(row->pending, BYTES(0xBF, 0x37, 0x00)));
    sprintf(all + strlen(all), "%u:%u ", row->sequence, row->operation);
    return 0;
}

Test(store, notifications_come_in_order_of_sequence)
{
    struct store *store = test_open(test_folder);
    add_notification(store, 4000000000, 3);
    add_notification(store, 2, 0);
    add_notification(store, 7, 1);
    add_notification(store, 0, 2);
    cr_assert(store_notification_remove(store, 7) == 0);
    cr_assert(eq(int, store_notification_remove(store, 7), SW_REFERENCE_NOT_FOUND));
    char all[64] = "";
    cr_assert(store_each_notification(store, collect_notification, all) == 0);
    cr_assert(eq(str, all, "0:2 2:0 4000000000:3 "));
    store_close(store);
}

Test(store, a_failed_change_cannot_be_committed)
{
    struct store *store = test_open(test_folder);
    add_notification(store, 1, 1);
    cr_assert(store_commit(store) == 0);
    test_put(store, "eid", "lost");
    const struct store_notification twice = {.sequence = 1};
    cr_assert(store_notification_add(store, &twice) < 0);
    cr_assert(store_commit(store) < 0);
    cr_assert(test_get(store, "eid") == NULL);
    test_put(store, "eid", "kept");
    cr_assert(store_commit(store) == 0);
    store_close(store);
}

static int visit_again(void *context, const char *name, struct bytes value)
{
    (void)name;
    (void)value;
    return store_each_value(context, "", visit_again, context);
}

Test(store, a_visitor_that_calls_back_is_told)
{
    struct store *store = test_open(test_folder);
    test_put(store, "eid", "one");
    cr_assert(store_each_value(store, "", visit_again, store) < 0);
    cr_assert(strstr(test_trace, "visitor") != NULL);
    store_close(store);
}

Test(store, a_second_process_is_refused)
{
    struct store *store = test_open(test_folder);
    assert_refused(test_folder, "in use by another process");
    store_close(store);
    store_close(test_open(test_folder));
}

Test(store, a_newer_schema_is_refused)
{
    store_close(test_open(test_folder));
    run_sql("PRAGMA user_version = 4711");
    assert_refused(test_folder, "newer release");
}

Test(store, a_foreign_database_is_refused)
{
    run_sql("CREATE TABLE contacts (name)");
    run_sql("PRAGMA user_version = 1");
    assert_refused(test_folder, "not a store of emuicc");
}

static void expect_untouched(const char *pragmas)
{
    char before[4096], after[4096];
    run_sql("CREATE TABLE contacts (name)");
    run_sql(pragmas);
    FILE *file = fopen(test_path("store.sqlite"), "r");
    const size_t before_len = fread(before, 1, sizeof(before), file);
    fclose(file);
    assert_refused(test_folder, "not a store of emuicc");
    file = fopen(test_path("store.sqlite"), "r");
    cr_assert(fread(after, 1, sizeof(after), file) == before_len);
    fclose(file);
    cr_assert(memcmp(before, after, before_len) == 0);
}

Test(store, a_foreign_database_without_a_version_is_refused_and_left_as_it_was)
{
    expect_untouched("PRAGMA user_version = 0");
}

Test(store, a_file_that_is_no_database_is_refused)
{
    FILE *file = fopen(test_path("store.sqlite"), "w");
    for (int i = 0; i < 200; i++)
        fputs("this is no database\n", file);
    fclose(file);
    assert_refused(test_folder, "not a store of emuicc");
}

Test(store, a_folder_that_cannot_be_made_is_told)
{
    fclose(fopen(test_path("file"), "w"));
    char directory[128];
    snprintf(directory, sizeof(directory), "%s", test_path("file/chip"));
    struct store *store = NULL;
    cr_assert(eq(int, store_open(directory, &store), FAILURE_MEMORY));
    cr_assert(strstr(test_trace, "file/chip") != NULL, "%s", test_trace);
}

Test(store, at_rest_it_is_closed_and_the_next_use_opens_it)
{
    struct store *store = test_open(test_folder);
    test_put(store, "eid", "8904");
    cr_assert(store_commit(store) == 0);
    test_put(store, "eid", "not committed");
    for (int i = 0; i < 2; i++) {
        store_suspend(store);
        store_suspend(store);
        cr_assert(not(store_is_open(store)));
        cr_assert(not(store_changed(store)));
        cr_assert(access(test_path("store.sqlite-wal"), F_OK) != 0);
        cr_assert(eq(str, (char *)test_get(store, "eid"), "8904"));
        cr_assert(store_is_open(store));
    }
    store_suspend(store);
    test_put(store, "eid", "8905");
    cr_assert(store_commit(store) == 0);
    store_suspend(store);
    store_close(store);
    store = test_open(test_folder);
    cr_assert(eq(str, (char *)test_get(store, "eid"), "8905"));
    store_close(store);
}

Test(store, changed_by_others_while_at_rest_it_is_refused)
{
    uint8_t room[8];
    struct writer out = writer_on(room, sizeof(room));
    struct store *store = test_open(test_folder);
    test_put(store, "eid", "8904");
    cr_assert(store_commit(store) == 0);
    store_suspend(store);
    struct store *other = test_open(test_folder);
    cr_assert(store_get(store, "eid", &out) < 0);
    cr_assert(strstr(test_trace, "in use by another process") != NULL, "%s", test_trace);
    store_close(other);
    cr_assert(eq(str, (char *)test_get(store, "eid"), "8904")); /* it has only looked */
    store_suspend(store);
    other = test_open(test_folder);
    test_put(other, "eid", "8905 and more");
    cr_assert(store_commit(other) == 0);
    store_close(other);
    cr_assert(store_get(store, "eid", &out) < 0);
    cr_assert(strstr(test_trace, "another process has changed it") != NULL, "%s", test_trace);
    cr_assert(store_put(store, "eid", bytes_of_text("8906")) < 0);
    cr_assert(not(store_changed(store)));
    store_close(store);
}

static unsigned notices;

static void count_notices(void *context, enum trace_level level, const char *text)
{
    (void)context, (void)text;
    notices += level == TRACE_NOTICE;
}

Test(store, what_is_said_of_a_change_is_said_when_it_is_committed)
{
    struct store *store = test_open(test_folder);
    trace_to(count_notices, NULL);
    store_notice(store, "eid changed");
    test_put(store, "eid", "1");
    store_rollback(store);
    cr_assert(store_commit(store) == 0);
    cr_assert(eq(u32, notices, 0));
    test_put(store, "eid", "1");
    store_notice(store, "eid changed");
    store_notice(store, "and more");
    cr_assert(eq(u32, notices, 0));
    cr_assert(store_commit(store) == 0);
    cr_assert(eq(u32, notices, 2));
    store_close(store);
}

static void keep_line(void *context, enum trace_level level, const char *text)
{
    (void)context;
    snprintf(test_trace, sizeof(test_trace), "%d %s", (int)level, text);
}

Test(store, a_folder_that_others_may_write_to_is_told)
{
    char expected[256];
    trace_to(keep_line, NULL);
    store_close(test_open(test_folder));
    cr_assert(strstr(test_trace, "may write") == NULL, "%s", test_trace);
    cr_assert(chmod(test_folder, 0777) == 0);
    store_close(test_open(test_folder));
    snprintf(expected, sizeof(expected),
             "%d %s: everybody may write to this folder, which has keys in it; chmod 700 '%s'",
             (int)TRACE_NOTICE, test_folder, test_folder);
    cr_assert(eq(str, test_trace, expected));
}

/* A snapshot's name is that of a file of its folder, and none that hides. */
Test(store, names_of_snapshots)
{
    char name[66];
    memset(name, 'a', sizeof(name));
    name[65] = '\0';
    cr_expect(not(store_snapshot_is_name(name)));
    name[64] = '\0';
    cr_expect(store_snapshot_is_name(name));
    cr_expect(store_snapshot_is_name("A-1_b.2"));
    cr_expect(not(store_snapshot_is_name("")));
    cr_expect(not(store_snapshot_is_name(".a")));
    cr_expect(not(store_snapshot_is_name("a/b")));
    cr_expect(not(store_snapshot_is_name("a b")));
}

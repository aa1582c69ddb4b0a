/* The connections of a group, which move from one chip's file to the next: each chip has what is
 * its own, and a file that such a connection cannot serve as it is gets one by itself. */
#include "tests/fs/test_store.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fs/store/store_group.h"
#include "fs/store/store_group_inside.h"

#define CHIPS 3
#define ROUNDS 12

static struct store_group *group;
static char folder[100], log_path[100], folders[CHIPS][120], files[CHIPS][400];

static void open_group(void)
{
    cr_assert(store_group_open(folder, log_path, NULL, &group) == 0, "%s", test_trace);
}

static struct store *open_chip(int chip)
{
    struct store *store;
    cr_assert(store_open_in(group, folders[chip], &store) == 0, "%s", test_trace);
    return store;
}

/* Alike but for a letter: pages and counters are the same. */
static void write_chip(struct store *store, int chip, int round)
{
    const char value[] = {(char)('a' + chip), (char)('A' + round), '\0'};
    test_put(store, "eid", value);
    cr_assert(store_commit(store) == 0, "%s", test_trace);
}

static void expect_chip(struct store *store, int chip, int round)
{
    const char value[] = {(char)('a' + chip), (char)('A' + round), '\0'};
    cr_assert_str_eq(test_get(store, "eid"), value, "chip %d, round %d", chip, round);
}

/* The first time each has a connection of its own, which makes its tables. */
static void make_chips(void)
{
    test_make_folder();
    snprintf(folder, sizeof(folder), "%s/chips", test_folder);
    snprintf(log_path, sizeof(log_path), "%s/0", test_folder);
    cr_assert(mkdir(folder, 0700) == 0);
    open_group();
    for (int i = 0; i < CHIPS; i++) {
        snprintf(folders[i], sizeof(folders[i]), "%s/%d", folder, i);
        snprintf(files[i], sizeof(files[i]), "%s/" STORE_FILE, folders[i]);
        struct store *store = open_chip(i);
        write_chip(store, i, 0);
        store_close(store);
    }
    store_group_close(group);
    open_group();
}

static void run(const char *file, const char *script)
{
    sqlite3 *database;
    cr_assert(sqlite3_open_v2(file, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    cr_assert(sqlite3_exec(database, script, NULL, NULL, NULL) == SQLITE_OK, "%s",
              sqlite3_errmsg(database));
    sqlite3_close(database);
}

TestSuite(store_spare, .init = make_chips, .fini = test_remove_folder);

Test(store_spare, one_connection_serves_one_chip_after_the_other)
{
    for (int round = 1; round < ROUNDS; round++)
        for (int i = 0; i < CHIPS; i++) {
            struct store *store = open_chip(i);
            cr_assert_eq(group->spare_count, 0);
            expect_chip(store, i, round - 1);
            write_chip(store, i, round);
            if (round % 4 == 3)
                cr_assert(store_group_checkpoint(group) == 0);
            store_close(store);
            cr_assert_eq(group->spare_count, 1);
        }
    store_group_close(group);
    for (int i = 0; i < CHIPS; i++) {
        struct store *store = test_open(folders[i]);
        expect_chip(store, i, ROUNDS - 1);
        store_close(store);
    }
}

/* Closed for a moment each, in another order each time. */
Test(store_spare, chips_change_their_connections)
{
    struct store *stores[CHIPS];
    for (int i = 0; i < CHIPS; i++)
        stores[i] = open_chip(i);
    for (int round = 1; round < ROUNDS; round++) {
        for (int i = 0; i < CHIPS; i++)
            store_suspend(stores[i * round % CHIPS]);
        for (int i = 0; i < CHIPS; i++) {
            expect_chip(stores[(i + round) % CHIPS], (i + round) % CHIPS, round - 1);
            write_chip(stores[(i + round) % CHIPS], (i + round) % CHIPS, round);
        }
    }
    for (int i = 0; i < CHIPS; i++)
        store_close(stores[i]);
    cr_expect_eq(group->spare_count, CHIPS);
    store_group_close(group);
}

/* What was not committed goes with the chip. */
Test(store_spare, a_change_that_is_given_up_reaches_nobody)
{
    struct store *first = open_chip(0);
    test_put(first, "eid", "lost");
    test_put(first, "more", "lost");
    store_close(first);
    struct store *second = open_chip(1);
    expect_chip(second, 1, 0);
    cr_expect_null(test_get(second, "more"));
    write_chip(second, 1, 1);
    store_close(second);
    first = open_chip(0);
    expect_chip(first, 0, 0);
    cr_expect_null(test_get(first, "more"));
    store_close(first);
    cr_expect_eq(group->spare_count, 1);
    store_group_close(group);
}

/* The same tables under the same number, one of them elsewhere in the file. */
Test(store_spare, a_file_whose_tables_are_elsewhere_is_opened_by_itself)
{
    store_close(open_chip(0));
    cr_assert_eq(group->spare_count, 1);
    run(files[1],
        "CREATE TABLE spacer (x);"
        "CREATE TABLE kept AS SELECT sql FROM sqlite_master WHERE name = 'image';"
        "DROP TABLE image; CREATE TABLE filler (x);"
        "CREATE TABLE image (profile INTEGER PRIMARY KEY REFERENCES profile ON DELETE CASCADE,"
        "  whole BLOB NOT NULL);"
        "DROP TABLE filler; DROP TABLE spacer; DROP TABLE kept");
    struct store *store = open_chip(1);
    expect_chip(store, 1, 0);
    write_chip(store, 1, 1);
    store_close(store);
    cr_expect_eq(group->spare_count, 0);
    store = open_chip(0);
    expect_chip(store, 0, 0);
    store_close(store);
    cr_expect_eq(group->spare_count, 1);
    store_group_close(group);
}

/* A chip that was by itself, and was cut off there: SQLite's log is beside it. */
Test(store_spare, what_is_beside_a_file_is_read_first)
{
    char command[700];
    store_group_close(group);
    struct store *store = test_open(folders[2]);
    write_chip(store, 2, 5);
    snprintf(command, sizeof(command), "cp -r %s %s", folders[2], test_path("copy"));
    cr_assert(system(command) == 0);
    store_close(store);
    snprintf(command, sizeof(command), "rm -r %s && mv %s %s", folders[2], test_path("copy"),
             folders[2]);
    cr_assert(system(command) == 0);
    open_group();
    store_close(open_chip(0));
    store = open_chip(2);
    expect_chip(store, 2, 5);
    write_chip(store, 2, 6);
    store_close(store);
    store = open_chip(2); /* it is one file now */
    cr_expect_eq(group->spare_count, 0);
    expect_chip(store, 2, 6);
    store_close(store);
    store_group_close(group);
}

/* A process ends in the midst of a change: the file is half of it, a journal beside it the rest. */
static void break_off(const char *file)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        run(file, "PRAGMA journal_mode = DELETE");
        sqlite3 *database;
        (void)sqlite3_open_v2(file, &database, SQLITE_OPEN_READWRITE, NULL);
        (void)sqlite3_exec(database,
                           "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN;"
                           "UPDATE value SET value = 'xX';"
                           "WITH RECURSIVE n (i) AS (VALUES (1) UNION SELECT i + 1 FROM n LIMIT 50)"
                           " INSERT INTO value SELECT 'filler' || i, zeroblob(3000) FROM n",
                           NULL, NULL, NULL);
        _exit(0);
    }
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
}

/* A journal that has been played is gone or begins with zeros, as the release of SQLite has it. */
static bool is_played(const char *journal)
{
    FILE *file = fopen(journal, "r");
    const bool played = file == NULL || fgetc(file) <= 0;
    if (file != NULL)
        fclose(file);
    return played;
}

/* A finished journal that is left does not keep the chip from those connections. */
Test(store_spare, a_change_that_was_broken_off_is_taken_back)
{
    char journal[sizeof(files[0]) + 10];
    snprintf(journal, sizeof(journal), "%s-journal", files[1]);
    store_close(open_chip(0));
    break_off(files[1]);
    cr_assert_not(is_played(journal));
    struct store *store = open_chip(1);
    expect_chip(store, 1, 0);
    store_close(store);
    cr_expect(is_played(journal));
    FILE *left = fopen(journal, "w");
    cr_assert(left != NULL && fwrite("\0\0\0\0", 1, 4, left) == 4 && fclose(left) == 0);
    const size_t before = group->spare_count;
    cr_assert_gt(before, 0);
    store = open_chip(1);
    cr_expect_eq(group->spare_count, before - 1);
    expect_chip(store, 1, 0);
    store_close(store);
    store_group_close(group);
}

/* Nobody else reads a chip's file while a connection has it, nor keeps it afterwards. */
Test(store_spare, a_file_is_held_as_long_as_it_is_used)
{
    struct store *store = open_chip(0), *other;
    write_chip(store, 0, 1);
    sqlite3 *database;
    cr_assert(sqlite3_open_v2(files[0], &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    cr_expect(sqlite3_exec(database, "SELECT * FROM value", NULL, NULL, NULL) != SQLITE_OK);
    sqlite3_close(database);
    cr_expect(store_open_in(group, folders[0], &other) < 0);
    write_chip(store, 0, 2);
    store_close(store);
    store_group_close(group);
    store = test_open(folders[0]);
    expect_chip(store, 0, 2);
    store_close(store);
}

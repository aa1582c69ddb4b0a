/* Transactions of a store that threads share, inside each other. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "fs/profile/blob.h"
#include "tools/lib/common/database.h"

#define TEXT_SIZE 128

static const struct database_schema schema = {.name = "numbers",
                                              .table = "numbers",
                                              .sql = "CREATE TABLE numbers (n INTEGER);",
                                              .version = 1,
                                              .journal = "WAL"};
static struct database *database;

static void start(void)
{
    cr_assert_eq(database_open(NULL, &schema, &database), 0);
}

static void end(void)
{
    database_close(database);
}

TestSuite(database, .init = start, .fini = end, .timeout = 30);

static void add(int number)
{
    cr_assert_eq(database_change(database, "INSERT INTO numbers VALUES (?)",
                                 DATABASE_VALUES(DATABASE_N(number))),
                 1);
}

static int count(void)
{
    return database_query(database, "SELECT n FROM numbers", NULL, 0, NULL, NULL);
}

Test(database, an_inner_transaction_fails_alone)
{
    cr_assert_eq(database_begin(database), 0);
    add(1);
    cr_assert_eq(database_begin(database), 0);
    add(2);
    cr_expect_eq(database_end(database, 7), 7);
    cr_assert_eq(database_begin(database), 0);
    add(3);
    cr_expect_eq(database_end(database, 0), 0);
    cr_expect_eq(database_end(database, 0), 0);
    cr_expect_eq(count(), 2);
}

Test(database, an_outer_one_takes_the_inner_ones_back)
{
    cr_assert_eq(database_begin(database), 0);
    cr_assert_eq(database_begin(database), 0);
    cr_assert_eq(database_begin(database), 0);
    add(1);
    cr_expect_eq(database_end(database, 0), 0);
    cr_expect_eq(database_end(database, 0), 0);
    cr_expect_eq(count(), 1);
    cr_expect_eq(database_end(database, -1), -1);
    cr_expect_eq(count(), 0);
    add(2);
    cr_expect_eq(count(), 1);
}

/* What SQLite itself has taken back, nothing inside goes on with. */
Test(database, a_transaction_that_is_gone_is_not_gone_on_with)
{
    cr_assert_eq(database_begin(database), 0);
    add(1);
    (void)database_query(database, "ROLLBACK", NULL, 0, NULL, NULL);
    cr_expect_lt(database_begin(database), 0);
    cr_expect_lt(database_end(database, 0), 0);
    cr_expect_eq(count(), 0);
    cr_assert_eq(database_begin(database), 0);
    cr_expect_eq(database_end(database, 0), 0);
}

/* A file of its own, in which SQLite has done this. */
static void make_file(char *path, const char *sql)
{
    sqlite3 *connection;
    close(mkstemp(path));
    cr_assert_eq(sqlite3_open(path, &connection), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(connection, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(connection);
}

static struct blob read_file(const char *path)
{
    struct blob content;
    cr_assert_eq(blob_read_file(path, 1 << 20, &content), 0);
    return content;
}

/* Nothing is written into a file that is no database, or another program's. */
Test(database, a_file_of_something_else_stays_as_it_is)
{
    static const char *const contents[] = {
        "CREATE TABLE other (a);",
        "CREATE TABLE other (a); PRAGMA user_version = 1;",
        "PRAGMA user_version = 1;",
        "CREATE TABLE numbers (n); PRAGMA user_version = 2;",
    };
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        char path[] = "/tmp/emuicc-database-XXXXXX";
        struct database *file = NULL;
        make_file(path, contents[i]);
        struct blob before = read_file(path);
        cr_expect_lt(database_open(path, &schema, &file), 0, "%s", contents[i]);
        struct blob after = read_file(path);
        cr_expect(bytes_equal(blob_bytes(&before), blob_bytes(&after)), "%s", contents[i]);
        blob_finish(&before);
        blob_finish(&after);
        unlink(path);
    }
}

static void note(void *context, enum trace_level level, const char *text)
{
    (void)level;
    snprintf(context, TEXT_SIZE, "%s", text);
}

Test(database, a_file_is_known_again_and_a_new_one_is_told)
{
    char path[] = "/tmp/emuicc-database-XXXXXX", said[TEXT_SIZE] = "", expected[TEXT_SIZE];
    struct database *file;
    make_file(path, "");
    trace_to(note, said);
    snprintf(expected, sizeof(expected), "numbers %s: a new file", path);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(database_open(path, &schema, &file), 0);
        database_close(file);
        cr_expect_str_eq(said, i == 0 ? expected : "");
        said[0] = '\0';
    }
    unlink(path);
}

/* Transactions of a store that threads share, inside each other. */
#include <criterion/criterion.h>

#include "tools/lib/common/database.h"

static const struct database_schema schema = {
    .name = "numbers", .sql = "CREATE TABLE numbers (n INTEGER);", .version = 1, .journal = "WAL"};
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

#include <criterion/criterion.h>
#include <pthread.h>

#include "tools/smdpp/session.h"

static struct session_table *table;
static struct random chance;

static void start(void)
{
    random_init(&chance);
    cr_assert_eq(session_table_create(&table), 0);
}

static void end(void)
{
    session_table_destroy(table);
}

TestSuite(session, .init = start, .fini = end);

static struct session *make(void)
{
    struct session *session;
    cr_assert_eq(session_create(&chance, &session), 0);
    return session;
}

Test(session, ids_and_challenges_differ)
{
    struct session *one = make(), *two = make();
    cr_assert_not(bytes_equal(session_id(one), session_id(two)));
    cr_assert_arr_neq(one->challenge, two->challenge, sizeof(one->challenge));
    session_destroy(one);
    session_destroy(two);
    session_destroy(NULL);
}

Test(session, one_that_is_taken_is_not_found_again)
{
    struct session *session = make();
    session_table_put(table, session, 10);
    cr_assert_eq(session_table_count(table), 1);
    cr_assert_eq(session_table_take(table, session_id(session)), session);
    cr_assert_null(session_table_take(table, session_id(session)));
    cr_assert_eq(session_table_count(table), 0);
    session_table_put(table, session, 10);
    cr_assert_not_null(session_table_take(table, session_id(session)));
    session_destroy(session);
}

Test(session, ids_of_wrong_length_are_not_found)
{
    struct session *session = make();
    session_table_put(table, session, 10);
    for (size_t len = 0; len < SESSION_ID_SIZE; len++)
        cr_assert_null(session_table_take(table, bytes_of(session->id, len)));
}

Test(session, time_ends_it)
{
    struct session *session = make();
    uint8_t id[SESSION_ID_SIZE];
    memcpy(id, session->id, sizeof(id));
    session_table_put(table, session, 0);
    cr_assert_null(session_table_take(table, bytes_of(id, sizeof(id))));
    cr_assert_eq(session_table_count(table), 0);
}

Test(session, a_full_table_drops_who_waits_longest)
{
    uint8_t first[SESSION_ID_SIZE], last[SESSION_ID_SIZE];
    for (int i = 0; i <= SESSION_COUNT_MAX; i++) {
        struct session *session = make();
        if (i == 0)
            memcpy(first, session->id, sizeof(first));
        memcpy(last, session->id, sizeof(last));
        session_table_put(table, session, i == 0 ? 100 : 1000);
    }
    cr_assert_eq(session_table_count(table), SESSION_COUNT_MAX);
    cr_assert_null(session_table_take(table, bytes_of(first, sizeof(first))));
    struct session *session = session_table_take(table, bytes_of(last, sizeof(last)));
    cr_assert_not_null(session);
    session_destroy(session);
}

#define THREADS 8
#define ROUNDS 2000
static struct session *shared;
static size_t winners;

static void *fight(void *context)
{
    (void)context;
    uint8_t id[SESSION_ID_SIZE];
    memcpy(id, shared->id, sizeof(id));
    for (int i = 0; i < ROUNDS; i++) {
        struct session *session = session_table_take(table, bytes_of(id, sizeof(id)));
        if (session == NULL)
            continue;
        cr_assert_eq(__atomic_fetch_add(&winners, 1, __ATOMIC_SEQ_CST), 0);
        __atomic_fetch_sub(&winners, 1, __ATOMIC_SEQ_CST);
        session_table_put(table, session, 100);
    }
    return NULL;
}

Test(session, only_one_works_on_it_at_a_time)
{
    pthread_t threads[THREADS];
    shared = make();
    session_table_put(table, shared, 100);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, fight, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cr_assert_eq(session_table_count(table), 1);
}

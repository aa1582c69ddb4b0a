#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tools/smdpp/state/session.h"

#define COUNT_MAX 64
#define BYTES_MAX 65536

static const struct session_limits usual = {600, COUNT_MAX, 1u << 20},
                                   hasty = {0, COUNT_MAX, 1u << 20},
                                   small = {600, COUNT_MAX, BYTES_MAX};

static struct session_table *table;
static struct random chance;

static void start(void)
{
    random_init(&chance);
    cr_assert_eq(session_open_table(&usual, &table), 0);
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
    cr_assert_arr_neq(one->common.challenge, two->common.challenge, sizeof(one->common.challenge));
    session_destroy(one);
    session_destroy(two);
    session_destroy(NULL);
}

Test(session, one_that_is_taken_is_not_found_again)
{
    struct session *session = make();
    session_put(table, session);
    cr_assert_eq(session_table_count(table), 1);
    cr_assert_eq(session_take(table, session_id(session)), session);
    cr_assert_null(session_take(table, session_id(session)));
    cr_assert_eq(session_table_count(table), 0);
    session_put(table, session);
    cr_assert_not_null(session_take(table, session_id(session)));
    session_destroy(session);
}

/* An eIM takes ids from SM-DP+, which may draw one twice. */
Test(session, one_with_an_id_that_is_taken_ends_the_other)
{
    struct session *first = make(), *behind = make(), *second = make();
    /* All three in one bucket, the first in front of the one behind. */
    memcpy(behind->common.entry.id, first->common.entry.id, sizeof(behind->common.entry.id));
    behind->common.entry.id[SESSION_ID_SIZE - 1] ^= 1;
    memcpy(second->common.entry.id, first->common.entry.id, sizeof(second->common.entry.id));
    session_put(table, first);
    session_put(table, behind);
    session_put(table, second);
    cr_assert_eq(session_table_count(table), 2);
    cr_assert_eq(session_take(table, session_id(second)), second);
    cr_assert_eq(session_take(table, session_id(behind)), behind);
    cr_assert_eq(session_table_count(table), 0);
    session_destroy(second);
    session_destroy(behind);
}

Test(session, ids_of_wrong_length_are_not_found)
{
    struct session *session = make();
    session_put(table, session);
    for (size_t len = 0; len < SESSION_ID_SIZE; len++)
        cr_assert_null(session_take(table, bytes_of(session->common.entry.id, len)));
}

/* The table of every test but with other limits. */
static void start_anew(const struct session_limits *limits)
{
    session_table_destroy(table);
    cr_assert_eq(session_open_table(limits, &table), 0);
}

Test(session, time_ends_it)
{
    struct session *session = make(), *later = make();
    uint8_t id[SESSION_ID_SIZE];
    memcpy(id, later->common.entry.id, sizeof(id));
    start_anew(&hasty);
    session_put(table, session);
    later->state = SESSION_BOUND;
    session_put(table, later);
    cr_assert_eq(session_table_count(table), 1, "the next one has swept the first away");
    cr_assert_null(session_take(table, bytes_of(id, sizeof(id))));
    cr_assert_eq(session_table_count(table), 0, "whoever looks sweeps");
    cr_assert_eq(session_table_bytes(table), 0);
}

struct id {
    uint8_t bytes[SESSION_ID_SIZE];
};

/* Of a state and with a package of so many bytes, put into the table. */
static struct id put(enum session_state state, size_t package)
{
    struct id id;
    struct session *session = make();
    session->state = state;
    session->package = (struct blob){calloc(1, package), package};
    memcpy(id.bytes, session->common.entry.id, sizeof(id.bytes));
    session_put(table, session);
    return id;
}

static bool is_there(struct id id)
{
    struct session *session = session_take(table, bytes_of(id.bytes, sizeof(id.bytes)));
    if (session != NULL)
        session_put(table, session);
    return session != NULL;
}

/* Whoever opens sessions for ever drives out nobody but those who do the same. */
Test(session, a_full_table_drops_the_stranger_who_waits_longest)
{
    const struct id chip = put(SESSION_AUTHENTICATED, 1), first = put(SESSION_INITIATED, 0),
                    second = put(SESSION_INITIATED, 0);
    for (int i = 3; i < COUNT_MAX; i++)
        put(SESSION_INITIATED, 0);
    cr_assert_eq(session_table_count(table), COUNT_MAX);
    const struct id last = put(SESSION_INITIATED, 0);
    cr_assert_eq(session_table_count(table), COUNT_MAX);
    cr_assert_not(is_there(first));
    cr_assert(is_there(second) && is_there(last) && is_there(chip));
    for (int i = 0; i < 10 * COUNT_MAX; i++)
        put(SESSION_INITIATED, 0);
    cr_assert_eq(session_table_count(table), COUNT_MAX);
    cr_assert_not(is_there(last));
    cr_assert(is_there(chip));
    cr_assert_eq(session_table_bytes(table), COUNT_MAX * sizeof(struct session) + 1);
}

/* Packages count, not sessions alone. */
Test(session, a_table_holds_so_many_bytes_and_no_more)
{
    const size_t quarter = BYTES_MAX / 4;
    start_anew(&small);
    const struct id stranger = put(SESSION_INITIATED, 0),
                    first = put(SESSION_AUTHENTICATED, quarter),
                    second = put(SESSION_BOUND, quarter);
    put(SESSION_BOUND, quarter);
    cr_assert_eq(session_table_count(table), 4);
    const struct id last = put(SESSION_AUTHENTICATED, quarter);
    cr_assert_eq(session_table_count(table), 3);
    cr_assert_leq(session_table_bytes(table), BYTES_MAX);
    cr_assert(is_there(second) && is_there(last));
    cr_assert_not(is_there(stranger) || is_there(first));
}

#define THREADS 8
#define ROUNDS 2000
static struct session *shared;
static size_t winners;

static void *fight(void *context)
{
    (void)context;
    uint8_t id[SESSION_ID_SIZE];
    memcpy(id, shared->common.entry.id, sizeof(id));
    for (int i = 0; i < ROUNDS; i++) {
        struct session *session = session_take(table, bytes_of(id, sizeof(id)));
        if (session == NULL)
            continue;
        cr_assert_eq(__atomic_fetch_add(&winners, 1, __ATOMIC_SEQ_CST), 0);
        __atomic_fetch_sub(&winners, 1, __ATOMIC_SEQ_CST);
        session_put(table, session);
    }
    return NULL;
}

Test(session, only_one_works_on_it_at_a_time)
{
    pthread_t threads[THREADS];
    shared = make();
    session_put(table, shared);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, fight, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cr_assert_eq(session_table_count(table), 1);
}

/* Requests that share a transaction: who leads, who waits how long, and what each is told. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <unistd.h>

#include "tools/lib/server/group.h"

#define MEMBERS 3
#define AMONG 100 /* more than come */
#define LONGEST_WAIT 20
#define PAUSE_US 20000

struct member {
    struct group_member member; /* first */
    int run, done, result;
};

static struct member members[MEMBERS + 1];
static struct group *group;
static int begun, ended, begin_result, end_result;

static int begin(void *program)
{
    cr_assert_eq(program, (void *)members);
    begun++;
    return begin_result;
}

static int end(void *program, int result)
{
    cr_assert_eq(program, (void *)members);
    cr_assert_eq(result, 0);
    ended++;
    return end_result;
}

static void run(void *context, struct group_member *member)
{
    cr_assert_eq(context, (void *)&group);
    cr_assert_eq(begun, ended + 1, "outside of a transaction");
    ((struct member *)member)->run++;
}

static void done(void *context, struct group_member *member, int result)
{
    struct member *one = (struct member *)member;
    cr_assert_eq(context, (void *)&group);
    one->done++;
    one->result = result;
}

static void start(void)
{
    static const struct group_transaction transaction = {begin, end};
    const struct group_plan plan = {&transaction, members, run, done, &group};
    cr_assert_eq(group_start(&plan, &group), 0);
}

static void stop(void)
{
    group_stop(group);
    group_destroy(group);
}

TestSuite(server_group, .init = start, .fini = stop, .timeout = 60);

static enum group_role add(size_t i, unsigned among)
{
    return group_add(group, &members[i].member, among);
}

static void add_all(void)
{
    for (size_t i = 0; i < MEMBERS; i++)
        cr_assert_eq(add(i, AMONG), i == 0 ? GROUP_LEADS : GROUP_FOLLOWS);
}

Test(server_group, the_first_leads_and_the_others_are_told)
{
    add_all();
    cr_expect_eq(members[0].run, 0);
    cr_expect_eq(group_run(group, &members[0].member), 0);
    for (size_t i = 0; i < MEMBERS; i++) {
        cr_expect_eq(members[i].run, 1);
        cr_expect_eq(members[i].done, i == 0 ? 0 : 1, "member %zu", i);
    }
    cr_expect(begun == 1 && ended == 1);
    cr_expect_eq(add(0, AMONG), GROUP_LEADS);
    cr_expect_eq(group_run(group, &members[0].member), 0);
    cr_expect(members[0].run == 2 && members[1].run == 1 && ended == 2);
}

Test(server_group, a_failure_is_everybodys)
{
    add_all();
    end_result = -3;
    cr_expect_eq(group_run(group, &members[0].member), -3);
    cr_expect(members[2].run == 1 && members[2].result == -3);
    add_all();
    begin_result = -4;
    cr_expect_eq(group_run(group, &members[0].member), -4);
    cr_expect(members[2].run == 1 && members[2].result == -4);
    cr_expect(begun == 2 && ended == 1);
}

/* How often the leader is told to wait. */
static int waits(bool others_come)
{
    int count = 0;
    for (size_t next = 1; group_wait(group) && count < LONGEST_WAIT; count++)
        if (others_come && next <= MEMBERS && count % 2 == 1)
            cr_assert_eq(add(next++, AMONG), GROUP_FOLLOWS);
    return count;
}

Test(server_group, a_leader_waits_as_long_as_others_come)
{
    cr_assert_eq(add(0, 1), GROUP_LEADS);
    cr_expect_eq(waits(false), 0, "nobody else is there");
    (void)group_run(group, &members[0].member);
    cr_assert_eq(add(0, AMONG), GROUP_LEADS);
    const int alone = waits(false);
    cr_expect_eq(alone, 2, "it sleeps once, and lets those that came be read");
    (void)group_run(group, &members[0].member);
    cr_assert_eq(add(0, AMONG), GROUP_LEADS);
    const int longest = waits(true);
    cr_expect(longest > alone && longest < LONGEST_WAIT);
    (void)group_run(group, &members[0].member);
    cr_expect_eq(members[MEMBERS].done, 1);
}

static void *lead(void *context)
{
    usleep(PAUSE_US);
    cr_assert_eq(group_run(group, context), 0);
    return NULL;
}

Test(server_group, the_end_waits_for_the_leader)
{
    pthread_t leader;
    cr_assert_eq(add(0, AMONG), GROUP_LEADS);
    cr_assert_eq(add(1, AMONG), GROUP_FOLLOWS);
    cr_assert_eq(pthread_create(&leader, NULL, lead, &members[0].member), 0);
    group_stop(group);
    cr_expect(members[0].run == 1 && members[1].done == 1);
    cr_expect_eq(add(2, AMONG), GROUP_REFUSED);
    pthread_join(leader, NULL);
    cr_expect_eq(members[2].run, 0);
}

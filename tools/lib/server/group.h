/* group: requests that arrive in the same moment run one after the other, in the thread of the
 * first of them, which leads, between a begin and an end that makes what they did durable at once.
 * None is answered before. */
#ifndef EMUICC_TOOLS_LIB_SERVER_GROUP_H
#define EMUICC_TOOLS_LIB_SERVER_GROUP_H

#include <stdbool.h>

struct group;

/* A request that waits: the caller's, who embeds it. */
struct group_member {
    struct group_member *next;
};

/* What brackets those of one moment: a transaction. A failure of begin means that none of them is
 * run, one of end that nothing they did is there. */
struct group_transaction {
    int (*begin)(void *program);
    int (*end)(void *program, int result);
};

struct group_plan {
    const struct group_transaction *transaction; /* borrowed */
    void *program;
    void (*run)(void *context, struct group_member *member);
    /* result: of begin or end. The member is not touched afterwards. */
    void (*done)(void *context, struct group_member *member, int result);
    void *context;
};

int group_start(const struct group_plan *plan, struct group **out);

enum group_role {
    GROUP_REFUSED, /* the group is at its end: the member was not taken */
    GROUP_FOLLOWS, /* done() tells it what came of it, in another's group_run() */
    GROUP_LEADS,   /* who added it calls group_run() later, whatever happens to the request */
};

/* among: how many there may be at most, this one included: further ones are waited for, for a
 * moment. */
enum group_role group_add(struct group *group, struct group_member *member, unsigned among);
/* For the leader, before group_run(): false where it is to run. True after a moment of sleep or
 * none: the caller lets those that came meanwhile be added, then asks again. */
bool group_wait(struct group *group);
/* All that wait are run, the leader among them; done() is called for the others. The result of the
 * leader, as done() would have it. */
int group_run(struct group *group, struct group_member *leader);
/* No more are taken; returns when the last leader has run. */
void group_stop(struct group *group);
void group_destroy(struct group *group); /* NULL is fine */

#endif

/* group: requests that arrive in the same moment run one after the other, in a thread of their own,
 * between a begin and an end that makes what they did durable at once. None is answered before. */
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
/* among: how many there may be at most, this one included: further ones are waited for, for a
 * moment. False where the group is at its end: the member was not taken. */
bool group_add(struct group *group, struct group_member *member, unsigned among);
/* Those that wait are done, then no more are taken. */
void group_stop(struct group *group);
void group_destroy(struct group *group); /* NULL is fine */

#endif

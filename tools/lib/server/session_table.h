/* session_table: what a server keeps between the calls of one client: sessions with a random id, a
 * deadline, and bounds on all of them. A handler takes one out, works on it alone, and puts it back
 * or destroys it. A second call for a session that is being worked on finds none. */
#ifndef EMUICC_TOOLS_LIB_SERVER_SESSION_TABLE_H
#define EMUICC_TOOLS_LIB_SERVER_SESSION_TABLE_H

#include "crypto/primitives/random.h"

#define SESSION_TABLE_ID_SIZE 16

/* The first member of a program's session. */
struct session_entry {
    struct session_entry *next;          /* the table's: in its bucket */
    struct session_entry *older, *newer; /* the table's: in its queue */
    int64_t deadline;                    /* the table's: seconds of the monotonic clock */
    uint8_t id[SESSION_TABLE_ID_SIZE];
    bool known;   /* the other side has shown who it is; set before the session is put */
    size_t bytes; /* of memory that the whole session holds; set before the session is put */
};

struct session_limits {
    int64_t seconds;     /* a session that waits longer is over */
    size_t count, bytes; /* of all that wait, with all that they hold */
};

struct session_table;
typedef void session_table_end(struct session_entry *entry); /* frees the whole session */

/* Draws the id. 0 or a failure. */
int session_table_name(struct random *random, struct session_entry *entry);

/* 0 or a failure. */
int session_table_create(const struct session_limits *limits, session_table_end *end,
                         struct session_table **out);
void session_table_destroy(struct session_table *table); /* NULL is fine */
/* Gives the session to the table. One too many ends those that wait longest, first of those who
 * have not shown who they are: anybody can open these. One with the same id, which another server
 * may have drawn, is ended. */
void session_table_put(struct session_table *table, struct session_entry *entry);
/* The session with this id, now the caller's; NULL if there is none or its time is over. */
struct session_entry *session_table_take(struct session_table *table, struct bytes id);
/* Sessions that wait, and the bytes that they hold. */
size_t session_table_count(struct session_table *table);
size_t session_table_bytes(struct session_table *table);

#endif

#include "tools/smdpp/state/session.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <stdlib.h>

int session_create(struct random *random, struct session **out)
{
    struct session *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        trace_error("no memory for a session");
        return FAILURE_INTERNAL;
    }
    if (authentication_create(random, &session->common) == 0) {
        *out = session;
        return 0;
    }
    free(session);
    return FAILURE_INTERNAL;
}

void session_destroy(struct session *session)
{
    if (session == NULL)
        return;
    blob_finish(&session->package);
    blob_finish(&session->metadata);
    downloads_finish_binding(&session->binding);
    rpm_orders_finish(&session->rpm);
    wipe(session, sizeof(*session));
    free(session);
}

static void end(struct session_entry *entry)
{
    session_destroy((struct session *)entry);
}

int session_open_table(const struct session_limits *limits, struct session_table **out)
{
    return session_table_create(limits, end, out);
}

void session_put(struct session_table *table, struct session *session)
{
    session->common.entry.known = session->state != SESSION_INITIATED;
    session->common.entry.bytes = sizeof(*session) + session->package.len + session->metadata.len +
                                  session->binding.body.len + session->rpm.package.len;
    session_table_put(table, &session->common.entry);
}

struct session *session_take(struct session_table *table, struct bytes id)
{
    return (struct session *)session_table_take(table, id);
}

/* events: what waits where for which chip (SGP.22 §3.6). */
#ifndef EMUICC_TOOLS_SMDS_EVENTS_H
#define EMUICC_TOOLS_SMDS_EVENTS_H

#include "tools/lib/common/database.h"
#include "tools/lib/server/event.h"

#define EVENTS_A_CHIP 64 /* that one answer can hold */

struct events_record {
    struct event event;
    char owner[EVENT_ID_SIZE];   /* who has registered it, and alone may delete it */
    char root_id[EVENT_ID_SIZE]; /* under which the root SM-DS has it; "": it has not */
};

/* 0; 1 if there is one of this chip and id; 2 if the chip has as many as there is room for; or a
 * failure. */
int events_add(struct database *database, const struct events_record *record, int64_t now);
/* 0 with the record that is gone; 1 if this owner has none of this chip and id; or a failure. */
int events_remove(struct database *database, const struct event *event, const char *owner,
                  struct events_record *gone);
/* Those of a chip, first come first, into room for EVENTS_A_CHIP: all, or with an id the one that
 * bears it, here or at the root. Their number, or a failure. */
int events_list(struct database *database, const char *eid, const char *id,
                struct event out[EVENTS_A_CHIP]);

#endif

/* command: instruction tables. An application lists what it understands, one row a command; the
 * matcher picks the row, so that class, instruction and case are judged in one place. */
#ifndef EMUICC_APDU_COMMAND_H
#define EMUICC_APDU_COMMAND_H

#include "apdu/apdu.h"

/* state: the application's own. response: empty, with room for APDU_RESPONSE_MAX. Returns a
 * failure, a status word, or 0 (see apdu/status.h). Data in the response goes out with success and
 * with warnings (62xx, 63xx, 91xx, 9xxx), and is dropped with anything else. */
typedef int command_handler(void *state, const struct apdu *apdu, struct writer *response);

struct command_row {
    const char *name; /* the specification's, for the trace: "READ BINARY" */
    uint8_t family;   /* class on channel 0: 00, 80, A0 */
    uint8_t ins;
    uint8_t cases; /* allowed enum apdu_case bits */
    command_handler *handle;
    const char *section; /* "TS 102 221 §11.1.3" */
};

struct command_table {
    const struct command_row *rows;
    size_t count;
};

/* The row for this command: 0 with *out; SW_CLASS if no row has its class; SW_INSTRUCTION if none
 * of that class has its instruction; SW_WRONG_LENGTH if the row forbids its case. */
int command_match(const struct command_table *table, const struct apdu *apdu,
                  const struct command_row **out);

#endif

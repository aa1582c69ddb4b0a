/* session: one download driven through a chip as an LPA does it, and what each step of it took of
 * the card's CPU. */
#ifndef EMUICC_TESTS_BENCHMARKS_SESSION_H
#define EMUICC_TESTS_BENCHMARKS_SESSION_H

#include "tests/benchmarks/chip.h"
#include "tests/benchmarks/server.h"

enum session_step {
    SESSION_CHALLENGE,
    SESSION_AUTHENTICATE,
    SESSION_PREPARE,
    SESSION_CHANNEL,  /* key agreement */
    SESSION_METADATA, /* configuration, metadata, keys */
    SESSION_ELEMENTS, /* all segments of the package but the last */
    SESSION_END,      /* the last one: checks, store, result */
    SESSION_STEPS,
};
extern const char *const session_step_names[SESSION_STEPS];

struct session {
    double spent[SESSION_STEPS];  /* nanoseconds, the installation's included */
    double decode, store, commit; /* the installation's own */
    double other_commits;         /* the one-time key kept, then forgotten */
    size_t commands;              /* APDUs of all steps */
};

/* The profile is on the chip afterwards. */
void session_run(struct chip *chip, struct server *server, struct bytes package, struct bytes iccid,
                 struct session *out);
double session_total(const struct session *session);
double session_installation(const struct session *session);

#endif

/* writing: a chip in the middle of it; the steps, each in its room. Inside tools/line/ only. Every
 * step returns false after a fault. */
#ifndef EMUICC_TOOLS_LINE_WRITING_H
#define EMUICC_TOOLS_LINE_WRITING_H

#include "tools/line/timed.h"
#include "tools/line/write_report.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/server/call.h"
#include "tools/smdpp/orders/euicc.h"

#define WRITING_CHALLENGE_SIZE 16
#define WRITING_SIGNED1_SIZE 512
#define WRITING_SIGNED2_SIZE 64

struct writing {
    struct line *line;
    struct write_report *report;
    int64_t start;    /* timed_now() */
    const char *done; /* EID of a chip to be passed over */
    struct fault fault;
    struct random random;
    struct chip chip;
    struct es10 es10;
    struct call call; /* in whose words the server's rooms say no */

    char owner[OWNER_SIZE];
    struct batch_row row;
    bool claimed;
    bool refused;   /* there is nothing to write */
    bool concluded; /* the row has its result */

    uint8_t transaction_id[BATCH_TRANSACTION_SIZE], challenge[WRITING_CHALLENGE_SIZE];
    uint8_t chip_challenge[ES10B_CHALLENGE_LEN];
    const struct credentials_set *server, *chip_ci; /* of DPauth and DPpb; whom the chip is under */
    uint8_t signed1_memory[WRITING_SIGNED1_SIZE], signed2_memory[WRITING_SIGNED2_SIZE];
    struct bytes signed1, signed2; /* what the line signs, in the two above */
    uint8_t signature1[EC_SIGNATURE_SIZE], signature2[EC_SIGNATURE_SIZE];
    struct blob info1, authenticated, prepared, package, result; /* as sent and received */
    struct bytes chip_signature1;                                /* whole, in `authenticated` */
    struct euicc euicc;
    bool open; /* the chip has a session to cancel */
    struct binder_keys keys;
    bool installed;                 /* so says the result */
    char reason[BATCH_REASON_SIZE]; /* if not */
    uint32_t notification;          /* the result's number on the chip */
};

/* claim: who is it, and is there something for it? */
bool writing_ask_eid(struct writing *writing);
bool writing_claim(struct writing *writing);
bool writing_open_row(struct writing *writing);
/* authenticate: both sides make sure of each other (SGP.22 §3.1.2). */
bool writing_greet(struct writing *writing);
bool writing_sign_challenge(struct writing *writing);
bool writing_authenticate(struct writing *writing);
bool writing_believe(struct writing *writing);
/* bind: one-time keys, session keys, the bound package (SGP.22 §3.1.3). */
bool writing_offer(struct writing *writing);
bool writing_prepare(struct writing *writing);
bool writing_bind(struct writing *writing);
bool writing_note_start(struct writing *writing);
bool writing_load(struct writing *writing);
/* conclude: the chip's result, verified, into the row. writing_recover() looks for one that was
 * given when nobody heard it. */
bool writing_recover(struct writing *writing);
bool writing_verify(struct writing *writing);
bool writing_finish(struct writing *writing);
bool writing_clear(struct writing *writing);

/* A refusal of the server's rooms as a fault; false. */
bool writing_refuse(struct writing *writing, const char *where);
/* A failure that has been traced as a fault; false. */
bool writing_break(struct writing *writing, const char *where);
/* Room for bytes that outlive the chip's next answer. */
bool writing_keep(struct writing *writing, struct bytes from, struct blob *out);

#endif

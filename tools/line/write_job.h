/* write_job: a chip in the middle of it; the steps, each in its room. Inside tools/line/ only.
 * Every step returns false after a fault. */
#ifndef EMUICC_TOOLS_LINE_WRITE_JOB_H
#define EMUICC_TOOLS_LINE_WRITE_JOB_H

#include "tools/line/timed.h"
#include "tools/line/write_report.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/server/call.h"
#include "tools/lib/authentication/euicc.h"

#define WRITE_JOB_CHALLENGE_SIZE 16
#define WRITE_JOB_SIGNED1_SIZE 512
#define WRITE_JOB_SIGNED2_SIZE 64

struct write_job {
    struct line *line;
    struct write_report *report;
    int64_t start;    /* timed_now() */
    const char *done; /* EID of a chip to be passed over */
    struct fault fault;
    struct random random;
    struct chip chip;
    struct es10 es10;
    struct call call; /* in whose words the server's functions say no */

    char owner[OWNER_SIZE];
    struct batch_row row;
    bool claimed;
    bool refused;   /* there is nothing to write */
    bool concluded; /* the row has its result */

    uint8_t transaction_id[BATCH_TRANSACTION_SIZE], challenge[WRITE_JOB_CHALLENGE_SIZE];
    uint8_t chip_challenge[ES10B_CHALLENGE_LEN];
    const struct credentials_set *server, *chip_ci; /* of DPauth and DPpb; whom the chip is under */
    uint8_t signed1_memory[WRITE_JOB_SIGNED1_SIZE], signed2_memory[WRITE_JOB_SIGNED2_SIZE];
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
bool write_job_ask_eid(struct write_job *job);
bool write_job_claim(struct write_job *job);
bool write_job_open_row(struct write_job *job);
/* authenticate: both sides make sure of each other (SGP.22 §3.1.2). */
bool write_job_open_session(struct write_job *job);
bool write_job_sign_challenge(struct write_job *job);
bool write_job_authenticate(struct write_job *job);
bool write_job_verify_chip(struct write_job *job);
/* bind: one-time keys, session keys, the bound package (SGP.22 §3.1.3). */
bool write_job_sign_offer(struct write_job *job);
bool write_job_prepare(struct write_job *job);
bool write_job_bind(struct write_job *job);
bool write_job_note_start(struct write_job *job);
bool write_job_load(struct write_job *job);
/* conclude: the chip's result, verified, into the row. write_job_recover() looks for one that was
 * given when nobody heard it. */
bool write_job_recover(struct write_job *job);
bool write_job_verify(struct write_job *job);
bool write_job_finish(struct write_job *job);
bool write_job_clear(struct write_job *job);

/* A refusal of the server's functions as a fault; false. */
bool write_job_refuse(struct write_job *job, const char *where);
/* A failure that has been traced as a fault; false. */
bool write_job_fail(struct write_job *job, const char *where);
/* Room for bytes that outlive the chip's next answer. */
bool write_job_keep(struct write_job *job, struct bytes from, struct blob *out);

#endif

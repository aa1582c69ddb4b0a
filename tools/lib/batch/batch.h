/* batch: profiles that were prepared for chips, one row each, in one SQLite file. It holds no key
 * and no plain profile: packages are protected by keys that only the token derives (diversify), and
 * each row bears a seal of the token's over all that was prepared, the server's address too, so
 * that none can be altered or given to another chip.
 *
 * A row is claimed before anything is done to its chip and belongs to that owner until it is
 * finished or released, or the owner's process has died. Rows are unique by EID and by ICCID. */
#ifndef EMUICC_TOOLS_LIB_BATCH_BATCH_H
#define EMUICC_TOOLS_LIB_BATCH_BATCH_H

#include "fs/profile/blob.h"
#include "fs/text/metadata_text.h"
#include "tools/lib/batch/owner.h"
#include "tools/lib/token/diversify.h"

#define BATCH_EID_SIZE 33      /* 32 digits and an end */
#define BATCH_NAME_SIZE 256    /* of a package */
#define BATCH_REASON_SIZE 1024 /* a line and an end */
#define BATCH_READER_SIZE 128  /* where a chip was written */
#define BATCH_TRANSACTION_SIZE 16

struct batch;

/* A new file: a failure if there is one of that name. address: the SM-DP+'s, which the chips are
 * told. Takes the root's mark down. */
int batch_create(const char *path, const char *address, const struct diversify *root,
                 struct batch **out);
/* One that is there; root: must be the one it was made with, or NULL if only to be read. A failure
 * has traced one line. */
int batch_open(const char *path, const struct diversify *root, struct batch **out);
void batch_close(struct batch *batch);
const char *batch_address(const struct batch *batch);

/* Several rows that stay or go together. */
int batch_begin(struct batch *batch);
int batch_end(struct batch *batch, int result);

/* A profile for a chip. */
struct batch_profile {
    const char *eid;                      /* 32 digits, looked at already */
    const char *name;                     /* of the package, for people */
    struct bytes package;                 /* unprotected */
    const struct metadata_text *metadata; /* with the ICCID */
};
enum batch_added {
    BATCH_ADDED = 0,
    BATCH_THERE,       /* this chip and this profile are there already: left as they are */
    BATCH_EID_TAKEN,   /* the chip gets another profile */
    BATCH_ICCID_TAKEN, /* the profile goes to another chip */
};
/* Protects it for its chip and adds a row. A BATCH_*, or a failure. */
int batch_add(struct batch *batch, const struct diversify *root,
              const struct batch_profile *profile);
/* Adds a row that is protected and sealed already; likewise. */
struct batch_row;
int batch_insert(struct batch *batch, const struct batch_row *row);
/* Takes the row of this chip back out, if nobody has worked on it. 0, 1 if somebody has. */
int batch_remove(struct batch *batch, const char *eid);

enum batch_state { BATCH_WAITING, BATCH_CLAIMED, BATCH_WRITTEN, BATCH_FAILED, BATCH_STATES };
const char *batch_state_text(enum batch_state state);

struct batch_row {
    int64_t id;
    char eid[BATCH_EID_SIZE];
    char iccid[ICCID_TEXT_SIZE]; /* digits in order */
    char name[BATCH_NAME_SIZE];
    enum batch_state state;  /* after a claim: the one before it */
    struct blob metadata;    /* StoreMetadataRequest, BF25 whole */
    struct blob package;     /* '86' segments */
    uint8_t seal[AES_BLOCK]; /* zero if the file's has another length: no seal then */
    bool started;            /* a transaction may have come to its end on the chip */
    uint8_t transaction_id[BATCH_TRANSACTION_SIZE];
    char owner[OWNER_SIZE];
    char reason[BATCH_REASON_SIZE]; /* of a failure, or why the row was left the last time */
    char reader[BATCH_READER_SIZE];
    int64_t time, milliseconds; /* of the end, since 1970; how long it took */
};
void batch_finish_row(struct batch_row *row);

enum batch_claim {
    BATCH_YOURS = 0,
    BATCH_NO_ROW,  /* no profile for this chip */
    BATCH_IS_DONE, /* written before */
    BATCH_BUSY,    /* another owner is at work on it; its name is in out->owner */
};
/* Claims the row of this chip. A BATCH_* or a failure; *out is filled, and for batch_finish_row(),
 * in every case but BATCH_NO_ROW and failures. */
int batch_claim(struct batch *batch, const char *eid, const char *owner, struct batch_row *out);

/* From here on the chip may take the profile in this transaction. 0, 1 if the row is not the
 * owner's any more, or a failure; so are the two below. */
int batch_start(struct batch *batch, struct batch_row *row,
                const uint8_t transaction_id[BATCH_TRANSACTION_SIZE]);
/* The chip's signed result has said it; or a failure that no second try will fix. */
struct batch_end {
    enum batch_state state; /* BATCH_WRITTEN or BATCH_FAILED */
    const char *reason;     /* "" for BATCH_WRITTEN */
    struct bytes result;    /* ProfileInstallationResult whole; empty: there is none */
    const char *reader;
    int64_t milliseconds;
};
int batch_finish(struct batch *batch, const struct batch_row *row, const struct batch_end *end);
/* The row goes back into the state before its claim. */
int batch_release(struct batch *batch, const struct batch_row *row, const char *reason);

/* Keys of a row, and whether what stands in it, and the batch's address, is what the token sealed:
 * 0, 1 if it was altered, or a failure. */
int batch_open_row(const struct batch *batch, const struct diversify *root,
                   const struct batch_row *row, struct binder_keys *out);

/* Hands over every row in order, without its metadata and package; `result` is the chip's, or
 * empty. Number of rows or a failure. */
typedef void batch_visitor(void *context, const struct batch_row *row, struct bytes result);
int batch_each(struct batch *batch, batch_visitor *visit, void *context);
/* Rows that may still be written: waiting, or claimed. */
int batch_open_count(struct batch *batch);

#endif

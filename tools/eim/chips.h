/* chips: what the eIM knows of each chip: its counter and association token, and how its results
 * are believed. */
#ifndef EMUICC_TOOLS_EIM_CHIPS_H
#define EMUICC_TOOLS_EIM_CHIPS_H

#include "crypto/pki/pki.h"
#include "fs/profile/blob.h"
#include "tools/lib/common/database.h"

#define CHIPS_EID_SIZE (PKI_EID_DIGITS + 1)
#define CHIPS_FIRST_TOKEN 1 /* what a chip draws that has never had an eIM */

struct chip {
    char eid[CHIPS_EID_SIZE];
    uint32_t counter; /* the last one that was signed */
    int64_t token;    /* 0: none */
    bool certified;   /* its certificates are known, and lead to a CI that is believed */
    bool asked;       /* for them: it has answered, or does not */
};

/* Makes the chip known, if it is not: counter 0, the first token. 0 or a failure. */
int chips_add(struct database *database, const char *eid);
/* 0, 1 if it is not known, or a failure. */
int chips_find(struct database *database, const char *eid, struct chip *out);
struct chips_key {
    enum ec_curve curve;
    uint8_t point[EC_POINT_SIZE];
};
/* What its results are verified with: 0, 1 if its certificates are not known, or a failure. */
int chips_get_key(struct database *database, const char *eid, struct chips_key *out);
/* Each EID in order. Number of chips or a failure. */
typedef void chips_visitor(void *context, const struct chip *chip);
int chips_each(struct database *database, chips_visitor *visit, void *context);

/* The next counter of a chip that was found in the same transaction; it is the caller's alone once
 * that is committed. 1 at the end of the range (SGP.32 §2.11.1.1: the eIM is to be deleted and
 * added anew). */
int chips_draw_counter(struct database *database, const struct chip *chip, uint32_t *counter);
int chips_set_counter(struct database *database, const char *eid, uint32_t counter);
int chips_set_token(struct database *database, const char *eid, int64_t token);
/* It was asked by the eIM itself, with this transaction id: CHIPS_ASKS_MAX times at most, since a
 * question or its answer may get lost. */
#define CHIPS_ASKS_MAX 3
int chips_set_asked(struct database *database, const char *eid, struct bytes transaction_id);
/* It has answered, with this transaction id, or with none as IPAs of v1.0 do: it is not asked
 * again. 0, 1 if it was not asked so, or a failure. */
int chips_set_answered(struct database *database, const char *eid, struct bytes transaction_id);
/* Which one was: 0, 1 if none, or a failure. */
int chips_find_asked(struct database *database, struct bytes transaction_id,
                     char eid[CHIPS_EID_SIZE]);

/* What the chip has told of itself; empty slices leave what is there. The certificates (DER) are
 * the caller's to verify first. */
struct chip_data {
    struct bytes eum_certificate, euicc_certificate, info2, capabilities;
};
int chips_set_data(struct database *database, const char *eid, const struct chip_data *data);
/* The same back, into blobs that the caller gives back. 0, 1, or a failure. */
struct chip_blobs {
    struct blob eum_certificate, euicc_certificate, info2, capabilities;
};
int chips_get_data(struct database *database, const char *eid, struct chip_blobs *out);
void chips_finish_data(struct chip_blobs *blobs);

/* Causes of local changes that its IPA has told, newest last, as a JSON array of numbers. */
int chips_add_state_change(struct database *database, const char *eid, int cause);
int chips_get_state_changes(struct database *database, const char *eid, struct blob *out);
int chips_set_state_changes(struct database *database, const char *eid, const char *json);

#endif

/* revocation: the lists that LPAs load, kept for each CI, and the question whether a server's
 * certificate stands in one (SGP.22 §4.6, §5.7.12). A list may come in parts and be followed by a
 * delta. */
#ifndef EMUICC_ISD_R_SESSION_REVOCATION_H
#define EMUICC_ISD_R_SESSION_REVOCATION_H

#include "crypto/pki/crl.h"
#include "isd-r/info/credentials.h"

#define REVOCATION_MEMORY (1 << 15) /* bytes that all lists may take together */
#define REVOCATION_PARTS_MAX 255    /* of one list */

/* LoadCRLResponseError */
enum revocation_result {
    REVOCATION_OK = 0,
    REVOCATION_INVALID_SIGNATURE = 1,
    REVOCATION_INVALID_FORMAT = 2,
    REVOCATION_NOT_ENOUGH_MEMORY = 3,
    REVOCATION_KEY_NOT_FOUND = 4,
    REVOCATION_FRESHER_LOADED = 5,
    REVOCATION_BASE_MISSING = 6,
};

/* Checks and keeps a list, given by what is inside its outer element. An enum revocation_result
 * with *out, or a failure (< 0). */
int revocation_load(struct store *store, const struct credentials *credentials,
                    struct bytes content, struct crl *out);
/* The numbers of this list's parts that have not come yet, as INTEGERs. 0 or a failure. */
int revocation_put_missing(struct store *store, const struct crl *crl, struct writer *out);

/* *revoked: a list of this CI holds the serial number. 0 or a failure. */
int revocation_find(struct store *store, struct bytes ci_key_id, struct bytes serial,
                    bool *revoked);

#endif

/* identity: the credentials that a chip gets on its first start, and whether those that a later
 * start names are the same. */
#ifndef EMUICC_CARD_IDENTITY_H
#define EMUICC_CARD_IDENTITY_H

#include "crypto/pki/pki.h"
#include "fs/store/store.h"

struct identity_plan {
    const char *pki;    /* folder */
    bool own;           /* it belongs to this chip: what is missing there is made */
    const uint8_t *eid; /* PKI_EID_SIZE bytes; NULL: the eUICC certificate's */
    /* Of v3: by which chain it signs besides, if the folder has one; PKI_VARIANT_O: by none. */
    enum pki_variant variant;
};

/* Reads the credentials, issues a certificate for the EID where the plan needs one, and puts them
 * into the store, uncommitted. 0, or a failure after one trace line. */
int identity_provision(const struct identity_plan *plan, struct random *random,
                       struct store *store);

/* True if this folder holds the CI and the EUM that the chip was made with; otherwise one trace
 * line has said what does not fit. */
bool identity_fits(const char *pki, struct store *store);

#endif

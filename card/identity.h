/* identity: the credentials that a chip gets on its first start, and whether those that a later
 * start names are the same. */
#ifndef EMUICC_CARD_IDENTITY_H
#define EMUICC_CARD_IDENTITY_H

#include "crypto/pki/pki.h"
#include "crypto/primitives/hash.h"
#include "fs/store/store.h"

struct identity_plan {
    const char *pki;    /* folder */
    bool own;           /* it belongs to this chip: what is missing there is made */
    const uint8_t *eid; /* PKI_EID_SIZE bytes; NULL: the eUICC certificate's */
    /* Of v3: by which chain it signs besides, if the folder has one; PKI_VARIANT_O: by none. */
    enum pki_variant variant;
};

/* Reads the credentials and issues a certificate for the EID where the plan needs one; the values
 * that a chip has of it, by their names in its store, go to the visitor. 0, a failure after one
 * trace line, or what the visitor returned first. */
int identity_values(const struct identity_plan *plan, struct random *random,
                    store_value_visitor *visit, void *context);

/* Who certifies the chips of a folder, on each curve: what a chip remembers of them. */
#define IDENTITY_CURVES 2
struct identity_issuers {
    struct {
        uint8_t digest[SHA256_SIZE];
        bool readable; /* the folder has them; if not, a trace line may have said why */
    } curves[IDENTITY_CURVES];
};
void identity_issuers_read(const char *pki, struct identity_issuers *out);
/* What a chip remembers of those on this curve, as a value of its store. */
int identity_issuers_value(enum ec_curve curve, const struct pki_entity *ci,
                           const struct pki_entity *eum, store_value_visitor *visit, void *context);

/* True if this folder holds the CI and the EUM that the chip was made with; otherwise one trace
 * line has said what does not fit. */
bool identity_fits(const char *pki, struct store *store);
/* The same, the folder having been read. */
bool identity_fits_issuers(const char *pki, const struct identity_issuers *issuers,
                           struct store *store);

#endif

/* pki_issue: what each certificate of the test PKI says, and how one is issued. Inside crypto/
 * only. */
#ifndef EMUICC_CRYPTO_PKI_PKI_ISSUE_H
#define EMUICC_CRYPTO_PKI_PKI_ISSUE_H

#include "crypto/pki/issue.h"
#include "crypto/pki/pki.h"

struct pki_issue_row {
    enum pki_name name;
    struct issue issue; /* what is the same in all of its kind */
};
/* Issuers stand before what they issue. */
extern const struct pki_issue_row pki_issue_rows[];
extern const size_t pki_issue_row_count;

/* The host that the plan asks for in this certificate; NULL: none of its own. */
const char *pki_issue_host(const struct pki_plan *plan, enum pki_name name);
/* Adds to a row's content what differs from one plan and variant to the next. iin: the EUM's. */
void pki_issue_complete(const struct pki_plan *plan, enum pki_variant variant, struct bytes iin,
                        enum pki_name name, struct issue *issue);

/* A fresh key and its certificate. issuer: NULL for one that signs itself. 0, or a failure after a
 * trace line. */
int pki_issue_entity(struct random *random, struct issue *issue, enum ec_curve curve,
                     const struct pki_entity *issuer, struct pki_entity *out);

/* As pki_issue_euicc(). issuer: the EUM itself, or its sub-CA. */
int pki_issue_euicc_below(struct random *random, const struct pki_entity *eum,
                          const struct pki_entity *issuer, const uint8_t eid[PKI_EID_SIZE],
                          struct pki_entity *out);

#endif

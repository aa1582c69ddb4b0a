/* role: how certificate policies name the roles of remote provisioning: in the form of SGP.22 v2,
 * and in the tree of v3 that knows sub-CAs (SGP.22 Annex H). */
#ifndef EMUICC_CRYPTO_PKI_ROLE_H
#define EMUICC_CRYPTO_PKI_ROLE_H

#include "apdu/bytes.h"

/* id-rspRole 2.23.146.1.2.1.n, found in certificatePolicies; sub-CAs and the longer OIDs are v3's.
 */
enum rsp_role {
    RSP_ROLE_CI = 0,
    RSP_ROLE_EUICC = 1,
    RSP_ROLE_EUM = 2,
    RSP_ROLE_DP_TLS = 3,
    RSP_ROLE_DP_AUTH = 4,
    RSP_ROLE_DP_PB = 5,
    RSP_ROLE_DS_TLS = 6,
    RSP_ROLE_DS_AUTH = 7,
    RSP_ROLE_CI_SUB = 8,
    RSP_ROLE_EUM_SUB = 9,
    RSP_ROLE_DP_SUB = 10,
    RSP_ROLE_DS_SUB = 11,
    RSP_ROLE_NONE = 255,
};

/* The role that a policy's OID names; false if none. *v3: in the form that v3 brought. */
bool role_of_policy(struct bytes oid, enum rsp_role *role, bool *v3);
/* The content bytes of such an OID. */
void role_put_policy(struct writer *out, enum rsp_role role, bool v3);

#endif

/* role: how certificate policies name the roles of remote provisioning: in the form of SGP.22 v2,
 * and in the tree of v3 that knows sub-CAs (SGP.22 Annex H). Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PKI_ROLE_H
#define EMUICC_CRYPTO_PKI_ROLE_H

#include "crypto/pki/certificate.h"

/* The role that a policy's OID names; false if none. *v3: in the form that v3 brought. */
bool role_of_policy(struct bytes oid, enum rsp_role *role, bool *v3);
/* The content bytes of such an OID. */
void role_put_policy(struct writer *out, enum rsp_role role, bool v3);

#endif

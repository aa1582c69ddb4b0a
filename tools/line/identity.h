/* identity: as whom the line speaks to chips: DPauth and DPpb under each CI, their keys wherever
 * they are. */
#ifndef EMUICC_TOOLS_LINE_IDENTITY_H
#define EMUICC_TOOLS_LINE_IDENTITY_H

#include "tools/lib/server/credentials.h"
#include "tools/lib/token/token.h"

struct identity {
    struct credentials credentials;
    struct token *dp_auth, *dp_pb; /* where keys stay in a token */
};

/* Keys: a file, a pkcs11: URI, or NULL where they lie beside the certificates. Checks roles,
 * chains, dates at this moment and that each key is its certificate's. 0, or a failure after one
 * trace line; identity_finish() after both. */
int identity_read(const char *pki, const char *dpauth_key, const char *dppb_key, int64_t now,
                  struct identity *out);
void identity_finish(struct identity *identity);

#endif

/* ca: the CI certificates that servers' TLS certificates must lead to. */
#ifndef EMUICC_TOOLS_LPA_CA_H
#define EMUICC_TOOLS_LPA_CA_H

#include "fs/blob.h"
#include "tools/lpa/fault.h"

/* Certificates in PEM. path: a PEM file (any number of certificates), a DER file, or a folder in
 * SGP.26's layout, whose CertificateIssuer/CERT_CI_* are meant. The blob is the caller's. */
bool ca_read(const char *path, struct blob *pem, struct fault *fault);

#endif

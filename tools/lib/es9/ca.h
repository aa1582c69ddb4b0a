/* ca: the CI certificates that servers' TLS certificates must lead to. */
#ifndef EMUICC_TOOLS_LIB_ES9_CA_H
#define EMUICC_TOOLS_LIB_ES9_CA_H

#include "fs/profile/blob.h"
#include "tools/lib/transport/fault.h"

/* Certificates in PEM. path: a PEM file (any number of certificates), a DER file, or a folder in
 * SGP.26's layout of v1 or v3, whose CERT_CI_* in CertificateIssuer or Variant O/CI are meant. The
 * blob is the caller's. */
bool ca_read(const char *path, struct blob *pem, struct fault *fault);

#endif

/* pki_layout: where SGP.26 puts what. Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PKI_LAYOUT_H
#define EMUICC_CRYPTO_PKI_LAYOUT_H

#include "crypto/pki.h"

#include <limits.h>

enum pki_file { PKI_CERTIFICATE, PKI_CERTIFICATE_PEM, PKI_SECRET_KEY, PKI_PUBLIC_KEY, PKI_FILES };

struct pki_row {
    enum rsp_role role;
    const char *folder;
    const char *files[PKI_FILES]; /* "%s" is the curve's suffix; NULL where SGP.26 has no such */
    const char *older;            /* what the certificate was called in older issues, or NULL */
};
extern const struct pki_row pki_layout[PKI_NAMES];

/* The path of an entity's file; pattern is one of its row's. eid: of a further eUICC, or NULL.
 * False, with a trace line, if it is too long. */
bool pki_layout_path(const char *directory, enum pki_name name, const char *pattern,
                     enum ec_curve curve, const uint8_t *eid, char path[PATH_MAX]);
/* The folder of an entity. */
bool pki_layout_folder(const char *directory, enum pki_name name, const uint8_t *eid,
                       char path[PATH_MAX]);

#endif

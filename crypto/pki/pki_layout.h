/* pki_layout: where SGP.26 puts what, up to v1 and from v3 on; which of the two a folder has is
 * seen from what is in it. Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PKI_PKI_LAYOUT_H
#define EMUICC_CRYPTO_PKI_PKI_LAYOUT_H

#include <limits.h>

#include "crypto/pki/pki_eid.h"
#include "crypto/pki/pki_entity.h"

enum pki_file {
    PKI_CERTIFICATE,
    PKI_CERTIFICATE_PEM,
    PKI_SECRET_KEY,
    PKI_PUBLIC_KEY,
    PKI_CRL,
    PKI_FILES
};

struct pki_row {
    enum rsp_role role;
    const char *folder;
    const char *files[PKI_FILES]; /* "%s" is the curve's suffix; NULL where SGP.26 has no such */
    const char *certificate_v3;   /* the certificate's name in a variant, which "@" is */
    const char *older;            /* what the certificate was called in older issues, or NULL */
};
extern const struct pki_row pki_layout[PKI_ALL_NAMES];

/* Who issues whom in a variant: PKI_CI for what stands directly below it, PKI_ALL_NAMES for what
 * the variant does not have. */
enum pki_name pki_layout_issuer(enum pki_variant variant, enum pki_name name);

/* The variant as file names have it: "O", "Ov3", "A", … */
const char *pki_layout_variant(enum pki_variant variant);

/* The folder is to have the layout of SGP.26 v3, or that of v1: 0 with what it takes for that; a
 * failure, with a trace line, if it has the other one. */
int pki_layout_choose(const char *directory, bool v3);

/* Where an entity stands. */
struct pki_place {
    const char *directory;
    enum pki_variant variant;
    enum pki_name name;
    enum ec_curve curve;
    const uint8_t *eid; /* of a further eUICC, or NULL */
};
/* The path of one of its files; false, with a trace line, if it is too long. Its row must have it.
 */
bool pki_layout_path(const struct pki_place *place, enum pki_file file, char path[PATH_MAX]);
/* The path of the certificate as it was called in older issues; the row must have one. */
bool pki_layout_older(const struct pki_place *place, char path[PATH_MAX]);
/* The folder that holds them. */
bool pki_layout_folder(const struct pki_place *place, char path[PATH_MAX]);

#endif

#include "crypto/pki/pki_issuer.h"

#include <dirent.h>
#include <unistd.h>

#include "apdu/status.h"
#include "crypto/pki/pki_issue.h"
#include "crypto/pki/pki_layout.h"
#include "crypto/pki/pki_read.h"

static struct pki_place place_of(const struct pki_issuer *issuer, const uint8_t *eid)
{
    return (struct pki_place){issuer->directory, issuer->variant, PKI_EUICC, issuer->curve, eid};
}

static int note_first(struct pki_issuer *issuer)
{
    const struct pki_place place = place_of(issuer, NULL);
    struct pki_entity first;
    const int result = pki_read_place(&place, &first);
    if (result != 0)
        return result < 0 ? result : 0;
    issuer->has_first = certificate_eid(&first.certificate, issuer->first);
    pki_entity_finish(&first);
    return 0;
}

static bool has_eid_in(const char *path)
{
    uint8_t eid[PKI_EID_SIZE];
    bool found = false;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && !found && (entry = readdir(folder)) != NULL;)
        found = pki_eid_from_text(entry->d_name, eid);
    if (folder != NULL)
        closedir(folder);
    return found;
}

static int note_more(struct pki_issuer *issuer)
{
    const struct pki_place place = place_of(issuer, NULL);
    char path[PATH_MAX];
    if (!pki_layout_folder(&place, path))
        return FAILURE_INTERNAL;
    issuer->has_more = has_eid_in(path);
    return 0;
}

int pki_issuer_read(const char *directory, enum pki_variant variant, enum ec_curve curve,
                    struct pki_issuer *out)
{
    struct pki_issuer issuer = {.directory = directory, .variant = variant, .curve = curve};
    const enum pki_name by = pki_layout_issuer(variant, PKI_EUICC);
    int result = pki_read_chain(directory, variant, by, curve, NULL, &issuer.above);
    if (result == 0 && issuer.above.leaf.key == NULL)
        result = 1;
    if (result == 0)
        result = note_first(&issuer);
    if (result == 0)
        result = note_more(&issuer);
    if (result == 0)
        *out = issuer;
    else
        pki_issuer_finish(&issuer);
    return result;
}

void pki_issuer_finish(struct pki_issuer *issuer)
{
    pki_chain_finish(&issuer->above);
}

bool pki_issuer_has(const struct pki_issuer *issuer, const uint8_t eid[PKI_EID_SIZE])
{
    const struct pki_place place = place_of(issuer, eid);
    char path[PATH_MAX];
    if (issuer->has_first && memcmp(issuer->first, eid, PKI_EID_SIZE) == 0)
        return true;
    return issuer->has_more && pki_layout_folder(&place, path) && access(path, F_OK) == 0;
}

int pki_issuer_issue(const struct pki_issuer *issuer, struct random *random,
                     const uint8_t eid[PKI_EID_SIZE], struct pki_entity *out)
{
    const struct pki_chain *above = &issuer->above;
    const struct pki_entity *eum = pki_layout_issuer(issuer->variant, PKI_EUICC) == PKI_EUM
                                       ? &above->leaf
                                       : &above->issuers[0];
    return pki_issue_euicc_below(random, eum, &above->leaf, eid, out);
}

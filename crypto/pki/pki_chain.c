/* The part of pki that reads chains. */
#include "apdu/status.h"
#include "crypto/pki/pki.h"
#include "crypto/pki/pki_read.h"

void pki_chain_finish(struct pki_chain *chain)
{
    pki_entity_finish(&chain->leaf);
    for (size_t i = 0; i < chain->count; i++)
        pki_entity_finish(&chain->issuers[i]);
    chain->count = 0;
}

int pki_read_chain(const char *directory, enum pki_variant variant, enum pki_name name,
                   enum ec_curve curve, const uint8_t *eid, struct pki_chain *out)
{
    struct pki_place place = {directory, variant, name, curve, eid};
    struct pki_chain chain = {0};
    if (pki_layout_issuer(variant, name) == PKI_ALL_NAMES)
        return 1;
    int result = pki_read_euicc_place(&place, &chain.leaf);
    place.eid = NULL;
    while (result == 0 && (place.name = pki_layout_issuer(variant, place.name)) != PKI_CI) {
        result = pki_read_place(&place, &chain.issuers[chain.count]);
        chain.count += result == 0;
    }
    if (result == 0)
        *out = chain;
    else
        pki_chain_finish(&chain);
    return result;
}

void pki_chain_issuers(const struct pki_chain *chain,
                       struct certificate issuers[CERTIFICATE_CHAIN_MAX])
{
    for (size_t i = 0; i < chain->count; i++)
        issuers[i] = chain->issuers[i].certificate;
}

const char *pki_variant_name(enum pki_variant variant)
{
    return pki_layout_variant(variant);
}

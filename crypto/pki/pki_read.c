#include "crypto/pki/pki_read.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/pki.h"
#include "crypto/primitives/disk.h"

#include <unistd.h>

int pki_read_certificate(const char *path, struct pki_entity *out)
{
    struct bytes content;
    int result = disk_read(path, &content);
    if (result != 0)
        return result;
    out->der = (uint8_t *)content.data;
    out->der_len = content.len;
    result = certificate_parse(content, &out->certificate);
    if (result == CERTIFICATE_OK)
        return 0;
    trace_error("%s %s", path, certificate_result_text(result));
    return FAILURE_INTERNAL;
}

static int read_key(const char *path, struct pki_entity *entity)
{
    if (access(path, F_OK) != 0)
        return 0;
    if (ec_private_read(path, &entity->key) != 0)
        return FAILURE_INTERNAL;
    if (ec_private_curve(entity->key) == entity->certificate.curve &&
        bytes_equal(entity->certificate.point,
                    bytes_of(ec_private_point(entity->key), EC_POINT_SIZE)))
        return 0;
    trace_error("%s is not the key of the certificate beside it", path);
    return FAILURE_INTERNAL;
}

int pki_read_place(const struct pki_place *place, struct pki_entity *out)
{
    const struct pki_row *row = &pki_layout[place->name];
    struct pki_entity entity = {0};
    char path[PATH_MAX];
    int result = FAILURE_INTERNAL;
    if (pki_layout_path(place, PKI_CERTIFICATE, path))
        result = pki_read_certificate(path, &entity);
    if (result == 1 && place->variant == PKI_VARIANT_O && row->older != NULL &&
        pki_layout_older(place, path))
        result = pki_read_certificate(path, &entity);
    if (result == 0 && entity.certificate.curve != place->curve) {
        trace_error("%s is on another curve than its name says", path);
        result = FAILURE_INTERNAL;
    }
    if (result == 0 && pki_layout_path(place, PKI_SECRET_KEY, path))
        result = read_key(path, &entity);
    if (result == 0)
        *out = entity;
    else
        pki_entity_finish(&entity);
    return result;
}

int pki_read(const char *directory, enum pki_name name, enum ec_curve curve, struct pki_entity *out)
{
    return pki_read_place(&(struct pki_place){directory, PKI_VARIANT_O, name, curve, NULL}, out);
}

int pki_read_euicc_place(const struct pki_place *place, struct pki_entity *out)
{
    uint8_t found[PKI_EID_SIZE];
    struct pki_place main = *place;
    struct pki_entity first;
    main.eid = NULL;
    const int result = pki_read_place(&main, &first);
    if (result < 0 || (result == 1 && place->eid == NULL))
        return result;
    if (result == 0 && (place->eid == NULL || (certificate_eid(&first.certificate, found) &&
                                               memcmp(found, place->eid, PKI_EID_SIZE) == 0))) {
        *out = first;
        return 0;
    }
    if (result == 0)
        pki_entity_finish(&first);
    return pki_read_place(place, out);
}

int pki_read_euicc(const char *directory, const uint8_t eid[PKI_EID_SIZE], enum ec_curve curve,
                   struct pki_entity *out)
{
    const struct pki_place place = {directory, PKI_VARIANT_O, PKI_EUICC, curve, eid};
    return pki_read_euicc_place(&place, out);
}

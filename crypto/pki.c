#include "crypto/pki_layout.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/disk.h"

#include <stdlib.h>
#include <unistd.h>

void pki_entity_finish(struct pki_entity *entity)
{
    free(entity->der);
    ec_private_destroy(entity->key);
    *entity = (struct pki_entity){0};
}

/* The certificate at this path: 0, 1 if there is none, or a failure. */
static int read_certificate(const char *path, struct pki_entity *out)
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

static int read_entity(const char *directory, enum pki_name name, enum ec_curve curve,
                       const uint8_t *eid, struct pki_entity *out)
{
    const struct pki_row *row = &pki_layout[name];
    struct pki_entity entity = {0};
    char path[PATH_MAX];
    int result = FAILURE_INTERNAL;
    if (pki_layout_path(directory, name, row->files[PKI_CERTIFICATE], curve, eid, path))
        result = read_certificate(path, &entity);
    if (result == 1 && row->older != NULL &&
        pki_layout_path(directory, name, row->older, curve, eid, path))
        result = read_certificate(path, &entity);
    if (result == 0 && entity.certificate.curve != curve) {
        trace_error("%s is on another curve than its name says", path);
        result = FAILURE_INTERNAL;
    }
    if (result == 0 &&
        pki_layout_path(directory, name, row->files[PKI_SECRET_KEY], curve, eid, path))
        result = read_key(path, &entity);
    if (result == 0)
        *out = entity;
    else
        pki_entity_finish(&entity);
    return result;
}

int pki_read(const char *directory, enum pki_name name, enum ec_curve curve, struct pki_entity *out)
{
    return read_entity(directory, name, curve, NULL, out);
}

int pki_read_euicc(const char *directory, const uint8_t eid[PKI_EID_SIZE], enum ec_curve curve,
                   struct pki_entity *out)
{
    uint8_t found[PKI_EID_SIZE];
    struct pki_entity first;
    const int result = pki_read(directory, PKI_EUICC, curve, &first);
    if (result < 0)
        return result;
    if (result == 0 && certificate_eid(&first.certificate, found) &&
        memcmp(found, eid, PKI_EID_SIZE) == 0) {
        *out = first;
        return 0;
    }
    if (result == 0)
        pki_entity_finish(&first);
    return read_entity(directory, PKI_EUICC, curve, eid, out);
}

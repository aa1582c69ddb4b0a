/* The part of pki that revokes. */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/crl.h"
#include "crypto/pki/crl_issue.h"
#include "crypto/primitives/disk.h"
#include "crypto/pki/pki.h"
#include "crypto/pki/pki_read.h"

#define UNTIL_2050 INT64_C(2524607999)
#define FILE_MODE 0644
#define AUTHORITIES_MAX (EC_CURVES * (1 + PKI_VARIANTS * 3))
#define LIST_MAX 16384 /* bytes */

/* A CI or sub-CA of the folder that signs lists. */
struct authority {
    struct pki_place place;
    struct pki_entity entity;
};

struct revoking {
    struct random *random;
    const struct pki_crl_plan *plan;
    struct authority authorities[AUTHORITIES_MAX];
    size_t count;
    struct pki_entity revoked[PKI_REVOKED_MAX]; /* without keys */
};

static void finish(struct revoking *revoking)
{
    for (size_t i = 0; i < revoking->count; i++)
        pki_entity_finish(&revoking->authorities[i].entity);
    for (size_t i = 0; i < revoking->plan->count; i++)
        pki_entity_finish(&revoking->revoked[i]);
}

static int refuse(const char *name, const char *why)
{
    trace_error("%s: %s", name, why);
    return FAILURE_INTERNAL;
}

static bool has_list(enum pki_variant variant, int name)
{
    if (name == PKI_CI) /* the same to all variants */
        return variant == PKI_VARIANT_O;
    return pki_layout[name].files[PKI_CRL] != NULL &&
           pki_layout_issuer(variant, (enum pki_name)name) != PKI_ALL_NAMES;
}

static int read_authority(struct revoking *revoking, const struct pki_place *place)
{
    struct authority *next = &revoking->authorities[revoking->count];
    const int result = pki_read_place(place, &next->entity);
    next->place = *place;
    revoking->count += result == 0;
    return result < 0 ? result : 0;
}

static int read_authorities(struct revoking *revoking)
{
    struct pki_place place = {.directory = revoking->plan->directory};
    for (int curve = 0; curve < EC_CURVES; curve++)
        for (int variant = 0; variant < PKI_VARIANTS; variant++)
            for (int name = 0; name < PKI_ALL_NAMES; name++) {
                place.curve = (enum ec_curve)curve;
                place.variant = (enum pki_variant)variant;
                place.name = (enum pki_name)name;
                if (has_list(place.variant, name) && read_authority(revoking, &place) != 0)
                    return FAILURE_INTERNAL;
            }
    return 0;
}

static bool issued(const struct authority *authority, const struct certificate *certificate)
{
    return bytes_equal(authority->entity.certificate.subject_key_id, certificate->authority_key_id);
}

/* A certificate that no list can name is found before any list is written. */
static int check_revoked(const struct revoking *revoking, const char *path,
                         const struct certificate *certificate)
{
    for (size_t i = 0; i < revoking->count; i++)
        if (issued(&revoking->authorities[i], certificate))
            return revoking->authorities[i].entity.key != NULL
                       ? 0
                       : refuse(path, "the private key of its issuer is absent, so that it cannot "
                                      "be revoked");
    return refuse(path, "issued by none that signs revocation lists here: the CI, and with --v3 "
                        "sub-CAs of the CI, the SM-DP+ and the SM-DS");
}

static int read_revoked(struct revoking *revoking)
{
    for (size_t i = 0; i < revoking->plan->count; i++) {
        const char *path = revoking->plan->revoked[i];
        struct pki_entity *entity = &revoking->revoked[i];
        const int found = pki_read_certificate(path, entity);
        if (found == 1)
            return refuse(path, "there is no such file");
        if (found != 0 || check_revoked(revoking, path, &entity->certificate) != 0)
            return FAILURE_INTERNAL;
    }
    return 0;
}

static bool has_serial(struct bytes entries, struct bytes serial)
{
    struct bytes one;
    while (crl_take_revoked(&entries, &one))
        if (bytes_equal(one, serial))
            return true;
    return false;
}

/* What the list names already, and its number; an empty one with number 0 where there is none. */
static int read_former(const char *path, const struct certificate *issuer, struct writer *entries,
                       int64_t *number)
{
    struct bytes der;
    struct crl crl;
    *number = 0;
    int result = disk_read(path, &der);
    if (result != 0)
        return result < 0 ? result : 0;
    if (crl_parse(der, &crl) && crl_verify(&crl, issuer)) {
        writer_put(entries, crl.revoked);
        *number = crl.number;
    } else {
        result = refuse(path, "not a list that this CA has signed; delete it for a new one");
    }
    disk_release(der);
    return result;
}

static int write_list(const struct revoking *revoking, const struct authority *authority)
{
    char path[PATH_MAX];
    uint8_t entries_memory[LIST_MAX], list_memory[LIST_MAX];
    struct writer entries = writer_on(entries_memory, sizeof(entries_memory));
    struct writer list = writer_on(list_memory, sizeof(list_memory));
    struct crl_issue issue = {.issuer = &authority->entity.certificate,
                              .key = authority->entity.key,
                              .this_update = revoking->plan->now,
                              .next_update = UNTIL_2050};
    if (!pki_layout_path(&authority->place, PKI_CRL, path) ||
        read_former(path, issue.issuer, &entries, &issue.number) != 0)
        return FAILURE_INTERNAL;
    for (size_t i = 0; i < revoking->plan->count; i++) {
        const struct certificate *certificate = &revoking->revoked[i].certificate;
        if (issued(authority, certificate) &&
            !has_serial(writer_bytes(&entries), certificate->serial))
            crl_put_revoked(&entries, certificate->serial, issue.this_update);
    }
    issue.number++;
    issue.revoked = writer_bytes(&entries);
    list.overflow = entries.overflow;
    return crl_issue(revoking->random, &issue, &list) == 0
               ? disk_write(path, FILE_MODE, writer_bytes(&list))
               : FAILURE_INTERNAL;
}

static int write_lists(const struct revoking *revoking)
{
    size_t written = 0;
    for (size_t i = 0; i < revoking->count; i++) {
        if (revoking->authorities[i].entity.key == NULL)
            continue;
        if (write_list(revoking, &revoking->authorities[i]) != 0)
            return FAILURE_INTERNAL;
        written++;
    }
    return written > 0 ? 0
                       : refuse(revoking->plan->directory,
                                "no CI's private key is there, so that no list can be signed");
}

int pki_make_crls(struct random *random, const struct pki_crl_plan *plan)
{
    struct revoking revoking = {.random = random, .plan = plan};
    int result = read_authorities(&revoking);
    if (result == 0)
        result = read_revoked(&revoking);
    if (result == 0)
        result = write_lists(&revoking);
    finish(&revoking);
    return result == 0 ? disk_sync(plan->directory) : result;
}

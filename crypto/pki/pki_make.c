/* The part of pki that makes a whole set: a walk over the rows of pki_issue, reading what is there
 * and issuing what is missing. */
#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/disk.h"
#include "crypto/pki/pki_issue.h"
#include "crypto/pki/pki_read.h"
#include "crypto/pki/pki_write.h"

#include <unistd.h>

#define FOLDER_MODE 0700

struct making {
    struct random *random;
    const struct pki_plan *plan;
    enum ec_curve curve;
    struct bytes iin;
    uint8_t first[PKI_EID_SIZE], last[PKI_EID_SIZE];
    bool eids_wanted; /* first and last were asked for */
    enum pki_variant variant;
    struct pki_entity entities[PKI_ALL_NAMES]; /* of this curve and variant; the CI is kept */
    uint8_t main_eid[PKI_EID_SIZE];
    bool has_main; /* the eUICC in eUICC/ itself */
};

static int refuse(const char *what, const char *value)
{
    trace_error("%s: %s", value, what);
    return FAILURE_INTERNAL;
}

static struct pki_place place_of(const struct making *making, enum pki_name name)
{
    return (struct pki_place){making->plan->directory, making->variant, name, making->curve, NULL};
}

/* A host that was asked for: certificates that are there already keep theirs. */
static void say_what_is_kept(const struct making *making, const struct pki_place *place,
                             const struct pki_entity *kept)
{
    const char *host = pki_issue_host(making->plan, place->name);
    const struct bytes there = kept->certificate.dns_name;
    char path[PATH_MAX];
    if (host != NULL && !bytes_equal(there, bytes_of_text(host)) &&
        pki_layout_path(place, PKI_CERTIFICATE, path))
        trace_notice("%s is there already and names %.*s, not %s; delete it with its key, or take "
                     "another folder",
                     path, (int)there.len, (const char *)there.data, host);
}

/* Reads an entity, or makes it if the folder has none. */
static int obtain(struct making *making, const struct pki_issue_row *row, struct pki_entity *out)
{
    const struct pki_place place = place_of(making, row->name);
    const enum pki_name by = pki_layout_issuer(making->variant, row->name);
    const struct pki_entity *issuer = row->name == PKI_CI ? NULL : &making->entities[by];
    int result = pki_read_place(&place, out);
    if (result == 0)
        say_what_is_kept(making, &place, out);
    if (result <= 0)
        return result;
    if (issuer != NULL && issuer->key == NULL)
        return refuse(by == PKI_CI
                          ? "the CI's private key is absent, so that nothing can be added"
                          : "a sub-CA's private key is absent, so that nothing can be added",
                      place.directory);
    struct issue issue = row->issue;
    pki_issue_complete(making->plan, making->variant, making->iin, row->name, &issue);
    result = pki_issue_entity(making->random, &issue, making->curve, issuer, out);
    if (result == 0 && pki_write_entity(&place, out) != 0) {
        pki_entity_finish(out);
        result = FAILURE_INTERNAL;
    }
    return result;
}

/* A new CI would be none to certificates that are there already. */
static int check_no_orphans(const struct making *making)
{
    struct pki_entity entity;
    const char *directory = making->plan->directory;
    int result = pki_read(directory, PKI_CI, making->curve, &entity);
    for (int name = PKI_EUM; result == 1 && name < PKI_NAMES; name++) {
        result = pki_read(directory, (enum pki_name)name, making->curve, &entity);
        if (result == 0) {
            pki_entity_finish(&entity);
            return refuse("has certificates but no CI", directory);
        }
    }
    if (result == 0)
        pki_entity_finish(&entity);
    return result < 0 ? result : 0;
}

static bool is_wanted(const struct making *making, enum pki_name name)
{
    if (name == PKI_CI)
        return making->entities[PKI_CI].der == NULL;
    return pki_layout_issuer(making->variant, name) != PKI_ALL_NAMES &&
           ((name != PKI_DP_TLS && name != PKI_EIM_TLS && name != PKI_DS_TLS) ||
            making->curve == EC_P256); /* TLS libraries know no other */
}

static int make_servers(struct making *making)
{
    int result = 0;
    for (size_t i = 0; i < pki_issue_row_count && result == 0; i++)
        if (is_wanted(making, pki_issue_rows[i].name))
            result = obtain(making, &pki_issue_rows[i], &making->entities[pki_issue_rows[i].name]);
    return result;
}

static int check_eum(struct making *making)
{
    const struct pki_plan *plan = making->plan;
    const struct bytes iin = certificate_permitted_iin(&making->entities[PKI_EUM].certificate);
    if (iin.len == 0)
        return refuse("the EUM's certificate permits no EID", plan->directory);
    if (plan->iin != NULL && !bytes_equal(iin, making->iin))
        return refuse("the EUM that is there has another IIN", plan->iin);
    return 0;
}

static int issue_and_write(struct making *making, const uint8_t eid[PKI_EID_SIZE])
{
    const enum pki_name by = pki_layout_issuer(making->variant, PKI_EUICC);
    struct pki_place place = place_of(making, PKI_EUICC);
    struct pki_entity entity;
    if (making->entities[by].key == NULL)
        return refuse("the EUM's private key is absent, so that no eUICC can be added",
                      place.directory);
    if (pki_issue_euicc_below(making->random, &making->entities[PKI_EUM], &making->entities[by],
                              eid, &entity) != 0)
        return FAILURE_INTERNAL;
    if (!making->has_main)
        memcpy(making->main_eid, eid, PKI_EID_SIZE);
    making->has_main = true;
    if (memcmp(making->main_eid, eid, PKI_EID_SIZE) != 0)
        place.eid = eid;
    const int result = pki_write_entity(&place, &entity);
    pki_entity_finish(&entity);
    return result;
}

static int make_euicc(struct making *making, const uint8_t eid[PKI_EID_SIZE])
{
    struct pki_place place = place_of(making, PKI_EUICC);
    struct pki_entity entity;
    place.eid = eid;
    const int result = pki_read_euicc_place(&place, &entity);
    if (result == 1)
        return issue_and_write(making, eid);
    if (result == 0)
        pki_entity_finish(&entity);
    return result;
}

/* The EID in eUICC/ itself, whichever curve has it. */
static int find_main(struct making *making)
{
    for (int curve = 0; curve < EC_CURVES && !making->has_main; curve++) {
        struct pki_entity entity;
        const int result =
            pki_read(making->plan->directory, PKI_EUICC, (enum ec_curve)curve, &entity);
        if (result < 0)
            return result;
        if (result == 1)
            continue;
        making->has_main = certificate_eid(&entity.certificate, making->main_eid);
        pki_entity_finish(&entity);
    }
    return 0;
}

static int make_euiccs(struct making *making)
{
    int result = find_main(making);
    if (result == 0 && !making->eids_wanted && making->has_main)
        return make_euicc(making, making->main_eid);
    uint8_t eid[PKI_EID_SIZE];
    memcpy(eid, making->first, sizeof(eid));
    while (result == 0) {
        result = make_euicc(making, eid);
        if (memcmp(eid, making->last, sizeof(eid)) == 0)
            break;
        pki_eid_next(eid);
    }
    return result;
}

/* The CI alone is the same to all. */
static void finish_variant(struct making *making)
{
    for (int name = PKI_CI + 1; name < PKI_ALL_NAMES; name++)
        pki_entity_finish(&making->entities[name]);
}

static int make_variant(struct making *making, enum pki_variant variant)
{
    making->variant = variant;
    int result = make_servers(making);
    if (result == 0)
        result = check_eum(making);
    if (result == 0)
        result = make_euiccs(making);
    finish_variant(making);
    return result;
}

/* Of a variant that is there further eUICCs get certificates too. */
static bool is_variant_wanted(const struct making *making, enum pki_variant variant)
{
    const struct pki_place eum = {making->plan->directory, variant, PKI_EUM, making->curve, NULL};
    char path[PATH_MAX];
    return variant == PKI_VARIANT_O || (making->plan->variants >> variant & 1) != 0 ||
           (pki_layout_path(&eum, PKI_CERTIFICATE, path) && access(path, F_OK) == 0);
}

static int make_curve(struct making *making)
{
    int result = check_no_orphans(making);
    for (int variant = 0; variant < PKI_VARIANTS && result == 0; variant++)
        if (is_variant_wanted(making, (enum pki_variant)variant))
            result = make_variant(making, (enum pki_variant)variant);
    pki_entity_finish(&making->entities[PKI_CI]);
    return result;
}

static int read_eids(struct making *making)
{
    const struct pki_plan *plan = making->plan;
    making->eids_wanted = plan->first_eid != NULL;
    if (!making->eids_wanted) {
        struct writer number = writer_on(making->first, sizeof(making->first));
        char digits[] = PKI_DEFAULT_IIN "123451234512345678901200";
        memcpy(digits, making->iin.data, PKI_IIN_DIGITS);
        (void)hex_decode(digits, &number);
        pki_eid_complete(making->first);
    } else if (pki_eid_read("", plan->first_eid, making->first) != 0) {
        return FAILURE_INTERNAL;
    }
    if (making->eids_wanted && memcmp(plan->first_eid, making->iin.data, PKI_IIN_DIGITS) != 0)
        return refuse("lies outside the EUM's range", plan->first_eid);
    memcpy(making->last, making->first, PKI_EID_SIZE);
    if (plan->last_eid != NULL && pki_eid_read("", plan->last_eid, making->last) != 0)
        return FAILURE_INTERNAL;
    if (memcmp(making->first, making->last, PKI_EID_SIZE) > 0)
        return refuse("lies before the first EID", plan->last_eid);
    return 0;
}

static int read_plan(struct making *making)
{
    const struct pki_plan *plan = making->plan;
    uint8_t buffer[DER_OID_TEXT_SIZE];
    struct writer oid = writer_on(buffer, sizeof(buffer));
    const char *iin = plan->iin != NULL ? plan->iin : plan->first_eid;
    if (iin == NULL)
        iin = PKI_DEFAULT_IIN;
    if (strspn(iin, "0123456789") < PKI_IIN_DIGITS ||
        (plan->iin != NULL && strlen(iin) != PKI_IIN_DIGITS))
        return refuse(plan->iin != NULL ? "no IIN: 8 digits are wanted"
                                        : "no EID: 32 digits are wanted",
                      iin);
    making->iin = bytes_of(iin, PKI_IIN_DIGITS);
    if (plan->server_oid != NULL && !der_oid_from_text(plan->server_oid, &oid))
        return refuse("no object identifier", plan->server_oid);
    return read_eids(making);
}

int pki_make(struct random *random, const struct pki_plan *plan)
{
    struct making making = {.random = random, .plan = plan, .curve = EC_P256};
    int result = read_plan(&making);
    if (result == 0)
        result = disk_make_folder(plan->directory, FOLDER_MODE);
    if (result == 0 && plan->tree != PKI_TREE_ANY)
        result = pki_layout_choose(plan->directory, plan->tree == PKI_TREE_V3);
    if (result == 0)
        result = make_curve(&making);
    if (result == 0 && plan->brainpool) {
        making.curve = EC_BRAINPOOL_P256R1;
        result = make_curve(&making);
    }
    return result == 0 ? disk_sync(plan->directory) : result;
}

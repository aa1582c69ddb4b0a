#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/saip.h"
#include "isd-r/es10.h"
#include "isd-r/isd_r.h"
#include "isd-r/state.h"

#define NAME_MAX_BYTES                                                                             \
    64 /* of profileName: as many characters as SGP.22 allows, if all are ASCII */
#define METADATA_MAX 256

int isd_r_birth(struct store *store, const struct isd_r_birth *birth)
{
    uint8_t eid[CREDENTIALS_EID_SIZE];
    if (birth->count == 0 || !certificate_eid(&birth->euicc[0].certificate, eid)) {
        trace_error("the eUICC certificate names no EID");
        return FAILURE_INTERNAL;
    }
    int result = credentials_put_eid(store, eid);
    for (size_t i = 0; i < birth->count && result == 0; i++)
        result =
            credentials_put(store, (unsigned)i, &birth->ci[i], &birth->eum[i], &birth->euicc[i]);
    return result;
}

/* What a server would have said of it: the name is the package's type. */
static void put_metadata(const struct profile *profile, struct writer *out)
{
    uint8_t iccid[METADATA_ICCID_SIZE];
    struct bytes name = bytes_of_text(profile->type);
    iccid_swap(profile->iccid, iccid);
    if (!der_is_utf8(name, NAME_MAX_BYTES))
        name = (struct bytes){0};
    const size_t mark = tlv_open(out, METADATA_TAG);
    tlv_put(out, ES10_TAG_ICCID, bytes_of(iccid, sizeof(iccid)));
    tlv_put(out, METADATA_TAG_SERVICE_PROVIDER, (struct bytes){0});
    tlv_put(out, METADATA_TAG_NAME, name);
    tlv_close(out, mark);
}

static int add(struct isd_r *isd_r, const char *name, struct profile *profile)
{
    uint8_t room[METADATA_MAX], iccid[METADATA_ICCID_SIZE];
    struct writer metadata = writer_on(room, sizeof(room));
    const struct registry_profile *installed;
    iccid_swap(profile->iccid, iccid);
    if (registry_by_iccid(&isd_r->registry, bytes_of(iccid, sizeof(iccid))) != NULL) {
        trace_error("%s: a profile with this ICCID is on the chip already", name);
        return 1;
    }
    put_metadata(profile, &metadata);
    const struct registry_arrival arrival = {.profile = profile,
                                             .metadata = writer_bytes(&metadata)};
    return registry_add(isd_r->store, &isd_r->registry, &arrival, &installed);
}

/* Builds the profile; 1 if the package is refused. */
static int interpret(struct isd_r *isd_r, struct bytes package, const char *name,
                     struct profile *profile)
{
    struct saip_platform platform = *isd_r->info->platform;
    struct saip *saip;
    uint64_t memory;
    int result = euicc_info_free_memory(isd_r->info, isd_r->store, &memory);
    platform.memory = (size_t)memory;
    if (result == 0)
        result = saip_create(&platform, profile, &saip);
    if (result != 0)
        return result;
    result = saip_feed(saip, package);
    if (result == SAIP_MORE || result == SAIP_ENDED)
        result = saip_finish(saip);
    if (result == SAIP_ABORTED)
        trace_error("%s: the package is refused: %s; 'emuicc-profile check' says where", name,
                    saip_status_name(saip_status(saip)));
    saip_destroy(saip);
    return result < 0 ? result : result != SAIP_ENDED;
}

int isd_r_factory_install(struct isd_r *isd_r, struct bytes package, const char *name)
{
    struct profile *profile;
    int result = profile_create(&profile);
    if (result != 0)
        return result;
    result = interpret(isd_r, package, name, profile);
    if (result == 0)
        result = add(isd_r, name, profile);
    profile_destroy(profile);
    return result;
}

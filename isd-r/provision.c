/* isd_r_provision() and isd_r_factory_install(): what a chip gets before it leaves the factory,
 * credentials and profiles. */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/saip/saip.h"
#include "fs/text/metadata_text.h"
#include "isd-r/isd_r.h"
#include "isd-r/profiles/profile_check.h"
#include "isd-r/state.h"

int isd_r_provision_values(const struct isd_r_provision *provision, store_value_visitor *visit,
                           void *context)
{
    uint8_t eid[CREDENTIALS_EID_SIZE];
    if (provision->count == 0 || !certificate_eid(&provision->euicc[0].certificate, eid)) {
        trace_error("the eUICC certificate names no EID");
        return FAILURE_INTERNAL;
    }
    int result = visit(context, CREDENTIALS_EID, bytes_of(eid, sizeof(eid)));
    for (size_t i = 0; i < provision->count && result == 0; i++)
        result = credentials_each_value((unsigned)i, &provision->ci[i], &provision->eum[i],
                                        &provision->euicc[i], visit, context);
    for (size_t i = 0; i < provision->v3_count && result == 0; i++)
        result = credentials_each_value_v3((unsigned)(provision->count + i), provision->v3[i].ci,
                                           provision->v3[i].euicc, visit, context);
    return result;
}

int isd_r_provision(struct store *store, const struct isd_r_provision *provision)
{
    return isd_r_provision_values(provision, store_put_value, store);
}

/* What a server would have said of it. */
static void put_metadata(const struct isd_r *isd_r, const struct profile *profile,
                         const struct metadata_text *said, struct writer *out)
{
    const struct euicc_info *info = isd_r->info;
    struct metadata_text text;
    metadata_text_init(&text, NULL, "", NULL);
    if (said != NULL)
        text = *said;
    if (!text.has_iccid)
        iccid_swap(profile->iccid, text.iccid);
    if (text.name[0] == '\0' && der_is_utf8(bytes_of_text(profile->type), sizeof(profile->type)))
        metadata_text_set_name(&text, profile->type);
    metadata_text_put(&text,
                      euicc_info_is_v3(info) ? info->rsp_capability
                                             : info->rsp_capability & EUICC_INFO_IOT_METADATA,
                      out);
}

static int refuse(const char *name, const char *why)
{
    trace_error("%s: %s", name, why);
    return 1;
}

/* As what comes in by RSP is checked, but for the server's part. */
static int check(struct isd_r *isd_r, const struct isd_r_factory_profile *factory,
                 struct profile *profile, struct bytes request)
{
    struct metadata metadata;
    char why[PROFILE_CHECK_WHY_SIZE];
    const struct registry *registry = &isd_r->registry;
    if (!metadata_parse(request, isd_r->info->rsp_capability, &metadata))
        return refuse(factory->name, "its metadata is none that a card takes");
    if (profile_check(profile, &metadata, why) != 0)
        return refuse(factory->name, why);
    if (registry_by_iccid(registry, metadata.iccid) != NULL)
        return refuse(factory->name, "a profile with this ICCID is on the chip already");
    if (registry_by_aid(registry, bytes_of(factory->aid.data, factory->aid.len)) != NULL)
        return refuse(factory->name, "a profile with this AID is on the chip already");
    return 0;
}

static int set_state(struct profile_state *profiles, const struct registry_profile *installed,
                     const struct isd_r_factory_profile *factory)
{
    switch (factory->state) {
    case ISD_R_FACTORY_ENABLED:
        return profile_state_preset_enabled(profiles, installed, factory->name);
    case ISD_R_FACTORY_BEFORE_TEST:
        return profile_state_preset_before_test(profiles, installed, factory->name);
    default:
        return 0;
    }
}

static int add(struct isd_r *isd_r, const struct isd_r_factory_profile *factory,
               struct profile *profile)
{
    uint8_t room[METADATA_TEXT_REQUEST_MAX];
    struct writer metadata = writer_on(room, sizeof(room));
    const struct registry_profile *installed;
    put_metadata(isd_r, profile, factory->said, &metadata);
    int result = check(isd_r, factory, profile, writer_bytes(&metadata));
    if (result != 0)
        return result;
    const struct registry_arrival arrival = {
        .profile = profile,
        .metadata = writer_bytes(&metadata),
        .aid = bytes_of(factory->aid.data, factory->aid.len),
    };
    result = registry_add(&isd_r->registry, &arrival, &installed);
    if (result == 0 && factory->nickname.len > 0)
        result = store_profile_set_nickname(isd_r->store, installed->id, factory->nickname);
    if (result == 0)
        result = set_state(&isd_r->profiles, installed, factory);
    return result == 0 ? registry_load(&isd_r->registry) : result;
}

/* The last PEStatus is the one that ended the installation. */
static void refuse_package(const struct saip *saip, const char *name)
{
    struct saip_reason reason = {0};
    char line[SAIP_REASON_LINE_SIZE] = "";
    for (size_t n = 0; saip_reason(saip, n, &reason); n++)
        saip_reason_line(&reason, line);
    trace_error("%s: the package is refused: %s in %s%s%s; 'emuicc-profile check' says where", name,
                saip_status_name(saip_status(saip)), reason.element, line[0] != '\0' ? ": " : "",
                line);
}

/* Builds the profile; 1 if the package is refused. */
static int interpret(struct isd_r *isd_r, struct bytes package, const char *name,
                     struct profile *profile)
{
    struct saip_platform platform;
    struct saip *saip;
    int result =
        euicc_info_platform_left(isd_r->info, isd_r->store, isd_r->registry.count, &platform);
    if (result > 0)
        return refuse(name, "the chip has too little volatile memory left for another profile");
    if (result == 0)
        result = saip_create(&platform, profile, &saip);
    if (result != 0)
        return result;
    result = saip_feed(saip, package);
    if (result == SAIP_MORE || result == SAIP_ENDED)
        result = saip_finish(saip);
    if (result == SAIP_ABORTED)
        refuse_package(saip, name);
    saip_destroy(saip);
    return result < 0 ? result : result != SAIP_ENDED;
}

int isd_r_factory_install(struct isd_r *isd_r, const struct isd_r_factory_profile *factory)
{
    struct profile *profile;
    int result = profile_create(&profile);
    if (result != 0)
        return result;
    result = interpret(isd_r, factory->package, factory->name, profile);
    if (result == 0)
        result = add(isd_r, factory, profile);
    profile_destroy(profile);
    return result;
}

#include "isd-r/profiles/admission.h"

#include "isd-r/profiles/bpp_error.h"
#include "isd-r/profiles/enterprise.h"
#include "isd-r/profiles/rules.h"

typedef int check(const struct admission *admission, const struct metadata *metadata);

static int check_iccid(const struct admission *admission, const struct metadata *metadata)
{
    return registry_by_iccid(admission->registry, metadata->iccid) != NULL
               ? BPP_ICCID_ALREADY_EXISTS
               : 0;
}

static int check_class(const struct admission *admission, const struct metadata *metadata)
{
    const bool supported = metadata->class == METADATA_TEST
                               ? (admission->info->rsp_capability & EUICC_INFO_TEST_PROFILE) != 0
                               : metadata->class <= METADATA_OPERATIONAL;
    return supported ? 0 : BPP_UNSUPPORTED_PROFILE_CLASS;
}

/* SGP.22 v3 wants metadata that the chip knows whole; v2 wants the rest passed over. */
static int check_known(const struct admission *admission, const struct metadata *metadata)
{
    if (!admission->v3)
        return 0;
    switch (metadata_find_unknown(metadata->whole, admission->info->rsp_capability)) {
    case 0:
        return 0;
    case METADATA_TAG_ENTERPRISE_CONFIGURATION:
        return BPP_ENTERPRISE_NOT_SUPPORTED;
    case METADATA_TAG_LPR_CONFIGURATION:
        return BPP_LPR_NOT_SUPPORTED;
    default:
        return BPP_UNKNOWN_TLV_IN_METADATA;
    }
}

/* What a company's rules say; a server of v2 cannot be told so. */
static int check_enterprise(const struct admission *admission, const struct metadata *metadata)
{
    if (!(admission->info->rsp_capability & EUICC_INFO_ENTERPRISE_PROFILES))
        return 0;
    const int refusal = enterprise_refusal(admission->registry, metadata, admission->enterprise);
    return refusal == 0 || admission->v3 ? refusal : BPP_UNKNOWN_ERROR;
}

/* Whether the policy rules that come with the profile may come with it. */
static int check_rules(const struct admission *admission, const struct metadata *metadata)
{
    uint8_t room[RULES_TABLE_MAX];
    struct writer table = writer_on(room, sizeof(room));
    const int result = rules_put_table(admission->registry->store, admission->rules, &table);
    if (result != 0)
        return result;
    if (metadata->rules & admission->info->forbidden_rules)
        return BPP_PPR_NOT_ALLOWED;
    return rules_allow(writer_bytes(&table), metadata) ? 0 : BPP_PPR_NOT_ALLOWED;
}

static check *const checks[] = {check_iccid, check_class, check_known, check_enterprise,
                                check_rules};

int admission_check(const struct admission *admission, const struct metadata *metadata)
{
    int result = 0;
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && result == 0; i++)
        result = checks[i](admission, metadata);
    return result;
}

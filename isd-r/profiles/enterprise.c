#include "isd-r/profiles/enterprise.h"

#include "isd-r/profiles/bpp_error.h"
#include "isd-r/profiles/enterprise_configuration.h"

/* What is on the chip, as far as it matters here. */
struct installed {
    bool ppr1;
    bool private;      /* an operational profile of no company */
    struct bytes oid;  /* of the company; all its profiles have the same. data is NULL: none */
    uint32_t in_force; /* the rules that are; 0: none */
    uint32_t others_enabled; /* with them: how many profiles of no company may be enabled */
};

/* but: a profile that is not looked at, or NULL. */
static struct installed look_at(const struct registry *registry, const struct registry_profile *but)
{
    struct installed found = {0};
    for (size_t i = 0; i < registry->count; i++) {
        const struct metadata *metadata = &registry->list[i].metadata;
        struct enterprise_configuration theirs;
        if (&registry->list[i] == but)
            continue;
        found.ppr1 |= (metadata->rules & METADATA_RULE_PPR1) != 0;
        if (metadata->enterprise_configuration.data == NULL ||
            !enterprise_configuration_parse(metadata->enterprise_configuration, &theirs)) {
            found.private |= metadata->class == METADATA_OPERATIONAL;
            continue;
        }
        found.oid = theirs.oid;
        if (theirs.rules & ENTERPRISE_CONFIGURATION_REFERENCE) {
            found.in_force = theirs.rules;
            found.others_enabled = theirs.others_enabled;
        }
    }
    return found;
}

static bool contradicts(const struct enterprise_configuration *own,
                        const struct installed *installed)
{
    return (own->rules & ENTERPRISE_CONFIGURATION_REFERENCE) &&
           (installed->in_force != 0 ||
            ((own->rules & ENTERPRISE_CONFIGURATION_ONLY) && installed->private));
}

/* In the specification's order. Rules are for devices that say they know them. */
static int refusal_of(const struct enterprise_configuration *own, const struct installed *installed,
                      bool capable)
{
    if (installed->ppr1)
        return BPP_ENTERPRISE_PROFILE_NOT_ALLOWED;
    if (own->has_rules && !capable)
        return BPP_ENTERPRISE_RULES_NOT_ALLOWED;
    if (installed->oid.data != NULL && !bytes_equal(installed->oid, own->oid))
        return BPP_ENTERPRISE_OID_MISMATCH;
    return contradicts(own, installed) ? BPP_ENTERPRISE_RULES_ERROR : 0;
}

int enterprise_refusal(const struct registry *registry, const struct metadata *metadata,
                       bool capable)
{
    struct enterprise_configuration own;
    const struct installed installed = look_at(registry, NULL);
    if (metadata->enterprise_configuration.data != NULL &&
        enterprise_configuration_parse(metadata->enterprise_configuration, &own))
        return refusal_of(&own, &installed, capable);
    return capable && (installed.in_force & ENTERPRISE_CONFIGURATION_ONLY) &&
                   metadata->class == METADATA_OPERATIONAL
               ? BPP_ENTERPRISE_PROFILES_ONLY
               : 0;
}

bool enterprise_may_become(const struct registry *registry, const struct registry_profile *target,
                           struct bytes configuration, bool capable)
{
    struct enterprise_configuration now, then;
    const struct installed others = look_at(registry, target);
    if (!enterprise_configuration_parse(configuration, &then))
        return false;
    if (enterprise_configuration_parse(target->metadata.enterprise_configuration, &now) &&
        !bytes_equal(now.oid, then.oid))
        return false;
    return refusal_of(&then, &others, capable) == 0;
}

/* Priority asks for the company's profile to be enabled beside it, which no chip with one port can
 * do. */
bool enterprise_forbids_enabling(const struct registry *registry,
                                 const struct registry_profile *target)
{
    const struct metadata *metadata = &target->metadata;
    if (metadata->class != METADATA_OPERATIONAL || metadata->enterprise_configuration.data != NULL)
        return false;
    const struct installed others = look_at(registry, target);
    return others.in_force != 0 &&
           ((others.in_force & ENTERPRISE_CONFIGURATION_PRIORITY) || others.others_enabled == 0);
}

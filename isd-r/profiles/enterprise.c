#include "isd-r/profiles/enterprise.h"

#include "isd-r/download/bpp.h"
#include "isd-r/state.h"

#define TAG_OID 0x80
#define TAG_NAME 0x81
#define TAG_RULES 0xA2
#define TAG_RULE_BITS 0x80
#define TAG_OTHERS_ENABLED 0x81 /* numberOfNonEnterpriseProfiles */
#define NAME_MAX_CHARACTERS 64

static bool parse_rules(struct bytes value, uint32_t *out)
{
    struct tlv bits, number;
    uint32_t count;
    return tlv_take_tag(&value, TAG_RULE_BITS, &bits) && der_to_bits(bits.value, out) &&
           tlv_take_tag(&value, TAG_OTHERS_ENABLED, &number) &&
           der_to_unsigned(number.value, UINT32_MAX, &count);
}

bool enterprise_parse(struct bytes value, struct enterprise *out)
{
    struct tlv oid, name, rules;
    uint32_t bits = 0;
    if (!tlv_take_tag(&value, TAG_OID, &oid) || !tlv_take_tag(&value, TAG_NAME, &name) ||
        !der_is_utf8(name.value, NAME_MAX_CHARACTERS) ||
        !tlv_take_optional(&value, TAG_RULES, &rules) ||
        (rules.tag != 0 && !parse_rules(rules.value, &bits)))
        return false;
    *out = (struct enterprise){oid.value, name.value, rules.tag != 0, bits};
    return true;
}

/* What is on the chip, as far as it matters here. */
struct installed {
    bool ppr1;
    bool private;      /* an operational profile of no company */
    struct bytes oid;  /* of the company; all its profiles have the same. data is NULL: none */
    uint32_t in_force; /* the rules that are; 0: none */
};

/* but: a profile that is not looked at, or NULL. */
static struct installed look_at(const struct registry *registry, const struct registry_profile *but)
{
    struct installed found = {0};
    for (size_t i = 0; i < registry->count; i++) {
        const struct metadata *metadata = &registry->list[i].metadata;
        struct enterprise theirs;
        if (&registry->list[i] == but)
            continue;
        found.ppr1 |= (metadata->rules & METADATA_RULE_PPR1) != 0;
        if (metadata->enterprise_configuration.data == NULL ||
            !enterprise_parse(metadata->enterprise_configuration, &theirs)) {
            found.private |= metadata->class == METADATA_OPERATIONAL;
            continue;
        }
        found.oid = theirs.oid;
        if (theirs.rules & ENTERPRISE_REFERENCE_RULE)
            found.in_force = theirs.rules;
    }
    return found;
}

static bool contradicts(const struct enterprise *own, const struct installed *installed)
{
    return (own->rules & ENTERPRISE_REFERENCE_RULE) &&
           (installed->in_force != 0 || ((own->rules & ENTERPRISE_ONLY) && installed->private));
}

/* In the specification's order. Rules are for devices that say they know them. */
static int refusal_of(const struct enterprise *own, const struct installed *installed, bool capable)
{
    if (installed->ppr1)
        return BPP_ENTERPRISE_PROFILE_NOT_ALLOWED;
    if (own->has_rules && !capable)
        return BPP_ENTERPRISE_RULES_NOT_ALLOWED;
    if (installed->oid.data != NULL && !bytes_equal(installed->oid, own->oid))
        return BPP_ENTERPRISE_OID_MISMATCH;
    return contradicts(own, installed) ? BPP_ENTERPRISE_RULES_ERROR : 0;
}

int enterprise_refusal(const struct isd_r *isd_r, const struct metadata *metadata)
{
    struct enterprise own;
    if (!(isd_r->info->rsp_capability & EUICC_INFO_ENTERPRISE_PROFILES))
        return 0;
    const struct installed installed = look_at(&isd_r->registry, NULL);
    const bool capable = isd_r->terminal.enterprise;
    if (metadata->enterprise_configuration.data != NULL &&
        enterprise_parse(metadata->enterprise_configuration, &own))
        return refusal_of(&own, &installed, capable);
    return capable && (installed.in_force & ENTERPRISE_ONLY) &&
                   metadata->class == METADATA_OPERATIONAL
               ? BPP_ENTERPRISE_PROFILES_ONLY
               : 0;
}

bool enterprise_may_become(const struct isd_r *isd_r, const struct registry_profile *target,
                           struct bytes configuration)
{
    struct enterprise now, then;
    const struct installed others = look_at(&isd_r->registry, target);
    if (!enterprise_parse(configuration, &then))
        return false;
    if (enterprise_parse(target->metadata.enterprise_configuration, &now) &&
        !bytes_equal(now.oid, then.oid))
        return false;
    return refusal_of(&then, &others, isd_r->terminal.enterprise) == 0;
}

#include "card/personality/personality.h"

void personality_init(struct personality *personality)
{
    personality->settings = isd_r_settings_default;
    personality->info = euicc_info_default;
    personality->platform = saip_default_platform;
    personality->info.platform = &personality->platform;
    personality->info.changes = personality->changes;
    personality->settings.info = &personality->info;
    personality->proactive = (struct proactive_settings){0};
    personality->domains = domain_settings_default;
    personality->uicc = (struct uicc_settings){0};
    personality->dialect = dialect_default;
    personality->variant = PKI_VARIANT_A;
    personality->blank = 0;
    personality->has_eid = false;
    personality->profile_count = 0;
    personality->memory_len = 0;
    atr_compose(&personality->atr);
    timing_init(&personality->timing);
}

static bool same_aid(const struct isd_r_aid *one, const struct isd_r_aid *other)
{
    return bytes_equal(bytes_of(one->data, one->len), bytes_of(other->data, other->len));
}

bool personality_same_card(const struct personality *one, const struct personality *other)
{
    const struct isd_r_settings *a = &one->settings, *b = &other->settings;
    bool same = a->aid_count == b->aid_count && same_aid(&a->ecasd_aid, &b->ecasd_aid);
    for (size_t i = 0; i < a->aid_count && same; i++)
        same = same_aid(&a->aids[i], &b->aids[i]);
    return same;
}

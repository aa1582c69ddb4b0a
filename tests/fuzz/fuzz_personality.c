/* Any bytes are a personality that is read or refused; what is read says the same when it is read
 * again, and every value is one that a chip can have. */
#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/trace.h"
#include "card/personality/personality.h"

static struct personality one, other;

static void be_silent(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void look_at_text(const char *text)
{
    need(text == NULL || der_is_utf8(bytes_of_text(text), PERSONALITY_MEMORY));
}

static void look_at(const struct personality *personality)
{
    struct bytes rules = personality->settings.rules;
    struct atr atr;
    struct tlv entry;
    need(atr_parse(atr_bytes(&personality->atr), &atr));
    need(personality->settings.aid_count <= ISD_R_AIDS_MAX);
    for (size_t i = 0; i < personality->settings.aid_count; i++)
        need(personality->settings.aids[i].len >= 5 && personality->settings.aids[i].len <= 16);
    while (rules.len > 0)
        need(tlv_take_tag(&rules, DER_SEQUENCE, &entry));
    look_at_text(personality->info.accreditation_number);
    look_at_text(personality->info.platform_label);
    look_at_text(personality->info.discovery_base_url);
    look_at_text(personality->info.root_ds_address);
    look_at_text(personality->settings.default_dp_address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    trace_to(be_silent, NULL);
    personality_init(&one);
    if (size > PERSONALITY_TEXT_MAX || personality_read(&one, "text", bytes_of(data, size)) != 0)
        return 0;
    look_at(&one);
    personality_init(&other);
    need(personality_read(&other, "text", bytes_of(data, size)) == 0);
    need(personality_same_card(&one, &other) &&
         bytes_equal(one.settings.rules, other.settings.rules));
    return 0;
}

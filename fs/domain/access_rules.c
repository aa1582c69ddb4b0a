#include "fs/domain/access_rules.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/tlv.h"
#include "fs/domain/domain.h"
#include "fs/domain/fci.h"

#define RULE_EXISTS 0x6381
#define ANSWER_MAX 255 /* bytes of the first part of an answer, and of each further one */
#define REFRESH_TAG_SIZE 8
#define OBJECT_LOCK 0xA100 /* sysmocom's: no change any more */
#define P1_P2_STORE 0x9000

/* Data objects (§5, §6). */
enum tag {
    TAG_ALL = ACCESS_RULES_TAG,
    TAG_SPECIFIC = 0xFF50,
    TAG_NEXT = 0xFF60,
    TAG_REFRESH = 0xDF20,
    TAG_CONFIG = 0xDF21,
    TAG_CONFIG_RESPONSE = 0xE5,
    TAG_VERSION = 0xE6,
    TAG_RULE = 0xE2,
    TAG_REFERENCE = 0xE1,
    TAG_ACCESS = 0xE3,
    TAG_AID = 0x4F,
    TAG_ADD = 0xF0,
    TAG_DELETE = 0xF1,
    TAG_REFRESH_NOW = 0xF2,
    TAG_LOCK = 0xA1,
};

const struct domain_aid access_rules_aid = {{0xA0, 0x00, 0x00, 0x01, 0x51, 0x41, 0x43, 0x4C, 0x00},
                                            9};

static int registry_of(struct domains *domains, struct domain_registry **out)
{
    if (domains->profile == 0)
        return SW_CONDITIONS_NOT_SATISFIED;
    return domain_context_registry(domains, domains->profile, out);
}

bool access_rules_are_there(struct domains *domains, const struct domain_aid *aid)
{
    struct domain_registry *registry;
    if (!domain_aid_equal(aid, &access_rules_aid))
        return false;
    if (domains->settings->rules != DOMAIN_RULES_PACKAGE)
        return true;
    if (registry_of(domains, &registry) != 0)
        return false;
    const struct domain_entry *entry = domain_list_find(registry, aid);
    return entry != NULL && entry->state != DOMAIN_INSTALLED && (entry->state & DOMAIN_LOCKED) == 0;
}

int access_rules_all(struct domains *domains, struct bytes *out)
{
    struct domain_registry *registry;
    *out = (struct bytes){0};
    if (domains->profile == 0)
        return 0;
    const int result = registry_of(domains, &registry);
    if (result != 0)
        return result;
    const struct domain_object *object = domain_list_object(registry, &access_rules_aid, TAG_ALL);
    if (object != NULL)
        *out = object->value;
    return 0;
}

static int keep(struct domain_registry *registry, uint16_t tag, struct bytes value)
{
    const struct domain_object object = {.domain = access_rules_aid, .tag = tag, .value = value};
    return domain_registry_put_object(registry, &object);
}

/* Each accepted change is told by another tag. */
static int refresh(struct domains *domains, struct domain_registry *registry)
{
    uint8_t tag[REFRESH_TAG_SIZE];
    const int result = random_fill(domains->random, tag, sizeof(tag));
    return result == 0 ? keep(registry, TAG_REFRESH, bytes_of(tag, sizeof(tag))) : result;
}

static int change(struct domains *domains, struct domain_registry *registry, struct bytes rules)
{
    const int result = keep(registry, TAG_ALL, rules);
    return result == 0 ? refresh(domains, registry) : result;
}

/* Lengths that an object of a rule may have. */
struct form {
    uint32_t tag;
    size_t one, other; /* two lengths, beside 0 if it may be empty */
    bool empty;
    size_t multiple; /* or any multiple of this; 0: none */
};
static const struct form reference_forms[] = {
    {0xC0, 0, 0, true, 0}, {0xC1, 20, 32, true, 0}, {0xCA, 1, 127, false, 1}};
static const struct form access_forms[] = {
    {0xD0, 1, 1, false, 8}, {0xD1, 1, 1, false, 0}, {0xDB, 8, 8, false, 0}};

static bool fits(const struct form *forms, size_t count, const struct tlv *tlv)
{
    const size_t len = tlv->value.len;
    for (size_t i = 0; i < count; i++)
        if (forms[i].tag == tlv->tag)
            return len == 0 ? forms[i].empty
                            : len == forms[i].one || len == forms[i].other ||
                                  (forms[i].multiple != 0 && len % forms[i].multiple == 0);
    return tlv->tag == TAG_AID && forms == reference_forms &&
           (len == 0 || (len >= DOMAIN_AID_MIN && len <= DOMAIN_AID_MAX));
}

static bool all_fit(const struct form *forms, size_t count, struct bytes objects)
{
    struct tlv tlv;
    while (objects.len > 0)
        if (!tlv_take(&objects, &tlv) || !fits(forms, count, &tlv))
            return false;
    return true;
}

static bool is_rule(struct bytes value)
{
    struct tlv reference, access;
    return tlv_take_tag(&value, TAG_REFERENCE, &reference) &&
           tlv_take_tag(&value, TAG_ACCESS, &access) && value.len == 0 && access.value.len > 0 &&
           all_fit(reference_forms, sizeof(reference_forms) / sizeof(reference_forms[0]),
                   reference.value) &&
           all_fit(access_forms, sizeof(access_forms) / sizeof(access_forms[0]), access.value);
}

/* The REF-DO of a rule, whole. */
static struct bytes reference_of(const struct tlv *rule)
{
    struct tlv reference;
    return tlv_find(rule->value, TAG_REFERENCE, &reference) ? reference.whole : (struct bytes){0};
}

static bool has_reference(struct bytes rules, struct bytes reference)
{
    struct tlv rule;
    while (tlv_take(&rules, &rule))
        if (bytes_equal(reference_of(&rule), reference))
            return true;
    return false;
}

static int add(struct domains *domains, struct domain_registry *registry, struct bytes value)
{
    struct bytes old;
    struct tlv rule;
    int result = access_rules_all(domains, &old);
    if (result != 0)
        return result;
    if (!tlv_take_tag(&value, TAG_RULE, &rule) || value.len > 0 || !is_rule(rule.value))
        return SW_WRONG_DATA;
    if (rule.whole.len + old.len > ACCESS_RULES_MAX)
        return SW_NOT_ENOUGH_MEMORY;
    const bool exists = has_reference(old, reference_of(&rule));
    uint8_t *room = malloc(rule.whole.len + old.len);
    if (room == NULL)
        return FAILURE_INTERNAL;
    struct writer rules = writer_on(room, rule.whole.len + old.len);
    writer_put(&rules, rule.whole);
    writer_put(&rules, old);
    result = change(domains, registry, writer_bytes(&rules));
    free(room);
    return result != 0 ? result : exists ? RULE_EXISTS : 0;
}

/* By its AID-REF-DO, its REF-DO or as a whole. */
static bool is_meant(const struct tlv *rule, const struct tlv *by)
{
    struct tlv reference, aid;
    if (by->tag == TAG_RULE)
        return bytes_equal(rule->whole, by->whole);
    if (by->tag == TAG_REFERENCE)
        return bytes_equal(reference_of(rule), by->whole);
    return tlv_find(rule->value, TAG_REFERENCE, &reference) &&
           tlv_find(reference.value, TAG_AID, &aid) && bytes_equal(aid.whole, by->whole);
}

static int remove_some(struct domains *domains, struct domain_registry *registry,
                       const struct tlv *by)
{
    struct bytes old;
    struct tlv rule;
    int result = access_rules_all(domains, &old);
    if (result != 0)
        return result;
    uint8_t *room = malloc(old.len + 1);
    if (room == NULL)
        return FAILURE_INTERNAL;
    struct writer rules = writer_on(room, old.len);
    const size_t before = old.len;
    while (tlv_take(&old, &rule))
        if (!is_meant(&rule, by))
            writer_put(&rules, rule.whole);
    result = rules.len == before ? SW_REFERENCE_NOT_FOUND
                                 : change(domains, registry, writer_bytes(&rules));
    free(room);
    return result;
}

static int take_back(struct domains *domains, struct domain_registry *registry, struct bytes value)
{
    struct tlv by;
    if (value.len == 0)
        return change(domains, registry, (struct bytes){0});
    if (!tlv_take(&value, &by) || value.len > 0 ||
        (by.tag != TAG_AID && by.tag != TAG_REFERENCE && by.tag != TAG_RULE))
        return SW_WRONG_DATA;
    return remove_some(domains, registry, &by);
}

int access_rules_store(struct domains *domains, struct bytes commands)
{
    struct domain_registry *registry;
    struct tlv command;
    const int result = registry_of(domains, &registry);
    if (result != 0)
        return result;
    if (domain_list_object(registry, &access_rules_aid, OBJECT_LOCK) != NULL)
        return SW_SECURITY_STATUS;
    if (!tlv_take(&commands, &command) || commands.len > 0)
        return SW_WRONG_DATA;
    switch (command.tag) {
    case TAG_ADD:
        return add(domains, registry, command.value);
    case TAG_DELETE:
        return take_back(domains, registry, command.value);
    case TAG_REFRESH_NOW:
        return refresh(domains, registry);
    case TAG_LOCK:
        return keep(registry, OBJECT_LOCK, (struct bytes){0});
    default:
        return SW_WRONG_DATA;
    }
}

static bool matches(void *state, const struct apdu *select, struct bytes aid)
{
    (void)select;
    return fci_matches(domain_aid_bytes(&access_rules_aid), aid) &&
           access_rules_are_there(state, &access_rules_aid);
}

/* Without a template, as the cards answer that pySim's test was written on; phones want 9000 alone.
 */
static int select_rules(void *state, const struct apdu *select, struct bytes aid,
                        struct writer *response)
{
    (void)aid;
    (void)response;
    domain_deselect(state, select->channel);
    return 0;
}

/* From this byte of the whole answer on, as much as goes into one; where the next begins stays with
 * the channel. */
static int put_part(struct domains *domains, uint8_t channel, struct bytes rules, size_t from,
                    struct writer *response)
{
    const size_t header = tlv_header_len(TAG_ALL, rules.len);
    struct domain_context *context;
    const int result = domain_channel(domains, channel, &context);
    if (result != 0)
        return result;
    if (from == 0)
        tlv_put_header(response, TAG_ALL, rules.len);
    const size_t at = from > header ? from - header : 0;
    const size_t room = ANSWER_MAX - response->len;
    const size_t left = rules.len - at;
    writer_put(response, bytes_of(rules.data + at, left < room ? left : room));
    context->cursor.serial = (uint32_t)(from + response->len);
    return 0;
}

static int get_all(struct domains *domains, const struct apdu *apdu, struct writer *response)
{
    struct bytes rules;
    const int result = access_rules_all(domains, &rules);
    return result == 0 ? put_part(domains, apdu->channel, rules, 0, response) : result;
}

static int get_next(struct domains *domains, const struct apdu *apdu, struct writer *response)
{
    struct bytes rules;
    struct domain_context *context;
    int result = access_rules_all(domains, &rules);
    if (result == 0)
        result = domain_channel(domains, apdu->channel, &context);
    if (result != 0)
        return result;
    const uint32_t from = context->cursor.serial;
    if (from == 0 || from >= tlv_header_len(TAG_ALL, rules.len) + rules.len)
        return SW_REFERENCE_NOT_FOUND;
    return put_part(domains, apdu->channel, rules, from, response);
}

static int get_specific(struct domains *domains, const struct apdu *apdu, struct writer *response)
{
    struct bytes rules;
    struct tlv rule, access;
    const int result = access_rules_all(domains, &rules);
    if (result != 0)
        return result;
    while (tlv_take(&rules, &rule))
        if (bytes_equal(reference_of(&rule), apdu->data) &&
            tlv_find(rule.value, TAG_ACCESS, &access)) {
            tlv_put(response, TAG_SPECIFIC, access.whole);
            return 0;
        }
    return SW_REFERENCE_NOT_FOUND;
}

/* A profile that nobody has changed anything of has a tag all the same. */
static int get_refresh(struct domains *domains, const struct apdu *apdu, struct writer *response)
{
    static const uint8_t none[REFRESH_TAG_SIZE];
    struct domain_registry *registry;
    const struct domain_object *object = NULL;
    (void)apdu;
    if (registry_of(domains, &registry) == 0)
        object = domain_list_object(registry, &access_rules_aid, TAG_REFRESH);
    tlv_put(response, TAG_REFRESH, object != NULL ? object->value : bytes_of(none, sizeof(none)));
    return 0;
}

static int get_config(struct domains *domains, const struct apdu *apdu, struct writer *response)
{
    (void)domains;
    (void)apdu;
    const size_t outer = tlv_open(response, TAG_CONFIG);
    const size_t inner = tlv_open(response, TAG_CONFIG_RESPONSE);
    tlv_put(response, TAG_VERSION, BYTES(0x01, 0x01, 0x00));
    tlv_close(response, inner);
    tlv_close(response, outer);
    return 0;
}

static const struct {
    uint16_t tag;
    int (*get)(struct domains *domains, const struct apdu *apdu, struct writer *response);
} getters[] = {
    {TAG_ALL, get_all},         {TAG_NEXT, get_next},     {TAG_SPECIFIC, get_specific},
    {TAG_REFRESH, get_refresh}, {TAG_CONFIG, get_config},
};

static int get_data(void *state, const struct apdu *apdu, struct writer *response)
{
    const uint16_t tag = (uint16_t)(apdu->p1 << 8 | apdu->p2);
    for (size_t i = 0; i < sizeof(getters) / sizeof(getters[0]); i++)
        if (getters[i].tag == tag)
            return getters[i].get(state, apdu, response);
    return SW_WRONG_P1_P2;
}

static int store_data(void *state, const struct apdu *apdu, struct writer *response)
{
    struct domains *domains = state;
    (void)response;
    if ((apdu->p1 << 8 | apdu->p2) != P1_P2_STORE)
        return SW_WRONG_P1_P2;
    if (domains->settings->rules != DOMAIN_RULES_OPEN)
        return SW_SECURITY_STATUS;
    return access_rules_store(domains, apdu->data);
}

/* clang-format off */
static const struct command_row rows[] = {
    {"GET DATA", 0x80, 0xCA, APDU_CASE_ANY, get_data, "GlobalPlatform SEAC §4.1.1"},
    {"STORE DATA", 0x80, 0xE2, APDU_CASE_3 | APDU_CASE_4, store_data, "GlobalPlatform SEAC §5.1"},
};
/* clang-format on */

const struct application access_rules_application = {
    .name = "ARA-M",
    .commands = {rows, sizeof(rows) / sizeof(rows[0])},
    .matches = matches,
    .select = select_rules,
};

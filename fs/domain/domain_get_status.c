/* GET STATUS (GlobalPlatform §11.4): what the registry holds, as far as the domain may see it. */
#include "fs/domain/domain_commands.h"

#include "apdu/status.h"
#include "apdu/tlv.h"

#define SCOPE_ROOT 0x80
#define SCOPE_APPLICATIONS 0x40
#define SCOPE_LOAD_FILES 0x20
#define SCOPE_MODULES 0x10 /* load files with their modules */
#define P2_NEXT 0x01
#define P2_TLV 0x02
#define MORE_DATA 0x6310
#define ANSWER_MAX 240 /* bytes, so that wrapping has room beside it */
#define TAG_AID 0x4F
#define TAG_TAGS 0x5C

struct criterion {
    struct bytes aid;  /* an AID or its front */
    struct bytes tags; /* what is asked for; empty: what is usual */
};

/* What an entry can say of itself: in the order of the answer. */
typedef void teller(const struct domain_entry *entry, struct writer *out);

static void tell_aid(const struct domain_entry *entry, struct writer *out)
{
    tlv_put(out, TAG_AID, domain_aid_bytes(&entry->aid));
}

static void tell_state(const struct domain_entry *entry, struct writer *out)
{
    tlv_put_u8(out, 0x9F70, entry->state);
}

static void tell_privileges(const struct domain_entry *entry, struct writer *out)
{
    const uint32_t p = entry->privileges;
    const uint8_t bytes[] = {(uint8_t)(p >> 16), (uint8_t)(p >> 8), (uint8_t)p};
    if (entry->kind != DOMAIN_LOAD_FILE)
        tlv_put(out, 0xC5, bytes_of(bytes, sizeof(bytes)));
}

static void tell_package(const struct domain_entry *entry, struct writer *out)
{
    if (entry->package.len > 0)
        tlv_put(out, 0xC4, domain_aid_bytes(&entry->package));
}

static void tell_modules(const struct domain_entry *entry, struct writer *out)
{
    struct bytes left = entry->modules, aid;
    uint8_t len;
    while (bytes_take_u8(&left, &len) && bytes_take(&left, len, &aid))
        tlv_put(out, 0x84, aid);
}

/* A root has no domain but itself. */
static void tell_domain(const struct domain_entry *entry, struct writer *out)
{
    if (!domain_aid_equal(&entry->domain, &entry->aid))
        tlv_put(out, 0xCC, domain_aid_bytes(&entry->domain));
}

static const struct {
    uint32_t tag;
    uint8_t usual; /* scopes that tell it without being asked */
    teller *tell;
} tellers[] = {
    {TAG_AID, 0xF0, tell_aid},
    {0x9F70, 0xF0, tell_state},
    {0xC5, SCOPE_ROOT | SCOPE_APPLICATIONS, tell_privileges},
    {0xC4, SCOPE_APPLICATIONS, tell_package},
    {0x84, SCOPE_MODULES, tell_modules},
    {0xCC, SCOPE_APPLICATIONS | SCOPE_LOAD_FILES | SCOPE_MODULES, tell_domain},
};

static bool is_asked_for(struct bytes tags, uint32_t tag)
{
    while (tags.len > 0) {
        uint8_t byte = 0;
        uint32_t one;
        (void)bytes_take_u8(&tags, &byte);
        one = byte;
        if ((byte & 0x1F) == 0x1F && bytes_take_u8(&tags, &byte))
            one = one << 8 | byte;
        if (one == tag)
            return true;
    }
    return false;
}

static void put_entry(const struct domain_entry *entry, uint8_t scope, struct bytes tags,
                      struct writer *out)
{
    const size_t mark = tlv_open(out, 0xE3);
    for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++)
        if (tags.len > 0 ? is_asked_for(tags, tellers[i].tag) : (tellers[i].usual & scope) != 0)
            tellers[i].tell(entry, out);
    tlv_close(out, mark);
}

/* The form without tags: AID, state, privileges; of a load file its modules. */
static void put_old_entry(const struct domain_entry *entry, uint8_t scope, struct writer *out)
{
    struct bytes left = entry->modules, aid;
    uint8_t len, count = 0;
    writer_put_u8(out, entry->aid.len);
    writer_put(out, domain_aid_bytes(&entry->aid));
    writer_put_u8(out, entry->state);
    writer_put_u8(out, (uint8_t)(entry->privileges >> 16));
    if (scope != SCOPE_MODULES)
        return;
    while (bytes_take_u8(&left, &len) && bytes_take(&left, len, &aid))
        count++;
    writer_put_u8(out, count);
    writer_put(out, entry->modules);
}

static bool is_root(const struct domain_entry *entry)
{
    return entry->kind == DOMAIN_SECURITY_DOMAIN && domain_aid_equal(&entry->domain, &entry->aid);
}

static bool in_scope(const struct domain_entry *entry, uint8_t scope)
{
    switch (scope) {
    case SCOPE_ROOT:
        return is_root(entry);
    case SCOPE_APPLICATIONS:
        return entry->kind == DOMAIN_APPLICATION ||
               (entry->kind == DOMAIN_SECURITY_DOMAIN && !is_root(entry));
    default:
        return entry->kind == DOMAIN_LOAD_FILE;
    }
}

/* Who asks, and what of whom it may see. */
struct asker {
    struct domain_registry *registry;
    const struct domain_entry *domain; /* in another registry, of the ISD-R */
    bool sees_all;
};

static bool is_seen(const struct asker *asker, const struct domain_entry *entry)
{
    return asker->sees_all || domain_is_of(entry, asker->domain);
}

static bool answers(const struct asker *asker, const struct domain_entry *entry, uint8_t scope,
                    struct bytes aid)
{
    return in_scope(entry, scope) && is_seen(asker, entry) &&
           bytes_start_with(domain_aid_bytes(&entry->aid), aid);
}

static bool matches_any(const struct asker *asker, uint8_t scope, struct bytes aid)
{
    for (const struct domain_entry *at = asker->registry->entries; at != NULL; at = at->next)
        if (answers(asker, at, scope, aid))
            return true;
    return false;
}

/* What stands behind the AID is read before or after it is looked for, as the chip does it. */
static int read_criterion(const struct domain_context *context, const struct asker *asker,
                          const struct apdu *apdu, struct criterion *out)
{
    const bool status_first = context->domains->settings->status_first != 0;
    struct bytes data = apdu->data;
    struct tlv aid, tags = {0};
    *out = (struct criterion){0};
    if (!tlv_take_tag(&data, TAG_AID, &aid))
        return SW_WRONG_DATA;
    out->aid = aid.value;
    if (status_first && !matches_any(asker, apdu->p1, aid.value))
        return SW_REFERENCE_NOT_FOUND;
    if (aid.value.len > DOMAIN_AID_MAX || (aid.value.len > 0 && aid.value.len < DOMAIN_AID_MIN) ||
        !tlv_take_optional(&data, TAG_TAGS, &tags) || data.len > 0)
        return SW_WRONG_DATA;
    out->tags = tags.value;
    return 0;
}

/* The serial number after which the answer goes on. */
static int begin_or_continue(struct domain_context *context, const struct apdu *apdu,
                             uint32_t *after)
{
    struct domain_cursor *cursor = &context->cursor;
    *after = 0;
    if ((apdu->p2 & P2_NEXT) != 0) {
        if (cursor->len == 0 || cursor->scope != apdu->p1 ||
            !bytes_equal(bytes_of(cursor->criterion, cursor->len), apdu->data))
            return SW_WRONG_DATA;
        *after = cursor->serial;
        return 0;
    }
    cursor->len = 0;
    return 0;
}

static void keep_place(struct domain_context *context, const struct apdu *apdu, uint32_t serial)
{
    struct domain_cursor *cursor = &context->cursor;
    cursor->scope = apdu->p1;
    cursor->serial = serial;
    cursor->len = apdu->data.len <= DOMAIN_CRITERION_MAX ? (uint8_t)apdu->data.len : 0;
    memcpy(cursor->criterion, apdu->data.data, cursor->len);
}

static int tell(struct domain_context *context, const struct asker *asker, const struct apdu *apdu,
                struct writer *response)
{
    struct criterion criterion;
    uint32_t after, last = 0;
    int result = begin_or_continue(context, apdu, &after);
    if (result == 0)
        result = read_criterion(context, asker, apdu, &criterion);
    if (result != 0)
        return result;
    for (const struct domain_entry *at = asker->registry->entries; at != NULL; at = at->next) {
        const size_t before = response->len;
        if (at->serial <= after || !answers(asker, at, apdu->p1, criterion.aid))
            continue;
        if ((apdu->p2 & P2_TLV) != 0)
            put_entry(at, apdu->p1, criterion.tags, response);
        else
            put_old_entry(at, apdu->p1, response);
        if (response->len > ANSWER_MAX && before > 0) {
            response->len = before;
            keep_place(context, apdu, last);
            return MORE_DATA;
        }
        last = at->serial;
    }
    context->cursor.len = 0;
    return response->len > 0 ? 0 : SW_REFERENCE_NOT_FOUND;
}

/* Without a profile the ISD-R has itself to tell. */
static int find_asker(const struct domain_context *context, struct asker *out)
{
    struct domain_registry *own;
    struct domain_entry *entry;
    int result = domain_context_entry(context, &own, &entry);
    if (result == 0)
        result = domain_context_managed(context, &out->registry);
    out->domain = entry;
    out->sees_all = result == 0 && (context->owner == DOMAIN_OWNER_CHIP || is_root(entry) ||
                                    domain_may(entry, DOMAIN_PRIVILEGE_GLOBAL_REGISTRY));
    return result;
}

int domain_get_status(struct domain_context *context, const struct apdu *apdu,
                      struct writer *response)
{
    struct asker asker = {0};
    const int result = find_asker(context, &asker);
    const uint8_t scope = apdu->p1;
    if (result != 0)
        return result;
    const bool known = scope == SCOPE_ROOT || scope == SCOPE_APPLICATIONS ||
                       scope == SCOPE_LOAD_FILES || scope == SCOPE_MODULES;
    if (!known || (apdu->p2 & ~(P2_NEXT | P2_TLV)) != 0 || (scope == SCOPE_ROOT && !asker.sees_all))
        return SW_WRONG_P1_P2;
    return tell(context, &asker, apdu, response);
}

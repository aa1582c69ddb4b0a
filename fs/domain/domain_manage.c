/* What managing commands judge alike, and SET STATUS (GlobalPlatform §11.10). */
#include "fs/domain/domain_commands.h"

#include "apdu/status.h"

#define SCOPE_ROOT 0x80
#define SCOPE_APPLICATION 0x40
#define SCOPE_DOMAIN 0xC0 /* a domain and what is associated with it */
#define CARD_TERMINATED 0xFF
#define CARD_LOCKED 0x7F
#define CARD_SECURED 0x0F
#define OWN_STATES 0x07 /* bits that an application's own states have */
#define PRIVILEGE_CARD_LOCK 0x100000u

bool domain_may(const struct domain_entry *domain, uint32_t privilege)
{
    return (domain->privileges & privilege) != 0;
}

bool domain_is_of(const struct domain_entry *entry, const struct domain_entry *domain)
{
    return domain_aid_equal(&entry->aid, &domain->aid) ||
           domain_aid_equal(&entry->domain, &domain->aid);
}

bool domain_read_privileges(struct bytes value, uint32_t *out)
{
    if (value.len != 1 && value.len != 3)
        return false;
    *out = (uint32_t)value.data[0] << 16;
    if (value.len == 3)
        *out |= (uint32_t)value.data[1] << 8 | value.data[2];
    return true;
}

/* Locking and unlocking, else forwards alone. */
static bool next_state(const struct domain_entry *entry, uint8_t wanted, uint8_t *out)
{
    const uint8_t now = entry->state;
    if ((wanted & DOMAIN_LOCKED) != 0) {
        *out = now | DOMAIN_LOCKED;
        return true;
    }
    if ((now & DOMAIN_LOCKED) != 0) {
        *out = now & (uint8_t)~DOMAIN_LOCKED;
        return true;
    }
    *out = wanted;
    const bool own = (wanted & OWN_STATES) == OWN_STATES;
    if (entry->kind == DOMAIN_SECURITY_DOMAIN)
        return wanted >= now && (wanted == DOMAIN_SELECTABLE || wanted == DOMAIN_PERSONALIZED);
    return own && now != DOMAIN_INSTALLED;
}

static int set_state(struct domain_registry *registry, const struct domain_entry *entry,
                     uint8_t wanted)
{
    struct domain_entry changed = *entry;
    if (!next_state(entry, wanted, &changed.state))
        return SW_CONDITIONS_NOT_SATISFIED;
    return domain_registry_put(registry, &changed);
}

/* A card that is locked, or not: of an eUICC only by those who may, and never for good. */
static int set_card_state(struct domain_registry *registry, const struct domain_entry *root,
                          uint8_t wanted)
{
    struct domain_entry changed = *root;
    const bool locks = root->state == CARD_SECURED && wanted == CARD_LOCKED;
    const bool unlocks = root->state == CARD_LOCKED && wanted == CARD_SECURED;
    const bool forward = wanted > root->state && wanted <= CARD_SECURED;
    if (registry->owner == DOMAIN_OWNER_CHIP || wanted == CARD_TERMINATED ||
        !(forward || locks || unlocks) || !domain_may(root, PRIVILEGE_CARD_LOCK))
        return SW_CONDITIONS_NOT_SATISFIED;
    changed.state = wanted;
    return domain_registry_put(registry, &changed);
}

static int set_associated(struct domain_registry *registry, const struct domain_aid *domain,
                          uint8_t wanted)
{
    int result = 0;
    uint32_t serial = 0;
    const struct domain_entry *at = registry->entries;
    while (at != NULL && result == 0) {
        const bool is_its = at->serial > serial && at->kind != DOMAIN_LOAD_FILE &&
                            domain_aid_equal(&at->domain, domain) &&
                            !domain_aid_equal(&at->aid, domain);
        serial = at->serial > serial ? at->serial : serial;
        if (is_its) {
            result = set_state(registry, at, wanted);
            at = registry->entries; /* the list was changed */
        } else {
            at = at->next;
        }
    }
    return result;
}

int domain_set_status(struct domain_context *context, const struct apdu *apdu,
                      struct writer *response)
{
    struct domain_registry *own, *registry;
    struct domain_entry *domain, *entry;
    struct domain_aid aid;
    (void)response;
    int result = domain_context_entry(context, &own, &domain);
    if (result == 0)
        result = domain_context_managed(context, &registry);
    if (result != 0)
        return result;
    if (apdu->p1 == SCOPE_ROOT)
        return set_card_state(own, domain, apdu->p2);
    if (apdu->p1 != SCOPE_APPLICATION && apdu->p1 != SCOPE_DOMAIN)
        return SW_WRONG_P1_P2;
    if (apdu->data.len == 0 || !domain_aid_set(&aid, apdu->data))
        return SW_WRONG_DATA;
    entry = domain_list_find(registry, &aid);
    if (entry == NULL || entry->kind == DOMAIN_LOAD_FILE)
        return SW_REFERENCE_NOT_FOUND;
    if (!domain_is_of(entry, domain) && !domain_may(domain, DOMAIN_PRIVILEGE_GLOBAL_LOCK))
        return SW_CONDITIONS_NOT_SATISFIED;
    result = set_state(registry, entry, apdu->p2);
    return result == 0 && apdu->p1 == SCOPE_DOMAIN ? set_associated(registry, &aid, apdu->p2)
                                                   : result;
}

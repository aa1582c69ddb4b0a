#include "fs/scp81/scp81_target.h"

#include "crypto/primitives/scp80.h"
#include "fs/ota/ota_run.h"

#define KEY_DEK 2 /* of a key set for SCP81 */

#define STATUS_OK "ok"
#define UNKNOWN "unknown-application"
#define NO_DOMAIN "not-a-security-domain"
#define SECURITY "security-error"

/* A session reaches its own domain and what is associated with that. */
static bool is_of(const struct domain_entry *entry, const struct domain_aid *domain)
{
    return domain_aid_equal(&entry->aid, domain) || domain_aid_equal(&entry->domain, domain);
}

static const char *judge(const struct scp81_target *target, const struct domain_entry *entry)
{
    const uint8_t kind = target->files ? DOMAIN_FILE_MANAGEMENT : DOMAIN_SECURITY_DOMAIN;
    if (entry == NULL || entry->kind == DOMAIN_LOAD_FILE)
        return UNKNOWN;
    if (entry->kind != kind)
        return target->files ? UNKNOWN : NO_DOMAIN;
    if (!is_of(entry, target->domain) || (entry->state & DOMAIN_LOCKED) != 0)
        return SECURITY;
    return (entry->level & SCP80_CIPHERED) == 0 || target->ciphered ? STATUS_OK : SECURITY;
}

int scp81_target_run(struct ota *ota, const struct scp81_target *target, struct bytes script,
                     struct writer *out, const char **status)
{
    struct domain_registry *registry;
    const int result = domain_context_registry(ota->domains, ota->domains->profile, &registry);
    if (result != 0)
        return result < 0 ? result : (*status = UNKNOWN, 0);
    const struct domain_aid *aid = target->aid != NULL ? target->aid : target->domain;
    const struct domain_entry *entry = aid->len > 0 ? domain_list_find(registry, aid) : NULL;
    *status = judge(target, entry);
    if (strcmp(*status, STATUS_OK) != 0)
        return 0;
    const struct ota_script order = {
        .application = entry, .version = target->key_version, .dek = KEY_DEK, .commands = script};
    return ota_run(ota, &order, out);
}

#include "fs/ota/ota_security.h"

#include "apdu/status.h"

#define KEY_KIC 1 /* key identifiers of a set for SCP80 */
#define KEY_KID 2
#define VERSION_LAST 0x0F /* of sets for SCP80 */
/* The chip's own domain has no parameters that say what it demands: checksum, ciphering, a counter
 * that rises. */
#define CHIP_LEVEL (SCP80_CRYPTOGRAPHIC_CHECKSUM | SCP80_CIPHERED | SCP80_COUNTER_HIGHER)
#define TAR_AT 12               /* in an AID */
#define ACCESS_DOMAIN_ONLY 0x01 /* of a key (TCA §8.6.3) */
#define ACCESS_APPLICATIONS_ONLY 0x02

/* Whether a key is for who has the TAR: the domain itself, or an application of it. */
static bool is_for(const struct domain_key *key, bool domain)
{
    return key->access != (domain ? ACCESS_APPLICATIONS_ONLY : ACCESS_DOMAIN_ONLY);
}

static struct scp80_key key_of(const struct domain_registry *registry,
                               const struct ota_access *access, uint8_t identifier)
{
    const struct domain_key *key =
        domain_list_key(registry, access->domain, access->version, identifier);
    struct scp80_key out = {0};
    if (key == NULL || !is_for(key, access->domain == &access->application->aid))
        return out;
    const struct domain_key_component component = domain_list_first_component(key);
    if (component.type == DOMAIN_KEY_DES)
        out.type = SCP80_KEY_DES;
    else if (component.type == DOMAIN_KEY_AES)
        out.type = SCP80_KEY_AES;
    out.mac_length = component.mac_length;
    out.value = component.value;
    return out;
}

static bool needs_kic(const struct scp80_header *header)
{
    return (header->spi[0] & SCP80_CIPHERED) != 0 || (header->spi[1] & SCP80_POR_CIPHERED) != 0;
}

static bool is_checksum(unsigned integrity)
{
    return (integrity & SCP80_INTEGRITY) == SCP80_CRYPTOGRAPHIC_CHECKSUM;
}

static bool needs_kid(const struct scp80_header *header)
{
    return is_checksum(header->spi[0]) ||
           is_checksum((unsigned)header->spi[1] >> SCP80_POR_INTEGRITY_SHIFT);
}

/* The set that implicit keys mean: the first there is. */
static uint8_t first_version(const struct domain_registry *registry,
                             const struct domain_aid *domain)
{
    for (uint8_t version = 1; version <= VERSION_LAST; version++)
        if (domain_list_key(registry, domain, version, KEY_KIC) != NULL)
            return version;
    return 0;
}

/* Both name one set; false if they contradict each other. */
static bool read_version(const struct domain_registry *registry, const struct scp80_header *header,
                         const struct domain_aid *domain, uint8_t *version)
{
    const uint8_t kic = needs_kic(header) ? SCP80_KEY_VERSION(header->kic) : 0;
    const uint8_t kid = needs_kid(header) ? SCP80_KEY_VERSION(header->kid) : 0;
    if (kic != 0 && kid != 0 && kic != kid)
        return false;
    *version = kic != 0 ? kic : kid;
    if (*version == 0 && (needs_kic(header) || needs_kid(header)))
        *version = first_version(registry, domain);
    /* A counter belongs to a set also where no key is used. */
    if (*version == 0)
        *version = SCP80_KEY_VERSION(header->kic);
    return true;
}

bool ota_security_is_for_chip(const struct domains *domains, const struct scp80_header *header)
{
    return domains->chip_aid.len >= TAR_AT + SCP80_TAR_SIZE &&
           memcmp(domains->chip_aid.data + TAR_AT, header->tar, SCP80_TAR_SIZE) == 0;
}

enum scp80_status ota_security_find(const struct domain_registry *registry,
                                    const struct scp80_header *header, struct ota_access *out)
{
    *out = (struct ota_access){.application = domain_list_by_tar(registry, header->tar)};
    /* The issuer's own, said or not (TS 101 220 Annex D). */
    if (out->application == NULL && memcmp(header->tar, "\0\0", SCP80_TAR_SIZE) == 0)
        out->application = domain_list_root(registry);
    if (out->application == NULL && registry->owner == DOMAIN_OWNER_CHIP)
        out->application = registry->entries;
    if (out->application == NULL || (out->application->state & DOMAIN_LOCKED) != 0)
        return SCP80_TAR_UNKNOWN;
    out->level = registry->owner == DOMAIN_OWNER_CHIP ? CHIP_LEVEL : out->application->level;
    out->domain = out->application->kind == DOMAIN_SECURITY_DOMAIN ? &out->application->aid
                                                                   : &out->application->domain;
    if (!read_version(registry, header, out->domain, &out->version))
        return SCP80_SECURITY_ERROR;
    out->keys.kic = key_of(registry, out, KEY_KIC);
    out->keys.kid = key_of(registry, out, KEY_KID);
    if ((needs_kic(header) && out->keys.kic.type == SCP80_KEY_NONE) ||
        (needs_kid(header) && out->keys.kid.type == SCP80_KEY_NONE))
        return SCP80_SECURITY_ERROR;
    return scp80_check_keys(header, &out->keys);
}

/* stored + 1 == received */
static bool is_next(const uint8_t *stored, const uint8_t *received)
{
    uint8_t next[DOMAIN_CNTR_SIZE];
    memcpy(next, stored, sizeof(next));
    for (size_t i = sizeof(next); i-- > 0 && ++next[i] == 0;)
        ;
    return memcmp(next, received, sizeof(next)) == 0;
}

static bool is_blocked(const uint8_t *counter)
{
    for (size_t i = 0; i < DOMAIN_CNTR_SIZE; i++)
        if (counter[i] != UINT8_MAX)
            return false;
    return true;
}

static enum scp80_status judge(uint8_t demand, const uint8_t *stored, const uint8_t *received)
{
    if (is_blocked(stored))
        return SCP80_COUNTER_BLOCKED;
    if (memcmp(received, stored, DOMAIN_CNTR_SIZE) <= 0)
        return SCP80_COUNTER_LOW;
    return demand == SCP80_COUNTER_HIGHER || is_next(stored, received) ? SCP80_OK
                                                                       : SCP80_COUNTER_HIGH;
}

int ota_security_count(struct domain_registry *registry, const struct ota_access *access,
                       const struct scp80_command *command)
{
    const uint8_t demand = command->header.spi[0] & SCP80_COUNTER;
    if (demand != SCP80_COUNTER_HIGHER && demand != SCP80_COUNTER_NEXT)
        return SCP80_OK;
    struct domain_counter counter = domain_list_counter(registry, access->domain, access->version);
    const enum scp80_status status = judge(demand, counter.cntr, command->counter);
    if (status != SCP80_OK)
        return (int)status;
    memcpy(counter.cntr, command->counter, sizeof(counter.cntr));
    const int result = domain_registry_put_counter(registry, &counter);
    return result > 0 ? FAILURE_INTERNAL : result;
}

bool ota_security_is_enough(uint8_t spi, uint8_t level)
{
    return (spi & SCP80_INTEGRITY) >= (level & SCP80_INTEGRITY) &&
           (spi & SCP80_CIPHERED) >= (level & SCP80_CIPHERED) &&
           (spi & SCP80_COUNTER) >= (level & SCP80_COUNTER);
}

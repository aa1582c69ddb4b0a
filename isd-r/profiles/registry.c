#include "isd-r/profiles/registry.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/text/inventory_iot.h"

/* ISD-P AIDs: RID and PIX of SGP.22 §2.4.3 (GSMA), counted in the last two bytes but one. Chips in
 * the field step by 100 hex; the numbers between are for who installs more than fit so. */
static const uint8_t first_aid[FILE_AID_MAX] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                                0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x10, 0x00};
#define AID_NUMBER_AT 14 /* high byte of the number; the low one follows */
#define AID_HIGH_FIRST 0x10
#define AID_HIGH_COUNT (0x100 - AID_HIGH_FIRST)
#define AID_COUNT (AID_HIGH_COUNT * 0x100)

#define FALLBACK_NAME INVENTORY_IOT_FALLBACK /* ICCID of the profile with the attribute */

struct name {
    char text[8 + HEX_SIZE(METADATA_ICCID_SIZE)];
};

/* Where it came from is kept beside the profile: "profile/<ICCID>" holds the CI's key id. */
static struct name origin_name(const uint8_t iccid[METADATA_ICCID_SIZE])
{
    struct name name = {"profile/"};
    hex_encode(bytes_of(iccid, METADATA_ICCID_SIZE), name.text + strlen(name.text));
    return name;
}

static struct bytes keep(uint8_t **at, struct bytes bytes)
{
    if (bytes.len > 0)
        memcpy(*at, bytes.data, bytes.len);
    const struct bytes kept = bytes_of(*at, bytes.len);
    *at += bytes.len;
    return kept;
}

/* An element that the chip did not know when it came may be anything. */
static bool read_metadata(struct bytes bytes, struct metadata *out)
{
    return metadata_parse(bytes, UINT32_MAX, out) || metadata_parse(bytes, 0, out);
}

static int copy_profile(const struct store_profile *row, struct registry_profile *out)
{
    struct registry_profile profile = {
        .id = row->id, .aid_len = row->aid_len, .enabled = row->state != 0, .size = row->size};
    memcpy(profile.iccid, row->iccid, sizeof(profile.iccid));
    memcpy(profile.aid, row->aid, sizeof(profile.aid));
    profile.memory = malloc(row->nickname.len + row->configuration.len + row->metadata.len + 1);
    if (profile.memory == NULL)
        return FAILURE_INTERNAL;
    uint8_t *at = profile.memory;
    profile.nickname = keep(&at, row->nickname);
    profile.configuration = keep(&at, row->configuration);
    if (!read_metadata(keep(&at, row->metadata), &profile.metadata)) {
        free(profile.memory);
        return FAILURE_INTERNAL;
    }
    *out = profile;
    return 0;
}

static int collect(void *context, const struct store_profile *row)
{
    struct registry *registry = context;
    struct registry_profile *list =
        realloc(registry->list, (registry->count + 1) * sizeof(*registry->list));
    if (list == NULL)
        return FAILURE_INTERNAL;
    registry->list = list;
    const int result = copy_profile(row, &list[registry->count]);
    if (result == 0)
        registry->count++;
    return result;
}

static int load_origin(struct store *store, struct registry_profile *profile)
{
    struct writer signer = writer_on(profile->signer, sizeof(profile->signer));
    const int result = store_get(store, origin_name(profile->iccid).text, &signer);
    profile->field_loaded = result == 0;
    profile->signer_len = (uint8_t)signer.len;
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

static int load_fallback(struct registry *registry)
{
    uint8_t iccid[METADATA_ICCID_SIZE];
    struct writer writer = writer_on(iccid, sizeof(iccid));
    const int result = store_get(registry->store, FALLBACK_NAME, &writer);
    for (size_t i = 0; i < registry->count && result == 0; i++)
        registry->list[i].fallback = bytes_equal(
            bytes_of(registry->list[i].iccid, METADATA_ICCID_SIZE), writer_bytes(&writer));
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

int registry_load(struct registry *registry)
{
    struct registry fresh = {.store = registry->store};
    int result = store_each_profile(fresh.store, collect, &fresh);
    for (size_t i = 0; i < fresh.count && result == 0; i++)
        result = load_origin(fresh.store, &fresh.list[i]);
    if (result == 0)
        result = load_fallback(&fresh);
    if (result != 0) {
        registry_finish(&fresh);
        return result;
    }
    registry_finish(registry);
    *registry = fresh;
    return 0;
}

void registry_finish(struct registry *registry)
{
    for (size_t i = 0; i < registry->count; i++)
        free(registry->list[i].memory);
    free(registry->list);
    *registry = (struct registry){.store = registry->store};
}

void registry_notice(const struct registry *registry, const struct registry_profile *profile,
                     const char *what)
{
    char digits[2 * METADATA_ICCID_SIZE + 1], line[96];
    metadata_iccid_text(profile->iccid, digits);
    snprintf(line, sizeof(line), "profile %s %s", digits, what);
    store_notice(registry->store, line);
}

const struct registry_profile *registry_enabled(const struct registry *registry)
{
    for (size_t i = 0; i < registry->count; i++)
        if (registry->list[i].enabled)
            return &registry->list[i];
    return NULL;
}

const struct registry_profile *registry_fallback(const struct registry *registry)
{
    for (size_t i = 0; i < registry->count; i++)
        if (registry->list[i].fallback)
            return &registry->list[i];
    return NULL;
}

int registry_set_fallback(struct registry *registry, const struct registry_profile *profile)
{
    const int result = profile == NULL ? store_forget(registry->store, FALLBACK_NAME)
                                       : store_put(registry->store, FALLBACK_NAME,
                                                   bytes_of(profile->iccid, METADATA_ICCID_SIZE));
    return result == 0 ? registry_load(registry) : result;
}

const struct registry_profile *registry_by_iccid(const struct registry *registry,
                                                 struct bytes iccid)
{
    for (size_t i = 0; i < registry->count; i++)
        if (bytes_equal(bytes_of(registry->list[i].iccid, METADATA_ICCID_SIZE), iccid))
            return &registry->list[i];
    return NULL;
}

const struct registry_profile *registry_by_aid(const struct registry *registry, struct bytes aid)
{
    for (size_t i = 0; i < registry->count; i++)
        if (bytes_equal(bytes_of(registry->list[i].aid, registry->list[i].aid_len), aid))
            return &registry->list[i];
    return NULL;
}

const struct registry_profile *registry_by_id(const struct registry *registry, uint32_t id)
{
    for (size_t i = 0; i < registry->count; i++)
        if (registry->list[i].id == id)
            return &registry->list[i];
    return NULL;
}

/* The lowest AID that no profile has: 1000, 1100, … FF00, 1001, 1101, … */
static bool next_aid(const struct registry *registry, uint8_t aid[FILE_AID_MAX])
{
    memcpy(aid, first_aid, FILE_AID_MAX);
    for (unsigned n = 0; n < AID_COUNT; n++) {
        aid[AID_NUMBER_AT] = (uint8_t)(AID_HIGH_FIRST + n % AID_HIGH_COUNT);
        aid[AID_NUMBER_AT + 1] = (uint8_t)(n / AID_HIGH_COUNT);
        if (registry_by_aid(registry, bytes_of(aid, FILE_AID_MAX)) == NULL)
            return true;
    }
    return false;
}

int registry_add(struct registry *registry, const struct registry_arrival *arrival,
                 const struct registry_profile **out)
{
    struct store_profile row = {.aid_len = (uint8_t)arrival->aid.len,
                                .metadata = arrival->metadata,
                                .configuration = arrival->configuration,
                                .size = (uint32_t)arrival->profile->arena.used};
    iccid_swap(arrival->profile->iccid, row.iccid);
    if (arrival->aid.len > 0)
        memcpy(row.aid, arrival->aid.data, arrival->aid.len);
    else if (next_aid(registry, row.aid))
        row.aid_len = FILE_AID_MAX;
    else
        return FAILURE_INTERNAL;
    int result = store_profile_add(registry->store, &row, arrival->profile);
    if (result == 0 && arrival->signer.len > 0)
        result = store_put(registry->store, origin_name(row.iccid).text, arrival->signer);
    if (result == 0)
        result = registry_load(registry);
    if (result != 0)
        return result;
    *out = registry_by_id(registry, row.id);
    registry_notice(registry, *out, "installed");
    return 0;
}

int registry_delete(struct registry *registry, uint32_t id)
{
    const struct registry_profile *profile = registry_by_id(registry, id);
    if (profile == NULL)
        return FAILURE_INTERNAL;
    registry_notice(registry, profile, "deleted");
    int result = store_forget(registry->store, origin_name(profile->iccid).text);
    if (result == 0 && profile->fallback)
        result = store_forget(registry->store, FALLBACK_NAME);
    if (result == 0)
        result = store_profile_delete(registry->store, id);
    return result == 0 ? registry_load(registry) : result;
}

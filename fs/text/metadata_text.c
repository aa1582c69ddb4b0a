#include "fs/text/metadata_text.h"
#include "fs/text/metadata_text_v3_put.h"

#include <stdio.h>

#include "apdu/der.h"

/* StoreMetadataRequest */
#define STORE_METADATA 0xBF25
#define ICCID 0x5A
#define SERVICE_PROVIDER_NAME 0x91
#define PROFILE_NAME 0x92
#define ICON_TYPE 0x93
#define ICON 0x94
#define PROFILE_CLASS 0x95
#define NOTIFICATION_CONFIGURATION 0xB6
#define PROFILE_OWNER 0xB7
#define PROFILE_POLICY_RULES 0x99
#define ACCESS_RULES                                                                               \
    0xBF76 /* which apps of the device may manage it: no release has it, phones read it */
/* NotificationConfigurationInformation */
#define MANAGEMENT_OPERATION 0x80
#define NOTIFICATION_ADDRESS 0x81
/* OperatorId */
#define MCC_MNC 0x80
#define GID1 0x81
#define GID2 0x82

#define DEFAULT_PROVIDER "emuicc"
#define CAPABILITY_RPM (1u << 2)
#define LOCAL_EVENTS                                                                               \
    (METADATA_TEXT_INSTALL | METADATA_TEXT_ENABLE | METADATA_TEXT_DISABLE | METADATA_TEXT_DELETE)
#define RPM_EVENTS (METADATA_TEXT_RPM_ENABLE | METADATA_TEXT_RPM_DISABLE | METADATA_TEXT_RPM_DELETE)

/* Bytes of the first max characters of a UTF-8 text. */
static size_t front_of(const char *text, size_t max)
{
    size_t len = 0;
    for (size_t characters = 0; text[len] != '\0'; len++) {
        const bool starts = ((uint8_t)text[len] & 0xC0) != 0x80;
        if (starts && characters++ == max)
            break;
    }
    return len;
}

void metadata_text_set_name(struct metadata_text *metadata, const char *name)
{
    snprintf(metadata->name, sizeof(metadata->name), "%.*s",
             (int)front_of(name, METADATA_TEXT_NAME_MAX), name);
}

void metadata_text_init(struct metadata_text *metadata, const uint8_t *iccid, const char *name,
                        const char *address)
{
    *metadata = (struct metadata_text){.class = METADATA_TEXT_OPERATIONAL};
    metadata->has_iccid = iccid != NULL;
    if (metadata->has_iccid)
        iccid_swap(iccid, metadata->iccid);
    snprintf(metadata->provider, sizeof(metadata->provider), "%s", DEFAULT_PROVIDER);
    metadata_text_set_name(metadata, name);
    if (address == NULL)
        return;
    metadata->notification_count = 1;
    struct metadata_text_notification *all = &metadata->notifications[0];
    all->events = LOCAL_EVENTS | RPM_EVENTS;
    snprintf(all->address, sizeof(all->address), "%s", address);
}

static void put_notifications(const struct metadata_text *metadata, uint32_t known,
                              struct writer *out)
{
    if (metadata->notification_count == 0)
        return;
    const size_t list = tlv_open(out, NOTIFICATION_CONFIGURATION);
    for (size_t i = 0; i < metadata->notification_count; i++) {
        if ((metadata->notifications[i].events & known) == 0)
            continue;
        const size_t entry = tlv_open(out, DER_SEQUENCE);
        der_put_bits(out, MANAGEMENT_OPERATION, metadata->notifications[i].events & known);
        tlv_put(out, NOTIFICATION_ADDRESS, bytes_of_text(metadata->notifications[i].address));
        tlv_close(out, entry);
    }
    tlv_close(out, list);
}

static void put_owner(const struct metadata_text *metadata, struct writer *out)
{
    if (!metadata->has_owner)
        return;
    const size_t owner = tlv_open(out, PROFILE_OWNER);
    tlv_put(out, MCC_MNC, bytes_of(metadata->mcc_mnc, sizeof(metadata->mcc_mnc)));
    if (metadata->gid1_len > 0)
        tlv_put(out, GID1, bytes_of(metadata->gid1, metadata->gid1_len));
    if (metadata->gid2_len > 0)
        tlv_put(out, GID2, bytes_of(metadata->gid2, metadata->gid2_len));
    tlv_close(out, owner);
}

void metadata_text_put(const struct metadata_text *metadata, uint32_t capability,
                       struct writer *out)
{
    const uint32_t events = LOCAL_EVENTS | (capability & CAPABILITY_RPM ? RPM_EVENTS : 0);
    const size_t request = tlv_open(out, STORE_METADATA);
    tlv_put(out, ICCID, bytes_of(metadata->iccid, sizeof(metadata->iccid)));
    tlv_put(out, SERVICE_PROVIDER_NAME, bytes_of_text(metadata->provider));
    tlv_put(out, PROFILE_NAME, bytes_of_text(metadata->name));
    if (metadata->icon_len > 0) {
        der_put_integer(out, ICON_TYPE, metadata->icon_type);
        tlv_put(out, ICON, bytes_of(metadata->icon, metadata->icon_len));
    }
    if (metadata->class != METADATA_TEXT_OPERATIONAL) /* its DEFAULT */
        der_put_integer(out, PROFILE_CLASS, metadata->class);
    put_notifications(metadata, events, out);
    put_owner(metadata, out);
    if (metadata->rules != 0)
        der_put_bits(out, PROFILE_POLICY_RULES, metadata->rules);
    metadata_text_v3_put(metadata, capability, out);
    if (metadata->access_rules_len > 0)
        tlv_put(out, ACCESS_RULES, bytes_of(metadata->access_rules, metadata->access_rules_len));
    tlv_close(out, request);
}

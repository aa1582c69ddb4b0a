#include "isd-r/profiles/notification.h"

#include "apdu/status.h"
#include "isd-r/info/es10_tag.h"
#include "isd-r/profiles/notification_configuration.h"
#include "isd-r/profiles/registry.h"

#define TAG_OTHER_CERTIFICATES 0xA1 /* otherCertsInChain, from v3 on */
#define NEXT_NAME "notification/next"
#define NEXT_SIZE 4
#define PENDING_MAX 8192 /* bytes of one signed notification: two certificates and little else */
#define TAG_SEQUENCE 0x80
#define TAG_EVENT 0x81

int notification_load(struct notification *notification, uint32_t first)
{
    uint8_t room[NEXT_SIZE];
    struct writer writer = writer_on(room, sizeof(room));
    const int result = store_get(notification->store, NEXT_NAME, &writer);
    notification->next = first;
    if (result == SW_REFERENCE_NOT_FOUND)
        return 0;
    if (result == 0 && !bytes_to_u32(writer_bytes(&writer), &notification->next))
        return FAILURE_INTERNAL;
    return result;
}

int notification_number(struct notification *notification, uint32_t *sequence)
{
    uint8_t room[NEXT_SIZE];
    struct writer writer = writer_on(room, sizeof(room));
    *sequence = notification->next++;
    writer_put_u16(&writer, (uint16_t)(notification->next >> 16));
    writer_put_u16(&writer, (uint16_t)notification->next);
    return store_put(notification->store, NEXT_NAME, writer_bytes(&writer));
}

struct dropping {
    uint32_t first, events;
    uint32_t found; /* number of one to be removed */
};

static int find_dropped(void *context, const struct store_notification *row)
{
    struct dropping *dropping = context;
    if (row->sequence < dropping->first || !der_bit(dropping->events, row->operation))
        return 0;
    dropping->found = row->sequence;
    return 1;
}

int notification_drop(struct notification *notification, uint32_t first, uint32_t events)
{
    struct dropping dropping = {first, events, 0};
    int result;
    while ((result = store_each_notification(notification->store, find_dropped, &dropping)) == 1) {
        result = store_notification_remove(notification->store, dropping.found);
        if (result != 0)
            return result;
    }
    return result;
}

void notification_put_metadata(struct writer *out, uint32_t sequence,
                               const struct notification_subject *subject)
{
    const size_t mark = tlv_open(out, ES10_TAG_NOTIFICATION);
    der_put_integer(out, TAG_SEQUENCE, sequence);
    der_put_bits(out, TAG_EVENT, 1u << subject->event);
    tlv_put(out, DER_UTF8_STRING, subject->address);
    if (subject->iccid.len > 0)
        tlv_put(out, ES10_TAG_ICCID, subject->iccid);
    tlv_close(out, mark);
}

/* OtherSignedNotification */
static int put_signed(struct random *random, const struct credential *signer, uint32_t sequence,
                      const struct notification_subject *subject, struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    const size_t start = out->len;
    notification_put_metadata(out, sequence, subject);
    const int result = credentials_put_signature(signer, random, ES10_TAG_SIGNATURE, start, out);
    writer_put(out, signer->euicc.whole);
    writer_put(out, signer->eum.whole);
    if (signer->others.len > 0)
        tlv_put(out, TAG_OTHER_CERTIFICATES, signer->others);
    tlv_close(out, mark);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}

struct telling {
    struct notification *notification;
    const struct credential *signer;
    const struct registry_profile *profile;
    enum metadata_event event;
};

static int tell_one(void *context, struct bytes address)
{
    const struct telling *telling = context;
    uint8_t room[PENDING_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    uint32_t sequence;
    const struct notification_subject subject = {
        telling->event, address, bytes_of(telling->profile->iccid, METADATA_ICCID_SIZE)};
    int result = notification_number(telling->notification, &sequence);
    if (result == 0)
        result =
            put_signed(telling->notification->random, telling->signer, sequence, &subject, &writer);
    if (result != 0)
        return result;
    const struct store_notification row = {sequence, (uint8_t)subject.event, subject.address,
                                           subject.iccid, writer_bytes(&writer)};
    return store_notification_add(telling->notification->store, &row);
}

/* Under the CI that the profile came by; for one from the factory, the first that can sign. */
static const struct credential *signer_for(const struct credentials *credentials,
                                           const struct registry_profile *profile)
{
    const struct credential *signer = NULL;
    if (profile->field_loaded)
        signer =
            credentials_for_signing(credentials, bytes_of(profile->signer, profile->signer_len));
    return signer != NULL ? signer : credentials_first_signer(credentials);
}

/* False for one that has nothing to tell, and on a chip that cannot sign. */
static bool may_tell(struct notification *notification, const struct registry_profile *profile,
                     enum metadata_event event, struct telling *out)
{
    *out = (struct telling){notification, signer_for(notification->credentials, profile), profile,
                            event};
    return out->signer != NULL && profile->metadata.class != METADATA_TEST;
}

int notification_tell(struct notification *notification, const struct registry_profile *profile,
                      enum metadata_event event)
{
    struct telling telling;
    return may_tell(notification, profile, event, &telling)
               ? notification_configuration_each(profile->metadata.notifications, event, tell_one,
                                                 &telling)
               : 0;
}

int notification_tell_one(struct notification *notification, const struct registry_profile *profile,
                          enum metadata_event event, struct bytes address)
{
    struct telling telling;
    return may_tell(notification, profile, event, &telling) ? tell_one(&telling, address) : 0;
}

static int compare(void *context, struct bytes address)
{
    return bytes_equal(*(const struct bytes *)context, address);
}

bool notification_is_told(const struct registry_profile *profile, enum metadata_event event,
                          struct bytes address)
{
    return notification_configuration_each(profile->metadata.notifications, event, compare,
                                           &address) != 0;
}

bool notification_metadata_of(struct bytes pending, struct tlv *out)
{
    struct tlv whole, data;
    if (!tlv_take(&pending, &whole))
        return false;
    if (whole.tag == DER_SEQUENCE)
        return tlv_find(whole.value, ES10_TAG_NOTIFICATION, out);
    return tlv_find(whole.value,
                    whole.tag == NOTIFICATION_TAG_RPM_RESULT ? NOTIFICATION_TAG_RPM_DATA
                                                             : NOTIFICATION_TAG_INSTALLATION_DATA,
                    &data) &&
           tlv_find(data.value, ES10_TAG_NOTIFICATION, out);
}

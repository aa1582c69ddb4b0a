#include "isd-r/profiles/notification.h"

#include "apdu/status.h"
#include "isd-r/es10.h"
#include "isd-r/rpm/rpm_result.h"
#include "isd-r/state.h"

#define TAG_OTHER_CERTIFICATES 0xA1 /* otherCertsInChain, from v3 on */
#define NEXT_NAME "notification/next"
#define NEXT_SIZE 4
#define PENDING_MAX 8192 /* bytes of one signed notification: two certificates and little else */
#define TAG_SEQUENCE 0x80
#define TAG_EVENT 0x81
#define TAG_RESULT_DATA 0xBF27

int notification_load(struct store *store, uint32_t first, struct notification *out)
{
    uint8_t room[NEXT_SIZE];
    struct writer writer = writer_on(room, sizeof(room));
    const int result = store_get(store, NEXT_NAME, &writer);
    out->next = first;
    if (result == SW_REFERENCE_NOT_FOUND)
        return 0;
    if (result == 0 && !bytes_to_u32(writer_bytes(&writer), &out->next))
        return FAILURE_INTERNAL;
    return result;
}

int notification_number(struct isd_r *isd_r, uint32_t *sequence)
{
    uint8_t room[NEXT_SIZE];
    struct writer writer = writer_on(room, sizeof(room));
    *sequence = isd_r->notification.next++;
    writer_put_u16(&writer, (uint16_t)(isd_r->notification.next >> 16));
    writer_put_u16(&writer, (uint16_t)isd_r->notification.next);
    return store_put(isd_r->store, NEXT_NAME, writer_bytes(&writer));
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
static int put_signed(struct isd_r *isd_r, const struct credential *signer, uint32_t sequence,
                      const struct notification_subject *subject, struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    const size_t start = out->len;
    notification_put_metadata(out, sequence, subject);
    if (out->overflow)
        return FAILURE_INTERNAL;
    const struct bytes metadata = bytes_of(out->data + start, out->len - start);
    const int result = ec_sign(signer->key, isd_r->random, &metadata, 1, signature);
    tlv_put(out, ES10_TAG_SIGNATURE, bytes_of(signature, sizeof(signature)));
    writer_put(out, signer->euicc.whole);
    writer_put(out, signer->eum.whole);
    if (signer->others.len > 0)
        tlv_put(out, TAG_OTHER_CERTIFICATES, signer->others);
    tlv_close(out, mark);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}

struct telling {
    struct isd_r *isd_r;
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
    int result = notification_number(telling->isd_r, &sequence);
    if (result == 0)
        result = put_signed(telling->isd_r, telling->signer, sequence, &subject, &writer);
    if (result != 0)
        return result;
    const struct store_notification row = {sequence, (uint8_t)subject.event, subject.address,
                                           subject.iccid, writer_bytes(&writer)};
    return store_notification_add(telling->isd_r->store, &row);
}

/* Under the CI that the profile came by; for one from the factory, the first that can sign. */
static const struct credential *signer_for(const struct isd_r *isd_r,
                                           const struct registry_profile *profile)
{
    const struct credential *signer = NULL;
    if (profile->field_loaded)
        signer = credentials_for_signing(&isd_r->credentials,
                                         bytes_of(profile->signer, profile->signer_len));
    return signer != NULL ? signer : credentials_first_signer(&isd_r->credentials);
}

int notification_tell(struct isd_r *isd_r, const struct registry_profile *profile,
                      enum metadata_event event)
{
    struct telling telling = {isd_r, signer_for(isd_r, profile), profile, event};
    if (telling.signer == NULL || profile->metadata.class == METADATA_TEST)
        return 0;
    return metadata_each_recipient(&profile->metadata, event, tell_one, &telling);
}

bool notification_metadata_of(struct bytes pending, struct tlv *out)
{
    struct tlv whole, data;
    if (!tlv_take(&pending, &whole))
        return false;
    if (whole.tag == DER_SEQUENCE)
        return tlv_find(whole.value, ES10_TAG_NOTIFICATION, out);
    return tlv_find(whole.value,
                    whole.tag == RPM_RESULT_TAG_PENDING ? RPM_RESULT_TAG_DATA : TAG_RESULT_DATA,
                    &data) &&
           tlv_find(data.value, ES10_TAG_NOTIFICATION, out);
}

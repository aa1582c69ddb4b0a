/* ListNotification, RetrieveNotificationsList, RemoveNotificationFromList (SGP.22 §5.7.9 to
 * §5.7.11). */
#include "apdu/status.h"
#include "isd-r/es10b.h"
#include "isd-r/es10b_iot.h"
#include "isd-r/iot/package_result.h"
#include "isd-r/state.h"

#define TAG_SEQUENCE 0x80
#define TAG_EVENT 0x81
#define TAG_LIST 0xA0
#define TAG_CRITERIA 0xA0
#define TAG_RESULT 0x80
#define TAG_RESULTS 0x82 /* SGP.32's, as the next */
#define TAG_RESULT_LIST 0xA2
#define TAG_NOTIFICATIONS_AND_RESULTS 0xA3 /* of v1.0: a list of each, */
#define TAG_RESULTS_BESIDE 0xA1            /* the second of which has this tag */
#define TAG_LIST_ERROR 0x81
#define ERROR_NO_RESULT_AVAILABLE 1
#define RESULT_OK 0
#define RESULT_NOTHING_TO_DELETE 1

/* Which notifications are asked for, and how they are shown. */
struct listing {
    bool by_sequence;
    uint32_t sequence;
    uint32_t events; /* NotificationEvent */
    bool whole;      /* the signed notification, not only what it is about */
    bool found;      /* there was one */
    bool results;    /* of an IoT eUICC: package results are asked for instead */
    struct writer *response;
};

static bool is_asked_for(const struct listing *listing, const struct store_notification *row)
{
    return listing->by_sequence ? row->sequence == listing->sequence
                                : der_bit(listing->events, row->operation);
}

/* What would not fit any more is left for the next call, after these have been removed. */
static int put_row(void *context, const struct store_notification *row)
{
    struct listing *listing = context;
    struct tlv metadata;
    if (!is_asked_for(listing, row) || !notification_metadata_of(row->pending, &metadata))
        return 0;
    listing->found = true;
    const struct bytes shown = listing->whole ? row->pending : metadata.whole;
    const size_t taken = listing->response->len + 2 * TLV_HEADER_MAX;
    if (taken <= listing->response->capacity && shown.len <= listing->response->capacity - taken)
        writer_put(listing->response, shown);
    return 0;
}

static int put_list(struct isd_r *isd_r, uint32_t tag, struct listing *listing)
{
    const size_t whole = tlv_open(listing->response, tag);
    const size_t list = tlv_open(listing->response, TAG_LIST);
    const int result = store_each_notification(isd_r->store, put_row, listing);
    tlv_close(listing->response, list);
    tlv_close(listing->response, whole);
    return result;
}

/* profileManagementOperation if it is there. */
static bool take_events(struct bytes *from, uint32_t *events)
{
    struct tlv event;
    if (!tlv_take_optional(from, TAG_EVENT, &event))
        return false;
    return event.tag == 0 || der_to_bits(event.value, events);
}

int es10b_list_notification(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct listing listing = {.events = UINT32_MAX, .response = response};
    if (!take_events(&request, &listing.events))
        return SW_WRONG_DATA;
    return put_list(isd_r, ES10_LIST_NOTIFICATION, &listing);
}

static bool take_criteria(struct bytes request, struct listing *listing)
{
    struct tlv criteria, sequence;
    if (!tlv_take_optional(&request, TAG_CRITERIA, &criteria))
        return false;
    struct bytes bare = request;
    if (criteria.tag == 0 && tlv_take_tag(&bare, TAG_RESULTS, &sequence))
        criteria.value = request; /* one IPA leaves the choice out */
    if (!tlv_take_optional(&criteria.value, TAG_SEQUENCE, &sequence))
        return false;
    listing->results = sequence.tag == 0 && tlv_take_tag(&criteria.value, TAG_RESULTS, &sequence);
    listing->by_sequence = sequence.tag == TAG_SEQUENCE;
    if (listing->by_sequence)
        return der_to_unsigned(sequence.value, UINT32_MAX, &listing->sequence);
    return take_events(&criteria.value, &listing->events);
}

/* A package result by its number; of v1.0 with the notifications that wait. */
static int put_result_of(struct isd_r *isd_r, struct listing *listing)
{
    struct writer *response = listing->response;
    const bool v1_0 = euicc_info_iot(isd_r->info) == EUICC_INFO_IOT_1_0;
    const size_t both = v1_0 ? tlv_open(response, TAG_NOTIFICATIONS_AND_RESULTS) : 0;
    int result = 0;
    if (v1_0) {
        struct listing all = {.events = UINT32_MAX, .whole = true, .response = response};
        const size_t list = tlv_open(response, TAG_LIST);
        result = store_each_notification(isd_r->store, put_row, &all);
        tlv_close(response, list);
    }
    const size_t results = tlv_open(response, v1_0 ? TAG_RESULTS_BESIDE : TAG_RESULT_LIST);
    const int found = package_result_find(isd_r->store, listing->sequence, response);
    tlv_close(response, results);
    if (v1_0)
        tlv_close(response, both);
    return result != 0 ? result : found;
}

/* True if the answer is one of package results, or has failed. */
static bool put_results(struct isd_r *isd_r, struct listing *listing, int *failure)
{
    struct writer *response = listing->response;
    const size_t before = response->len,
                 whole = tlv_open(response, ES10_RETRIEVE_NOTIFICATIONS_LIST);
    if (listing->results) {
        const size_t results = tlv_open(response, TAG_RESULT_LIST);
        *failure = package_result_put_all(isd_r->store, response);
        tlv_close(response, results);
    } else {
        *failure = listing->by_sequence ? put_result_of(isd_r, listing) : SW_REFERENCE_NOT_FOUND;
    }
    tlv_close(response, whole);
    if (*failure == 0 && listing->by_sequence &&
        (isd_r->settings->iot.quirks & IOT_QUIRK_RESULT_NOTIFICATIONS)) {
        listing->by_sequence = false;
        *failure = SW_REFERENCE_NOT_FOUND;
    }
    if (*failure == SW_REFERENCE_NOT_FOUND)
        response->len = before;
    return *failure != SW_REFERENCE_NOT_FOUND;
}

/* A number that no notification has gives an empty list: LPAs in the field stumble over the error
 * that SGP.22 v2 would allow instead, and v3 has given it up. */
int es10b_retrieve_notifications_list(struct isd_r *isd_r, struct bytes request,
                                      struct writer *response)
{
    struct listing listing = {.events = UINT32_MAX, .whole = true, .response = response};
    int failure;
    if (!take_criteria(request, &listing))
        return SW_WRONG_DATA;
    const size_t before = response->len;
    if (euicc_info_iot(isd_r->info) != EUICC_INFO_NOT_IOT && put_results(isd_r, &listing, &failure))
        return failure;
    const int result = put_list(isd_r, ES10_RETRIEVE_NOTIFICATIONS_LIST, &listing);
    if (result != 0 || listing.found ||
        !isd_r_settings_has_quirk(isd_r->settings, ISD_R_QUIRK_RETRIEVE_ERROR))
        return result;
    response->len = before;
    const size_t whole = tlv_open(response, ES10_RETRIEVE_NOTIFICATIONS_LIST);
    tlv_put_u8(response, TAG_LIST_ERROR, ERROR_NO_RESULT_AVAILABLE);
    tlv_close(response, whole);
    return 0;
}

/* Its result has been delivered. */
static bool ends_rollback(const struct isd_r *isd_r, uint32_t sequence)
{
    const struct iot_memory *memory = &isd_r->iot_memory;
    return iot_memory_has(memory, IOT_ROLLBACK) && memory->rollback_result == sequence &&
           !(isd_r->settings->iot.quirks & IOT_QUIRK_LASTING_ROLLBACK);
}

int es10b_remove_notification_from_list(struct isd_r *isd_r, struct bytes request,
                                        struct writer *response)
{
    struct tlv number;
    int64_t sequence;
    if (!tlv_take_tag(&request, TAG_SEQUENCE, &number) || !der_to_integer(number.value, &sequence))
        return SW_WRONG_DATA;
    int result = SW_REFERENCE_NOT_FOUND;
    if (sequence >= 0 && sequence <= UINT32_MAX)
        result = store_notification_remove(isd_r->store, (uint32_t)sequence);
    if (result == 0 && ends_rollback(isd_r, (uint32_t)sequence))
        result = es10b_iot_happened(isd_r, IOT_EVENT_DELIVERED);
    const size_t mark = tlv_open(response, ES10_REMOVE_NOTIFICATION);
    tlv_put_u8(response, TAG_RESULT,
               result == SW_REFERENCE_NOT_FOUND ? RESULT_NOTHING_TO_DELETE : RESULT_OK);
    tlv_close(response, mark);
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

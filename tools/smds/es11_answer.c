#include "tools/smds/es11_answer.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "tools/smds/events.h"
#include "tools/smds/registrations.h"

#include <stdlib.h>
#include <time.h>

#define SIGNED2_MAX (EVENTS_A_CHIP * (EVENT_ID_SIZE + EVENT_ADDRESS_SIZE + 32) + 64)
#define TIME_SIZE sizeof("20380119031407Z")
/* SmdsSigned2 (SGP.22 v3) */
#define SIGNED2 0xA1 /* so it stands in the answer and before the chip, and so it is signed */
#define TRANSACTION_ID 0x80
#define EVENT_LIST 0xA0
#define EVENT_RECORDS 0xA1
#define EC_ID 0x82
#define REGISTRATION 0xA1
#define REFRESH_TIME 0x83
#define SIGNATURE 0x5F37
#define TYPE_DOWNLOAD 1
/* Both sides know a signed answer. */
#define LPA_SIGNED_RESPONSE (1u << 5)
#define LPA_EVENT_CHECKING (1u << 7)
#define CHIP_SIGNED_RESPONSE (1u << 17)

bool es11_answer_is_signed(const struct authentication *session)
{
    return authentication_is_v3(session) && (session->lpa_capability & LPA_SIGNED_RESPONSE) != 0 &&
           (session->chip_capability & CHIP_SIGNED_RESPONSE) != 0;
}

static int set_entries(struct call *call, const struct event *events, size_t count)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(entries, json_pack("{s:s,s:s}", "eventId", events[i].id,
                                                     "rspServerAddress", events[i].address)) != 0) {
            json_decref(entries);
            return FAILURE_INTERNAL;
        }
    return json_object_set_new(call->response, "eventEntries", entries) == 0 ? 0 : FAILURE_INTERNAL;
}

static void put_records(const struct event *events, size_t count, struct writer *out)
{
    const size_t records = tlv_open(out, EVENT_RECORDS);
    for (size_t i = 0; i < count; i++) {
        const size_t record = tlv_open(out, DER_SEQUENCE);
        tlv_put(out, DER_UTF8_STRING, bytes_of_text(events[i].id));
        tlv_put(out, DER_UTF8_STRING, bytes_of_text(events[i].address));
        der_put_integer(out, DER_INTEGER, TYPE_DOWNLOAD);
        tlv_close(out, record);
    }
    tlv_close(out, records);
}

/* Signed as SmdpSigned2 is: with the chip's signature behind it. */
static int set_signed(struct smds *smds, struct call *call, const struct es11_answer *answer,
                      struct bytes signed2)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    const struct bytes parts[] = {signed2, answer->signature1};
    if (ec_sign(authentication_shown(answer->session)->key, &smds->random, parts, 2, signature) !=
            0 ||
        field_set_bytes(call->response, "smdsSigned2", signed2) != 0)
        return FAILURE_INTERNAL;
    return authentication_set_element(call->response, "smdsSignature2", SIGNATURE,
                                      bytes_of(signature, sizeof(signature)));
}

static int set_id(struct call *call, const struct es11_answer *answer)
{
    return field_set_transaction_id(call->response, "transactionId",
                                    authentication_id(answer->session)) == 0
               ? 0
               : FAILURE_INTERNAL;
}

/* An LPA that can ask for events without its chip is told by which id. */
static int put_ec_id(struct smds *smds, const struct es11_answer *answer, struct writer *out)
{
    uint8_t id[REGISTRATIONS_EC_ID_SIZE];
    if ((answer->session->lpa_capability & LPA_EVENT_CHECKING) == 0)
        return 0;
    const int result = registrations_ec_id(smds, answer->eid, answer->now, id);
    if (result == 0)
        tlv_put(out, EC_ID, bytes_of(id, sizeof(id)));
    return result;
}

static int set_signed_events(struct smds *smds, struct call *call, const struct es11_answer *answer,
                             const struct event *events, size_t count)
{
    struct writer out = writer_on(malloc(SIGNED2_MAX), SIGNED2_MAX);
    if (out.data == NULL)
        return FAILURE_INTERNAL;
    const size_t whole = tlv_open(&out, SIGNED2);
    tlv_put(&out, TRANSACTION_ID, authentication_id(answer->session));
    const size_t list = tlv_open(&out, EVENT_LIST);
    put_records(events, count, &out);
    int result = put_ec_id(smds, answer, &out);
    tlv_close(&out, list);
    tlv_close(&out, whole);
    if (result == 0)
        result =
            out.overflow ? FAILURE_INTERNAL : set_signed(smds, call, answer, writer_bytes(&out));
    free(out.data);
    return result;
}

int es11_answer_events(struct smds *smds, struct call *call, const struct es11_answer *answer,
                       const struct event *events, size_t count)
{
    const int result = set_id(call, answer);
    if (result != 0)
        return result;
    return es11_answer_is_signed(answer->session)
               ? set_signed_events(smds, call, answer, events, count)
               : set_entries(call, events, count);
}

int es11_answer_registration(struct smds *smds, struct call *call, const struct es11_answer *answer)
{
    uint8_t memory[64];
    char text[TIME_SIZE];
    struct writer out = writer_on(memory, sizeof(memory));
    struct tm when;
    const time_t until = (time_t)(answer->now + REGISTRATIONS_SECONDS);
    if (gmtime_r(&until, &when) == NULL ||
        strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &when) == 0)
        return FAILURE_INTERNAL;
    const size_t whole = tlv_open(&out, SIGNED2);
    tlv_put(&out, TRANSACTION_ID, authentication_id(answer->session));
    const size_t registration = tlv_open(&out, REGISTRATION);
    tlv_put(&out, REFRESH_TIME, bytes_of_text(text));
    tlv_close(&out, registration);
    tlv_close(&out, whole);
    const int result = set_id(call, answer);
    return result == 0 && !out.overflow ? set_signed(smds, call, answer, writer_bytes(&out))
                                        : FAILURE_INTERNAL;
}

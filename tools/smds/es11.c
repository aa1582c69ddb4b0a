#include "tools/smds/es11.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "tools/smds/events.h"
#include "tools/smds/smds.h"

#include <stdlib.h>

#define CHIP_ANSWER_MAX 65536 /* bytes */
#define SIGNED2_MAX (EVENTS_A_CHIP * (EVENT_ID_SIZE + EVENT_ADDRESS_SIZE + 32))
/* SmdsSigned2 (SGP.22 v3) */
#define SIGNED2 0xA1 /* so it stands in the answer and before the chip, and so it is signed */
#define TRANSACTION_ID 0x80
#define EVENT_LIST 0xA0
#define EVENT_RECORDS 0xA1
#define SIGNATURE 0x5F37
#define TYPE_DOWNLOAD 1
/* Both sides know a signed answer. */
#define LPA_SIGNED_RESPONSE (1u << 5)
#define CHIP_SIGNED_RESPONSE (1u << 17)

static int initiate(void *program, struct call *call)
{
    struct smds *smds = program;
    const struct authentication_server self = smds_authentication(smds);
    struct authentication *session;
    int result = smds_open_session(smds, &session);
    if (result != 0)
        return result;
    result = authentication_start(&self, call, session);
    if (result == 0)
        session_table_put(smds->sessions, &session->entry);
    else
        smds_end_session(session);
    return result;
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

static void put_signed2(const struct authentication *session, const struct event *events,
                        size_t count, struct writer *out)
{
    const size_t whole = tlv_open(out, SIGNED2);
    tlv_put(out, TRANSACTION_ID, authentication_id(session));
    const size_t list = tlv_open(out, EVENT_LIST), records = tlv_open(out, EVENT_RECORDS);
    for (size_t i = 0; i < count; i++) {
        const size_t record = tlv_open(out, DER_SEQUENCE);
        tlv_put(out, DER_UTF8_STRING, bytes_of_text(events[i].id));
        tlv_put(out, DER_UTF8_STRING, bytes_of_text(events[i].address));
        der_put_integer(out, DER_INTEGER, TYPE_DOWNLOAD);
        tlv_close(out, record);
    }
    tlv_close(out, records);
    tlv_close(out, list);
    tlv_close(out, whole);
}

/* As SmdpSigned2 is signed: with the chip's signature behind it. */
static int set_signed(struct smds *smds, struct call *call, const struct authentication *session,
                      struct bytes signature1, const struct event *events, size_t count)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    struct writer signed2 = writer_on(malloc(SIGNED2_MAX), SIGNED2_MAX);
    if (signed2.data == NULL)
        return FAILURE_INTERNAL;
    put_signed2(session, events, count, &signed2);
    const struct bytes parts[] = {writer_bytes(&signed2), signature1};
    int result = signed2.overflow ? FAILURE_INTERNAL
                                  : ec_sign(authentication_shown(session)->key, &smds->random,
                                            parts, 2, signature);
    if (result == 0)
        result = field_set_bytes(call->response, "smdsSigned2", parts[0]);
    if (result == 0)
        result = authentication_set_element(call->response, "smdsSignature2", SIGNATURE,
                                            bytes_of(signature, sizeof(signature)));
    free(signed2.data);
    return result == 0 ? 0 : FAILURE_INTERNAL;
}

static bool wants_signed(const struct authentication *session)
{
    return authentication_is_v3(session) && (session->lpa_capability & LPA_SIGNED_RESPONSE) != 0 &&
           (session->chip_capability & CHIP_SIGNED_RESPONSE) != 0;
}

static bool to_text(struct bytes from, char *out, size_t size)
{
    if (from.len >= size)
        return false;
    if (from.len > 0)
        memcpy(out, from.data, from.len);
    out[from.len] = '\0';
    return strlen(out) == from.len;
}

static int answer(struct smds *smds, struct call *call, const struct authentication *session,
                  const struct chip_authentication *chip)
{
    char eid[PKI_EID_DIGITS + 1], id[EVENT_ID_SIZE];
    pki_eid_to_text(session->euicc.eid, eid);
    if (!to_text(chip->matching_id, id, sizeof(id)))
        return call_refuse(call, REFUSAL_EVENT, "EID %s has none of that id", eid);
    struct event *events = calloc(EVENTS_A_CHIP, sizeof(*events));
    if (events == NULL)
        return FAILURE_INTERNAL;
    const int count = events_list(smds->database, eid, id, events);
    int result = count < 0 ? count : 0;
    if (count == 0 && id[0] != '\0')
        result = call_refuse(call, REFUSAL_EVENT, "EID %s has no event '%s'", eid, id);
    if (result == 0)
        result = field_set_transaction_id(call->response, "transactionId",
                                          authentication_id(session)) == 0
                     ? 0
                     : FAILURE_INTERNAL;
    if (result == 0)
        result = wants_signed(session)
                     ? set_signed(smds, call, session, chip->signature1, events, (size_t)count)
                     : set_entries(call, events, (size_t)count);
    if (result == 0)
        call_note(call, "EID %s: %d event%s", eid, count, count == 1 ? "" : "s");
    free(events);
    return result;
}

/* Whatever comes of it, the session is over: an SM-DS has nothing more to say. */
static int authenticate(void *program, struct call *call)
{
    struct smds *smds = program;
    const struct authentication_server self = smds_authentication(smds);
    uint8_t memory[FIELD_TRANSACTION_ID_MAX];
    struct writer id = writer_on(memory, sizeof(memory));
    struct blob whole = {0};
    struct chip_authentication chip;
    int result = call_transaction_id(call, &id);
    if (result == 0)
        result = call_bytes(call, "authenticateServerResponse", CHIP_ANSWER_MAX, &whole);
    if (result != 0)
        return result;
    struct authentication *session =
        (struct authentication *)session_table_take(smds->sessions, writer_bytes(&id));
    if (session == NULL)
        result = call_refuse(call, REFUSAL_TRANSACTION, "no such session, or its time is over");
    else
        result = authentication_finish(&self, call, session, blob_bytes(&whole), &chip);
    if (result == 0)
        result = answer(smds, call, session, &chip);
    smds_end_session(session);
    blob_finish(&whole);
    return result;
}

/* clang-format off */
static const struct function_row rows[] = {
    {"/gsma/rsp2/es9plus/initiateAuthentication", "ES11.InitiateAuthentication", initiate,     false, "SGP.22 §5.8.1", FUNCTION_JSON},
    {"/gsma/rsp2/es9plus/authenticateClient",     "ES11.AuthenticateClient",     authenticate, false, "SGP.22 §5.8.2", FUNCTION_JSON},
    {"/gsma/rsp2/es11/initiateAuthentication",    "ES11.InitiateAuthentication", initiate,     false, "SGP.22 §5.8.1", FUNCTION_JSON},
    {"/gsma/rsp2/es11/authenticateClient",        "ES11.AuthenticateClient",     authenticate, false, "SGP.22 §5.8.2", FUNCTION_JSON},
};
/* clang-format on */

const struct function_table es11_functions = {rows, sizeof(rows) / sizeof(rows[0])};

#include "tools/smds/es11.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "tools/smds/es11_answer.h"
#include "tools/smds/events.h"
#include "tools/smds/registrations.h"

#include <stdlib.h>
#include <time.h>

#define CHIP_ANSWER_MAX 65536 /* bytes */
#define EC_ID_MAX 32
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

static bool to_text(struct bytes from, char *out, size_t size)
{
    if (from.len >= size)
        return false;
    if (from.len > 0)
        memcpy(out, from.data, from.len);
    out[from.len] = '\0';
    return strlen(out) == from.len;
}

static int list_events(struct smds *smds, struct call *call, const struct es11_answer *answer,
                       const char *id)
{
    struct event *events = calloc(EVENTS_A_CHIP, sizeof(*events));
    if (events == NULL)
        return FAILURE_INTERNAL;
    const int count = events_list(smds->database, answer->eid, id, events);
    int result = count < 0 ? count : 0;
    if (count == 0 && id[0] != '\0')
        result = call_refuse(call, REFUSAL_EVENT, "EID %s has no event '%s'", answer->eid, id);
    if (result == 0)
        result = es11_answer_events(smds, call, answer, events, (size_t)count);
    if (result == 0)
        call_note(call, "EID %s: %d event%s", answer->eid, count, count == 1 ? "" : "s");
    free(events);
    return result;
}

static bool is_served(const struct smds *smds, struct bytes service)
{
    struct bytes services = writer_bytes(&smds->push_services);
    struct tlv oid;
    while (tlv_take_tag(&services, DER_OBJECT_IDENTIFIER, &oid))
        if (bytes_equal(oid.value, service))
            return true;
    return false;
}

/* The token is kept; what is sent by it is the push service's affair. */
static int register_push(struct smds *smds, struct call *call, const struct es11_answer *answer,
                         const struct chip_authentication *chip)
{
    char service[REGISTRATIONS_SERVICE_SIZE];
    if (smds->push_services.len == 0 || !es11_answer_is_signed(answer->session))
        return call_refuse(call, REFUSAL_PUSH_REGISTRATION, "EID %s", answer->eid);
    if (!is_served(smds, chip->push_service) ||
        !der_oid_to_text(chip->push_service, service, sizeof(service)))
        return call_refuse(call, REFUSAL_PUSH_SERVICE, "EID %s", answer->eid);
    if (chip->push_token.len == 0 || chip->push_token.len > REGISTRATIONS_TOKEN_MAX)
        return call_refuse(call, REFUSAL_FORMAT, "pushToken is empty or too long");
    int result =
        registrations_push(smds->database, answer->eid, service, chip->push_token, answer->now);
    if (result == 0)
        result = es11_answer_registration(smds, call, answer);
    if (result == 0)
        call_note(call, "EID %s: registered for push service %s", answer->eid, service);
    return result;
}

static int answer(struct smds *smds, struct call *call, const struct authentication *session,
                  const struct chip_authentication *chip)
{
    char eid[PKI_EID_DIGITS + 1], id[EVENT_ID_SIZE];
    pki_eid_to_text(session->euicc.eid, eid);
    const struct es11_answer to = {session, chip->signature1, eid, time(NULL)};
    if (chip->purpose == CHIP_PURPOSE_PUSH)
        return register_push(smds, call, &to, chip);
    if (chip->purpose != CHIP_PURPOSE_COMMON)
        return call_refuse(call, REFUSAL_FUNCTION, "EID %s asks for what an SM-DP+ does", eid);
    if (!to_text(chip->matching_id, id, sizeof(id)))
        return call_refuse(call, REFUSAL_EVENT, "EID %s has none of that id", eid);
    return list_events(smds, call, &to, id);
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

/* Without authentication: whoever has the id learns no more than whether something waits. */
static int check_event(void *program, struct call *call)
{
    struct smds *smds = program;
    struct blob ec_id = {0};
    const char *address;
    bool pending = false;
    int result = call_bytes(call, "ecId", EC_ID_MAX, &ec_id);
    if (result == 0)
        result = call_text(call, "smdsAddress", AUTHENTICATION_ADDRESS_SIZE, &address);
    if (result == 0 && !authentication_is_own_address(smds->address, address))
        result = call_refuse(call, REFUSAL_SMDS_ADDRESS, "asked for '%s', this is '%s'", address,
                             smds->address);
    if (result == 0) {
        result = registrations_check(smds->database, blob_bytes(&ec_id), time(NULL), &pending);
        if (result > 0)
            result = call_refuse(call, result == 1 ? REFUSAL_EC_ID : REFUSAL_EC_ID_EXPIRED,
                                 "ask for the events to have another one");
    }
    blob_finish(&ec_id);
    if (result != 0)
        return result;
    call_note(call, "%s", pending ? "something waits" : "nothing waits");
    return json_object_set_new(call->response, "isPendingEvent", json_boolean(pending)) == 0
               ? 0
               : FAILURE_INTERNAL;
}

/* clang-format off */
static const struct function_row rows[] = {
    {"/gsma/rsp2/es9plus/initiateAuthentication", "ES11.InitiateAuthentication", initiate,     false, "SGP.22 §5.8.1", FUNCTION_JSON},
    {"/gsma/rsp2/es9plus/authenticateClient",     "ES11.AuthenticateClient",     authenticate, false, "SGP.22 §5.8.2", FUNCTION_JSON},
    {"/gsma/rsp2/es11/initiateAuthentication",    "ES11.InitiateAuthentication", initiate,     false, "SGP.22 §5.8.1", FUNCTION_JSON},
    {"/gsma/rsp2/es11/authenticateClient",        "ES11.AuthenticateClient",     authenticate, false, "SGP.22 §5.8.2", FUNCTION_JSON},
    /* The path is a guess by those of the others. */
    {"/gsma/rsp2/es11/checkEvent",                "ES11.CheckEvent",             check_event,  false, "SGP.22 v3 §3.6.2", FUNCTION_JSON},
};
/* clang-format on */

const struct function_table es11_functions = {rows, sizeof(rows) / sizeof(rows[0])};

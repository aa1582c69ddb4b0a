#include "tools/eim/front.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/eim/indirect.h"
#include "tools/eim/indirect_session.h"
#include "tools/eim/package.h"
#include "tools/eim/result.h"
#include "tools/lib/iot/esipa_json.h"
#include "tools/lib/iot/esipa_server.h"

#define ANSWER_MAX (4u << 20)    /* a bound package of megabytes fits */
#define ANSWER_USUAL (32u << 10) /* of all but downloads */
#define CAUSE_MAX 127
#define CAUSE_UNKNOWN 127
#define WITH_ACKNOWLEDGEMENTS 0
#define WITHOUT_ACKNOWLEDGEMENTS 1

int front_open(const struct eim_plan *plan, struct eim **out)
{
    struct eim *eim;
    int result = eim_create(plan, &eim);
    if (result != 0)
        return result;
    result = indirect_session_table(&eim->downloads);
    if (result == 0)
        *out = eim;
    else
        eim_destroy(eim);
    return result;
}

/* False unless it is 16 bytes. */
static bool eid_text(struct bytes value, char out[CHIPS_EID_SIZE])
{
    if (value.len != PKI_EID_SIZE)
        return false;
    hex_encode(value, out);
    return true;
}

static int note_state_change(struct eim *eim, const char *eid, const struct esipa_values *request)
{
    uint32_t cause = CAUSE_UNKNOWN;
    if (!request->has[ESIPA_NOTIFY_CHANGE])
        return 0;
    if (request->has[ESIPA_CHANGE_CAUSE])
        (void)der_to_unsigned(request->at[ESIPA_CHANGE_CAUSE], CAUSE_MAX, &cause);
    trace_notice("%s: its state has changed, cause %u", eid, (unsigned)cause);
    const int result = chips_add_state_change(eim->database, eid, (int)cause);
    return result < 0 ? result : 0;
}

static int get_package(struct eim *eim, const struct esipa_values *request, struct writer *out)
{
    static const size_t places[] = {[PACKAGE_EUICC] = ESIPA_PACKAGE,
                                    [PACKAGE_DATA] = ESIPA_DATA_REQUEST,
                                    [PACKAGE_TRIGGER] = ESIPA_TRIGGER};
    char eid[CHIPS_EID_SIZE];
    if (!request->has[ESIPA_EID])
        return PACKAGE_MISSING_EID;
    if (!eid_text(request->at[ESIPA_EID], eid))
        return PACKAGE_INVALID_EID;
    int result = note_state_change(eim, eid, request);
    if (result != 0)
        return result;
    uint8_t data[PACKAGE_SIZE];
    struct writer package = writer_on(data, sizeof(data));
    enum package_kind kind;
    result = package_next(eim, eid, &kind, &package);
    if (result == 0 && package.overflow)
        result = FAILURE_INTERNAL;
    if (result == 0) {
        struct esipa_values values = {0};
        esipa_set(&values, places[kind], writer_bytes(&package));
        esipa_put_answer(&esipa_messages[ESIPA_GET_EIM_PACKAGE], 0, &values, out);
    }
    return result;
}

static void answer_result(const struct eim *eim, const struct result_acknowledged *acknowledged,
                          bool old, struct writer *out)
{
    const struct esipa_message *message = &esipa_messages[ESIPA_PROVIDE_RESULT];
    uint8_t data[RESULT_ACKNOWLEDGEMENTS_SIZE];
    struct writer list = writer_on(data, sizeof(data));
    struct esipa_values values = {0};
    if (acknowledged->count > 0 && !eim->silent) {
        result_put_acknowledgements(acknowledged, &list);
        esipa_set(&values, ESIPA_ACKNOWLEDGEMENTS, writer_bytes(&list));
        esipa_put_answer(message, WITH_ACKNOWLEDGEMENTS, &values, out);
    } else if (old || eim->release == EIM_RELEASE_1_0) {
        tlv_put(out, message->tag, (struct bytes){0});
    } else {
        esipa_put_answer(message, WITHOUT_ACKNOWLEDGEMENTS, &values, out);
    }
}

/* Without an EID in it the message is one of v1.0, or of an IPA that leaves it out. */
static int provide_result(struct eim *eim, const struct esipa_values *request, struct writer *out)
{
    struct result_acknowledged acknowledged = {0};
    char eid[CHIPS_EID_SIZE] = "";
    const bool named = request->has[ESIPA_RESULT_EID];
    if (named && !eid_text(request->at[ESIPA_RESULT_EID], eid))
        return PACKAGE_INVALID_EID;
    const int result = result_take(eim, eid, request->at[ESIPA_RESULT], &acknowledged);
    if (result == 0)
        answer_result(eim, &acknowledged, !named && eim->release == EIM_RELEASE_1_0, out);
    return result;
}

/* Has no answer; what cannot be read is said in the log. */
static int handle_notification(struct eim *eim, const struct esipa_values *request,
                               struct writer *out)
{
    (void)out;
    struct result_acknowledged acknowledged = {0};
    struct esipa_values inside;
    struct writer none = {0};
    if (request->has[ESIPA_PENDING])
        return result_notification(eim, "", request->at[ESIPA_PENDING], &acknowledged);
    if (!request->has[ESIPA_RESULT_INSIDE] ||
        !esipa_read_request(&esipa_messages[ESIPA_PROVIDE_RESULT], request->at[ESIPA_RESULT_INSIDE],
                            &inside))
        return PACKAGE_UNDEFINED;
    return provide_result(eim, &inside, &none);
}

static indirect_function *const handlers[ESIPA_FUNCTIONS] = {
    [ESIPA_INITIATE_AUTHENTICATION] = indirect_initiate,
    [ESIPA_AUTHENTICATE_CLIENT] = indirect_authenticate,
    [ESIPA_GET_BOUND_PROFILE_PACKAGE] = indirect_bind,
    [ESIPA_CANCEL_SESSION] = indirect_cancel,
    [ESIPA_HANDLE_NOTIFICATION] = handle_notification,
    [ESIPA_GET_EIM_PACKAGE] = get_package,
    [ESIPA_PROVIDE_RESULT] = provide_result,
};

static int answer(struct eim *eim, enum esipa_function function, struct bytes request,
                  struct writer *out)
{
    const struct esipa_message *message = &esipa_messages[function];
    struct esipa_values values;
    int result = handlers[function] != NULL && esipa_read_request(message, request, &values)
                     ? handlers[function](eim, &values, out)
                     : PACKAGE_UNDEFINED;
    if (result < 0)
        result = PACKAGE_UNDEFINED;
    if (result > 0 && message->error != 0) {
        writer_reset(out);
        esipa_put_error(message, (uint32_t)result, out);
    }
    trace_detail("%s: %d", message->name, result);
    return message->error != 0 || result == 0 ? 0 : 1;
}

/* What works on nothing but the store: all but downloads, which wait for an SM-DP+. */
static bool is_grouped(enum esipa_function function)
{
    return function == ESIPA_GET_EIM_PACKAGE || function == ESIPA_PROVIDE_RESULT ||
           function == ESIPA_HANDLE_NOTIFICATION;
}

static int answer_in(struct eim *eim, enum esipa_function function, struct bytes request,
                     struct writer room, struct blob *out)
{
    const int result = answer(eim, function, request, &room);
    return result == 0 && room.len > 0 ? blob_copy(writer_bytes(&room), out) : result;
}

static int answer_usual(struct eim *eim, enum esipa_function function, struct bytes request,
                        struct blob *out)
{
    uint8_t room[ANSWER_USUAL];
    return answer_in(eim, function, request, writer_on(room, sizeof(room)), out);
}

static int answer_download(struct eim *eim, enum esipa_function function, struct bytes request,
                           struct blob *out)
{
    uint8_t *room = malloc(ANSWER_MAX);
    if (room == NULL)
        return FAILURE_INTERNAL;
    const int result = answer_in(eim, function, request, writer_on(room, ANSWER_MAX), out);
    free(room);
    return result;
}

int front_answer(struct eim *eim, struct bytes request, struct blob *out)
{
    const enum esipa_function function = esipa_function_of(request);
    *out = (struct blob){0};
    if (function == ESIPA_FUNCTIONS)
        return 1;
    return is_grouped(function) ? answer_usual(eim, function, request, out)
                                : answer_download(eim, function, request, out);
}

static int answer_message(void *program, struct bytes request, struct blob *out)
{
    return front_answer(program, request, out);
}

static bool groups_asn1(struct bytes body)
{
    return is_grouped(esipa_function_of(body));
}

static bool groups_always(struct bytes body)
{
    (void)body;
    return true;
}

static int begin_group(void *program)
{
    const struct eim *eim = program;
    return database_begin(eim->database);
}

static int end_group(void *program, int result)
{
    const struct eim *eim = program;
    return database_end(eim->database, result);
}

const struct group_transaction front_group = {begin_group, end_group};

static int handle_asn1(void *program, struct call *call)
{
    return esipa_server_binary(answer_message, program, call);
}

#define JSON_HANDLER(NAME, FUNCTION)                                                               \
    static int json_##NAME(void *program, struct call *call)                                       \
    {                                                                                              \
        return esipa_server_json(answer_message, program, FUNCTION, call);                         \
    }
JSON_HANDLER(initiate, ESIPA_INITIATE_AUTHENTICATION)
JSON_HANDLER(authenticate, ESIPA_AUTHENTICATE_CLIENT)
JSON_HANDLER(bind, ESIPA_GET_BOUND_PROFILE_PACKAGE)
JSON_HANDLER(cancel, ESIPA_CANCEL_SESSION)
JSON_HANDLER(package, ESIPA_GET_EIM_PACKAGE)
JSON_HANDLER(result, ESIPA_PROVIDE_RESULT)
JSON_HANDLER(notification, ESIPA_HANDLE_NOTIFICATION)

#define JSON_ROW(PATH, NAME, SECTION, GROUPS)                                                      \
    {                                                                                              \
        .path = ESIPA_JSON_PATH PATH, .name = "ESipa." PATH, .handle = json_##NAME,                \
        .section = SECTION, .quiet = true, .groups = GROUPS                                        \
    }

static const struct function_row rows[] = {
    {.path = ESIPA_ASN1_PATH,
     .name = "ESipa",
     .handle = handle_asn1,
     .section = "SGP.32 §6.3",
     .binding = FUNCTION_BINARY,
     .groups = groups_asn1,
     .quiet = true},
    JSON_ROW("initiateAuthentication", initiate, "SGP.32 §5.14.1", NULL),
    JSON_ROW("authenticateClient", authenticate, "SGP.32 §5.14.2", NULL),
    JSON_ROW("getBoundProfilePackage", bind, "SGP.32 §5.14.3", NULL),
    JSON_ROW("cancelSession", cancel, "SGP.32 §5.14.8", NULL),
    JSON_ROW("getEimPackage", package, "SGP.32 §5.14.5", groups_always),
    JSON_ROW("provideEimPackageResult", result, "SGP.32 §5.14.6", groups_always),
    {.path = ESIPA_JSON_PATH "handleNotification",
     .name = "ESipa.handleNotification",
     .handle = json_notification,
     .notification = true,
     .section = "SGP.32 §5.14.7",
     .groups = groups_always,
     .quiet = true},
};

const struct function_table front_functions = {rows, sizeof(rows) / sizeof(rows[0])};

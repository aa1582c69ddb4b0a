#include "tools/ipa/engine_package.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "tools/ipa/engine_chip.h"
#include "tools/ipa/engine_eim.h"
#include "tools/ipa/engine_waiting.h"
#include "tools/lib/iot/esipa_status.h"
#include "tools/lib/iot/euicc_package.h"

#define PACKAGE 0xBF51
#define ROLLBACK 0xBF58
#define NOTIFICATIONS 0xA0
#define RETRIEVE 0xBF2B
#define PSMO_LIST 0xA0
#define ENABLE 0xA3
#define ENABLE_RESULT 0x83
#define DISABLE_RESULT 0x84
#define SEQUENCE_NUMBER 0x80
#define TRANSACTION_ID 0x82
#define RESULT_ERROR 0xA0
#define ROLLBACK_CODE 0x02
#define ROOM 64

/* The operations of a package; empty if it cannot be read, or is one of eCOs. */
static struct bytes operations_of(struct bytes request, struct bytes *transaction_id)
{
    struct tlv outer, part, list, id;
    if (!tlv_whole(request, PACKAGE, &outer) || !tlv_take_tag(&outer.value, DER_SEQUENCE, &part))
        return (struct bytes){0};
    if (tlv_find(part.value, TRANSACTION_ID, &id))
        *transaction_id = id.value;
    return tlv_find(part.value, PSMO_LIST, &list) ? list.value : (struct bytes){0};
}

/* It has an enable with rollbackFlag. */
static bool may_roll_back(struct bytes operations)
{
    struct tlv operation, flag;
    while (tlv_take(&operations, &operation))
        if (operation.tag == ENABLE)
            return tlv_find(operation.value, DER_NULL, &flag);
    return false;
}

/* Another profile is enabled than before, or none. */
static bool has_changed(const struct euicc_package_result *result)
{
    struct bytes results = result->results;
    struct tlv code;
    uint32_t number;
    while (result->kind == EUICC_PACKAGE_RESULT && tlv_take(&results, &code))
        if ((code.tag == ENABLE_RESULT || code.tag == DISABLE_RESULT) &&
            der_to_unsigned(code.value, UINT32_MAX, &number) && number == 0)
            return true;
    return false;
}

/* The chip could make nothing of it. */
static bool provide_error(struct engine *engine, struct bytes transaction_id)
{
    uint8_t data[ROOM];
    struct writer error = writer_on(data, sizeof(data));
    const size_t mark = tlv_open(&error, RESULT_ERROR);
    if (transaction_id.len > 0)
        tlv_put(&error, 0x80, transaction_id);
    der_put_integer(&error, DER_INTEGER, ENGINE_INVALID_FORMAT);
    tlv_close(&error, mark);
    return engine_eim_provide(engine, writer_bytes(&error));
}

/* ePRAndNotifications; in v1.0 the notifications stand in an answer of the chip's, whole. */
static bool join(const struct engine *engine, struct bytes result, struct bytes notifications,
                 struct blob *out)
{
    const size_t size = result.len + notifications.len + ROOM;
    uint8_t *data = malloc(size);
    if (data == NULL)
        return false;
    struct writer both = writer_on(data, size);
    const size_t mark = tlv_open(&both, DER_SEQUENCE);
    writer_put(&both, result);
    const size_t answer = engine->release_1_0 ? tlv_open(&both, RETRIEVE) : 0;
    tlv_put(&both, NOTIFICATIONS, notifications);
    if (engine->release_1_0)
        tlv_close(&both, answer);
    tlv_close(&both, mark);
    *out = (struct blob){data, writer_bytes(&both).len};
    return true;
}

/* A result as the eIM gets it. The notifications of the package go with it, if the chip gives them
 * by its number; an error goes alone. */
static bool make_element(struct engine *engine, struct bytes whole,
                         const struct euicc_package_result *result, struct blob *out)
{
    uint8_t data[16];
    struct writer criterion = writer_on(data, sizeof(data));
    struct blob answer;
    struct bytes list = {0};
    bool results = true;
    *out = (struct blob){0};
    if (result->kind != EUICC_PACKAGE_RESULT)
        return blob_copy(whole, out) == 0;
    der_put_integer(&criterion, SEQUENCE_NUMBER, result->sequence);
    const bool listed =
        engine_waiting_list(engine, writer_bytes(&criterion), &answer, &list, &results);
    const bool made = join(engine, whole, listed && !results ? list : (struct bytes){0}, out);
    blob_finish(&answer);
    return made;
}

static bool provide(struct engine *engine, struct bytes whole,
                    const struct euicc_package_result *result)
{
    struct blob element;
    const bool delivered = make_element(engine, whole, result, &element) &&
                           engine_eim_provide(engine, blob_bytes(&element));
    blob_finish(&element);
    if (delivered && result->kind == EUICC_PACKAGE_RESULT)
        (void)engine_chip_remove(engine, result->sequence);
    return delivered;
}

/* The eIM cannot be reached with the new profile: back to the one before (SGP.32 §3.4.1). */
static bool roll_back(struct engine *engine)
{
    struct blob answer;
    struct bytes inside;
    struct tlv code, whole;
    struct euicc_package_result result;
    uint32_t number;
    bool delivered = false;
    engine_say(engine, "the eIM cannot be reached: going back to the profile before");
    if (engine_chip_call(engine, ROLLBACK, BYTES(0x80, 0x01, 0x00), &answer, &inside) &&
        tlv_take_tag(&inside, ROLLBACK_CODE, &code) &&
        der_to_unsigned(code.value, UINT32_MAX, &number)) {
        engine_report(engine, "rollback", json_integer(number));
        if (number == 0 && tlv_take_tag(&inside, PACKAGE, &whole) &&
            euicc_package_result_read(whole.whole, &result))
            delivered = engine->host->changed(engine->host->context) &&
                        provide(engine, whole.whole, &result);
        else
            engine_say(engine, "the chip does not roll back: %u", (unsigned)number);
    }
    blob_finish(&answer);
    return delivered;
}

/* The tags of the two lists of operations are different ones. */
static bool take_operation(struct bytes *results, struct operation_result *out)
{
    const struct bytes before = *results;
    if (operation_result_take(results, OPERATION_PSMO, out) && !operation_result_is_unknown(out))
        return true;
    *results = before;
    return operation_result_take(results, OPERATION_ECO, out);
}

static json_t *describe_result(const struct euicc_package_result *result)
{
    json_t *operations = json_array();
    struct bytes results = result->results;
    struct operation_result one;
    if (result->kind == EUICC_PACKAGE_ERROR_SIGNED)
        json_array_append_new(operations, json_string(euicc_package_error_text(result->code)));
    if (result->kind == EUICC_PACKAGE_ERROR_UNSIGNED)
        json_array_append_new(operations, json_string("not believed"));
    while (result->kind == EUICC_PACKAGE_RESULT && results.len > 0 &&
           take_operation(&results, &one))
        json_array_append_new(operations, operation_result_json(&one));
    return operations;
}

static bool take_result(struct engine *engine, struct bytes whole, bool rollback)
{
    struct euicc_package_result result;
    if (!euicc_package_result_read(whole, &result)) {
        engine_say(engine, "the chip's answer to the package cannot be read");
        return engine_eim_provide(engine, whole);
    }
    engine_report(engine, "package", describe_result(&result));
    const bool changed = has_changed(&result);
    if (changed)
        engine_change_by(&engine->changes, engine->eim_id);
    if (changed && !engine->host->changed(engine->host->context))
        return false;
    if (provide(engine, whole, &result))
        return true;
    return changed && rollback && roll_back(engine);
}

bool engine_package_take(struct engine *engine, struct bytes request)
{
    struct bytes transaction_id = {0};
    const struct bytes operations = operations_of(request, &transaction_id);
    struct blob answer = {0};
    bool refused = false, good;
    if (engine->host->chip(engine->host->context, request, &answer, &refused))
        good = take_result(engine, blob_bytes(&answer), may_roll_back(operations));
    else
        good = refused && provide_error(engine, transaction_id);
    blob_finish(&answer);
    return good;
}

static int inject_result(struct engine *engine, struct bytes whole, struct blob *out)
{
    struct euicc_package_result result;
    if (!euicc_package_result_read(whole, &result))
        return ENGINE_INVALID_FORMAT;
    engine_report(engine, "package", describe_result(&result));
    if (has_changed(&result))
        engine_change_by(&engine->changes, engine->eim_id);
    if (has_changed(&result) && !engine->host->changed(engine->host->context))
        return ESIPA_UNDEFINED_ERROR;
    return make_element(engine, whole, &result, out) ? 0 : ESIPA_UNDEFINED_ERROR;
}

int engine_package_inject(struct engine *engine, struct bytes request, struct blob *out)
{
    struct blob answer = {0};
    bool refused = false;
    int code;
    *out = (struct blob){0};
    if (engine->host->chip(engine->host->context, request, &answer, &refused))
        code = inject_result(engine, blob_bytes(&answer), out);
    else
        code = refused ? ENGINE_INVALID_FORMAT : ESIPA_UNDEFINED_ERROR;
    blob_finish(&answer);
    return code;
}

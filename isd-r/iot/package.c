#include "isd-r/iot/package.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/iot/change.h"
#include "isd-r/iot/package_run.h"
#include "isd-r/profiles/notification.h"

#define TAG_EIM_ID 0x80
#define TAG_EID 0x5A
#define TAG_COUNTER 0x81
#define TAG_TRANSACTION_ID 0x82
#define TRANSACTION_ID_MAX 16
#define TAG_SIGNATURE 0x5F37
#define TAG_RESULT 0xA0
#define TAG_ROLLED_BACK 0x8C

/* LoadEuiccPackageRequest and the EuiccPackageSigned in it, as they came. */
struct request {
    struct tlv whole, signature, eim_id, eid, counter, transaction_id, list;
    int64_t number; /* counterValue */
};

/*@ predicate received(struct request *out) =
        readable_tlv(out->whole) && readable_tlv(out->signature) && readable_tlv(out->eim_id) &&
        readable_tlv(out->eid) && readable_tlv(out->counter) &&
        readable_tlv(out->transaction_id) && readable_tlv(out->list); */

/*@ requires readable(content) && \valid(out);
    requires readable_tlv(out->whole) && readable_tlv(out->signature);
    assigns out->eim_id, out->eid, out->counter, out->number, out->transaction_id, out->list;
    ensures \result ==> received(out) && out->list.value.len > 0;
    ensures \result ==> out->transaction_id.value.len <= TRANSACTION_ID_MAX; */
static bool parse_signed(struct bytes content, struct request *out)
{
    return tlv_take_tag(&content, TAG_EIM_ID, &out->eim_id) &&
           tlv_take_tag(&content, TAG_EID, &out->eid) &&
           tlv_take_tag(&content, TAG_COUNTER, &out->counter) &&
           der_to_integer(out->counter.value, &out->number) &&
           tlv_take_optional(&content, TAG_TRANSACTION_ID, &out->transaction_id) &&
           out->transaction_id.value.len <= TRANSACTION_ID_MAX && tlv_take(&content, &out->list) &&
           out->list.value.len > 0 && content.len == 0 &&
           (out->list.tag == OPERATION_PSMO_LIST || out->list.tag == OPERATION_ECO_LIST);
}

/*@ requires readable(value) && \valid(out);
    assigns *out;
    ensures \result ==> received(out) && out->list.value.len > 0;
    ensures \result ==> out->transaction_id.value.len <= TRANSACTION_ID_MAX; */
static bool parse(struct bytes value, struct request *out)
{
    return tlv_take_tag(&value, DER_SEQUENCE, &out->whole) &&
           tlv_take_tag(&value, TAG_SIGNATURE, &out->signature) &&
           parse_signed(out->whole.value, out);
}

static struct package_result_of result_of(const struct request *request, const struct eim *eim)
{
    return (struct package_result_of){.eim_id = request->eim_id.whole,
                                      .counter = request->counter.whole,
                                      .transaction_id = request->transaction_id.whole,
                                      .signature = request->signature.value,
                                      .eim = eim};
}

/* Over the bytes as they came and the eIM's token. */
static bool is_signed(const struct request *request, const struct eim *eim)
{
    uint8_t room[16];
    struct writer token = writer_on(room, sizeof(room));
    enum ec_curve curve;
    struct bytes point;
    eim_put_token(eim, &token);
    const struct bytes parts[] = {request->whole.whole, writer_bytes(&token)};
    return eim_find_key(eim, &curve, &point) &&
           ec_verify(curve, point, parts, 2, request->signature.value);
}

/* What is looked at once the eIM is known, in this order. */
struct judgement {
    const struct iot *iot;
    const struct request *request;
    const struct eim *eim;
    bool full; /* as many results are kept as can be */
};

static bool is_for_another(const struct judgement *judgement)
{
    return !bytes_equal(judgement->request->eid.value,
                        bytes_of(judgement->iot->credentials->eid, CREDENTIALS_EID_SIZE));
}

static bool is_out_of_range(const struct judgement *judgement)
{
    return judgement->request->number < 0 || judgement->request->number > EIM_COUNTER_MAX;
}

static bool is_replayed(const struct judgement *judgement)
{
    return judgement->request->number <= judgement->eim->counter;
}

static bool is_in_emergency(const struct judgement *judgement)
{
    return iot_memory_has(judgement->iot->memory, IOT_EMERGENCY);
}

static bool is_too_large(const struct judgement *judgement)
{
    return judgement->full || judgement->request->whole.whole.len > PACKAGE_MAX;
}

static const struct check {
    bool (*fails)(const struct judgement *judgement);
    enum package_error error;
} checks[] = {
    {is_for_another, PACKAGE_INVALID_EID}, {is_out_of_range, PACKAGE_COUNTER_OUT_OF_RANGE},
    {is_replayed, PACKAGE_REPLAY},         {is_in_emergency, PACKAGE_ECALL_ACTIVE},
    {is_too_large, PACKAGE_TOO_LARGE},     {NULL, PACKAGE_OK},
};

static int judge(const struct iot *iot, const struct request *request, const struct eim *eim,
                 enum package_error *out)
{
    struct judgement judgement = {iot, request, eim, false};
    const struct check *check = checks;
    const int result = package_result_is_full(iot->store, &judgement.full);
    while (check->fails != NULL && !check->fails(&judgement))
        check++;
    *out = check->error;
    return result;
}

/* The counter is used up before the first operation, which may set it anew. */
static int use_up(const struct iot *iot, const struct eim_entry *sender, int64_t number)
{
    struct eim_entry *used = &(struct eim_entry){0};
    memcpy(used->name, sender->name, sizeof(used->name));
    used->eim = sender->eim; /* borrows from the sender's bytes */
    used->eim.counter = number;
    const int result = eim_list_replace(iot->store, used);
    return result == SW_NOT_ENOUGH_MEMORY ? FAILURE_INTERNAL : result;
}

/* An authorisation ends with the next package that is executed, unless that gives one. */
static int settle(const struct iot *iot, const struct operation_run *run, uint32_t sequence,
                  uint32_t first)
{
    const struct iot_happening happening = {.event = IOT_EVENT_PACKAGE,
                                            .release = euicc_info_iot(iot->info),
                                            .registry = iot->registry};
    return run->authorises ? iot_memory_set_rollback(iot->store, iot->memory, sequence, first)
                           : iot_memory_apply(iot->store, iot->memory, &happening);
}

static int execute(const struct iot *iot, const struct request *request,
                   const struct eim_entry *sender, struct writer *response)
{
    uint8_t room[PACKAGE_RESULT_MAX];
    struct writer results = writer_on(room, sizeof(room));
    const struct package_result_of of = result_of(request, &sender->eim);
    const uint32_t first = iot->notification->next;
    struct operation_run run = {.iot = iot};
    uint32_t sequence;
    int result = use_up(iot, sender, request->number);
    if (result == 0)
        result = package_run(&run, &request->list, &results);
    if (result == 0)
        result = package_result_conclude(iot, &of, writer_bytes(&results), &sequence, response);
    return result == 0 ? settle(iot, &run, sequence, first) : result;
}

static int refuse_unread(const struct iot *iot, struct writer *response)
{
    static const uint8_t empty_id[] = {TAG_EIM_ID, 0};
    if (!iot_has_quirk(iot, IOT_QUIRK_EMPTY_ERROR))
        return SW_WRONG_DATA;
    package_result_put_unsigned(
        iot, &(struct package_result_of){.eim_id = bytes_of(empty_id, sizeof(empty_id))}, response);
    return 0;
}

/* Who has sent it: *eim is NULL if the chip does not know it. */
static int find_sender(const struct iot *iot, const struct request *request,
                       struct eim_entry *entry, const struct eim **eim)
{
    const int result = eim_list_find(iot->store, request->eim_id.value, entry);
    *eim = result == 0 ? &entry->eim : NULL;
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

int package_load(const struct iot *iot, struct bytes value, struct writer *response)
{
    struct request request = {0};
    struct eim_entry sender;
    const struct eim *eim;
    enum package_error error = PACKAGE_OK;
    if (!parse(value, &request))
        return refuse_unread(iot, response);
    int result = find_sender(iot, &request, &sender, &eim);
    const struct package_result_of of = result_of(&request, eim);
    if (result == 0 && (eim == NULL || !is_signed(&request, eim))) {
        trace_detail("LoadEuiccPackage: %s",
                     eim == NULL ? "no such eIM" : "its signature is wrong");
        package_result_put_unsigned(iot, &of, response);
        return 0;
    }
    if (result == 0)
        result = judge(iot, &request, eim, &error);
    if (result != 0)
        return result;
    if (error == PACKAGE_OK)
        return execute(iot, &request, &sender, response);
    trace_detail("LoadEuiccPackage: refused with %d", (int)error);
    return package_result_put_error(iot, &of, error, response);
}

int package_refuse(const struct iot *iot, struct bytes value, int error, struct writer *response)
{
    struct request request = {0};
    struct eim_entry sender;
    const struct eim *eim;
    if (!parse(value, &request))
        return SW_WRONG_DATA;
    const int result = find_sender(iot, &request, &sender, &eim);
    const struct package_result_of of = result_of(&request, eim);
    if (result == 0 && eim != NULL)
        return package_result_put_error(iot, &of, error, response);
    package_result_put_unsigned(iot, &of, response);
    return result;
}

/* The kept result's own fields, which the new one has as well. */
/*@ requires readable(kept) && \valid(out);
    assigns out->eim_id, out->counter, out->transaction_id;
    ensures \result ==> readable_tlv(out->eim_id) && readable_tlv(out->counter);
    ensures \result ==> readable_tlv(out->transaction_id); */
static bool parse_result(struct bytes kept, struct request *out)
{
    struct tlv whole, choice, data;
    return tlv_whole(kept, PACKAGE_RESULT_TAG, &whole) &&
           tlv_take_tag(&whole.value, TAG_RESULT, &choice) &&
           tlv_take_tag(&choice.value, DER_SEQUENCE, &data) &&
           tlv_take_tag(&data.value, TAG_EIM_ID, &out->eim_id) &&
           tlv_take_tag(&data.value, TAG_COUNTER, &out->counter) &&
           tlv_take_optional(&data.value, TAG_TRANSACTION_ID, &out->transaction_id);
}

/* The result is replaced; what the undone change was told to servers has not been said. */
static int replace_result(const struct iot *iot, uint32_t old, struct bytes kept,
                          struct writer *out)
{
    struct request request = {0};
    struct eim_entry sender;
    uint8_t room[8];
    struct writer results = writer_on(room, sizeof(room));
    uint32_t sequence;
    if (!parse_result(kept, &request) ||
        eim_list_find(iot->store, request.eim_id.value, &sender) != 0)
        return FAILURE_INTERNAL;
    const struct package_result_of of = result_of(&request, &sender.eim);
    der_put_integer(&results, TAG_ROLLED_BACK, CHANGE_OK);
    int result = store_notification_remove(iot->store, old);
    if (result == 0)
        result = package_result_conclude(iot, &of, writer_bytes(&results), &sequence, out);
    return result;
}

/* Of the change alone: what the package deleted stays deleted. */
static int drop_notifications(const struct iot *iot, uint32_t first)
{
    static const uint32_t events = 1u << METADATA_ENABLE | 1u << METADATA_DISABLE;
    return notification_drop(iot->notification, first, events);
}

int package_roll_back(const struct iot *iot, bool refresh, int *answer, struct writer *out)
{
    uint8_t room[PACKAGE_RESULT_MAX + 1024];
    struct writer kept = writer_on(room, sizeof(room));
    const uint32_t old = iot->memory->rollback_result, first = iot->memory->rollback_first;
    int result = package_result_find(iot->store, old, &kept);
    if (result < 0)
        return result;
    const bool has_result = result == 0;
    result = change_carry_out(iot, IOT_EVENT_ROLLBACK, refresh, answer);
    if (result != 0 || *answer != CHANGE_OK)
        return result;
    result = drop_notifications(iot, first);
    return result == 0 && has_result ? replace_result(iot, old, writer_bytes(&kept), out) : result;
}

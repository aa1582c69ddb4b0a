#include "tools/eim/result.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/eim/notifier.h"
#include "tools/eim/package.h"
#include "tools/eim/package_result.h"
#include "tools/eim/pending.h"
#include "tools/lib/iot/data_request.h"

#define PACKAGE_RESULT 0xBF51
#define DATA 0xBF52
#define TRIGGER_RESULT 0xBF54
#define RESPONSE_ERROR 0xA0
#define NOTIFICATION_LIST 0xA0
#define NOTIFICATION_LIST_V1 0xBF2B
#define ERROR_TRANSACTION 0x80
#define ERROR_MAX 127
#define ACKNOWLEDGEMENTS 0xBF53
#define SEQUENCE_NUMBER 0x80

/* An element of an IPA's message on its way to what it is about. */
struct taking {
    struct eim *eim;
    struct chip chip;
    struct bytes element; /* whole */
    struct result_acknowledged *acknowledged;
};

static int take_package_result(struct taking *taking)
{
    uint32_t sequence = 0;
    const int result = package_result_take(taking->eim, &taking->chip, taking->element, &sequence);
    struct result_acknowledged *to = taking->acknowledged;
    if (result == 0 && sequence != 0 && to->count < RESULT_ACKNOWLEDGED_MAX)
        to->sequence[to->count++] = sequence;
    return result;
}

/* Kept for its receiver, and the download that it ends ended. Inside a transaction. */
static int take_notification(struct eim *eim, const char *eid, struct bytes pending,
                             struct result_acknowledged *out)
{
    struct pending_notification read;
    int result = pending_read(eim, eid, pending, &read);
    if (result != 0)
        return result;
    result = notifier_keep(eim->database, read.address, blob_bytes(&read.whole), eim_now());
    if (result == 0)
        result = pending_end_order(eim, eid, &read);
    if (result == 0 && out->count < RESULT_ACKNOWLEDGED_MAX)
        out->sequence[out->count++] = read.sequence;
    out->notified = true;
    pending_finish(&read);
    return result;
}

static int take_notifications(struct taking *taking, struct bytes list)
{
    struct tlv pending;
    int result = 0;
    while (result == 0 && tlv_take(&list, &pending))
        result =
            take_notification(taking->eim, taking->chip.eid, pending.whole, taking->acknowledged);
    return result == 0 && list.len > 0 ? PACKAGE_UNDEFINED : result;
}

/* A result and the notifications of the same package. */
static int take_both(struct taking *taking)
{
    struct tlv outer, package, list;
    if (!tlv_whole(taking->element, DER_SEQUENCE, &outer) ||
        !tlv_take_tag(&outer.value, PACKAGE_RESULT, &package) || !tlv_take(&outer.value, &list))
        return PACKAGE_UNDEFINED;
    taking->element = package.whole;
    const int result = take_package_result(taking);
    if (result != 0)
        return result;
    if (list.tag == NOTIFICATION_LIST)
        return take_notifications(taking, list.value);
    struct tlv alternative = {0};
    if (list.tag != NOTIFICATION_LIST_V1 || list.value.len == 0)
        return 0;
    /* v1.0: RetrieveNotificationsListResponse; what is no list of notifications came before. */
    return tlv_take(&list.value, &alternative) && alternative.tag == NOTIFICATION_LIST
               ? take_notifications(taking, alternative.value)
               : 0;
}

static int keep_certificates(struct taking *taking, struct bytes data)
{
    uint8_t eum_room[DATA_CERTIFICATE_MAX], euicc_room[DATA_CERTIFICATE_MAX];
    struct writer eum = writer_on(eum_room, sizeof(eum_room));
    struct writer euicc = writer_on(euicc_room, sizeof(euicc_room));
    if (!data_answer_certificate(data, DATA_EUM_CERTIFICATE, &eum) ||
        !data_answer_certificate(data, DATA_EUICC_CERTIFICATE, &euicc))
        return 0;
    const int believed =
        eim_believe(taking->eim, writer_bytes(&eum), writer_bytes(&euicc), taking->chip.eid);
    if (believed != 0)
        return believed < 0 ? believed : 0;
    const struct chip_data kept = {.eum_certificate = writer_bytes(&eum),
                                   .euicc_certificate = writer_bytes(&euicc)};
    return chips_set_data(taking->eim->database, taking->chip.eid, &kept);
}

static int keep_data(struct taking *taking, struct bytes data)
{
    struct tlv info2 = {0}, capabilities = {0}, token;
    int64_t number;
    struct database *database = taking->eim->database;
    (void)tlv_find(data, DATA_INFO2, &info2);
    (void)tlv_find(data, DATA_CAPABILITIES, &capabilities);
    const struct chip_data told = {.info2 = info2.whole, .capabilities = capabilities.whole};
    int result = chips_set_data(database, taking->chip.eid, &told);
    if (result == 0)
        result = keep_certificates(taking, data);
    if (result == 0 && tlv_find(data, DATA_TOKEN, &token) && der_to_integer(token.value, &number))
        result = chips_set_token(database, taking->chip.eid, number);
    return result;
}

/* Results that the chip has kept: one may be the one that got lost. */
static int take_kept_results(struct taking *taking, struct bytes data)
{
    struct tlv list = {0}, element;
    int result = 0;
    if (!tlv_find(data, DATA_RESULTS, &list))
        return 0;
    while (result == 0 && tlv_take(&list.value, &element)) {
        taking->element = element.whole;
        result = take_package_result(taking);
        if (result > 0) /* it is not this eIM's, or not to be believed */
            result = 0;
    }
    return result < 0 ? result : package_result_not_found(taking->eim, &taking->chip);
}

/* The order that asked for it has its outcome; the eIM's own questions have no order. */
static int end_data_order(struct taking *taking, const struct data_answer *answer)
{
    struct eim *eim = taking->eim;
    struct order order;
    int result = orders_find_transaction(eim->database, answer->transaction_id, &order);
    if (result > 0) { /* an IPA that does not echo the transaction id answers the one at work */
        orders_finish(&order);
        result = orders_next(eim->database, taking->chip.eid, eim_now(), &order);
    }
    if (result == 0 && order.facility == ORDER_DATA && order.state == ORDER_WORK &&
        strcmp(order.eid, taking->chip.eid) == 0) {
        json_t *outcome = json_pack("[{s:o}]", "euiccDataResult", data_answer_json(answer));
        result = outcome != NULL
                     ? orders_end(eim->database, order.id, outcome, taking->element, eim_now())
                     : PACKAGE_UNDEFINED;
        json_decref(outcome);
    }
    orders_finish(&order);
    return result < 0 || result == PACKAGE_UNDEFINED ? result : 0;
}

static int take_data(struct taking *taking)
{
    const struct bytes whole = taking->element;
    struct data_answer answer;
    struct tlv list;
    if (!data_answer_read(whole, &answer))
        return PACKAGE_UNDEFINED;
    int result = end_data_order(taking, &answer);
    if (result == 0 &&
        chips_set_answered(taking->eim->database, taking->chip.eid, answer.transaction_id) < 0)
        result = FAILURE_INTERNAL;
    if (answer.kind == DATA_ANSWER_ERROR || result != 0)
        return result;
    result = keep_data(taking, answer.data);
    if (result == 0 && tlv_find(answer.data, DATA_NOTIFICATIONS, &list))
        result = take_notifications(taking, list.value);
    return result == 0 ? take_kept_results(taking, answer.data) : result;
}

static int end_download(struct taking *taking, struct bytes transaction_id, json_t *outcome)
{
    struct eim *eim = taking->eim;
    struct order order;
    int result = orders_find_transaction(eim->database, transaction_id, &order);
    if (result > 0) {
        orders_finish(&order);
        result = orders_next(eim->database, taking->chip.eid, eim_now(), &order);
    }
    if (result == 0 && outcome != NULL && order.state == ORDER_WORK &&
        strcmp(order.eid, taking->chip.eid) == 0)
        result = orders_end(eim->database, order.id, outcome, taking->element, eim_now());
    orders_finish(&order);
    return result < 0 ? result : 0;
}

static int take_trigger_result(struct taking *taking)
{
    struct data_trigger_result read;
    if (!data_trigger_result_read(taking->element, &read))
        return PACKAGE_UNDEFINED;
    json_t *outcome = read.installation.len > 0
                          ? pending_outcome(read.installation)
                          : json_pack("[{s:s}]", "procedureError",
                                      read.reason == 104 ? "ecallActive" : "undefinedError");
    if (outcome == NULL)
        return PACKAGE_UNDEFINED;
    const int result = end_download(taking, read.transaction_id, outcome);
    json_decref(outcome);
    return result;
}

/* The IPA could not make anything of what it got. */
static int take_error(struct taking *taking, struct bytes content)
{
    static const char *const texts[] = {"undefinedError", "invalidPackageFormat", "unknownPackage"};
    struct tlv transaction, code;
    uint32_t error;
    if (!tlv_take_optional(&content, ERROR_TRANSACTION, &transaction) ||
        !tlv_take_tag(&content, DER_INTEGER, &code) ||
        !der_to_unsigned(code.value, ERROR_MAX, &error))
        return PACKAGE_UNDEFINED;
    json_t *outcome = json_pack("[{s:s}]", "procedureError",
                                texts[error < sizeof(texts) / sizeof(texts[0]) ? error : 0]);
    const int result = end_download(taking, transaction.value, outcome);
    json_decref(outcome);
    return result;
}

static int take_element(struct taking *taking)
{
    struct bytes from = taking->element;
    struct tlv element;
    if (!tlv_take(&from, &element))
        return PACKAGE_UNDEFINED;
    switch (element.tag) {
    case PACKAGE_RESULT:
        return take_package_result(taking);
    case DER_SEQUENCE:
        return take_both(taking);
    case DATA:
        return take_data(taking);
    case TRIGGER_RESULT:
        return take_trigger_result(taking);
    case RESPONSE_ERROR:
        return take_error(taking, element.value);
    case DER_INTEGER: /* v1.0 */
        return take_error(taking, element.whole);
    default:
        return PACKAGE_UNDEFINED;
    }
}

/* In a transaction: what is refused has changed nothing. */
static int take_of(struct eim *eim, const char *eid, struct bytes element,
                   struct result_acknowledged *out)
{
    struct taking taking = {.eim = eim, .element = element, .acknowledged = out};
    char found[CHIPS_EID_SIZE];
    if (eid[0] == '\0' && !package_result_eid(eim, element, found))
        return PACKAGE_MISSING_EID;
    const int result = chips_find(eim->database, eid[0] != '\0' ? eid : found, &taking.chip);
    if (result != 0)
        return result < 0 ? result : PACKAGE_EID_NOT_FOUND;
    return take_element(&taking);
}

int result_take(struct eim *eim, const char *eid, struct bytes element,
                struct result_acknowledged *out)
{
    int result = database_begin(eim->database);
    if (result != 0)
        return result;
    result = database_end(eim->database, take_of(eim, eid, element, out));
    if (result == 0 && out->notified)
        notifier_wake(eim->notifier);
    return result;
}

int result_notification(struct eim *eim, const char *eid, struct bytes pending,
                        struct result_acknowledged *out)
{
    int result = database_begin(eim->database);
    if (result != 0)
        return result;
    result = database_end(eim->database, take_notification(eim, eid, pending, out));
    if (result == 0)
        notifier_wake(eim->notifier);
    return result;
}

void result_put_acknowledgements(const struct result_acknowledged *list, struct writer *out)
{
    const size_t mark = tlv_open(out, ACKNOWLEDGEMENTS);
    for (size_t i = 0; i < list->count; i++)
        der_put_integer(out, SEQUENCE_NUMBER, list->sequence[i]);
    tlv_close(out, mark);
}

#include "tools/eim/package.h"

#include <stdio.h>
#include <string.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/common/field.h"
#include "tools/lib/iot/data_request.h"
#include "tools/lib/iot/euicc_package.h"

#define CODE_PREFIX "LPA:"
#define DETAIL_SIZE 256
#define SENT_MAX 16
#define SENT_REST 60 /* seconds */

/* Certificates, token, capabilities and EUICCInfo2: what results are believed by, and what compact
 * messages leave out. */
static struct bytes first_tags(void)
{
    static const uint8_t tags[] = {0x84, 0xA5, 0xA6, 0xA8, 0xBF, 0x22};
    return bytes_of(tags, sizeof(tags));
}

/* Of an order that is being sent for the first time. */
struct making {
    struct eim *eim;
    const struct chip *chip;
    const struct order *order;
    const json_t *content;
    uint8_t transaction_id[ORDERS_TRANSACTION_SIZE];
    uint32_t counter;
    struct writer *out;
};

static struct bytes transaction_of(const struct making *making)
{
    return bytes_of(making->transaction_id, sizeof(making->transaction_id));
}

static int make_euicc_package(struct making *making)
{
    struct eim *eim = making->eim;
    uint8_t eid[PKI_EID_SIZE], room[PACKAGE_OPERATIONS_SIZE];
    char detail[OPERATION_DETAIL_SIZE] = "";
    struct writer operations = writer_on(room, sizeof(room));
    const enum operation_list list = package_check_list(making->order->facility);
    if (!operation_encode(list, making->content, &operations, detail) ||
        !pki_eid_from_text(making->chip->eid, eid)) {
        trace_error("order %s: %s", making->order->name, detail);
        return FAILURE_INTERNAL;
    }
    int result = chips_draw_counter(eim->database, making->chip, &making->counter);
    if (result > 0)
        trace_error("%s: the counter is at its end: delete this eIM there and add it anew",
                    making->chip->eid);
    if (result != 0)
        return FAILURE_INTERNAL;
    const struct euicc_package package = {.eim_id = bytes_of_text(eim->id),
                                          .eid = bytes_of(eid, sizeof(eid)),
                                          .counter = making->counter,
                                          .transaction_id = transaction_of(making),
                                          .list = list,
                                          .operations = writer_bytes(&operations),
                                          .token = making->chip->token};
    return euicc_package_put(&package, eim->signer.key, &eim->random, making->out);
}

static int make_data_request(struct making *making)
{
    uint8_t tags[DATA_TAG_LIST_MAX];
    struct writer writer = writer_on(tags, sizeof(tags));
    const char *text = json_string_value(json_object_get(making->content, "tagList"));
    if (text == NULL || !hex_decode(text, &writer))
        return FAILURE_INTERNAL;
    const struct data_request request = {.tags = writer_bytes(&writer),
                                         .transaction_id = transaction_of(making)};
    data_request_put(&request, making->out);
    return 0;
}

/* "AC" without its prefix, "default", "smds" or "smds:ADDRESS". */
static int make_trigger(struct making *making)
{
    const char *code = json_string_value(json_object_get(making->content, "activationCode"));
    struct data_trigger trigger = {.kind = DATA_TRIGGER_EIM,
                                   .transaction_id = transaction_of(making)};
    if (code != NULL) {
        const size_t prefix = strlen(CODE_PREFIX);
        trigger.kind = DATA_TRIGGER_ACTIVATION_CODE;
        trigger.text =
            bytes_of_text(strncmp(code, CODE_PREFIX, prefix) == 0 ? code + prefix : code);
    } else if (json_is_true(json_object_get(making->content, "contactDefaultSmdp"))) {
        trigger.kind = DATA_TRIGGER_DEFAULT_SMDP;
    } else if (json_object_get(making->content, "contactSmds") != NULL) {
        const char *address = json_string_value(
            json_object_get(json_object_get(making->content, "contactSmds"), "smdsAddress"));
        trigger.kind = DATA_TRIGGER_SMDS;
        trigger.text = bytes_of_text(address != NULL ? address : "");
    }
    data_trigger_put(&trigger, making->out);
    return 0;
}

typedef int maker(struct making *making);
static const struct {
    maker *make;
    enum package_kind kind;
} makers[ORDER_FACILITIES] = {
    [ORDER_DOWNLOAD] = {make_trigger, PACKAGE_TRIGGER},
    [ORDER_PSMO] = {make_euicc_package, PACKAGE_EUICC},
    [ORDER_ECO] = {make_euicc_package, PACKAGE_EUICC},
    [ORDER_DATA] = {make_data_request, PACKAGE_DATA},
    [ORDER_EUICC] = {NULL, PACKAGE_DATA},
};

/* Signed, or written, and kept before it is sent. */
static int begin(struct making *making)
{
    struct eim *eim = making->eim;
    const size_t start = making->out->len;
    int result = random_fill(&eim->random, making->transaction_id, sizeof(making->transaction_id));
    if (result == 0)
        result = makers[making->order->facility].make(making);
    if (result != 0)
        return result;
    const struct order_package package = {
        .package = bytes_of(making->out->data + start, making->out->len - start),
        .counter = making->counter,
        .transaction_id = transaction_of(making)};
    return orders_begin(eim->database, making->order->id, &package, eim_now());
}

static int send_order(struct eim *eim, const struct chip *chip, const struct order *order,
                      struct writer *out)
{
    /* An IPA that never brings a result, as of an operation that it cannot code, does not get it
     * for ever. */
    if (order->sent % SENT_MAX == SENT_MAX - 1) {
        const int rested = orders_rest(eim->database, order->id, eim_now() + SENT_REST);
        const int counted = orders_count_sent(eim->database, order->id);
        return rested != 0 || counted != 0 ? FAILURE_INTERNAL : PACKAGE_NONE;
    }
    if (order->state == ORDER_WORK) {
        writer_put(out, blob_bytes(&order->package));
        return orders_count_sent(eim->database, order->id);
    }
    json_t *content = json_loadb((const char *)order->content.data, order->content.len, 0, NULL);
    struct making making = {
        .eim = eim, .chip = chip, .order = order, .content = content, .out = out};
    const int result = content != NULL ? begin(&making) : FAILURE_INTERNAL;
    json_decref(content);
    return result != 0 ? FAILURE_INTERNAL : 0;
}

/* The eIM's own questions have a transaction id like those of orders: by it an answer that names no
 * EID is known. */
static int ask(struct eim *eim, const struct chip *chip, struct bytes tags, struct writer *out)
{
    uint8_t transaction_id[ORDERS_TRANSACTION_SIZE];
    const struct data_request request = {
        .tags = tags, .transaction_id = bytes_of(transaction_id, sizeof(transaction_id))};
    const int result = random_fill(&eim->random, transaction_id, sizeof(transaction_id));
    if (result != 0)
        return result;
    data_request_put(&request, out);
    return chips_set_asked(eim->database, chip->eid, request.transaction_id);
}

/* The results that the chip keeps: the one that got lost may be among them. */
static int ask_results(struct eim *eim, const struct chip *chip, struct writer *out)
{
    static const uint8_t tags[] = {DATA_RESULTS};
    return ask(eim, chip, bytes_of(tags, sizeof(tags)), out);
}

/* A new order that cannot be sent in this eIM's release: it was placed under another one. */
static bool is_of_release(struct eim *eim, const struct order *order, char *detail, size_t size)
{
    if (order->state != ORDER_NEW)
        return true;
    json_t *content = json_loadb((const char *)order->content.data, order->content.len, 0, NULL);
    const bool good = package_check(eim->release, order->facility, content, detail, size);
    json_decref(content);
    return good;
}

/* The next order that can be sent; those before it that cannot are ended with the reason. */
static int next_order(struct eim *eim, const char *eid, struct order *out)
{
    char detail[DETAIL_SIZE];
    int result;
    while ((result = orders_next(eim->database, eid, eim_now(), out)) == 0 &&
           !is_of_release(eim, out, detail, sizeof(detail))) {
        json_t *outcome = json_pack("[{s:s}]", "orderError", detail);
        trace_notice("order %s: %s", out->name, detail);
        const int ended = orders_end(eim->database, out->id, outcome, (struct bytes){0}, eim_now());
        json_decref(outcome);
        orders_finish(out);
        *out = (struct order){0};
        if (ended != 0)
            return FAILURE_INTERNAL;
    }
    return result;
}

static int find_next(struct eim *eim, const char *eid, enum package_kind *kind, struct writer *out)
{
    struct chip chip;
    struct order order;
    int result = chips_find(eim->database, eid, &chip);
    if (result != 0)
        return result < 0 ? result : PACKAGE_EID_NOT_FOUND;
    result = next_order(eim, eid, &order);
    *kind = PACKAGE_DATA;
    if (result > 0) {
        result = PACKAGE_NONE;
    } else if (result == 0 && !chip.certified && !chip.asked && !eim->unverified) {
        /* A chip that does not tell them gets its packages all the same, but nothing counts. */
        result = ask(eim, &chip, first_tags(), out);
    } else if (result == 0 && order.lost) {
        result = ask_results(eim, &chip, out);
    } else if (result == 0) {
        *kind = makers[order.facility].kind;
        result = send_order(eim, &chip, &order, out);
    }
    orders_finish(&order);
    return result;
}

/* In one transaction: the counter is drawn and the package kept together, before it is sent. */
int package_next(struct eim *eim, const char *eid, enum package_kind *kind, struct writer *out)
{
    int result = database_begin(eim->database);
    if (result != 0)
        return result;
    result = find_next(eim, eid, kind, out);
    const int ended = database_end(eim->database, result < 0 ? result : 0);
    return ended != 0 ? ended : result;
}

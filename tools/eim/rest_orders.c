#include "tools/eim/rest_orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "tools/eim/package.h"
#include "tools/eim/rest_chip.h"
#include "tools/lib/common/text.h"

/* What reads it takes it for a term of Erlang in its external format: an empty list. */
#define NO_DEBUGINFO "836A"

static int refuse(char detail[REST_ORDERS_DETAIL_SIZE], const char *what)
{
    snprintf(detail, REST_ORDERS_DETAIL_SIZE, "%s", what);
    return 1;
}

/* What the order says: under its facility's name, or by itself. */
static const json_t *content_of(enum order_facility facility, const json_t *resource)
{
    const json_t *order = json_object_get(resource, "order");
    const json_t *named = json_object_get(order, orders_facility_name(facility));
    return named != NULL ? named : order;
}

static int place(struct eim *eim, enum order_facility facility, const char *eid,
                 const json_t *content, char name[ORDERS_NAME_SIZE])
{
    char *text = json_dumps(content, JSON_COMPACT);
    if (text == NULL)
        return FAILURE_INTERNAL;
    const int result =
        orders_add(eim->database, &eim->random, eid, facility, text, eim_now(), name);
    free(text);
    return result;
}

/* An order about what the eIM knows has its outcome at once. */
static int end_at_once(struct eim *eim, const char *name, const char *eid, const json_t *content)
{
    struct order order;
    int result = orders_find(eim->database, name, &order);
    json_t *outcome = rest_chip_outcome(eim, eid, content);
    if (result == 0)
        result = outcome != NULL
                     ? orders_end(eim->database, order.id, outcome, (struct bytes){0}, eim_now())
                     : FAILURE_INTERNAL;
    json_decref(outcome);
    orders_finish(&order);
    return result;
}

static int create(struct eim *eim, enum order_facility facility, const char *eid,
                  const json_t *content, char name[ORDERS_NAME_SIZE])
{
    int result = database_begin(eim->database);
    if (result != 0)
        return result;
    result = chips_add(eim->database, eid);
    if (result == 0)
        result = place(eim, facility, eid, content, name);
    if (result == 0 && facility == ORDER_EUICC)
        result = end_at_once(eim, name, eid, content);
    return database_end(eim->database, result);
}

int rest_orders_create(struct eim *eim, enum order_facility facility, const json_t *resource,
                       char name[ORDERS_NAME_SIZE], char detail[REST_ORDERS_DETAIL_SIZE])
{
    uint8_t eid[PKI_EID_SIZE];
    char digits[CHIPS_EID_SIZE];
    const char *said = json_string_value(json_object_get(resource, "eidValue"));
    const json_t *content = content_of(facility, resource);
    struct writer writer = writer_on(eid, sizeof(eid));
    if (said == NULL || strlen(said) != PKI_EID_DIGITS || !hex_decode(said, &writer))
        return refuse(detail, "eidValue: 32 digits are needed");
    hex_encode(bytes_of(eid, sizeof(eid)), digits);
    if (content == NULL)
        return refuse(detail, "order: it is missing");
    if (facility != ORDER_EUICC &&
        !package_check(eim->release, facility, content, detail, REST_ORDERS_DETAIL_SIZE))
        return 1;
    if (facility == ORDER_EUICC && !rest_chip_check(content))
        return refuse(detail, "euicc: \"set\" or \"get\" with a list is needed");
    return create(eim, facility, digits, content, name);
}

json_t *rest_orders_show(const struct order *order)
{
    char time[24];
    snprintf(time, sizeof(time), "%jd", (intmax_t)order->time);
    return json_pack(
        "{s:s, s:s, s:{s:s, s:{s:o}}, s:o, s:s}", "status", orders_state_name(order->state),
        "timestamp", time, "resource", "eidValue", order->eid, "order",
        orders_facility_name(order->facility),
        json_loadb((const char *)order->content.data, order->content.len, JSON_DECODE_ANY, NULL),
        "outcome", json_loadb((const char *)order->outcome.data, order->outcome.len, 0, NULL),
        "debuginfo", NO_DEBUGINFO);
}

static json_t *hex_of(const struct writer *writer)
{
    return text_json_hex(writer_bytes(writer));
}

json_t *rest_orders_information(const struct eim *eim)
{
    uint8_t request_room[EIM_CONFIGURATION_SIZE], single_room[EIM_CONFIGURATION_SIZE];
    struct writer request = writer_on(request_room, sizeof(request_room));
    struct writer single = writer_on(single_room, sizeof(single_room));
    const struct eim_configuration own = eim_own_configuration(eim);
    eim_configuration_put_request(&own, &request);
    eim_configuration_put(&own, &single);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:i, s:b}", "vsn", EMUICC_VERSION, "eimId", eim->id,
                     "eimFqdn", eim->fqdn, "addInitialEimRequest", hex_of(&request),
                     "eimConfigurationData", hex_of(&single), "counterValue", (int)own.counter,
                     "consumerEuicc", 0);
}

/* One request: what is asked of which facility, and of which order. */
struct asked {
    enum order_facility facility;
    const char *operation; /* "create", "lookup", … */
    const char *name;      /* "" where there is none */
    char text[128];
};

/* "/FACILITY/OPERATION[/NAME]" */
static bool read_path(const char *path, struct asked *out)
{
    snprintf(out->text, sizeof(out->text), "%s", path + 1);
    char *operation = strchr(out->text, '/');
    if (operation == NULL)
        return false;
    *operation++ = '\0';
    char *name = strchr(operation, '/');
    if (name != NULL)
        *name++ = '\0';
    out->facility = orders_facility_of(out->text);
    out->operation = operation;
    out->name = name != NULL ? name : "";
    return out->facility < ORDER_FACILITIES;
}

/* HTTP's statuses */
#define SEE_OTHER 303
#define BAD_REQUEST 400
#define NOT_FOUND 404
#define NOT_ALLOWED 405
#define FAILED 500

static void fail(struct rest_call *call)
{
    rest_refuse(call, FAILED, "internal failure; the log says more");
}

static void handle_create(struct eim *eim, const struct asked *asked, struct rest_call *call)
{
    char name[ORDERS_NAME_SIZE], detail[REST_ORDERS_DETAIL_SIZE];
    const int result = rest_orders_create(eim, asked->facility, call->request, name, detail);
    if (result < 0)
        fail(call);
    if (result > 0)
        rest_refuse(call, BAD_REQUEST, "%s", detail);
    if (result != 0)
        return;
    call->status = SEE_OTHER;
    snprintf(call->location, sizeof(call->location), "/%s/lookup/%s",
             orders_facility_name(asked->facility), name);
}

static void answer_status(struct rest_call *call, const char *status)
{
    json_object_set_new(call->response, "status", json_string(status));
}

static void handle_lookup(struct eim *eim, const struct asked *asked, struct rest_call *call)
{
    struct order order;
    const int result = orders_find(eim->database, asked->name, &order);
    if (result < 0)
        fail(call);
    else if (result > 0 || order.facility != asked->facility)
        answer_status(call, "absent");
    else {
        json_t *shown = rest_orders_show(&order);
        json_object_update(call->response, shown);
        json_decref(shown);
    }
    orders_finish(&order);
}

static void handle_delete(struct eim *eim, const struct asked *asked, struct rest_call *call)
{
    const int result = orders_remove(eim->database, asked->facility, asked->name);
    if (result < 0)
        fail(call);
    else
        answer_status(call, result == 0 ? "deleted" : "absent");
}

static void add_name(void *context, const struct order *order)
{
    json_array_append_new(context, json_string(order->name));
}

static void handle_list(struct eim *eim, const struct asked *asked, struct rest_call *call)
{
    json_t *names = json_array();
    if (orders_each(eim->database, asked->facility, NULL, add_name, names) < 0)
        fail(call);
    else
        json_object_set(call->response, "resourceIdList", names);
    json_decref(names);
}

static const struct {
    const char *operation;
    bool post;
    void (*handle)(struct eim *eim, const struct asked *asked, struct rest_call *call);
} operations[] = {
    {"create", true, handle_create},
    {"lookup", false, handle_lookup},
    {"delete", false, handle_delete},
    {"list", false, handle_list},
};

static void handle_facility(void *program, struct rest_call *call)
{
    struct asked asked;
    if (!read_path(call->path, &asked)) {
        rest_refuse(call, NOT_FOUND, "no such facility");
        return;
    }
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (strcmp(operations[i].operation, asked.operation) != 0)
            continue;
        if (operations[i].post == (call->request != NULL))
            operations[i].handle(program, &asked, call);
        else
            rest_refuse(call, NOT_ALLOWED, "%s wants %s", asked.operation,
                        operations[i].post ? "POST with a JSON object" : "GET");
        return;
    }
    rest_refuse(call, NOT_FOUND, "create, lookup, delete or list");
}

static void handle_information(void *program, struct rest_call *call)
{
    if (strcmp(call->path, "/") != 0) {
        rest_refuse(call, NOT_FOUND, "download, psmo, eco, edr or euicc");
        return;
    }
    json_t *information = rest_orders_information(program);
    json_object_update(call->response, information);
    json_decref(information);
}

const struct rest_row rest_orders_rows[] = {
    {"/download/", handle_facility}, {"/psmo/", handle_facility},  {"/eco/", handle_facility},
    {"/edr/", handle_facility},      {"/euicc/", handle_facility}, {"/", handle_information},
};
const size_t rest_orders_row_count = sizeof(rest_orders_rows) / sizeof(rest_orders_rows[0]);

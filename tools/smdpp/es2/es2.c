#include "tools/smdpp/es2/es2.h"

#include "apdu/status.h"
#include "tools/smdpp/es2/es2_request.h"
#include "tools/smdpp/es2/es2_rpm.h"
#include "tools/smdpp/state/smdpp.h"

#include <stdio.h>
#include <time.h>

#define FINAL_AVAILABLE "Available"
#define FINAL_UNAVAILABLE "Unavailable"
/* States in which an operator may take an order back. */
#define CANCELLABLE                                                                                \
    (ORDER_IN(ORDER_ALLOCATED) | ORDER_IN(ORDER_LINKED) | ORDER_IN(ORDER_CONFIRMED) |              \
     ORDER_IN(ORDER_RELEASED) | ORDER_IN(ORDER_ERROR) | ORDER_IN(ORDER_UNAVAILABLE))

/* What of the catalogue fits, and whether something would if it were not taken. */
struct search {
    struct smdpp *smdpp;
    const struct es2_request *request;
    bool type_known, found;
    struct order order;
};

static void take_entry(struct search *search, const struct catalogue_entry *entry)
{
    search->found = true;
    snprintf(search->order.package, sizeof(search->order.package), "%s", entry->name);
    snprintf(search->order.type, sizeof(search->order.type), "%s", entry->header.type);
    snprintf(search->order.iccid, sizeof(search->order.iccid), "%s", entry->iccid);
}

/* 1 ends the search. */
static int look_at(void *context, const struct catalogue_entry *entry)
{
    struct search *search = context;
    struct order ignored;
    if (search->request->iccid[0] != '\0') {
        if (strcmp(search->request->iccid, entry->iccid) == 0)
            take_entry(search, entry);
        return search->found;
    }
    if (strcmp(search->request->profile_type, entry->header.type) != 0)
        return 0;
    search->type_known = true;
    const int found = orders_find_by_iccid(search->smdpp->database, entry->iccid, &ignored);
    if (found == 1)
        take_entry(search, entry);
    return found < 0 ? found : search->found;
}

static int find_package(struct smdpp *smdpp, const struct es2_request *request,
                        struct search *search)
{
    size_t unreadable;
    *search = (struct search){.smdpp = smdpp, .request = request};
    const int result =
        catalogue_each(smdpp->profiles, smdpp->address, look_at, search, &unreadable);
    return result < 0 ? result : 0;
}

static int respond_iccid(struct call *call, const struct order *order)
{
    call_note(call, "profile %s (%s) is %s%s%s", order->iccid, order->package,
              orders_state_text(order->state), order->eid[0] != '\0' ? ", EID " : "", order->eid);
    return field_set_text(call->response, "iccid", order->iccid);
}

/* The same order a second time is the same call sent again. */
static int order_again(struct call *call, const struct es2_request *request,
                       const struct order *order)
{
    const char *eid = request->eid != NULL ? request->eid : "";
    if (order->state <= ORDER_LINKED && strcmp(order->requester, request->requester) == 0 &&
        strcmp(order->eid, eid) == 0)
        return respond_iccid(call, order);
    return call_refuse(call, REFUSAL_ICCID_IN_USE, "profile %s is %s", order->iccid,
                       orders_state_text(order->state));
}

static int choose_order(struct smdpp *smdpp, struct call *call, const struct es2_request *request,
                        struct search *search)
{
    const bool by_iccid = request->iccid[0] != '\0';
    const int result = find_package(smdpp, request, search);
    if (result != 0)
        return result;
    if (!search->found && by_iccid)
        return call_refuse(call, REFUSAL_ICCID, "no package bears ICCID %s", request->iccid);
    if (!search->found)
        return call_refuse(call, search->type_known ? REFUSAL_TYPE_UNAVAILABLE : REFUSAL_TYPE,
                           "profile type '%s'", request->profile_type);
    if (request->profile_type != NULL && strcmp(search->order.type, request->profile_type) != 0)
        return call_refuse(call, REFUSAL_TYPE_MISMATCH, "profile %s is of type '%s'",
                           search->order.iccid, search->order.type);
    return 0;
}

static int download_order(void *program, struct call *call)
{
    struct smdpp *smdpp = program;
    struct es2_request request;
    struct search search;
    int result = es2_request_read(call, &request);
    if (result == 0 && request.iccid[0] == '\0' && request.profile_type == NULL)
        result = call_refuse(call, REFUSAL_CONDITION, "neither iccid nor profileType");
    if (result == 0)
        result = choose_order(smdpp, call, &request, &search);
    if (result != 0)
        return result;
    struct order *order = &search.order;
    order->state = request.eid != NULL ? ORDER_LINKED : ORDER_ALLOCATED;
    snprintf(order->eid, sizeof(order->eid), "%s", request.eid != NULL ? request.eid : "");
    snprintf(order->requester, sizeof(order->requester), "%s", request.requester);
    result = orders_add(smdpp->database, order);
    if (result == 0)
        return respond_iccid(call, order);
    if (result < 0)
        return result;
    result = orders_find_by_iccid(smdpp->database, search.order.iccid, order);
    return result == 0 ? order_again(call, &request, order) : FAILURE_INTERNAL;
}

/* The requester's order of the request's ICCID. */
static int find_order(struct smdpp *smdpp, struct call *call, const struct es2_request *request,
                      struct order *order)
{
    struct search search;
    if (request->iccid[0] == '\0')
        return es2_request_need(call, "iccid", false);
    const int found = orders_find_by_iccid(smdpp->database, request->iccid, order);
    if (found == 0 && strcmp(order->requester, request->requester) != 0)
        return call_refuse(call, REFUSAL_ICCID_NOT_ALLOWED, "profile %s was ordered by another",
                           order->iccid);
    if (found <= 0)
        return found;
    const int result = find_package(smdpp, request, &search);
    if (result < 0)
        return result;
    return search.found
               ? call_refuse(call, REFUSAL_ICCID_IN_USE, "profile %s is not ordered",
                             request->iccid)
               : call_refuse(call, REFUSAL_ICCID, "no package bears ICCID %s", request->iccid);
}

static int check_eid(struct call *call, const struct es2_request *request,
                     const struct order *order)
{
    if (request->eid != NULL && order->eid[0] != '\0' && strcmp(request->eid, order->eid) != 0)
        return call_refuse(call, REFUSAL_EID_CONFLICT, "profile %s is for EID %s", order->iccid,
                           order->eid);
    return 0;
}

/* What ConfirmOrder wants against what is (SGP.22 §5.3.2). */
static int check_confirmation(struct call *call, const struct es2_request *request,
                              const struct order *order, const char *own_smds)
{
    const bool no_eid = request->eid == NULL && order->eid[0] == '\0';
    const int result = check_eid(call, request, order);
    if (result != 0)
        return result;
    if (request->matching_id != NULL && request->matching_id[0] == '\0' && no_eid)
        return call_refuse(call, REFUSAL_EID_MISSING, "an empty matchingId needs an EID");
    if (request->smds_address != NULL && no_eid)
        return call_refuse(call, REFUSAL_EID_MISSING, "smdsAddress needs an EID");
    if (request->smds_address != NULL &&
        (own_smds == NULL || strcmp(request->smds_address, own_smds) != 0))
        return call_refuse(call, REFUSAL_DISCOVERY, "events are registered at %s",
                           own_smds != NULL ? own_smds : "no SM-DS (--smds)");
    if (order->state > ORDER_RELEASED)
        return call_refuse(call, REFUSAL_ICCID_IN_USE, "profile %s is %s", order->iccid,
                           orders_state_text(order->state));
    if (order->state >= ORDER_CONFIRMED && request->matching_id != NULL &&
        strcmp(request->matching_id, order->matching_id) != 0)
        return call_refuse(call, REFUSAL_MATCHING_ID_CONFLICT, "profile %s is confirmed under '%s'",
                           order->iccid, order->matching_id);
    return 0;
}

static int fill_confirmation(struct smdpp *smdpp, const struct es2_request *request,
                             struct order *order)
{
    if (request->eid != NULL)
        snprintf(order->eid, sizeof(order->eid), "%s", request->eid);
    if (request->confirmation_code != NULL) {
        const struct bytes code = bytes_of_text(request->confirmation_code);
        order->has_code = true;
        if (sha256(&code, 1, order->code) != 0)
            return FAILURE_INTERNAL;
    }
    const bool first = order->state < ORDER_CONFIRMED;
    if (first && smdpp->order_lifetime > 0 && order->expires == 0)
        order->expires = time(NULL) + smdpp->order_lifetime;
    if (order->state < ORDER_RELEASED)
        order->state = request->release ? ORDER_RELEASED : ORDER_CONFIRMED;
    if (!first)
        return 0;
    if (request->matching_id == NULL)
        return smdpp_draw_matching_id(smdpp, order->matching_id);
    snprintf(order->matching_id, sizeof(order->matching_id), "%s", request->matching_id);
    return 0;
}

/* An event is known by the matching id, or by an id of its own where that is empty. */
static int fill_event(struct smdpp *smdpp, const struct es2_request *request, struct order *order)
{
    if (request->smds_address == NULL || order->smds[0] != '\0')
        return 0;
    snprintf(order->smds, sizeof(order->smds), "%s", request->smds_address);
    if (order->matching_id[0] == '\0')
        return smdpp_draw_matching_id(smdpp, order->event_id);
    snprintf(order->event_id, sizeof(order->event_id), "%s", order->matching_id);
    return 0;
}

/* What is released for a chip is made known to it (SGP.22 §3.1.1.4). */
static int announce(struct smdpp *smdpp, struct call *call, const struct order *order)
{
    const int result = order->state == ORDER_RELEASED ? smdpp_register_event(smdpp, order) : 0;
    return result > 0 ? call_refuse(call, REFUSAL_DISCOVERY, "SM-DS %s does not register the event",
                                    order->smds)
                      : result;
}

static int respond_confirmation(struct smdpp *smdpp, struct call *call, const struct order *order)
{
    call_note(call, "profile %s is %s, matching id '%s'%s%s%s", order->iccid,
              orders_state_text(order->state), order->matching_id,
              order->eid[0] != '\0' ? ", EID " : "", order->eid,
              order->has_code ? ", confirmation code" : "");
    if (order->eid[0] != '\0' && field_set_text(call->response, "eid", order->eid) != 0)
        return FAILURE_INTERNAL;
    if (field_set_text(call->response, "matchingId", order->matching_id) != 0 ||
        field_set_text(call->response, "smdpAddress", smdpp->address) != 0)
        return FAILURE_INTERNAL;
    return 0;
}

static int confirm_order(void *program, struct call *call)
{
    struct smdpp *smdpp = program;
    struct es2_request request;
    struct order order;
    int result = es2_request_read(call, &request);
    if (result == 0)
        result = es2_request_need(call, "releaseFlag",
                                  json_object_get(call->request, "releaseFlag") != NULL);
    if (result == 0)
        result = find_order(smdpp, call, &request, &order);
    if (result == 0)
        result = check_confirmation(call, &request, &order, smdpp->discovery.address);
    if (result != 0)
        return result;
    const enum order_state from = order.state;
    result = fill_confirmation(smdpp, &request, &order);
    if (result == 0)
        result = fill_event(smdpp, &request, &order);
    if (result == 0)
        result = announce(smdpp, call, &order);
    if (result != 0)
        return result;
    result = orders_update(smdpp->database, &order, from);
    if (result != 0)
        smdpp_forget_event(smdpp, &order);
    if (result > 0)
        return call_refuse(call, REFUSAL_MATCHING_ID_IN_USE, "matching id '%s'", order.matching_id);
    return result < 0 ? result : respond_confirmation(smdpp, call, &order);
}

static int check_cancellation(struct call *call, const struct es2_request *request,
                              const struct order *order)
{
    const int result = check_eid(call, request, order);
    if (result != 0)
        return result;
    if (order->eid[0] != '\0' && request->eid == NULL)
        return call_refuse(call, REFUSAL_EID_MISSING, "profile %s is for an EID", order->iccid);
    if (request->matching_id != NULL && strcmp(request->matching_id, order->matching_id) != 0)
        return call_refuse(call, REFUSAL_MATCHING_ID_CONFLICT, "profile %s has another matching id",
                           order->iccid);
    if ((CANCELLABLE & ORDER_IN(order->state)) == 0)
        return call_refuse(call, REFUSAL_ICCID_IN_USE, "profile %s is %s", order->iccid,
                           orders_state_text(order->state));
    return 0;
}

static int cancel_order(void *program, struct call *call)
{
    struct smdpp *smdpp = program;
    struct es2_request request;
    struct order order;
    int result = es2_request_read(call, &request);
    if (result == 0)
        result =
            es2_request_need(call, "finalProfileStatusIndicator", request.final_status != NULL);
    if (result != 0)
        return result;
    const bool available = strcmp(request.final_status, FINAL_AVAILABLE) == 0;
    if (!available && strcmp(request.final_status, FINAL_UNAVAILABLE) != 0)
        return call_refuse(call, REFUSAL_FORMAT, "finalProfileStatusIndicator is unknown");
    result = find_order(smdpp, call, &request, &order);
    if (result == 0)
        result = check_cancellation(call, &request, &order);
    if (result != 0)
        return result;
    result = available
                 ? orders_remove(smdpp->database, order.id, CANCELLABLE)
                 : orders_move(smdpp->database, order.id, CANCELLABLE, ORDER_UNAVAILABLE, NULL);
    call_note(call, "profile %s is %s", order.iccid, available ? "available" : "unavailable");
    if (result == 0)
        smdpp_forget_event(smdpp, &order);
    return result > 0 ? call_refuse(call, REFUSAL_ICCID_IN_USE, "profile %s is being downloaded",
                                    order.iccid)
                      : result;
}

static int release_profile(void *program, struct call *call)
{
    struct smdpp *smdpp = program;
    struct es2_request request;
    struct order order;
    int result = es2_request_read(call, &request);
    if (result == 0)
        result = find_order(smdpp, call, &request, &order);
    if (result == 0 && order.state == ORDER_CONFIRMED) {
        struct order released = order;
        released.state = ORDER_RELEASED;
        result = announce(smdpp, call, &released);
    }
    if (result == 0)
        result =
            orders_move(smdpp->database, order.id,
                        ORDER_IN(ORDER_CONFIRMED) | ORDER_IN(ORDER_RELEASED), ORDER_RELEASED, NULL);
    else
        return result;
    if (result > 0)
        return call_refuse(call, REFUSAL_ICCID_TRANSITION, "profile %s is %s", order.iccid,
                           orders_state_text(order.state));
    call_note(call, "profile %s is released", order.iccid);
    return result;
}

/* clang-format off */
static const struct function_row rows[] = {
    {"/gsma/rsp2/es2plus/downloadOrder",  "DownloadOrder",  download_order,  false, "SGP.22 §5.3.1", FUNCTION_JSON},
    {"/gsma/rsp2/es2plus/confirmOrder",   "ConfirmOrder",   confirm_order,   false, "SGP.22 §5.3.2", FUNCTION_JSON},
    {"/gsma/rsp2/es2plus/cancelOrder",    "CancelOrder",    cancel_order,    false, "SGP.22 §5.3.3", FUNCTION_JSON},
    {"/gsma/rsp2/es2plus/releaseProfile", "ReleaseProfile", release_profile, false, "SGP.22 §5.3.4", FUNCTION_JSON},
    {"/gsma/rsp2/es2plus/rpmOrder",       "RpmOrder",       es2_rpm_order,   false, "SGP.22 v3 §5.3.6", FUNCTION_JSON},
};
/* clang-format on */

const struct function_table es2_functions = {rows, sizeof(rows) / sizeof(rows[0])};

#include "tools/smdpp/es2/es2_rpm.h"

#include "apdu/status.h"
#include "fs/profile/iccid.h"
#include "tools/lib/common/rpm.h"
#include "tools/smdpp/es2/es2_request.h"

#include <stdio.h>

#define SCRIPT_MAX 16384 /* bytes */
#define METADATA 0xBF2A  /* UpdateMetadataRequest */

/* What of an order's profile the server knows to be on the chip. */
static int check_profile(struct smdpp *smdpp, struct call *call, const struct es2_request *request,
                         struct bytes coded)
{
    char digits[ICCID_TEXT_SIZE];
    struct order order;
    if (!iccid_swapped_text(coded, digits))
        return call_refuse(call, REFUSAL_ICCID_CONDITION, "a command names no ICCID");
    const int found = orders_find_sent(smdpp->database, request->eid, digits, &order);
    if (found < 0)
        return found;
    if (found > 0)
        return call_refuse(call, REFUSAL_EID_CONFLICT, "profile %s was not sent to EID %s", digits,
                           request->eid);
    if (!order.open && strcmp(order.requester, request->requester) != 0)
        return call_refuse(call, REFUSAL_ICCID, "profile %s was ordered by another", digits);
    return 0;
}

static int check_command(struct smdpp *smdpp, struct call *call, const struct es2_request *request,
                         const struct rpm_command *command)
{
    struct tlv metadata;
    if (command->kind == RPM_UNKNOWN)
        return call_refuse(call, REFUSAL_FORMAT, "rpmScript has an unknown command");
    if (command->kind == RPM_UPDATE && !tlv_find(command->value, METADATA, &metadata))
        return call_refuse(call, REFUSAL_CONDITION, "updateMetadata without metadata");
    return command->kind == RPM_LIST ? 0 : check_profile(smdpp, call, request, command->iccid);
}

static int check_chip(struct smdpp *smdpp, struct call *call, const struct es2_request *request)
{
    struct order ignored;
    const int found = orders_find_sent(smdpp->database, request->eid, "", &ignored);
    return found > 0 ? call_refuse(call, REFUSAL_EID_UNKNOWN, "no profile was sent to EID %s",
                                   request->eid)
                     : found;
}

static int check_script(struct smdpp *smdpp, struct call *call, const struct es2_request *request,
                        struct bytes package)
{
    struct rpm_command command;
    int result = smdpp->any_chip ? 0 : check_chip(smdpp, call, request);
    if (result == 0 && package.len == 0 && !smdpp->any_chip)
        return call_refuse(call, REFUSAL_FORMAT, "rpmScript has no command");
    while (result == 0 && package.len > 0) {
        if (!rpm_command_take(&package, &command))
            return call_refuse(call, REFUSAL_FORMAT, "rpmScript is malformed");
        if (!smdpp->any_chip)
            result = check_command(smdpp, call, request, &command);
    }
    return result;
}

static int set_matching_id(struct smdpp *smdpp, const struct es2_request *request,
                           struct rpm_order *order)
{
    if (request->matching_id == NULL)
        return smdpp_draw_matching_id(smdpp, order->matching_id);
    snprintf(order->matching_id, sizeof(order->matching_id), "%s", request->matching_id);
    return 0;
}

static int place(struct smdpp *smdpp, struct call *call, const struct es2_request *request,
                 struct bytes package)
{
    struct rpm_order order = {0};
    snprintf(order.eid, sizeof(order.eid), "%s", request->eid);
    snprintf(order.requester, sizeof(order.requester), "%s", request->requester);
    int result = set_matching_id(smdpp, request, &order);
    if (result == 0)
        result = blob_copy(package, &order.package);
    if (result == 0)
        result = rpm_orders_add(smdpp->database, &order);
    if (result > 0)
        result = call_refuse(call, REFUSAL_MATCHING_ID_IN_USE, "'%s'", order.matching_id);
    if (result == 0) {
        call_note(call, "RPM order '%s' for EID %s, %zu bytes", order.matching_id, order.eid,
                  order.package.len);
        result = field_set_text(call->response, "matchingId", order.matching_id);
    }
    rpm_orders_finish(&order);
    return result;
}

static int read_request(struct call *call, struct es2_request *request, struct blob *script)
{
    int result = es2_request_read(call, request);
    if (result == 0 && request->eid == NULL)
        result = call_refuse(call, REFUSAL_EID_MISSING, "eid is missing");
    if (result == 0 && request->root_smds_address != NULL)
        result = call_refuse(call, REFUSAL_DISCOVERY, "no SM-DS is known here");
    return result == 0 ? call_bytes(call, "rpmScript", SCRIPT_MAX, script) : result;
}

int es2_rpm_order(void *program, struct call *call)
{
    struct smdpp *smdpp = program;
    struct es2_request request;
    struct blob script = {0};
    struct tlv package;
    if (svn_major(&smdpp->version.own) < SVN_SESSION_CONTEXT)
        return call_refuse(call, REFUSAL_FUNCTION, "this is a server of SGP.22 v2 (--svn)");
    int result = read_request(call, &request, &script);
    if (result == 0 && !tlv_whole(blob_bytes(&script), DER_SEQUENCE, &package))
        result = call_refuse(call, REFUSAL_FORMAT, "rpmScript is no RpmPackage");
    if (result == 0)
        result = check_script(smdpp, call, &request, package.value);
    if (result == 0)
        result = place(smdpp, call, &request, package.value);
    blob_finish(&script);
    return result;
}

#include "tools/smdpp/state/progress.h"

#include <stdio.h>
#include <time.h>

#define TIMESTAMP_SIZE 32
#define UNPADDED_DIGITS 19 /* of an ICCID whose last half byte is empty */

/* W3C form, as SGP.22 §6.5.2.5 wants it. */
static void write_time(int64_t now, char out[TIMESTAMP_SIZE])
{
    struct tm parts;
    const time_t seconds = (time_t)now;
    gmtime_r(&seconds, &parts);
    strftime(out, TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static json_t *make_status(enum refusal refusal, const char *message)
{
    if (refusal == REFUSAL_NONE)
        return json_pack("{s:s}", "status", "Executed-Success");
    const struct refusal_row *row = refusal_row(refusal);
    return json_pack("{s:s,s:{s:s,s:s,s:s}}", "status", "Failed", "statusCodeData", "subjectCode",
                     row->subject, "reasonCode", row->reason, "message",
                     message[0] != '\0' ? message : row->text);
}

/* ICCIDs of 19 digits are sent with their padding, which releases before 2.2 need. */
static json_t *make_iccid(const char *digits)
{
    char padded[ICCID_TEXT_SIZE + 1];
    snprintf(padded, sizeof(padded), "%s%s", digits, strlen(digits) == UNPADDED_DIGITS ? "F" : "");
    return json_string(padded);
}

/* NULL, and the body given back, if memory is short. */
static json_t *add_result(json_t *body, struct bytes result)
{
    if (body == NULL || result.len == 0 || field_set_bytes(body, "resultData", result) == 0)
        return body;
    json_decref(body);
    return NULL;
}

json_t *progress_make(const struct progress *progress, const char *requester, const char *call_id,
                      int64_t now)
{
    char timestamp[TIMESTAMP_SIZE];
    write_time(now, timestamp);
    json_t *body =
        json_pack("{s:{s:s,s:s},s:s,s:o,s:s,s:s,s:i,s:o}", "header", "functionRequesterIdentifier",
                  requester, "functionCallIdentifier", call_id, "eid", progress->eid, "iccid",
                  make_iccid(progress->order->iccid), "profileType", progress->order->type,
                  "timestamp", timestamp, "notificationPointId", (int)progress->point,
                  "notificationPointStatus", make_status(progress->refusal, progress->message));
    return add_result(body, progress->result);
}

json_t *progress_make_rpm(const struct progress_rpm *progress, const char *requester,
                          const char *call_id, int64_t now)
{
    char timestamp[TIMESTAMP_SIZE];
    write_time(now, timestamp);
    json_t *body =
        json_pack("{s:{s:s,s:s},s:s,s:s,s:s,s:s,s:o,s:s}", "header", "functionRequesterIdentifier",
                  requester, "functionCallIdentifier", call_id, "eid", progress->eid, "matchingId",
                  progress->matching_id, "timestamp", timestamp, "notificationEvent",
                  "loadRpmPackageResult", "notificationEventStatus",
                  make_status(progress->refusal, progress->message), "message", progress->message);
    return add_result(body, progress->result);
}

json_t *progress_make_change(const struct progress_change *progress, const char *requester,
                             const char *call_id, int64_t now)
{
    char timestamp[TIMESTAMP_SIZE];
    write_time(now, timestamp);
    return json_pack("{s:{s:s,s:s},s:s,s:o,s:s,s:s,s:o}", "header", "functionRequesterIdentifier",
                     requester, "functionCallIdentifier", call_id, "eid", progress->eid, "iccid",
                     make_iccid(progress->iccid), "timestamp", timestamp, "notificationEvent",
                     progress->event, "notificationEventStatus",
                     make_status(progress->refusal, progress->message));
}

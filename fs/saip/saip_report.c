/* What became of the package: refusals, and the EUICCResponse made of them (TCA §8.10). */
#include <stdarg.h>
#include <stdio.h>

#include "apdu/der.h"
#include "apdu/trace.h"
#include "fs/saip/pe_schema.h"
#include "fs/saip/saip.h"
#include "fs/saip/saip_pe.h"

#define NONE (-1)

enum response_tag {
    RESPONSE_STATUSES = 0xA0,
    RESPONSE_ABORTED = 0x81,
    STATUS_STATUS = 0x80,
    STATUS_IDENTIFICATION = 0x81,
    STATUS_ADDITIONAL = 0x82,
    STATUS_OFFSET = 0x83,
};

int saip_refuse(struct saip *saip, enum pe_status status, const uint8_t *at)
{
    const struct bytes in = saip->current;
    const bool inside = at != NULL && at >= in.data && at <= in.data + in.len;
    saip->refusal = (struct saip_report){
        .status = status,
        .identification = NONE,
        .additional = NONE,
        .offset = inside ? (int32_t)(at - in.data) : NONE,
        .file = saip->file,
    };
    return status;
}

int saip_refuse_because(struct saip *saip, enum pe_status status, const uint8_t *at,
                        const char *format, ...)
{
    va_list arguments;
    saip_refuse(saip, status, at);
    va_start(arguments, format);
    vsnprintf(saip->refusal.reason, sizeof(saip->refusal.reason), format, arguments);
    va_end(arguments);
    return status;
}

int saip_refuse_with(struct saip *saip, enum pe_status status, uint8_t additional,
                     const uint8_t *at)
{
    saip_refuse(saip, status, at);
    saip->refusal.additional = additional;
    return status;
}

void saip_report(struct saip *saip, const struct saip_pe *pe)
{
    const char *name = pe != NULL && pe->row != NULL ? pe->row->name : "unknown";
    struct saip_report *refusal = &saip->refusal;
    char line[SAIP_REASON_LINE_SIZE];
    refusal->identification = pe != NULL ? pe->identification : NONE;
    refusal->element = name;
    if (saip->report_count < SAIP_REPORTS_MAX)
        saip->reports[saip->report_count++] = *refusal;
    trace_detail("profile element %s, identification %d, offset %d: %s", name,
                 (int)refusal->identification, (int)refusal->offset,
                 saip_status_name(refusal->status));
    saip_reason_line(&(struct saip_reason){name, refusal->file, refusal->reason}, line);
    if (line[0] != '\0')
        trace_detail("  %s", line);
}

void saip_reason_line(const struct saip_reason *reason, char line[SAIP_REASON_LINE_SIZE])
{
    const struct saip_place *file = &reason->file;
    const char *colon = reason->text[0] != '\0' ? ": " : "";
    if (file->name != NULL)
        snprintf(line, SAIP_REASON_LINE_SIZE, "%s (%04X)%s%s", file->name, file->fid, colon,
                 reason->text);
    else if (file->fid != 0)
        snprintf(line, SAIP_REASON_LINE_SIZE, "file %04X%s%s", file->fid, colon, reason->text);
    else
        snprintf(line, SAIP_REASON_LINE_SIZE, "%s", reason->text);
}

bool saip_reason(const struct saip *saip, size_t n, struct saip_reason *out)
{
    if (n >= saip->report_count)
        return false;
    const struct saip_report *report = &saip->reports[n];
    *out = (struct saip_reason){report->element, report->file, report->reason};
    return true;
}

int saip_warn(struct saip *saip, const struct saip_pe *pe, enum pe_status status,
              int32_t additional, const uint8_t *at)
{
    saip_refuse(saip, status, at);
    saip->refusal.additional = additional;
    if (pe->mandated)
        return status;
    saip_report(saip, pe);
    return PE_OK;
}

void saip_abort(struct saip *saip, const struct saip_pe *pe)
{
    /* What ends the installation is told even when warnings have filled the list. */
    if (saip->report_count == SAIP_REPORTS_MAX)
        saip->report_count--;
    saip_report(saip, pe);
    saip->progress = SAIP_ABORTED;
}

static void put_optional(struct writer *out, uint32_t tag, int32_t value)
{
    if (value >= 0)
        der_put_integer(out, tag, value);
}

static void put_status(struct writer *out, const struct saip_report *report)
{
    const size_t status = tlv_open(out, DER_SEQUENCE);
    der_put_integer(out, STATUS_STATUS, report->status);
    put_optional(out, STATUS_IDENTIFICATION, report->identification);
    put_optional(out, STATUS_ADDITIONAL, report->additional);
    put_optional(out, STATUS_OFFSET, report->offset);
    tlv_close(out, status);
}

void saip_put_response(const struct saip *saip, struct writer *out)
{
    static const struct saip_report ok = {PE_OK, NONE, NONE, NONE};
    const size_t response = tlv_open(out, DER_SEQUENCE);
    const size_t statuses = tlv_open(out, RESPONSE_STATUSES);
    for (size_t i = 0; i < saip->report_count; i++)
        put_status(out, &saip->reports[i]);
    if (saip->progress == SAIP_ENDED)
        put_status(out, &ok);
    tlv_close(out, statuses);
    if (saip->progress == SAIP_ABORTED)
        tlv_put(out, RESPONSE_ABORTED, (struct bytes){0});
    tlv_close(out, response);
}

enum pe_status saip_status(const struct saip *saip)
{
    return saip->progress == SAIP_ABORTED ? saip->reports[saip->report_count - 1].status : PE_OK;
}

const char *saip_status_name(enum pe_status status)
{
    const struct pe_schema_type *element = pe_schema_euicc_response.fields[0].type->element;
    const char *name = pe_schema_name(element->fields[0].type, (uint32_t)status);
    return name != NULL ? name : "undefined-error";
}

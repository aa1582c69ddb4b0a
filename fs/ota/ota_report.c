#include "fs/ota/ota_report.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "fs/ota/ota_trace.h"
#include "fs/ota/script.h"

#define PACKET_MAX (SCRIPT_RESPONSE_MAX + SCP80_OVERHEAD_MAX)
#define TAG_ADDRESS 0x86
#define TAG_TPDU 0x8B
#define USER_DATA_HEADER_LEN 3 /* 02 71 00, as a packet has it in front */

/* Refusals before the sender is known to have the keys are told without them. */
static bool is_before_keys(int status)
{
    return status == SCP80_INTEGRITY_FAILED || status == SCP80_CIPHERING_ERROR ||
           status == SCP80_SECURITY_ERROR || status == SCP80_TAR_UNKNOWN;
}

static bool is_wanted(uint8_t spi, int status)
{
    const uint8_t when = spi & SCP80_POR;
    return when == SCP80_POR_ALWAYS || (when == SCP80_POR_ON_ERROR && status != SCP80_OK);
}

static int put_packet(const struct ota_report *report, size_t data_max, struct writer *out)
{
    struct scp80_header header = report->command->header;
    struct scp80_response response = {.status = (uint8_t)report->status, .data = report->data};
    if (is_before_keys(report->status))
        header.spi[1] = SCP80_POR_ALWAYS;
    else
        memcpy(response.counter, report->command->counter, sizeof(response.counter));
    memcpy(response.tar, header.tar, sizeof(response.tar));
    if (response.data.len > data_max)
        response.data.len = data_max;
    return scp80_put_response(&header, report->keys, &response, out);
}

static bool send_message(struct proactive *proactive, const struct sms_delivery *from,
                         struct bytes user_data)
{
    uint8_t room[PROACTIVE_DATA_MAX];
    struct writer data = writer_on(room, sizeof(room));
    if (from->center.len > 0)
        tlv_put(&data, TAG_ADDRESS, from->center);
    const size_t mark = tlv_open(&data, TAG_TPDU);
    sms_put_submit(from, user_data, &data);
    tlv_close(&data, mark);
    return !data.overflow && proactive_send(proactive, PROACTIVE_SEND_SMS, writer_bytes(&data));
}

static bool submit(struct proactive *proactive, const struct ota_report *report,
                   struct bytes packet)
{
    const uint8_t count = sms_part_count(packet.len);
    bool sent = count > 0 && PROACTIVE_QUEUE_MAX - proactive->count >= count;
    for (uint8_t number = 1; sent && number <= count; number++) {
        uint8_t room[SMS_USER_DATA_MAX];
        struct writer part = writer_on(room, sizeof(room));
        sms_put_part(packet, SMS_RESPONSE_PACKET, report->reference, number, &part);
        sent = send_message(proactive, report->from, writer_bytes(&part));
    }
    return sent;
}

static int put_and_submit(const struct ota_report *report, struct proactive *proactive, bool *sent)
{
    uint8_t *room = malloc(PACKET_MAX);
    if (room == NULL)
        return FAILURE_INTERNAL;
    struct writer packet = writer_on(room, PACKET_MAX);
    const int result = put_packet(report, SCRIPT_RESPONSE_MAX, &packet);
    *sent = result == 0 &&
            submit(proactive, report,
                   bytes_of(packet.data + USER_DATA_HEADER_LEN, packet.len - USER_DATA_HEADER_LEN));
    free(room);
    return result;
}

/* A terminal that cannot send it gets it in its report instead, so that it is not lost: a departure
 * from TS 31.115 §4.3. */
static int send_wanted(const struct ota_report *report, struct proactive *proactive,
                       struct writer *out, enum ota_trace_way *way)
{
    bool sent = false;
    *way = OTA_TRACE_SUBMIT;
    if ((report->command->header.spi[1] & SCP80_POR_BY_SUBMIT) != 0 && report->from != NULL) {
        const int result = put_and_submit(report, proactive, &sent);
        if (result != 0 || sent)
            return result;
    }
    *way = OTA_TRACE_REPORT;
    return put_packet(report, SMS_USER_DATA_MAX - SCP80_OVERHEAD_MAX, out);
}

int ota_report_send(const struct ota_report *report, struct proactive *proactive,
                    struct writer *out)
{
    enum ota_trace_way way = OTA_TRACE_UNWANTED;
    int result = 0;
    if (is_wanted(report->command->header.spi[1], report->status))
        result = send_wanted(report, proactive, out, &way);
    ota_trace_report(report->status, report->data.len, way);
    return result;
}

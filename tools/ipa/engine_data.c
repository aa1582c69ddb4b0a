#include "tools/ipa/engine_data.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "tools/ipa/engine_chip.h"
#include "tools/ipa/engine_eim.h"
#include "tools/ipa/engine_waiting.h"

#define ANSWER_MAX (256u << 10)
#define DATA 0xBF52
#define ANSWER_DATA 0xA0
#define ANSWER_ERROR 0xA1
#define ERROR_TRANSACTION 0x80
#define INCORRECT_TAG_LIST 1
#define ADDRESSES 0xBF3C
#define DEFAULT_SMDP 0x80
#define ROOT_SMDS 0x81
#define CERTIFICATES 0xBF56
#define CERTIFICATE_LIST 0xA0
#define CI_KEY_ID 0x80
#define SEQUENCE_NUMBER 0x80
#define EVENTS 0x81
#define ALL_RESULTS BYTES(0x82, 0x00)
#define FEATURES 0x80
#define PROTOCOLS 0x81
/* Of v1.0's tag lists, where these stood for others. */
#define OLD_DEFAULT_SMDP 0x80
#define OLD_CAPABILITIES 0x88
#define OLD_NOTIFICATIONS 0xBF2B

/* DeviceInfo of a device that says nothing but a test device's TAC (SGP.22 §4.2). */
static const uint8_t device_info[] = {0x80, 0x04, 0x35, 0x29, 0x06, 0x11, 0xA1, 0x00};

struct collecting {
    struct engine *engine;
    const struct data_request *request;
    struct writer *out;
};

static void add_addresses(struct collecting *collecting, uint32_t from, uint32_t to)
{
    struct blob answer;
    struct bytes inside;
    struct tlv address;
    if (engine_chip_call(collecting->engine, ADDRESSES, (struct bytes){0}, &answer, &inside) &&
        tlv_find(inside, from, &address))
        tlv_put(collecting->out, to, address.value);
    blob_finish(&answer);
}

static void add_default_smdp(struct collecting *collecting)
{
    add_addresses(collecting, DEFAULT_SMDP, DATA_DEFAULT_SMDP);
}

static void add_root_smds(struct collecting *collecting)
{
    add_addresses(collecting, ROOT_SMDS, DATA_ROOT_SMDS);
}

static void add_info(struct collecting *collecting, uint32_t tag)
{
    struct blob answer;
    struct bytes inside;
    if (engine_chip_call(collecting->engine, tag, (struct bytes){0}, &answer, &inside))
        writer_put(collecting->out, blob_bytes(&answer));
    blob_finish(&answer);
}

static void add_info1(struct collecting *collecting)
{
    add_info(collecting, DATA_INFO1);
}

static void add_info2(struct collecting *collecting)
{
    add_info(collecting, DATA_INFO2);
}

static void add_certificate(struct collecting *collecting, uint32_t tag)
{
    uint8_t data[40];
    struct writer content = writer_on(data, sizeof(data));
    struct blob answer;
    struct bytes inside;
    struct tlv list, certificate;
    if (collecting->request->ci_key_id.len > 0)
        tlv_put(&content, CI_KEY_ID, collecting->request->ci_key_id);
    if (engine_chip_call(collecting->engine, CERTIFICATES, writer_bytes(&content), &answer,
                         &inside) &&
        tlv_take_tag(&inside, CERTIFICATE_LIST, &list) && tlv_find(list.value, tag, &certificate))
        writer_put(collecting->out, certificate.whole);
    blob_finish(&answer);
}

static void add_eum_certificate(struct collecting *collecting)
{
    add_certificate(collecting, DATA_EUM_CERTIFICATE);
}

static void add_euicc_certificate(struct collecting *collecting)
{
    add_certificate(collecting, DATA_EUICC_CERTIFICATE);
}

static void add_list(struct collecting *collecting, struct bytes criterion, uint32_t tag,
                     bool of_results)
{
    struct blob answer;
    struct bytes list;
    bool results;
    if (engine_waiting_list(collecting->engine, criterion, &answer, &list, &results) &&
        results == of_results)
        tlv_put(collecting->out, tag, list);
    blob_finish(&answer);
}

static void add_notifications(struct collecting *collecting)
{
    uint8_t data[16];
    struct writer criterion = writer_on(data, sizeof(data));
    if (collecting->request->has_notification)
        der_put_integer(&criterion, SEQUENCE_NUMBER, collecting->request->notification);
    else if (collecting->request->has_notification_events)
        der_put_bits(&criterion, EVENTS, collecting->request->notification_events);
    add_list(collecting, writer_bytes(&criterion), DATA_NOTIFICATIONS, false);
}

static void add_results(struct collecting *collecting)
{
    uint8_t data[16];
    struct writer criterion = writer_on(data, sizeof(data));
    if (collecting->request->has_result)
        der_put_integer(&criterion, SEQUENCE_NUMBER, collecting->request->result);
    add_list(collecting, criterion.len > 0 ? writer_bytes(&criterion) : ALL_RESULTS, DATA_RESULTS,
             true);
}

static void add_token(struct collecting *collecting)
{
    if (collecting->engine->has_token)
        der_put_integer(collecting->out, DATA_TOKEN, collecting->engine->token);
}

static void add_capabilities(struct collecting *collecting)
{
    const size_t mark = tlv_open(collecting->out, DATA_CAPABILITIES);
    der_put_bits(collecting->out, FEATURES, collecting->engine->capabilities);
    der_put_bits(collecting->out, PROTOCOLS, collecting->engine->protocols);
    tlv_close(collecting->out, mark);
}

static void add_device_info(struct collecting *collecting)
{
    tlv_put(collecting->out, DATA_DEVICE_INFO, bytes_of(device_info, sizeof(device_info)));
}

/* In the order in which the answer has them. */
static const struct data_row {
    uint32_t tag, other; /* as the list names it; as v1.0's did, or 0 */
    void (*add)(struct collecting *collecting);
} rows[] = {
    {DATA_NOTIFICATIONS, OLD_NOTIFICATIONS, add_notifications},
    {DATA_DEFAULT_SMDP, OLD_DEFAULT_SMDP, add_default_smdp},
    {DATA_RESULTS, 0, add_results},
    {DATA_INFO1, 0, add_info1},
    {DATA_INFO2, 0, add_info2},
    {DATA_ROOT_SMDS, 0, add_root_smds},
    {DATA_TOKEN, 0, add_token},
    {DATA_EUM_CERTIFICATE, 0, add_eum_certificate},
    {DATA_EUICC_CERTIFICATE, 0, add_euicc_certificate},
    {DATA_CAPABILITIES, OLD_CAPABILITIES, add_capabilities},
    {DATA_DEVICE_INFO, 0, add_device_info},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Which rows the list asks for; false if it has a tag of none. */
static bool read_list(struct bytes list, bool wanted[ROWS])
{
    uint32_t tag;
    while (list.len > 0) {
        size_t i = 0;
        if (!data_tag_take(&list, &tag))
            return false;
        while (i < ROWS && rows[i].tag != tag && (rows[i].other == 0 || rows[i].other != tag))
            i++;
        if (i == ROWS)
            return false;
        wanted[i] = true;
    }
    return true;
}

static void put_error(const struct data_request *request, struct writer *out)
{
    const size_t mark = tlv_open(out, ANSWER_ERROR);
    if (request->transaction_id.len > 0)
        tlv_put(out, ERROR_TRANSACTION, request->transaction_id);
    der_put_integer(out, DER_INTEGER, INCORRECT_TAG_LIST);
    tlv_close(out, mark);
}

/* The transaction id stands among the data, before the capabilities. */
static void put_data(struct collecting *collecting, const bool wanted[ROWS])
{
    const size_t mark = tlv_open(collecting->out, ANSWER_DATA);
    const struct bytes transaction_id = collecting->request->transaction_id;
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].tag == DATA_CAPABILITIES && transaction_id.len > 0)
            tlv_put(collecting->out, DATA_TRANSACTION, transaction_id);
        if (wanted[i])
            rows[i].add(collecting);
    }
    tlv_close(collecting->out, mark);
}

bool engine_data_make(struct engine *engine, struct bytes request, struct blob *out)
{
    struct data_request read;
    bool wanted[ROWS] = {false};
    uint8_t *data = malloc(ANSWER_MAX);
    *out = (struct blob){0};
    if (data == NULL || !data_request_read(request, &read)) {
        free(data);
        engine_say(engine, "the eIM's request for data cannot be read");
        return false;
    }
    struct writer writer = writer_on(data, ANSWER_MAX);
    struct collecting collecting = {engine, &read, &writer};
    const size_t mark = tlv_open(&writer, DATA);
    if (read_list(read.tags, wanted))
        put_data(&collecting, wanted);
    else
        put_error(&read, &writer);
    tlv_close(&writer, mark);
    engine_report(engine, "data", json_integer((json_int_t)writer.len));
    *out = (struct blob){data, writer_bytes(&writer).len};
    return true;
}

bool engine_data_take(struct engine *engine, struct bytes request)
{
    struct blob answer;
    const bool delivered = engine_data_make(engine, request, &answer) &&
                           engine_eim_provide(engine, blob_bytes(&answer));
    blob_finish(&answer);
    return delivered;
}

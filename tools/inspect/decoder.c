#include "tools/inspect/decoder.h"

#include <stdio.h>

#include "apdu/decode/decode_element.h"
#include "apdu/decode/transcript_line.h"
#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "tools/inspect/instruction_table.h"

#define INS_SELECT 0xA4
#define INS_MANAGE_CHANNEL 0x70
#define P1_BY_AID 0x04
#define P1_CLOSE 0x80

/* Where an RSP session begins and ends (SGP.22 §3.1.3). */
enum session_tag {
    TAG_CHALLENGE = 0xBF2E,
    TAG_AUTHENTICATE = 0xBF38,
    TAG_INSTALLATION = 0xBF37,
    TAG_CANCEL = 0xBF41,
};

void decoder_init(struct decoder *decoder)
{
    *decoder = (struct decoder){.channel = -1};
}

void decoder_finish(struct decoder *decoder)
{
    for (size_t i = 0; i < APDU_CHANNELS; i++)
        decode_exchange_finish(&decoder->exchanges[i]);
}

static void forget_all(struct decoder *decoder)
{
    for (size_t i = 0; i < APDU_CHANNELS; i++) {
        decode_exchange_forget(&decoder->exchanges[i]);
        decoder->applications[i][0] = '\0';
    }
    decoder->session = 0;
    decoder->channel = -1;
}

static void put_power(struct decoder *decoder, const struct raw *raw, struct writer *out)
{
    forget_all(decoder);
    json_writer_word(out, "kind", "power");
    json_writer_word(out, "power", transcript_power_word(raw->power));
    json_writer_hex(out, "hex", raw->bytes);
}

static uint32_t front_tag(struct bytes bytes)
{
    struct tlv_header header;
    return tlv_read_header(bytes, &header) == TLV_FRONT_OK ? header.tag : 0;
}

static bool is_certain(uint32_t tag)
{
    return decode_table_function(tag) != NULL;
}

static void put_function(struct writer *out, uint32_t tag)
{
    json_writer_word(out, "function",
                     is_certain(tag) ? decode_table_function(tag) : "LoadBoundProfilePackage");
}

static void put_request(struct decoder *decoder, const struct decode_exchange *exchange,
                        struct writer *out)
{
    const struct bytes request = decode_exchange_request(exchange);
    const uint32_t tag = front_tag(request);
    const bool begins = tag == TAG_CHALLENGE || (tag == TAG_AUTHENTICATE && decoder->session == 0);
    if (begins) {
        decoder->session = ++decoder->sessions;
        decoder->session_channel = decoder->channel;
    }
    put_function(out, tag);
    decode_element_put(out, "elements", request, decode_exchange_node(exchange));
}

/* The application where the bytes come without its name: as the last SELECT on the channel says. */
static const char *application_of(const struct decoder *decoder, const struct raw *raw,
                                  uint8_t channel)
{
    if (raw->application != NULL)
        return raw->application;
    return decoder->applications[channel][0] != '\0' ? decoder->applications[channel] : "UICC";
}

static void note_select(struct decoder *decoder, const struct apdu *apdu)
{
    decoder->selecting = (struct bytes){0};
    if (apdu->ins != INS_SELECT || apdu->p1 != P1_BY_AID || apdu->data.len > sizeof(decoder->aid))
        return;
    memcpy(decoder->aid, apdu->data.data, apdu->data.len);
    decoder->selecting = bytes_of(decoder->aid, apdu->data.len);
}

/* Its channel is closed, by P2 of MANAGE CHANNEL. */
static void note_channels(struct decoder *decoder, const struct apdu *apdu)
{
    if (apdu->ins == INS_MANAGE_CHANNEL && apdu->p1 == P1_CLOSE &&
        apdu->p2 == decoder->session_channel)
        decoder->session = 0;
}

static void put_command_of(struct decoder *decoder, const struct raw *raw, const struct apdu *apdu,
                           struct writer *out)
{
    const char *application = application_of(decoder, raw, apdu->channel);
    const char *instruction = raw->instruction != NULL
                                  ? raw->instruction
                                  : instruction_table_name(application, apdu->family, apdu->ins);
    struct decode_exchange *exchange = &decoder->exchanges[apdu->channel];
    decoder->channel = apdu->channel;
    decoder->start = raw->us;
    note_select(decoder, apdu);
    note_channels(decoder, apdu);
    json_writer_number(out, "channel", apdu->channel);
    json_writer_word(out, "application", application);
    json_writer_word(out, "instruction", instruction);
    json_writer_number(out, "bytes", (int64_t)apdu->data.len);
    if (instruction_table_is_secret(apdu->ins))
        json_writer_boolean(out, "secret", true);
    if (apdu->ins == DECODE_INS_GET_RESPONSE)
        return;
    const bool block =
        apdu->ins == DECODE_INS_STORE_DATA && !apdu->secured && strcmp(application, "ISD-R") == 0;
    if (decode_exchange_command(exchange, apdu, block))
        put_request(decoder, exchange, out);
}

static void put_command(struct decoder *decoder, const struct raw *raw, struct writer *out)
{
    struct apdu apdu;
    decoder->channel = -1;
    json_writer_word(out, "kind", "command");
    if (apdu_parse(raw->bytes, &apdu) == 0)
        put_command_of(decoder, raw, &apdu, out);
    else
        json_writer_word(out, "instruction", "no command");
    json_writer_hex(out, "hex", raw->bytes);
}

static bool is_failure(uint16_t status)
{
    const unsigned high = status >> 8;
    return status != SW_OK && high != SW_PROACTIVE >> 8 && high != SW_BYTES_AVAILABLE >> 8 &&
           high != 0x62 && high != 0x63 && high != 0x6C && high != 0x92 && high != 0x9F;
}

static void put_answer(struct decoder *decoder, const struct decode_exchange *exchange,
                       bool *failed, struct writer *out)
{
    const struct bytes answer = decode_exchange_answer(exchange);
    const uint32_t tag = front_tag(answer);
    put_function(out, front_tag(decode_exchange_request(exchange)));
    if (answer.len == 0)
        return;
    const char *failure = decode_element_failure(answer, DECODE_ANSWER);
    decode_element_put(out, "elements", answer, DECODE_ANSWER);
    if (failure != NULL)
        json_writer_word(out, "failure", failure);
    *failed |= failure != NULL;
    decoder->over = tag == TAG_INSTALLATION || tag == TAG_CANCEL ||
                    (failure != NULL && tag == TAG_AUTHENTICATE);
}

static void settle_selection(struct decoder *decoder, uint16_t status)
{
    char *name = decoder->applications[decoder->channel];
    if (decoder->selecting.len > 0 && !is_failure(status))
        snprintf(name, DECODER_NAME_SIZE, "%s", instruction_table_application(decoder->selecting));
}

static void put_response(struct decoder *decoder, const struct raw *raw, struct writer *out)
{
    struct bytes data, left = raw->bytes;
    uint16_t status = 0;
    json_writer_word(out, "kind", "response");
    json_writer_hex(out, "hex", raw->bytes);
    if (left.len < 2 || !bytes_take(&left, left.len - 2, &data) || !bytes_take_u16(&left, &status))
        return;
    bool failed = is_failure(status);
    json_writer_number(out, "bytes", (int64_t)data.len);
    json_writer_hex(out, "status", bytes_of(raw->bytes.data + data.len, 2));
    json_writer_word(out, "text", status_text(status));
    if (decoder->channel >= 0) {
        struct decode_exchange *exchange = &decoder->exchanges[decoder->channel];
        json_writer_number(out, "channel", decoder->channel);
        json_writer_number(out, "took", raw->us - decoder->start);
        settle_selection(decoder, status);
        if (decode_exchange_response(exchange, data, status))
            put_answer(decoder, exchange, &failed, out);
    }
    if (failed)
        json_writer_boolean(out, "failed", true);
}

void decoder_put(struct decoder *decoder, uint64_t number, const struct raw *raw,
                 struct writer *out)
{
    json_writer_open_object(out, NULL);
    json_writer_number(out, "n", (int64_t)number);
    json_writer_number(out, "us", raw->us);
    switch (raw->kind) {
    case RAW_POWER:
        put_power(decoder, raw, out);
        break;
    case RAW_COMMAND:
        put_command(decoder, raw, out);
        break;
    case RAW_RESPONSE:
        put_response(decoder, raw, out);
        break;
    case RAW_NOTE:
        json_writer_word(out, "kind", "note");
        json_writer_text(out, "text", raw->bytes);
        break;
    }
    if (decoder->session != 0 &&
        (raw->kind == RAW_NOTE || decoder->channel == decoder->session_channel))
        json_writer_number(out, "session", decoder->session);
    if (decoder->over)
        decoder->session = 0;
    decoder->over = false;
    json_writer_close_object(out);
}

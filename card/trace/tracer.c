#include "card/trace/tracer.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/tlv.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/trace/tracer_element.h"
#include "isd-r/es10.h"

#define CAPACITY_MIN 1024
#define LENGTH_MAX (1 << 20) /* of a request or answer; what is beyond is not shown */
#define INS_GET_RESPONSE 0xC0
#define INS_STORE_DATA 0xE2
#define P1_LAST 0x80

static void append(struct tracer_bytes *bytes, struct bytes more)
{
    size_t capacity = bytes->capacity > 0 ? bytes->capacity : CAPACITY_MIN;
    while (capacity < bytes->len + more.len)
        capacity *= 2;
    if (capacity > LENGTH_MAX)
        return;
    if (capacity != bytes->capacity) {
        uint8_t *data = realloc(bytes->data, capacity);
        if (data == NULL)
            return;
        bytes->data = data;
        bytes->capacity = capacity;
    }
    if (more.len > 0)
        memcpy(bytes->data + bytes->len, more.data, more.len);
    bytes->len += more.len;
}

static struct bytes held(const struct tracer_bytes *bytes)
{
    return bytes_of(bytes->data, bytes->len);
}

static void begin_line(struct tracer *tracer)
{
    if (!tracer->timeless)
        fprintf(tracer->file.stream, "%9.3f ", (double)(clock_ms() - tracer->start) / 1000);
}

static void forget(struct tracer_channel *channel)
{
    channel->request.len = channel->answer.len = 0;
    channel->in_function = channel->shows_response = false;
}

static void tell_power(struct observer *self, enum card_power power, struct bytes atr)
{
    static const char *const words[] = {
        [CARD_OFF] = "power off", [CARD_ON] = "power on", [CARD_RESET] = "reset"};
    struct tracer *tracer = (struct tracer *)self;
    for (size_t i = 0; i < APDU_CHANNELS; i++)
        forget(&tracer->channels[i]);
    begin_line(tracer);
    fputs(words[power], tracer->file.stream);
    if (power != CARD_OFF) {
        fputs(", ATR ", tracer->file.stream);
        tracer_element_print_bytes(tracer->file.stream, atr);
    }
    fputc('\n', tracer->file.stream);
    output_file_flush(&tracer->file);
}

/* The blocks of one request; a first block begins another. */
static void collect_request(struct tracer_channel *channel, const struct apdu *apdu)
{
    if (apdu->p2 == 0)
        channel->request.len = 0;
    append(&channel->request, apdu->data);
    channel->in_function = (apdu->p1 & P1_LAST) != 0;
}

static void tell_request(struct tracer *tracer, const struct tracer_channel *channel)
{
    struct tlv_header header;
    const struct bytes request = held(&channel->request);
    const bool whole = tlv_read_header(request, &header) == TLV_FRONT_OK;
    const bool function = whole && es10_find(header.tag) != NULL;
    tracer_element_print(tracer->file.stream, request, function ? TRACER_REQUEST : TRACER_SEGMENTS);
}

static void tell_data(struct tracer *tracer, struct bytes data, bool shown)
{
    if (data.len == 0)
        return;
    fprintf(tracer->file.stream, ", %zu byte%s", data.len, data.len == 1 ? "" : "s");
    if (shown) {
        fputs(": ", tracer->file.stream);
        tracer_element_print_bytes(tracer->file.stream, data);
    }
}

/* A command within a secure channel, as far as it can be read without the keys: what is signed
 * alone loses its checksum, in the answer as well. False if it is enciphered. */
static bool unwrap(const struct card *card, struct apdu *apdu, struct tracer_channel *channel)
{
    const struct domain_context *context = card->domains.channels[apdu->channel];
    const struct domain_session *session = context != NULL ? context->session : NULL;
    channel->checksum = 0;
    if (!apdu->secured || session == NULL || session->scp.level == 0)
        return true;
    const size_t size = scp_mac_size(&session->scp);
    if ((session->scp.level & SCP_R_MAC) != 0)
        channel->checksum = (uint8_t)size;
    if ((session->scp.level & SCP_C_ENC) != 0 || apdu->data.len < size)
        return false;
    apdu->data.len -= size;
    return true;
}

static void print_command(struct tracer *tracer, struct bytes command)
{
    struct apdu apdu;
    const char *application;
    begin_line(tracer);
    tracer->channel = NULL;
    if (apdu_parse(command, &apdu) != 0) {
        fprintf(tracer->file.stream, "> %zu bytes that are no command\n", command.len);
        return;
    }
    const struct command_row *row = channel_look(&tracer->card->channels, apdu, &application);
    const struct tracer_instruction shows = tracer_instruction(row != NULL ? row->name : "");
    struct tracer_channel *channel = &tracer->channels[apdu.channel];
    const bool clear = unwrap(tracer->card, &apdu, channel);
    tracer->channel = channel;
    fprintf(tracer->file.stream, "> [%u] %s: %s %02X%02X%02X%02X", apdu.channel, application,
            row != NULL ? row->name : "unknown instruction", apdu.cla, apdu.ins, apdu.p1, apdu.p2);
    tell_data(tracer, apdu.data, shows.shows_command && clear);
    if (apdu.secured)
        fputs(clear ? ", signed" : ", enciphered", tracer->file.stream);
    fputc('\n', tracer->file.stream);
    if (apdu.ins == INS_GET_RESPONSE)
        return;
    const bool block = row != NULL && row->handle != NULL && apdu.ins == INS_STORE_DATA && clear &&
                       strcmp(application, "ISD-R") == 0; /* other domains' have keys in them */
    if (!block)
        channel->request.len = 0;
    channel->answer.len = 0;
    channel->in_function = false;
    channel->shows_response = shows.shows_response;
    if (block)
        collect_request(channel, &apdu);
    if (channel->in_function)
        tell_request(tracer, channel);
}

static void tell_command(struct observer *self, struct bytes command)
{
    struct tracer *tracer = (struct tracer *)self;
    print_command(tracer, command);
    output_file_flush(&tracer->file);
}

static void print_response(struct tracer *tracer, struct bytes response)
{
    struct tracer_channel *channel = tracer->channel;
    struct bytes data;
    uint16_t status;
    if (response.len < 2 || !bytes_take(&response, response.len - 2, &data) ||
        !bytes_take_u16(&response, &status))
        return;
    if (channel != NULL && data.len >= channel->checksum && status == SW_OK)
        data.len -= channel->checksum;
    begin_line(tracer);
    fprintf(tracer->file.stream, "< %04X %s", status, status_text(status));
    tell_data(tracer, data, channel != NULL && channel->shows_response);
    fputc('\n', tracer->file.stream);
    if (channel == NULL || !channel->in_function)
        return;
    append(&channel->answer, data);
    if (status >> 8 == SW_BYTES_AVAILABLE >> 8)
        return;
    tracer_element_print(tracer->file.stream, held(&channel->answer), TRACER_ANSWER);
    forget(channel);
}

static void tell_response(struct observer *self, struct bytes response)
{
    struct tracer *tracer = (struct tracer *)self;
    print_response(tracer, response);
    output_file_flush(&tracer->file);
}

static const struct observer_kind kind = {tell_power, tell_command, tell_response};

int tracer_open(struct tracer *tracer, const char *path, bool timeless)
{
    *tracer = (struct tracer){.observer = {&kind, NULL}, .timeless = timeless, .start = clock_ms()};
    return output_file_open(&tracer->file, "--trace", path);
}

int tracer_close(struct tracer *tracer)
{
    for (size_t i = 0; i < APDU_CHANNELS; i++) {
        free(tracer->channels[i].request.data);
        free(tracer->channels[i].answer.data);
    }
    const int result = output_file_close(&tracer->file);
    *tracer = (struct tracer){0};
    return result;
}

void tracer_note(struct tracer *tracer, const char *text)
{
    begin_line(tracer);
    fprintf(tracer->file.stream, "* %s\n", text);
    output_file_flush(&tracer->file);
}

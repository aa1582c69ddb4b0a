#include "card/trace/tracer.h"

#include "apdu/status.h"
#include "apdu/tlv.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "apdu/decode/decode_element.h"

static void begin_line(struct tracer *tracer)
{
    if (!tracer->timeless)
        fprintf(tracer->file.stream, "%9.3f ", (double)(clock_ms() - tracer->start) / 1000);
}

static void forget(struct tracer_channel *channel)
{
    decode_exchange_forget(&channel->exchange);
    channel->shows_response = false;
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
        decode_element_print_bytes(tracer->file.stream, atr);
    }
    fputc('\n', tracer->file.stream);
    output_file_flush(&tracer->file);
}

static void tell_data(struct tracer *tracer, struct bytes data, bool shown)
{
    if (data.len == 0)
        return;
    fprintf(tracer->file.stream, ", %zu byte%s", data.len, data.len == 1 ? "" : "s");
    if (shown) {
        fputs(": ", tracer->file.stream);
        decode_element_print_bytes(tracer->file.stream, data);
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
    const struct decode_table_instruction shows =
        decode_table_instruction(row != NULL ? row->name : "");
    struct tracer_channel *channel = &tracer->channels[apdu.channel];
    const bool clear = unwrap(tracer->card, &apdu, channel);
    tracer->channel = channel;
    fprintf(tracer->file.stream, "> [%u] %s: %s %02X%02X%02X%02X", apdu.channel, application,
            row != NULL ? row->name : "unknown instruction", apdu.cla, apdu.ins, apdu.p1, apdu.p2);
    tell_data(tracer, apdu.data, shows.shows_command && clear);
    if (apdu.secured)
        fputs(clear ? ", signed" : ", enciphered", tracer->file.stream);
    fputc('\n', tracer->file.stream);
    if (apdu.ins == DECODE_INS_GET_RESPONSE)
        return;
    const bool block = row != NULL && row->handle != NULL && apdu.ins == DECODE_INS_STORE_DATA &&
                       clear &&
                       strcmp(application, "ISD-R") == 0; /* other domains' have keys in them */
    channel->shows_response = shows.shows_response;
    if (decode_exchange_command(&channel->exchange, &apdu, block))
        decode_element_print(tracer->file.stream, decode_exchange_request(&channel->exchange),
                             decode_exchange_node(&channel->exchange));
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
    if (channel == NULL || !decode_exchange_response(&channel->exchange, data, status))
        return;
    decode_element_print(tracer->file.stream, decode_exchange_answer(&channel->exchange),
                         DECODE_ANSWER);
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
    for (size_t i = 0; i < APDU_CHANNELS; i++)
        decode_exchange_finish(&tracer->channels[i].exchange);
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

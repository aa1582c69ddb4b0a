#include "tools/inspect/save.h"

#include <stdlib.h>

#include "apdu/decode/exchange.h"
#include "apdu/decode/gsmtap.h"
#include "apdu/decode/transcript_line.h"

static void print_bytes(FILE *out, const char *front, struct bytes bytes)
{
    fputs(front, out);
    for (size_t i = 0; i < bytes.len; i++)
        fprintf(out, "%02X", bytes.data[i]);
    fputc('\n', out);
}

static int print_event(void *context, const struct raw *raw)
{
    FILE *out = context;
    switch (raw->kind) {
    case RAW_POWER:
        fprintf(out, "%s\n", transcript_power_word(raw->power));
        break;
    case RAW_COMMAND:
        print_bytes(out, "> ", raw->bytes);
        break;
    case RAW_RESPONSE:
        print_bytes(out, "< ", raw->bytes);
        break;
    case RAW_NOTE:
        fprintf(out, "# %.*s\n", (int)raw->bytes.len, (const char *)raw->bytes.data);
        break;
    }
    return 0;
}

void save_transcript(struct feed *feed, FILE *out)
{
    (void)feed_each(feed, print_event, out);
}

struct pcap_file {
    FILE *out;
    int64_t us;
    struct exchange exchange; /* held until its answer is whole */
    struct writer fetch;      /* the GET RESPONSE under way */
    uint8_t command[APDU_COMMAND_MAX], answer[APDU_RESPONSE_MAX];
    uint8_t fetch_room[APDU_COMMAND_MAX];
    uint8_t packet[GSMTAP_PCAP_PACKET_MAX], frame[GSMTAP_PCAP_PACKET_MAX + GSMTAP_PCAP_FRAME_SIZE];
};

static void write_packet(struct pcap_file *file, const struct writer *packet)
{
    struct writer frame = writer_on(file->frame, sizeof(file->frame));
    if (packet->overflow)
        return;
    gsmtap_put_pcap_packet(&frame, (uint64_t)file->us, writer_bytes(packet));
    fwrite(frame.data, 1, frame.len, file->out);
}

static void write_exchange(struct pcap_file *file)
{
    struct writer packet = writer_on(file->packet, sizeof(file->packet));
    const struct bytes answer = exchange_answer(&file->exchange);
    gsmtap_put_exchange(&packet, writer_bytes(&file->exchange.command), answer);
    write_packet(file, &packet);
}

/* An answer that nobody fetches. */
static void write_unfetched(struct pcap_file *file)
{
    if (file->exchange.announced != 0)
        write_exchange(file);
}

static void pack_power(struct pcap_file *file, const struct raw *raw)
{
    struct writer packet = writer_on(file->packet, sizeof(file->packet));
    write_unfetched(file);
    exchange_begin(&file->exchange, (struct bytes){0});
    if (raw->power == CARD_OFF)
        return;
    gsmtap_put_atr(&packet, raw->bytes);
    write_packet(file, &packet);
}

static void pack_command(struct pcap_file *file, struct bytes command)
{
    writer_reset(&file->fetch);
    if (exchange_fetches(&file->exchange, command)) {
        writer_put(&file->fetch, command);
        return;
    }
    write_unfetched(file);
    exchange_begin(&file->exchange, command);
}

static void pack_response(struct pcap_file *file, struct bytes response)
{
    if (file->exchange.command.len == 0) /* of a command that is no longer kept */
        return;
    if (!exchange_add(&file->exchange, response)) {
        write_unfetched(file);
        exchange_begin(&file->exchange, writer_bytes(&file->fetch));
        exchange_add(&file->exchange, response);
    }
    if (file->exchange.announced == 0)
        write_exchange(file);
}

/* As emuicc --pcap: an ATR when the card is powered, a command with its whole answer in one packet.
 */
static int pack_event(void *context, const struct raw *raw)
{
    struct pcap_file *file = context;
    file->us = raw->us;
    if (raw->kind == RAW_POWER)
        pack_power(file, raw);
    else if (raw->kind == RAW_COMMAND)
        pack_command(file, raw->bytes);
    else if (raw->kind == RAW_RESPONSE)
        pack_response(file, raw->bytes);
    return 0;
}

bool save_pcap(struct feed *feed, FILE *out)
{
    struct pcap_file *file = calloc(1, sizeof(*file));
    if (file == NULL)
        return false;
    struct writer header = writer_on(file->packet, sizeof(file->packet));
    file->out = out;
    file->exchange.command = writer_on(file->command, sizeof(file->command));
    file->exchange.answer = writer_on(file->answer, sizeof(file->answer));
    file->fetch = writer_on(file->fetch_room, sizeof(file->fetch_room));
    gsmtap_put_pcap_header(&header);
    fwrite(header.data, 1, header.len, out);
    (void)feed_each(feed, pack_event, file);
    write_unfetched(file);
    free(file);
    return true;
}

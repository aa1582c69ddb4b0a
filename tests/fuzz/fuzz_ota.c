/* What comes over the air. The first byte says what the rest is: messages in ENVELOPEs, a command
 * packet, a response packet, or a script. Lengths that come out are within what went in, a script
 * answers in its bounds, and what is deciphered is never more than what came. */
#include "crypto/primitives/scp80.h"
#include "fs/ota/reassembly.h"
#include "fs/ota/script.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key[16] = {0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD,
                                0x11, 0x22, 0x33, 0x44, 0x55, 0xEE, 0xFF, 0x10};

static struct scp80_keys keys_for(uint8_t kic)
{
    const struct scp80_key one = {
        (kic & 0x0F) == 2 ? SCP80_KEY_AES : SCP80_KEY_DES, 8, {key, sizeof(key)}};
    return (struct scp80_keys){one, one};
}

static void open_packet(struct bytes packet)
{
    struct scp80_command command;
    if (!scp80_read(packet, &command))
        return;
    const struct scp80_keys keys = keys_for(command.header.kic);
    uint8_t *room = malloc(command.secured.len + 1);
    if (room == NULL ||
        (scp80_open(&command, &keys, room) == SCP80_OK && command.data.len > packet.len))
        abort();
    free(room);
}

static void read_response(struct bytes packet)
{
    const struct scp80_header header = {{0x06, 0x19}, 0x12, 0x12, {0}};
    const struct scp80_keys keys = keys_for(header.kic);
    struct scp80_response response;
    uint8_t *room = malloc(packet.len + 1);
    if (room == NULL || (scp80_read_response(packet, &header, &keys, room, &response) == SCP80_OK &&
                         response.data.len > packet.len))
        abort();
    free(room);
}

static void take_messages(struct bytes in)
{
    struct reassembly reassembly = {0};
    struct sms_delivery delivery;
    struct sms_part part;
    struct bytes message;
    struct tlv envelope;
    while (tlv_take(&in, &envelope)) {
        if (!sms_read(&envelope, &delivery) || !sms_read_part(&delivery, &part))
            continue;
        if (part.count == 1)
            open_packet(delivery.text);
        else if (reassembly_take(&reassembly, &delivery, &part, &message) == REASSEMBLY_WHOLE)
            open_packet(message);
    }
    reassembly_reset(&reassembly);
}

static bool takes_data(void *state, uint8_t cla, uint8_t ins)
{
    (void)state;
    (void)cla;
    return (ins & 1) == 0;
}

/* Answers what it was sent, twice. */
static int echo(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)state;
    writer_put(response, apdu->data);
    writer_put(response, apdu->data);
    return apdu->p1 == 0xFF ? 0x6A82 : 0;
}

static void run_script(struct bytes script)
{
    const struct script_target target = {.takes_data = takes_data, .execute = echo};
    uint8_t room[SCRIPT_RESPONSE_MAX];
    struct writer out = writer_on(room, sizeof(room));
    if (script_run(&target, script, &out) != 0 || out.len == 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const parts[])(struct bytes in) = {take_messages, open_packet, read_response,
                                                     run_script};
    struct bytes in = bytes_of(data, size);
    uint8_t which;
    if (bytes_take_u8(&in, &which))
        parts[which % (sizeof(parts) / sizeof(parts[0]))](in);
    return 0;
}

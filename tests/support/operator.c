#include "tests/support/operator.h"

#include <stdlib.h>

#include "crypto/primitives/scp80.h"
#include "fs/ota/sms.h"

/* What the profile's package says of its keys: version 1, AES. */
static const uint8_t kic[] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                              0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F};
static const uint8_t kid[] = {0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
                              0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F};
#define VERSION_1_AES 0x12

static struct scp80_header header_to(uint32_t tar)
{
    return (struct scp80_header){
        .spi = {SCP80_CRYPTOGRAPHIC_CHECKSUM | SCP80_CIPHERED | SCP80_COUNTER_HIGHER,
                SCP80_POR_ALWAYS | SCP80_CRYPTOGRAPHIC_CHECKSUM << SCP80_POR_INTEGRITY_SHIFT |
                    SCP80_POR_CIPHERED},
        .kic = VERSION_1_AES,
        .kid = VERSION_1_AES,
        .tar = {(uint8_t)(tar >> 16), (uint8_t)(tar >> 8), (uint8_t)tar}};
}

static struct scp80_keys own_keys(void)
{
    return (struct scp80_keys){{.type = SCP80_KEY_AES, .value = bytes_of(kic, sizeof(kic))},
                               {.type = SCP80_KEY_AES, .value = bytes_of(kid, sizeof(kid))}};
}

struct bytes operator_packet(uint32_t tar, uint32_t counter, struct bytes script,
                             struct writer *out)
{
    const uint8_t cntr[SCP80_COUNTER_SIZE] = {0, (uint8_t)(counter >> 24), (uint8_t)(counter >> 16),
                                              (uint8_t)(counter >> 8), (uint8_t)counter};
    const struct scp80_header header = header_to(tar);
    const struct scp80_keys keys = own_keys();
    if (scp80_put_command(&header, &keys, cntr, script, out) != 0)
        abort(); /* no room: a fault of the test */
    return writer_bytes(out);
}

void operator_put_envelope(struct bytes packet, uint8_t number, struct writer *out)
{
    uint8_t room[SMS_USER_DATA_MAX];
    struct writer user_data = writer_on(room, sizeof(room));
    const size_t start = out->len;
    sms_put_part(packet, SMS_COMMAND_PACKET, (uint8_t)packet.len, number, &user_data);
    writer_put(out, BYTES(0x80, 0xC2, 0x00, 0x00, 0x00));
    sms_put_envelope(&(struct sms_message){.originator = BYTES(0x08, 0x81, 0x21, 0x43, 0x65, 0x87),
                                           .user_data = writer_bytes(&user_data)},
                     out);
    if (out->overflow)
        abort();
    out->data[start + 4] = (uint8_t)(out->len - start - 5);
}

int operator_read_receipt(uint32_t tar, struct bytes receipt, uint8_t *room, struct bytes *data)
{
    const struct scp80_header header = header_to(tar);
    const struct scp80_keys keys = own_keys();
    struct scp80_response response;
    if (scp80_read_response(receipt, &header, &keys, room, &response) != SCP80_OK)
        return -1;
    *data = response.data;
    return response.status;
}

#include "crypto/primitives/scp80.h"

#include "apdu/status.h"
#include "crypto/primitives/secret.h"

#define HEADER_LEN_MIN 0x0D   /* CHL without a checksum: SPI to PCNTR */
#define RESPONSE_LEN_MIN 0x0A /* RHL without a checksum: TAR to status */
#define FIXED_LEN (SCP80_COUNTER_SIZE + 1)
#define USER_DATA_HEADER_LEN 3 /* 02 71 00 */

static const char *const texts[] = {
    [SCP80_OK] = "done",
    [SCP80_INTEGRITY_FAILED] = "the checksum is wrong: another key, or the packet was changed",
    [SCP80_COUNTER_LOW] = "the counter is too low: it was used before",
    [SCP80_COUNTER_HIGH] = "the counter is too high: it must be the next one",
    [SCP80_COUNTER_BLOCKED] = "the counter is blocked at its highest value",
    [SCP80_CIPHERING_ERROR] = "the packet cannot be deciphered",
    [SCP80_SECURITY_ERROR] = "unidentified security error: no such key set, or not this algorithm",
    [SCP80_NO_MEMORY] = "not enough memory to take the message",
    [SCP80_MORE_TIME] = "more time is needed",
    [SCP80_TAR_UNKNOWN] = "nobody has this TAR",
    [SCP80_SECURITY_LEVEL] = "the security level is too low for this TAR",
    [SCP80_DATA_BY_SUBMIT] = "the data follow by SMS-SUBMIT",
    [SCP80_DATA_BY_USSD] = "the data follow by USSD",
};

const char *scp80_status_text(uint8_t status)
{
    return status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : "reserved status";
}

static uint8_t integrity_of(uint8_t spi)
{
    return spi & SCP80_INTEGRITY;
}

/* The receipt that is asked for can be made with the same KIc and KID. */
static bool can_answer(const struct scp80_header *header, const struct scp80_keys *keys)
{
    const uint8_t spi = header->spi[1];
    return (spi & SCP80_POR) == SCP80_POR_NONE ||
           (scp80_protection_can_check(integrity_of(spi >> SCP80_POR_INTEGRITY_SHIFT), header->kid,
                                       &keys->kid) &&
            ((spi & SCP80_POR_CIPHERED) == 0 ||
             scp80_protection_can_cipher(header->kic, &keys->kic)));
}

/* As far as the command itself uses them. */
static enum scp80_status check_command(const struct scp80_header *header,
                                       const struct scp80_keys *keys)
{
    if ((header->spi[0] & SCP80_CIPHERED) != 0 &&
        !scp80_protection_can_cipher(header->kic, &keys->kic))
        return SCP80_CIPHERING_ERROR;
    if (!scp80_protection_can_check(integrity_of(header->spi[0]), header->kid, &keys->kid))
        return SCP80_SECURITY_ERROR;
    return SCP80_OK;
}

enum scp80_status scp80_check_keys(const struct scp80_header *header, const struct scp80_keys *keys)
{
    const enum scp80_status status = check_command(header, keys);
    return status != SCP80_OK || can_answer(header, keys) ? status : SCP80_SECURITY_ERROR;
}

bool scp80_read(struct bytes packet, struct scp80_command *out)
{
    struct bytes rest = packet, header;
    uint16_t packet_len;
    uint8_t header_len;
    if (!bytes_take_u16(&rest, &packet_len) || packet_len != rest.len ||
        !bytes_take_u8(&rest, &header_len) || header_len < HEADER_LEN_MIN ||
        header_len > HEADER_LEN_MIN + SCP80_CHECKSUM_MAX || rest.len < header_len ||
        !bytes_take(&rest, sizeof(out->header), &header))
        return false;
    *out = (struct scp80_command){.front = bytes_of(packet.data, packet.len - rest.len),
                                  .secured = rest,
                                  .checksum_len = (size_t)header_len - HEADER_LEN_MIN};
    memcpy(out->header.spi, header.data, sizeof(out->header.spi));
    out->header.kic = header.data[2];
    out->header.kid = header.data[3];
    memcpy(out->header.tar, header.data + 4, SCP80_TAR_SIZE);
    return true;
}

/* The parts of what stands from CNTR on. */
struct secured {
    struct bytes fixed, checksum, data; /* data with its padding */
    uint8_t padding;
};

static bool split(struct bytes plain, size_t fixed_len, size_t checksum, struct secured *out)
{
    if (!bytes_take(&plain, fixed_len, &out->fixed) ||
        !bytes_take(&plain, checksum, &out->checksum))
        return false;
    out->data = plain;
    out->padding = out->fixed.data[SCP80_COUNTER_SIZE];
    return out->padding <= plain.len;
}

static int verify(uint8_t integrity, uint8_t kid, const struct scp80_key *key, struct bytes front,
                  const struct secured *secured)
{
    uint8_t expected[SCP80_CHECKSUM_MAX];
    const struct bytes parts[SCP80_PROTECTION_PARTS] = {front, secured->fixed, secured->data};
    if (secured->checksum.len != scp80_protection_checksum_len(integrity, kid, key))
        return SCP80_INTEGRITY_FAILED;
    const int result = scp80_protection_checksum(integrity, kid, key, parts, expected);
    if (result != 0)
        return result;
    return secret_equal(secured->checksum, bytes_of(expected, secured->checksum.len))
               ? SCP80_OK
               : SCP80_INTEGRITY_FAILED;
}

/* A length that is no multiple of the block cannot have come out of the cipher. */
static int open_secured(uint8_t kic, const struct scp80_key *key, bool ciphered, struct bytes in,
                        uint8_t *room)
{
    if (!ciphered) {
        if (in.len > 0)
            memcpy(room, in.data, in.len);
        return 0;
    }
    if (in.len % scp80_protection_block(key) != 0)
        return SCP80_CIPHERING_ERROR;
    return scp80_protection_decipher(kic, key, in, room);
}

int scp80_open(struct scp80_command *command, const struct scp80_keys *keys, uint8_t *room)
{
    const struct scp80_header *header = &command->header;
    struct secured secured;
    int result = (int)check_command(header, keys);
    if (result == 0)
        result = open_secured(header->kic, &keys->kic, (header->spi[0] & SCP80_CIPHERED) != 0,
                              command->secured, room);
    if (result != 0)
        return result;
    /* After a wrong key the padding counter is as wrong as the rest. */
    if (!split(bytes_of(room, command->secured.len), FIXED_LEN, command->checksum_len, &secured))
        return SCP80_INTEGRITY_FAILED;
    result =
        verify(integrity_of(header->spi[0]), header->kid, &keys->kid, command->front, &secured);
    if (result != 0)
        return result;
    memcpy(command->counter, secured.fixed.data, SCP80_COUNTER_SIZE);
    command->data = bytes_of(secured.data.data, secured.data.len - secured.padding);
    return 0;
}

/* What a packet is made of, in the order of its bytes. */
struct making {
    struct bytes front; /* before the secured part; lengths included */
    uint8_t fixed[FIXED_LEN + 1];
    size_t fixed_len;
    struct bytes data;
    uint8_t integrity, kid, kic;
    bool ciphered;
    size_t checksum_len, padding;
};

static void plan(struct making *making, const struct scp80_keys *keys)
{
    making->checksum_len =
        scp80_protection_checksum_len(making->integrity, making->kid, &keys->kid);
    const size_t len = making->fixed_len + making->checksum_len + making->data.len;
    const size_t block = scp80_protection_block(&keys->kic);
    making->padding = making->ciphered ? (block - len % block) % block : 0;
    making->fixed[SCP80_COUNTER_SIZE] = (uint8_t)making->padding;
}

static size_t secured_len(const struct making *making)
{
    return making->fixed_len + making->checksum_len + making->data.len + making->padding;
}

/* The secured part, behind the front that is in *out already. */
static int put_secured(const struct making *making, const struct scp80_keys *keys,
                       struct writer *out)
{
    uint8_t checksum[SCP80_CHECKSUM_MAX];
    const size_t start = out->len;
    writer_put(out, bytes_of(making->fixed, making->fixed_len));
    uint8_t *place = writer_reserve(out, making->checksum_len);
    const size_t data = out->len;
    writer_put(out, making->data);
    writer_fill(out, 0, making->padding);
    if (out->overflow || place == NULL)
        return FAILURE_INTERNAL;
    const struct bytes parts[SCP80_PROTECTION_PARTS] = {
        making->front, bytes_of(making->fixed, making->fixed_len),
        bytes_of(out->data + data, out->len - data)};
    int result =
        scp80_protection_checksum(making->integrity, making->kid, &keys->kid, parts, checksum);
    if (result == 0)
        memcpy(place, checksum, making->checksum_len);
    if (result == 0 && making->ciphered)
        result = scp80_protection_encipher(making->kic, &keys->kic,
                                           bytes_of(out->data + start, out->len - start),
                                           out->data + start);
    return result;
}

static bool can_make(const struct making *making, const struct scp80_keys *keys)
{
    return (!making->ciphered || scp80_protection_can_cipher(making->kic, &keys->kic)) &&
           scp80_protection_can_check(making->integrity, making->kid, &keys->kid);
}

int scp80_put_command(const struct scp80_header *header, const struct scp80_keys *keys,
                      const uint8_t counter[SCP80_COUNTER_SIZE], struct bytes data,
                      struct writer *out)
{
    struct making making = {.fixed_len = FIXED_LEN,
                            .data = data,
                            .integrity = integrity_of(header->spi[0]),
                            .kid = header->kid,
                            .kic = header->kic,
                            .ciphered = (header->spi[0] & SCP80_CIPHERED) != 0};
    const size_t start = out->len;
    if (!can_make(&making, keys))
        return FAILURE_INTERNAL;
    memcpy(making.fixed, counter, SCP80_COUNTER_SIZE);
    plan(&making, keys);
    writer_put_u16(out, (uint16_t)(1 + sizeof(*header) + secured_len(&making)));
    writer_put_u8(out, (uint8_t)(HEADER_LEN_MIN + making.checksum_len));
    writer_put(out, bytes_of(header->spi, sizeof(header->spi)));
    writer_put_u8(out, header->kic);
    writer_put_u8(out, header->kid);
    writer_put(out, bytes_of(header->tar, SCP80_TAR_SIZE));
    making.front = bytes_of(out->data + start, out->len - start);
    return out->overflow ? FAILURE_INTERNAL : put_secured(&making, keys, out);
}

static uint8_t por_integrity(const struct scp80_header *header)
{
    return header->spi[1] >> SCP80_POR_INTEGRITY_SHIFT & SCP80_INTEGRITY;
}

int scp80_put_response(const struct scp80_header *header, const struct scp80_keys *keys,
                       const struct scp80_response *response, struct writer *out)
{
    struct making making = {.fixed_len = FIXED_LEN + 1,
                            .data = response->data,
                            .integrity = por_integrity(header),
                            .kid = header->kid,
                            .kic = header->kic,
                            .ciphered = (header->spi[1] & SCP80_POR_CIPHERED) != 0};
    const size_t start = out->len;
    if (!can_make(&making, keys))
        return FAILURE_INTERNAL;
    memcpy(making.fixed, response->counter, SCP80_COUNTER_SIZE);
    making.fixed[FIXED_LEN] = response->status;
    plan(&making, keys);
    writer_put(out, BYTES(0x02, 0x71, 0x00));
    writer_put_u16(out, (uint16_t)(1 + SCP80_TAR_SIZE + secured_len(&making)));
    writer_put_u8(out, (uint8_t)(RESPONSE_LEN_MIN + making.checksum_len));
    writer_put(out, bytes_of(response->tar, SCP80_TAR_SIZE));
    making.front = bytes_of(out->data + start, out->len - start);
    return out->overflow ? FAILURE_INTERNAL : put_secured(&making, keys, out);
}

/* The front of a response packet: lengths that agree with each other. */
static bool take_response(struct bytes *rest, uint8_t tar[SCP80_TAR_SIZE], size_t *checksum)
{
    struct bytes header, name;
    uint16_t packet_len;
    uint8_t header_len;
    if (!bytes_take(rest, USER_DATA_HEADER_LEN, &header) ||
        !bytes_equal(header, BYTES(0x02, 0x71, 0x00)) || !bytes_take_u16(rest, &packet_len) ||
        packet_len != rest->len || !bytes_take_u8(rest, &header_len) ||
        header_len < RESPONSE_LEN_MIN || !bytes_take(rest, SCP80_TAR_SIZE, &name))
        return false;
    memcpy(tar, name.data, SCP80_TAR_SIZE);
    *checksum = (size_t)header_len - RESPONSE_LEN_MIN;
    return true;
}

int scp80_read_response(struct bytes packet, const struct scp80_header *header,
                        const struct scp80_keys *keys, uint8_t *room, struct scp80_response *out)
{
    struct bytes rest = packet;
    struct secured secured;
    size_t checksum;
    const bool ciphered = (header->spi[1] & SCP80_POR_CIPHERED) != 0;
    if (!take_response(&rest, out->tar, &checksum) ||
        (ciphered && !scp80_protection_can_cipher(header->kic, &keys->kic)) ||
        !scp80_protection_can_check(por_integrity(header), header->kid, &keys->kid))
        return SCP80_SECURITY_ERROR;
    int result = open_secured(header->kic, &keys->kic, ciphered, rest, room);
    if (result != 0)
        return result < 0 ? result : SCP80_SECURITY_ERROR;
    if (!split(bytes_of(room, rest.len), FIXED_LEN + 1, checksum, &secured))
        return SCP80_INTEGRITY_FAILED;
    result = verify(por_integrity(header), header->kid, &keys->kid,
                    bytes_of(packet.data, packet.len - rest.len), &secured);
    if (result != 0)
        return result;
    memcpy(out->counter, secured.fixed.data, SCP80_COUNTER_SIZE);
    out->status = secured.fixed.data[FIXED_LEN];
    out->data = bytes_of(secured.data.data, secured.data.len - secured.padding);
    return SCP80_OK;
}

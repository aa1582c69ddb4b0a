#include <criterion/criterion.h>

#include "crypto/primitives/crc.h"
#include "crypto/primitives/scp80.h"
#include "tests/vectors.h"

#define ROOM 512

static struct scp80_keys keys_of(struct vectors *v)
{
    const enum scp80_key_type type =
        strcmp(vectors_text(v, "type"), "AES") == 0 ? SCP80_KEY_AES : SCP80_KEY_DES;
    return (struct scp80_keys){{type, 8, vectors_bytes(v, "kic_key")},
                               {type, 8, vectors_bytes(v, "kid_key")}};
}

static struct scp80_header header_of(struct vectors *v)
{
    struct scp80_header header;
    memcpy(header.spi, vectors_bytes(v, "spi").data, 2);
    memcpy(header.tar, vectors_bytes(v, "tar").data, SCP80_TAR_SIZE);
    header.kic = vectors_bytes(v, "kic").data[0];
    header.kid = vectors_bytes(v, "kid").data[0];
    return header;
}

static void check_command(struct vectors *v, const struct scp80_header *header,
                          const struct scp80_keys *keys)
{
    static const uint8_t zeros[SCP80_COUNTER_SIZE];
    uint8_t made[ROOM], room[ROOM];
    struct writer out = writer_on(made, sizeof(made));
    struct scp80_command command;
    const struct bytes packet = vectors_bytes(v, "command"), data = vectors_bytes(v, "data");
    cr_assert(scp80_put_command(header, keys, zeros, data, &out) == 0);
    cr_assert(bytes_equal(writer_bytes(&out), packet), "%s: command", vectors_set(v));
    cr_assert(scp80_read(packet, &command));
    cr_assert(memcmp(&command.header, header, sizeof(*header)) == 0);
    cr_assert(scp80_open(&command, keys, room) == SCP80_OK, "%s", vectors_set(v));
    cr_assert(bytes_equal(command.data, data));
    cr_assert(memcmp(command.counter, zeros, sizeof(zeros)) == 0);
}

static void check_response(struct vectors *v, const struct scp80_header *header,
                           const struct scp80_keys *keys)
{
    uint8_t made[ROOM], room[ROOM];
    struct writer out = writer_on(made, sizeof(made));
    struct scp80_response response;
    const struct bytes packet = vectors_bytes(v, "response");
    cr_assert(scp80_read_response(packet, header, keys, room, &response) == SCP80_OK, "%s",
              vectors_set(v));
    cr_assert(response.status == SCP80_OK);
    cr_assert(bytes_equal(response.data, vectors_bytes(v, "response_data")));
    cr_assert(scp80_put_response(header, keys, &response, &out) == 0);
    cr_assert(bytes_equal(writer_bytes(&out), packet), "%s: response", vectors_set(v));
}

Test(scp80, published_packets)
{
    struct vectors *v = vectors_open("scp80.txt");
    while (vectors_next(v)) {
        const struct scp80_keys keys = keys_of(v);
        const struct scp80_header header = header_of(v);
        check_command(v, &header, &keys);
        if (vectors_has(v, "response"))
            check_response(v, &header, &keys);
    }
    vectors_close(v);
}

/* TS 102 225 §5.1.3.2 gives both for these bytes. */
Test(crc, of_the_specification)
{
    const struct bytes parts[] = {BYTES(0x01, 0x02), BYTES(0x03, 0x04, 0x05)};
    cr_assert(crc_16(parts, 2) == 0x22EC);
    cr_assert(crc_32(parts, 2) == 0x470B99F4);
}

static const uint8_t secret[32] = {0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 1,  2,  3,
                                   4,    5,    6,    7,    8,    9,    10,   11,   12, 13, 14,
                                   15,   16,   17,   18,   19,   20,   21,   22,   23, 24};

struct way {
    uint8_t kic, kid;
    enum scp80_key_type type;
    size_t len;
    size_t block;
};
static const struct way ways[] = {
    {0x11, 0x11, SCP80_KEY_DES, 8, 8},   {0x15, 0x15, SCP80_KEY_DES, 16, 8},
    {0x19, 0x19, SCP80_KEY_DES, 24, 8},  {0x1D, 0x11, SCP80_KEY_DES, 8, 8},
    {0x12, 0x12, SCP80_KEY_AES, 16, 16}, {0x12, 0x12, SCP80_KEY_AES, 24, 16},
    {0x12, 0x12, SCP80_KEY_AES, 32, 16}, {0x10, 0x10, SCP80_KEY_AES, 16, 16},
    {0x10, 0x10, SCP80_KEY_DES, 16, 8},
};

static uint8_t kid_for(const struct way *way, unsigned integrity)
{
    return integrity == SCP80_REDUNDANCY_CHECK ? 0x15 : way->kid;
}

/* One packet of each form there and back, and no changed byte is taken where there is a check. */
static void check_way(const struct way *way, uint8_t spi, uint8_t mac_length)
{
    uint8_t made[ROOM], room[ROOM];
    struct writer out = writer_on(made, sizeof(made));
    const struct scp80_key key = {way->type, mac_length, {secret, way->len}};
    const struct scp80_keys keys = {key, key};
    const struct scp80_header header = {{spi, 0}, way->kic, kid_for(way, spi & 3), {0xB0, 0, 1}};
    const uint8_t counter[SCP80_COUNTER_SIZE] = {0, 0, 0, 1, 2};
    struct scp80_command command;
    const struct bytes data = BYTES(0x00, 0xA4, 0x00, 0x04, 0x02, 0x3F, 0x00);
    cr_assert(scp80_put_command(&header, &keys, counter, data, &out) == 0);
    cr_assert(scp80_read(writer_bytes(&out), &command));
    cr_assert((spi & SCP80_CIPHERED) == 0 || command.secured.len % way->block == 0);
    cr_assert(scp80_open(&command, &keys, room) == SCP80_OK);
    cr_assert(bytes_equal(command.data, data));
    cr_assert(memcmp(command.counter, counter, sizeof(counter)) == 0);
    if ((spi & SCP80_INTEGRITY) == 0)
        return;
    const size_t last = out.len - 1;
    made[last] ^= 1;
    cr_assert(scp80_read(writer_bytes(&out), &command));
    cr_assert(scp80_open(&command, &keys, room) == SCP80_INTEGRITY_FAILED);
}

Test(scp80, every_algorithm_with_every_protection)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        for (unsigned spi = 0; spi < 0x20; spi++)
            if ((spi & SCP80_INTEGRITY) != SCP80_DIGITAL_SIGNATURE)
                for (unsigned mac = 0; mac <= 8; mac += 4)
                    check_way(&ways[i], (uint8_t)spi, (uint8_t)mac);
}

Test(scp80, answers_in_every_protection)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        for (unsigned integrity = 0; integrity < 3; integrity++)
            for (unsigned ciphered = 0; ciphered <= SCP80_POR_CIPHERED;
                 ciphered += SCP80_POR_CIPHERED) {
                uint8_t made[ROOM], room[ROOM];
                struct writer out = writer_on(made, sizeof(made));
                const struct scp80_key key = {ways[i].type, 8, {secret, ways[i].len}};
                const struct scp80_keys keys = {key, key};
                const struct scp80_header header = {{0, (uint8_t)(1 | integrity << 2 | ciphered)},
                                                    ways[i].kic,
                                                    kid_for(&ways[i], integrity),
                                                    {1, 2, 3}};
                const struct scp80_response sent = {
                    {1, 2, 3}, {0, 0, 0, 0, 9}, SCP80_COUNTER_LOW, BYTES(1, 0x90, 0)};
                struct scp80_response got;
                cr_assert(scp80_put_response(&header, &keys, &sent, &out) == 0);
                cr_assert(scp80_read_response(writer_bytes(&out), &header, &keys, room, &got) ==
                          SCP80_OK);
                cr_assert(got.status == SCP80_COUNTER_LOW && got.counter[4] == 9);
                cr_assert(bytes_equal(got.data, sent.data));
            }
}

Test(scp80, keys_that_do_not_fit)
{
    const struct scp80_key none = {0}, des = {SCP80_KEY_DES, 8, {secret, 16}},
                           aes = {SCP80_KEY_AES, 8, {secret, 16}};
    const struct scp80_header header = {{0x06, 0}, 0x12, 0x12, {0}};
    const struct scp80_header implicit = {{0x06, 0}, 0x10, 0x10, {0}};
    const struct scp80_header signature = {{0x03, 0}, 0x12, 0x12, {0}};
    cr_assert(scp80_check_keys(&header, &(struct scp80_keys){aes, aes}) == SCP80_OK);
    cr_assert(scp80_check_keys(&header, &(struct scp80_keys){des, aes}) == SCP80_CIPHERING_ERROR);
    cr_assert(scp80_check_keys(&header, &(struct scp80_keys){aes, des}) == SCP80_SECURITY_ERROR);
    cr_assert(scp80_check_keys(&implicit, &(struct scp80_keys){none, aes}) ==
              SCP80_CIPHERING_ERROR);
    cr_assert(scp80_check_keys(&implicit, &(struct scp80_keys){des, aes}) == SCP80_OK);
    cr_assert(scp80_check_keys(&signature, &(struct scp80_keys){aes, aes}) == SCP80_SECURITY_ERROR);
}

Test(scp80, lengths_that_contradict_each_other)
{
    static const uint8_t right[] = {0x00, 0x15, 0x0D, 0x00, 0x19, 0x35, 0x35, 0xB0,
                                    0x00, 0x00, 0,    0,    0,    0,    0,    0,
                                    0x00, 0xA4, 0,    0,    2,    0x3F, 0x00};
    struct scp80_command command;
    uint8_t changed[sizeof(right)];
    cr_assert(scp80_read(bytes_of(right, sizeof(right)), &command));
    for (size_t len = 0; len < sizeof(right); len++)
        cr_assert_not(scp80_read(bytes_of(right, len), &command));
    for (unsigned header = 0; header < 256; header++) {
        memcpy(changed, right, sizeof(right));
        changed[2] = (uint8_t)header;
        cr_assert(scp80_read(bytes_of(changed, sizeof(changed)), &command) ==
                  (header >= 0x0D && header <= 0x14));
    }
}

Test(scp80, a_text_for_every_status)
{
    for (unsigned status = 0; status < 256; status++)
        cr_assert(scp80_status_text((uint8_t)status)[0] != '\0');
}

/* scp80: secured packets (TS 102 225) as short messages carry them (TS 31.115): the command packet
 * and the response packet, each read and made. Knows keys and algorithms, not where the keys come
 * from. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_SCP80_H
#define EMUICC_CRYPTO_PRIMITIVES_SCP80_H

#include "crypto/primitives/scp80_protection.h"

#define SCP80_TAR_SIZE 3
#define SCP80_COUNTER_SIZE 5
/* Bytes of a packet beside its data, padding included. */
#define SCP80_OVERHEAD_MAX (32 + SCP80_CHECKSUM_MAX + SCP80_BLOCK_MAX)

/* SPI, first byte, beside its integrity (TS 102 225 §5.1.1). */
#define SCP80_CIPHERED 0x04
#define SCP80_COUNTER 0x18
#define SCP80_COUNTER_NONE 0x00
#define SCP80_COUNTER_UNCHECKED 0x08
#define SCP80_COUNTER_HIGHER 0x10
#define SCP80_COUNTER_NEXT 0x18

/* SPI, second byte: the proof of receipt. */
#define SCP80_POR 0x03
#define SCP80_POR_NONE 0x00
#define SCP80_POR_ALWAYS 0x01
#define SCP80_POR_ON_ERROR 0x02
#define SCP80_POR_INTEGRITY_SHIFT 2
#define SCP80_POR_CIPHERED 0x10
#define SCP80_POR_BY_SUBMIT 0x20

/* KIc and KID: which key set; the low digit says the algorithm. */
#define SCP80_KEY_VERSION(byte) ((uint8_t)((byte) >> 4))

/* Response status codes (TS 102 225 §5.2). */
enum scp80_status {
    SCP80_OK = 0x00,
    SCP80_INTEGRITY_FAILED = 0x01,
    SCP80_COUNTER_LOW = 0x02,
    SCP80_COUNTER_HIGH = 0x03,
    SCP80_COUNTER_BLOCKED = 0x04,
    SCP80_CIPHERING_ERROR = 0x05,
    SCP80_SECURITY_ERROR = 0x06, /* unidentified */
    SCP80_NO_MEMORY = 0x07,
    SCP80_MORE_TIME = 0x08,
    SCP80_TAR_UNKNOWN = 0x09,
    SCP80_SECURITY_LEVEL = 0x0A, /* insufficient */
    SCP80_DATA_BY_SUBMIT = 0x0B,
    SCP80_DATA_BY_USSD = 0x0C,
};

/* What a status means; never NULL. */
const char *scp80_status_text(uint8_t status);

struct scp80_header {
    uint8_t spi[2], kic, kid;
    uint8_t tar[SCP80_TAR_SIZE];
};

/* A command packet on its way in. Everything borrows from the packet or from what scp80_open()
 * writes. */
struct scp80_command {
    struct scp80_header header;
    struct bytes front;   /* CPL to TAR */
    struct bytes secured; /* from CNTR on */
    size_t checksum_len;
    /* After scp80_open(): */
    uint8_t counter[SCP80_COUNTER_SIZE];
    struct bytes data;
};

/* Takes a packet from its CPL on apart; false if its lengths contradict each other. */
bool scp80_read(struct bytes packet, struct scp80_command *out);

/* Whether the keys are what KIc and KID ask for, as far as SPI uses them: SCP80_OK,
 * SCP80_CIPHERING_ERROR or SCP80_SECURITY_ERROR. */
enum scp80_status scp80_check_keys(const struct scp80_header *header,
                                   const struct scp80_keys *keys);

/* Deciphers and verifies; room: as many bytes as `secured`, which the result borrows. A status
 * (> 0) that the command is refused with, 0, or a failure. */
int scp80_open(struct scp80_command *command, const struct scp80_keys *keys, uint8_t *room);

/* Makes a command packet from its CPL on. 0, or a failure. */
int scp80_put_command(const struct scp80_header *header, const struct scp80_keys *keys,
                      const uint8_t counter[SCP80_COUNTER_SIZE], struct bytes data,
                      struct writer *out);

struct scp80_response {
    uint8_t tar[SCP80_TAR_SIZE];
    uint8_t counter[SCP80_COUNTER_SIZE];
    uint8_t status;
    struct bytes data;
};

/* Makes a response packet with its user data header (02 71 00), as the command's SPI asks for it.
 * 0, or a failure. */
int scp80_put_response(const struct scp80_header *header, const struct scp80_keys *keys,
                       const struct scp80_response *response, struct writer *out);

/* Reads such a packet. room: as many bytes as it has, which *out borrows. SCP80_OK,
 * SCP80_INTEGRITY_FAILED, SCP80_SECURITY_ERROR if it is malformed, or a failure. */
int scp80_read_response(struct bytes packet, const struct scp80_header *header,
                        const struct scp80_keys *keys, uint8_t *room, struct scp80_response *out);

#endif

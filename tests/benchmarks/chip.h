/* chip: a card in this process with a state and a PKI of its own, the LPA's way to talk to it, and
 * the CPU that the card takes for it. */
#ifndef EMUICC_TESTS_BENCHMARKS_CHIP_H
#define EMUICC_TESTS_BENCHMARKS_CHIP_H

#include "card/card.h"

#define CHIP_BLOCK_MAX 255
#define CHIP_ANSWER_MAX 65536

struct chip {
    char folder[64]; /* goes with chip_finish() */
    char pki[96];    /* in it */
    struct card card;
    size_t block;    /* size of STORE DATA's blocks */
    uint64_t spent;  /* nanoseconds of CPU within card_transmit(); set back by its reader */
    size_t commands; /* APDUs since then */
    uint16_t status; /* of the last one */
    uint8_t answer[CHIP_ANSWER_MAX];
};

/* A new chip, its ISD-R selected on the basic channel. */
void chip_init(struct chip *chip);
void chip_finish(struct chip *chip);

/* One APDU: its answer's data, borrowed until the next one; status words in chip->status. */
struct bytes chip_transmit(struct chip *chip, struct bytes command);
/* An ES10 function in blocks, its whole answer fetched. Must end with 9000. */
struct bytes chip_ask(struct chip *chip, struct bytes request);
/* The same with the request in hexadecimal. */
struct bytes chip_ask_hex(struct chip *chip, const char *request);
/* CPU since the last time it was asked for. */
double chip_spent(struct chip *chip);

/* Decodes the package and stores it as the factory would, committed: nanoseconds of CPU. */
double chip_install(struct chip *chip, struct bytes package);
/* EF.ICCID of the first profile on the chip. */
#define CHIP_ICCID_SIZE 10
void chip_first_iccid(struct chip *chip, uint8_t iccid[CHIP_ICCID_SIZE]);
/* Takes all profiles and all notifications off the chip. */
void chip_clear(struct chip *chip);

#endif

/* line_chip: a chip on the production line's reader: fake_card's commands around mini_card's roles.
 */
#ifndef EMUICC_TESTS_TOOLS_LINE_CHIP_H
#define EMUICC_TESTS_TOOLS_LINE_CHIP_H

#include "crypto/primitives/bsp.h"
#include "tests/tools/fake_card.h"
#include "tests/tools/mini_card.h"

#define LINE_CHIP_MAX 65536

struct line_chip {
    struct fake_card card;
    struct mini_card mini;
    uint8_t eid[16];    /* that it tells */
    uint8_t iccid[10];  /* of the profile it expects, nibbles swapped */
    bool refuses;       /* its result is a failure */
    bool dies_at_end;   /* pulled out when it has its result, before it can give it */
    json_t *initiation; /* what an LPA would have brought to a server */
    uint8_t loaded[LINE_CHIP_MAX];
    size_t loaded_len;
    struct blob result; /* waits in its list; empty: none */
    struct mini_card_installed installed;
    struct bsp session; /* keys of the session, as after InitialiseSecureChannel */
    unsigned cancelled, authenticated;
};

void line_chip_insert(struct line_chip *chip, const char *pki);
/* Anew into the reader, with what it holds. */
void line_chip_reset(struct line_chip *chip);
void line_chip_remove(struct line_chip *chip);

#endif

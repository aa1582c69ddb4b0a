/* talk: commands to a card in this process, in hexadecimal both ways. */
#ifndef EMUICC_TESTS_SUPPORT_TALK_H
#define EMUICC_TESTS_SUPPORT_TALK_H

#include "card/card.h"

/* One command: data and status word; "" if the command is no hexadecimal text or the card breaks
 * its promise about the size of a response. The text is valid until the next call. */
const char *talk(struct card *card, const char *command);

/* For tests: it is answered like that. */
#define TALK_ANSWERS(card, command, expected)                                                      \
    do {                                                                                           \
        const char *got = talk(card, command);                                                     \
        cr_assert_str_eq(got, expected, "%s gets %s, not %s", command, got, expected);             \
    } while (0)

/* One command, following 61xx with GET RESPONSE in the command's class. */
const char *talk_through(struct card *card, const char *command);

/* "BF2E00" as one STORE DATA block on the basic channel, its answer fetched. */
const char *talk_es10(struct card *card, const char *request);

#endif

/* birth: how a chip comes into being. The first start of a state gives it credentials, EID and the
 * profiles it leaves the factory with, all in one commit; a later start makes sure that what is
 * asked for is this chip. */
#ifndef EMUICC_CARD_BIRTH_H
#define EMUICC_CARD_BIRTH_H

#include "card/card.h"

struct birth_plan {
    const char *state;          /* folder */
    const char *pki;            /* folder; NULL: a test PKI of its own in the state */
    const char *eid;            /* digits; NULL: the personality's, or the certificate's */
    const char *seed;           /* of all chance from the birth on; NULL: the system's */
    const char *personality;    /* file or shipped name; NULL: as before, or the default */
    const char *const *install; /* texts, see factory.h */
    size_t install_count;
};

/* Whether the plan, but for its state and EID, is one for any chip: 0, or a failure after one trace
 * line. */
int birth_check(const struct birth_plan *plan);
/* A chip that answers, or a failure after one trace line, with nothing committed. card_close() is
 * due in both cases. */
int birth_card(const struct birth_plan *plan, struct card *card);
/* Reads the chip anew out of a store that has been replaced; its faults stay. The card is pulled
 * out of its reader for it. 0, or a failure: then it is out, and no more than a store. */
int birth_again(struct card *card);

#endif

/* startup: opens a chip's state. The first start makes the chip: its credentials, its EID and the
 * profiles it leaves the factory with, all in one commit. A later start checks that the options fit
 * the chip. */
#ifndef EMUICC_CARD_STARTUP_H
#define EMUICC_CARD_STARTUP_H

#include "card/card.h"
#include "card/identity.h"
#include "fs/births/births.h"

/* In a farm's folder: the file that it holds locked. */
#define STARTUP_FARM_LOCK "lock"

/* What a first start says of the chip, for those that are to be like it. */
struct startup_sample {
    struct writer values;     /* that are the chip's own (births_put_value()); has keys in it */
    enum pki_variant variant; /* the plan's of its credentials */
};

struct startup_plan {
    const char *state;       /* folder */
    const char *pki;         /* folder; NULL: a test PKI of its own in the state */
    const char *eid;         /* digits; NULL: the personality's, or the certificate's */
    const char *seed;        /* of every random value from the first start on; NULL: the system's */
    const char *personality; /* file or shipped name; NULL: as before, or the default */
    const char *const *install; /* texts, see factory.h; on the first start alone */
    size_t install_count;
    const char *eim; /* file with the eIM that an IoT eUICC leaves the factory with; NULL: none */
    bool is_one_of_many;       /* of a farm: all are started with what only new ones take */
    struct store_group *group; /* that its memory is of; NULL: none */
    const struct identity_issuers *issuers; /* in `pki`, when they have been read; or NULL */
    struct startup_sample *sample;          /* NULL: no others are made like it */
};

/* Of options' values: false after a trace line. */
bool startup_check_eid(const char *digits);
bool startup_check_profile(const char *text);

/* Checks all of the plan but its state and EID: 0, or a failure after one trace line. */
int startup_check(const struct startup_plan *plan);
/* Makes or reads the chip, which answers commands then. 0, or a failure after one trace line, with
 * nothing left of what it made; a chip of a farm that runs is the farm's alone. card_close() is due
 * in both cases. */
int startup_card(const struct startup_plan *plan, struct card *card);
/* Reads the chip again after its store has been replaced; its faults stay. For the reader that is a
 * reset it does not see; a chip with another ATR leaves it for a moment. 0, or a failure: then the
 * card is ejected and no more than a store. */
int startup_reload(struct card *card);

#endif

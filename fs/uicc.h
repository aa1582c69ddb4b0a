/* uicc: the UICC behind the enabled profile (TS 102 221 §11): the application that MF, ADFs and
 * EFs belong to, with one selection and one security state for each logical channel. */
#ifndef EMUICC_FS_UICC_H
#define EMUICC_FS_UICC_H

#include "apdu/application.h"
#include "crypto/random.h"
#include "fs/store.h"

#define UICC_PINS_MAX 26 /* verification states a channel remembers (TS 102 221 §9.3) */

struct uicc_channel {
    struct file *directory; /* current DF; the MF after reset */
    struct file *adf;       /* current application, NULL: none */
    struct file *file;      /* current EF, NULL: none */
    uint16_t record;        /* current record, 0: none */
    uint32_t verified;      /* bit n: the nth PIN of the profile was verified */
};

struct uicc {
    struct store *store;
    struct random *random;
    struct profile *profile; /* the enabled one, or the blank card's; owned */
    uint32_t profile_id;     /* in the store; 0: blank */
    struct uicc_channel channels[APDU_CHANNELS];
    bool terminal_profile; /* TERMINAL PROFILE was received in this power cycle */
};

int uicc_init(struct uicc *uicc, struct store *store, struct random *random);
void uicc_finish(struct uicc *uicc);

/* Takes the enabled profile (0: the blank card) out of the store; every channel is back at the MF
 * with nothing verified. Also after a rollback, to forget what was not committed. */
int uicc_load(struct uicc *uicc, uint32_t profile_id);
/* Power-on or reset: volatile state goes. */
void uicc_reset(struct uicc *uicc);
/* A channel was opened from channel `from`: it starts at the MF, or, when opened from a non-basic
 * channel, where that one stands (TS 102 221 §8.7). */
void uicc_open_channel(struct uicc *uicc, uint8_t channel, uint8_t from);

/* state: struct uicc *. SELECT (all P1), STATUS, READ, UPDATE, VERIFY and the rest are its rows. */
extern const struct application uicc_application;

#endif

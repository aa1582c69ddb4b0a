/* uicc: the UICC behind the enabled profile (TS 102 221 §11): the application that MF, ADFs and
 * EFs belong to, with one selection and one security state for each logical channel. */
#ifndef EMUICC_FS_UICC_UICC_H
#define EMUICC_FS_UICC_UICC_H

#include "fs/uicc/uicc_state.h"

int uicc_init(struct uicc *uicc, struct store *store, struct random *random);
void uicc_finish(struct uicc *uicc);

/* Takes the enabled profile (0: the blank card) out of the store; every channel is back at the MF
 * with nothing verified. Also after a rollback, to forget what was not committed. */
int uicc_load(struct uicc *uicc, uint32_t profile_id);
/* The same with a profile that is in memory already; takes it over. Its files must lie under an MF.
 */
void uicc_adopt(struct uicc *uicc, struct profile *profile, uint32_t profile_id);
/* Power-on or reset: volatile state goes. */
void uicc_reset(struct uicc *uicc);
/* A channel was opened from channel `from`: it starts at the MF, or, when opened from a non-basic
 * channel, where that one stands (TS 102 221 §8.7). */
void uicc_open_channel(struct uicc *uicc, uint8_t channel, uint8_t from);

/* What the terminal has to say to the card as a whole, on the basic channel whatever is selected
 * there: TERMINAL PROFILE, FETCH, TERMINAL RESPONSE, TERMINAL CAPABILITY, ENVELOPE (TS 102 221
 * §11.1.19, §11.2). */
static inline bool uicc_is_toolkit(uint8_t cla, uint8_t ins)
{
    static const uint8_t toolkit[] = {0x10, 0x12, 0x14, 0xAA, 0xC2};
    const bool gsm = cla == 0xA0 && ins != 0xAA; /* TERMINAL CAPABILITY is no 2G command */
    return (cla == 0x80 || gsm) && memchr(toolkit, ins, sizeof(toolkit)) != NULL;
}

/* state: struct uicc *. SELECT (all P1), STATUS, READ, UPDATE, VERIFY and the rest are its rows. */
extern const struct application uicc_application;

#endif

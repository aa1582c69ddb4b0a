/* menu: a toolkit application that is built in, for terminals and tools to meet one: a menu whose
 * items show a text, ask for one and start a timer, and an event that is told (TS 102 223 §6.4,
 * §7). It keeps no state: what it does follows from what it is told. */
#ifndef EMUICC_FS_TOOLKIT_MENU_H
#define EMUICC_FS_TOOLKIT_MENU_H

#include "apdu/tlv.h"
#include "fs/toolkit/proactive.h"

static inline bool menu_is_on(const struct proactive *proactive)
{
    return proactive->settings.test_menu == 1;
}

/* The first TERMINAL PROFILE of a power cycle has come: SET UP EVENT LIST, SET UP MENU. */
void menu_begin(struct proactive *proactive);
/* MENU SELECTION, TIMER EXPIRATION, EVENT DOWNLOAD; anything else, and what it has not set up, is
 * passed over. */
void menu_envelope(struct proactive *proactive, const struct tlv *envelope);
/* The terminal has answered: what GET INPUT has brought is shown. */
void menu_answered(struct proactive *proactive);

#endif

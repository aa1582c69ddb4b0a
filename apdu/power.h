/* power: what is done to a card's contacts. */
#ifndef EMUICC_APDU_POWER_H
#define EMUICC_APDU_POWER_H

enum card_power { CARD_OFF, CARD_ON, CARD_RESET };

#endif

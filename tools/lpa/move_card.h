/* move_card: what a card has of a profile that is to move, or has moved. */
#ifndef EMUICC_TOOLS_LPA_MOVE_CARD_H
#define EMUICC_TOOLS_LPA_MOVE_CARD_H

#include "tools/lib/es10/es10c.h"
#include "tools/lib/es9/activation.h"
#include "tools/lpa/move_record.h"

/* How a profile may leave (DeviceChangeConfiguration, SGP.22 v3 Annex O). */
enum move_way {
    MOVE_NOT,         /* its operator has not said so */
    MOVE_BY_SERVER,   /* requestToDp */
    MOVE_STORED_CODE, /* usingStoredAc */
};

struct move_profile {
    bool present, enabled;
    uint8_t iccid[PROFILE_ID_ICCID_LEN];
    char digits[MOVE_RECORD_ICCID_SIZE];
    enum move_way way;
    char address[ACTIVATION_TEXT_MAX + 1]; /* of the server that is to be asked */
    char code[ACTIVATION_TEXT_MAX + 1];    /* stored */
    bool deletes;                          /* before the stored code is handed over */
    bool eid_required, tac_required;       /* of the new device */
};

/* The profile that is meant, on this card; present is false if the card has none of this ICCID.
 * False after a fault. */
bool move_card_find(struct es10 *es10, const char *id, struct move_profile *out);
/* A profile with this ICCID is on the card. False if not, or after a fault. */
bool move_card_has(struct es10 *es10, const uint8_t iccid[PROFILE_ID_ICCID_LEN]);
bool move_card_eid(struct es10 *es10, uint8_t eid[ES10C_EID_LEN],
                   char digits[MOVE_RECORD_EID_SIZE]);

/* The pure part: DeviceChangeConfiguration's value. False if it is malformed. */
bool move_card_read_configuration(struct bytes value, struct move_profile *out);

#endif

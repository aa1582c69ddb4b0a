/* scp81_state: a card's administration over HTTP, as it stands. Private to scp81 but for its size.
 */
#ifndef EMUICC_FS_SCP81_SCP81_STATE_H
#define EMUICC_FS_SCP81_SCP81_STATE_H

#include "fs/ota/ota_state.h"
#include "fs/scp81/bip.h"
#include "fs/scp81/scp81_session.h"

enum scp81_state {
    SCP81_IDLE,
    SCP81_OPENING,   /* the terminal was asked for a channel */
    SCP81_CONNECTED, /* there is one */
    SCP81_CLOSING,
    SCP81_WAITING, /* for the time of the next attempt */
};

struct scp81 {
    struct ota *ota; /* borrowed */
    struct uicc_listener listener;
    enum scp81_state state;
    uint32_t profile; /* whose session it is */
    struct domain_aid domain;
    struct bip bip;
    struct scp81_session *session; /* NULL unless connected */
    bool reached;                  /* the server, in this attempt or an earlier one */
    bool done;                     /* closing: it has ended well */
    bool guarded;                  /* a timer runs while there is a channel */
    uint32_t responses;            /* seen when that was looked at last */
    uint8_t silence;               /* how often it was the same */
};

#endif

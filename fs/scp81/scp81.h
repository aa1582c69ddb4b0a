/* scp81: administration of security domains over HTTP (GlobalPlatform Amendment B): a message over
 * the air triggers a session, whose bytes go by a channel of the terminal's to the server, whose
 * scripts run where remote management lets them. What is left unfinished is tried again as the
 * retry policy says, or where the terminal has come into service before that, and with the next
 * TERMINAL PROFILE after a reset; the last failure is reported by a short message where the policy
 * has one.
 *
 * All that it changes is the card's to commit with the command that brought it. */
#ifndef EMUICC_FS_SCP81_SCP81_H
#define EMUICC_FS_SCP81_SCP81_H

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

/* From here on the UICC and what comes over the air tell this; ota is borrowed. */
void scp81_init(struct scp81 *scp81, struct ota *ota);
void scp81_finish(struct scp81 *scp81);
/* Power-on or reset: what is under way ends. */
void scp81_reset(struct scp81 *scp81);
/* A command was undone, or another profile is enabled: nothing that it has begun goes on, and the
 * channel is closed. */
void scp81_break(struct scp81 *scp81);

#endif

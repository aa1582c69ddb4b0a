/* uicc_state: what a UICC is between two commands: the profile, one selection and one security
 * state a channel, what is under way. For the sources of the UICC, which uicc.h puts together. */
#ifndef EMUICC_FS_UICC_UICC_STATE_H
#define EMUICC_FS_UICC_UICC_STATE_H

#include "apdu/application.h"
#include "apdu/tlv.h"
#include "crypto/primitives/random.h"
#include "fs/access/access_domain.h"
#include "fs/fcp/fcp.h"
#include "fs/store/store.h"
#include "fs/toolkit/proactive.h"

#define UICC_PINS_MAX 64 /* PINs of a profile that a channel can remember as verified */

/* What an access rule said of the current EF the last time it was asked: holds until something of
 * the profile or of the channel's security state changes. */
struct uicc_grant {
    const struct file *file;
    uint32_t generation; /* uicc's at that time */
    uint8_t ins;         /* the command that was granted */
};

/* RETRIEVE DATA and SET DATA that take several commands (TS 102 221 §11.3). */
struct uicc_transfer {
    struct file *file; /* NULL: none under way */
    uint32_t generation;
    uint32_t tag;    /* what is retrieved */
    uint32_t offset; /* where the next block starts; of SET DATA: bytes received */
    uint32_t block;  /* where the block before started */
    uint8_t *buffer; /* of SET DATA: room for the whole object, heap; NULL: retrieving */
    uint32_t total;  /* bytes of the object */
};

/* What a remote application may do: in the UICC's own files, and in those of its ADF; each also
 * with the commands of administration (TS 102 226 §8.2.1.3.2.5). */
struct uicc_remote {
    struct access_domain uicc, uicc_admin, adf, adf_admin;
    const struct file *only_adf; /* the one ADF that is in reach; NULL: none */
};

struct uicc_channel {
    struct file *directory; /* current DF; the MF after reset */
    struct file *adf;       /* current application, NULL: none */
    struct file *file;      /* current EF, NULL: none */
    uint16_t record;        /* current record, 0: none */
    uint64_t verified;      /* bit n: the nth PIN of the profile was verified */
    struct uicc_grant grant;
    struct uicc_transfer transfer;
    const struct uicc_remote *remote; /* borrowed; NULL: a terminal is at the other end */
};

#define UICC_GSM_RESPONSE_MAX 255

/* What a 2G command has announced for GET RESPONSE in class A0. */
struct uicc_gsm {
    uint8_t data[UICC_GSM_RESPONSE_MAX];
    uint8_t len;
};

#define UICC_TOKEN_SIZE 8

/* What SUSPEND UICC has put away until RESUME (TS 102 221 §11.1.22). */
struct uicc_suspension {
    enum { UICC_ACTIVE, UICC_SUSPENDED, UICC_RESUMABLE } phase; /* resumable: after the reset */
    uint8_t token[UICC_TOKEN_SIZE];
    uint32_t generation; /* at the reset */
    struct uicc_channel state;
    struct proactive proactive;
};

#define UICC_KS_MAX 64

/* Ks of the last bootstrapping (TS 33.220 §5.3.2). Secret. */
struct uicc_gba {
    uint32_t adf; /* id of the application it is for */
    uint8_t rand[16];
    uint8_t ks[UICC_KS_MAX]; /* CK, then IK */
    size_t ks_len;           /* 0: none */
};

/* Where a channel stands while the profile is not in memory (uicc_unload.h): ids of files; 0: the
 * MF for a directory, none otherwise. */
struct uicc_place {
    uint32_t directory, adf, file;
};

/* Beside the channels of the terminal there is one for scripts from afar. */
#define UICC_CHANNEL_REMOTE APDU_CHANNELS
#define UICC_CHANNELS (APDU_CHANNELS + 1)

/* Who is told of an ENVELOPE: gets the BER-TLV whole, which is well-formed, and may answer. 0, a
 * status word or a failure. */
typedef int uicc_envelope_handler(void *context, const struct tlv *envelope,
                                  struct writer *response);

/* Who takes part in the toolkit: each is told of everything and takes what is his. Any may be NULL.
 */
struct uicc_listener {
    struct uicc_listener *next;
    void *context;
    void (*begin)(void *context); /* the first TERMINAL PROFILE of a power cycle */
    uicc_envelope_handler *envelope;
    /* TERMINAL RESPONSE; 0 or a failure. */
    int (*answered)(void *context, const struct proactive_answer *answer);
};

/* What cards do each in their own way. */
struct uicc_settings {
    struct fcp_style fcp;
    int search_no_match; /* 1: SEARCH RECORD that finds nothing answers 6A83, not 6282 */
};

struct uicc {
    struct uicc_settings settings;
    struct store *store;
    struct random *random;
    struct profile *profile;   /* the enabled one, or the blank card's; owned; NULL: unloaded */
    struct uicc_place *places; /* of all channels, heap; NULL unless unloaded */
    uint32_t profile_id;       /* in the store; 0: blank */
    bool hides_blank;          /* a blank card shows no files at all, not even an MF */
    bool write_failed;         /* by the last change: PINs are not told apart before one succeeds */
    bool terminal_capable;     /* a TERMINAL CAPABILITY was received */
    bool terminal_enterprise;  /* it says: Enterprise Capable Device */
    bool gathers;              /* changes of one file are gathered (uicc_keep.h): */
    const struct file *gathered; /* that one; NULL: none yet */
    uint32_t generation;         /* moves whenever a grant may have become wrong */
    struct uicc_channel channels[UICC_CHANNELS];
    struct uicc_gsm gsm;
    struct uicc_suspension suspension;
    struct uicc_gba gba;
    struct proactive proactive;
    struct uicc_listener *listeners; /* borrowed; the first to be told first */
};

/* The channel a command came on. */
static inline struct uicc_channel *uicc_channel(struct uicc *uicc, const struct apdu *apdu)
{
    return &uicc->channels[apdu->channel];
}

/* From here on the listener, which is borrowed, is told, after those before it. */
static inline void uicc_listen(struct uicc *uicc, struct uicc_listener *listener)
{
    struct uicc_listener **last = &uicc->listeners;
    while (*last != NULL)
        last = &(*last)->next;
    listener->next = NULL;
    *last = listener;
}

/* Le asks for all there is: 00, in its short or its long form. */
static inline bool uicc_le_is_open(const struct apdu *apdu)
{
    return apdu->le == (apdu->extended ? APDU_LE_EXTENDED_MAX : APDU_LE_SHORT_MAX);
}

/* Grants that channels remember may be wrong from now on. */
static inline void uicc_moved(struct uicc *uicc)
{
    uicc->generation++;
}

/* Nothing selected but the MF; what was verified stays. */
void uicc_state_home(struct uicc *uicc, struct uicc_channel *channel);
/* The profile in the place of the one that is there; no channel points into it yet. */
void uicc_state_take_profile(struct uicc *uicc, struct profile *profile);
#define UICC_MEMORY_SPARE 65536 /* bytes that a profile may grow by: files created, resized */
/* What a channel stood in while unloaded is forgotten; -1: all of them, for another profile. */
#define UICC_ALL_CHANNELS (-1)
void uicc_state_forget_places(struct uicc *uicc, int channel);
/* What RETRIEVE DATA or SET DATA had under way is forgotten. */
void uicc_state_end_transfer(struct uicc_transfer *transfer);
/* Nothing is put away any more. */
void uicc_state_forget_suspension(struct uicc *uicc);
/* Forgets Ks. */
void uicc_state_wipe_gba(struct uicc *uicc);

#endif

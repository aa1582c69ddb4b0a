/* uicc: the UICC behind the enabled profile (TS 102 221 §11): the application that MF, ADFs and
 * EFs belong to, with one selection and one security state for each logical channel. */
#ifndef EMUICC_FS_UICC_UICC_H
#define EMUICC_FS_UICC_UICC_H

#include "apdu/application.h"
#include "crypto/primitives/random.h"
#include "fs/toolkit/proactive.h"
#include "fs/store/store.h"

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

struct uicc_channel {
    struct file *directory; /* current DF; the MF after reset */
    struct file *adf;       /* current application, NULL: none */
    struct file *file;      /* current EF, NULL: none */
    uint16_t record;        /* current record, 0: none */
    uint64_t verified;      /* bit n: the nth PIN of the profile was verified */
    struct uicc_grant grant;
    struct uicc_transfer transfer;
};

#define UICC_GSM_RESPONSE_MAX 23

/* What a 2G command has announced for GET RESPONSE in class A0. */
struct uicc_gsm {
    uint8_t data[UICC_GSM_RESPONSE_MAX];
    uint8_t len;
};

#define UICC_TOKEN_SIZE 8

/* What SUSPEND UICC has put away until RESUME (TS 102 221 §11.1.22). */
struct uicc_suspension {
    enum { UICC_AWAKE, UICC_SUSPENDED, UICC_RESUMABLE } phase; /* resumable: after the reset */
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

struct uicc_place; /* where a channel stands while the profile is not in memory (uicc_rest.h) */

struct uicc {
    struct store *store;
    struct random *random;
    struct profile *profile;   /* the enabled one, or the blank card's; owned; NULL: at rest */
    struct uicc_place *places; /* of all channels, heap; NULL unless at rest */
    uint32_t profile_id;       /* in the store; 0: blank */
    bool hides_blank;          /* a blank card shows no files at all, not even an MF */
    bool terminal_capable;     /* a TERMINAL CAPABILITY was received */
    bool terminal_enterprise;  /* it says: Enterprise Capable Device */
    uint32_t generation;       /* moves whenever a grant may have become wrong */
    struct uicc_channel channels[APDU_CHANNELS];
    struct uicc_gsm gsm;
    struct uicc_suspension suspension;
    struct uicc_gba gba;
    struct proactive proactive;
};

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
    return cla == 0x80 && memchr(toolkit, ins, sizeof(toolkit)) != NULL;
}

/* state: struct uicc *. SELECT (all P1), STATUS, READ, UPDATE, VERIFY and the rest are its rows. */
extern const struct application uicc_application;

#endif

/* usim: authentication and key agreement as a USIM or ISIM does it (TS 33.102 §6.3), over the
 * parameters that a package gave an application. Knows nothing of commands. */
#ifndef EMUICC_FS_USIM_USIM_H
#define EMUICC_FS_USIM_USIM_H

#include "fs/usim/usim_keys.h"

enum usim_result {
    USIM_OK = 0,
    USIM_WRONG_MAC = 1,
    USIM_NOT_FRESH = 2, /* AUTS says which sequence number the card has */
};

struct usim_answer {
    struct usim_keys keys; /* with USIM_OK */
    uint8_t auts[USIM_AUTS_MAX];
    size_t auts_len;  /* with USIM_NOT_FRESH */
    bool sqn_changed; /* the parameters have to be kept before the answer goes out */
};

/* Checks AUTN, whose length goes with the algorithm's MAC, and the freshness of its sequence number
 * (TS 33.102 Annex C.2), which it takes into *aka. With
 * GBA the MAC in AUTN is masked with a digest of IK (TS 33.220 §5.3.2). A USIM_* result or a
 * failure. */
enum usim_purpose { USIM_FOR_ACCESS, USIM_FOR_GBA };
int usim_authenticate(struct aka *aka, enum usim_purpose purpose,
                      const uint8_t rand[USIM_RAND_SIZE], struct bytes autn,
                      struct usim_answer *out);

/* Bytes of AUTN for this algorithm and its options. */
size_t usim_autn_len(const struct aka *aka);

/* f2 to f5 alone, as the GSM security context needs them. 0 or a failure. */
int usim_derive(const struct aka *aka, const uint8_t rand[USIM_RAND_SIZE], struct usim_keys *out);

/* Conversions c2 and c3 (TS 33.102 §6.8.1.2). */
void usim_sres(const struct usim_keys *keys, uint8_t sres[USIM_SRES_SIZE]);
void usim_kc(const struct usim_keys *keys, uint8_t kc[USIM_KC_SIZE]);

#endif

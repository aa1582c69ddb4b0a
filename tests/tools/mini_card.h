/* mini_card: just enough of a chip and its LPA to talk ES9+ to the server under test. Written from
 * SGP.22's ASN.1 alone, with nothing of isd-r in it. Everything aborts the test on its own errors.
 */
#ifndef EMUICC_TESTS_TOOLS_MINI_CARD_H
#define EMUICC_TESTS_TOOLS_MINI_CARD_H

#include <jansson.h>

#include "crypto/pki/pki.h"
#include "crypto/primitives/random.h"
#include "fs/profile/blob.h"

/* What the card does wrong, one at a time. */
enum mini_card_fault {
    MINI_CARD_RIGHT,
    MINI_CARD_WRONG_SIGNATURE,
    MINI_CARD_WRONG_TRANSACTION,
    MINI_CARD_WRONG_CHALLENGE,
    MINI_CARD_WRONG_ADDRESS,
    MINI_CARD_WRONG_OID,
    MINI_CARD_WRONG_POINT,
    MINI_CARD_ERROR,            /* answers with an error of its own */
    MINI_CARD_OTHER_CAPABILITY, /* in EUICCInfo2 than in EUICCInfo1 */
    MINI_CARD_OTHER_LPA,        /* lpaRspCapability in deviceInfo */
};

struct mini_card {
    struct random random;
    struct pki_entity ci, eum, euicc;
    const char *other_eum; /* a file that is sent in place of the EUM's certificate */
    enum mini_card_fault fault;
    uint8_t svn[3];
    uint8_t highest_svn[3];  /* all 0: none is named */
    uint32_t lpa_capability; /* of the LPA before it; 0: not told */
    uint32_t operation;      /* OperationType; 0: left out */
    struct bytes source;     /* content of matchingIdSource; empty: left out */
    bool names_iccid;        /* of the profile last offered, in ctxParams1 */
    uint32_t purpose;        /* tag of ctxParams1: 0 common, 0xA1 a change, 0xA2 a recovery of it */
    struct bytes target;     /* of a change: what follows deviceInfo */
    bool encrypts;           /* sends a key for DeviceChangeData */
    uint8_t failure;         /* errorReason of an installation that fails; 0: 12 */
    uint32_t forbidden_rules;
    uint32_t free_memory;
    uint8_t profile_version[3];
    const char *matching_id;       /* NULL: left out */
    const char *confirmation_code; /* NULL: none typed */

    uint8_t challenge[16], transaction_id[16], server_challenge[16];
    char address[256];
    uint8_t server_oid[32];
    size_t server_oid_len;
    uint32_t capability;          /* EuiccRspCapability in EUICCInfo1; 0: not told */
    bool signs_v3;                /* shows v3_chain, and names its CI for it alone */
    struct pki_chain v3_chain;    /* set by the test, given back by mini_card_remove() */
    size_t server_chain, stapled; /* certificates and lists that came with the server's */
    bool v3;                      /* the server has named its version */
    uint8_t server_svn[3];
    uint8_t dp_point[EC_POINT_SIZE];      /* PK.DPpb */
    uint8_t dp_auth_point[EC_POINT_SIZE]; /* PK.DPauth */
    struct blob rpm_package;              /* content of the RpmPackage last offered */
    bool rpm_pending;                     /* the server has (more) remote management */
    uint8_t dp_signature2[EC_SIGNATURE_SIZE];
    uint8_t dp_signature4[EC_SIGNATURE_SIZE];
    struct blob change_data;              /* content of DeviceChangeData, opened */
    char activation_code[256];            /* of that, or of a recovery */
    uint8_t signature[EC_SIGNATURE_SIZE]; /* the card's last one */
    struct ec_private *one_time_key;
    bool keep_one_time_key; /* answers with the one it has if the server names it */
    bool one_time_key_named;
    bool code_required;
    uint32_t sequence;
    uint8_t iccid[10]; /* of the profile last offered, nibbles swapped */
};

/* A card with the eUICC and EUM of a PKI on disk. */
void mini_card_insert(struct mini_card *card, const char *pki, enum ec_curve curve);
void mini_card_remove(struct mini_card *card);

/* Requests, new objects. */
json_t *mini_card_initiate(struct mini_card *card, const char *address);
json_t *mini_card_authenticate(struct mini_card *card);
json_t *mini_card_prepare(struct mini_card *card);
json_t *mini_card_cancel(struct mini_card *card, uint8_t reason);
json_t *mini_card_result(struct mini_card *card, bool installed);
/* final: content of finalResult, A0 {...} or 81 {...}. */
json_t *mini_card_rpm_result(struct mini_card *card, struct bytes final);
json_t *mini_card_notify(struct mini_card *card, uint32_t operation);

/* Answers: checks what a chip would check, and takes over what the next step needs. */
void mini_card_take_initiation(struct mini_card *card, const json_t *response);
void mini_card_take_metadata(struct mini_card *card, const json_t *response);

void mini_card_take_rpm(struct mini_card *card, const json_t *response);

/* A profile leaves the card, or comes back (SGP.22 v3 §3.11). */
void mini_card_take_change(struct mini_card *card, const json_t *response);
json_t *mini_card_prepare_change(struct mini_card *card);
void mini_card_take_changed(struct mini_card *card, const json_t *response);
/* DeleteNotificationForDc as base64, the caller's to free(). */
char *mini_card_deletion(struct mini_card *card);

/* A bound package, opened. */
struct mini_card_installed {
    struct blob configuration, metadata, package;
    bool keys_replaced;
    size_t longest_segment;
    uint8_t smdp_otpk[EC_POINT_SIZE];
};
void mini_card_load(struct mini_card *card, const json_t *response,
                    struct mini_card_installed *out);
void mini_card_open(struct mini_card *card, struct bytes bound, struct mini_card_installed *out);
void mini_card_forget(struct mini_card_installed *installed);

#endif

/* iot_world: an IoT chip with profiles and two eIMs, and packages as a few letters.
 *
 * Profiles: A, B, C are plain; F and K may have the fallback attribute; M is the emergency profile;
 * P has PPR1, Q PPR2. N is not there. eIMs: 1 is associated, with a token; 2 and 3 are not yet.
 *
 * Operations: E enable, E! with rollbackFlag, D disable, X delete, S setFallbackAttribute, each
 * with a profile's letter behind it (E!A); U unsetFallbackAttribute, L listProfileInfo, R getRAT, I
 * and i configureImmediateEnable on and off, H setDefaultDpAddress, ? none that there is; + addEim,
 * - deleteEim, * updateEim, each with an eIM's number; # listEim.
 *
 * Results: the letter and the code (E0), L with the letters of the profiles or ! and a code, R with
 * the number of rules, + with t and the token or the code, # with the numbers of eIMs, Z the undone
 * one of a rollback, ! and why processing was terminated. A package that is refused: s and the code
 * of a signed error, u where it is unsigned, or the status word. */
#ifndef EMUICC_TESTS_ISD_R_IOT_WORLD_H
#define EMUICC_TESTS_ISD_R_IOT_WORLD_H

#include "tests/isd-r/iot.h"

#define IOT_WORLD_EIMS 3
#define IOT_WORLD_PROFILES "ABCFKMPQ"

struct iot_world {
    struct peer peer;
    struct iot_chip chip;
    struct iot_eim eims[IOT_WORLD_EIMS];
    uint32_t sequence;                    /* of the last result */
    bool over_signature;                  /* results are signed over eimSignature: */
    uint8_t signature[EC_SIGNATURE_SIZE]; /* of the last package */
};

/* A chip of v1.2 with all of it; nothing enabled. */
void iot_world_start(struct iot_world *world);
void iot_world_stop(struct iot_world *world);
struct iot_eim *iot_world_eim(struct iot_world *world, char number);

/* How a package is bent. All zero: not at all, by eIM 1, with its next counter. */
struct iot_bent {
    char eim;        /* its number; 0: 1 */
    int64_t counter; /* 0: the next */
    bool other_eid, other_key, wrong_signature, no_transaction_id, no_token;
    struct bytes list;   /* instead of the operations: A0 or A1, whole */
    struct bytes eim_id; /* instead of its own */
};
/* The request, BF51 whole. */
void iot_world_put_package(struct iot_world *world, const char *operations,
                           const struct iot_bent *bent, struct writer *out);
/* Sends it and reads what comes back, signatures verified. Valid until the next. */
const char *iot_world_send(struct iot_world *world, const char *operations,
                           const struct iot_bent *bent);
/* The same of an answer that is here: BF51 whole. */
const char *iot_world_read(struct iot_world *world, struct bytes answer,
                           const struct iot_bent *bent);
/* The letters of the profiles that are there, enabled ones in brackets, F's owner of the fallback
 * attribute with ' behind it. */
const char *iot_world_shown(struct iot_world *world);
/* Event (e, d, x) and profile of each notification but those of installations. */
const char *iot_world_told(struct iot_world *world);
/* Removes all notifications. */
void iot_world_forget_told(struct iot_world *world);
/* A function with refreshFlag, or none where refresh is negative: its result. */
int iot_world_change(struct iot_world *world, uint32_t tag, int refresh);

#endif

/* eim: one eIM as the chip keeps it: EimConfigurationData (SGP.32 §2.11.1, §5.9.4, §5.9.18). Keys
 * and certificates stay coded as they came: some send the object whole inside its choice, some with
 * the choice's tag in place of its own. */
#ifndef EMUICC_ISD_R_IOT_EIM_H
#define EMUICC_ISD_R_IOT_EIM_H

#include "isd-r/info/euicc_info.h"

#define EIM_TAG_ID 0x80
#define EIM_TAG_TOKEN 0x84
#define EIM_ID_MAX 128 /* bytes */
#define EIM_COUNTER_MAX 0x7FFFFF
#define EIM_CONFIGURATION_MAX 4096 /* bytes of a whole EimConfigurationData */

/* AddInitialEim's, addEim's and updateEim's results */
enum eim_result {
    EIM_OK = 0,
    EIM_NOT_FOUND = 1, /* updateEim; of the others: */
    EIM_NO_MEMORY = 1,
    EIM_EXISTS = 2,
    EIM_UNKNOWN_CI = 3,
    EIM_BAD_TOKEN = 5,
    EIM_BAD_COUNTER = 6,
    EIM_COMMAND_ERROR = 7,
};

/* Its fields, in the order in which they are coded. */
enum eim_field {
    EIM_ID,
    EIM_FQDN,
    EIM_ID_TYPE,
    EIM_COUNTER,
    EIM_TOKEN,
    EIM_KEY,     /* eimPublicKeyData */
    EIM_TLS_KEY, /* trustedPublicKeyDataTls */
    EIM_PROTOCOLS,
    EIM_CI,
    EIM_INDIRECT,
    EIM_PROPRIETARY, /* of v1.3 */
    EIM_FIELDS,
};

struct eim {
    struct tlv fields[EIM_FIELDS]; /* borrowed; tag 0: absent */
    int64_t counter;               /* 0 without one */
    int64_t token;                 /* 0: none */
};

/* Reads the fields out of what is inside an EimConfigurationData; what follows the last of them is
 * a later release's. EIM_OK, or why a value cannot be. */
enum eim_result eim_parse(struct bytes content, enum euicc_info_iot release, struct eim *out);
/* May it be added? Needs an id, a counter, a readable key; a CI under which the chip signs; no
 * token but -1, which asks for one. */
enum eim_result eim_check_new(const struct eim *eim, const struct credentials *credentials);
/* May these be its new fields? */
enum eim_result eim_check_update(const struct eim *eim, const struct credentials *credentials);
/* The fields that the update has replace those that were there; the token stays. */
void eim_update(struct eim *eim, const struct eim *update);

/* EimConfigurationData, whole, with counter and token as they are now. */
void eim_put(const struct eim *eim, struct writer *out);
/* As it is first kept: what v1.2 says of absent fields is written out. */
void eim_put_new(const struct eim *eim, enum euicc_info_iot release,
                 const struct credentials *credentials, struct writer *out);
/* The associationToken that is signed after a package and after its result: 84 00 where there is
 * none. */
void eim_put_token(const struct eim *eim, struct writer *out);

static inline struct bytes eim_id(const struct eim *eim)
{
    return eim->fields[EIM_ID].value;
}
/* The key that its packages are signed by; false where there is none that can be read. */
bool eim_find_key(const struct eim *eim, enum ec_curve *curve, struct bytes *point);
/* Under which CI its results are signed: its own, or the first; NULL if the chip cannot. */
const struct credential *eim_signer(const struct eim *eim, const struct credentials *credentials);

#endif

/* iot: an eIM and an IPA in one, played against an IoT chip by the specification and with crypto/
 * alone. What the chip signs is verified. */
#ifndef EMUICC_TESTS_ISD_R_IOT_H
#define EMUICC_TESTS_ISD_R_IOT_H

#include "tests/isd-r/peer.h"

#include "isd-r/info/euicc_info.h"

#define IOT_EIM_ID "eim.example.com"

/* An IoT chip of this release from now on; quirks and what it does at errors may be set in
 * *settings before. */
struct iot_chip {
    struct euicc_info info;
    struct isd_r_settings settings;
};
void iot_become(struct peer *peer, struct iot_chip *chip, enum euicc_info_iot release);

/* One eIM with its key. */
struct iot_eim {
    const char *id;
    enum ec_curve curve;
    struct ec_private *key;
    int64_t counter; /* of its last package */
    int64_t token;   /* 0: none */
};
void iot_eim_start(struct peer *peer, struct iot_eim *eim, const char *id, enum ec_curve curve);
void iot_eim_finish(struct iot_eim *eim);

/* The fields of its EimConfigurationData, counter and key included; token: -1 asks for one, 0: none
 * is named. */
void iot_put_fields(const struct iot_eim *eim, int64_t token, bool nested, struct writer *out);
/* AddInitialEim for it alone, which must succeed; it is given a token. */
void iot_associate(struct peer *peer, struct iot_eim *eim);

/* Hexadecimal to a command, its answer as hexadecimal; the status word where there is no data.
 * Valid until the next. */
const char *iot_talk(struct peer *peer, const char *request);

#endif

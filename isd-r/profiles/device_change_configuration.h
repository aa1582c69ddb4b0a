/* device_change_configuration: DeviceChangeConfiguration, how a profile may move to another device
 * (SGP.22 v3 §2.4a.1.8, Annex H, O). */
#ifndef EMUICC_ISD_R_PROFILES_DEVICE_CHANGE_CONFIGURATION_H
#define EMUICC_ISD_R_PROFILES_DEVICE_CHANGE_CONFIGURATION_H

#include "apdu/tlv.h"

/* The slices borrow. */
struct device_change_configuration {
    bool by_server;               /* requestToDp: a server is asked; usingStoredAc otherwise */
    struct bytes address;         /* of that server */
    struct bytes allowed_ci;      /* key id of the CI that it must be under; data is NULL: any */
    struct bytes activation_code; /* that is stored instead */
};
/* False if an element is missing or out of its limits. */
bool device_change_configuration_parse(struct bytes value, struct device_change_configuration *out);
/* May the server at this address, under a CI with this key id, move the profile? */
bool device_change_configuration_names(const struct device_change_configuration *configuration,
                                       struct bytes address, struct bytes ci_key_id);

#endif

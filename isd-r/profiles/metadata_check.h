/* metadata_check: whether a value is one that its element of a profile's metadata may have: types
 * and limits of SGP.22 Annex H. What follows the fields that a type has is a later release's and
 * passed over. */
#ifndef EMUICC_ISD_R_PROFILES_METADATA_CHECK_H
#define EMUICC_ISD_R_PROFILES_METADATA_CHECK_H

#include "apdu/der.h"

#define METADATA_CHECK_ADDRESS_MAX 255 /* bytes of a server's address, as DNS bounds it */

typedef bool metadata_check(struct bytes value);
metadata_check metadata_check_iccid, metadata_check_service_provider, metadata_check_name,
    metadata_check_icon_type, metadata_check_icon, metadata_check_class,
    metadata_check_notifications, metadata_check_owner, metadata_check_bits;
/* VendorSpecificExtension, LocalisedTextMessage, LprConfiguration, … */
metadata_check metadata_check_vendor_data, metadata_check_address, metadata_check_message,
    metadata_check_lpr, metadata_check_enterprise, metadata_check_device_change,
    metadata_check_access_rules, metadata_check_size, metadata_check_boolean;

#endif

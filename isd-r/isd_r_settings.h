/* isd_r_settings: what may differ from one chip's making to the next. */
#ifndef EMUICC_ISD_R_ISD_R_SETTINGS_H
#define EMUICC_ISD_R_ISD_R_SETTINGS_H

#include "apdu/bytes.h"
#include "fs/profile/file.h"
#include "isd-r/iot/iot_settings.h"

struct euicc_info;

#define ISD_R_AIDS_MAX 8
struct isd_r_aid {
    uint8_t data[FILE_AID_MAX];
    uint8_t len; /* 0: no such application */
};
/* What chips in the field do otherwise than SGP.22 says; bits of isd_r_settings.quirks. */
#define ISD_R_QUIRK_REFRESH_REFUSED (1u << 0)  /* a change with refreshFlag: undefinedError */
#define ISD_R_QUIRK_ONLY_BY_AID (1u << 1)      /* profiles are not known by their ICCID */
#define ISD_R_QUIRK_HIDDEN (1u << 2)           /* not there before a TERMINAL CAPABILITY */
#define ISD_R_QUIRK_BASIC_CHANNEL (1u << 3)    /* SELECT on any other channel: 6881 */
#define ISD_R_QUIRK_LOCKED_BY_ENABLE (1u << 4) /* then 6985 to ES10b until a reset */
#define ISD_R_QUIRK_RETRIEVE_ERROR (1u << 5)   /* an unknown notification is an error */
#define ISD_R_BLOCK_MAX 255                    /* bytes that a STORE DATA can have */

struct isd_r_settings {
    const struct euicc_info *info;
    struct isd_r_aid aids[ISD_R_AIDS_MAX]; /* all of which select the ISD-R */
    size_t aid_count;                      /* 0: it cannot be selected */
    struct isd_r_aid ecasd_aid;
    const char *default_dp_address; /* until the LPA sets another; NULL: none */
    uint32_t first_notification;    /* sequence number */
    uint32_t segment_max;           /* the longest that this one takes */
    struct bytes rules;             /* the table's entries, see rules.h */
    uint32_t quirks;                /* ISD_R_QUIRK_* */
    uint32_t block_max;             /* longer STORE DATA: 6A80; 0: as long as they can be */
    struct iot_settings iot;        /* of an IoT eUICC */
};
/* The chip as it comes by default. */
extern const struct isd_r_settings isd_r_settings_default;
/* quirk: one of ISD_R_QUIRK_*. */
static inline bool isd_r_settings_has_quirk(const struct isd_r_settings *settings, uint32_t quirk)
{
    return (settings->quirks & quirk) != 0;
}

#endif

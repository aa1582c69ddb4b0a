/* iot: what the functions of SGP.32 work on, made for each command by those in front, all of it
 * borrowed.
 *
 * What an IPA or an eIM may rely on is whole in each answer: a package has been executed, with its
 * result kept and its counter used up, or nothing has happened. One commit ends each command, so
 * that a cut of the power leaves it done or not begun; a package is never found half executed. */
#ifndef EMUICC_ISD_R_IOT_IOT_H
#define EMUICC_ISD_R_IOT_IOT_H

#include "apdu/checkpoint.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/iot/immediate.h"
#include "isd-r/iot/iot_memory.h"
#include "isd-r/iot/iot_settings.h"
#include "isd-r/profiles/profile_state.h"
#include "isd-r/profiles/registry.h"

struct iot {
    struct store *store;
    struct random *random;
    const struct credentials *credentials;
    struct registry *registry;
    struct profile_state *state;
    struct notification *notification;
    const struct euicc_info *info;
    const struct iot_settings *settings;
    struct bytes rules;             /* the Rules Authorisation Table that the chip was made with */
    const char *default_dp_address; /* NULL: none */
    struct iot_memory *memory;
    struct immediate_download *download;
    const struct checkpoint_watch *watch; /* NULL: nobody watches */
};

static inline bool iot_has_quirk(const struct iot *iot, uint32_t quirk)
{
    return (iot->settings->quirks & quirk) != 0;
}

#endif

/* device_change: a profile leaves this chip for another device (SGP.22 v3 §3.11). */
#ifndef EMUICC_ISD_R_DEVICE_CHANGE_DEVICE_CHANGE_H
#define EMUICC_ISD_R_DEVICE_CHANGE_DEVICE_CHANGE_H

#include "isd-r/device_change/device_change_data.h"
#include "isd-r/profiles/profile_state.h"
#include "isd-r/session/rsp_session.h"

/* The profile with this ICCID may be moved by the session's server: its DeviceChangeConfiguration
 * names it. */
bool device_change_is_allowed(const struct registry *registry, struct bytes iccid,
                              struct bytes address, struct bytes ci_key_id);
/* Deletes the profile, if the data say so, by the rules of DeleteProfile, and keeps the
 * notification of that for the address that they name, beside those that the metadata want. *out is
 * an enum device_change_result. 0 or a failure. */
int device_change_carry_out(struct profile_state *state, const struct rsp_session *session,
                            const struct device_change_data *data, int *out);

#endif

/* look: into the store of a card that is off. Answers as the running card does. */
#ifndef EMUICC_TOOLS_LIB_CONTROL_LOOK_H
#define EMUICC_TOOLS_LIB_CONTROL_LOOK_H

#include "apdu/bytes.h"

/* Opens the chip's store for this time, without changing what is in it. False after a trace line:
 * there is no chip in the folder, or a card has just started on it. */
bool look_list(const char *state, const char *unused, struct writer *out);
bool look_show(const char *state, const char *iccid, struct writer *out);
bool look_files(const char *state, const char *iccid, struct writer *out);
bool look_iot(const char *state, const char *unused, struct writer *out);
/* {"snapshots": […]}: names, times, sizes; whether a card runs or not, as with their removal. */
bool look_snapshots(const char *state, const char *unused, struct writer *out);

/* These do change something: the snapshot, the chip, or what an IoT chip keeps. */
bool look_snapshot(const char *state, const char *name, struct writer *out);
bool look_restore(const char *state, const char *name, struct writer *out);
bool look_snapshot_remove(const char *state, const char *name, struct writer *out);
bool look_iot_set(const char *state, const char *line, struct writer *out);

/* Of a farm: the EIDs of its chips, in order, from a place (a number, from 0) on. */
#define LOOK_CHIPS_AT_ONCE 20000
bool look_chips(const char *state, const char *place, struct writer *out);

#endif

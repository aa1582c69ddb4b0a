/* move_record: what an LPA notes of a profile that is on its way to another device, so that it can
 * go on after any interruption (SGP.22 v3 §3.11.2). One file a card and profile. */
#ifndef EMUICC_TOOLS_LPA_MOVE_RECORD_H
#define EMUICC_TOOLS_LPA_MOVE_RECORD_H

#include "tools/lib/es9/activation.h"

#define MOVE_RECORD_EID_SIZE 33
#define MOVE_RECORD_ICCID_SIZE 21
#define MOVE_RECORD_TIME_SIZE 32

struct move_record {
    char eid[MOVE_RECORD_EID_SIZE], iccid[MOVE_RECORD_ICCID_SIZE]; /* digits; the file's name */
    char address[ACTIVATION_TEXT_MAX + 1];                         /* of the server; "": none */
    char code[ACTIVATION_WHOLE_SIZE];              /* for the new device; "": not known yet */
    char recoverable_until[MOVE_RECORD_TIME_SIZE]; /* GeneralizedTime; "": not said */
};

/* folder: NULL for the default. Each returns false after a fault. */

/* Reads the one with record's eid and iccid; *found: there is one. */
bool move_record_read(const char *folder, struct move_record *record, bool *found,
                      struct fault *fault);
/* On the disk when it returns; folders are made. */
bool move_record_write(const char *folder, const struct move_record *record, struct fault *fault);
/* The profile has arrived. What fails is no fault: a file too much does no harm. */
void move_record_remove(const char *folder, const struct move_record *record);

#endif

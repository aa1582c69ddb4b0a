/* activation: the activation code that a subscriber is given (SGP.22 §4.1). */
#ifndef EMUICC_TOOLS_LIB_ES9_ACTIVATION_H
#define EMUICC_TOOLS_LIB_ES9_ACTIVATION_H

#include "apdu/bytes.h"
#include "tools/lib/transport/fault.h"

#define ACTIVATION_TEXT_MAX 255 /* characters of a code, prefix excluded */

#define ACTIVATION_DELETION_MAX 512 /* bytes of what an old device says of a deletion */
#define ACTIVATION_WHOLE_SIZE 1024  /* of a code with that, its end included */

struct activation {
    char address[ACTIVATION_TEXT_MAX + 1];     /* SM-DP+: a name, perhaps with ":port" */
    char matching_id[ACTIVATION_TEXT_MAX + 1]; /* may be empty */
    char smdp_oid[ACTIVATION_TEXT_MAX + 1];    /* dotted, or empty */
    bool code_required;                        /* a confirmation code goes with it */
    uint8_t deletion[ACTIVATION_DELETION_MAX]; /* DeleteNotificationForDc */
    size_t deletion_len;
};

/* A host name or address, perhaps with a port: fit to be part of a URL. */
bool activation_is_address(const char *text);

/* Takes apart "LPA:1$ADDRESS$MATCHING_ID[$[OID][$1]]", with or without "LPA:". Fields that later
 * releases of SGP.22 append are ignored, but for the seventh: the old device's word that it has
 * deleted a profile that moves (SGP.22 v3 §4.1.3), in base64; the sixth is the server's CI. No
 * public text shows their order: it is that in which §4.1 is told to name them. A fault names the
 * field that is wrong. */
bool activation_parse(const char *text, struct activation *out, struct fault *fault);

/* Appends that word to a code; false if it does not fit into size. */
bool activation_append_deletion(char *text, size_t size, struct bytes deletion);
static inline struct bytes activation_deletion(const struct activation *code)
{
    return bytes_of(code->deletion, code->deletion_len);
}

#endif

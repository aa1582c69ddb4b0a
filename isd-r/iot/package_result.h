/* package_result: what an eIM is told of its package (SGP.32 §2.11.2, §5.9.1): signed under the CI
 * that the eIM's configuration names, and kept beside the notifications, under a number of theirs,
 * until it is removed. */
#ifndef EMUICC_ISD_R_IOT_PACKAGE_RESULT_H
#define EMUICC_ISD_R_IOT_PACKAGE_RESULT_H

#include "fs/text/inventory_iot.h"
#include "isd-r/iot/eim.h"
#include "isd-r/iot/iot.h"

#define PACKAGE_RESULT_TAG 0xBF51
#define PACKAGE_RESULT_MAX 8192 /* bytes of the operations' results together */
#define PACKAGE_RESULT_OPERATION                                                                   \
    INVENTORY_IOT_RESULT            /* by which the store knows it among the notifications */
#define PACKAGE_RESULT_COUNT_MAX 32 /* results that a chip keeps */

/* euiccPackageErrorCode, signed */
enum package_error {
    PACKAGE_OK = 0,
    PACKAGE_INVALID_EID = 3,
    PACKAGE_REPLAY = 4,
    PACKAGE_COUNTER_OUT_OF_RANGE = 6,
    PACKAGE_TOO_LARGE = 15, /* sizeOverflow */
    PACKAGE_ECALL_ACTIVE = 104,
    PACKAGE_UNDEFINED = 127,
};

/* Whose result it is: fields as the eIM sent them, whole, and who the eIM was then. */
struct package_result_of {
    struct bytes eim_id, counter, transaction_id; /* transaction_id may be empty */
    struct bytes signature;                       /* eimSignature */
    const struct eim *eim;
};

/* Signs and keeps it; the whole BF51 is appended to response. *sequence: its number. 0 or a
 * failure. */
int package_result_conclude(const struct iot *iot, const struct package_result_of *of,
                            struct bytes results, uint32_t *sequence, struct writer *response);
/* EuiccPackageErrorSigned: answered, not kept. */
int package_result_put_error(const struct iot *iot, const struct package_result_of *of, int error,
                             struct writer *response);
/* EuiccPackageErrorUnsigned. eim: NULL if it is not known. */
void package_result_put_unsigned(const struct iot *iot, const struct package_result_of *of,
                                 struct writer *response);
/* processingTerminated */
void package_result_put_end(int why, struct writer *results);

/* Whether as many are kept as can be. */
int package_result_is_full(struct store *store, bool *full);
/* A kept result by its number, whole, is appended: 0, SW_REFERENCE_NOT_FOUND, or a failure. */
int package_result_find(struct store *store, uint32_t sequence, struct writer *out);
/* All of them, one after the other, as many as fit. */
int package_result_put_all(struct store *store, struct writer *out);
/* Removes all. */
int package_result_clear(struct store *store);

#endif

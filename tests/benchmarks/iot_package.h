/* iot_package: an eIM with a key, that makes what it sends to an IoT eUICC with crypto/ alone. */
#ifndef EMUICC_TESTS_BENCHMARKS_IOT_PACKAGE_H
#define EMUICC_TESTS_BENCHMARKS_IOT_PACKAGE_H

#include "apdu/der.h"
#include "crypto/pki/pki.h"

struct iot_package_eim {
    struct ec_private *key; /* on NIST P-256 */
    struct random random;
};
void iot_package_begin(struct iot_package_eim *eim);
void iot_package_end(struct iot_package_eim *eim);

/* AddInitialEim for it alone, which asks for a token. */
void iot_package_put_association(const struct iot_package_eim *eim, struct writer *out);
/* The token in its answer. */
int64_t iot_package_token(struct bytes answer);

/* LoadEuiccPackage for the chip with this EID; operations: the list, A0 or A1, whole. */
void iot_package_put(struct iot_package_eim *eim, struct bytes eid, int64_t token, uint32_t counter,
                     struct bytes operations, struct writer *out);

/* A signed result: its number, and the results of the operations. False for any other answer. */
struct iot_package_result {
    uint32_t sequence;
    struct bytes results;
};
bool iot_package_read(struct bytes answer, struct iot_package_result *out);

#endif

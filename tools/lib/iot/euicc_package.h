/* euicc_package: LoadEuiccPackage as the eIM writes and signs it, and its result as the chip has
 * signed it (SGP.32 §2.11.1.1, §2.11.2.1). */
#ifndef EMUICC_TOOLS_LIB_IOT_EUICC_PACKAGE_H
#define EMUICC_TOOLS_LIB_IOT_EUICC_PACKAGE_H

#include "crypto/primitives/ec.h"
#include "tools/lib/iot/operation.h"

#define EUICC_PACKAGE_EID_SIZE 16
#define EUICC_PACKAGE_TRANSACTION_MAX 16
/* Bytes that euicc_package_put() adds to operations and eimId. */
#define EUICC_PACKAGE_OVERHEAD 192

struct euicc_package {
    struct bytes eim_id;
    struct bytes eid; /* EUICC_PACKAGE_EID_SIZE */
    uint32_t counter;
    struct bytes transaction_id; /* empty: none */
    enum operation_list list;
    struct bytes operations; /* DER, see operation_encode() */
    int64_t token;           /* associationToken; 0: the chip has none for this eIM */
};

/* EuiccPackageRequest, BF51 whole, appended. 0 or a failure, after a trace line. */
int euicc_package_put(const struct euicc_package *package, const struct ec_private *key,
                      struct random *random, struct writer *out);

/* EuiccPackageResult */
enum euicc_package_kind {
    EUICC_PACKAGE_RESULT,         /* it was executed */
    EUICC_PACKAGE_ERROR_SIGNED,   /* it was refused, and the chip has signed that */
    EUICC_PACKAGE_ERROR_UNSIGNED, /* it was not believed: says nothing that counts */
};

struct euicc_package_result {
    enum euicc_package_kind kind;
    struct bytes eim_id, transaction_id; /* the latter empty if absent */
    uint32_t counter;                    /* not of ERROR_UNSIGNED */
    uint32_t sequence;                   /* of RESULT: what is to be acknowledged */
    struct bytes results;                /* of RESULT: operation_result_take() */
    uint32_t code;                       /* of ERROR_SIGNED */
    struct bytes token;                  /* of ERROR_UNSIGNED: content, or empty */
    struct bytes signed_part, signature; /* whole; content */
};

/* Reads BF51 whole, or with the second BF51 around it that some compilers make. False if it is
 * malformed. The slices borrow. */
bool euicc_package_result_read(struct bytes whole, struct euicc_package_result *out);
/* The chip with this key has signed it, for an eIM with this association token (0: none). Never
 * true of ERROR_UNSIGNED. */
bool euicc_package_result_verify(const struct euicc_package_result *result, enum ec_curve curve,
                                 struct bytes point, int64_t token);
/* The same as v1.0's text has it: the chip signs with the eIM's signature in the token's place.
 * package: the request that was sent, BF51 whole. */
bool euicc_package_result_verify_v1(const struct euicc_package_result *result, enum ec_curve curve,
                                    struct bytes point, struct bytes package);
/* "replayError" */
const char *euicc_package_error_text(uint32_t code);

/* associationToken as both signatures take it in: 84 whole; at most EUICC_PACKAGE_TOKEN_SIZE. */
#define EUICC_PACKAGE_TOKEN_SIZE 11
void euicc_package_put_token(int64_t token, struct writer *out);

#endif

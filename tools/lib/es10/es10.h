/* es10: the functions of a card that an LPA calls, by name and tag; sending a request and checking
 * the front of its answer (SGP.22 §5.7). es10b and es10c hold the functions themselves. */
#ifndef EMUICC_TOOLS_LIB_ES10_ES10_H
#define EMUICC_TOOLS_LIB_ES10_ES10_H

#include "apdu/tlv.h"
#include "tools/lib/es10/chip.h"
#include "tools/lib/es10/codes.h"

enum es10_function {
    ES10A_GET_CONFIGURED_ADDRESSES,
    ES10B_GET_CHALLENGE,
    ES10B_GET_INFO1,
    ES10B_GET_INFO2,
    ES10B_AUTHENTICATE_SERVER,
    ES10B_PREPARE_DOWNLOAD,
    ES10B_LOAD_PACKAGE,
    ES10B_LOAD_RPM_PACKAGE,
    ES10B_CANCEL_SESSION,
    ES10B_LIST_NOTIFICATION,
    ES10B_RETRIEVE_NOTIFICATIONS,
    ES10B_REMOVE_NOTIFICATION,
    ES10B_GET_RAT,
    ES10B_VERIFY_SMDS_RESPONSE,
    ES10B_PREPARE_DEVICE_CHANGE,
    ES10B_VERIFY_DEVICE_CHANGE,
    ES10C_GET_PROFILES_INFO,
    ES10C_ENABLE_PROFILE,
    ES10C_DISABLE_PROFILE,
    ES10C_DELETE_PROFILE,
    ES10C_SET_NICKNAME,
    ES10C_GET_EID,
    ES10_FUNCTIONS,
};

struct es10_row {
    const char *name; /* "ES10c.EnableProfile" */
    uint32_t tag;     /* of request and answer */
    enum codes_set codes;
    const char *section;
};

const struct es10_row *es10_row(enum es10_function function);

/* Error answers of a function. All return false. */
bool es10_malformed(struct fault *fault, enum es10_function function);
bool es10_refused(struct fault *fault, enum es10_function function, uint32_t code);

struct es10 {
    struct chip *chip;
    struct fault *fault;
    uint8_t *memory; /* of the request */
    struct writer request;
    size_t mark; /* of the request's own element */
};

bool es10_init(struct es10 *es10, struct chip *chip, struct fault *fault);
void es10_finish(struct es10 *es10);

/* Starts a request: content goes into what is returned, then es10_send(). */
struct writer *es10_begin(struct es10 *es10, enum es10_function function);
/* Sends it. *answer is all of the answer, which bears the function's tag, and is valid until the
 * next call; secret: keep the request out of the trace. */
bool es10_send(struct es10 *es10, enum es10_function function, bool secret, struct tlv *answer);

/* A function without arguments. */
bool es10_get(struct es10 *es10, enum es10_function function, struct tlv *answer);

/* The answer's only content is a result code with this tag: true if it is ok(0). */
bool es10_is_ok(struct fault *fault, enum es10_function function, struct bytes content,
                uint32_t tag);
/* The answer's content is a list in A0, or an error code in 81. */
bool es10_list(struct fault *fault, enum es10_function function, struct bytes content,
               struct bytes *list);

#endif

/* es9: the functions of an SM-DP+ (ES9+) and an SM-DS (ES11) that an LPA calls, as JSON over HTTPS
 * (SGP.22 §5.6, §5.8, §6.5.2). */
#ifndef EMUICC_TOOLS_LIB_ES9_ES9_H
#define EMUICC_TOOLS_LIB_ES9_ES9_H

#include "tools/lib/es9/http.h"

enum es9_function {
    ES9_INITIATE_AUTHENTICATION,
    ES9_AUTHENTICATE_CLIENT,
    ES9_GET_BOUND_PROFILE_PACKAGE,
    ES9_HANDLE_NOTIFICATION,
    ES9_CANCEL_SESSION,
    ES9_CONFIRM_DEVICE_CHANGE,
    ES11_INITIATE_AUTHENTICATION,
    ES11_AUTHENTICATE_CLIENT,
    ES11_CHECK_EVENT, /* v3 */
    ES9_FUNCTIONS,
};

/* Members of requests and answers. */
enum es9_field {
    ES9_SMDP_ADDRESS, /* text; all others but the transaction id are base64 of DER */
    ES9_EUICC_CHALLENGE,
    ES9_EUICC_INFO1,
    ES9_TRANSACTION_ID, /* hexadecimal digits */
    ES9_SERVER_SIGNED1,
    ES9_SERVER_SIGNATURE1,
    ES9_CI_KEY_ID,
    ES9_SERVER_CERTIFICATE,
    ES9_AUTHENTICATE_SERVER_RESPONSE,
    ES9_PROFILE_METADATA,
    ES9_SMDP_SIGNED2,
    ES9_SMDP_SIGNATURE2,
    ES9_SMDP_CERTIFICATE,
    ES9_PREPARE_DOWNLOAD_RESPONSE,
    ES9_BOUND_PROFILE_PACKAGE,
    ES9_PENDING_NOTIFICATION,
    ES9_CANCEL_SESSION_RESPONSE,
    ES9_LPA_CAPABILITY, /* from here on v3 */
    ES9_OTHER_CERTS,
    ES9_CRL_LIST,
    ES9_SMDP_SIGNED3,
    ES9_SMDP_SIGNATURE3,
    ES11_EVENT_ENTRIES, /* of an SM-DS: JSON, an array */
    ES11_SMDS_SIGNED2,  /* v3 */
    ES11_SMDS_SIGNATURE2,
    ES11_SMDS_ADDRESS, /* text */
    ES11_EC_ID,
    ES11_IS_PENDING_EVENT, /* one byte: 0 or 1 */
    ES9_SMDP_SIGNED4,      /* of a change of device, v3 */
    ES9_SMDP_SIGNATURE4,
    ES9_CHANGE_MESSAGE,
    ES9_PREPARE_CHANGE_RESPONSE,
    ES9_SMDP_SIGNED5,
    ES9_SMDP_SIGNATURE5,
    ES9_DELETE_NOTIFICATION,
    ES9_FIELDS,
};

/* What one answer holds: bytes decoded, owned. */
struct es9_answer {
    struct blob fields[ES9_FIELDS];
};
static inline struct bytes es9_field(const struct es9_answer *answer, enum es9_field field)
{
    return blob_bytes(&answer->fields[field]);
}
void es9_answer_finish(struct es9_answer *answer);

/* One member of a request. */
struct es9_argument {
    enum es9_field field;
    struct bytes value;
};

/* Calls the function at this address. True with *answer (all members that the function must have;
 * of AuthenticateClient those of a profile, an RPM package or a change of device, from an SM-DS of
 * events in either form; others if they are there) if the server executed it; otherwise a fault
 * with the server's subject and reason codes. */
bool es9_call(struct http *http, enum es9_function function, const char *address,
              const struct es9_argument *arguments, size_t count, struct es9_answer *answer);

const char *es9_name(enum es9_function function); /* "ES9+.AuthenticateClient" */

/* The pure part of es9_call(): takes an answer's JSON text apart. */
bool es9_parse(enum es9_function function, const char *text, size_t len, struct es9_answer *answer,
               struct fault *fault);
/* The same with HTTP's status. */
bool es9_read_answer(enum es9_function function, const struct http_answer *http,
                     const char *address, struct es9_answer *answer, struct fault *fault);

#endif

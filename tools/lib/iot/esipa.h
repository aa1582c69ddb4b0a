/* esipa: the messages between IPA and eIM (SGP.32 §5.14, §6.3): one form a message, whose rows are
 * the elements in their order. The same rows carry both bindings: here ASN.1, in esipa_json.h JSON.
 */
#ifndef EMUICC_TOOLS_LIB_IOT_ESIPA_H
#define EMUICC_TOOLS_LIB_IOT_ESIPA_H

#include "apdu/tlv.h"

#define ESIPA_ASN1_PATH "/gsma/rsp2/asn1"
/* No public text has the path over CoAP: this is what one public eIM has. */
#define ESIPA_COAP_PATH "esipa"
#define ESIPA_ASN1_TYPE "application/x-gsma-rsp-asn1"
#define ESIPA_JSON_TYPE "application/json;charset=UTF-8"
#define ESIPA_PROTOCOL "gsma/rsp/v2.1.0" /* X-Admin-Protocol */
#define ESIPA_USER_AGENT "gsma-rsp-ipad"

enum esipa_function {
    ESIPA_INITIATE_AUTHENTICATION,
    ESIPA_AUTHENTICATE_CLIENT,
    ESIPA_GET_BOUND_PROFILE_PACKAGE,
    ESIPA_CANCEL_SESSION,
    ESIPA_HANDLE_NOTIFICATION,
    ESIPA_GET_EIM_PACKAGE,
    ESIPA_PROVIDE_RESULT,
    ESIPA_TRANSFER_PACKAGE, /* the one that the IPA answers */
    ESIPA_FUNCTIONS,
};

/* Places of the elements of each message in its values. */
enum esipa_initiate_request {
    ESIPA_CHALLENGE,
    ESIPA_SMDP_ADDRESS,
    ESIPA_INFO1,
    ESIPA_EIM_TRANSACTION
};
enum esipa_initiate_answer {
    ESIPA_SERVER_TRANSACTION,
    ESIPA_SERVER_SIGNED1,
    ESIPA_SERVER_SIGNATURE1,
    ESIPA_CI_KEY_ID,
    ESIPA_SERVER_CERTIFICATE,
    ESIPA_MATCHING_ID,
    ESIPA_CONTEXT1,
};
/* Also of GetBoundProfilePackage and CancelSession: transaction id and the chip's answer; and of
 * GetBoundProfilePackage's answer: transaction id and package. */
enum esipa_session_request { ESIPA_TRANSACTION, ESIPA_CHIP_ANSWER };
enum esipa_bound_answer { ESIPA_BOUND_TRANSACTION, ESIPA_BOUND_PACKAGE };
/* AuthenticateClient's answer of an SM-DS is its second alternative. */
enum esipa_event_answer { ESIPA_EVENT_TRANSACTION, ESIPA_EVENT_TRIGGER };
#define ESIPA_FROM_SMDS 1
enum esipa_client_answer {
    ESIPA_CLIENT_TRANSACTION,
    ESIPA_METADATA,
    ESIPA_SMDP_SIGNED2,
    ESIPA_SMDP_SIGNATURE2,
    ESIPA_SMDP_CERTIFICATE,
    ESIPA_HASH_CC,
};
enum esipa_notification_request { ESIPA_PENDING, ESIPA_RESULT_INSIDE };
enum esipa_package_request { ESIPA_EID, ESIPA_NOTIFY_CHANGE, ESIPA_CHANGE_CAUSE, ESIPA_RPLMN };
enum esipa_package_answer { ESIPA_PACKAGE, ESIPA_DATA_REQUEST, ESIPA_TRIGGER };
enum esipa_result_request { ESIPA_RESULT_EID, ESIPA_RESULT };
enum esipa_result_answer { ESIPA_ACKNOWLEDGEMENTS };
/* The first three places are those of enum esipa_package_answer. */
enum esipa_transfer_request { ESIPA_TRANSFERRED_ACKNOWLEDGEMENTS = ESIPA_TRIGGER + 1 };
enum esipa_transfer_answer { ESIPA_TRANSFER_RESULT };
#define ESIPA_FIELDS_MAX 8

enum esipa_kind {
    ESIPA_OCTETS,   /* the value is the element's content; base64 in JSON */
    ESIPA_WHOLE,    /* the value is the whole element */
    ESIPA_INSIDE,   /* the value is the one element inside */
    ESIPA_RETAGGED, /* the value is the whole element with the row's other tag */
    ESIPA_REST,     /* the value is the one element that is left, whatever its tag */
    ESIPA_TEXT,     /* UTF-8 */
    ESIPA_DIGITS,   /* the content; hexadecimal digits in JSON */
    ESIPA_NUMBER,   /* INTEGER */
    ESIPA_FLAG,     /* NULL that is there or not */
};

struct esipa_row {
    const char *name; /* in JSON */
    uint32_t tag;
    enum esipa_kind kind;
    bool optional;
    uint32_t other; /* of ESIPA_RETAGGED */
};

struct esipa_form {
    uint32_t
        choice; /* the alternative's tag around the rows; 0: they stand in the message itself */
    const struct esipa_row *rows;
    size_t count;
};

#define ESIPA_ANSWERS_MAX 2
struct esipa_message {
    uint32_t tag;     /* of request and answer */
    const char *name; /* "getEimPackage": the last part of its path, too */
    struct esipa_form request;
    struct esipa_form answers[ESIPA_ANSWERS_MAX]; /* those that are no error */
    size_t answer_count;
    uint32_t error;         /* tag of an INTEGER; 0: no answer at all */
    const char *error_name; /* in JSON, where the error is a member; NULL: in the header */
};
extern const struct esipa_message esipa_messages[ESIPA_FUNCTIONS];

struct esipa_values {
    struct bytes at[ESIPA_FIELDS_MAX];
    bool has[ESIPA_FIELDS_MAX];
};
static inline void esipa_set(struct esipa_values *values, size_t at, struct bytes value)
{
    values->at[at] = value;
    values->has[at] = true;
}
/* The same with a value that was sent whole or without its tag: made whole in room. */
void esipa_set_element(struct esipa_values *values, size_t at, uint32_t tag, struct bytes value,
                       struct writer *room);

/* Which function a request is of, by its tag; ESIPA_FUNCTIONS if of none. */
enum esipa_function esipa_function_of(struct bytes request);

/* Reads a request or an answer; the values borrow. False if it is malformed. An answer's error code
 * comes in *error, 0 for none; *answer says which alternative it is. */
bool esipa_read_request(const struct esipa_message *message, struct bytes whole,
                        struct esipa_values *out);
bool esipa_read_answer(const struct esipa_message *message, struct bytes whole, size_t *answer,
                       uint32_t *error, struct esipa_values *out);

/* Appends a request or an answer, whole. */
void esipa_put_request(const struct esipa_message *message, const struct esipa_values *values,
                       struct writer *out);
void esipa_put_answer(const struct esipa_message *message, size_t answer,
                      const struct esipa_values *values, struct writer *out);
void esipa_put_error(const struct esipa_message *message, uint32_t error, struct writer *out);

#endif

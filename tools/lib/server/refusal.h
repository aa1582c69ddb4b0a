/* refusal: every way in which a server says no, as SGP.22 §5.2.6 codes it: subject and reason.
 * A handler returns one of these (> 0), 0, or a failure (< 0). */
#ifndef EMUICC_TOOLS_LIB_SERVER_REFUSAL_H
#define EMUICC_TOOLS_LIB_SERVER_REFUSAL_H

#include <stdbool.h>

/* Of what v3 adds to an SM-DS (8.9.6, 8.9.7) no public text shows the codes: they are guesses. */
/* name, subject code, reason code, the RSP session goes on, meaning */
/* clang-format off */
#define REFUSAL_TABLE(row) \
    row(REFUSAL_FORMAT,               "1.3.1",  "2.1",  true,  "request is malformed") \
    row(REFUSAL_MISSING,              "1.3.1",  "2.2",  true,  "request lacks a mandatory element") \
    row(REFUSAL_CONDITION,            "1.3.1",  "2.3",  true,  "request lacks an element that another one makes necessary") \
    row(REFUSAL_PROTOCOL_VERSION,     "1.3.2",  "3.1",  true,  "protocol version is not supported") \
    row(REFUSAL_FUNCTION,             "1.6",    "4.2",  false, "function could not be executed") \
    row(REFUSAL_EUICC_ERROR,          "8.1",    "4.2",  false, "eUICC has answered with an error") \
    row(REFUSAL_MEMORY,               "8.1",    "4.8",  false, "eUICC has not enough memory for this profile") \
    row(REFUSAL_EUICC,                "8.1",    "6.1",  false, "eUICC signature or challenge is wrong") \
    row(REFUSAL_EID_MISSING,          "8.1.1",  "2.2",  true,  "EID is missing in the context of this order") \
    row(REFUSAL_EID_CONFLICT,         "8.1.1",  "3.10", true,  "another EID is associated with this ICCID") \
    row(REFUSAL_EID,                  "8.1.1",  "3.8",  false, "EID does not match the order, or there is no order for it") \
    row(REFUSAL_EID_UNKNOWN,          "8.1.1",  "3.9",  true,  "EID is unknown") \
    row(REFUSAL_EUM_CERTIFICATE,      "8.1.2",  "6.1",  false, "EUM certificate is invalid") \
    row(REFUSAL_EUM_EXPIRED,          "8.1.2",  "6.3",  false, "EUM certificate has expired") \
    row(REFUSAL_EUICC_CERTIFICATE,    "8.1.3",  "6.1",  false, "eUICC certificate is invalid") \
    row(REFUSAL_EUICC_EXPIRED,        "8.1.3",  "6.3",  false, "eUICC certificate has expired") \
    row(REFUSAL_NOT_RELEASED,         "8.2",    "1.2",  false, "profile has not been released yet") \
    row(REFUSAL_REBINDING,            "8.2",    "3.7",  false, "bound profile package is not available for a new binding") \
    row(REFUSAL_ICCID_NOT_ALLOWED,    "8.2.1",  "1.2",  true,  "caller may not perform this function on the profile") \
    row(REFUSAL_ICCID_CONDITION,      "8.2.1",  "2.3",  true,  "ICCID is missing that the command makes necessary") \
    row(REFUSAL_ICCID_IN_USE,         "8.2.1",  "3.3",  true,  "profile identified by this ICCID is not available") \
    row(REFUSAL_ICCID_TRANSITION,     "8.2.1",  "3.5",  true,  "profile is in a state that does not allow this") \
    row(REFUSAL_ICCID,                "8.2.1",  "3.9",  true,  "ICCID is unknown") \
    row(REFUSAL_TYPE_UNAVAILABLE,     "8.2.5",  "3.7",  true,  "no more profile of this type is available") \
    row(REFUSAL_TYPE_MISMATCH,        "8.2.5",  "3.8",  true,  "profile type is not that of the profile with this ICCID") \
    row(REFUSAL_TYPE,                 "8.2.5",  "3.9",  true,  "profile type is unknown") \
    row(REFUSAL_NOT_ELIGIBLE,         "8.2.5",  "4.3",  false, "no eligible profile for this eUICC or device") \
    row(REFUSAL_MATCHING_ID_IN_USE,   "8.2.6",  "3.3",  true,  "matching id is already in use") \
    row(REFUSAL_MATCHING_ID,          "8.2.6",  "3.8",  false, "matching id is refused") \
    row(REFUSAL_MATCHING_ID_CONFLICT, "8.2.6",  "3.10", true,  "another matching id is associated with this ICCID") \
    row(REFUSAL_CODE_MISSING,         "8.2.7",  "2.2",  true,  "confirmation code is missing") \
    row(REFUSAL_CODE,                 "8.2.7",  "3.8",  true,  "confirmation code is refused") \
    row(REFUSAL_CODE_TRIES,           "8.2.7",  "6.4",  false, "confirmation code was wrong too often") \
    row(REFUSAL_SERVER_OID,           "8.8",    "3.10", true,  "SM-DP+ OID is not this server's") \
    row(REFUSAL_ADDRESS,              "8.8.1",  "3.8",  false, "SM-DP+ address is not this server's") \
    row(REFUSAL_SIGNING_KEY,          "8.8.2",  "3.1",  false, "none of the CI keys that the eUICC signs under is supported") \
    row(REFUSAL_VERSION,              "8.8.3",  "3.1",  false, "specification version of the eUICC is not supported") \
    row(REFUSAL_SERVER_CERTIFICATE,   "8.8.4",  "3.7",  false, "no DPauth certificate under a CI key that the eUICC knows") \
    row(REFUSAL_ORDER_EXPIRED,        "8.8.5",  "4.10", false, "download order has expired") \
    row(REFUSAL_ORDER_TRIES,          "8.8.5",  "6.4",  false, "download order was tried too often") \
    row(REFUSAL_DISCOVERY,            "8.9",    "5.1",  true,  "SM-DS is not reachable") \
    row(REFUSAL_SMDS_ADDRESS,         "8.9.1",  "3.8",  false, "SM-DS address is not this server's") \
    row(REFUSAL_SMDS_SIGNING_KEY,     "8.9.2",  "3.1",  false, "none of the CI keys that the eUICC signs under is supported") \
    row(REFUSAL_SMDS_VERSION,         "8.9.3",  "3.1",  false, "specification version of the eUICC is not supported") \
    row(REFUSAL_SMDS_CERTIFICATE,     "8.9.4",  "3.7",  false, "no DSauth certificate under a CI key that the eUICC knows") \
    row(REFUSAL_EVENT_IN_USE,         "8.9.5",  "3.3",  true,  "event is registered already") \
    row(REFUSAL_EVENT,                "8.9.5",  "3.9",  false, "event is unknown") \
    row(REFUSAL_EC_ID,                "8.9.6",  "3.9",  true,  "event checking id is unknown") \
    row(REFUSAL_EC_ID_EXPIRED,        "8.9.6",  "6.3",  true,  "event checking id has expired") \
    row(REFUSAL_PUSH_REGISTRATION,    "8.9.7",  "1.2",  false, "this SM-DS registers no device for a push service") \
    row(REFUSAL_PUSH_SERVICE,         "8.9.7",  "3.8",  false, "push service is not supported") \
    row(REFUSAL_TRANSACTION,          "8.10.1", "3.9",  true,  "transaction id is unknown") \
    row(REFUSAL_CI,                   "8.11.1", "3.9",  false, "CI of the EUM certificate is not the one to be used")
/* clang-format on */

#define REFUSAL_ENUM(name, subject, reason, goes_on, text) name,
enum refusal { REFUSAL_NONE, REFUSAL_TABLE(REFUSAL_ENUM) REFUSAL_COUNT };
#undef REFUSAL_ENUM

struct refusal_row {
    const char *subject, *reason;
    bool session_goes_on;
    const char *text;
};

/* Of a refusal other than REFUSAL_NONE. */
const struct refusal_row *refusal_row(enum refusal refusal);

#endif

/* The messages of ESipa, one row an element, in the order of SGP.32 §6.3. */
#include "tools/lib/iot/esipa.h"

#include "apdu/der.h"

/* clang-format off */
static const struct esipa_row initiate_request[] = {
    [ESIPA_CHALLENGE]       = {"euiccChallenge", 0x81, ESIPA_OCTETS, false, 0},
    [ESIPA_SMDP_ADDRESS]    = {"smdpAddress", 0x83, ESIPA_TEXT, true, 0},
    [ESIPA_INFO1]           = {"euiccInfo1", 0xBF20, ESIPA_WHOLE, true, 0},
    [ESIPA_EIM_TRANSACTION] = {"eimTransactionId", 0x82, ESIPA_DIGITS, true, 0},
};
static const struct esipa_row initiate_answer[] = {
    [ESIPA_SERVER_TRANSACTION] = {"transactionId", 0x80, ESIPA_DIGITS, true, 0},
    [ESIPA_SERVER_SIGNED1]     = {"serverSigned1", DER_SEQUENCE, ESIPA_WHOLE, false, 0},
    [ESIPA_SERVER_SIGNATURE1]  = {"serverSignature1", 0x5F37, ESIPA_WHOLE, false, 0},
    [ESIPA_CI_KEY_ID]          = {"euiccCiPKIdentifierToBeUsed", DER_OCTET_STRING, ESIPA_WHOLE, false, 0},
    [ESIPA_SERVER_CERTIFICATE] = {"serverCertificate", DER_SEQUENCE, ESIPA_WHOLE, false, 0},
    [ESIPA_MATCHING_ID]        = {"matchingId", DER_UTF8_STRING, ESIPA_TEXT, true, 0},
    [ESIPA_CONTEXT1]           = {"ctxParams1", 0xA2, ESIPA_WHOLE, true, 0},
};
static const struct esipa_row client_request[] = {
    [ESIPA_TRANSACTION] = {"transactionId", 0x80, ESIPA_DIGITS, false, 0},
    [ESIPA_CHIP_ANSWER] = {"authenticateServerResponse", 0xBF38, ESIPA_WHOLE, false, 0},
};
static const struct esipa_row client_answer[] = {
    [ESIPA_CLIENT_TRANSACTION] = {"transactionId", 0x80, ESIPA_DIGITS, true, 0},
    [ESIPA_METADATA]           = {"profileMetadata", 0xBF25, ESIPA_WHOLE, true, 0},
    [ESIPA_SMDP_SIGNED2]       = {"smdpSigned2", DER_SEQUENCE, ESIPA_WHOLE, false, 0},
    [ESIPA_SMDP_SIGNATURE2]    = {"smdpSignature2", 0x5F37, ESIPA_WHOLE, false, 0},
    [ESIPA_SMDP_CERTIFICATE]   = {"smdpCertificate", DER_SEQUENCE, ESIPA_WHOLE, false, 0},
    [ESIPA_HASH_CC]            = {"hashCc", DER_OCTET_STRING, ESIPA_OCTETS, true, 0},
};
static const struct esipa_row event_answer[] = {
    [ESIPA_EVENT_TRANSACTION] = {"transactionId", 0x80, ESIPA_DIGITS, false, 0},
    [ESIPA_EVENT_TRIGGER]     = {"profileDownloadTrigger", 0xBF54, ESIPA_WHOLE, true, 0},
};
static const struct esipa_row bound_request[] = {
    [ESIPA_TRANSACTION] = {"transactionId", 0x80, ESIPA_DIGITS, false, 0},
    [ESIPA_CHIP_ANSWER] = {"prepareDownloadResponse", 0xBF21, ESIPA_WHOLE, false, 0},
};
static const struct esipa_row bound_answer[] = {
    [ESIPA_BOUND_TRANSACTION] = {"transactionId", 0x80, ESIPA_DIGITS, true, 0},
    [ESIPA_BOUND_PACKAGE]     = {"boundProfilePackage", 0xBF36, ESIPA_WHOLE, false, 0},
};
static const struct esipa_row cancel_request[] = {
    [ESIPA_TRANSACTION] = {"transactionId", 0x80, ESIPA_DIGITS, false, 0},
    [ESIPA_CHIP_ANSWER] = {"cancelSessionResponse", 0xA1, ESIPA_RETAGGED, false, 0xBF41},
};
static const struct esipa_row notification_request[] = {
    [ESIPA_PENDING]       = {"pendingNotification", 0xA0, ESIPA_INSIDE, true, 0},
    [ESIPA_RESULT_INSIDE] = {"provideEimPackageResult", 0xBF50, ESIPA_WHOLE, true, 0},
};
static const struct esipa_row package_request[] = {
    [ESIPA_EID]           = {"eidValue", 0x5A, ESIPA_DIGITS, true, 0},
    [ESIPA_NOTIFY_CHANGE] = {"notifyStateChange", 0x80, ESIPA_FLAG, true, 0},
    [ESIPA_CHANGE_CAUSE]  = {"stateChangeCause", 0x81, ESIPA_NUMBER, true, 0},
    [ESIPA_RPLMN]         = {"rPLMN", 0x82, ESIPA_OCTETS, true, 0},
};
static const struct esipa_row package_answer[] = {
    [ESIPA_PACKAGE]      = {"euiccPackageRequest", 0xBF51, ESIPA_WHOLE, true, 0},
    [ESIPA_DATA_REQUEST] = {"ipaEuiccDataRequest", 0xBF52, ESIPA_WHOLE, true, 0},
    [ESIPA_TRIGGER]      = {"profileDownloadTriggerRequest", 0xBF54, ESIPA_WHOLE, true, 0},
};
static const struct esipa_row result_request[] = {
    [ESIPA_RESULT_EID] = {"eidValue", 0x5A, ESIPA_DIGITS, true, 0},
    [ESIPA_RESULT]     = {"eimPackageResult", 0, ESIPA_REST, false, 0},
};
static const struct esipa_row result_answer[] = {
    [ESIPA_ACKNOWLEDGEMENTS] = {"eimAcknowledgements", 0xBF53, ESIPA_WHOLE, false, 0},
};
/* No public text shows this message in JSON: its members are named as those of the others. */
static const struct esipa_row transfer_request[] = {
    [ESIPA_PACKAGE]      = {"euiccPackageRequest", 0xBF51, ESIPA_WHOLE, true, 0},
    [ESIPA_DATA_REQUEST] = {"ipaEuiccDataRequest", 0xBF52, ESIPA_WHOLE, true, 0},
    [ESIPA_TRIGGER]      = {"profileDownloadTriggerRequest", 0xBF54, ESIPA_WHOLE, true, 0},
    [ESIPA_TRANSFERRED_ACKNOWLEDGEMENTS] = {"eimAcknowledgements", 0xBF53, ESIPA_WHOLE, true, 0},
};
/* A result as in ProvideEimPackageResult, or an empty NULL: it has been received. */
static const struct esipa_row transfer_answer[] = {
    [ESIPA_TRANSFER_RESULT] = {"eimPackageResult", 0, ESIPA_REST, false, 0},
};

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])

const struct esipa_message esipa_messages[ESIPA_FUNCTIONS] = {
    [ESIPA_INITIATE_AUTHENTICATION] = {0xBF39, "initiateAuthentication", {0, ROWS(initiate_request)},
        {{0xA0, ROWS(initiate_answer)}}, 1, 0x81, NULL},
    [ESIPA_AUTHENTICATE_CLIENT] = {0xBF3B, "authenticateClient", {0, ROWS(client_request)},
        {{0xA0, ROWS(client_answer)}, {0xA1, ROWS(event_answer)}}, 2, 0x82, NULL},
    [ESIPA_GET_BOUND_PROFILE_PACKAGE] = {0xBF3A, "getBoundProfilePackage", {0, ROWS(bound_request)},
        {{0xA0, ROWS(bound_answer)}}, 1, 0x81, NULL},
    [ESIPA_CANCEL_SESSION] = {0xBF41, "cancelSession", {0, ROWS(cancel_request)},
        {{0xA0, NULL, 0}}, 1, 0x81, NULL},
    [ESIPA_HANDLE_NOTIFICATION] = {0xBF3D, "handleNotification", {0, ROWS(notification_request)},
        {{0}}, 0, 0, NULL},
    [ESIPA_GET_EIM_PACKAGE] = {0xBF4F, "getEimPackage", {0, ROWS(package_request)},
        {{0, ROWS(package_answer)}}, 1, DER_INTEGER, "eimPackageError"},
    /* With nothing to acknowledge the answer holds an empty SEQUENCE; before v1.1 nothing. */
    [ESIPA_PROVIDE_RESULT] = {0xBF50, "provideEimPackageResult", {0, ROWS(result_request)},
        {{0, ROWS(result_answer)}, {DER_SEQUENCE, NULL, 0}}, 2, DER_INTEGER, "provideEimPackageResultError"},
    [ESIPA_TRANSFER_PACKAGE] = {0xBF4E, "transferEimPackage", {0, ROWS(transfer_request)},
        {{0, ROWS(transfer_answer)}}, 1, DER_INTEGER, "transferEimPackageError"},
};
/* clang-format on */

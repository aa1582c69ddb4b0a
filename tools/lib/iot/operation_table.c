#include "tools/lib/iot/operation_table.h"

#include "apdu/der.h"
#include "tools/lib/iot/operation_write.h"

/* clang-format off */
static const struct operation_code enable_codes[] = {
    {1, "iccidOrAidNotFound"}, {2, "profileNotInDisabledState"}, {3, "disallowedByPolicy"}, {5, "catBusy"}, {20, "rollbackNotAvailable"},
    {127, "undefinedError"}, {0, NULL}};
static const struct operation_code disable_codes[] = {
    {1, "iccidOrAidNotFound"}, {2, "profileNotInEnabledState"}, {3, "disallowedByPolicy"}, {5, "catBusy"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code delete_codes[] = {
    {1, "iccidOrAidNotFound"}, {2, "profileNotInDisabledState"}, {3, "disallowedByPolicy"}, {20, "rollbackNotAvailable"},
    {21, "returnFallbackProfile"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code list_codes[] = {
    {1, "incorrectInputValues"}, {11, "profileChangeOngoing"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code immediate_codes[] = {
    {1, "insufficientMemory"}, {7, "commandError"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code set_fallback_codes[] = {
    {1, "iccidOrAidNotFound"}, {2, "fallbackNotAllowed"}, {3, "fallbackProfileEnabled"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code unset_fallback_codes[] = {
    {2, "noFallbackAttribute"}, {3, "fallbackProfileEnabled"}, {7, "commandError"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code address_codes[] = {{127, "undefinedError"}, {0, NULL}};
static const struct operation_code add_codes[] = {
    {1, "insufficientMemory"}, {2, "associatedEimAlreadyExists"}, {3, "ciPKUnknown"}, {5, "invalidAssociationToken"},
    {6, "counterValueOutOfRange"}, {7, "commandError"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code delete_eim_codes[] = {
    {1, "eimNotFound"}, {2, "lastEimDeleted", true}, {7, "commandError"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code update_codes[] = {
    {1, "eimNotFound"}, {3, "ciPKUnknown"}, {6, "counterValueOutOfRange"}, {7, "commandError"}, {127, "undefinedError"}, {0, NULL}};
static const struct operation_code undefined_codes[] = {{127, "undefinedError"}, {0, NULL}};
static const struct operation_code terminated_codes[] = {
    {1, "resultSizeOverflow"}, {2, "unknownOrDamagedCommand"}, {3, "interruption"}, {127, "undefinedError"}, {0, NULL}};

const struct operation_row operation_rows[] = {
    {"enable", NULL, OPERATION_PSMO, 0xA3, 0x83, operation_write_enable, OPERATION_ANSWER_CODE, enable_codes, "enableResult"},
    {"disable", NULL, OPERATION_PSMO, 0xA4, 0x84, operation_write_iccid, OPERATION_ANSWER_CODE, disable_codes, "disableResult"},
    {"delete", NULL, OPERATION_PSMO, 0xA5, 0x85, operation_write_iccid, OPERATION_ANSWER_CODE, delete_codes, "deleteResult"},
    {"listProfileInfo", NULL, OPERATION_PSMO, 0xBF2D, 0xBF2D, operation_write_list, OPERATION_ANSWER_LIST, list_codes, "listProfileInfoResult"},
    {"getRAT", NULL, OPERATION_PSMO, 0xA6, 0xA6, operation_write_nothing, OPERATION_ANSWER_RULES, NULL, "getRATResult"},
    {"configureImmediateEnable", "configureAutoEnable", OPERATION_PSMO, 0xA7, 0x87, operation_write_immediate, OPERATION_ANSWER_CODE, immediate_codes, "configureImmediateEnableResult"},
    {"setFallbackAttribute", NULL, OPERATION_PSMO, 0xA8, 0x8D, operation_write_iccid, OPERATION_ANSWER_CODE, set_fallback_codes, "setFallbackAttributeResult", true},
    {"unsetFallbackAttribute", NULL, OPERATION_PSMO, 0xA9, 0x8E, operation_write_nothing, OPERATION_ANSWER_CODE, unset_fallback_codes, "unsetFallbackAttributeResult", true},
    {"setDefaultDpAddress", NULL, OPERATION_PSMO, 0xBF65, 0xBF65, operation_write_address, OPERATION_ANSWER_NESTED, address_codes, "setDefaultDpAddressResult", true},
    {"addEim", NULL, OPERATION_ECO, 0xA8, 0xA8, operation_write_eim, OPERATION_ANSWER_TOKEN, add_codes, "addEimResult"},
    {"deleteEim", NULL, OPERATION_ECO, 0xA9, 0x89, operation_write_eim_id, OPERATION_ANSWER_CODE, delete_eim_codes, "deleteEimResult"},
    {"updateEim", NULL, OPERATION_ECO, 0xAA, 0x8A, operation_write_eim, OPERATION_ANSWER_CODE, update_codes, "updateEimResult"},
    {"listEim", NULL, OPERATION_ECO, 0xAB, 0xAB, operation_write_nothing, OPERATION_ANSWER_LIST, undefined_codes, "listEimResult"},
    {"rollback", NULL, OPERATION_PSMO, 0, 0x8C, NULL, OPERATION_ANSWER_CODE, undefined_codes, "rollbackResult"},
    {"processingTerminated", NULL, OPERATION_LISTS, 0, DER_INTEGER, NULL, OPERATION_ANSWER_CODE, terminated_codes, "processingTerminated"},
};
/* clang-format on */

const size_t operation_row_count = sizeof(operation_rows) / sizeof(operation_rows[0]);

/* status: status words by name (ISO/IEC 7816-4 §5.6, TS 102 221 §10.2, TS 51.011 §9.4), and the
 * three kinds of no.
 *
 * What a handler returns:
 *   < 0  a failure inside this program. Logged where it is raised, never interpreted on the way
 *        up, mapped once (by card_transmit) to a status word; nothing is committed.
 *   > 0  a status word: the card says no, or adds a warning.
 *   0    success (9000), also for an answer that carries a result code of its own.
 */
#ifndef EMUICC_APDU_STATUS_H
#define EMUICC_APDU_STATUS_H

#include <stdint.h>

enum failure {
    FAILURE_INTERNAL = -1, /* answered 6F00 */
    FAILURE_MEMORY = -2,   /* the store could not be written: answered 6581 */
};

/* clang-format off */
#define STATUS_TABLE(row) \
    row(SW_OK, 0x9000, "normal ending") \
    row(SW_PROACTIVE, 0x9100, "normal ending, a proactive command waits") \
    row(SW_BYTES_AVAILABLE, 0x6100, "response bytes available") \
    row(SW_WARNING_NO_INFORMATION, 0x6200, "no information given, memory unchanged") \
    row(SW_CORRUPTED, 0x6281, "part of returned data may be corrupted") \
    row(SW_END_OF_FILE, 0x6282, "end of file reached before Le bytes") \
    row(SW_SELECTED_DEACTIVATED, 0x6283, "selected file deactivated") \
    row(SW_SELECTED_TERMINATED, 0x6285, "selected file in termination state") \
    row(SW_MORE_DATA, 0x62F1, "more data available") \
    row(SW_MORE_DATA_PROACTIVE, 0x62F2, "more data available, a proactive command waits") \
    row(SW_RESPONSE_DATA, 0x62F3, "response data available") \
    row(SW_COUNTER, 0x63C0, "verification failed, tries left") \
    row(SW_MORE_EXPECTED, 0x63F1, "more data expected") \
    row(SW_NO_INFORMATION, 0x6400, "execution error, memory unchanged") \
    row(SW_MEMORY_PROBLEM, 0x6581, "memory problem") \
    row(SW_WRONG_LENGTH, 0x6700, "wrong length") \
    row(SW_CHANNEL_NOT_SUPPORTED, 0x6881, "logical channel not supported") \
    row(SW_SECURE_MESSAGING_NOT_SUPPORTED, 0x6882, "secure messaging not supported") \
    row(SW_LAST_COMMAND_EXPECTED, 0x6883, "last command of the chain expected") \
    row(SW_COMMAND_INCOMPATIBLE, 0x6981, "command incompatible with file structure") \
    row(SW_SECURITY_STATUS, 0x6982, "security status not satisfied") \
    row(SW_AUTHENTICATION_BLOCKED, 0x6983, "authentication method blocked") \
    row(SW_DATA_INVALIDATED, 0x6984, "referenced data invalidated") \
    row(SW_CONDITIONS_NOT_SATISFIED, 0x6985, "conditions of use not satisfied") \
    row(SW_NO_FILE_SELECTED, 0x6986, "command not allowed, no file selected") \
    row(SW_NOT_ALLOWED, 0x6989, "command not allowed, secure channel") \
    row(SW_WRONG_DATA, 0x6A80, "incorrect parameters in the data field") \
    row(SW_FUNCTION_NOT_SUPPORTED, 0x6A81, "function not supported") \
    row(SW_FILE_NOT_FOUND, 0x6A82, "file or application not found") \
    row(SW_RECORD_NOT_FOUND, 0x6A83, "record not found") \
    row(SW_NOT_ENOUGH_MEMORY, 0x6A84, "not enough memory space") \
    row(SW_WRONG_P1_P2, 0x6A86, "incorrect parameters P1-P2") \
    row(SW_LC_P1_P2, 0x6A87, "Lc inconsistent with P1-P2") \
    row(SW_REFERENCE_NOT_FOUND, 0x6A88, "referenced data not found") \
    row(SW_FILE_EXISTS, 0x6A89, "file identifier already exists") \
    row(SW_DF_NAME_EXISTS, 0x6A8A, "DF name already exists") \
    row(SW_OFFSET, 0x6B00, "wrong parameters, offset outside the file") \
    row(SW_WRONG_LE, 0x6C00, "wrong Le, right one in SW2") \
    row(SW_INSTRUCTION, 0x6D00, "instruction not supported") \
    row(SW_CLASS, 0x6E00, "class not supported") \
    row(SW_TECHNICAL_PROBLEM, 0x6F00, "technical problem") \
    row(SW_NOT_AVAILABLE, 0x9300, "toolkit busy") \
    row(SW_GSM_NO_EF_SELECTED, 0x9400, "no EF selected (class A0)") \
    row(SW_GSM_OUT_OF_RANGE, 0x9402, "out of range, invalid address (class A0)") \
    row(SW_GSM_FILE_NOT_FOUND, 0x9404, "file or pattern not found (class A0)") \
    row(SW_GSM_WRONG_STRUCTURE, 0x9408, "file inconsistent with the command (class A0)") \
    row(SW_WRONG_CHECK_VALUE, 0x9485, "wrong key check value") \
    row(SW_GSM_NO_CHV, 0x9802, "no CHV initialized (class A0)") \
    row(SW_GSM_NOT_ALLOWED, 0x9804, "access condition not fulfilled or CHV wrong, a try left (class A0)") \
    row(SW_GSM_CHV_STATE, 0x9808, "in contradiction with the state of the CHV (class A0)") \
    row(SW_GSM_INVALIDATED, 0x9810, "in contradiction with the file's invalidation (class A0)") \
    row(SW_GSM_BLOCKED, 0x9840, "CHV wrong or blocked, no try left (class A0)") \
    row(SW_INCREASE_MAX, 0x9850, "INCREASE cannot be performed, maximum reached") \
    row(SW_AUTHENTICATION_MAC, 0x9862, "authentication error, incorrect MAC") \
    row(SW_SECURITY_SESSION, 0x9863, "security session expired") \
    row(SW_SECURITY_CONTEXT, 0x9864, "security context not supported") \
    row(SW_GSM_RESPONSE, 0x9F00, "response bytes available (class A0)")
/* clang-format on */

#define STATUS_ENUM(name, value, text) name = value,
enum status { STATUS_TABLE(STATUS_ENUM) };
#undef STATUS_ENUM

/* What a status word means, for traces; of 61xx, 63Cx, 67xx, 6Cxx, 91xx and 9Fxx the family's text.
 */
const char *status_text(uint16_t status);

#endif

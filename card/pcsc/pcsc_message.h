/* pcsc_message: what pcsc-lite's client library sends to its daemon over a local socket, and is
 * answered (protocol 4.4 of version 1.9.9, 4.5 of version 2.3): a header of two words, size and
 * command, then the command's words in the machine's own order. The answer is the command's words
 * again, with no header. All words have 32 bits. */
#ifndef EMUICC_CARD_PCSC_PCSC_MESSAGE_H
#define EMUICC_CARD_PCSC_PCSC_MESSAGE_H

#include "apdu/bytes.h"

#define PCSC_MAJOR 4
#define PCSC_MINOR_MIN 4
#define PCSC_MINOR_MAX 5

#define PCSC_WORD 4
#define PCSC_HEADER_SIZE (2 * PCSC_WORD)
#define PCSC_NAME_SIZE 128  /* of a reader, its end included */
#define PCSC_READERS_MAX 16 /* that the list of states has room for */
#define PCSC_ATR_SIZE 33    /* of a state; three bytes of padding follow */
#define PCSC_ATTRIBUTE_SIZE 264
#define PCSC_DATA_MAX (4 + 3 + (1 << 16) + 3 + 2) /* that follow a command */

enum pcsc_command {
    PCSC_ESTABLISH_CONTEXT = 0x01,
    PCSC_RELEASE_CONTEXT = 0x02,
    PCSC_CONNECT = 0x04,
    PCSC_RECONNECT = 0x05,
    PCSC_DISCONNECT = 0x06,
    PCSC_BEGIN_TRANSACTION = 0x07,
    PCSC_END_TRANSACTION = 0x08,
    PCSC_TRANSMIT = 0x09,
    PCSC_CONTROL = 0x0A,
    PCSC_STATUS = 0x0B,
    PCSC_CANCEL = 0x0D,
    PCSC_GET_ATTRIBUTE = 0x0F,
    PCSC_SET_ATTRIBUTE = 0x10,
    PCSC_VERSION = 0x11,
    PCSC_GET_READERS_STATE = 0x12,
    PCSC_WAIT_READER_STATE_CHANGE = 0x13,
    PCSC_STOP_WAITING = 0x14,
    PCSC_GET_READER_EVENTS = 0x15, /* from 4.5 on */
};

/* Results, as PC/SC numbers them. */
enum pcsc_result {
    PCSC_SUCCESS = 0,
    PCSC_CANCELLED = (int)0x80100002,
    PCSC_INVALID_HANDLE = (int)0x80100003,
    PCSC_INVALID_PARAMETER = (int)0x80100004,
    PCSC_NO_MEMORY = (int)0x80100006,
    PCSC_INSUFFICIENT_BUFFER = (int)0x80100008,
    PCSC_UNKNOWN_READER = (int)0x80100009,
    PCSC_SHARING_VIOLATION = (int)0x8010000B,
    PCSC_NO_SMARTCARD = (int)0x8010000C,
    PCSC_PROTO_MISMATCH = (int)0x8010000F,
    PCSC_INVALID_VALUE = (int)0x80100011,
    PCSC_NOT_TRANSACTED = (int)0x80100016,
    PCSC_SERVICE_STOPPED = (int)0x8010001E,
    PCSC_UNSUPPORTED_FEATURE = (int)0x8010001F,
    PCSC_RESET_CARD = (int)0x80100068,
    PCSC_REMOVED_CARD = (int)0x80100069,
};

enum pcsc_protocol { PCSC_T0 = 1, PCSC_T1 = 2, PCSC_RAW = 4 };
enum pcsc_share { PCSC_EXCLUSIVE = 1, PCSC_SHARED = 2, PCSC_DIRECT = 3 };
enum pcsc_disposition { PCSC_LEAVE = 0, PCSC_RESET = 1, PCSC_UNPOWER = 2, PCSC_EJECT = 3 };
/* Bits of a reader's state. */
enum pcsc_state {
    PCSC_ABSENT = 0x02,
    PCSC_PRESENT = 0x04,
    PCSC_POWERED = 0x10,
    PCSC_NEGOTIABLE = 0x20,
};

/* Words of a body, counted from 0. */
static inline uint32_t pcsc_word(const uint8_t *body, size_t n)
{
    uint32_t word;
    memcpy(&word, body + n * PCSC_WORD, sizeof(word));
    return word;
}

static inline void pcsc_set_word(uint8_t *body, size_t n, uint32_t word)
{
    memcpy(body + n * PCSC_WORD, &word, sizeof(word));
}

#endif

/* apdu: one command, taken apart (ISO/IEC 7816-3 §12.1, ISO/IEC 7816-4 §5.1, TS 102 221 §10.1). */
#ifndef EMUICC_APDU_APDU_H
#define EMUICC_APDU_APDU_H

#include "apdu/bytes.h"

#define APDU_COMMAND_MAX 65535  /* bytes of a whole command, as vpcd's frame bounds it */
#define APDU_RESPONSE_MAX 65535 /* bytes of a whole response, status word included */
#define APDU_DATA_SHORT_MAX 255
#define APDU_LE_SHORT_MAX 256
#define APDU_LE_EXTENDED_MAX 65536
#define APDU_CHANNELS 20 /* logical channels 0 to 19 (TS 102 221 §8.7) */

/* ISO case, as bits so that an instruction row can allow several. */
enum apdu_case {
    APDU_CASE_1 = 1, /* no data either way */
    APDU_CASE_2 = 2, /* Le */
    APDU_CASE_3 = 4, /* data */
    APDU_CASE_4 = 8, /* data and Le */
    APDU_CASE_ANY = 1 | 2 | 4 | 8,
};

/* What the class byte stands for once channel and chaining bits are taken out (TS 102 221
 * §10.1.1): the family is the class of the same command on channel 0. */
struct apdu {
    uint8_t cla;     /* as sent */
    uint8_t family;  /* 00, 80 or the class as sent if it is neither (A0, proprietary ones) */
    uint8_t channel; /* 0 to 19 */
    bool secured;    /* secure messaging indicated */
    uint8_t ins, p1, p2;
    bool extended;        /* Lc or Le in their long form */
    enum apdu_case shape; /* which case it is */
    struct bytes data;    /* command data, borrowed from the command */
    uint32_t le;          /* 1 to 65536; 0 when there is no Le field */
    struct bytes whole;
};

/* 0, or SW_WRONG_LENGTH when lengths contradict each other or fewer than four bytes came. */
/*@ requires readable(command) && \valid(out);
    assigns *out;
    ensures \result == 0 ==> command.len >= 4 && readable(out->whole);
    ensures \result == 0 ==> readable(out->data);
    ensures \result == 0 ==> out->data.len <= command.len && out->channel < APDU_CHANNELS;
    ensures \result == 0 ==> out->le <= APDU_LE_EXTENDED_MAX;
    ensures \result != 0 ==> *out == \old(*out); */
int apdu_parse(struct bytes command, struct apdu *out);

#endif

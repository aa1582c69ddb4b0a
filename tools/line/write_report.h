/* write_report: what became of one chip, and where its time went. */
#ifndef EMUICC_TOOLS_LINE_WRITE_REPORT_H
#define EMUICC_TOOLS_LINE_WRITE_REPORT_H

#include "tools/line/line.h"

enum write_outcome {
    WRITE_DONE,    /* the profile is on the chip and its signed result in the batch */
    WRITE_FAILED,  /* the chip has signed that it did not take the profile; so says the row */
    WRITE_LEFT,    /* the row is as it was, for another try */
    WRITE_REFUSED, /* there is nothing to write: no row, or one that is written */
    WRITE_OUTCOMES,
};
const char *write_outcome_text(enum write_outcome outcome);

/* Where the time of a chip goes, in ns. */
enum write_clock {
    WRITE_CRYPTO, /* signatures, keys, tokens, protection */
    WRITE_CARD,   /* transport and card */
    WRITE_STORE,  /* the batch */
    WRITE_CLOCKS,
};

struct write_report {
    enum write_outcome outcome;
    char reader[BATCH_READER_SIZE];
    char eid[BATCH_EID_SIZE];     /* "" if the chip did not tell */
    char iccid[ICCID_TEXT_SIZE];  /* "" without a row */
    char text[BATCH_REASON_SIZE]; /* one line, "" for WRITE_DONE */
    int64_t total, spent[WRITE_CLOCKS];
    unsigned commands;
    int64_t
        transport;    /* ns of WRITE_CARD that are the transport's, as the quickest command shows */
    bool interrupted; /* somebody asked for an end */
    bool same;        /* it is the chip to be passed over: nothing was done to it */
};

#endif

/* decoder: events as the page shows them: commands by their names, ES10 functions with their
 * elements, sessions, and what failed. One for each chip or file; its events come in order. */
#ifndef EMUICC_TOOLS_INSPECT_DECODER_H
#define EMUICC_TOOLS_INSPECT_DECODER_H

#include "apdu/decode/decode_exchange.h"
#include "tools/inspect/raw.h"

#define DECODER_NAME_SIZE 24
#define DECODER_LINE_MAX (512u << 10) /* bytes of an event as JSON */

struct decoder {
    struct decode_exchange exchanges[APDU_CHANNELS];
    char applications[APDU_CHANNELS][DECODER_NAME_SIZE]; /* as SELECT says, for files */
    struct bytes selecting; /* AID of the SELECT under way; empty: none */
    uint8_t aid[16];
    int channel;                /* of the command under way; -1: it is none */
    int64_t start;              /* of the command */
    unsigned session, sessions; /* number of the RSP session under way; 0: none */
    int session_channel;        /* on which it is */
    bool over;                  /* it has ended with the last answer */
};

void decoder_init(struct decoder *decoder);
void decoder_finish(struct decoder *decoder);

/* Appends one object, on DECODER_LINE_MAX bytes: {"n", "us", "kind": "power", "command",
 * "response", "note", "hex", ...}. Of a command also {"channel", "application", "instruction",
 * "bytes", "secret"}, of a response {"channel", "status", "text", "bytes", "took", "failed"}; where
 * an ES10 function is complete {"function", "elements"}; "session" within an RSP session. */
void decoder_put(struct decoder *decoder, uint64_t number, const struct raw *raw,
                 struct writer *out);

#endif

/* tracer: what the card is asked and answers, as a text for people: instructions by the names of
 * their rows, ES10 functions with the names of their elements, results, and whatever apdu/trace.h
 * has to say meanwhile. Shown is what decode_table.h allows, and lengths: no key, no PIN, no result
 * of AUTHENTICATE, no content of a file or a profile. */
#ifndef EMUICC_CARD_TRACE_TRACER_H
#define EMUICC_CARD_TRACE_TRACER_H

#include "card/card.h"
#include "card/trace/output_file.h"
#include "apdu/decode/decode_exchange.h"

struct tracer_channel {
    struct decode_exchange exchange;
    bool shows_response; /* of what GET RESPONSE fetches too */
    uint8_t checksum;    /* bytes of one at the end of the answer */
};

struct tracer {
    struct observer observer;
    const struct card *card; /* borrowed */
    struct output_file file;
    bool timeless;                  /* so that two traces of the same are the same */
    int64_t start;                  /* milliseconds */
    struct tracer_channel *channel; /* of the command under way; NULL: it is none */
    struct tracer_channel channels[APDU_CHANNELS];
};

/* A new file; `card` is due before the first event. 0, or a failure after a trace line;
 * tracer_close() is due after both, which fails if something could not be written. */
int tracer_open(struct tracer *tracer, const char *path, bool timeless);
int tracer_close(struct tracer *tracer);

/* One line of somebody else's. */
void tracer_note(struct tracer *tracer, const char *text);

#endif

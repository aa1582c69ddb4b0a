/* transcript: what went over the contacts as a text (transcript_line.h), byte for byte, and a card
 * held against one. */
#ifndef EMUICC_CARD_TRACE_TRANSCRIPT_H
#define EMUICC_CARD_TRACE_TRANSCRIPT_H

#include <stdio.h>

#include "card/card.h"

struct transcript {
    struct observer observer;
    FILE *file;
    char *digits; /* heap: those of the longest response */
};

/* Writes a new file of mode 0600, since PINs and keys are in it, which begins with that remark. 0,
 * or a failure after a trace line; transcript_close() is due after both. */
int transcript_open(struct transcript *transcript, const char *path, const char *remark);
void transcript_close(struct transcript *transcript);

/* Does to the card what the transcript says. 0 if it answers as it stands there; a failure after
 * one trace line with the first line that is otherwise, or that is none. */
int transcript_replay(const char *path, struct card *card);

#endif

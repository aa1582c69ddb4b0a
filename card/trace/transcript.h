/* transcript: what went over the contacts as a text (transcript_line.h), byte for byte, and a card
 * held against one. */
#ifndef EMUICC_CARD_TRACE_TRANSCRIPT_H
#define EMUICC_CARD_TRACE_TRANSCRIPT_H

#include "card/card.h"
#include "card/trace/output_file.h"

struct transcript {
    struct observer observer;
    struct output_file file;
    char *digits; /* heap: those of the longest response */
};

/* Writes a new file. 0, or a failure after a trace line; transcript_close() is due after both,
 * which fails if something could not be written. */
int transcript_open(struct transcript *transcript, const char *path);
void transcript_remark(struct transcript *transcript, const char *remark);
int transcript_close(struct transcript *transcript);

/* Whether there is such a file to replay, and every line is one: 0, or a failure after a trace
 * line. Of a pipe, which can be read once, only that it is there. */
int transcript_check(const char *path);

/* Does to the card what the transcript says. 0 if it answers as it stands there; a failure after
 * one trace line with the first line that is otherwise, or that is none. */
int transcript_replay(const char *path, struct card *card);

#endif

/* trace: where log lines go. The one global: a sink that main sets, standard error by default, and
 * who speaks there. Lines never carry secrets: no key, no PIN, no plain profile content. */
#ifndef EMUICC_APDU_TRACE_H
#define EMUICC_APDU_TRACE_H

#include <stdbool.h>
#include <stddef.h>

enum trace_level {
    TRACE_ERROR,  /* something the user must fix */
    TRACE_NOTICE, /* what changed: plugged in, unplugged, profile enabled */
    TRACE_DETAIL, /* why something was refused, for developers of the other side */
};

/* text: one line without its end, valid during the call only. */
typedef void trace_sink(void *context, enum trace_level level, const char *text);

/* A NULL sink means standard error, level TRACE_NOTICE and below. */
void trace_to(trace_sink *sink, void *context);

/* Whether somebody reads TRACE_DETAIL: not on standard error, nor where this says no to a sink of
 * one's own. Lines that nobody reads need not be made. */
void trace_details(bool wanted);
bool trace_wants_details(void);

/* This thread's lines go here from now on, whatever trace_to() says; NULL: as it says. */
void trace_here(trace_sink *sink, void *context);

/* This thread's lines go there as well, all of them, without the name of trace_of(); NULL: no
 * longer. */
void trace_also(trace_sink *sink, void *context);
/* Lines of this thread for standard error are kept in the room, as far as it goes, and written
 * together by trace_release(): for work of which nobody sees anything before its end. */
void trace_hold(char *room, size_t size);
void trace_release(void);

/* Whose lines go to standard error, "NAME: TEXT", borrowed; NULL: the text alone. as_json: errors
 * go to standard output instead, a document each: {"error": {"text": TEXT}}. A sink of one's own is
 * not concerned. */
void trace_program(const char *name, bool as_json);

/* Of whom this thread's lines are from now on, borrowed; NULL: nobody in particular. The name
 * stands before them, and what one of many finds worth a notice is a detail. */
void trace_of(const char *name);

#define TRACE_PRINTF __attribute__((format(printf, 1, 2)))
void trace_error(const char *format, ...) TRACE_PRINTF;
void trace_notice(const char *format, ...) TRACE_PRINTF;
/*@ assigns \nothing; */
void trace_detail(const char *format, ...) TRACE_PRINTF;

#endif

/* fault: why a command of the LPA could not do what was asked: where it failed, the code as its
 * specification names it, what that means, and what to do next. */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_FAULT_H
#define EMUICC_TOOLS_LIB_TRANSPORT_FAULT_H

#include <jansson.h>
#include <stdbool.h>

struct fault {
    bool raised;
    bool fresh;     /* the last fault_raise() was the first one */
    bool usage;     /* the command line is wrong, and nothing has been done */
    char where[48]; /* "ES10c.EnableProfile", "PC/SC", "TLS" */
    char code[96];  /* "iccidOrAidNotFound (1)", "8.2.6/3.8", "6A82"; may be empty */
    char text[400]; /* one line, without its end */
    char next[400]; /* what the user can do; may be empty */
};

/* Says what went wrong. The first fault of a command is the one that counts: what fails while the
 * LPA tidies up afterwards is only traced. Always false, so that a caller can return it. */
bool fault_raise(struct fault *fault, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Add to the fault just raised, unless it was not the first. All return false. */
bool fault_code(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool fault_next(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool fault_usage(struct fault *fault);

static inline void fault_clear(struct fault *fault)
{
    *fault = (struct fault){0};
}

/* {"where", "code", "text", "next"}, without what is empty; the caller's to json_decref(). */
json_t *fault_json(const struct fault *fault);
/* What a program ends with that did what was asked, or has raised this. */
int fault_status(const struct fault *fault, bool good);
/* On standard error. */
void fault_print(const struct fault *fault, const char *program);

#endif

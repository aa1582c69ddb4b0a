/* fault: what goes wrong on command. A fault has a place in a command's processing, the passes of
 * that place it waits for, and an action; its text is a line, `PLACE = ACTION`, as in
 *
 *   function EnableProfile 2 = result 5, 3 times
 *
 * which fault_text.c reads and writes and fault_table.c explains. */
#ifndef EMUICC_CARD_FAULT_FAULT_H
#define EMUICC_CARD_FAULT_FAULT_H

#include "apdu/checkpoint.h"
#include "card/text/text_line.h"

#define FAULTS_MAX 64
#define FAULT_TEXT_MAX 128         /* characters of a fault as a line, its end included */
#define FAULT_FILE_MAX (1 << 15)   /* bytes of a whole text */
#define FAULT_DELAY_MAX_MS 3600000 /* an hour */

enum fault_place {
    FAULT_APDU,
    FAULT_FUNCTION,
    FAULT_SEGMENT,
    FAULT_ELEMENT,
    FAULT_PSMO,
    FAULT_ECO,
    FAULT_OTA,
    FAULT_PLACES
};

enum fault_action {
    FAULT_STATUS,     /* value: the status word */
    FAULT_RESULT,     /* value: the result or error code */
    FAULT_DELAY,      /* value: milliseconds */
    FAULT_MUTE,       /* the command is carried out and never answered */
    FAULT_DROP,       /* the card is pulled out in mid-command */
    FAULT_CUT_BEFORE, /* the power goes before the commit */
    FAULT_CUT_AFTER,  /* and after it, before the answer */
    FAULT_ACTIONS,
};

struct fault {
    unsigned id; /* by which it can be taken back */
    enum fault_place place;
    const char *name;       /* of the function or element; static; NULL: any */
    uint32_t number;        /* of the segment or element in its package; 0: any */
    uint32_t first;         /* the pass from which on it strikes; from 1 */
    uint32_t times;         /* how often; 0: always */
    uint32_t seen, strikes; /* passes and strikes so far */
    enum fault_action action;
    uint32_t value;
};

/* All of a card's. All zero: none, no memory. */
struct faults {
    struct fault *list; /* heap; NULL: none */
    size_t count;
    unsigned last_id;
};

/* Reads one fault; on success *out has no id and has seen nothing. NULL, or what is wrong with it,
 * in a few words. The text is cut in pieces. */
const char *fault_parse(char *text, struct fault *out);
/* The fault as it would be read again. */
void fault_format(const struct fault *fault, char text[FAULT_TEXT_MAX]);

/* NULL with the id in *id, or why it cannot be taken. */
const char *faults_add(struct faults *faults, const struct fault *fault, unsigned *id);
/* False if there is none of this id. */
bool faults_remove(struct faults *faults, unsigned id);
void faults_clear(struct faults *faults);

/* Adds all of a text or, when a line is wrong, none: 0, or a failure after a trace line with the
 * name and the line. */
int faults_read(struct faults *faults, const char *name, struct bytes text);
/* The same for a file, or for a text that ships. */
int faults_read_file(struct faults *faults, const char *asked);

/* Where a command passes: counts, and calls for each fault that strikes. */
typedef void fault_striker(void *context, const struct fault *fault);
void faults_pass(struct faults *faults, enum fault_place place, const char *name, uint32_t number,
                 fault_striker *strike, void *context);

#endif

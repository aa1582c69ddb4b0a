/* fault_table: the kinds of places and of actions, one row each. */
#ifndef EMUICC_CARD_FAULT_FAULT_TABLE_H
#define EMUICC_CARD_FAULT_FAULT_TABLE_H

#include <stdio.h>

#include "card/fault/fault.h"

/* What the number after a place means. */
enum fault_number { FAULT_NUMBER_PASS, FAULT_NUMBER_PLACE };

struct fault_place_row {
    const char *word, *form, *help;
    /* The name as a constant, or NULL if there is none such; NULL: the place has no names. */
    const char *(*find_name)(const char *name);
    bool needs_name;
    enum fault_number number; /* when there is no name */
    const char *no_name;      /* said of a name that is none */
};

/* What the word after an action is. */
enum fault_value { FAULT_VALUE_NONE, FAULT_VALUE_STATUS, FAULT_VALUE_CODE, FAULT_VALUE_MS };

struct fault_action_row {
    const char *word, *form, *help;
    enum fault_value value;
};

extern const struct fault_place_row fault_places[FAULT_PLACES];    /* by enum fault_place */
extern const struct fault_action_row fault_actions[FAULT_ACTIONS]; /* by enum fault_action */

/* NULL, or why the place cannot do this. */
const char *fault_table_refusal(const struct fault *fault);

/* The faults that ship, as `emuicc --faults list` shows them, and what can be said. */
void fault_table_list(FILE *out);
void fault_table_words(FILE *out);

#endif

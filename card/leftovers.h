/* leftovers: what a first start has made and must not leave behind when it is refused. */
#ifndef EMUICC_CARD_LEFTOVERS_H
#define EMUICC_CARD_LEFTOVERS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define LEFTOVERS_MAX 8

struct leftovers {
    char folder[PATH_MAX];
    size_t parent_len;        /* characters of the path to the deepest folder that was there */
    const char *const *names; /* in the folder; borrowed */
    bool was_there[LEFTOVERS_MAX];
};

/* Notes which of these names (NULL ends them, at most LEFTOVERS_MAX) are in the folder, and how
 * much of the path to it exists. False if the path is too long. */
bool leftovers_note(struct leftovers *leftovers, const char *folder, const char *const names[]);
/* Removes what was not there then: the names with all that is in them, the folder and its parents
 * if nothing else is in them. */
void leftovers_remove(const struct leftovers *leftovers);

#endif

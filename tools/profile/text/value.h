/* value: a value without parts as text, the way the text form writes it and build reads it. */
#ifndef EMUICC_TOOLS_PROFILE_TEXT_VALUE_H
#define EMUICC_TOOLS_PROFILE_TEXT_VALUE_H

#include <stdio.h>

#include "tools/profile/package/walk.h"

/* Writes the value of a leaf or raw node. Bytes that do not fit on one line go on in the next ones,
 * below each other from `column` on; column 0 keeps all on one line. */
void value_print(FILE *out, const struct walk_node *node, int column);

/* What a leaf's bytes mean, for a comment behind it; false if there is nothing to add. */
#define VALUE_NOTE_SIZE 80
bool value_note(const struct walk_node *node, char note[VALUE_NOTE_SIZE]);

#endif

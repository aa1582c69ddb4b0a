/* vectors: published test vectors, kept as text in tests/vectors.
 *
 *     # Document, section, and where a departure is from
 *     [test set 1]
 *     K = 465B5CE8 B199B49F …
 *         continued on a line that begins with a blank
 *
 * A name that a test asks for and that is absent, one that a test never asked for, one that stands
 * twice, and a malformed line end the process with a message: a vector is never skipped in silence.
 */
#ifndef EMUICC_TESTS_VECTORS_H
#define EMUICC_TESTS_VECTORS_H

#include "apdu/bytes.h"

struct vectors;

/* file: its name in tests/vectors. Ready for the first vectors_next(). */
struct vectors *vectors_open(const char *file);
/* The next set; false after the last. A file without [set] lines is one set. */
bool vectors_next(struct vectors *vectors);
/* What stands in the brackets; for messages. */
const char *vectors_set(const struct vectors *vectors);
void vectors_close(struct vectors *vectors);

/* Of the present set. What they return lives until vectors_close(). */
bool vectors_has(struct vectors *vectors, const char *name);           /* counts as no use */
struct bytes vectors_bytes(struct vectors *vectors, const char *name); /* hexadecimal, may be "" */
unsigned long vectors_number(struct vectors *vectors, const char *name); /* decimal */
const char *vectors_text(struct vectors *vectors, const char *name);

#endif

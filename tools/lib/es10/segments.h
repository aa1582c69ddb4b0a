/* segments: a bound profile package cut for LoadBoundProfilePackage (SGP.22 §2.5.5). */
#ifndef EMUICC_TOOLS_LIB_ES10_SEGMENTS_H
#define EMUICC_TOOLS_LIB_ES10_SEGMENTS_H

#include "apdu/tlv.h"

/* The package is BF36 { BF23, A0 { 87... }, A1 { 88... }, [A2 { 87... }], A3 { 86... } } and
 * nothing else: then all of it can be cut. */
bool segments_check(struct bytes package);

/* Takes the next segment off the front of a checked package; false at its end. Segments follow
 * each other without gap: BF36's header with BF23; the header of A0 or A2 with the first 87; the
 * header of A1 or A3; each other 87, 88, 86. */
bool segments_take(struct bytes *rest, struct bytes *segment);

/* As many as there are, up to so many; their number. */
size_t segments_take_some(struct bytes *rest, struct bytes *segments, size_t most);

/* The ES8+ function that begins with this segment: "StoreMetadata"; NULL if the one before goes on.
 */
const char *segments_function(struct bytes segment);

/* The plain content of the sequence of 88, each without its MAC: the StoreMetadata request.
 * Appends to out; false if the package is not well formed or out overflows. */
bool segments_metadata(struct bytes package, struct writer *out);

#endif

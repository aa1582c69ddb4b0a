/* decode_element: elements of ES10 as lines of a trace, and as JSON. */
#ifndef EMUICC_APDU_DECODE_DECODE_ELEMENT_H
#define EMUICC_APDU_DECODE_DECODE_ELEMENT_H

#include <stdio.h>

#include "apdu/bytes.h"
#include "apdu/decode/decode_table.h"

/* What a node begins with, and all in it. An element may be longer than what has come of it, as the
 * front of a bound package is. */
void decode_element_print(FILE *file, struct bytes bytes, enum decode_table_node node);

/* The same as a JSON list of {"name", "tag", "value", "elements"}. */
void decode_element_put(struct writer *out, const char *name, struct bytes bytes,
                        enum decode_table_node node);

/* The name of the first result in an answer that says that something failed; NULL if there is no
 * such result. */
const char *decode_element_failure(struct bytes bytes, enum decode_table_node node);

/* Digits of bytes, without an end of the line. */
void decode_element_print_bytes(FILE *file, struct bytes bytes);

#endif

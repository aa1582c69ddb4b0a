/* tracer_element: elements of ES10 as lines of a trace. */
#ifndef EMUICC_CARD_TRACE_TRACER_ELEMENT_H
#define EMUICC_CARD_TRACE_TRACER_ELEMENT_H

#include <stdio.h>

#include "apdu/bytes.h"
#include "card/trace/tracer_table.h"

/* What a node begins with, and all in it. An element may be longer than what has come of it, as the
 * front of a bound package is. */
void tracer_element_print(FILE *file, struct bytes bytes, enum tracer_node node);

/* Digits of bytes, without an end of the line. */
void tracer_element_print_bytes(FILE *file, struct bytes bytes);

#endif

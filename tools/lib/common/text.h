/* text: what cards and servers say, made fit for a terminal and for JSON; identifiers as people
 * write them. */
#ifndef EMUICC_TOOLS_LIB_COMMON_TEXT_H
#define EMUICC_TOOLS_LIB_COMMON_TEXT_H

#include <jansson.h>

#include "apdu/bytes.h"

#define TEXT_ICCID_SIZE 21   /* digits of an ICCID and the end */
#define TEXT_VERSION_SIZE 12 /* "255.255.255" */
#define TEXT_MCC_MNC_SIZE 7

/* UTF-8 without control characters: each byte or character that must not be shown becomes '?'. At
 * most size - 1 bytes, never half a character, and an end. */
void text_clean(struct bytes from, char *text, size_t size);
/* The same as a JSON string, the caller's. */
json_t *text_json(struct bytes from);
json_t *text_json_hex(struct bytes from);
/* Columns that a clean text takes, each character counted as one. */
size_t text_width(const char *text);

/* Digits of a nibble-swapped number (EF.ICCID, EID is not swapped), filler left out; stops at the
 * first nibble that is no digit. size: room, the end included. */
void text_swapped_digits(struct bytes from, char *text, size_t size);
/* "2.5.0"; empty unless there are three bytes. */
void text_version(struct bytes version, char text[TEXT_VERSION_SIZE]);
/* "26201" or "310410" from three bytes (TS 24.008 §10.5.1.13); an E (any digit) as '*'. */
void text_mcc_mnc(struct bytes from, char text[TEXT_MCC_MNC_SIZE]);

#endif

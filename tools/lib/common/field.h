/* field: members of the JSON objects of ES2+ and ES9+, read with bounds (SGP.22 §6.5). */
#ifndef EMUICC_TOOLS_LIB_COMMON_FIELD_H
#define EMUICC_TOOLS_LIB_COMMON_FIELD_H

#include <jansson.h>

#include "fs/profile/blob.h"

#define FIELD_TRANSACTION_ID_MAX 16 /* bytes (SGP.22 Annex H, TransactionId) */

enum field_result {
    FIELD_OK = 0,
    FIELD_ABSENT = 1,  /* no such member, or null */
    FIELD_INVALID = 2, /* another type, too long, or wrongly coded */
};

/* A string of at most max characters without a NUL in it; *out borrows from the object and is NULL
 * unless FIELD_OK. */
enum field_result field_text(const json_t *object, const char *name, size_t max, const char **out);
enum field_result field_boolean(const json_t *object, const char *name, bool *out);
/* Base64 of at most max bytes, into a blob that the caller gives back. */
enum field_result field_bytes(const json_t *object, const char *name, size_t max, struct blob *out);
/* Hexadecimal digits of 1 to FIELD_TRANSACTION_ID_MAX bytes, appended. */
enum field_result field_transaction_id(const json_t *object, const char *name, struct writer *out);

/* Sets a member; 0 or a failure (out of memory). */
int field_set_text(json_t *object, const char *name, const char *text);
int field_set_bytes(json_t *object, const char *name, struct bytes bytes);
/* Upper-case hexadecimal digits. */
int field_set_transaction_id(json_t *object, const char *name, struct bytes transaction_id);

#endif

/* json_writer: JSON text, written front to back (RFC 8259). Inside an object each value has a name,
 * elsewhere the name is NULL. Running out of room shows in the writer. */
#ifndef EMUICC_APDU_JSON_WRITER_H
#define EMUICC_APDU_JSON_WRITER_H

#include "apdu/bytes.h"

void json_writer_open_object(struct writer *out, const char *name);
void json_writer_close_object(struct writer *out);
void json_writer_open_list(struct writer *out, const char *name);
void json_writer_close_list(struct writer *out);

/* Bytes that are no UTF-8 come as U+FFFD, control characters escaped. */
void json_writer_text(struct writer *out, const char *name, struct bytes text);
/* The same for a text of the program's own. */
void json_writer_word(struct writer *out, const char *name, const char *word);
/* Bytes as a text of hexadecimal digits. */
void json_writer_hex(struct writer *out, const char *name, struct bytes bytes);
void json_writer_number(struct writer *out, const char *name, int64_t number);
void json_writer_boolean(struct writer *out, const char *name, bool value);

#endif

/* record: what is said on both interfaces, a line a message, for whoever looks for a fault or tests
 * an LPA: "ES10b.GetEUICCInfo1 > BF2000", "ES9+.AuthenticateClient < {...}". */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_RECORD_H
#define EMUICC_TOOLS_LIB_TRANSPORT_RECORD_H

#include <stdio.h>

#include "apdu/bytes.h"
#include "tools/lib/transport/fault.h"

#define RECORD_SENT '>'
#define RECORD_RECEIVED '<'

/* A new file, for its owner only. False after a fault. path NULL: nothing is recorded. */
bool record_open(const char *path, FILE **record, struct fault *fault);
void record_close(FILE *record); /* NULL is fine, as below */

/* One message of an ES10 function; secret: its length alone. */
void record_bytes(FILE *record, const char *function, char direction, struct bytes bytes,
                  bool secret);
/* One JSON text of an ES9+ function. */
void record_text(FILE *record, const char *function, char direction, const char *text);

#endif

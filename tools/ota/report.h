/* report: a proof of receipt in words and as JSON. */
#ifndef EMUICC_TOOLS_OTA_REPORT_H
#define EMUICC_TOOLS_OTA_REPORT_H

#include <jansson.h>

#include "crypto/primitives/scp80.h"
#include "tools/lib/transport/fault.h"

/* {"status", "text", "counter", "commands", "sw", "data", "responses"} of a response packet with
 * its user data header, as far as it has them; header: of the command it answers. NULL after a
 * fault. */
json_t *report_read(struct bytes packet, const struct scp80_header *header,
                    const struct scp80_keys *keys, struct fault *fault);

/* The same of what a script has answered by another way, added to *out. */
void report_read_script(struct bytes answer, json_t *out);
bool report_is_script_good(const json_t *answer);
void report_print_script(const json_t *answer);

/* It says that all was done. */
bool report_is_good(const json_t *report);

/* On standard output, a line for each thing that is known. */
void report_print(const json_t *report);

#endif

/* download_result: what the card says at the end of a package, and the server's copy of it (SGP.22
 * §2.5.6, §3.1.3.3). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_DOWNLOAD_RESULT_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_DOWNLOAD_RESULT_H

#include "tools/lib/download/download_request.h"

/* Reads the result into the document, sends it to the server and takes it off the card. True if the
 * profile is installed, even if its notification has to wait. */
bool download_result_take(const struct session_context *context,
                          const struct download_request *request, struct bytes result,
                          json_t *document);

/* After an interruption in mid-package: the card may have kept a result for this transaction. True
 * if it says that the profile is installed: then nothing is at fault any more. */
bool download_result_recover(const struct session_context *context,
                             const struct download_request *request, struct bytes transaction_id,
                             json_t *document);

#endif

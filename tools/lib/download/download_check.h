/* download_check: what an LPA itself verifies of a server's answers (SGP.22 §3.0.1, §3.1.3). The
 * signatures are the card's to verify. Each returns false after a fault. */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_DOWNLOAD_CHECK_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_DOWNLOAD_CHECK_H

#include "tools/lib/common/svn.h"
#include "tools/lib/es9/activation.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/es9/es9.h"

/* The server signs for the address of the activation code and for the transaction it names, and
 * bears the object identifier of the code, if that has one. */
bool download_check_opened(const struct es9_answer *opened, const struct activation *code,
                           struct fault *fault);

/* *named: the server tells its version in what it signs (SGP.22 v3 §5.7.13); then *version is it.
 */
bool download_check_version(const struct es9_answer *opened, bool *named, struct svn *version,
                            struct fault *fault);

/* The server names this push service (an OBJECT IDENTIFIER, coded) in what it signs (SGP.22 v3). */
bool download_check_push_service(const struct es9_answer *opened, struct bytes service,
                                 struct fault *fault);

/* What it offers belongs to this transaction; *code_wanted: it asks for a confirmation code. */
bool download_check_offered(const struct es9_answer *offered, struct bytes transaction_id,
                            bool *code_wanted, struct fault *fault);

/* The package can be cut into segments, and the metadata inside are those that were shown.
 * *reason: why the session has to be cancelled if not. */
bool download_check_package(struct bytes package, struct bytes metadata,
                            enum es10b_cancel_reason *reason, struct fault *fault);

#endif

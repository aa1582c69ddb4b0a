/* inject: packages that others bring to this IPA: over HTTP, or from a file (SGP.32 §5.14.4). */
#ifndef EMUICC_TOOLS_IPA_INJECT_H
#define EMUICC_TOOLS_IPA_INJECT_H

#include "fs/profile/blob.h"
#include "tools/ipa/ipa_open.h"

struct inject;

/* Listens at the options' place in threads of its own, in both bindings, without TLS: which
 * certificate an IPA shows no public text says. Memory is guarded by inject_lock(). 0, or a failure
 * after a trace line. */
int inject_start(const struct ipa_options *options, struct engine_changes *memory,
                 struct inject **out);
void inject_stop(struct inject *inject); /* NULL is fine, here and below */
/* While the card is used for something else nothing is injected. */
void inject_lock(struct inject *inject);
void inject_unlock(struct inject *inject);
/* Makes the downloads that were triggered. */
void inject_go_on(struct inject *inject);

/* One package from a file: TransferEimPackage (BF4E), or what stands in one. The answer's DER goes
 * to the file `out`, if that is not NULL. Exit status. */
int inject_file(const struct ipa_options *options, const char *path);

#endif

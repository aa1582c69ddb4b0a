/* verdict: the EUICCResponse taken apart, and the faults of a package that its ASN.1 alone shows.
 */
#ifndef EMUICC_TOOLS_PROFILE_PACKAGE_VERDICT_H
#define EMUICC_TOOLS_PROFILE_PACKAGE_VERDICT_H

#include "tools/profile/package/elements.h"

#define VERDICT_NONE (-1)

/* PEStatus; VERDICT_NONE where it has no such field. */
struct verdict_status {
    int64_t status, identification, additional, offset;
    const char *name; /* of the status: "bad-values"; "" if it has none */
    size_t number;    /* in the response, from 0 */
};

/* Visits the statuses of an EUICCResponse. Return other than 0 ends it and is returned. */
typedef int verdict_visitor(void *context, const struct verdict_status *status);
int verdict_each(struct bytes response, verdict_visitor *visit, void *context);

/* What is wrong with an element by the ASN.1: a text in `text`, and where in the element's bytes;
 * false if nothing is. */
#define VERDICT_FAULT_SIZE 160
bool verdict_fault(const struct element_row *row, char text[VERDICT_FAULT_SIZE], size_t *offset);

#endif

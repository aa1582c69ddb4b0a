/* elements: the profile elements of a package, as a list. */
#ifndef EMUICC_TOOLS_PROFILE_PACKAGE_ELEMENTS_H
#define EMUICC_TOOLS_PROFILE_PACKAGE_ELEMENTS_H

#include "fs/saip/pe_schema.h"

struct element_row {
    unsigned number;                     /* from 1 */
    const struct pe_schema_field *field; /* which element it is; NULL: unknown */
    size_t offset;                       /* in the package */
    struct bytes whole, value;
    bool has_identification; /* the header has none */
    uint32_t identification;
    bool mandated;
};

/* "usim", or "unknown". */
const char *elements_name(const struct element_row *row);

/* Visits them in order; what is no TLV at the end comes as an unknown one. Return other than 0 ends
 * it and is returned. */
typedef int elements_visitor(void *context, const struct element_row *row);
int elements_each(struct bytes package, elements_visitor *visit, void *context);

/* The element with this identification; false if there is none. */
bool elements_find(struct bytes package, uint32_t identification, struct element_row *out);

#endif

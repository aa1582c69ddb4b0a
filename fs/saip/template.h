/* template: the files that a package gets by naming a template instead of describing each one
 * (eUICC Profile Package: Interoperable Format §9, Annex A). One row a file, columns in the order
 * of the document's tables. */
#ifndef EMUICC_FS_SAIP_TEMPLATE_H
#define EMUICC_FS_SAIP_TEMPLATE_H

#include "fs/saip/template_row.h"

/* By the content bytes of its OID; NULL if it is not known. */
const struct template *template_by_oid(struct bytes oid);

/* Fills `len` bytes of a file, or of one record, with the default content. */
void template_fill(const struct template_file *file, uint8_t *content, size_t len);

/* Visits every template. Return other than 0 ends it and is returned. */
typedef int template_visitor(void *context, const struct template *template);
int template_each(template_visitor *visit, void *context);

#endif

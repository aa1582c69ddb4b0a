/* spelling: names that older versions of the package format gave to what has another name today. */
#ifndef EMUICC_TOOLS_PROFILE_TEXT_SPELLING_H
#define EMUICC_TOOLS_PROFILE_TEXT_SPELLING_H

#include "fs/saip/pe_schema.h"

/* The name that this field or alternative of the type has in the schema; the word itself if it is
 * no older spelling. */
struct bytes spelling_today(const struct pe_schema_type *type, struct bytes word);

#endif

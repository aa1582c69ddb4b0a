/* dump: a package as text, which build turns back into the same bytes. */
#ifndef EMUICC_TOOLS_PROFILE_TEXT_DUMP_H
#define EMUICC_TOOLS_PROFILE_TEXT_DUMP_H

#include <stdio.h>

#include "apdu/bytes.h"

/* Any bytes: what is no package is written raw. */
void dump_package(struct bytes package, FILE *out);

#endif

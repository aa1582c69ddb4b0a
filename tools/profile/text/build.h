/* build: the text form turned into a package. */
#ifndef EMUICC_TOOLS_PROFILE_TEXT_BUILD_H
#define EMUICC_TOOLS_PROFILE_TEXT_BUILD_H

#include "apdu/bytes.h"

/* Appends the package to *out. A failure after one trace line that begins with NAME:LINE. Sizes and
 * ranges are the text's own affair: a package may be meant to be wrong. */
int build_package(const char *name, struct bytes text, struct writer *out);

#endif

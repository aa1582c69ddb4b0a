/* options: what emuicc-inspect can be told. */
#ifndef EMUICC_TOOLS_INSPECT_OPTIONS_H
#define EMUICC_TOOLS_INSPECT_OPTIONS_H

#include "apdu/options.h"
#include "tools/inspect/inspect.h"

#define OPTIONS_DEFAULT_LISTEN "127.0.0.1:8765"

extern const struct options_program inspect_program;

#endif

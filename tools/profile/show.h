/* show: a package for people and for programs. Values of keys, PINs and PUKs are not shown. */
#ifndef EMUICC_TOOLS_PROFILE_SHOW_H
#define EMUICC_TOOLS_PROFILE_SHOW_H

#include <jansson.h>

#include "tools/profile/package/trial.h"

void show_text(struct bytes package, const struct trial *trial);
/* NULL if memory is short. */
json_t *show_json(struct bytes package, const struct trial *trial);

#endif

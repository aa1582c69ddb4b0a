/* api: what the page asks for, apart from HTTP, so that tests and fuzz targets drive it without a
 * socket. */
#ifndef EMUICC_TOOLS_INSPECT_API_H
#define EMUICC_TOOLS_INSPECT_API_H

#include "tools/inspect/inspect.h"

struct api_call {
    const char *chip;   /* EID of a farm's; "": the only one */
    const char *iccid;  /* NULL: not given */
    const json_t *body; /* of a POST: an object; NULL: none */
};

/* The answer, NULL if memory is short. One that has "error" was refused. */
typedef json_t *api_handler(struct inspect *inspect, const struct api_call *call);

struct api_row {
    const char *path;
    bool post; /* changes something, and is never done by GET */
    api_handler *handle;
};

/* NULL: there is no such path. */
const struct api_row *api_find(const char *path);

#endif

#include "tools/ctl/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/inventory.h"

/* Opening a store would make one. */
static bool there_is_one(const char *state)
{
    char *path;
    if (asprintf(&path, "%s/" STORE_FILE, state) < 0)
        return false;
    const bool there = access(path, F_OK) == 0;
    free(path);
    if (!there)
        trace_error("--state %s: there is no chip in this folder", state);
    return there;
}

bool look_list(const char *state, const char *unused, struct writer *out)
{
    struct store *store;
    (void)unused;
    if (!there_is_one(state) || store_open(state, &store) != 0)
        return false;
    const int result = inventory_list(store, out);
    store_close(store);
    return result == 0;
}

bool look_show(const char *state, const char *iccid, struct writer *out)
{
    struct store *store;
    if (!there_is_one(state) || store_open(state, &store) != 0)
        return false;
    const int result = inventory_show(store, bytes_of_text(iccid), out);
    store_close(store);
    if (result == SW_REFERENCE_NOT_FOUND)
        trace_error("no profile on the chip has this ICCID");
    return result == 0;
}

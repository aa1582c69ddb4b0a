#include "tools/ctl/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/text/inventory.h"
#include "fs/text/inventory_iot.h"

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

bool look_iot(const char *state, const char *unused, struct writer *out)
{
    struct store *store;
    (void)unused;
    if (!there_is_one(state) || store_open(state, &store) != 0)
        return false;
    const int result = inventory_iot_show(store, out);
    store_close(store);
    return result == 0;
}

bool look_iot_set(const char *state, const char *line, struct writer *out)
{
    struct store *store;
    char *copy = strdup(line);
    const char *wrong = "no memory";
    if (copy == NULL || !there_is_one(state) || store_open(state, &store) != 0) {
        free(copy);
        return false;
    }
    int result = inventory_iot_set(store, copy, &wrong);
    if (result == 0 && wrong == NULL)
        result = store_commit(store);
    if (result == 0 && wrong != NULL)
        trace_error("%s", wrong);
    store_close(store);
    free(copy);
    if (result == 0 && wrong == NULL)
        writer_put(out, bytes_of_text("{\"done\": true}"));
    return result == 0 && wrong == NULL;
}

/* What a store does with a name. */
typedef int deed(struct store *store, const char *name);

static bool do_with(const char *state, const char *name, deed *act, struct writer *out)
{
    struct store *store;
    if (!store_snapshot_is_name(name)) {
        trace_error(
            "a name has letters, digits, dots, dashes and underscores, and starts with no dot");
        return false;
    }
    if (!there_is_one(state) || store_open(state, &store) != 0)
        return false;
    const int result = act(store, name);
    store_close(store);
    if (result == SW_REFERENCE_NOT_FOUND)
        trace_error("there is no snapshot of this name");
    if (result == 0)
        writer_put(out, bytes_of_text("{\"done\": true}"));
    return result == 0;
}

bool look_snapshot(const char *state, const char *name, struct writer *out)
{
    return do_with(state, name, store_snapshot, out);
}

bool look_restore(const char *state, const char *name, struct writer *out)
{
    return do_with(state, name, store_restore, out);
}

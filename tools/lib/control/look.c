#include "tools/lib/control/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/births/births.h"
#include "fs/files/files.h"
#include "fs/text/inventory.h"
#include "fs/text/inventory_iot.h"

/* Opening a store would make one. A chip of a farm that was never used is made of its record. */
static bool there_is_one(const char *state)
{
    char *path;
    if (births_make_in(state) != 0)
        return false;
    if (asprintf(&path, "%s/" STORE_FILE, state) < 0)
        return false;
    const bool there = access(path, F_OK) == 0;
    free(path);
    if (!there)
        trace_error(
            "--state %s: there is no chip in this folder; 'emuicc --state' with it makes one",
            state);
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
        trace_error(INVENTORY_NO_PROFILE);
    return result == 0;
}

/* As if no PIN had been presented. */
bool look_files(const char *state, const char *iccid, struct writer *out)
{
    struct store *store;
    if (!there_is_one(state) || store_open(state, &store) != 0)
        return false;
    const int result = files_put(store, bytes_of_text(iccid), 0, out);
    store_close(store);
    if (result == SW_REFERENCE_NOT_FOUND)
        trace_error(INVENTORY_NO_PROFILE);
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

static bool is_name(const char *name)
{
    if (store_snapshot_is_name(name))
        return true;
    trace_error("a name has letters, digits, dots, dashes and underscores, and starts with no dot");
    return false;
}

/* What became of the deed. */
static bool tell(int result, struct writer *out)
{
    if (result == SW_REFERENCE_NOT_FOUND)
        trace_error("there is no snapshot of this name; 'snapshots' lists them");
    if (result == 0)
        writer_put(out, bytes_of_text("{\"done\": true}"));
    return result == 0;
}

/* What a store does with a name. */
typedef int deed(struct store *store, const char *name);

static bool do_with(const char *state, const char *name, deed *act, struct writer *out)
{
    struct store *store;
    if (!is_name(name) || !there_is_one(state) || store_open(state, &store) != 0)
        return false;
    const int result = act(store, name);
    store_close(store);
    return tell(result, out);
}

bool look_snapshot(const char *state, const char *name, struct writer *out)
{
    return do_with(state, name, store_snapshot, out);
}

bool look_restore(const char *state, const char *name, struct writer *out)
{
    return do_with(state, name, store_restore, out);
}

bool look_snapshot_remove(const char *state, const char *name, struct writer *out)
{
    return is_name(name) && there_is_one(state) && tell(store_snapshot_remove(state, name), out);
}

static int put_snapshot(void *context, const char *name, int64_t seconds, uint64_t bytes)
{
    char when[sizeof("2026-11-30T22:10:00Z")] = "";
    const time_t time = seconds;
    struct tm utc;
    if (gmtime_r(&time, &utc) != NULL)
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_writer_open_object(context, NULL);
    json_writer_word(context, "name", name);
    json_writer_word(context, "taken", when);
    json_writer_number(context, "bytes", (int64_t)bytes);
    json_writer_close_object(context);
    return 0;
}

bool look_snapshots(const char *state, const char *unused, struct writer *out)
{
    (void)unused;
    if (!there_is_one(state))
        return false;
    json_writer_open_object(out, NULL);
    json_writer_open_list(out, "snapshots");
    const int result = store_each_snapshot(state, put_snapshot, out);
    json_writer_close_list(out);
    json_writer_close_object(out);
    return result == 0;
}

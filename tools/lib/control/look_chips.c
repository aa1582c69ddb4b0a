/* The part of look that lists the chips of a farm that does not run: its folders and its records.
 */
#include "tools/lib/control/look.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/births/births.h"

struct eids {
    uint8_t (*list)[PKI_EID_SIZE];
    size_t count, room;
};

static int add(void *context, const uint8_t eid[PKI_EID_SIZE])
{
    struct eids *eids = context;
    if (eids->count == eids->room) {
        const size_t room = eids->room > 0 ? 2 * eids->room : 64;
        void *list = realloc(eids->list, room * sizeof(*eids->list));
        if (list == NULL)
            return FAILURE_INTERNAL;
        eids->list = list;
        eids->room = room;
    }
    memcpy(eids->list[eids->count++], eid, PKI_EID_SIZE);
    return 0;
}

static bool has_store(const char *chips, const char *name)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof(path), "%s/%s/" STORE_FILE, chips, name) < (int)sizeof(path) &&
           access(path, F_OK) == 0;
}

static int add_folders(const char *state, struct eids *eids)
{
    char path[PATH_MAX];
    uint8_t eid[PKI_EID_SIZE];
    int result = 0;
    if (snprintf(path, sizeof(path), "%s/" BIRTHS_CHIPS, state) >= (int)sizeof(path))
        return FAILURE_INTERNAL;
    DIR *folder = opendir(path);
    if (folder == NULL) {
        trace_error("--state %s: this is no farm's folder", state);
        return FAILURE_INTERNAL;
    }
    for (struct dirent *entry; result == 0 && (entry = readdir(folder)) != NULL;)
        if (pki_eid_from_text(entry->d_name, eid) && has_store(path, entry->d_name))
            result = add(eids, eid);
    closedir(folder);
    return result;
}

static int add_records(const char *state, struct eids *eids)
{
    struct births *births;
    int result = births_open(state, &births);
    if (result == 0) {
        result = births_each(births, add, eids);
        births_close(births);
    }
    return result;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, PKI_EID_SIZE);
}

/* A chip may have both, when a process ended in between. */
static void sort(struct eids *eids)
{
    size_t kept = 0;
    if (eids->count > 0)
        qsort(eids->list, eids->count, PKI_EID_SIZE, compare);
    for (size_t i = 0; i < eids->count; i++)
        if (kept == 0 || compare(eids->list[kept - 1], eids->list[i]) != 0)
            memmove(eids->list[kept++], eids->list[i], PKI_EID_SIZE);
    eids->count = kept;
}

static void put(const struct eids *eids, size_t first, struct writer *out)
{
    char digits[PKI_EID_DIGITS + 1];
    json_writer_open_object(out, NULL);
    json_writer_number(out, "count", (int64_t)eids->count);
    json_writer_open_list(out, "chips");
    for (size_t i = first; i < eids->count && i - first < LOOK_CHIPS_AT_ONCE; i++) {
        pki_eid_to_text(eids->list[i], digits);
        json_writer_open_list(out, NULL);
        json_writer_word(out, NULL, digits);
        json_writer_close_list(out);
    }
    json_writer_close_list(out);
    json_writer_close_object(out);
}

bool look_chips(const char *state, const char *place, struct writer *out)
{
    struct eids eids = {.list = NULL};
    char *end;
    const unsigned long first = strtoul(place, &end, 10);
    if (place[0] < '0' || place[0] > '9' || *end != '\0') {
        trace_error("the place of the first chip is needed: 'chips 0' lists from the first on");
        return false;
    }
    int result = add_folders(state, &eids);
    if (result == 0)
        result = add_records(state, &eids);
    if (result == 0) {
        sort(&eids);
        put(&eids, first, out);
    }
    free(eids.list);
    return result == 0;
}

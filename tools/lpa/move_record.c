#include "tools/lpa/move_record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHERE "move"
#define FOLDER "emuicc/moves"

static bool raise_error(struct fault *fault, const char *path)
{
    fault_raise(fault, WHERE, "%.200s: %s", path, strerror(errno));
    return fault_next(fault, "--moves names a folder that may be written");
}

static bool folder_of(const char *folder, char path[PATH_MAX], struct fault *fault)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int len = -1;
    if (folder != NULL)
        len = snprintf(path, PATH_MAX, "%s", folder);
    else if (state != NULL && state[0] == '/')
        len = snprintf(path, PATH_MAX, "%s/" FOLDER, state);
    else if (home != NULL && home[0] == '/')
        len = snprintf(path, PATH_MAX, "%s/.local/state/" FOLDER, home);
    if (len > 0 && len < PATH_MAX)
        return true;
    fault_raise(fault, WHERE, "there is no folder to note in what is on its way");
    return fault_next(fault, "name one with --moves");
}

static bool path_of(const char *folder, const struct move_record *record, const char *ending,
                    char path[PATH_MAX], struct fault *fault)
{
    char parent[PATH_MAX];
    if (!folder_of(folder, parent, fault))
        return false;
    return snprintf(path, PATH_MAX, "%s/%s-%s.json%s", parent, record->eid, record->iccid, ending) <
               PATH_MAX ||
           fault_raise(fault, WHERE, "the path of the folder for moves is too long");
}

static void take_text(const json_t *json, const char *name, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(json, name));
    snprintf(out, size, "%s", text != NULL && strlen(text) < size ? text : "");
}

bool move_record_read(const char *folder, struct move_record *record, bool *found,
                      struct fault *fault)
{
    char path[PATH_MAX];
    json_error_t error;
    *found = false;
    if (!path_of(folder, record, "", path, fault))
        return false;
    if (access(path, F_OK) != 0)
        return true;
    json_t *json = json_load_file(path, 0, &error);
    if (json == NULL)
        return fault_raise(fault, WHERE, "%.200s: %.100s", path, error.text);
    take_text(json, "address", record->address, sizeof(record->address));
    take_text(json, "activationCode", record->code, sizeof(record->code));
    take_text(json, "recoverableUntil", record->recoverable_until,
              sizeof(record->recoverable_until));
    json_decref(json);
    *found = true;
    return true;
}

/* Each folder on the way, as mkdir -p does. */
static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made)
            return false;
    }
    return true;
}

static bool write_all(int file, const char *text)
{
    const size_t len = strlen(text);
    return write(file, text, len) == (ssize_t)len && fsync(file) == 0;
}

static bool sync_parent(char *path)
{
    char *slash = strrchr(path, '/');
    *slash = '\0';
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    const bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return good;
}

/* Whole or not at all: the new file takes the old one's name once it is on the disk. */
static bool replace(char *next, const char *path, const char *text)
{
    const int file = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    const bool written = write_all(file, text);
    const bool closed = close(file) == 0;
    return written && closed && rename(next, path) == 0 && sync_parent(next);
}

bool move_record_write(const char *folder, const struct move_record *record, struct fault *fault)
{
    char path[PATH_MAX], next[PATH_MAX];
    if (!path_of(folder, record, "", path, fault) || !path_of(folder, record, ".new", next, fault))
        return false;
    json_t *json = json_pack("{s:s,s:s,s:s,s:s,s:s}", "eid", record->eid, "iccid", record->iccid,
                             "address", record->address, "activationCode", record->code,
                             "recoverableUntil", record->recoverable_until);
    char *text = json != NULL ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    if (text == NULL)
        return fault_raise(fault, "memory", "there is none left");
    const bool good = make_folders(path) && replace(next, path, text);
    free(text);
    return good || raise_error(fault, path);
}

void move_record_remove(const char *folder, const struct move_record *record)
{
    char path[PATH_MAX];
    struct fault ignored = {0};
    if (path_of(folder, record, "", path, &ignored))
        (void)unlink(path);
}

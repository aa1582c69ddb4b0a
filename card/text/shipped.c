#include "card/text/shipped.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Beside the program where it was built, or one of its tests was, and where both were installed;
 * last, where they are installed even if the program was moved. */
const struct shipped shipped_personalities = {
    {"personalities", "../../card/personalities", "../" PERSONALITY_SHARE, PERSONALITY_FOLDER},
    ".personality",
    ".personality",
    "# "};
const struct shipped shipped_faults = {
    {"faults", "../../card/faults", "../" FAULT_SHARE, FAULT_FOLDER}, ".faults", ".faults", "# "};
const struct shipped shipped_profiles = {
    {"../tools/profiles", "../../tools/profiles", "../" PROFILE_SHARE, PROFILE_FOLDER},
    ".der",
    ".metadata",
    "name = "};

bool shipped_folder(const struct shipped *kind, size_t which, char path[PATH_MAX])
{
    const char *folder = kind->folders[which];
    char program[PATH_MAX];
    if (folder[0] == '/')
        return snprintf(path, PATH_MAX, "%s", folder) < PATH_MAX;
    const ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len <= 0)
        return false;
    program[len] = '\0';
    char *slash = strrchr(program, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return snprintf(path, PATH_MAX, "%s/%s", program, folder) < PATH_MAX;
}

bool shipped_find(const struct shipped *kind, const char *name, char path[PATH_MAX])
{
    char folder[PATH_MAX];
    if (strchr(name, '/') != NULL)
        return false;
    for (size_t i = 0; i < SHIPPED_FOLDERS; i++)
        if (shipped_folder(kind, i, folder) &&
            snprintf(path, PATH_MAX, "%s/%s%s", folder, name, kind->suffix) < PATH_MAX &&
            access(path, R_OK) == 0)
            return true;
    return false;
}

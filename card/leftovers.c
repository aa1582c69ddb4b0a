#include "card/leftovers.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OPEN_FOLDERS_MAX 8

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* One name of the folder as a path; false if that is too long. */
static bool path_of(const struct leftovers *leftovers, size_t which, char path[PATH_MAX])
{
    return snprintf(path, PATH_MAX, "%s/%s", leftovers->folder, leftovers->names[which]) < PATH_MAX;
}

/* The end of the part in front of this end; 0: there is none. */
static size_t parent_end(const char *path, size_t end)
{
    while (end > 0 && path[end - 1] == '/')
        end--;
    while (end > 0 && path[end - 1] != '/')
        end--;
    return end;
}

bool leftovers_note(struct leftovers *leftovers, const char *folder, const char *const names[])
{
    char path[PATH_MAX];
    *leftovers = (struct leftovers){.names = names};
    if (snprintf(leftovers->folder, PATH_MAX, "%s", folder) >= PATH_MAX)
        return false;
    for (size_t i = 0; names[i] != NULL; i++)
        leftovers->was_there[i] = !path_of(leftovers, i, path) || exists(path);
    size_t end = strlen(folder);
    for (; end > 0; end = parent_end(folder, end)) {
        snprintf(path, sizeof(path), "%.*s", (int)end, folder);
        if (exists(path))
            break;
    }
    leftovers->parent_len = end;
    return true;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void leftovers_remove(const struct leftovers *leftovers)
{
    char path[PATH_MAX];
    for (size_t i = 0; leftovers->names[i] != NULL; i++)
        if (!leftovers->was_there[i] && path_of(leftovers, i, path))
            (void)nftw(path, remove_entry, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
    for (size_t end = strlen(leftovers->folder); end > leftovers->parent_len;
         end = parent_end(leftovers->folder, end)) {
        snprintf(path, sizeof(path), "%.*s", (int)end, leftovers->folder);
        if (rmdir(path) != 0)
            break;
    }
}

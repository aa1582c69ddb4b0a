#include "tests/crypto/folder.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_MAX 65536

struct folder folder_make(void)
{
    struct folder folder;
    const char *parent = getenv("TMPDIR");
    snprintf(folder.path, sizeof(folder.path), "%s/emuicc-test-XXXXXX",
             parent != NULL ? parent : "/tmp");
    cr_assert_not_null(mkdtemp(folder.path));
    return folder;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

void folder_remove(const struct folder *folder)
{
    cr_assert_eq(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *folder_file(const struct folder *folder, const char *name)
{
    static char path[PATH_MAX + 128];
    snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    return path;
}

void folder_write(const struct folder *folder, const char *name, const void *content, size_t len)
{
    FILE *file = fopen(folder_file(folder, name), "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(content, 1, len, file), len);
    cr_assert_eq(fclose(file), 0);
}

unsigned char *folder_read(const struct folder *folder, const char *name, size_t *len)
{
    unsigned char *content = malloc(FILE_MAX);
    FILE *file = fopen(folder_file(folder, name), "r");
    cr_assert_not_null(file, "%s is absent", name);
    *len = fread(content, 1, FILE_MAX, file);
    fclose(file);
    return content;
}

bool folder_has(const struct folder *folder, const char *name)
{
    return access(folder_file(folder, name), F_OK) == 0;
}

const char *folder_of_sgp26(void)
{
    static char path[PATH_MAX];
    const char *shared = getenv("EMUICC_SHARED");
    const char *source = getenv("EMUICC_SOURCE");
    if (shared != NULL)
        snprintf(path, sizeof(path), "%s/data/sgp26", shared);
    else
        snprintf(path, sizeof(path), "%s/../shared/data/sgp26", source != NULL ? source : ".");
    if (access(path, R_OK) == 0)
        return path;
    cr_skip_test("SGP.26's certificates are not at %s", path);
    return NULL;
}

#include "tests/benchmarks/package_file.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/benchmarks/measure.h"

static void read_file(const char *path, struct package_file *out)
{
    FILE *file = fopen(path, "rb");
    MEASURE_NEED(file != NULL);
    out->len = fread(out->data, 1, sizeof(out->data), file);
    MEASURE_NEED(feof(file) != 0);
    fclose(file);
    snprintf(out->path, sizeof(out->path), "%s", path);
    const char *slash = strrchr(out->path, '/');
    out->name = slash != NULL ? slash + 1 : out->path;
}

static void find_files(glob_t *found)
{
    char pattern[512];
    const char *shared = getenv("EMUICC_SHARED");
    snprintf(pattern, sizeof(pattern), "%s/data/ts48/*.der", shared != NULL ? shared : SHARED);
    if (glob(pattern, 0, NULL, found) != 0)
        MEASURE_NEED(glob(OWN_PACKAGE, 0, NULL, found) == 0);
}

size_t package_file_read_all(struct package_file **out)
{
    static struct package_file files[PACKAGE_FILES_MAX];
    glob_t found;
    find_files(&found);
    const size_t count = found.gl_pathc;
    MEASURE_NEED(count <= PACKAGE_FILES_MAX);
    for (size_t i = 0; i < count; i++)
        read_file(found.gl_pathv[i], &files[i]);
    globfree(&found);
    *out = files;
    return count;
}

const struct package_file *package_file_read(const char *name)
{
    struct package_file *files;
    const size_t count = package_file_read_all(&files);
    for (size_t i = 0; i < count; i++)
        if (strncmp(files[i].name, name, strlen(name)) == 0)
            return &files[i];
    return &files[0];
}

struct bytes package_file_bytes(const struct package_file *file)
{
    return bytes_of(file->data, file->len);
}

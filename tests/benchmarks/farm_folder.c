#include "tests/benchmarks/farm_folder.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "tests/benchmarks/measure.h"

void farm_folder_make(char folder[FARM_FOLDER_SIZE])
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    strcpy(folder, "/tmp/emuicc-farm-XXXXXX");
    MEASURE_NEED(mkdtemp(folder) != NULL);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void farm_folder_remove(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static double size_so_far; /* nftw() has no context */

static int add_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)path;
    (void)where;
    if (kind == FTW_F)
        size_so_far += (double)about->st_size;
    return 0;
}

double farm_folder_size(const char *folder)
{
    size_so_far = 0;
    nftw(folder, add_entry, 16, FTW_PHYS);
    return size_so_far;
}

farm_folder_eid *farm_folder_eids(const char *state, size_t count)
{
    uint8_t eid[PKI_EID_SIZE], lowest[PKI_EID_SIZE];
    char chips[128];
    struct dirent *entry;
    farm_folder_eid *eids = calloc(count, sizeof(*eids));
    snprintf(chips, sizeof(chips), "%s/chips", state);
    DIR *folder = opendir(chips);
    MEASURE_NEED(eids != NULL && folder != NULL);
    memset(lowest, 0xFF, sizeof(lowest));
    while ((entry = readdir(folder)) != NULL)
        if (pki_eid_from_text(entry->d_name, eid) && memcmp(eid, lowest, sizeof(eid)) < 0)
            memcpy(lowest, eid, sizeof(eid));
    closedir(folder);
    MEASURE_NEED(lowest[0] != 0xFF);
    for (size_t i = 0; i < count; i++, pki_eid_next(lowest))
        pki_eid_to_text(lowest, eids[i]);
    return eids;
}

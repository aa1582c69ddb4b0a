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

farm_folder_eid *farm_folder_eids(const char *state, size_t count)
{
    uint8_t eid[PKI_EID_SIZE];
    char chips[128];
    size_t at = 0;
    struct dirent **entries;
    farm_folder_eid *eids = calloc(count, sizeof(*eids));
    MEASURE_NEED(eids != NULL);
    snprintf(chips, sizeof(chips), "%s/chips", state);
    const int found = scandir(chips, &entries, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        if (pki_eid_from_text(entries[i]->d_name, eid) && at < count)
            memcpy(eids[at++], entries[i]->d_name, sizeof(*eids));
        free(entries[i]);
    }
    free(entries);
    MEASURE_NEED(at == count);
    return eids;
}

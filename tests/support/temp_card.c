#include "tests/support/born.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/primitives/ec.h"

char born_folder[64];
const char born_package[] = PACKAGE;

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

bool born_begin(void)
{
    snprintf(born_folder, sizeof(born_folder), "/tmp/emuicc-born-XXXXXX");
    return mkdtemp(born_folder) != NULL && ec_start() == 0;
}

void born_end(void)
{
    nftw(born_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

bool born_card(struct card *card, bool with_profile)
{
    static const char *const packages[] = {born_package};
    char state[96];
    snprintf(state, sizeof(state), "%s/chip", born_folder);
    const struct birth_plan plan = {
        .state = state, .install = packages, .install_count = with_profile ? 1 : 0};
    return birth_card(&plan, card) == 0;
}

#include "tests/support/temp_card.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/primitives/ec.h"

char temp_card_folder[64];
const char temp_card_package[] = PACKAGE;

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

bool temp_card_begin(void)
{
    snprintf(temp_card_folder, sizeof(temp_card_folder), "/tmp/emuicc-card-XXXXXX");
    return mkdtemp(temp_card_folder) != NULL && ec_start() == 0;
}

void temp_card_end(void)
{
    nftw(temp_card_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

bool temp_card_make(struct card *card, bool with_profile)
{
    static const char *const packages[] = {temp_card_package};
    char state[96];
    snprintf(state, sizeof(state), "%s/chip", temp_card_folder);
    const struct startup_plan plan = {
        .state = state, .install = packages, .install_count = with_profile ? 1 : 0};
    return startup_card(&plan, card) == 0;
}

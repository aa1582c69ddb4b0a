#include "born.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/ec.h"

char born_folder[64];

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void born_begin(void)
{
    snprintf(born_folder, sizeof(born_folder), "/tmp/emuicc-born-XXXXXX");
    cr_assert_not_null(mkdtemp(born_folder));
    cr_assert_eq(ec_start(), 0);
}

void born_end(void)
{
    nftw(born_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void born_card(struct card *card, bool with_profile)
{
    static const char *const packages[] = {PACKAGE};
    char state[96];
    snprintf(state, sizeof(state), "%s/chip", born_folder);
    const struct birth_plan plan = {
        .state = state, .install = packages, .install_count = with_profile ? 1 : 0};
    cr_assert_eq(birth_card(&plan, card), 0);
}

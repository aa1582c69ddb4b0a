/* The file of --state, which the IPA remembers in. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/ipa/ipa_open.h"

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* A file of somebody else's that --state names by mistake stays as it is. */
Test(ipa_state, what_is_remembered_goes_into_no_other_file)
{
    char folder[] = "/tmp/emuicc-ipa-XXXXXX", path[64], found[64] = "";
    static const char *const others[] = {"{\"iccid\": 1}", "[]", "no JSON", "{\"eims\": {}}"};
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/state", folder);
    const struct ipa_options options = {.state = path};
    struct ipa ipa = {.options = &options};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ipa.fault = (struct fault){0};
        put_file(path, others[i]);
        ipa.recalled = ipa_recall(&options, &ipa.engine.changes, &ipa.fault);
        cr_expect_not(ipa.recalled, "%s", others[i]);
        cr_expect_not_null(strstr(ipa.fault.text, "no file that emuicc-ipa has written"));
        cr_expect(ipa_remember(&ipa));
        FILE *file = fopen(path, "r");
        cr_assert(file != NULL && fgets(found, sizeof(found), file) != NULL);
        fclose(file);
        cr_expect_str_eq(found, others[i]);
    }
    put_file(path, "");
    ipa.recalled = ipa_recall(&options, &ipa.engine.changes, &ipa.fault);
    cr_assert(ipa.recalled);
    cr_expect(ipa_remember(&ipa));
    cr_expect(ipa_recall(&options, &ipa.engine.changes, &ipa.fault));
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkdir(path, 0700), 0); /* it cannot be written */
    cr_expect_not(ipa_remember(&ipa));
    cr_assert_eq(rmdir(path), 0);
    cr_expect_eq(rmdir(folder), 0, "something is left behind");
}

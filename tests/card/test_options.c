#include <criterion/criterion.h>
#include <stdlib.h>

#include "card/program/options.h"

Test(options, every_option_lands_where_it_belongs)
{
    char *argv[] = {"emuicc",    "--vpcd", "127.0.0.1:1",
                    "--state",   "s",      "--pki",
                    "p",         "--eid",  "89049032123451234512345678901235",
                    "--install", "a",      "--install",
                    "b",         NULL};
    struct options options = {0};
    int positional;
    cr_assert_eq(options_parse(&options_program_emuicc, 13, argv, &options, &positional),
                 OPTIONS_RUN);
    cr_assert_str_eq(options.vpcd, "127.0.0.1:1");
    cr_assert_str_eq(options.state, "s");
    cr_assert_str_eq(options.pki, "p");
    cr_assert_str_eq(options.eid, "89049032123451234512345678901235");
    cr_assert_eq(options.install.count, 2);
    cr_assert_str_eq(options.install.items[1], "b");
    cr_assert_eq(positional, 13);
}

Test(options, the_state_lies_under_the_users_state_folder)
{
    char path[64], narrow[10];
    setenv("XDG_STATE_HOME", "/state", 1);
    setenv("HOME", "/home/me", 1);
    cr_assert(options_state_folder(path, sizeof(path)));
    cr_assert_str_eq(path, "/state/emuicc");
    setenv("XDG_STATE_HOME", "relative", 1);
    cr_assert(options_state_folder(path, sizeof(path)));
    cr_assert_str_eq(path, "/home/me/.local/state/emuicc");
    cr_assert_not(options_state_folder(narrow, sizeof(narrow)));
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    cr_assert_not(options_state_folder(path, sizeof(path)));
}

Test(options, a_value_of_a_wrong_form_is_a_wrong_command_line)
{
    static const struct {
        char *option, *value;
    } rows[] = {
        {"--vpcd", "127.0.0.1"},
        {"--vpcd", "127.0.0.1:99999"},
        {"--eid", "8904"},
        {"--eid", "89049032123451234512345678901236"},
        {"--install", "usim-milenage, colour = red"},
        {"--gsmtap", "[::1"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *argv[] = {"emuicc", rows[i].option, rows[i].value, NULL};
        struct options options = {0};
        int positional;
        cr_expect_eq(options_parse(&options_program_emuicc, 3, argv, &options, &positional),
                     OPTIONS_WRONG, "%s %s", rows[i].option, rows[i].value);
    }
}

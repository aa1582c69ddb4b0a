#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "apdu/options.h"

struct values {
    const char *state;
    struct options_list install;
    bool once;
};

static const struct options_row rows[] = {
    {"state", "DIR", "where the chip's memory is", OPTIONS_TEXT, offsetof(struct values, state),
     "EXAMPLE_STATE"},
    {"install", "FILE", "a package", OPTIONS_LIST, offsetof(struct values, install)},
    {"once", NULL, "end after the reading", OPTIONS_FLAG, offsetof(struct values, once)},
};
static const struct options_program program = {"example", "COMMAND", "shows how it is done",
                                               rows,      3,         "end of the help\n"};

#define ARGV(...) ((char *[]){"example", __VA_ARGS__, NULL})

Test(options, every_kind_and_positional_words)
{
    struct values values = {.state = "default"};
    int first;
    char **argv = ARGV("list", "--install", "a", "--once", "--install=b", "--", "--state");
    cr_assert_eq(options_parse(&program, 8, argv, &values, &first), OPTIONS_RUN);
    cr_assert_str_eq(values.state, "default");
    cr_assert_eq(values.install.count, 2);
    cr_assert_str_eq(values.install.items[1], "b");
    cr_assert(values.once);
    cr_assert_eq(first, 6);
    cr_assert_str_eq(argv[6], "list");
    cr_assert_str_eq(argv[7], "--state");
}

Test(options, help_teaches, .init = cr_redirect_stdout)
{
    struct values values = {0};
    int first;
    cr_assert_eq(options_parse(&program, 2, ARGV("--help"), &values, &first), OPTIONS_EXIT);
    fflush(stdout);
    cr_assert_stdout_eq_str(
        "example: shows how it is done\n\n"
        "usage: example [OPTION]... COMMAND\n\noptions:\n"
        "  --state DIR             where the chip's memory is; or $EXAMPLE_STATE\n"
        "  --install FILE          a package\n"
        "  --once                  end after the reading\n"
        "  -h, --help              this text\n"
        "  -V, --version           the release, and how it was built\n\n"
        "end of the help\n");
}

Test(options, names_for_the_checks, .init = cr_redirect_stdout)
{
    struct values values = {0};
    int first;
    cr_assert_eq(options_parse(&program, 2, ARGV("--help=options"), &values, &first), OPTIONS_EXIT);
    fflush(stdout);
    cr_assert_stdout_eq_str("--state\n--install\n--once\n--help\n--version\n");
}

Test(options, wrong_ones_get_one_line, .init = cr_redirect_stderr)
{
    struct values values = {0};
    int first;
    cr_assert_eq(options_parse(&program, 2, ARGV("--stat0"), &values, &first), OPTIONS_WRONG);
    cr_assert_eq(options_parse(&program, 2, ARGV("--state"), &values, &first), OPTIONS_WRONG);
    fflush(stderr);
    cr_assert_stderr_eq_str(
        "example: --stat0 is not an option; did you mean --state? Try 'example --help'\n"
        "example: --state needs a value; try 'example --help'\n");
}

Test(options, wrong_ones_are_told_apart, .init = cr_redirect_stderr)
{
    struct values values = {0};
    int first;
    cr_assert_eq(options_parse(&program, 2, ARGV("--once=1"), &values, &first), OPTIONS_WRONG);
    cr_assert_eq(options_parse(&program, 2, ARGV("--nothing-like-it"), &values, &first),
                 OPTIONS_WRONG);
    cr_assert_eq(options_parse(&program, 2, ARGV("-x"), &values, &first), OPTIONS_WRONG);
    cr_assert_eq(options_status(OPTIONS_WRONG), OPTIONS_STATUS_USAGE);
    fflush(stderr);
    cr_assert_stderr_eq_str("example: --once takes no value; try 'example --help'\n"
                            "example: --nothing-like-it is not an option; try 'example --help'\n"
                            "example: -x is not an option; try 'example --help'\n");
}

Test(options, the_environment_sets_a_default_and_an_option_another)
{
    struct values values = {.state = "default"};
    int first;
    setenv("EXAMPLE_STATE", "", 1);
    cr_assert_eq(options_parse(&program, 1, ARGV(NULL), &values, &first), OPTIONS_RUN);
    cr_assert_str_eq(values.state, "default");
    setenv("EXAMPLE_STATE", "environment", 1);
    cr_assert_eq(options_parse(&program, 1, ARGV(NULL), &values, &first), OPTIONS_RUN);
    cr_assert_str_eq(values.state, "environment");
    cr_assert_eq(options_parse(&program, 3, ARGV("--state", "said"), &values, &first), OPTIONS_RUN);
    cr_assert_str_eq(values.state, "said");
}

Test(options, a_slip_is_told_from_another_word)
{
    static const char *const names[] = {"list", "status", "fault add"};
    cr_assert_str_eq(options_nearest("staus", names, 3), "status");
    cr_assert_str_eq(options_nearest("lsit", names, 3), "list");
    cr_assert_str_eq(options_nearest("fault ad", names, 3), "fault add");
    cr_assert_null(options_nearest("reboot", names, 3));
    cr_assert_null(options_nearest("", names, 3));
}

Test(options, commands_are_wrapped_beside_their_names)
{
    char text[256];
    const size_t len =
        options_put_row(text, sizeof(text), 0, "a-name-that-takes-the-whole-column",
                        "and a text that is too long for what is left of a line of eighty");
    cr_assert_str_eq(text,
                     "  a-name-that-takes-the-whole-column\n"
                     "                          and a text that is too long for what is left of a\n"
                     "                          line of eighty\n");
    cr_assert_eq(len, strlen(text));
    cr_assert_eq(options_put_row(text, 16, 0, "name", "help"), 16);
}

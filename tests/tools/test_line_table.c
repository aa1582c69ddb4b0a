#include <criterion/criterion.h>
#include <stdio.h>

#include "apdu/trace.h"
#include "tools/line/table.h"

#define EID "89049032123451234512345678901235"

static char said[512];

static void listen(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    snprintf(said, sizeof(said), "%s", text);
}

Test(line_table, rows_in_their_ways_of_writing)
{
    struct bytes rest = bytes_of_text("# chips of monday\n\n" EID " one\r\n\t" EID ",two\n" EID
                                      " , three four-5.x \n");
    struct table_row row = {0};
    const struct bytes before = rest;
    cr_assert_eq(table_take("file", &rest, &row), 0);
    cr_assert_str_eq(row.eid, EID);
    cr_assert_str_eq(row.name, "one");
    cr_assert_eq(row.line, 3);
    cr_assert_eq(table_take("file", &rest, &row), 0);
    cr_assert_str_eq(row.name, "two");
    trace_to(listen, NULL);
    cr_assert_lt(table_take("file", &rest, &row), 0);
    cr_assert_not_null(strstr(said, "file line 5"), "%s", said);
    rest = before;
    rest.len = 18;
    cr_assert_eq(table_take("file", &rest, &row), 1);
}

Test(line_table, wrong_lines_are_told_with_their_number)
{
    static const char *const lines[] = {
        "89049032123451234512345678901234 one", /* check digits */
        "8904903212345123451234567890123 one",
        EID "5 one",
        EID "one",
        EID,
        EID " ",
        "one " EID,
        EID ",,one",
        EID " one two",
        ", one",
    };
    trace_to(listen, NULL);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct bytes rest = bytes_of_text(lines[i]);
        struct table_row row = {0};
        cr_assert_lt(table_take("file", &rest, &row), 0, "%s", lines[i]);
        cr_assert_not_null(strstr(said, "file line 1"), "%s", said);
    }
}

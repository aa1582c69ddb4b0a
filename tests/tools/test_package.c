#include <criterion/criterion.h>
#include <string.h>

#include "tools/lib/common/package.h"

Test(package, headers_of_real_shape_are_read)
{
    struct package_header header;
    char text[ICCID_TEXT_SIZE];
    const struct bytes with_type =
        BYTES(0xA0, 0x15, 0x80, 1, 2, 0x81, 1, 3, 0x82, 1, 'T', 0x83, 10, 0x89, 0, 1, 0x23, 0x45,
              0x67, 0x89, 1, 0x23, 0x4F, 0xAA, 0x00);
    cr_assert(package_read_header(with_type, &header));
    cr_assert_str_eq(header.type, "T");
    cr_assert_eq(header.major, 2);
    cr_assert_eq(header.minor, 3);
    iccid_text(header.iccid, text);
    cr_assert_str_eq(text, "8900012345678901234");
    for (size_t len = 0; len < with_type.len - 2; len++)
        cr_assert_not(package_read_header(bytes_of(with_type.data, len), &header), "%zu", len);
    const struct bytes no_type = BYTES(0xA0, 0x12, 0x80, 1, 2, 0x81, 1, 3, 0x83, 10, 0x89, 0, 1,
                                       0x23, 0x45, 0x67, 0x89, 1, 0x23, 0x41, 0xAA, 0x00);
    cr_assert(package_read_header(no_type, &header));
    cr_assert_str_eq(header.type, "");
    iccid_text(header.iccid, text);
    cr_assert_str_eq(text, "89000123456789012341");
}

static void expect_problem(const char *file, const char *front)
{
    const char *problem = package_problem(bytes_of_text(file));
    cr_assert(problem != NULL && strncmp(problem, front, strlen(front)) == 0, "%s: %s", file,
              problem != NULL ? problem : "none");
}

Test(package, files_that_are_none_are_told_as_what_they_are)
{
    expect_problem("", "is empty");
    expect_problem("A0 15\n80", "is hexadecimal text");
    expect_problem("value1 ProfileElement ::= header : {", "is text");
    expect_problem("\xEF\xBB\xBFvalue1", "is text");
    expect_problem("PK\x03\x04", "is a ZIP archive");
    expect_problem("\xBF\x36\x82", "is a bound profile package");
    expect_problem("\xA0\x03\x80\x01\x02", "begins as a package");
    expect_problem("\x30\x03\x61\x62\x63", "is no unprotected profile package");
    expect_problem("\x30\x03\x01\x02", "is no unprotected profile package");
    cr_assert(package_begins(bytes_of_text("\xA0\x03")));
    cr_assert_not(package_begins(bytes_of_text("")));
}

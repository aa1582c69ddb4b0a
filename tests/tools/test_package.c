#include <criterion/criterion.h>

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

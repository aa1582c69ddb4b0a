#include <criterion/criterion.h>

#include "tools/lib/common/base64.h"

struct vector {
    const char *plain, *text;
};

/* RFC 4648 §10 */
static const struct vector vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

Test(base64, published_vectors_both_ways)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        char text[16];
        base64_encode(bytes_of_text(vectors[i].plain), text);
        cr_assert_str_eq(text, vectors[i].text);
        uint8_t memory[16];
        struct writer out = writer_on(memory, sizeof(memory));
        cr_assert(base64_decode(bytes_of_text(vectors[i].text), &out));
        cr_assert(bytes_equal(writer_bytes(&out), bytes_of_text(vectors[i].plain)));
    }
}

Test(base64, every_byte_survives)
{
    uint8_t all[256], back[sizeof(all)];
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (uint8_t)i;
    char text[BASE64_SIZE(sizeof(all))];
    base64_encode(bytes_of(all, sizeof(all)), text);
    cr_assert_eq(strlen(text) + 1, sizeof(text));
    struct writer out = writer_on(back, sizeof(back));
    cr_assert(base64_decode(bytes_of_text(text), &out));
    cr_assert(bytes_equal(writer_bytes(&out), bytes_of(all, sizeof(all))));
}

Test(base64, lines_are_joined)
{
    uint8_t memory[8];
    struct writer out = writer_on(memory, sizeof(memory));
    cr_assert(base64_decode(bytes_of_text("Zm9v\r\nYmFy\n"), &out));
    cr_assert(bytes_equal(writer_bytes(&out), bytes_of_text("foobar")));
}

Test(base64, malformed_texts_leave_the_writer_alone)
{
    const char *wrong[] = {"Z",        "Zg",   "Zg=",  "Zg===", "Z===",  "=Zg=",
                           "Zg==Zg==", "Zm9*", "Zm-v", "====",  "Zm9v=", "Zm9vYmFyZm9v"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint8_t memory[8] = {0};
        struct writer out = writer_on(memory, sizeof(memory));
        writer_put_u8(&out, 1);
        cr_assert_not(base64_decode(bytes_of_text(wrong[i]), &out), "%s", wrong[i]);
        cr_assert_eq(out.len, 1);
        cr_assert_not(out.overflow);
    }
}

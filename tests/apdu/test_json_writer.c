#include <criterion/criterion.h>

#include "apdu/json_writer.h"

static char room[512];

static const char *text_of(struct writer *out)
{
    writer_put_u8(out, 0);
    return room;
}

Test(json_writer, nests_and_separates)
{
    struct writer out = writer_on(room, sizeof(room));
    json_writer_open_object(&out, NULL);
    json_writer_number(&out, "number", -12);
    json_writer_boolean(&out, "yes", true);
    json_writer_hex(&out, "bytes", BYTES(0x00, 0xAB));
    json_writer_open_list(&out, "list");
    json_writer_open_object(&out, NULL);
    json_writer_close_object(&out);
    json_writer_open_list(&out, NULL);
    json_writer_close_list(&out);
    json_writer_boolean(&out, NULL, false);
    json_writer_word(&out, NULL, "[");
    json_writer_word(&out, NULL, "last");
    json_writer_close_list(&out);
    json_writer_open_object(&out, "empty");
    json_writer_close_object(&out);
    json_writer_close_object(&out);
    cr_assert_str_eq(text_of(&out),
                     "{\"number\":-12,\"yes\":true,\"bytes\":\"00AB\",\"list\":[{},[],"
                     "false,\"[\",\"last\"],\"empty\":{}}");
}

Test(json_writer, escapes_what_a_text_may_not_hold)
{
    struct writer out = writer_on(room, sizeof(room));
    json_writer_open_list(&out, NULL);
    json_writer_text(&out, NULL, bytes_of_text("a\"b\\c\n\x1F\x7F"));
    json_writer_text(&out, NULL, bytes_of_text("\xE6\xB8\xAC"));
    json_writer_text(&out, NULL, bytes_of_text("x\xE6\xB8"));
    json_writer_text(&out, NULL, (struct bytes){0});
    json_writer_close_list(&out);
    cr_assert_str_eq(text_of(&out), "[\"a\\\"b\\\\c\\u000A\\u001F\\u007F\",\"\xE6\xB8\xAC\","
                                    "\"x\xEF\xBF\xBD\xEF\xBF\xBD\",\"\"]");
}

Test(json_writer, what_does_not_fit_shows_in_the_writer)
{
    struct writer out = writer_on(room, 4);
    json_writer_word(&out, NULL, "abc");
    cr_assert(out.overflow);
    json_writer_word(&out, "name", "abc");
    cr_assert_eq(writer_bytes(&out).len, 0);
}

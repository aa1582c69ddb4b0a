#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/common/json_text.h"

/* Whatever it is, as Jansson writes it. */
static void same(const json_t *value)
{
    char *expected = json_dumps(value, JSON_COMPACT), *text = json_text(value);
    cr_assert_str_eq(text, expected);
    free(expected);
    free(text);
}

static void same_of(const char *source)
{
    json_t *value = json_loads(source, 0, NULL);
    cr_assert_not_null(value, "%s", source);
    same(value);
    json_decref(value);
}

Test(json_text, is_what_jansson_writes)
{
    same_of("{}");
    same_of("[]");
    same_of("[1,\"a\",{\"b\":null}]");
    same_of("{\"a\":\"\",\"b\":\"plain /+=~ text\",\"c\":{\"d\":{},\"e\":[1,2,{\"f\":\"g\"}]}}");
    same_of("{\"number\":1.5,\"whole\":-7,\"yes\":true,\"no\":false,\"nothing\":null}");
    same_of("{\"quote\":\"a\\\"b\",\"backslash\":\"a\\\\b\",\"control\":\"a\\u001fb\\n\"}");
    same_of("{\"k\\\"ey\":1,\"ke\\\\y\":2,\"k\\ney\":{\"\\u00e4\":\"\\u20ac\\u007f\"},\"\":3}");
}

Test(json_text, long_strings_with_one_character_to_escape_anywhere)
{
    char long_one[3000];
    for (size_t at = 0; at < sizeof(long_one) - 1; at += 37) {
        memset(long_one, 'A', sizeof(long_one));
        long_one[sizeof(long_one) - 1] = '\0';
        long_one[at] = '"';
        json_t *value = json_pack("{s:s,s:{s:s}}", "x", long_one, "y", "z", long_one);
        same(value);
        json_decref(value);
    }
}

Test(json_text, nothing_of_nothing)
{
    cr_assert_null(json_text(NULL));
    json_t *end = json_pack("{s:s%}", "with an end", "a\0b", (size_t)3);
    char *expected = json_dumps(end, JSON_COMPACT), *text = json_text(end);
    cr_assert_str_eq(text, expected);
    cr_assert_str_eq(text, "{\"with an end\":\"a\\u0000b\"}");
    free(expected);
    free(text);
    json_decref(end);
}

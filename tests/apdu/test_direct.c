#include <criterion/criterion.h>

#include "apdu/direct.h"

#define EID "89049032123451234512345678901235"

Test(direct, a_hello_is_a_frame_that_names_the_eid)
{
    uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    struct bytes eid;
    direct_put_hello(EID, &out);
    cr_assert_eq(out.len, 38);
    cr_assert_arr_eq(out.data,
                     "\0\x24"
                     "EID " EID,
                     38);
    cr_assert(direct_take_hello(bytes_of(room + 2, 36), &eid));
    cr_assert(bytes_equal(eid, bytes_of_text(EID)));
}

Test(direct, what_is_no_hello_is_not_taken_for_one)
{
    const char *const wrong[] = {"",
                                 "EID ",
                                 ("EID " EID "0"),
                                 ("eid " EID),
                                 "EID 8904903212345123451234567890123F",
                                 "EID 8904903212345123451234567890123"};
    struct bytes eid;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_assert_not(direct_take_hello(bytes_of_text(wrong[i]), &eid), "%s", wrong[i]);
}

Test(direct, every_answer_fits_and_every_refusal_says_something)
{
    for (int answer = 0; answer < DIRECT_ANSWERS; answer++) {
        uint8_t room[DIRECT_ANSWER_MAX];
        struct writer out = writer_on(room, sizeof(room));
        direct_put_answer((enum direct_answer)answer, &out);
        cr_assert_not(out.overflow);
        cr_assert_eq(out.data[1], out.len - 2);
        cr_assert_eq(out.data[2], answer);
        cr_assert_eq(out.len > 3, answer != DIRECT_PLUGGED);
    }
}

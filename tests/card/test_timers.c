#include <criterion/criterion.h>
#include <stdlib.h>

#include "card/farm/timers.h"

#define MANY 500

static struct timer set[MANY];

Test(timers, come_in_their_order_whatever_is_set_anew_or_taken_back)
{
    struct timers timers;
    cr_assert_eq(timers_init(&timers, MANY), 0);
    cr_assert_eq(timers_next(&timers), -1);
    srand(1);
    for (int i = 0; i < 20 * MANY; i++)
        timers_set(&timers, &set[rand() % MANY], rand() % 10 == 0 ? -1 : rand() % 1000);
    size_t expected = 0, taken = 0;
    for (int i = 0; i < MANY; i++)
        expected += set[i].place != 0;
    int64_t last = 0;
    for (struct timer *timer; (timer = timers_take(&timers, 1000)) != NULL; taken++) {
        cr_assert_geq(timer->due, last);
        cr_assert_eq(timer->place, 0);
        last = timer->due;
    }
    cr_assert_eq(taken, expected);
    cr_assert_eq(timers_next(&timers), -1);
    timers_finish(&timers);
}

Test(timers, are_not_taken_before_they_are_due)
{
    struct timers timers;
    struct timer one = {0};
    cr_assert_eq(timers_init(&timers, 1), 0);
    timers_set(&timers, &one, 50);
    cr_assert_eq(timers_next(&timers), 50);
    cr_assert_null(timers_take(&timers, 49));
    cr_assert_eq(timers_take(&timers, 50), &one);
    cr_assert_null(timers_take(&timers, 50));
    timers_finish(&timers);
}

#include <criterion/criterion.h>

#include "crypto/primitives/random.h"
#include "crypto/primitives/secret.h"

static void draw(const char *seed, uint8_t *out, size_t len)
{
    struct random random;
    random_init_seeded(&random, bytes_of_text(seed));
    cr_assert_eq(random_fill(&random, out, len), 0);
}

Test(random, the_seed_decides)
{
    uint8_t a[100], b[100], other[100];
    draw("seed", a, sizeof(a));
    draw("seed", b, sizeof(b));
    draw("another", other, sizeof(other));
    cr_assert_arr_eq(a, b, sizeof(a));
    cr_assert_arr_neq(a, other, sizeof(a));
}

Test(random, draws_do_not_repeat)
{
    struct random random;
    uint8_t a[33], b[33];
    random_init_seeded(&random, bytes_of_text("seed"));
    cr_assert_eq(random_fill(&random, a, sizeof(a)), 0);
    cr_assert_eq(random_fill(&random, b, sizeof(b)), 0);
    cr_assert_arr_neq(a, b, sizeof(a));
    cr_assert_arr_neq(a, a + 16, 16);
}

Test(random, unseeded_differs_every_time)
{
    struct random one, two;
    uint8_t a[32], b[32];
    random_init(&one);
    random_init(&two);
    cr_assert_eq(random_fill(&one, a, sizeof(a)), 0);
    cr_assert_eq(random_fill(&two, b, sizeof(b)), 0);
    cr_assert_arr_neq(a, b, sizeof(a));
}

Test(secret, keeps_and_forgets)
{
    struct secret secret;
    static const struct secret empty;
    uint8_t long_value[SECRET_SIZE_MAX + 1] = {1};
    cr_assert(secret_set(&secret, bytes_of_text("key")));
    cr_assert(secret_equal(secret_bytes(&secret), bytes_of_text("key")));
    cr_assert_not(secret_equal(secret_bytes(&secret), bytes_of_text("kez")));
    cr_assert_not(secret_equal(secret_bytes(&secret), bytes_of_text("ke")));
    cr_assert(secret_equal((struct bytes){0}, (struct bytes){0}));
    cr_assert_not(secret_set(&secret, bytes_of(long_value, sizeof(long_value))));
    cr_assert_eq(secret.len, 0);
    cr_assert(secret_set(&secret, bytes_of(long_value, SECRET_SIZE_MAX)));
    secret_wipe(&secret);
    cr_assert_eq(memcmp(&secret, &empty, sizeof(secret)), 0);
}

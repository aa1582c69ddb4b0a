/* Over the air: scripts in chains, and what a script has the terminal asked for. */
#include "tests/fs/test_ota_world.h"

#include "fs/profile/tree.h"

TestSuite(ota_chain, .init = test_make_folder, .fini = test_remove_folder);

#define CHAIN_SELECT "2207 00A4000C022F10"
#define CHAIN_READ "2205 00B0000004"
#define CHAIN_ANSWER "230601020304 9000"

static void expect_spaced(struct world *world, const struct order *order, const char *spaced)
{
    char wanted[256];
    size_t len = 0;
    for (const char *at = spaced; *at != '\0'; at++)
        if (*at != ' ' || len == 2)
            wanted[len++] = *at;
    wanted[len] = '\0';
    world_expect(world, order, wanted);
}

/* One script goes on where the one before has stopped; others in between do not disturb them. */
Test(ota_chain, scripts_in_a_chain)
{
    struct world *world = world_open(0);
    const struct order first = ORDER_USUAL("B00120", "AA0C 830101" CHAIN_SELECT);
    const struct order more = ORDER_USUAL("B00120", "AA0A 830102" CHAIN_READ);
    const struct order last = ORDER_USUAL("B00120", "AA0A 830103" CHAIN_READ);
    const struct order alone = ORDER_USUAL("B00120", "AA07" CHAIN_READ);
    const struct order other = ORDER_USUAL("B00122", "AA0A 830102" CHAIN_READ);
    expect_spaced(world, &first, "00 AB07800101 23029000");
    expect_spaced(world, &alone, "00 AB07800101 23026986");
    expect_spaced(world, &other, "00 AB06800100 830101");
    expect_spaced(world, &more, "00 AB0B800101" CHAIN_ANSWER);
    expect_spaced(world, &more, "00 AB0B800101" CHAIN_ANSWER);
    expect_spaced(world, &last, "00 AB0B800101" CHAIN_ANSWER);
    expect_spaced(world, &last, "00 AB06800100 830101");
    /* A reset ends it; so does a file that is not there any more. */
    expect_spaced(world, &first, "00 AB07800101 23029000");
    ota_reset(&world->ota);
    expect_spaced(world, &more, "00 AB06800100 830101");
    expect_spaced(world, &first, "00 AB07800101 23029000");
    tree_unlink(world->uicc.profile, profile_file_by_path(world->uicc.profile, BYTES(0x2F, 0x10)));
    expect_spaced(world, &more, "00 AB06800100 830103");
    world_close(world);
}

/* One that asks for it is there after a reset and in another process, and its end is, too. */
Test(ota_chain, a_chain_that_stays)
{
    struct world *world = world_open(0);
    const uint32_t profile = world->profile;
    const struct order first = ORDER_USUAL("B00120", "AA0C 830111" CHAIN_SELECT);
    const struct order more = ORDER_USUAL("B00120", "AA0A 830102" CHAIN_READ);
    const struct order last = ORDER_USUAL("B00120", "AA0A 830103" CHAIN_READ);
    expect_spaced(world, &first, "00 AB07800101 23029000");
    ota_reset(&world->ota);
    expect_spaced(world, &more, "00 AB0B800101" CHAIN_ANSWER);
    cr_assert_eq(store_commit(world->store), 0);
    world_close(world);
    world = world_open(profile);
    expect_spaced(world, &last, "00 AB0B800101" CHAIN_ANSWER);
    cr_assert_eq(store_commit(world->store), 0);
    ota_reset(&world->ota);
    expect_spaced(world, &last, "00 AB06800100 830101");
    world_close(world);
}

/* INSTALL [for personalization] and the data that follow it, in two messages. */
Test(ota_chain, a_chain_keeps_what_a_domain_has_under_way)
{
    struct world *world = world_open(0);
    const struct order alone = ORDER_USUAL("B20100", "80E2010102BBCC");
    const struct order first = ORDER_USUAL("B20100", "AA0C 830101 2207 80E2000002AABB");
    const struct order last = ORDER_USUAL("B20100", "AA0C 830103 2207 80E2800102BBCC");
    expect_spaced(world, &first, "00 AB07800101 23029000");
    const char *got = world_order(world, &alone);
    cr_expect(strncmp(got, "00 01", 5) == 0 && strcmp(got + 5, "9000") != 0, "%s", got);
    got = world_order(world, &last);
    cr_expect(strstr(got, "6A86") == NULL && strstr(got, "6985") == NULL, "%s", got);
    world_close(world);
}

static const char *fetched(struct world *world)
{
    static char text[HEX_SIZE(PROACTIVE_COMMAND_MAX)];
    uint8_t room[PROACTIVE_COMMAND_MAX];
    struct writer out = writer_on(room, sizeof(room));
    if (proactive_fetch(&world->uicc.proactive, 256, &out) != 0)
        return "nothing";
    hex_encode(writer_bytes(&out), text);
    return text;
}

/* A script that says so has the terminal asked for a REFRESH, with the files that it names. */
Test(ota_chain, what_a_script_has_the_terminal_asked_for)
{
    static uint8_t profile[32];
    static const struct {
        const char *script, *answer, *command;
    } rows[] = {
        {"AA1B 2207 00A4000C022F10 8110 8103000101 82028182 9205 013F002F10",
         "00 AB07800101 23029000", "D010 8103010101 82028182 9205013F002F10"},
        {"AA0B 8109 8103010104 82028182", "00 AB03800100", "D009 8103010104 82028182"},
        {"AA07 8105 8103012005", "00 AB03800100", "D009 8103012005 82028103"},
        {"AA07 8105 8103011300", "00 AB06800100 810101", "nothing"},
        {"AA05 8103 810201", "00 AB06800100 810101", "nothing"},
        /* Only if a command is refused. */
        {"AA14 8209 8103012180 8D02 0441 2207 00A4000C022F10", "00 AB07800101 23029000", "nothing"},
        {"AA14 8209 8103012180 8D02 0441 2207 00A4000C026F99", "00 AB07800101 23026A82",
         "D00D 8103012180 82028102 8D020441"},
    };
    memset(profile, 0xFF, sizeof(profile));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world *world = world_open(0);
        const struct order order = ORDER_USUAL("B00120", rows[i].script);
        char wanted[128];
        size_t len = 0;
        proactive_meet(&world->uicc.proactive, bytes_of(profile, sizeof(profile)));
        expect_spaced(world, &order, rows[i].answer);
        for (const char *at = rows[i].command; *at != '\0'; at++)
            if (*at != ' ')
                wanted[len++] = *at;
        wanted[len] = '\0';
        cr_expect_str_eq(fetched(world), wanted, "row %zu", i);
        world_close(world);
        test_remove_folder();
        test_make_folder();
    }
}

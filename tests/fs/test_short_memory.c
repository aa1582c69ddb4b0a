/* Memory that is short, once, at every single place of a command: the command fails, or answers
 * what it always answers and has done what it always does. */
#include "tests/fs/test_ota_world.h"

#include "tests/support/short_memory.h"

TestSuite(short_memory, .init = test_make_folder, .fini = test_remove_folder, .timeout = 120);

static const struct row {
    const char *name, *tar, *script;
    bool of_chip; /* with the chip's own keys */
    bool full;    /* the chip has no memory left */
} rows[] = {
    {"READ BINARY", "B00120", OTA_READ},
    {"UPDATE BINARY", "B00120", OTA_WRITE " 00B0000004"},
    {"a chain that stays", "B00120", "AA0C 830111 2207 00A4000C022F10"},
    {"the end of a chain that stayed", "B00120", "AA0A 830103 2205 00B0000004"},
    {"GET STATUS", "B20100", "80F28002024F00 00C0000000"},
    {"GET DATA", "B20100", "80CA2F0000"},
    {"STORE DATA", "B20100", "80E28800(0070 02 4200) 80CA004200"},
    {"INSTALL", "B20100",
     "80E60C00(07A0000001515350 08A000000151535041 08A0000001510000BB 0380C000 02C900 00)"},
    {"LOAD", "B20100", "80E60200(07A0000000088888 00 00 00 00) 80E88000(C401AA)"},
    {"LOAD of what finds no room", "B20100",
     "80E60200(07A0000000088888 00 00 00 00) 80E88000(C401AA)", .full = true},
    {"DELETE of keys", "B20100", "80E40000(D20101)"},
    {"SET STATUS", "B20100", "80F04083(A000000151000000)"},
    {"GET DATA of the chip", "000001", "80CA2F0000", .of_chip = true},
    {"GET STATUS of the chip", "000001", "80F28002024F00 00C0000000", .of_chip = true},
};

/* The status of the envelope, and what is reported. */
struct outcome {
    int status;
    char text[1024];
};

static struct outcome outcome_of(struct world *world, const struct row *row, size_t place,
                                 bool *was_short)
{
    struct outcome outcome = {0};
    struct order order = ORDER_USUAL(row->tar, row->script);
    uint8_t packet[SMS_USER_DATA_MAX + 64], text[512], envelope[512];
    struct writer user_data = writer_on(text, sizeof(text)),
                  out = writer_on(envelope, sizeof(envelope));
    struct bytes report;
    if (row->full)
        world->domains.memory = 0;
    if (row->of_chip) {
        order.kic = order.kid = 0x32;
        order.spi1 = 0x16;
        order.counter = 1;
    }
    writer_put(&user_data, BYTES(0x02, 0x70, 0x00));
    writer_put(&user_data, order_packet(&order, packet, sizeof(packet)));
    writer_put(&out, BYTES(0x80, 0xC2, 0x00, 0x00, 0x00));
    sms_put_envelope(&(struct sms_message){.originator = BYTES(0x08, 0x81, 0x21, 0x43, 0x65, 0x87),
                                           .user_data = writer_bytes(&user_data)},
                     &out);
    envelope[4] = (uint8_t)(out.len - 5);
    short_memory_after(place);
    outcome.status = world_transmit(world, writer_bytes(&out), &report);
    *was_short = short_memory_was_short();
    short_memory_after(SIZE_MAX);
    if (outcome.status == 0)
        snprintf(outcome.text, sizeof(outcome.text), "%s", world_report(&order, report));
    return outcome;
}

/* As it was: nothing is committed. */
static struct world *open_again(uint32_t profile)
{
    static struct domain_settings settings;
    struct world *world = world_open(profile);
    settings = domain_settings_default;
    for (uint8_t i = 0; i < 2; i++) {
        struct domain_factory_key *key = &settings.keys[settings.key_count++];
        *key = (struct domain_factory_key){
            .version = 3, .identifier = i + 1, .type = DOMAIN_KEY_AES, .len = 16};
        (void)world_hex(i == 0 ? OTA_KIC : OTA_KID, key->value, 16);
    }
    world->domains.settings = &settings;
    world->domains.chip_aid = test_domain_aid("A0000005591010FFFFFFFF8900000100");
    return world;
}

Test(short_memory, a_command_fails_or_answers_what_it_always_does)
{
    struct world *world = world_open(0);
    const uint32_t profile = world->profile;
    const struct order chain = ORDER_USUAL("B00120", "AA0C 830111 2207 00A4000C022F10");
    world_expect(world, &chain, "00 AB0780010123029000");
    cr_assert_eq(store_commit(world->store), 0);
    world_close(world);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool was_short = true;
        struct outcome usual;
        for (size_t place = 0; was_short; place++) {
            world = open_again(profile);
            if (place == 0) {
                usual = outcome_of(world, &rows[i], SIZE_MAX, &was_short);
                world_close(world);
                world = open_again(profile);
            }
            const struct outcome outcome = outcome_of(world, &rows[i], place, &was_short);
            cr_expect(outcome.status < 0 || memcmp(&outcome, &usual, sizeof(usual)) == 0,
                      "%s at %zu: %04X %s", rows[i].name, place, (unsigned)outcome.status,
                      outcome.text);
            world_close(world);
        }
    }
}

struct counts {
    size_t entries, keys, counters, objects;
};

static struct counts counts_of(const struct domain_registry *registry)
{
    struct counts counts = {0};
    for (const struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        counts.entries++;
    for (const struct domain_key *at = registry->keys; at != NULL; at = at->next)
        counts.keys++;
    for (const struct domain_counter *at = registry->counters; at != NULL; at = at->next)
        counts.counters++;
    for (const struct domain_object *at = registry->objects; at != NULL; at = at->next)
        counts.objects++;
    return counts;
}

/* What a package says of its domains is read whole, or not at all. */
Test(short_memory, a_registry_is_read_whole)
{
    struct store *store = test_open(test_folder);
    const uint32_t profile = test_domain_profile(
        store, ROOT DOMAIN_MNO DOMAIN_SSD RFM_OF("A00000055910100001", "A0(04(B00120))")
                   DOMAIN_APPLICATION_CODE END);
    struct counts usual = {0};
    bool was_short = true;
    for (size_t place = SIZE_MAX; was_short; place++) {
        struct domain_registry registry;
        short_memory_after(place);
        const int result = domain_registry_load(store, profile, &registry);
        was_short = short_memory_was_short();
        short_memory_after(SIZE_MAX);
        const struct counts counts = counts_of(&registry);
        if (place == SIZE_MAX)
            usual = counts;
        cr_expect(result < 0 || memcmp(&counts, &usual, sizeof(usual)) == 0, "at %zu", place);
        domain_registry_finish(&registry);
    }
    cr_expect(usual.entries > 3 && usual.keys > 6 && usual.counters > 0 && usual.objects > 0);
    store_close(store);
}

static int put_counted(struct store *store, uint8_t value)
{
    const int result = store_put(store, "counted", bytes_of(&value, 1));
    return result == 0 ? store_commit(store) : result;
}

static int counted(struct store *store)
{
    uint8_t value = 0;
    struct writer out = writer_on(&value, 1);
    cr_assert_eq(store_get(store, "counted", &out), 0);
    return value;
}

/* A snapshot is taken, or there is none and the chip is as it was; the same of taking it back. */
Test(short_memory, a_snapshot_is_whole)
{
    struct store *store = test_open(test_folder);
    bool was_short = true;
    cr_assert_eq(put_counted(store, 1), 0);
    for (size_t place = 0; was_short; place++) {
        short_memory_after(place);
        const int result = store_snapshot(store, "first");
        was_short = short_memory_was_short();
        short_memory_after(SIZE_MAX);
        cr_expect_leq(result, 0);
        cr_expect_eq(counted(store), 1, "at %zu", place);
        const int back = store_restore(store, "first");
        cr_expect_eq(back, result == 0 ? 0 : SW_REFERENCE_NOT_FOUND, "at %zu", place);
        (void)store_snapshot_remove(test_folder, "first");
    }
    cr_assert_eq(store_snapshot(store, "first"), 0);
    was_short = true;
    for (size_t place = 0; was_short; place++) {
        cr_assert_eq(put_counted(store, 2), 0);
        short_memory_after(place);
        const int result = store_restore(store, "first");
        was_short = short_memory_was_short();
        short_memory_after(SIZE_MAX);
        cr_expect(result < 0 || counted(store) == 1, "at %zu", place);
        cr_expect(result == 0 || counted(store) == 2, "at %zu", place);
    }
    store_close(store);
}

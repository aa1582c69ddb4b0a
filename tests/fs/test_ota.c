/* Over the air: what is admitted, what is carried out where, and what is reported. */
#include "tests/fs/test_ota_world.h"

TestSuite(ota, .init = test_make_folder, .fini = test_remove_folder);

#define PUT_ZEROS "8810AE3A71384013479E5A259218E4DF8CBF03E14D5D"

/* For which the other access domain of an application counts, that for administration. */
#define OTA_CREATE "00E40000022F10"

Test(ota, scripts_and_what_they_answer)
{
    static const struct {
        const char *tar, *script, *answer;
    } rows[] = {
        {"B00120", OTA_READ, "00 " OTA_READ_ANSWER},
        {"B00120", "00A40004023F00", "00 01612B"},
        {"B00120", OTA_WRITE " 00B0000004", "00 039000AABB0304"},
        {"B00120", "00A40004022F10 00B0000004 00A40004026F99 00B0000004", "00 036A82"},
        {"B00120", "0088008100", "00 016D00"},
        {"B00120", "0070000001", "00 016D00"},
        {"B00120", "8012000010", "00 016D00"},
        {"B00120", "00A4040407A0000000871002", "00 016A82"},
        {"B00120", "00A40004022F10 00B00000", "00 02900001020304"},
        {"B00120", "00A4000402", "00 016700"},
        {"B00120", "00C0000010", "00 016985"},
        {"B00122", OTA_READ, "00 " OTA_READ_ANSWER},
        {"B00122", OTA_WRITE, "00 026982"},
        {"B00123", OTA_WRITE, "00 029000"},
        {"B00120", OTA_CREATE, "00 019000"},
        {"B00123", OTA_CREATE, "00 016982"},
        {"B00140", "00A40004026F10 00B0000004", "00 02900005060708"},
        {"B00140", "00A4040407A0000000871002 00C0000002", "00 0261326232"},
        {"B00140", "00A4040407A0000000871004", "00 016A82"},
        {"B20100", "00A40004023F00", "00 016D00"},
        {"B20100", "8050010008000000000000000000", "00 016D00"},
        {"B20100", "80F28002024F00 00C0000000",
         "00 029000E3134F08A0000001510000009F70010FC50382DC00"},
        {"000000", "80F28002024F00", "00 016115"},
        {"B20100", "80E6100000", "00 016A80"},
        {"B20100", "80E2910009BF2A0691044E616D65", "00 019000"},
        {"B20100", "80E2910003BF2A00", "00 016A80"},
        {"B00120", "AA0B2209 00A4000C022F1000 2205 00B0000004", "00 AB06800100900102"},
        {"B00120", "AA10 2207 00A4000C022F10 2205 00B0000004",
         "00 AB0F8001022302900023060102030490 00"},
        {"B00120", "AE80 2207 00A4000C022F10 2205 00B0000004 0000",
         "00 AF8023029000230601020304900 00000"},
        {"B00120", "AA05 2203 00B000", "00 AB078001012302 6700"},
        {"B00120", "AA03 450101", "00 AB06800100900101"},
        {"B00120", "AE80 2207", "00 AF809001030000"},
        {"B00120", "AA03 830101", "00 AB03800100"},
        {"B20100", "AA03 830111", "00 AB06800100830102"},
        {"B00120", "AA03 830112", "00 AB06800100830102"},
        {"B00120", "AA03 830102", "00 AB06800100830101"},
        {"B00120", "AA03 830103", "00 AB06800100830101"},
        {"B00120", "AA04 83020101", "00 AB06800100830102"},
        {"B00120", "AA0C 2207 00A4000C022F10 830101", "00 AB0A80010123029000 900101"},
        {"B00120", "AA03 810181", "00 AB03800100"},
        {"B00120", "AA03 810107", "00 AB06800100810101"},
        {"B00120", "AA0B 8109 8103010101 82028182", "00 AB06800100810101"},
    };
    struct world *world = world_open(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct order order = ORDER_USUAL(rows[i].tar, rows[i].script);
        char wanted[256];
        size_t len = 3;
        memcpy(wanted, rows[i].answer, len);
        for (const char *at = rows[i].answer + 3; *at != '\0'; at++)
            if (*at != ' ')
                wanted[len++] = *at;
        wanted[len] = '\0';
        world_expect(world, &order, wanted);
        ota_reset(&world->ota);
        cr_assert_eq(uicc_load(&world->uicc, world->profile), 0);
        store_rollback(world->store);
        domain_set_profile(&world->domains, world->profile);
        cr_assert_eq(uicc_load(&world->uicc, world->profile), 0);
    }
    world_close(world);
}

/* Every value of SPI that means something: both bytes' reserved bits are zero. */
Test(ota, every_protection, .timeout = 60)
{
    struct world *world = world_open(0);
    uint8_t counter = 0;
    for (unsigned spi1 = 0; spi1 < 0x20; spi1++)
        for (unsigned spi2 = 0; spi2 < 0x40; spi2++) {
            const unsigned integrity = spi1 & 3, por = spi2 & 3;
            const bool counted = (spi1 & SCP80_COUNTER) >= SCP80_COUNTER_HIGHER;
            const unsigned told_integrity = spi2 >> SCP80_POR_INTEGRITY_SHIFT & 3;
            /* Nothing is signed, and one KID is for redundancy checks or for checksums. */
            const bool refused =
                integrity == 3 ||
                (por != 0 && (told_integrity == 3 || (told_integrity == 1 && integrity != 1) ||
                              (told_integrity == 2 && integrity == 1)));
            if (counter == UINT8_MAX) { /* a byte of it is what an order has */
                store_rollback(world->store);
                domain_set_profile(&world->domains, world->profile);
                counter = 0;
            }
            counter += counted && !refused;
            const struct order order = {.spi1 = (uint8_t)spi1,
                                        .spi2 = (uint8_t)spi2,
                                        .kic = 0x22,
                                        .kid = integrity == 1 ? 0x25 : 0x22,
                                        .tar = "B00120",
                                        .counter = counter,
                                        .script = OTA_READ};
            const bool told = por == 1 || (por == 2 && refused);
            world_expect(world, &order, !told ? "-" : refused ? "06 " : "00 " OTA_READ_ANSWER);
        }
    world_close(world);
}

Test(ota, every_algorithm_of_a_key_set)
{
    struct world *world = world_open(0);
    struct order order = ORDER_USUAL("B00120", OTA_READ);
    order.kic = order.kid = 0x15;
    world_expect(world, &order, "00 " OTA_READ_ANSWER);
    order.kic = order.kid = 0x10; /* as the set's keys are */
    world_expect(world, &order, "00 " OTA_READ_ANSWER);
    order.kic = order.kid = 0x22;
    world_expect(world, &order, "00 " OTA_READ_ANSWER);
    world_close(world);
}

/* Counters: those of orders in a row, to one key set. */
Test(ota, counters)
{
    static const struct {
        uint8_t demand, counter;
        const char *status;
    } rows[] = {
        {SCP80_COUNTER_HIGHER, 5, "00 "},    {SCP80_COUNTER_HIGHER, 5, "02 "},
        {SCP80_COUNTER_HIGHER, 4, "02 "},    {SCP80_COUNTER_NEXT, 6, "00 "},
        {SCP80_COUNTER_NEXT, 8, "03 "},      {SCP80_COUNTER_NEXT, 6, "02 "},
        {SCP80_COUNTER_UNCHECKED, 1, "00 "}, {SCP80_COUNTER_NONE, 0, "00 "},
        {SCP80_COUNTER_NEXT, 7, "00 "},      {SCP80_COUNTER_HIGHER, 200, "00 "},
    };
    struct world *world = world_open(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct order order = ORDER_USUAL("B00120", OTA_READ);
        order.spi1 |= rows[i].demand;
        order.counter = rows[i].counter;
        const char *got = world_order(world, &order);
        cr_expect(strncmp(got, rows[i].status, 3) == 0, "row %zu: %s", i, got);
    }
    struct order other = ORDER_USUAL("B00120", OTA_READ);
    other.spi1 |= SCP80_COUNTER_HIGHER;
    other.kic = other.kid = 0x15;
    other.counter = 1;
    world_expect(world, &other, "00 " OTA_READ_ANSWER);
    world_close(world);
}

Test(ota, a_counter_at_its_end_is_blocked)
{
    struct world *world = world_open(0);
    struct domain_registry registry;
    const struct domain_aid mno = test_domain_aid("A000000151000000");
    cr_assert_eq(domain_registry_load(world->store, world->profile, &registry), 0);
    const struct domain_counter counter = {
        .domain = mno, .version = 2, .cntr = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};
    cr_assert_eq(domain_registry_put_counter(&registry, &counter), 0);
    domain_registry_finish(&registry);
    domain_set_profile(&world->domains, world->profile); /* what it has read is old */
    struct order order = ORDER_USUAL("B00120", OTA_READ);
    order.spi1 |= SCP80_COUNTER_HIGHER;
    world_expect(world, &order, "04 ");
    world_close(world);
}

Test(ota, refusals)
{
    struct world *world = world_open(0);
    struct order order = ORDER_USUAL("B00999", OTA_READ);
    order.tar = "B00199";
    world_expect(world, &order, "09 ");
    order = (struct order)ORDER_USUAL("B00120", OTA_READ);
    order.kic = order.kid = 0x72; /* no such set */
    world_expect(world, &order, "06 ");
    order.kic = 0x12, order.kid = 0x22; /* two sets */
    world_expect(world, &order, "06 ");
    order.kic = order.kid = 0x12; /* a set of DES keys */
    world_expect(world, &order, "05 ");
    order = (struct order)ORDER_USUAL("B00121", OTA_READ); /* demands a counter */
    world_expect(world, &order, "0A ");
    order.spi1 = 0x12; /* and ciphering */
    order.counter = 1;
    world_expect(world, &order, "0A ");
    order.spi1 = 0x16;
    order.counter = 2;
    world_expect(world, &order, "00 " OTA_READ_ANSWER);
    order.spi2 = 0x1A; /* only errors are reported */
    order.counter = 3;
    world_expect(world, &order, "-");
    world_expect(world, &order, "02 ");
    world_close(world);
}

Test(ota, packets_that_were_changed)
{
    struct world *world = world_open(0);
    const struct order order = ORDER_USUAL("B00120", OTA_WRITE);
    uint8_t packet[256], room[512];
    const struct bytes whole = order_packet(&order, packet, sizeof(packet));
    for (size_t at = 3; at < whole.len; at++) {
        struct writer report = writer_on(room, sizeof(room));
        packet[at] ^= 0x40;
        cr_assert_eq(ota_receive(&world->ota, NULL, whole, &report), 0);
        cr_expect_not(report.len > 16, "byte %zu", at);
        packet[at] ^= 0x40;
    }
    /* Cut in the middle of a block. */
    struct writer report = writer_on(room, sizeof(room));
    packet[1] = (uint8_t)(packet[1] - 3);
    cr_assert_eq(ota_receive(&world->ota, NULL, bytes_of(packet, whole.len - 3), &report), 0);
    cr_expect_str_eq(world_report(&order, writer_bytes(&report)), "05 ");
    cr_expect_not(store_changed(world->store));
    world_terminal(world, "00A40004022F1000");
    cr_expect_str_eq(world_terminal(world, "00B0000004"), "010203049000");
    world_close(world);
}

/* What the terminal has selected and announced stays; a script never sees it. */
Test(ota, a_script_has_a_context_of_its_own)
{
    struct world *world = world_open(0);
    const struct order here = ORDER_USUAL("B00120", "00B0000004");
    const struct order away = ORDER_USUAL("B00120", "00A40004023F00");
    world_terminal(world, "00A40004022F1000");
    world_expect(world, &here, "00 016986");
    world_expect(world, &away, "00 01612B");
    cr_expect_str_eq(world_terminal(world, "00B0000004"), "010203049000");
    world_close(world);
}

/* Parts in any order, some of them twice. */
static const char *send_parts(struct world *world, const struct order *order,
                              const uint8_t *sequence, size_t count, uint8_t parts)
{
    static uint8_t packet[1024];
    const struct bytes whole = order_packet(order, packet, sizeof(packet));
    const size_t size = (whole.len + parts - 1) / parts;
    const char *text = "-";
    for (size_t i = 0; i < count; i++) {
        uint8_t room[SMS_USER_DATA_MAX + 16], envelope[512];
        struct writer user_data = writer_on(room, sizeof(room)),
                      out = writer_on(envelope, sizeof(envelope));
        const uint8_t number = sequence[i];
        const size_t from = (size_t)(number - 1) * size;
        const size_t len = from + size <= whole.len ? size : whole.len - from;
        if (number == 1)
            writer_put(&user_data, BYTES(0x07, 0x00, 0x03, 0x2A, parts, number, 0x70, 0x00));
        else
            writer_put(&user_data, BYTES(0x05, 0x00, 0x03, 0x2A, parts, number));
        writer_put(&user_data, bytes_of(whole.data + from, len));
        writer_put(&out, BYTES(0x80, 0xC2, 0x00, 0x00, 0x00));
        sms_put_envelope(&(struct sms_message){.originator = BYTES(0x04, 0x81, 0x21, 0x43),
                                               .user_data = writer_bytes(&user_data)},
                         &out);
        envelope[4] = (uint8_t)(out.len - 5);
        struct bytes report;
        cr_assert_eq(world_transmit(world, writer_bytes(&out), &report), 0);
        text = world_report(order, report);
        cr_assert(i + 1 == count || report.len == 0);
    }
    return text;
}

#define LONG_WRITE "00D6000002AABB"
#define LONG_10                                                                                    \
    LONG_WRITE LONG_WRITE LONG_WRITE LONG_WRITE LONG_WRITE LONG_WRITE LONG_WRITE LONG_WRITE        \
        LONG_WRITE LONG_WRITE

Test(ota, messages_in_parts)
{
    struct world *world = world_open(0);
    const struct order order =
        ORDER_USUAL("B00120", "00A40004022F10" LONG_10 LONG_10 LONG_10 LONG_10 LONG_10 LONG_10);
    cr_expect_str_eq(send_parts(world, &order, (const uint8_t[]){1, 2, 3, 4, 5}, 5, 5),
                     "00 3D9000");
    cr_expect_str_eq(send_parts(world, &order, (const uint8_t[]){5, 3, 3, 1, 4, 5, 2}, 7, 5),
                     "00 3D9000");
    cr_expect_str_eq(send_parts(world, &order, (const uint8_t[]){1, 2, 3}, 3, 5), "-");
    ota_reset(&world->ota);
    cr_expect_str_eq(send_parts(world, &order, (const uint8_t[]){4, 5}, 2, 5), "-");
    cr_expect_str_eq(send_parts(world, &order, (const uint8_t[]){1, 2, 3, 4}, 4, 4), "00 3D9000");
    world_close(world);
}

/* A script may replace the keys of the packet it came in: its answer is still made with the old. */
Test(ota, keys_are_put_from_afar)
{
    struct world *world = world_open(0);
    /* Set 02 anew, three AES keys of zeros under the set's third key (CBC); their check values. */
    const struct order put =
        ORDER_USUAL("B20100", "80D802814302" PUT_ZEROS PUT_ZEROS PUT_ZEROS " 00C000000A");
    const char *got = world_order(world, &put);
    cr_expect(strncmp(got, "00 029000", 9) == 0, "%s", got);
    const struct order old = ORDER_USUAL("B00120", OTA_READ);
    world_expect(world, &old, "01 ");
    world_close(world);
}

Test(ota, metadata_from_afar)
{
    struct world *world = world_open(0);
    const struct order order = ORDER_USUAL("B20100", "80E2910009BF2A0691044E616D65");
    world_expect(world, &order, "00 019000");
    cr_expect_str_eq(world->metadata, "91044E616D65");
    world->ota.update_metadata = NULL;
    world_expect(world, &order, "00 016985");
    world_close(world);
}

/* What the card asks the terminal to send, put together again. */
static struct bytes fetch_submits(struct world *world, uint8_t *room, size_t size, unsigned *count)
{
    struct writer out = writer_on(room, size);
    for (*count = 0; proactive_waiting(&world->uicc.proactive) > 0; ++*count) {
        uint8_t text[PROACTIVE_COMMAND_MAX];
        struct writer command = writer_on(text, sizeof(text));
        struct tlv whole, tpdu;
        cr_assert_eq(proactive_fetch(&world->uicc.proactive, 256, &command), 0);
        cr_assert(tlv_whole(writer_bytes(&command), 0xD0, &whole));
        cr_assert(tlv_find(whole.value, 0x8B, &tpdu));
        /* SUBMIT with a header, to the number that it came from, 8 bits of class 2. */
        const struct bytes front =
            BYTES(0x41, 0x00, 0x08, 0x81, 0x21, 0x43, 0x65, 0x87, 0x7F, 0xF6);
        cr_assert(bytes_start_with(tpdu.value, front));
        const size_t skip = 1 + front.len;
        const size_t own = tpdu.value.data[skip] == 2 ? 0 : 1u + tpdu.value.data[skip];
        if (*count == 0 && own > 0)
            writer_put(&out, BYTES(0x02, 0x71, 0x00));
        writer_put(&out, bytes_of(tpdu.value.data + skip + own, tpdu.value.len - skip - own));
        cr_assert_eq(proactive_respond(&world->uicc.proactive,
                                       BYTES(0x81, 0x03, world->uicc.proactive.number, 0x13, 0x00,
                                             0x82, 0x02, 0x82, 0x81, 0x83, 0x01, 0x00)),
                     0);
        proactive_settle(&world->uicc.proactive);
    }
    return writer_bytes(&out);
}

Test(ota, a_report_by_a_message_of_its_own)
{
    static uint8_t profile[32], room[2048];
    struct world *world = world_open(0);
    struct order order = ORDER_USUAL("B00120", OTA_READ);
    unsigned count;
    order.spi2 = 0x39;
    world_expect(world, &order, "00 " OTA_READ_ANSWER); /* no terminal that could send one */
    memset(profile, 0xFF, sizeof(profile));
    proactive_meet(&world->uicc.proactive, bytes_of(profile, sizeof(profile)));
    world_expect(world, &order, "-");
    cr_expect_str_eq(world_report(&order, fetch_submits(world, room, sizeof(room), &count)),
                     "00 " OTA_READ_ANSWER);
    cr_expect_eq(count, 1);
    /* One that fits in no single message: each command's answer is told. */
    order.script = "AA79"
                   "220700A4000C022F10"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004"
                   "220500B0000004";
    world_expect(world, &order, "-");
    const char *text = world_report(&order, fetch_submits(world, room, sizeof(room), &count));
    cr_expect(strncmp(text, "00 AB81878001", 13) == 0, "%s", text);
    cr_expect_eq(count, 2);
    world_close(world);
}

/* The chip's own domain, where it has keys for it: by TAR 000001, whatever profile is enabled, and
 * never without all of the protection. */
Test(ota, the_chip_s_own_domain)
{
    struct world *world = world_open(0);
    struct domain_settings settings = domain_settings_default;
    struct order order = ORDER_USUAL("000001", "80CA004200");
    order.kic = order.kid = 0x32;
    order.counter = 1;
    world_expect(world, &order, "09 ");
    for (uint8_t i = 0; i < 2; i++) {
        struct domain_factory_key *key = &settings.keys[settings.key_count++];
        *key = (struct domain_factory_key){
            .version = 3, .identifier = i + 1, .type = DOMAIN_KEY_AES, .len = 16};
        (void)world_hex(i == 0 ? OTA_KIC : OTA_KID, key->value, 16);
    }
    world->domains.settings = &settings;
    world->domains.chip_aid = test_domain_aid("A0000005591010FFFFFFFF8900000100");
    world_expect(world, &order, "0A ");
    order.spi1 = 0x12;
    world_expect(world, &order, "0A ");
    order.spi1 = 0x16;
    order.counter = 2;
    world_expect(world, &order, "00 019000420489000000");
    world_expect(world, &order, "02 ");
    order.counter = 3;
    order.script = "00A40004023F00";
    world_expect(world, &order, "00 016D00");
    domain_set_profile(&world->domains, 0);
    order.counter = 4;
    order.script = "80CA004200";
    world_expect(world, &order, "00 019000420489000000");
    const struct order other = ORDER_USUAL("B00120", OTA_READ);
    world_expect(world, &other, "09 ");
    world_close(world);
}

struct watch_order {
    const char *name;
    int order;
};

static int step_in(void *context, const struct checkpoint *at)
{
    const struct watch_order *watch = context;
    cr_assert_eq(at->place, CHECKPOINT_OTA);
    return strcmp(at->name, watch->name) == 0 ? watch->order : CHECKPOINT_PASS;
}

/* Faults that are asked for: a packet's receipt, an ENVELOPE's answer, a script's command. */
Test(ota, somebody_steps_in)
{
    static const struct {
        struct watch_order watch;
        const char *answer;
    } rows[] = {
        {{"packet", SCP80_NO_MEMORY}, "07 "},
        {{"packet", SCP80_SECURITY_ERROR}, "06 "},
        {{"packet", SCP80_MORE_TIME}, "08 "},
        {{"packet", SCP80_OK}, "00 "},
        {{"command", 0x6F00}, "00 016F00"},
        {{"command", 0x6A84}, "00 016A84"},
        {{"packet", CHECKPOINT_PASS}, "00 " OTA_READ_ANSWER},
    };
    struct world *world = world_open(0);
    const struct order order = ORDER_USUAL("B00120", OTA_READ);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct watch_order watch = rows[i].watch;
        const struct checkpoint_watch look = {step_in, &watch};
        world->ota.watch = &look;
        world_expect(world, &order, rows[i].answer);
    }
    struct watch_order of_domain = {"command", 0x6A84};
    const struct order domain = ORDER_USUAL("B20100", "80CA2F0000");
    world->ota.watch = &(struct checkpoint_watch){step_in, &of_domain};
    world_expect(world, &domain, "00 016A84");
    struct watch_order refused = {"packet", 0x6581};
    const struct checkpoint_watch look = {step_in, &refused};
    uint8_t packet[256], room[256];
    struct writer report = writer_on(room, sizeof(room));
    world->ota.watch = &look;
    cr_expect_eq(
        ota_receive(&world->ota, NULL, order_packet(&order, packet, sizeof(packet)), &report),
        0x6581);
    cr_expect_eq(report.len, 0);
    world_close(world);
}

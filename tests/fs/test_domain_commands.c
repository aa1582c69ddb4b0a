/* Commands of a security domain, over secure channels of both protocols. */
#include "tests/fs/test_domain.h"

#include "fs/domain/access_rules.h"
#include "fs/domain/domain.h"
#include "tests/support/scp_host.h"

TestSuite(domain_commands, .init = test_make_folder, .fini = test_remove_folder);

#define PACKAGE                                                                                    \
    ROOT DOMAIN_MNO DOMAIN_SSD RFM_OF("A00000055910100001", "A0(04(B00120))")                      \
        DOMAIN_APPLICATION_CODE END
#define MNO "A000000151000000"
#define SSD "A0000001510000AA"
#define SELECT_MNO "00A4040408" MNO "00"
#define FCI_MNO "6F108408" MNO "A5049F6501FF9000"

static struct domains domains;
static struct domain_settings settings;
static struct random chance;
static const uint8_t eid[16] = {0x89, 0x04, 0x90, 0x32, 0,    0,    0,    0,
                                0,    0,    0,    0x12, 0x34, 0x56, 0x78, 0x90};
static uint8_t static_keys[3][32];
static struct scp_host host;

static void begin_with(const char *package)
{
    struct store *store = test_open(test_folder);
    settings = domain_settings_default;
    random_init_seeded(&chance, bytes_of_text("domains"));
    domains = (struct domains){
        .store = store, .random = &chance, .settings = &settings, .eid = eid, .memory = 1000000};
    domains.chip_aid = test_domain_aid("A0000005591010FFFFFFFF8900000100");
    domain_init(&domains);
    domain_set_profile(&domains, test_domain_profile(store, package));
    for (size_t key = 0; key < 3; key++)
        for (size_t i = 0; i < sizeof(static_keys[key]); i++)
            static_keys[key][i] = (uint8_t)(16 * key + i % 16);
    host = (struct scp_host){.enc = bytes_of(static_keys[0], 16),
                             .mac = bytes_of(static_keys[1], 16),
                             .dek = bytes_of(static_keys[2], 16)};
}

static void begin(void)
{
    begin_with(PACKAGE);
}

static void end(void)
{
    domain_finish(&domains);
    store_close(domains.store);
}

/* As the card does it: unwrap, SELECT or the table's row, commit, wrap. */
static int carry_out(struct bytes command, struct writer *response)
{
    struct apdu apdu;
    int status = apdu_parse(command, &apdu);
    const struct command_row *row;
    if (status == 0 && apdu.secured)
        status = domain_unwrap(&domains, true, &apdu);
    if (status != 0)
        return status;
    if (apdu.ins == 0xA4) {
        status = domain_application.select(&domains, &apdu, apdu.data, response);
    } else {
        status = command_match(&domain_commands, &apdu, &row);
        if (status == 0)
            status = domain_handle(&domains, false, &apdu, response);
    }
    return status;
}

static uint16_t send(struct bytes command, struct writer *response)
{
    const int status = carry_out(command, response);
    cr_assert_geq(status, 0, "%s", test_trace);
    cr_assert_eq(store_commit(domains.store), 0);
    const uint16_t word = status == 0 ? 0x9000 : (uint16_t)status;
    if (word >> 12 == 6 && word >> 8 != 0x62 && word >> 8 != 0x63)
        response->len = 0;
    cr_assert_eq(domain_wrap(&domains, word, response), 0);
    return word;
}

static struct bytes command_of(const char *text)
{
    static uint8_t room[600];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert_eq(*test_put(&out, text), 0, "%s", text);
    return writer_bytes(&out);
}

static const char *text_of(struct bytes data, uint16_t status)
{
    static char text[2048];
    hex_encode(data, text);
    sprintf(text + 2 * data.len, "%04X", status);
    return text;
}

static const char *plain(const char *text)
{
    uint8_t room[1024];
    struct writer response = writer_on(room, sizeof(room));
    const uint16_t status = send(command_of(text), &response);
    return text_of(writer_bytes(&response), status);
}

/* In the session that is open. */
static const char *wrapped(const char *text)
{
    uint8_t room[1024], sent_room[600], clear_room[1024];
    struct writer response = writer_on(room, sizeof(room));
    struct writer sent = writer_on(sent_room, sizeof(sent_room));
    struct writer clear = writer_on(clear_room, sizeof(clear_room));
    scp_host_wrap(&host, command_of(text), &sent);
    const uint16_t status = send(writer_bytes(&sent), &response);
    if (status != 0x9000 && status >> 8 != 0x63 && status >> 8 != 0x62) {
        cr_assert_eq(response.len, 0);
        return text_of((struct bytes){0}, status);
    }
    cr_assert(scp_host_unwrap(&host, writer_bytes(&response), status, &clear), "%s", text);
    return text_of(writer_bytes(&clear), status);
}

#define ANSWERS(how, command, expected)                                                            \
    do {                                                                                           \
        const char *got_ = how(command);                                                           \
        cr_expect_str_eq(got_, expected, "%s gets %s, not %s", command, got_, expected);           \
    } while (0)

static uint16_t open_session(uint8_t version, size_t challenge, uint8_t level)
{
    uint8_t room[256], sent_room[64];
    struct writer response = writer_on(room, sizeof(room));
    struct writer sent = writer_on(sent_room, sizeof(sent_room));
    scp_host_begin(&host, version, challenge, &sent);
    uint16_t status = send(writer_bytes(&sent), &response);
    if (status != 0x9000)
        return status;
    writer_reset(&sent);
    cr_expect(scp_host_authenticate(&host, writer_bytes(&response), level, &sent));
    writer_reset(&response);
    return send(writer_bytes(&sent), &response);
}

static void begin_selected(uint8_t version, uint8_t level)
{
    begin();
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    cr_assert_eq(open_session(version, 8, level), 0x9000);
}

Test(domain_commands, select_gives_the_fci)
{
    begin();
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    ANSWERS(plain, "00A4040000", FCI_MNO);
    ANSWERS(plain, "00A40400(" SSD ")", "6F108408" SSD "A5049F6501FF9000");
    ANSWERS(plain, "00A40400(A00000055910100001)", "6A82"); /* an RFM instance */
    ANSWERS(plain, "00A40400(A000000001020305)", "6A82");   /* an applet */
    ANSWERS(plain, "00A40400(A0000000010203)", "6A82");     /* a load file */
    end();
}

Test(domain_commands, without_a_session)
{
    begin();
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    ANSWERS(plain, "80CA004200", "4204890490329000");
    ANSWERS(plain, "80CA006600", "6604730206009000");
    ANSWERS(plain, "80CA00C100", "CAFE9000");
    ANSWERS(plain, "80CA00E000",
            "E02AC00403208010C00402208010C00401208010C00403308810C00402308810"
            "C00401308810C004010180109000");
    ANSWERS(plain, "80CA00D300", "D301009000");
    ANSWERS(plain, "80CA2F0000",
            "2F0024610A4F08" MNO "610A4F08" SSD "610A4F08A0000000010203059000");
    ANSWERS(plain, "80CA9F7F00",
            "9F7F2A000000000000000000000000"
            "12345678"
            "0000000000000000000000000000"
            "000000000000000000000000"
            "9000");
    ANSWERS(plain, "80CA004500", "6A88");
    ANSWERS(plain, "80CA005A00", "6A88");
    /* Card recognition data that are not stored: of the protocols that the installation names. */
    ANSWERS(plain, "00A40400(" SSD ")", "6F108408" SSD "A5049F6501FF9000");
    ANSWERS(plain, "80CA006600",
            "6631732F06072A864886FC6B01600C060A2A864886FC6B02020301630906072A864886FC6B03"
            "640B06092A864886FC6B0403709000");
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    /* Of both classes, as no other command is (GlobalPlatform §11.3.2). */
    ANSWERS(plain, "00CA004200", "4204890490329000");
    ANSWERS(plain, "00CA004500", "6A88");
    ANSWERS(plain, "00F28002024F0000", "6D00");
    ANSWERS(plain, "80EE000000", "6D00");
    ANSWERS(plain, "80F28002024F0000", "6982");
    ANSWERS(plain, "80D8008101", "6982");
    ANSWERS(plain, "80D800810130", "6982");
    ANSWERS(plain, "80E40000044F02123400", "6982");
    ANSWERS(plain, "80500000070102030405060700", "6700");
    ANSWERS(plain, "8050310008010203040506070800", "6A88");
    ANSWERS(plain, "8050010008010203040506070800", "6A88"); /* SCP80's keys */
    ANSWERS(plain, "8050300010000102030405060708090A0B0C0D0E0F", "6700");
    ANSWERS(plain, "8482010010000102030405060708090A0B0C0D0E0F", "6985");
    ANSWERS(plain, "84F28002080102030405060708", "6982");
    ANSWERS(plain, "801A000000", "6D00");
    end();
}

/* Levels of both protocols: the same commands, the same answers. */
static void try_level(uint8_t version, uint8_t level)
{
    char told[16];
    cr_assert_eq(open_session(version, 8, level), 0x9000, "%02X at %02X", version, level);
    ANSWERS(wrapped, "80F28002094F005C054F9F70C5CC00", "E3134F08" MNO "9F70010FC50382DC009000");
    ANSWERS(wrapped, "80F28002", "6A80");
    ANSWERS(wrapped, "80CA006600", "6604730206009000");
    ANSWERS(wrapped, "80F28002024F0000", "E3134F08" MNO "9F70010FC50382DC009000");
    ANSWERS(plain, "80F28002024F0000", "6982");
    snprintf(told, sizeof(told), "D301%02X9000", level);
    ANSWERS(wrapped, "80CA00D300", told);
}

Test(domain_commands, every_level)
{
    static const uint8_t levels[] = {0x01, 0x03, 0x11, 0x13, 0x33};
    begin();
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    for (size_t i = 0; i < sizeof(levels); i++)
        try_level(0x30, levels[i]);
    try_level(0x20, 0x01);
    try_level(0x20, 0x03);
    host.enciphers_nothing = true;
    try_level(0x20, 0x03);
    end();
}

Test(domain_commands, a_session_counts)
{
    begin();
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    struct domain_registry *registry;
    const struct domain_aid mno = test_domain_aid(MNO);
    cr_assert_eq(domain_context_registry(&domains, domains.profile, &registry), 0);
    for (uint32_t i = 1; i <= 3; i++) {
        cr_assert_eq(open_session(0x30, 8, 0x33), 0x9000);
        cr_expect_eq(domain_list_counter(registry, &mno, 0x30).sequence, i);
        cr_assert_eq(open_session(0, 8, 0x01), 0x9000); /* the newest set: 20 */
        cr_expect_eq(domain_list_counter(registry, &mno, 0x20).sequence, i);
    }
    domain_set_profile(&domains, domains.profile); /* read anew */
    cr_assert_eq(domain_context_registry(&domains, domains.profile, &registry), 0);
    cr_expect_eq(domain_list_counter(registry, &mno, 0x30).sequence, 3);
    end();
}

/* Whatever was in the memory before. */
Test(domain_commands, begins_with_no_domain_selected)
{
    begin();
    domain_finish(&domains);
    memset(domains.channels, 0xA5, sizeof(domains.channels));
    domain_init(&domains);
    for (size_t channel = 0; channel < APDU_CHANNELS; channel++)
        cr_expect_null(domains.channels[channel]);
    domain_reset(&domains);
    end();
}

/* Protocol and option in the answer to INITIALIZE UPDATE with a set of version 30; 0: refused. */
static unsigned option_for(const char *package, size_t challenge)
{
    uint8_t room[256], sent_room[64];
    struct writer response = writer_on(room, sizeof(room));
    struct writer sent = writer_on(sent_room, sizeof(sent_room));
    begin_with(package);
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    scp_host_begin(&host, 0x30, challenge, &sent);
    const uint16_t status = send(writer_bytes(&sent), &response);
    const unsigned option = status == 0x9000 ? (unsigned)room[11] << 8 | room[12] : 0;
    end();
    test_remove_folder();
    test_make_folder();
    return option;
}

Test(domain_commands, a_session_has_the_option_that_the_installation_names)
{
#define NAMING(protocols)                                                                          \
    ROOT DOMAIN_MNO_NAMING(protocols)                                                              \
    END
    cr_expect_eq(option_for(NAMING("81020360"), 8), 0x0360);
    cr_expect_eq(option_for(NAMING("81028000 81020255 81020310"), 8), 0x0310);
    cr_expect_eq(option_for(NAMING("81020310 81020361"), 16), 0x0361, "that fits 16 bytes");
    cr_expect_eq(option_for(NAMING("81020361 81020310"), 8), 0x0310, "that fits 8 bytes");
    cr_expect_eq(option_for(NAMING("81020310"), 16), 0);
    cr_expect_eq(option_for(NAMING("8200"), 8), 0x0370, "the usual one where none is named");
    cr_expect_eq(option_for(NAMING("81020255"), 8), 0, "another protocol alone");
    cr_expect_eq(option_for(NAMING("82020360 810103"), 8), 0x0370, "that name none");
}

Test(domain_commands, a_wrong_host_gets_no_session)
{
    begin();
    settings.failures_max = 2;
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    static_keys[1][0] ^= 1;
    uint8_t room[256], sent_room[64];
    for (int i = 0; i < 2; i++) {
        struct writer response = writer_on(room, sizeof(room));
        struct writer sent = writer_on(sent_room, sizeof(sent_room));
        scp_host_begin(&host, 0x30, 8, &sent);
        cr_assert_eq(send(writer_bytes(&sent), &response), 0x9000);
        writer_reset(&sent);
        cr_expect_not(scp_host_authenticate(&host, writer_bytes(&response), 0x01, &sent));
        writer_reset(&response);
        cr_expect_eq(send(writer_bytes(&sent), &response), 0x6300);
        ANSWERS(plain, "80F28002024F0000", "6982");
    }
    ANSWERS(plain, "8050300008010203040506070800", "6983");
    end();
}

Test(domain_commands, a_cryptogram_of_another_length_ends_the_session)
{
    begin();
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    uint8_t room[256], sent_room[64];
    struct writer response = writer_on(room, sizeof(room));
    struct writer sent = writer_on(sent_room, sizeof(sent_room));
    scp_host_begin(&host, 0x30, 8, &sent);
    cr_assert_eq(send(writer_bytes(&sent), &response), 0x9000);
    writer_reset(&sent);
    cr_expect(scp_host_authenticate(&host, writer_bytes(&response), 0x01, &sent));
    ANSWERS(plain, "84820100(0102030405060708090A0B0C0D0E0F)", "6700");
    writer_reset(&response);
    cr_expect_eq(send(writer_bytes(&sent), &response), 0x6985); /* the right one is too late */
    end();
}

Test(domain_commands, levels_that_are_not_there_are_refused)
{
    static const uint8_t levels[] = {0x00, 0x02, 0x10, 0x31, 0x83};
    begin();
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    for (size_t i = 0; i < sizeof(levels); i++)
        cr_expect_eq(open_session(0x30, 8, levels[i]), 0x6A86, "%02X", levels[i]);
    cr_expect_eq(open_session(0x20, 8, 0x11), 0x6A86);
    end();
}

Test(domain_commands, what_is_wrongly_wrapped_ends_the_session)
{
    begin_selected(0x30, 0x03);
    ANSWERS(plain, "84F280020A4F000102030405060708", "6982");
    ANSWERS(wrapped, "80F28002024F0000", "6982");
    end();
}

Test(domain_commands, select_ends_the_session)
{
    begin_selected(0x30, 0x01);
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    ANSWERS(wrapped, "80F28002024F0000", "6982");
    end();
}

Test(domain_commands, initialize_update_begins_anew_within_a_session)
{
    begin_selected(0x30, 0x33);
    cr_expect_eq(open_session(0x30, 8, 0x01), 0x9000);
    ANSWERS(wrapped, "80F28002024F0000", "E3134F08" MNO "9F70010FC50382DC009000");
    end();
}

Test(domain_commands, get_status_of_every_scope)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, "80F24002024F0000",
            "E3264F08" SSD "9F70010FC503808000C407A0000001515350CC08" MNO
            "E3264F08A0000000010203059F700107C503000000C407A0000000010203CC08" MNO "9000");
    ANSWERS(wrapped, "80F22002024F0000", "E3174F07A00000000102039F700101CC08" MNO "9000");
    ANSWERS(wrapped, "80F21002024F0000", "E3174F07A00000000102039F700101CC08" MNO "9000");
    ANSWERS(wrapped, "80F24000024F0000", "08" SSD "0F8008A00000000102030507009000");
    ANSWERS(wrapped, "80F240020A4F08" SSD "00",
            "E3264F08" SSD "9F70010FC503808000C407A0000001515350CC08" MNO "9000");
    ANSWERS(wrapped, "80F24002074F05A00000015100",
            "E3264F08" SSD "9F70010FC503808000C407A0000001515350CC08" MNO "9000");
    ANSWERS(wrapped, "80F24002074F05A00000015200", "6A88");
    ANSWERS(wrapped, "80F24002044F02123400", "6A80");
    ANSWERS(wrapped, "80F220020A4F0212345C054F9F70C5", "6A80");
    settings.status_first = 1;
    ANSWERS(wrapped, "80F220020A4F0212345C054F9F70C5", "6A88");
    ANSWERS(wrapped, "80F24002044F02123400", "6A88");
    ANSWERS(wrapped, "80F24003024F0000", "6A80"); /* nothing to go on with */
    ANSWERS(wrapped, "80F28006024F0000", "6A86");
    ANSWERS(wrapped, "80F2C002024F0000", "6A86");
    end();
}

#define INSTALL_SD(aid)                                                                            \
    "80E60C00(07A0000001515350 08A000000151535041 (" aid ") 03808000 (C9(81020370)) 00)"

Test(domain_commands, get_status_goes_on_where_it_stopped)
{
    begin_selected(0x30, 0x33);
    char command[256];
    for (unsigned i = 0; i < 12; i++) {
        snprintf(command, sizeof(command), INSTALL_SD("A00000015100%02X"), i);
        ANSWERS(wrapped, command, "009000");
    }
    char all[2048] = "";
    const char *got = wrapped("80F24002024F0000");
    while (strcmp(got + strlen(got) - 4, "6310") == 0) {
        sprintf(all + strlen(all), "%.*s", (int)strlen(got) - 4, got);
        got = wrapped("80F24003024F0000");
    }
    strcat(all, got);
    cr_expect_str_eq(all + strlen(all) - 4, "9000");
    unsigned entries = 0;
    for (const char *at = all; (at = strstr(at, "9F7001")) != NULL; at++)
        entries++;
    cr_expect_eq(entries, 14);
    (void)wrapped("80F24002024F0000");
    ANSWERS(wrapped, "80F24003074F05A00000015100", "6A80"); /* another criterion */
    end();
}

/* A key in the form of PUT KEY: bare, or with its clear length before it. */
static void put_key(struct writer *out, uint8_t type, struct bytes key, bool with_length,
                    const char *check)
{
    const bool aes = host.scp.protocol == SCP_03;
    const size_t block = aes ? AES_BLOCK : DES_BLOCK;
    uint8_t padded[64] = {0};
    memcpy(padded, key.data, key.len);
    const size_t len = (key.len + block - 1) / block * block;
    writer_put_u8(out, type);
    writer_put_u8(out, (uint8_t)(len + (with_length ? 1 : 0)));
    if (with_length)
        writer_put_u8(out, (uint8_t)key.len);
    scp_host_encipher(&host, bytes_of(padded, len), out);
    cr_assert_eq(*test_put(out, check), 0);
}

/* PUT KEY of three keys of this length, as a text. */
static const char *put_three(uint8_t old, uint8_t version, uint8_t type, size_t len,
                             bool with_length, const char *check)
{
    static char text[600];
    uint8_t room[256], key[32];
    struct writer data = writer_on(room, sizeof(room));
    writer_put_u8(&data, version);
    for (uint8_t i = 1; i <= 3; i++) {
        memset(key, 0x11 * i, sizeof(key));
        put_key(&data, type, bytes_of(key, len), with_length, check);
    }
    const int front = snprintf(text, sizeof(text), "80D8%02X81%02X", old, (unsigned)data.len);
    hex_encode(writer_bytes(&data), text + front);
    return text;
}

#define AES_16 "098542C655915F8AF9"
#define AES_24 "D8D6876A7BC94AAC8C"
#define AES_32 "05D2B606AD98E7CE19"
#define DES_16 "82E13600962BADC67D"

Test(domain_commands, put_key_in_every_spelling)
{
    begin_selected(0x30, 0x03);
    ANSWERS(wrapped, put_three(0, 0x31, 0x88, 16, false, "00"), "31" AES_16 "9000");
    ANSWERS(wrapped, put_three(0, 0x32, 0x88, 16, true, "00"), "32" AES_16 "9000");
    ANSWERS(wrapped, put_three(0, 0x33, 0x88, 32, false, "00"), "33" AES_32 "9000");
    ANSWERS(wrapped, put_three(0, 0x34, 0x88, 24, true, "00"), "34" AES_24 "9000");
    ANSWERS(wrapped, put_three(0, 0x21, 0x80, 16, false, "00"), "21" DES_16 "9000");
    ANSWERS(wrapped, "80CA00E000",
            "E08184C00403218010C00402218010C00401218010C00403348818C00402348818C00401348818"
            "C00403338820C00402338820C00401338820C00403328810C00402328810C00401328810"
            "C00403318810C00402318810C00401318810C00403208010C00402208010C00401208010"
            "C00403308810C00402308810C00401308810C004010180109000");
    /* The keys open a channel. */
    static uint8_t keys[3][16];
    for (uint8_t i = 0; i < 3; i++)
        memset(keys[i], 0x11 * (i + 1), sizeof(keys[i]));
    host = (struct scp_host){
        .enc = bytes_of(keys[0], 16), .mac = bytes_of(keys[1], 16), .dek = bytes_of(keys[2], 16)};
    cr_expect_eq(open_session(0x32, 8, 0x33), 0x9000);
    cr_expect_eq(open_session(0x21, 8, 0x03), 0x9000);
    ANSWERS(wrapped, put_three(0, 0x22, 0x80, 16, false, "00"), "22" DES_16 "9000");
    ANSWERS(wrapped, put_three(0, 0x35, 0x88, 16, true, "00"), "35" AES_16 "9000");
    cr_expect_eq(open_session(0x35, 8, 0x13), 0x9000);
    end();
}

Test(domain_commands, put_key_replaces_and_counts_anew)
{
    begin_selected(0x30, 0x03);
    ANSWERS(wrapped, put_three(0x30, 0x30, 0x88, 16, false, "00"), "30" AES_16 "9000");
    struct domain_registry *registry;
    const struct domain_aid mno = test_domain_aid(MNO);
    cr_assert_eq(domain_context_registry(&domains, domains.profile, &registry), 0);
    cr_expect_eq(domain_list_counter(registry, &mno, 0x30).sequence, 0);
    ANSWERS(wrapped, put_three(0x20, 0x36, 0x88, 16, false, "00"), "36" AES_16 "9000");
    cr_expect_null(domain_list_key(registry, &mno, 0x20, 1), "the old version is gone");
    end();
}

/* Each refusal, and that nothing came of it. */
struct refusal {
    const char *command, *answer;
};

static void refuse_all(const struct refusal *refusals, size_t count)
{
    char before[1024], after[1024];
    strcpy(before, wrapped("80F24002024F0000"));
    for (size_t i = 0; i < count; i++)
        ANSWERS(wrapped, refusals[i].command, refusals[i].answer);
    strcpy(after, wrapped("80F24002024F0000"));
    cr_expect_str_eq(before, after);
}
#define REFUSE_ALL(refusals) refuse_all(refusals, sizeof(refusals) / sizeof((refusals)[0]))

#define SECRET "00112233445566778899AABBCCDDEEFF"

Test(domain_commands, put_key_refusals)
{
    static const struct refusal refusals[] = {
        {"80D80081(00 88 10 " SECRET " 00)", "6A80"},        /* no version */
        {"80D80081(80 88 10 " SECRET " 00)", "6A80"},        /* none there is */
        {"80D80001(38)", "6A80"},                            /* no key */
        {"80D80001(38 88 10 " SECRET ")", "6A80"},           /* no check value's length */
        {"80D80001(38 88 10 " SECRET " 03 0102)", "6A80"},   /* a cut check value */
        {"80D80001(38 88 10 " SECRET " 03 010203)", "9485"}, /* a wrong one */
        {"80D80001(38 88 0F 00112233445566778899AABBCCDDEE 00)", "6A80"}, /* not whole blocks */
        {"80D80001(38 80 10 " SECRET " 00)", "6A80"},                     /* DES in SCP03's range */
        {"80D80001(38 85 10 " SECRET " 00)", "6A80"},   /* a PSK outside SCP81's */
        {"80D80001(38 C7 10 " SECRET " 00)", "6A80"},   /* no such type */
        {"80D80001(73 A1 03 010001 A0 00 00)", "6A80"}, /* a component of no bytes */
        {"80D80001(38 88 10 " SECRET " 00 88 10 " SECRET " 00)", "6A80"}, /* two are not one */
        {"80D80001(30 88 10 " SECRET " 00)", "6A80"},                     /* it is there */
        {"80D83901(38 88 10 " SECRET " 00)", "6A88"},                     /* it is not there */
        {"80D83001(20 88 10 " SECRET " 00)", "6A80"}, /* it is there in the other version */
        {"80D80000(38 88 10 " SECRET " 00)", "6A86"}, /* no identifier */
        {"80D88001(38 88 10 " SECRET " 00)", "6A86"},
    };
    begin_selected(0x30, 0x01);
    char before[512];
    strcpy(before, wrapped("80CA00E000"));
    REFUSE_ALL(refusals);
    cr_expect_str_eq(wrapped("80CA00E000"), before);
    end();
}

Test(domain_commands, keys_of_every_type_are_kept)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, "80D80001(40 85 10 " SECRET " 00)", "409000");
    cr_expect_str_eq(wrapped("80D80002(40 80 10 " SECRET " 00)") + 8, "9000");
    ANSWERS(wrapped, "80D80001(41 80 20 " SECRET SECRET " 00)", "6A80"); /* no length of DES */
    ANSWERS(wrapped, "80D80001(74 B0 05 0401020304 F0 01 00 00)", "749000");
    ANSWERS(wrapped, "80D80001(73 A1 03 010001 A0 08 0102030405060708 00)", "739000");
    ANSWERS(wrapped, "80D80001(50 90 10 " SECRET " 03 0A0B0C)", "500A0B0C9000");
    end();
}

Test(domain_commands, delete_of_keys)
{
    begin_selected(0x30, 0x03);
    ANSWERS(wrapped, put_three(0, 0x2A, 0x88, 16, false, "00"), "2A" AES_16 "9000");
    ANSWERS(wrapped, "80E40000(D00101 D2012A)", "009000");
    ANSWERS(wrapped, "80E40000(D00101 D2012A)", "6A88");
    ANSWERS(wrapped, "80E40000(D2012A)", "009000"); /* the two that are left */
    ANSWERS(wrapped, "80E40000(D2012A)", "6A88");
    ANSWERS(wrapped, "80E40000(D20130)", "6985"); /* the channel's own */
    ANSWERS(wrapped, "80E40000(D00101)", "6985"); /* of every version, that one too */
    ANSWERS(wrapped, "80E40000(D2022A2A)", "6A80");
    ANSWERS(wrapped, "80E40000(D20100)", "6A80");
    ANSWERS(wrapped, "80E40000(D2012A D00101)", "6A80");
    ANSWERS(wrapped, "80E40001(D2012A)", "6A86");
    ANSWERS(wrapped, "80E40000", "6A80");
    end();
}

#define APPLET "A000000001020305"
#define LOAD_FILE "A0000000010203"

Test(domain_commands, delete_of_applications)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, "80E40000(4F(" LOAD_FILE "))", "6985"); /* something was installed from it */
    ANSWERS(wrapped, "80E40000(4F(" MNO "))", "6985");
    ANSWERS(wrapped, "80E40000(4F(A0000000FF))", "6A82");
    ANSWERS(wrapped, "80E40000(4F())", "6A80");
    ANSWERS(wrapped, "80E40000(4F(" SSD "))", "009000");
    ANSWERS(wrapped, "80E40000(4F(" SSD "))", "6A82");
    ANSWERS(wrapped, "80E40080(4F(" LOAD_FILE "))", "009000");
    ANSWERS(wrapped, "80F22002024F0000", "6A88");
    ANSWERS(wrapped, "80F24002024F0000", "6A88");
    ANSWERS(plain, "00A40400(" SSD ")", "6A82");
    end();
}

Test(domain_commands, install_makes_a_domain)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped,
            "80E60400(07A0000001515350 08A000000151535041 08A0000001510000BB 03808000"
            "05C9(81020370) 00)",
            "6A80"); /* the field is longer than it says */
    ANSWERS(wrapped,
            "80E60400(07A0000001515350 08A000000151535041 08A0000001510000BB 0180"
            "(C9(81020370) EA(80(010000000002010606B20200B20201 00))) 00)",
            "009000");
    ANSWERS(wrapped, "80F24002(4F(A0000001510000BB))",
            "E3264F08A0000001510000BB9F700103C503800000C407A0000001515350CC08" MNO "9000");
    ANSWERS(plain, "00A40400(A0000001510000BB)", "6A82"); /* only installed */
    cr_assert_eq(open_session(0x30, 8, 0x01), 0x9000);
    ANSWERS(wrapped, "80E60800(00 00 08A0000001510000BB 0180 00 00)", "009000");
    ANSWERS(wrapped, "80E60800(00 00 08A0000001510000BB 0180 00 00)", "6985");
    struct domain_registry *registry;
    struct domain_entry *entry;
    cr_assert_eq(domain_by_tar(&domains, (const uint8_t[]){0xB2, 0x02, 0x01}, &registry, &entry),
                 0);
    cr_assert_not_null(entry);
    cr_expect_eq(entry->level, 0x06);
    ANSWERS(wrapped, "80F24002(4F(A0000001510000BB) 5C(CC))", "E30ACC08" MNO "9000");
    ANSWERS(plain, "00A40400(A0000001510000BB)", "6F108408A0000001510000BBA5049F6501FF9000");
    end();
}

#define OF_DOMAIN "07A0000001515350 08A000000151535041"

Test(domain_commands, install_refusals)
{
    static const struct refusal refusals[] = {
        {"80E60C00(" OF_DOMAIN " 08" SSD " 03808000 02C900 00)", "6985"}, /* it is there */
        {"80E60C00(07" LOAD_FILE " 08A000000001020304 08A0000000010203FF 0100 02C900 00)", "6A88"},
        {"80E60C00(07A0000001515350 08A0000001515350FF 08A0000000010203FF 0180 02C900 00)", "6A88"},
        {"80E60C00(" OF_DOMAIN " 08A0000001510000CC 0100 02C900 00)", "6A80"}, /* no domain */
        {"80E60C00(" OF_DOMAIN " 08A0000001510000CC 0180 00 00)", "6A80"},     /* no C9 */
        {"80E60C00(" OF_DOMAIN " 08A0000001510000CC 028080 02C900 00)", "6A80"},
        {"80E60C00(" OF_DOMAIN " 04A0000001 0180 02C900 00)", "6A80"},
        {"80E60C00(" OF_DOMAIN " 08A0000001510000CC 0180 02C900 00 00)", "6A80"},
        {"80E60C00(" OF_DOMAIN " 08A0000001510000CC 0180"
         "(C9() EA(80(010000000002010603B2010000))) 00)",
         "6985"}, /* a TAR that is another's */
        {"80E60C01(" OF_DOMAIN " 08A0000001510000CC 0180 02C900 00)", "6A86"},
        {"80E60F00(" OF_DOMAIN " 08A0000001510000CC 0180 02C900 00)", "6A86"},
        {"80E60800(00 00 08A0000000010203FF 0100 00 00)", "6A88"},
        {"80E61000(08A0000001510000DD 00 08" SSD " 00 00 00)", "6A88"}, /* no such domain */
        {"80E61000(08" APPLET " 00 08" SSD " 00 00 00)", "6A88"},       /* that is none */
        {"80E61000(08" SSD " 00 08" MNO " 00 00 00)", "6985"},          /* the root stays */
        {"80E62000(00 00 08A0000000010203FF 00 00 00)", "6A88"},
        {"80E62000(00 00 07" LOAD_FILE " 00 00 00)", "6985"},
        {"80E60200(07" LOAD_FILE " 00 00 00 00)", "6985"}, /* it is there */
        {"80E60200(00 00 00 00 00)", "6A80"},
        {"80E60200(07A0000000099999 08A0000001510000DD 00 00 00)", "6A88"},
        {"80E60200", "6A80"},
    };
    begin_selected(0x30, 0x01);
    REFUSE_ALL(refusals);
    end();
}

Test(domain_commands, extradition)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, "80E61000(08" SSD " 00 08A0000000010203FF 00 00 00)", "6A88");
    ANSWERS(wrapped, "80E61000(08" SSD " 00 08" APPLET " 00 00 00)", "009000");
    ANSWERS(wrapped, "80F24002(4F(" APPLET ") 5C(CC))", "E30ACC08" SSD "9000");
    ANSWERS(wrapped, "80E40000(4F(" SSD "))", "6985"); /* something is associated with it */
    ANSWERS(wrapped, "80E61000(08" MNO " 00 08" APPLET " 00 00 00)", "6985"); /* not its own now */
    ANSWERS(wrapped, "80E64000(08" MNO " 00 08" APPLET " 00 00 00)", "6985"); /* not its own now */
    end();
}

/* A registry update gives away as an extradition does, and refuses what that refuses. */
Test(domain_commands, registry_update)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, "80E64000(08A0000001510000DD 00 08" APPLET " 00 00 00)", "6A88");
    ANSWERS(wrapped, "80E64000(08" APPLET " 00 08" SSD " 00 00 00)", "6A88");
    ANSWERS(wrapped, "80E64000(08" SSD " 00 08" MNO " 00 00 00)", "6985");
    ANSWERS(wrapped, "80E64000(00 00 08A0000000010203FF 00 00 00)", "6A88");
    ANSWERS(wrapped, "80F24002(4F(" APPLET ") 5C(CC))", "E30ACC08" MNO "9000");
    ANSWERS(wrapped, "80E64000(08" SSD " 00 08" APPLET " 00 00 00)", "009000");
    ANSWERS(wrapped, "80F24002(4F(" APPLET ") 5C(CC))", "E30ACC08" SSD "9000");
    ANSWERS(wrapped, "80E64000(08" MNO " 00 08" APPLET " 00 00 00)", "6985"); /* not its own now */
    end();
}

/* Of a CAP file the applet component alone: one class. */
Test(domain_commands, load_keeps_and_lists)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, "80E80000(C4(01))", "6985"); /* none begun */
    ANSWERS(wrapped, "80E60200(07A0000000099999 00 00 (EF(C6020100)) 00)", "009000");
    ANSWERS(wrapped, "80E80000(C410 0300 0B 01 08A0)", "9000");
    ANSWERS(wrapped, "80E88001(00000009999901 0000)", "6A80"); /* shorter than it says */
    uint64_t before, after;
    cr_assert_eq(store_used(domains.store, &before), 0);
    ANSWERS(wrapped, "80E60200(07A0000000099999 00 00 00 00)", "009000");
    ANSWERS(wrapped, "80E80000(C40F 03 000C 01 08A0)", "9000");
    ANSWERS(wrapped, "80E88001(00000009999901 0000)", "009000");
    cr_assert_eq(store_used(domains.store, &after), 0);
    cr_expect_eq(after - before, 15, "the code takes %d bytes", (int)(after - before));
    ANSWERS(wrapped, "80F21002(4F(A0000000099999))",
            "E3214F07A00000000999999F7001018408A000000009999901CC08" MNO "9000");
    ANSWERS(wrapped,
            "80E60C00(07A0000000099999 08A000000009999901 08A000000009999901 0100 02C900 00)",
            "6A88"); /* nothing runs it */
    ANSWERS(wrapped, "80E60200(07A0000000088888 00 00 00 00)", "009000");
    ANSWERS(wrapped, "80E80001(C4(01))", "6985"); /* the first is 00 */
    domains.memory = 0;
    ANSWERS(wrapped, "80E60200(07A0000000088888 00 00 00 00)", "009000");
    ANSWERS(wrapped, "80E88000(C4(01))", "6A84");
    ANSWERS(wrapped, "80E81000(C4(01))", "6A86");
    end();
}

/* The registry is let go while the card is idle, and read again. */
Test(domain_commands, what_is_loaded_into_a_registry_that_cannot_be_read_fails)
{
    static const uint8_t name[] = {0xA0, 0, 0};
    const struct store_domain damaged = {STORE_DOMAIN_ENTRY, bytes_of(name, sizeof(name)),
                                         BYTES(0xFF)};
    uint8_t room[64], sent_room[64];
    struct writer response = writer_on(room, sizeof(room));
    struct writer sent = writer_on(sent_room, sizeof(sent_room));
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, "80E60200(07A0000000088888 00 00 00 00)", "009000");
    domain_rest(&domains);
    cr_assert_eq(store_domain_put(domains.store, domains.profile, &damaged), 0);
    scp_host_wrap(&host, command_of("80E88000(C401AA)"), &sent);
    cr_expect_lt(carry_out(writer_bytes(&sent), &response), 0);
    cr_expect(strstr(test_trace, "cannot be read") != NULL, "%s", test_trace);
    end();
}

Test(domain_commands, set_status_goes_forwards_and_locks)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, "80F0400F(" APPLET ")", "9000");
    ANSWERS(wrapped, "80F04087(" APPLET ")", "9000");
    ANSWERS(wrapped, "80F24002(4F(" APPLET ") 5C(9F70))", "E3049F70018F9000");
    ANSWERS(wrapped, "80F04000(" APPLET ")", "9000");
    ANSWERS(wrapped, "80F24002(4F(" APPLET ") 5C(9F70))", "E3049F70010F9000");
    ANSWERS(wrapped, "80F04007(" SSD ")", "6985"); /* it is personalized */
    ANSWERS(wrapped, "80F04003(" APPLET ")", "6985");
    ANSWERS(wrapped, "80F0C080(" SSD ")", "9000");
    ANSWERS(wrapped, "80F04007(A0000000FF)", "6A88");
    ANSWERS(wrapped, "80F04007(" LOAD_FILE ")", "6A88");
    ANSWERS(wrapped, "80F04007", "6A80");
    ANSWERS(wrapped, "80F0200F(" APPLET ")", "6A86");
    ANSWERS(wrapped, "80F0807F", "6985");
    ANSWERS(wrapped, "80F080FF", "6985");
    ANSWERS(plain, "00A40400(" SSD ")", "6F108408" SSD "A5049F6501FF6283");
    end();
}

/* The states of a card (GlobalPlatform §5.1.1), for a domain that may lock it. */
Test(domain_commands, card_states_go_forwards_and_back_from_a_lock)
{
    static const char *const rows[][2] = {
        {"80F0800F", "9000"},                       /* INITIALIZED to SECURED */
        {"80F08007", "6985"},                       /* and not back */
        {"80F0807F", "9000"},                       /* CARD_LOCKED */
        {"80F08007", "6985"}, {"80F0800F", "9000"}, /* unlocked */
        {"80F080FF", "6985"},                       /* TERMINATED never */
    };
    char package[sizeof(PACKAGE) + 8];
    snprintf(package, sizeof(package), "%s", PACKAGE);
    memcpy(strstr(package, "82(82DC00) 83(0F)"), "82(92DC00) 83(07)", 17);
    begin_with(package);
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    cr_assert_eq(open_session(0x30, 8, 0x01), 0x9000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ANSWERS(wrapped, rows[i][0], rows[i][1]);
    end();
}

Test(domain_commands, store_data_keeps_objects)
{
    begin_selected(0x30, 0x03);
    ANSWERS(wrapped, "80E28800(0070 07 420112 45020102 0085 02 AABB)", "9000");
    ANSWERS(wrapped, "80CA004200", "4201129000");
    ANSWERS(wrapped, "80CA004500", "450201029000");
    ANSWERS(wrapped, "80CA008500", "AABB9000");
    ANSWERS(wrapped, "80E20800(0085 04 0102)", "9000");
    ANSWERS(wrapped, "80E28801(0304)", "9000"); /* a grouping in two blocks */
    ANSWERS(wrapped, "80CA008500", "010203049000");
    /* one that grows over five blocks, in the order they came */
    for (unsigned i = 0; i < 5; i++) {
        char block[2 * 100 + 32], part[2 * 100 + 1];
        memset(part, 'A' + (int)i, sizeof(part) - 1);
        part[sizeof(part) - 1] = '\0';
        snprintf(block, sizeof(block), "80E2%s%02X(%s%s)", i == 4 ? "88" : "08", i,
                 i == 0 ? "0086 FF01F4" : "", part);
        ANSWERS(wrapped, block, "9000");
    }
    const char *grown = wrapped("80CA008600");
    for (size_t i = 0; i < 5 * 200; i++)
        cr_assert_eq(grown[i], 'A' + (int)(i / 200), "%zu: %s", i, grown);
    ANSWERS(wrapped, "80E29000(5F500161)", "9000");
    ANSWERS(wrapped, "80CA5F5000", "5F5001619000");
    ANSWERS(wrapped, "80E28801(0085 01 00)", "6985"); /* block 00 comes first */
    ANSWERS(wrapped, "80E28800(0085 05 00)", "6A80");
    ANSWERS(wrapped, "80E28800(0070 02 4201)", "6A80");
    ANSWERS(wrapped, "80E28000(42 01 00)", "6A80");            /* of no structure */
    ANSWERS(wrapped, "80E29000(5F500162 4202)", "6A80");       /* the second is cut: */
    ANSWERS(wrapped, "80E29000(5F500162 9F81010163)", "6A80"); /* no tag that GET DATA could name */
    ANSWERS(wrapped, "80CA5F5000", "5F5001619000");            /* and the first was not kept */
    ANSWERS(wrapped, "80CA008500", "010203049000");
    end();
}

/* Each grouping's content is enciphered by the session's key for data. */
Test(domain_commands, store_data_is_deciphered)
{
    static const struct {
        const char *p1, *answer;
        size_t len; /* of what is sent of 16 enciphered bytes */
    } rows[] = {
        {"A8", "6A80", 16},                    /* enciphered, but how is not known */
        {"F0", "6A80", 16},                    /* no groupings */
        {"E8", "6A80", 15},                    /* no whole blocks */
        {"E8", "9000", 16}, {"E8", "9000", 0}, /* an empty one stays empty */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[32];
        char digits[64], text[128];
        struct writer data = writer_on(room, sizeof(room));
        begin_selected(0x30, 0x01);
        scp_host_encipher(&host, bytes_of_text("sixteen bytes..."), &data);
        hex_encode(bytes_of(room, rows[i].len), digits);
        snprintf(text, sizeof(text), "80E2%s00(0085 %02zX %s)", rows[i].p1, rows[i].len, digits);
        ANSWERS(wrapped, text, rows[i].answer);
        if (strcmp(rows[i].answer, "9000") == 0)
            ANSWERS(wrapped, "80CA008500",
                    rows[i].len > 0 ? "7369787465656E2062797465732E2E2E9000" : "9000");
        end();
        test_remove_folder();
        test_make_folder();
    }
}

/* The counter of the keys that a session is opened with, where none is stored as an object. */
Test(domain_commands, the_sequence_counter_is_told)
{
    begin_with(ROOT DOMAIN_MNO_COUNTING("64") END);
    ANSWERS(plain, SELECT_MNO, FCI_MNO);
    ANSWERS(plain, "80CA00C100", "C10200649000");
    end();
}

Test(domain_commands, a_domain_without_privileges_manages_itself_alone)
{
    begin_selected(0x30, 0x01);
    ANSWERS(wrapped, INSTALL_SD(SSD "01"), "009000");
    struct domain_registry *registry;
    struct domain_context context;
    uint8_t room[256];
    struct writer response = writer_on(room, sizeof(room));
    struct apdu apdu;
    domain_context_init(&context, &domains);
    context.owner = domains.profile;
    context.aid = test_domain_aid(SSD);
    context.authenticated = true;
    cr_assert_eq(domain_context_registry(&domains, domains.profile, &registry), 0);
    static const struct refusal refusals[] = {
        {INSTALL_SD("A0000001510000EE"), "6985"},
        {"80E40000(4F(" APPLET "))", "6985"},
        {"80F04087(" APPLET ")", "6985"},
        {"80F28002(4F())", "6A86"},
        {"80EE0000", "6D00"},
        {"80F22002(4F())", "6A88"},
        {"80F0807F", "6985"},
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        cr_assert_eq(apdu_parse(command_of(refusals[i].command), &apdu), 0);
        writer_reset(&response);
        const int status = domain_execute(&context, &apdu, &response);
        cr_expect_str_eq(text_of((struct bytes){0}, (uint16_t)status), refusals[i].answer, "%s",
                         refusals[i].command);
    }
    /* What is associated with it, it may lock. */
    ANSWERS(wrapped, "80E61000(08" SSD " 00 08" APPLET " 00 00 00)", "009000");
    cr_assert_eq(apdu_parse(command_of("80F04087(" APPLET ")"), &apdu), 0);
    cr_expect_eq(domain_execute(&context, &apdu, &response), 0);
    domain_context_end(&context);
    end();
}

/* ARA-M, as the card sends to it. */
static const char *rules(const char *text)
{
    uint8_t room[1024];
    struct writer response = writer_on(room, sizeof(room));
    struct apdu apdu;
    const struct command_row *row;
    cr_assert_eq(apdu_parse(command_of(text), &apdu), 0);
    int status = command_match(&access_rules_application.commands, &apdu, &row);
    if (status == 0)
        status = row->handle(&domains, &apdu, &response);
    cr_assert_geq(status, 0);
    cr_assert_eq(store_commit(domains.store), 0);
    return text_of(writer_bytes(&response), status == 0 ? 0x9000 : (uint16_t)status);
}

#define RULE(aid) "E2(E1(4F(" aid ") C1()) E3(D0(01) D1(01) DB(0000000000000001)))"
#define TOLD(aid_len, aid, lens) lens "4F" aid_len aid "C100E310D00101D10101DB080000000000000001"
#define RULES_AID "A00000015141434C00"

Test(domain_commands, access_rules_are_told_the_newest_first)
{
    begin();
    settings.rules = DOMAIN_RULES_OPEN;
    const struct domain_aid aid = test_domain_aid(RULES_AID);
    cr_expect(access_rules_are_there(&domains, &aid));
    ANSWERS(rules, "80CAFF4000", "FF40009000");
    ANSWERS(rules, "80CADF2000", "DF200800000000000000009000");
    ANSWERS(rules, "80E29000(F0(" RULE("A00000000001") "))", "9000");
    ANSWERS(rules, "80E29000(F0(" RULE("") "))", "9000");
    ANSWERS(rules, "80CAFF4000",
            "FF403A" TOLD("00", "", "E218E104") TOLD("06", "A00000000001", "E21EE10A") "9000");
    ANSWERS(rules, "80CAFF50(E1(4F() C1()))", "FF5012E310D00101D10101DB0800000000000000019000");
    ANSWERS(rules, "80CAFF50(E1(4F(A000000002) C1()))", "6A88");
    cr_expect_str_neq(rules("80CADF2000"), "DF200800000000000000009000");
    cr_expect_str_eq(rules("80CADF2100"), "DF2107E505E6030101009000");
    domain_set_profile(&domains, domains.profile); /* read anew */
    ANSWERS(rules, "80E29000(F0(" RULE("") "))", "6381");
    ANSWERS(rules, "80E29000(F1(4F()))", "9000");
    ANSWERS(rules, "80CAFF4000", "FF4020" TOLD("06", "A00000000001", "E21EE10A") "9000");
    ANSWERS(rules, "80E29000(F1(4F()))", "6A88");
    /* those of one application for one device application, whatever they say */
    ANSWERS(rules,
            "80E29000(F1(E1(4F(A00000000001) C1(0102030405060708090A0B0C0D0E0F1011121314))))",
            "6A88");
    ANSWERS(rules, "80E29000(F1(E1(4F(A00000000001) C1())))", "9000");
    ANSWERS(rules, "80CAFF4000", "FF40009000");
    ANSWERS(rules, "80E29000(F0(" RULE("") "))", "9000");
    ANSWERS(rules, "80E29000(F100)", "9000");
    ANSWERS(rules, "80CAFF4000", "FF40009000");
    end();
}

Test(domain_commands, access_rules_refusals)
{
    static const struct refusal refusals[] = {
        {"80E29000(F0())", "6A80"},
        {"80E29000(F0(E2()))", "6A80"},
        {"80E29000(F0(E2(E1(4F(A000)) E3(D0(01)))))", "6A80"},
        {"80E29000(F0(E2(E1(4F() C1(0102)) E3(D0(01)))))", "6A80"},
        {"80E29000(F0(E2(E1(4F()) E3(D0(0102)))))", "6A80"},
        {"80E29000(F0(E2(E1(4F()) E3(DB(01)))))", "6A80"},
        {"80E29000(F0(E2(E1(4F()) E3())))", "6A80"},
        {"80E29000(F0(E2(E1(4F()) E3(D0(01)) E3(D0(01)))))", "6A80"},
        {"80E29000(EE())", "6A80"},
        {"80E29000(F1(C0()))", "6A80"},
        {"80E28000(F100)", "6A86"},
        {"80CAFF4100", "6A86"},
        {"80CAFF6000", "6A88"},
    };
    begin();
    settings.rules = DOMAIN_RULES_OPEN;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        ANSWERS(rules, refusals[i].command, refusals[i].answer);
    ANSWERS(rules, "80CAFF4000", "FF40009000");
    settings.rules = DOMAIN_RULES_SECURED;
    ANSWERS(rules, "80E29000(F100)", "6982");
    settings.rules = DOMAIN_RULES_PACKAGE;
    const struct domain_aid aid = test_domain_aid(RULES_AID);
    cr_expect_not(access_rules_are_there(&domains, &aid));
    end();
}

Test(domain_commands, many_access_rules_come_in_parts)
{
    begin();
    settings.rules = DOMAIN_RULES_OPEN;
    char command[128], all[4096] = "";
    for (unsigned i = 0; i < 20; i++) {
        snprintf(command, sizeof(command), "80E29000(F0(" RULE("A0000000%02X") "))", i);
        ANSWERS(rules, command, "9000");
    }
    const char *got = rules("80CAFF4000");
    while (strcmp(got, "6A88") != 0) {
        cr_expect_str_eq(got + strlen(got) - 4, "9000");
        cr_expect_leq(strlen(got), 2 * 255 + 4);
        sprintf(all + strlen(all), "%.*s", (int)strlen(got) - 4, got);
        got = rules("80CAFF6000");
    }
    struct bytes kept;
    cr_assert_eq(access_rules_all(&domains, &kept), 0);
    cr_expect_eq(strlen(all), 2 * (5 + kept.len));
    cr_expect_eq(strncmp(all, "FF40820", 7), 0);
    end();
}

/* What was begun before is of another application. */
Test(domain_commands, install_for_personalization_begins_store_data_anew)
{
    begin_selected(0x30, 0x03);
    settings.rules = DOMAIN_RULES_SECURED;
    ANSWERS(wrapped, "80E20800(0085 04 0102)", "9000");
    ANSWERS(wrapped, "80E62000(00 00 09" RULES_AID " 00 00 00)", "009000");
    ANSWERS(wrapped, "80E28801(0304)", "6985"); /* block 00 comes first */
    ANSWERS(wrapped, "80CA008500", "6A88");
    end();
}

Test(domain_commands, access_rules_come_through_their_domain)
{
    begin_selected(0x30, 0x03);
    settings.rules = DOMAIN_RULES_SECURED;
    ANSWERS(wrapped, "80E62000(00 00 09" RULES_AID " 00 00 00)", "009000");
    ANSWERS(wrapped, "80E29000(F0(" RULE("") "))", "9000");
    ANSWERS(rules, "80CAFF4000", "FF401A" TOLD("00", "", "E218E104") "9000");
    end();
}

/* The ISD-R, as somebody who has its keys. */
static const char *by_chip(const char *text)
{
    uint8_t room[1024];
    struct writer response = writer_on(room, sizeof(room));
    struct domain_context *context;
    struct apdu apdu;
    cr_assert_eq(apdu_parse(command_of(text), &apdu), 0);
    cr_assert_eq(domain_channel(&domains, 1, &context), 0);
    context->owner = DOMAIN_OWNER_CHIP;
    context->aid = domains.chip_aid;
    context->authenticated = true;
    const int status = domain_execute(context, &apdu, &response);
    cr_assert_geq(status, 0, "%s", test_trace);
    return text_of(writer_bytes(&response), status == 0 ? 0x9000 : (uint16_t)status);
}

/* What the ISD-R has begun with one profile's entries never ends in another's. */
Test(domain_commands, what_is_under_way_ends_when_another_profile_is_enabled)
{
    begin();
    settings.rules = DOMAIN_RULES_SECURED;
    const uint32_t profile = domains.profile;
    ANSWERS(by_chip, "80E60200(07A0000000088888 00 00 00 00)", "6985"); /* not for the ISD-R */
    ANSWERS(by_chip, "80E62000(00 00 09" RULES_AID " 00 00 00)", "009000");
    ANSWERS(by_chip, "80E21000(F01AE218)", "9000");
    domain_set_profile(&domains, profile); /* the same: read anew */
    ANSWERS(by_chip, "80E29001(E1(4F() C1()) E3(D0(01) D1(01) DB(0000000000000001)))", "9000");
    ANSWERS(rules, "80CAFF4000", "FF401A" TOLD("00", "", "E218E104") "9000");
    ANSWERS(by_chip, "80E21000(F01AE218)", "9000");
    domain_set_profile(&domains, profile + 1);
    ANSWERS(by_chip, "80E29001(E1(4F() C1()) E3(D0(01) D1(01) DB(0000000000000001)))", "6985");
    ANSWERS(by_chip, "80E29000(F0(" RULE("") "))", "9000"); /* an object of its own */
    ANSWERS(rules, "80CAFF4000", "FF40009000");
    end();
}

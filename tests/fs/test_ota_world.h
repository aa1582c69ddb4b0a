/* A chip with a profile that is managed over the air, and an operator who has its keys. */
#ifndef EMUICC_TESTS_FS_TEST_OTA_WORLD_H
#define EMUICC_TESTS_FS_TEST_OTA_WORLD_H

#include "tests/fs/test_domain.h"

#include "apdu/hex.h"
#include "crypto/primitives/scp80.h"
#include "fs/domain/domain.h"
#include "fs/ota/ota.h"

#define OTA_ARR "8001019000 800142A40683010A950108"
#define OTA_MF                                                                                     \
    "B0(" MANDATED("01") "81(67810F010201) A2(A1(C6(010A))) A4(83(988812010000000010F1))"          \
                         "A5(A1(82(42210026) 80(26))) A6(A1(82(42210024) 80(48)) 83(" OTA_ARR      \
                         ")))"
#define OTA_FILE                                                                                   \
    GENERIC(                                                                                       \
        "80() " EF("2F10", "80(04)") "81(01020304) 80(7FF0) " EF("6F10", "80(04)") "81(05060708)")
#define OTA_KEY(version, identifier, type, data)                                                   \
    "30(95(18) 82(" identifier ") 83(" version ") 30(30(80(" type ") 86(" data "))))"
#define OTA_KIC "66778899AABBCCDD1122334455EEFF10"
#define OTA_KID "112233445566778899AABBCCDDEEFF10"
#define OTA_KIK "202122232425262728292A2B2C2D2E2F"
#define OTA_SET(version, type)                                                                     \
    OTA_KEY(version, "01", type, OTA_KIC)                                                          \
    OTA_KEY(version, "02", type, OTA_KID) OTA_KEY(version, "03", type, OTA_KIK)
#define OTA_DOMAIN                                                                                 \
    "A6(" MANDATED("08") "A1(4F(A0000001515350) 4F(A000000151535041) 4F(A000000151000000)"         \
                         "82(82DC00) 83(0F) C9(81028000)"                                          \
                         "EA(80(010000000002010606B2010000000000)))"                               \
                         "A2(" OTA_SET("01", "80") OTA_SET("02", "88") "))"
#define OTA_RFM(aid, tar, level, domain, admin, adf)                                               \
    "A7(" MANDATED("09") "4F(" aid ") A0(04(" tar ")) 81(" level ") 04(" domain ") 04(" admin      \
                         ")" adf ")"
#define OTA_INSTANCES                                                                              \
    OTA_RFM("A00000055910100001", "B00120", "00", "00", "00", "")                                  \
    OTA_RFM_OTHERS
#define OTA_RFM_OTHERS                                                                             \
    "A7(" FREE("10") "4F(A00000055910100002) A0(04(B00121)) 81(16) 04(00) 04(00))"                 \
                     "A7(" FREE(                                                                   \
                         "11") "4F(A00000055910100003) A0(04(B00122)) 81(00) 04(FF) 04(FF))"       \
                               "A7(" FREE("12") "4F(A00000055910100004) A0(04(B00123)) 81(00) "    \
                                                "04(02000100) 04(FF))"                             \
                                                "A7(" FREE(                                        \
                                                    "13") "4F(A00000055910100005) A0(04(B00140)) " \
                                                          "81(00) 04(FF) 04(FF)"                   \
                                                          "30(80(A0000000871002) 81(00) 82(00)))"
#define OTA_PACKAGE                                                                                \
    HEADER OTA_MF PUKS PINS USIM LOCAL_PINS AKA OTA_DOMAIN OTA_INSTANCES OTA_FILE END

#define OTA_READ "00A40004022F10 00B0000004"
#define OTA_READ_ANSWER "02900001020304"
#define OTA_WRITE "00A40004022F10 00D6000002AABB"

struct world {
    struct store *store;
    uint32_t profile;
    struct random random;
    struct uicc uicc;
    struct domains domains;
    struct ota ota;
    char metadata[64]; /* what UpdateMetadata was given, hexadecimal */
    uint8_t response[APDU_RESPONSE_MAX];
};

static inline int world_take_metadata(void *context, struct bytes request)
{
    struct world *world = context;
    hex_encode(request, world->metadata);
    return request.len > 0 ? 0 : SW_WRONG_DATA;
}

static inline struct world *world_open(uint32_t profile)
{
    struct world *world = calloc(1, sizeof(*world));
    world->store = test_open(test_folder);
    world->profile = profile != 0 ? profile : test_domain_profile(world->store, OTA_PACKAGE);
    random_init_seeded(&world->random, bytes_of_text("ota"));
    cr_assert_eq(uicc_init(&world->uicc, world->store, &world->random), 0);
    cr_assert_eq(uicc_load(&world->uicc, world->profile), 0);
    static const uint8_t eid[16] = {0x89};
    world->domains = (struct domains){.store = world->store,
                                      .random = &world->random,
                                      .settings = &domain_settings_default,
                                      .eid = eid,
                                      .memory = 100000};
    domain_init(&world->domains);
    domain_set_profile(&world->domains, world->profile);
    ota_init(&world->ota, &world->domains, &world->uicc);
    world->ota.update_metadata = world_take_metadata;
    world->ota.update_context = world;
    return world;
}

static inline void world_close(struct world *world)
{
    ota_finish(&world->ota);
    domain_finish(&world->domains);
    uicc_finish(&world->uicc);
    store_close(world->store);
    free(world);
}

/* A command as from the terminal, on the basic channel: its status, and what it answers. */
static inline int world_transmit(struct world *world, struct bytes command, struct bytes *answer)
{
    struct writer response = writer_on(world->response, sizeof(world->response));
    const struct command_row *row;
    struct apdu apdu;
    cr_assert_eq(apdu_parse(command, &apdu), 0);
    cr_assert_eq(command_match(&uicc_application.commands, &apdu, &row), 0);
    const int status = row->handle(&world->uicc, &apdu, &response);
    *answer = writer_bytes(&response);
    return status;
}

static inline const char *world_terminal(struct world *world, const char *command)
{
    static char text[600];
    uint8_t room[300];
    struct writer out = writer_on(room, sizeof(room));
    struct bytes answer;
    cr_assert_eq(*test_put(&out, command), 0);
    const int status = world_transmit(world, writer_bytes(&out), &answer);
    hex_encode(answer, text);
    sprintf(text + strlen(text), "%04X", status == 0 ? 0x9000 : status);
    return text;
}

/* What an operator sends. */
struct order {
    uint8_t spi1, spi2, kic, kid;
    const char *tar;
    uint8_t counter;
    const char *script;
};
#define ORDER_USUAL(name, content)                                                                 \
    {                                                                                              \
        .spi1 = 0x06, .spi2 = 0x19, .kic = 0x22, .kid = 0x22, .tar = (name), .script = (content)   \
    }

static inline struct bytes world_hex(const char *text, uint8_t *room, size_t size)
{
    struct writer out = writer_on(room, size);
    cr_assert_eq(*test_put(&out, text), 0, "%s", text);
    return writer_bytes(&out);
}

static inline struct scp80_header order_header(const struct order *order)
{
    struct scp80_header header = {{order->spi1, order->spi2}, order->kic, order->kid, {0}};
    uint8_t room[8];
    memcpy(header.tar, world_hex(order->tar, room, sizeof(room)).data, SCP80_TAR_SIZE);
    return header;
}

static inline enum scp80_key_type order_type(uint8_t byte)
{
    return (byte & 0xF) == 2 ? SCP80_KEY_AES : SCP80_KEY_DES;
}

static inline struct scp80_keys order_keys(const struct order *order, uint8_t room[2][16])
{
    return (struct scp80_keys){
        {order_type(order->kic), 8, world_hex(OTA_KIC, room[0], 16)},
        {order_type(order->kid == 0x15 && (order->spi1 & 3) == 1 ? order->kic : order->kid), 8,
         world_hex(OTA_KID, room[1], 16)}};
}

static inline struct bytes order_packet(const struct order *order, uint8_t *out, size_t size)
{
    uint8_t keys_room[2][16], script[2048];
    const struct scp80_keys keys = order_keys(order, keys_room);
    struct scp80_header header = order_header(order);
    const bool is_signed = (order->spi1 & SCP80_INTEGRITY) == SCP80_DIGITAL_SIGNATURE;
    const uint8_t counter[SCP80_COUNTER_SIZE] = {0, 0, 0, 0, order->counter};
    struct writer packet = writer_on(out, size);
    if (is_signed)
        header.spi[0] &= (uint8_t)~SCP80_INTEGRITY;
    cr_assert_eq(scp80_put_command(&header, &keys, counter,
                                   world_hex(order->script, script, sizeof(script)), &packet),
                 0);
    if (is_signed) /* says so, and is not: nobody here can */
        out[3] |= SCP80_DIGITAL_SIGNATURE;
    return writer_bytes(&packet);
}

/* What is reported, in words: "00 029000…", "-" for nothing. */
static inline const char *world_report(const struct order *order, struct bytes report)
{
    static char text[1024];
    uint8_t keys_room[2][16], room[512];
    const struct scp80_keys keys = order_keys(order, keys_room);
    const struct scp80_header header = order_header(order);
    struct scp80_header plain = header;
    struct scp80_response response;
    plain.spi[1] = 0;
    if (report.len == 0)
        return "-";
    if (scp80_read_response(report, &header, &keys, room, &response) != SCP80_OK)
        cr_assert_eq(scp80_read_response(report, &plain, &keys, room, &response), SCP80_OK);
    cr_expect_arr_eq(response.tar, header.tar, sizeof(response.tar));
    if (response.status == SCP80_OK)
        cr_expect_eq(response.counter[SCP80_COUNTER_SIZE - 1], order->counter, "%02X of %02X",
                     response.counter[SCP80_COUNTER_SIZE - 1], order->counter);
    sprintf(text, "%02X ", response.status);
    hex_encode(response.data, text + strlen(text));
    return text;
}

/* Sends a packet in one message and reads the report. */
static inline const char *world_order(struct world *world, const struct order *order)
{
    uint8_t packet[SMS_USER_DATA_MAX + 64], text[512], envelope[512];
    struct writer user_data = writer_on(text, sizeof(text)),
                  out = writer_on(envelope, sizeof(envelope));
    writer_put(&user_data, BYTES(0x02, 0x70, 0x00));
    writer_put(&user_data, order_packet(order, packet, sizeof(packet)));
    writer_put(&out, BYTES(0x80, 0xC2, 0x00, 0x00, 0x00));
    sms_put_envelope(&(struct sms_message){.originator = BYTES(0x08, 0x81, 0x21, 0x43, 0x65, 0x87),
                                           .user_data = writer_bytes(&user_data)},
                     &out);
    envelope[4] = (uint8_t)(out.len - 5);
    struct bytes report;
    const int status = world_transmit(world, writer_bytes(&out), &report);
    cr_assert_eq(status, 0, "SPI %02X%02X: %04X", order->spi1, order->spi2, (unsigned)status);
    return world_report(order, report);
}

static inline void world_expect(struct world *world, const struct order *order, const char *wanted)
{
    const char *got = world_order(world, order);
    cr_expect_str_eq(got, wanted, "SPI %02X%02X, %s: %s, not %s", order->spi1, order->spi2,
                     order->script, got, wanted);
}

#endif

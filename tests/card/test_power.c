/* A whole life of a chip, its power going at every moment of it: before each command, after each
 * answer, and before each write, sync, cut and deletion that the store asks of its disk. Whatever
 * reached the disk by then, the chip that starts again is the one before the command or the one
 * after it; once the command was answered, the one after it.
 *
 * At each moment the process forks: the child loses its power (power_cut.h), starts the chip anew
 * and tells what it finds; the life goes on in the parent. EMUICC_POWER_SEEDS says how often chance
 * is tried at a moment. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/domain/domain.h"
#include "tests/isd-r/iot_world.h"
#include "tests/isd-r/peer_rpm.h"
#include "tests/isd-r/v3.h"
#include "tests/support/operator.h"
#include "tests/support/power_cut.h"
#include "tests/support/store_digest.h"
#include "tests/support/talk.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/card.h"
#include "fs/ota/sms.h"

#define SEEDS 1
#define TRIALS_MAX 100000
#define WRONG_SIZE 256

/* What a chip was found to be after a cut. */
struct trial {
    uint8_t digest[SHA256_SIZE];
    enum power_cut kind;
    uint64_t seed;
    char wrong[WRONG_SIZE]; /* empty: nothing */
};

static struct card card;
static struct iot_world world;
static char folder[] = "/tmp/emuicc-power-XXXXXX";
static char state[64];

static struct trial *shared; /* where a child tells its parent */
static struct trial trials[TRIALS_MAX];
static size_t trial_count, moments, cuts;
static uint8_t before[SHA256_SIZE]; /* the chip as of the last answer */
static char doing[64];

/* In the child */

static void note_trace(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level == TRACE_ERROR && shared->wrong[0] == '\0')
        snprintf(shared->wrong, sizeof(shared->wrong), "it says: %s", text);
}

static int load_profile(void *context, const struct store_profile *row)
{
    struct profile *profile;
    unsigned *enabled = context;
    *enabled += row->state;
    const int result = store_profile_load(card.store, row->id, &profile);
    if (result == 0)
        profile_destroy(profile);
    return result;
}

static const char *check_profiles(void)
{
    unsigned enabled = 0;
    if (store_each_profile(card.store, load_profile, &enabled) != 0)
        return "a profile cannot be read";
    return enabled > 1 ? "two profiles are enabled" : NULL;
}

#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"

static const char *check_start(void)
{
    if (card_open(&card, state) != 0)
        return "the store cannot be opened";
    if (store_is_new(card.store))
        return NULL; /* a chip that is not yet made */
    if (card_start(&card) != 0)
        return "the chip does not start";
    card_power(&card, CARD_ON);
    (void)talk(&card, SELECT_ISD_R);
    if (strncmp(talk_es10(&card, "BF2D00"), "BF2D", 4) != 0)
        return "GetProfilesInfo is not answered";
    return check_profiles();
}

static void come_back(enum power_cut kind, uint64_t seed)
{
    trace_to(note_trace, NULL);
    power_cut_settle(kind, seed);
    const char *wrong = store_digest(state, shared->digest);
    if (wrong == NULL)
        wrong = check_start();
    if (wrong != NULL)
        snprintf(shared->wrong, sizeof(shared->wrong), "%s", wrong);
}

/* In the parent */

static void cut(enum power_cut kind, uint64_t seed)
{
    int status;
    *shared = (struct trial){.kind = kind, .seed = seed};
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        come_back(kind, seed);
        _exit(0);
    }
    cr_assert(waitpid(child, &status, 0) == child);
    if (status != 0)
        snprintf(shared->wrong, sizeof(shared->wrong), "its process ends with status %x", status);
    cr_assert(trial_count < TRIALS_MAX);
    trials[trial_count++] = *shared;
    cuts++;
}

static uint64_t seeds(void)
{
    const char *text = getenv("EMUICC_POWER_SEEDS");
    return text != NULL ? strtoull(text, NULL, 10) : SEEDS;
}

/* All that can happen to the disk now. Without a sync since the last moment, nothing new can be
 * lost; with nothing unsynced, nothing can be torn. */
static void moment(void *context)
{
    static size_t syncs_seen = SIZE_MAX;
    (void)context;
    moments++;
    cut(POWER_CUT_KILLED, 0);
    if (power_cut_syncs() != syncs_seen)
        cut(POWER_CUT_CLEAN, 0);
    syncs_seen = power_cut_syncs();
    for (uint64_t seed = 1; seed <= seeds() && power_cut_unsynced() > 0; seed++)
        cut(POWER_CUT_TORN, moments * 1000 + seed);
}

static void expect(const struct trial *trial, const uint8_t *one, const uint8_t *other)
{
    static const char *const kinds[] = {"killed", "cut clean", "torn"};
    const bool whole = memcmp(trial->digest, one, SHA256_SIZE) == 0 ||
                       memcmp(trial->digest, other, SHA256_SIZE) == 0;
    cr_expect(trial->wrong[0] == '\0', "%s, %s (seed %lu): %s", doing, kinds[trial->kind],
              (unsigned long)trial->seed, trial->wrong);
    cr_expect(whole, "%s, %s (seed %lu): neither the old chip nor the new one", doing,
              kinds[trial->kind], (unsigned long)trial->seed);
}

/* A command was answered: from now on only what it left counts, whatever is lost. */
static void answered(void)
{
    uint8_t after[SHA256_SIZE];
    const size_t last = trial_count;
    moment(NULL);
    memcpy(after, trials[last].digest, sizeof(after));
    for (size_t i = 0; i < last; i++)
        expect(&trials[i], before, after);
    for (size_t i = last; i < trial_count; i++)
        expect(&trials[i], after, after);
    memcpy(before, after, sizeof(before));
    trial_count = 0;
}

static uint16_t carry(void *context, struct bytes command, struct writer *data)
{
    static uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    (void)context;
    snprintf(doing, sizeof(doing), "INS %02X P1 %02X P2 %02X after %zu moments", command.data[1],
             command.data[2], command.data[3], moments);
    (void)memory_disk_use();
    card_transmit(&card, command, &response);
    const size_t flushes = memory_disk_use().syncs;
    cr_expect(flushes <= 1, "%s: %zu flushes", doing, flushes);
    answered();
    card_idle(&card);
    writer_put(data, bytes_of(room, response.len - 2));
    const uint16_t status = (uint16_t)(room[response.len - 2] << 8 | room[response.len - 1]);
    if (status >> 8 != 0x61)
        return status;
    return carry(context, BYTES(command.data[0], 0xC0, 0, 0, (uint8_t)status), data);
}

/* The life */

/* Of v3 and of SGP.32, with both memory resets. */
static void be_iot(void)
{
    static struct euicc_info info;
    struct isd_r_settings *settings = &card.personality.settings;
    *settings = *v3_settings(0);
    info = *settings->info;
    info.iot = EUICC_INFO_IOT_1_2;
    info.rsp_capability |= EUICC_INFO_IOT_METADATA;
    settings->info = &info;
    settings->iot.quirks = IOT_QUIRK_OLD_MEMORY_RESET;
}

static void make_chip(void)
{
    snprintf(doing, sizeof(doing), "first start");
    cr_assert(card_open(&card, state) == 0);
    be_iot();
    random_init_seeded(&card.random, bytes_of_text("power"));
    cr_assert(isd_r_provision(card.store, &(struct isd_r_provision){
                                              peer_entity(&world.peer, PKI_CI),
                                              peer_entity(&world.peer, PKI_EUM),
                                              peer_entity(&world.peer, PKI_EUICC), 1}) == 0);
    cr_assert(card_start(&card) == 0);
    cr_assert(store_commit(card.store) == 0);
    answered();
}

static void reset(void)
{
    snprintf(doing, sizeof(doing), "reset");
    card_power(&card, CARD_RESET);
    answered();
}

static void send(const char *command, const char *status)
{
    uint8_t command_room[300], room[512];
    char text[8];
    struct writer bytes = writer_on(command_room, sizeof(command_room));
    struct writer data = writer_on(room, sizeof(room));
    cr_assert(hex_decode(command, &bytes));
    snprintf(text, sizeof(text), "%04X", carry(NULL, writer_bytes(&bytes), &data));
    cr_assert_str_eq(text, status, "%s gets %s", command, text);
}

static struct bytes read_package(const char *name)
{
    static uint8_t room[1 << 16];
    char path[512];
    snprintf(path, sizeof(path), PROFILES_FOLDER "/%s.der", name);
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL);
    const size_t len = fread(room, 1, sizeof(room), file);
    fclose(file);
    return bytes_of(room, len);
}

#define ICCID 0x98, 0x88, 0x12, 0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0xF1
#define OTHER_ICCID 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20
#define OTA_ICCID 0x98, 0x88, 0x12, 0x01, 0x00, 0x00, 0x00, 0x00, 0x80, 0xF6
#define CHANGE(tag, ...)                                                                           \
    BYTES(0xBF, tag, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, __VA_ARGS__, 0x81, 0x01, 0xFF)
/* Every event is to be notified, and the server may manage the profile. */
static struct bytes metadata(struct bytes iccid)
{
    static uint8_t room[256];
    struct writer out = writer_on(room, sizeof(room));
    const size_t whole = tlv_open(&out, 0xBF25);
    tlv_put(&out, 0x5A, iccid);
    tlv_put(&out, 0x91, bytes_of_text("Provider"));
    tlv_put(&out, 0x92, bytes_of_text("Name"));
    const size_t list = tlv_open(&out, 0xB6), one = tlv_open(&out, 0x30);
    tlv_put(&out, 0x80, BYTES(0x01, 0xFE));
    tlv_put(&out, 0x81, bytes_of_text(PEER_ADDRESS));
    tlv_close(&out, one);
    tlv_close(&out, list);
    peer_put_rpm_configuration(&world.peer, &out);
    tlv_close(&out, whole);
    return writer_bytes(&out);
}

static void download(const struct peer_binding *binding)
{
    cr_assert(peer_authenticate(&world.peer, &(struct peer_authentication){.v3 = true}) == 0);
    cr_assert(peer_prepare(&world.peer, &(struct peer_preparation){0}) == 0);
    peer_bind(&world.peer, binding);
    cr_assert(peer_load(&world.peer, PEER_CUT_LPAC).installed);
}

static void use_files(void)
{
    send("00A4040C07A0000000871002", "9000");
    send("0020000A083535353535353535", "9000");
    send("00A4000C026F7E", "9000");
    send("00D6000003A1B2C3", "9000");
    send("00D6000003A1B2C4", "9000");
    send("002000810831313131FFFFFFFF", "63C2");
    send("002000810839393939FFFFFFFF", "9000");
}

/* A server's order: disable this profile, enable that one and give the first another name. */
static void manage(struct bytes from, struct bytes to)
{
    uint8_t room[256];
    struct writer package = writer_on(room, sizeof(room));
    peer_put_rpm_command(0xA2, from, (struct bytes){0}, false, &package);
    peer_put_rpm_command(0xA1, to, (struct bytes){0}, false, &package);
    peer_put_rpm_command(0xA5, from, BYTES(0xBF, 0x2A, 3, 0x92, 1, 'N'), false, &package);
    cr_assert(peer_authenticate(&world.peer, &(struct peer_authentication){.v3 = true}) == 0);
    const struct peer_rpm_result result =
        peer_load_rpm(&world.peer, &(struct peer_rpm_request){.package = writer_bytes(&package)});
    cr_assert(result.is_signed && result.error == 0);
    cr_assert_eq(peer_count_notifications(&world.peer, 1u << 4 | 1u << 5 | 1u << 7), 3);
}

static void download_numbered(char letter, const char *extra)
{
    uint8_t room[1024];
    struct writer said = writer_on(room, sizeof(room));
    const struct package content = package_numbered((unsigned)letter);
    v3_put_metadata(&content, extra, &said);
    download(&(struct peer_binding){.content = &content, .metadata = writer_bytes(&said)});
}

static void order(const char *operations, const char *result)
{
    const char *got = iot_world_send(&world, operations, NULL);
    cr_assert_str_eq(got, result, "%s: %s", operations, got);
}

/* An eIM's orders, taken back and forth, and what the IPA does without it. */
static void be_managed(void)
{
    iot_eim_start(&world.peer, &world.eims[0], IOT_EIM_ID, EC_P256);
    iot_eim_start(&world.peer, &world.eims[1], "two.example.com", EC_P256);
    struct isd_r *own = world.peer.chip.isd_r;
    world.peer.chip.isd_r = card.isd_r; /* whose EID is asked */
    download_numbered('A', "");
    download_numbered('F', "9F6701FF");
    download_numbered('M', "9F7B01FF");
    iot_associate(&world.peer, &world.eims[0]);
    order("EA SF I", "E0 S0 I0");
    order("+2 -2", "+t2 -0");
    order("E!F", "E0");
    cr_assert_eq(iot_world_change(&world, 0xBF58, 0), 0);
    order("E!F XN", "E0 X1");
    cr_assert(peer_result(&world.peer, BYTES(0xBF, 0x30, 3, 0x80, 1, (uint8_t)world.sequence),
                          0xBF30) == 0);
    order("EA", "E0");
    cr_assert_eq(iot_world_change(&world, 0xBF5D, 1), 0);
    cr_assert_eq(iot_world_change(&world, 0xBF5B, 0), 0);
    order("XA", "s104");
    cr_assert_eq(iot_world_change(&world, 0xBF5C, 0), 0);
    cr_assert_eq(iot_world_change(&world, 0xBF5E, 0), 0);
    order("DA XA", "D0 X0");
    cr_assert(peer_ask(&world.peer, BYTES(0xBF, 0x64, 4, 0x82, 2, 1, 0x06), 0xBF64).len == 9);
    world.peer.chip.isd_r = own;
    iot_eim_finish(&world.eims[0]);
    iot_eim_finish(&world.eims[1]);
}

/* One command of the profile's security domain, as a message over the air brings it. */
static void manage_content(struct domain_context *context, const char *text)
{
    uint8_t command_room[300], room[512];
    struct writer bytes = writer_on(command_room, sizeof(command_room));
    struct writer data = writer_on(room, sizeof(room));
    struct apdu apdu;
    cr_assert(hex_decode(text, &bytes));
    cr_assert(apdu_parse(writer_bytes(&bytes), &apdu) == 0);
    snprintf(doing, sizeof(doing), "INS %02X of a domain after %zu moments", apdu.ins, moments);
    cr_assert_eq(domain_execute(context, &apdu, &data), 0, "%s", text);
    cr_assert_eq(store_commit(card.store), 0);
    answered();
}

/* PUT KEY, new and instead of another; INSTALL, LOAD, STORE DATA, SET STATUS, DELETE. */
static void manage_domains(void)
{
    static const char *const commands[] = {
        ("80D800813A3A8810000102030405060708090A0B0C0D0E0F008810000102030405060708090A0B0C0D0E0F008"
         "8"
         "10000102030405060708090A0B0C0D0E0F00"),
        "80D83A01143B8810000102030405060708090A0B0C0D0E0F00",
        "80E60C002207A000000151535008A00000015153504108A0000001510000BB0380800002C90000",
        "80E602000C07A000000009999900000000",
        "80E8800004C4020102",
        "80E2880006007003420112",
        "80F0400F08A0000001510000BB",
        "80E400000A4F08A0000001510000BB",
        "80E40000094F07A0000000099999",
        "80E4000003D2013A",
    };
    struct domain_context context;
    domain_context_init(&context, &card.domains);
    context.owner = card.domains.profile;
    context.aid = (struct domain_aid){{0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00}, 8};
    context.authenticated = true;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        manage_content(&context, commands[i]);
    domain_context_end(&context);
}

/* The receipt of a packet in so many messages: the last answers it. */
static struct bytes send_packet(struct bytes packet)
{
    static uint8_t answer_room[512];
    struct writer answer = writer_on(answer_room, sizeof(answer_room));
    for (uint8_t i = 1; i <= sms_part_count(packet.len); i++) {
        uint8_t room[300];
        struct writer envelope = writer_on(room, sizeof(room));
        operator_put_envelope(packet, i, &envelope);
        answer.len = 0;
        cr_assert_eq(carry(NULL, writer_bytes(&envelope), &answer), SW_OK);
    }
    return writer_bytes(&answer);
}

static void send_script(uint32_t tar, uint32_t counter, const char *script, const char *wanted)
{
    uint8_t script_room[512], packet_room[600], receipt_room[512];
    char got[64];
    struct writer content = writer_on(script_room, sizeof(script_room));
    struct writer packet = writer_on(packet_room, sizeof(packet_room));
    struct bytes data;
    cr_assert(hex_decode(script, &content));
    const struct bytes receipt =
        send_packet(operator_packet(tar, counter, writer_bytes(&content), &packet));
    const int status = operator_read_receipt(tar, receipt, receipt_room, &data);
    cr_assert(status >= 0 && data.len < 24, "%s: no receipt", script);
    sprintf(got, "%02X ", (unsigned)status);
    hex_encode(data, got + strlen(got));
    cr_assert_str_eq(got, wanted, "%s: %s", script, got);
}

#define UPDATES(value)                                                                             \
    "00A40004026F7E00D6000003" value "00D6000003" value "00D6000003" value "00D6000003" value
/* The operator, over the air: files, in one message and in two; applications; metadata. What has
 * been counted stays counted, so that nothing is done twice. */
static void manage_over_the_air(void)
{
    static const struct {
        uint32_t tar, counter;
        const char *script, *receipt;
    } scripts[] = {
        {OPERATOR_RFM_TAR, 1, "00A40004026F7E00D6000003A1B2C5", "00 029000"},
        {OPERATOR_RFM_TAR, 1, "00A40004026F7E00D6000003A1B2C6", "02 "},
        {OPERATOR_RFM_TAR, 2,
         UPDATES("A1B2C7") UPDATES("A1B2C8") UPDATES("A1B2C9") UPDATES("A1B2CA"), "00 149000"},
        {OPERATOR_RFM_TAR, 3, "00A40004026F7E00D6000003A1B2CB00D60000", "00 036700"},
        {OPERATOR_RAM_TAR, 4,
         "80E60C002207A000000151535008A00000015153504108A0000001510000BB0380800002C90000",
         "00 016101"},
        {OPERATOR_RAM_TAR, 5, "80E400000A4F08A0000001510000BB", "00 016101"},
        {OPERATOR_RAM_TAR, 6, "80E2910009BF2A0691044E616D65", "00 019000"},
        /* A chain that stays, what comes in between, its end, and what is there no more. */
        {OPERATOR_RFM_TAR, 7, "AA0C830111220700A4000C026F7E", "00 AB0780010123029000"},
        {OPERATOR_RFM_TAR, 8, "00A40004026F7E00B0000003", "00 029000A1B2CB"},
        {OPERATOR_RFM_TAR, 9, "AA0D830102220800D6000003A1B2CC", "00 AB0780010123029000"},
        {OPERATOR_RFM_TAR, 10, "AA0A830103220500B0000003", "00 AB0A8001012305A1B2CC9000"},
        {OPERATOR_RFM_TAR, 11, "AA0A830103220500B0000003", "00 AB06800100830101"},
        {OPERATOR_RFM_TAR, 11, "AA0A830103220500B0000003", "02 "},
    };
    send(SELECT_ISD_R, "9000");
    download(&(struct peer_binding){.package = read_package("usim-ota"),
                                    .metadata = metadata(BYTES(OTA_ICCID))});
    cr_assert(peer_result(&world.peer, CHANGE(0x31, OTA_ICCID), 0xBF31) == 0);
    reset();
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        send_script(scripts[i].tar, scripts[i].counter, scripts[i].script, scripts[i].receipt);
        reset();
    }
    send(SELECT_ISD_R, "9000");
    cr_assert(peer_result(&world.peer, CHANGE(0x32, OTA_ICCID), 0xBF32) == 0);
    cr_assert(peer_result(&world.peer, BYTES(0xBF, 0x33, 0x0C, 0x5A, 0x0A, OTA_ICCID), 0xBF33) ==
              0);
}

static void live(void)
{
    const struct package other = package_with_usim(2);
    send(SELECT_ISD_R, "9000");
    download(&(struct peer_binding){.package = read_package("usim-milenage"),
                                    .metadata = metadata(BYTES(ICCID))});
    cr_assert(peer_result(&world.peer, CHANGE(0x31, ICCID), 0xBF31) == 0);
    reset();
    use_files();
    reset();
    manage_domains();
    reset();
    send(SELECT_ISD_R, "9000");
    send("80E2910012BF290F5A0A988812010000000010F1900141", "9000");
    download(&(struct peer_binding){.content = &other, .metadata = metadata(BYTES(OTHER_ICCID))});
    cr_assert(peer_result(&world.peer, CHANGE(0x31, OTHER_ICCID), 0xBF31) == 0);
    manage(BYTES(OTHER_ICCID), BYTES(ICCID));
    cr_assert(peer_result(&world.peer, CHANGE(0x32, ICCID), 0xBF32) == 0);
    cr_assert(peer_result(&world.peer, BYTES(0xBF, 0x33, 0x0C, 0x5A, 0x0A, ICCID), 0xBF33) == 0);
    cr_assert(peer_result(&world.peer, BYTES(0xBF, 0x30, 3, 0x80, 1, 1), 0xBF30) == 0);
    manage_over_the_air();
    be_managed();
    cr_assert(peer_result(&world.peer, BYTES(0xBF, 0x34, 4, 0x82, 2, 5, 0xE0), 0xBF34) == 0);
}

static void start(void)
{
    memory_disk_start();
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert(shared != MAP_FAILED);
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(state, sizeof(state), "%s/chip", folder);
    peer_start(&world.peer, (enum ec_curve[]){EC_P256}, 1);
    world.peer.chip.carry = carry;
}

static void stop(void)
{
    char command[64];
    memory_disk_watch(NULL, NULL);
    card_close(&card);
    peer_stop(&world.peer);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert(system(command) == 0);
}

TestSuite(power, .init = start, .fini = stop, .timeout = 600);

Test(power, may_go_at_any_moment_of_a_life)
{
    cr_assert(sha256(NULL, 0, before) == 0); /* a chip that is not yet made has no rows */
    power_cut_start(moment, NULL);
    make_chip();
    live();
    fprintf(stderr, "the power went at %zu moments, in %zu ways\n", moments, cuts);
    cr_assert_gt(moments, 300);
}

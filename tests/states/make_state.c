/* make_state FOLDER: makes the store of a chip for tests/states, by the release that it is built
 * with: SGP.22 and SGP.32 in one, with profiles downloaded, named and enabled, files, codes and the
 * registry of a security domain changed, over the air too, notifications, an eIM with a token, its
 * counter, and a result of its package that is kept.
 *
 * FOLDER gets store.sqlite, and next.txt: what the eIM sends next. The listing beside them is
 * written by test_fs_states with EMUICC_STATES_WRITE set. What a released version has left is never
 * made again. */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "card/startup.h"
#include "tests/benchmarks/iot_package.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/session.h"
#include "tests/soak/soak_package.h"
#include "tests/support/operator.h"

#define EID "89049032123451234512345678901235"
#define PROFILES 3
#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"
#define SELECT_USIM "00A4040C07A0000000871002"

static const char *const names[PROFILES] = {"usim-ota", "usim-milenage", "usim-names"};

struct maker {
    struct chip chip;
    struct server server;
    struct iot_package_eim eim;
    int64_t token;
    uint32_t package_counter;
    struct bytes packages[PROFILES];
    uint8_t iccids[PROFILES][SOAK_PACKAGE_ICCID_SIZE];
};

static void begin(struct maker *maker, const char *folder)
{
    static char state[64];
    snprintf(maker->chip.folder, sizeof(maker->chip.folder), "%s", folder);
    snprintf(state, sizeof(state), "%s", folder);
    snprintf(maker->chip.pki, sizeof(maker->chip.pki), "%s/pki", folder);
    maker->chip.block = CHIP_BLOCK_MAX;
    MEASURE_NEED(ec_start() == 0);
    MEASURE_NEED(startup_card(&(struct startup_plan){.state = state,
                                                     .eid = EID,
                                                     .seed = "states",
                                                     .personality = "sgp32-consumer"},
                              &maker->chip.card) == 0);
    server_init(&maker->server, maker->chip.pki);
    iot_package_begin(&maker->eim);
    for (size_t i = 0; i < PROFILES; i++)
        maker->packages[i] = soak_package_read(names[i], maker->iccids[i]);
}

static void end(struct maker *maker)
{
    card_close(&maker->chip.card);
    server_finish(&maker->server);
    iot_package_end(&maker->eim);
    for (size_t i = 0; i < PROFILES; i++)
        free((void *)(uintptr_t)maker->packages[i].data);
}

static struct bytes ask(struct maker *maker, const char *command, uint16_t status)
{
    uint8_t room[300];
    struct writer bytes = writer_on(room, sizeof(room));
    MEASURE_NEED(hex_decode(command, &bytes));
    const struct bytes answer = chip_transmit(&maker->chip, writer_bytes(&bytes));
    if (maker->chip.status != status)
        fprintf(stderr, "%s gets %04X\n", command, maker->chip.status);
    MEASURE_NEED(maker->chip.status == status);
    return answer;
}

static void load_profiles(struct maker *maker)
{
    struct session session;
    (void)ask(maker, SELECT_ISD_R, SW_OK);
    for (size_t i = 0; i < PROFILES; i++)
        session_run(&maker->chip, &maker->server, maker->packages[i],
                    bytes_of(maker->iccids[i], SOAK_PACKAGE_ICCID_SIZE), &session);
}

static struct bytes iccid_of(const struct maker *maker, size_t which)
{
    return bytes_of(maker->iccids[which], SOAK_PACKAGE_ICCID_SIZE);
}

static void name(struct maker *maker, size_t which, const char *nickname)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, 0xBF29);
    tlv_put(&request, 0x5A, iccid_of(maker, which));
    tlv_put(&request, 0x90, bytes_of_text(nickname));
    tlv_close(&request, mark);
    MEASURE_NEED(bytes_equal(chip_ask(&maker->chip, writer_bytes(&request)),
                             BYTES(0xBF, 0x29, 0x03, 0x80, 0x01, 0x00)));
}

static void associate(struct maker *maker)
{
    uint8_t room[512];
    struct writer request = writer_on(room, sizeof(room));
    iot_package_put_association(&maker->eim, &request);
    maker->token = iot_package_token(chip_ask(&maker->chip, writer_bytes(&request)));
}

/* The eIM's next package: enables this profile. */
static struct bytes put_package(struct maker *maker, size_t which, struct writer *out)
{
    uint8_t room[64], eid[PKI_EID_SIZE];
    struct writer operations = writer_on(room, sizeof(room));
    const size_t list = tlv_open(&operations, 0xA0), enable = tlv_open(&operations, 0xA3);
    tlv_put(&operations, 0x5A, iccid_of(maker, which));
    tlv_close(&operations, enable);
    tlv_close(&operations, list);
    MEASURE_NEED(pki_eid_from_text(EID, eid));
    iot_package_put(&maker->eim, bytes_of(eid, sizeof(eid)), maker->token, ++maker->package_counter,
                    writer_bytes(&operations), out);
    return writer_bytes(out);
}

static void enable_by_package(struct maker *maker, size_t which)
{
    uint8_t room[512];
    struct writer request = writer_on(room, sizeof(room));
    struct iot_package_result result;
    MEASURE_NEED(
        iot_package_read(chip_ask(&maker->chip, put_package(maker, which, &request)), &result) &&
        bytes_equal(result.results, BYTES(0x83, 0x01, 0x00)));
}

static void use_files(struct maker *maker)
{
    (void)ask(maker, SELECT_USIM, SW_OK);
    (void)ask(maker, "0020000A083535353535353535", SW_OK);
    (void)ask(maker, "00A4000C026F7E", SW_OK);
    (void)ask(maker, "00D6000001A1", SW_OK);
    (void)ask(maker, "0020000A083535353535353536", 0x63C9);
}

static void send_script(struct maker *maker, uint32_t tar, uint32_t counter, struct bytes script)
{
    uint8_t packet_room[256], envelope_room[300], room[256];
    struct writer packet = writer_on(packet_room, sizeof(packet_room));
    struct writer envelope = writer_on(envelope_room, sizeof(envelope_room));
    struct bytes data;
    operator_put_envelope(operator_packet(tar, counter, script, &packet), 1, &envelope);
    struct bytes answer = chip_transmit(&maker->chip, writer_bytes(&envelope));
    if (maker->chip.status >> 8 == SW_BYTES_AVAILABLE >> 8)
        answer =
            chip_transmit(&maker->chip, BYTES(0x00, 0xC0, 0x00, 0x00, (uint8_t)maker->chip.status));
    MEASURE_NEED(operator_read_receipt(tar, answer, room, &data) == 0);
    MEASURE_NEED(data.len >= 3 && data.data[data.len - 2] == 0x90);
}

/* A file, and a data object of the domain. */
static void use_the_air(struct maker *maker)
{
    send_script(
        maker, OPERATOR_RFM_TAR, 1,
        BYTES(0x00, 0xA4, 0x00, 0x04, 0x02, 0x6F, 0x7E, 0x00, 0xD6, 0x00, 0x01, 0x01, 0xB2));
    send_script(maker, OPERATOR_RAM_TAR, 2,
                BYTES(0x80, 0xE2, 0x90, 0x00, 0x05, 0x5F, 0x50, 0x02, 0x61, 0x62));
}

static void write_next(struct maker *maker, const char *folder)
{
    char path[128], text[1200];
    uint8_t room[512];
    struct writer request = writer_on(room, sizeof(room));
    hex_encode(put_package(maker, 1, &request), text);
    snprintf(path, sizeof(path), "%s/next.txt", folder);
    FILE *file = fopen(path, "w");
    MEASURE_NEED(file != NULL && fprintf(file, "%s\n", text) > 0 && fclose(file) == 0);
}

int main(int argc, char **argv)
{
    static struct maker maker;
    MEASURE_NEED(argc == 2);
    begin(&maker, argv[1]);
    load_profiles(&maker);
    name(&maker, 2, "kept");
    associate(&maker);
    enable_by_package(&maker, 0);
    use_files(&maker);
    use_the_air(&maker);
    write_next(&maker, argv[1]);
    end(&maker);
    return 0;
}

/* LoadEuiccPackage with one enable on P-256, driven through card_transmit(): the card's CPU but for
 * the commit and for what each change of profile costs, its way out of the store, beside what
 * OpenSSL alone takes for one verification and one signature; at most LIMIT times that. */
#include <stdio.h>

#include "isd-r/info/es10_tag.h"
#include "tests/benchmarks/boundary.h"
#include "tests/benchmarks/chip.h"
#include "tests/benchmarks/floor.h"
#include "tests/benchmarks/iot_package.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/package_file.h"
#include "tests/support/memory_disk.h"

#define LIMIT 1.5
#define ROUNDS 300
#define WARM_UP 5
#define REQUEST_MAX 1024

static struct chip chip;
static struct iot_package_eim eim;
static int64_t token;
static uint8_t iccid[CHIP_ICCID_SIZE];
static uint32_t counter;

struct result {
    struct measure floor, again, whole, commit, load, rest, transport;
};
static struct result result, unused;

/* The chip becomes an IoT eUICC and gets its eIM. */
static void associate(void)
{
    uint8_t room[REQUEST_MAX];
    struct writer request = writer_on(room, sizeof(room));
    chip.card.personality.info.iot = EUICC_INFO_IOT_1_2;
    iot_package_put_association(&eim, &request);
    token = iot_package_token(chip_ask(&chip, writer_bytes(&request)));
}

static void put_package(struct writer *out)
{
    uint8_t room[64];
    struct writer operations = writer_on(room, sizeof(room));
    const size_t list = tlv_open(&operations, 0xA0), enable = tlv_open(&operations, 0xA3);
    tlv_put(&operations, 0x5A, bytes_of(iccid, sizeof(iccid)));
    tlv_close(&operations, enable);
    tlv_close(&operations, list);
    iot_package_put(&eim, bytes_of(isd_r_eid(chip.card.isd_r), CREDENTIALS_EID_SIZE), token,
                    ++counter, writer_bytes(&operations), out);
}

/* seqNumber of a result, which is then removed. */
static void forget_result(struct bytes answer)
{
    struct iot_package_result said;
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    MEASURE_NEED(iot_package_read(answer, &said));
    MEASURE_NEED(bytes_equal(said.results, BYTES(0x83, 0x01, 0x00))); /* enableResult: ok */
    const size_t mark = tlv_open(&request, 0xBF30);
    der_put_integer(&request, 0x80, said.sequence);
    tlv_close(&request, mark);
    (void)chip_ask(&chip, writer_bytes(&request));
}

static void disable(void)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const size_t whole = tlv_open(&request, ES10_DISABLE_PROFILE),
                 choice = tlv_open(&request, 0xA0);
    tlv_put(&request, 0x5A, bytes_of(iccid, sizeof(iccid)));
    tlv_close(&request, choice);
    tlv_put_u8(&request, 0x81, 0);
    tlv_close(&request, whole);
    (void)chip_ask(&chip, writer_bytes(&request));
}

static void round_of(struct floor *floor, struct result *out)
{
    uint8_t room[REQUEST_MAX];
    struct writer request = writer_on(room, sizeof(room));
    put_package(&request);
    const struct floor_cost base = floor_measure(floor);
    (void)chip_spent(&chip);
    (void)boundary_spent(BOUNDARY_COMMIT);
    (void)boundary_spent(BOUNDARY_LOAD);
    (void)boundary_clocks();
    const struct bytes answer = chip_ask(&chip, writer_bytes(&request));
    const double spent = chip_spent(&chip) - boundary_clocks();
    const double committed = boundary_spent(BOUNDARY_COMMIT);
    const double loaded = boundary_spent(BOUNDARY_LOAD);
    measure_add(&out->floor, base.once);
    measure_add(&out->again, base.again);
    measure_add(&out->whole, spent);
    measure_add(&out->commit, committed);
    measure_add(&out->load, loaded);
    measure_add(&out->rest, spent - committed - loaded);
    forget_result(answer);
    disable();
}

/* What a command costs that does nothing: a block, and an answer that is fetched. */
static double transport_alone(void)
{
    uint8_t room[REQUEST_MAX] = {0};
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, 0xBF3E);
    tlv_put(&request, 0x5C, BYTES(0x5A));
    tlv_close(&request, mark);
    (void)chip_spent(&chip);
    (void)chip_ask(&chip, writer_bytes(&request));
    return chip_spent(&chip);
}

static void row(const char *text, struct measure *measure, double goal)
{
    measure_compare(text, measure, &result.floor, goal);
}

static void print(void)
{
    measure_title("LoadEuiccPackage, one enable", "CPU/us", "x floor");
    row("floor: OpenSSL alone, 1 verification, 1 signature", &result.floor, MEASURE_NO_GOAL);
    row("floor over and over, caches warm", &result.again, MEASURE_NO_GOAL);
    row("transport: GetEID", &result.transport, MEASURE_NO_GOAL);
    row("commit", &result.commit, MEASURE_NO_GOAL);
    row("the profile out of the store", &result.load, MEASURE_NO_GOAL);
    row("whole", &result.whole, MEASURE_NO_GOAL);
    row("everything but commit and profile", &result.rest, LIMIT);
}

int main(void)
{
    struct floor floor;
    static const struct floor_work work = {.verifications = 1, .signatures = 1};
    floor_start_work(&floor, &work);
    memory_disk_start();
    iot_package_begin(&eim);
    chip_init(&chip);
    const struct package_file *file = package_file_read(OWN_PACKAGE);
    (void)chip_install(&chip, package_file_bytes(file));
    chip_first_iccid(&chip, iccid);
    associate();
    const size_t rounds = measure_rounds(ROUNDS);
    for (size_t i = 0; i < WARM_UP; i++)
        round_of(&floor, &unused);
    for (size_t i = 0; i < rounds; i++) {
        round_of(&floor, &result);
        measure_add(&result.transport, transport_alone());
    }
    print();
    iot_package_end(&eim);
    chip_finish(&chip);
    floor_stop(&floor);
    return measure_verdict();
}

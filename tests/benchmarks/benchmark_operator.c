/* What an operator's orders cost the card, beside what OpenSSL alone takes for their cryptography
 * and beside commands that do nothing: SCP03 with the ISD-R and a wrapped GET STATUS, and a script
 * of ten UPDATEs by a secured packet, which makes the disk flush once. Counted apart is what the
 * store takes: the rows of what has changed, and their commit. */
#include <stdio.h>

#include "apdu/trace.h"
#include "crypto/primitives/scp80.h"
#include "fs/ota/sms.h"
#include "tests/benchmarks/boundary.h"
#include "tests/benchmarks/chip.h"
#include "tests/benchmarks/commands.h"
#include "tests/benchmarks/floor.h"
#include "tests/benchmarks/measure.h"
#include "tests/support/memory_disk.h"
#include "tests/support/scp_host.h"

#define ROUNDS 400
#define WARM_UP 10
#define SESSION_LIMIT 3.0
#define SCRIPT_LIMIT 2.0
#define FLUSHES_LIMIT 1.1 /* one, and now and then those that move the log's pages */
#define MICROSECONDS 1000.0

#define KEY_VERSION 0x30
#define KEY_SIZE 16
#define LEVEL 0x33
#define OTA_SET 2
#define UPDATES 10

static struct chip chip;
static uint8_t scp_keys[3][KEY_SIZE];

struct result {
    struct measure floor, transport, whole, store, rest;
};
static struct result session_result, script_result, unused;
static struct measure flushes;

static void give_keys(void)
{
    struct domain_settings *settings = &chip.card.personality.domains;
    for (uint8_t i = 0; i < 3; i++) {
        struct domain_factory_key *key = &settings->keys[i];
        for (uint8_t j = 0; j < KEY_SIZE; j++)
            scp_keys[i][j] = (uint8_t)(i << 4 | j);
        *key = (struct domain_factory_key){
            .version = KEY_VERSION, .identifier = i + 1, .type = DOMAIN_KEY_AES, .len = KEY_SIZE};
        memcpy(key->value, scp_keys[i], KEY_SIZE);
    }
    settings->key_count = 3;
}

/* One with keys, TARs and access of an operator. */
static struct bytes read_package(void)
{
    static uint8_t room[1 << 16];
    FILE *file = fopen(OPERATOR_PACKAGE, "re");
    MEASURE_NEED(file != NULL);
    const size_t len = fread(room, 1, sizeof(room), file);
    fclose(file);
    return bytes_of(room, len);
}

static void begin_clocks(void)
{
    (void)boundary_spent(BOUNDARY_COMMIT);
    (void)boundary_spent(BOUNDARY_STORE);
    (void)boundary_clocks();
}

static void end_clocks(double spent, double floor, double transport, struct result *out)
{
    const double whole = spent - boundary_clocks();
    const double store = boundary_spent(BOUNDARY_COMMIT) + boundary_spent(BOUNDARY_STORE);
    measure_add(&out->floor, floor);
    measure_add(&out->transport, transport);
    measure_add(&out->whole, whole);
    measure_add(&out->store, store);
    measure_add(&out->rest, whole - store - transport);
}

/* CPU of the card alone; the answer's data. */
static struct bytes timed(struct bytes command, double *spent)
{
    const uint64_t before = measure_cpu();
    const struct bytes answer = chip_transmit(&chip, command);
    *spent += (double)measure_cpu_since(before);
    return answer;
}

/* Refused where its instruction is looked up. */
static double refused(struct bytes data)
{
    uint8_t room[300];
    struct writer command = writer_on(room, sizeof(room));
    double spent = 0;
    writer_put(&command, BYTES(0x80, 0xFC, 0x00, 0x00, (uint8_t)data.len));
    writer_put(&command, data);
    (void)timed(writer_bytes(&command), &spent);
    return spent;
}

static double run_session(void)
{
    static const uint8_t get_status[] = {0x80, 0xF2, 0x80, 0x02, 0x02, 0x4F, 0x00, 0x00};
    uint8_t room[300], answer_room[300];
    struct writer command = writer_on(room, sizeof(room)),
                  answer = writer_on(answer_room, sizeof(answer_room));
    struct scp_host host = {.enc = bytes_of(scp_keys[0], KEY_SIZE),
                            .mac = bytes_of(scp_keys[1], KEY_SIZE),
                            .dek = bytes_of(scp_keys[2], KEY_SIZE)};
    double spent = 0;
    scp_host_begin(&host, KEY_VERSION, 8, &command);
    writer_put(&answer, timed(writer_bytes(&command), &spent));
    MEASURE_NEED(chip.status == 0x9000);
    writer_reset(&command);
    MEASURE_NEED(scp_host_authenticate(&host, writer_bytes(&answer), LEVEL, &command));
    (void)timed(writer_bytes(&command), &spent);
    MEASURE_NEED(chip.status == 0x9000);
    writer_reset(&command);
    writer_reset(&answer);
    scp_host_wrap(&host, bytes_of(get_status, sizeof(get_status)), &command);
    const struct bytes data = timed(writer_bytes(&command), &spent);
    MEASURE_NEED(chip.status == 0x9000 && scp_host_unwrap(&host, data, 0x9000, &answer));
    MEASURE_NEED(answer.len > 0 && answer.data[0] == 0xE3);
    return spent;
}

static void session_round(struct floor *floor, struct result *out)
{
    static const uint8_t data[24];
    const double base = floor_measure(floor).once;
    double transport = 0;
    for (int i = 0; i < 3; i++)
        transport += refused(bytes_of(data, sizeof(data)));
    begin_clocks();
    end_clocks(run_session(), base, transport, out);
}

static const struct scp80_header header = {
    {SCP80_CRYPTOGRAPHIC_CHECKSUM | SCP80_CIPHERED | SCP80_COUNTER_HIGHER, 0x19},
    OTA_SET << 4 | 2,
    OTA_SET << 4 | 2,
    {0xB0, 0x01, 0x20}};
static const uint8_t kic[KEY_SIZE] = {0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD,
                                      0x11, 0x22, 0x33, 0x44, 0x55, 0xEE, 0xFF, 0x10};
static const uint8_t kid[KEY_SIZE] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
                                      0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0x10};
static const struct scp80_keys ota_keys = {{SCP80_KEY_AES, 8, {kic, KEY_SIZE}},
                                           {SCP80_KEY_AES, 8, {kid, KEY_SIZE}}};

/* EF.PL, another content each time. */
static void put_script(uint16_t number, struct writer *out)
{
    writer_put(out, BYTES(0x00, 0xA4, 0x00, 0x0C, 0x02, 0x2F, 0x05));
    for (uint8_t i = 0; i < UPDATES; i++)
        writer_put(
            out, BYTES(0x00, 0xD6, 0x00, 0x00, 0x02, (uint8_t)(number >> 8 ^ i), (uint8_t)number));
}

static void put_envelope(struct bytes user_data, struct writer *out)
{
    writer_put(out, BYTES(0x80, 0xC2, 0x00, 0x00, 0x00));
    sms_put_envelope(
        &(struct sms_message){.originator = BYTES(0x04, 0x81, 0x21, 0x43), .user_data = user_data},
        out);
    out->data[4] = (uint8_t)(out->len - 5);
    writer_put_u8(out, 0);
}

/* A message of the same length that is for nobody on the card. */
static double for_nobody(struct bytes user_data)
{
    uint8_t room[300];
    struct writer command = writer_on(room, sizeof(room));
    double spent = 0;
    put_envelope(user_data, &command);
    room[command.len - 1 - user_data.len + 1] = 0x7E; /* an element of no meaning */
    (void)timed(writer_bytes(&command), &spent);
    MEASURE_NEED(chip.status == 0x9000);
    return spent;
}

static double run_script(struct bytes user_data)
{
    uint8_t room[300];
    struct writer command = writer_on(room, sizeof(room));
    struct scp80_response response;
    double spent = 0;
    put_envelope(user_data, &command);
    (void)memory_disk_use();
    const struct bytes report = timed(writer_bytes(&command), &spent);
    measure_add(&flushes, (double)memory_disk_use().syncs);
    uint8_t opened[300];
    MEASURE_NEED(chip.status == 0x9000);
    MEASURE_NEED(scp80_read_response(report, &header, &ota_keys, opened, &response) == SCP80_OK);
    MEASURE_NEED(response.status == SCP80_OK);
    MEASURE_NEED(bytes_equal(response.data, BYTES(UPDATES + 1, 0x90, 0x00)));
    return spent;
}

static void script_round(struct floor *floor, struct result *out)
{
    static uint16_t number;
    uint8_t script_room[128], data_room[SMS_USER_DATA_MAX];
    struct writer script = writer_on(script_room, sizeof(script_room)),
                  user_data = writer_on(data_room, sizeof(data_room));
    const uint8_t counter[SCP80_COUNTER_SIZE] = {0, 0, 0, (uint8_t)(++number >> 8),
                                                 (uint8_t)number};
    put_script(number, &script);
    writer_put(&user_data, BYTES(0x02, SMS_COMMAND_PACKET, 0x00));
    MEASURE_NEED(
        scp80_put_command(&header, &ota_keys, counter, writer_bytes(&script), &user_data) == 0);
    MEASURE_NEED(!user_data.overflow);
    const double base = floor_measure(floor).once;
    const double transport = for_nobody(writer_bytes(&user_data));
    begin_clocks();
    end_clocks(run_script(writer_bytes(&user_data)), base, transport, out);
}

static void row(const char *text, struct measure *measure, double base, double goal)
{
    const double value = measure_undisturbed(measure);
    measure_row(text, value / MICROSECONDS, value / base, goal);
}

static void print(const char *title, const char *floor, struct result *result, double limit)
{
    const double base = measure_undisturbed(&result->floor);
    measure_title(title, "CPU/us", "x floor");
    row(floor, &result->floor, base, MEASURE_NO_GOAL);
    row("transport: commands that do nothing", &result->transport, base, MEASURE_NO_GOAL);
    row("rows of the store and commit", &result->store, base, MEASURE_NO_GOAL);
    row("whole", &result->whole, base, MEASURE_NO_GOAL);
    row("everything but transport and store", &result->rest, base, limit);
}

int main(void)
{
    static const struct floor_work session_work = {.macs = 9, .ciphers = 4, .symmetric_blocks = 3},
                                   script_work = {.macs = 2, .ciphers = 2, .symmetric_blocks = 6};
    struct floor session_floor, script_floor;
    floor_start_work(&session_floor, &session_work);
    floor_start_work(&script_floor, &script_work);
    memory_disk_start();
    chip_init(&chip);
    trace_details(false); /* as a card without a trace has it */
    give_keys();
    const size_t rounds = measure_rounds(ROUNDS);
    for (size_t i = 0; i < WARM_UP + rounds; i++)
        session_round(&session_floor, i < WARM_UP ? &unused : &session_result);
    commands_make_ready(&chip, read_package());
    unused = (struct result){0};
    for (size_t i = 0; i < WARM_UP + rounds; i++)
        script_round(&script_floor, i < WARM_UP ? &unused : &script_result);
    print("SCP03 is opened, GET STATUS wrapped, level 33", "floor: OpenSSL, 9 CMAC, 4 CBC or ECB",
          &session_result, SESSION_LIMIT);
    print("ten UPDATEs by a secured packet", "floor: OpenSSL, 2 CMAC, 2 CBC", &script_result,
          SCRIPT_LIMIT);
    measure_title("what such a script asks of the disk", "each", "each");
    const double each = measure_quantile(&flushes, 0.5);
    measure_row("flushes", each, each, FLUSHES_LIMIT);
    chip_finish(&chip);
    floor_stop(&script_floor); /* which has the pipes of the other, too */
    floor_stop(&session_floor);
    return measure_verdict();
}

#include "tests/benchmarks/chip.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/startup.h"
#include "tests/benchmarks/measure.h"

#define SHORT_HEADER 5
#define STATUS_SIZE 2
#define STORE_DATA_MORE 0x11
#define STORE_DATA_LAST 0x91

static void select_isd_r(struct chip *chip)
{
    (void)chip_transmit(chip,
                        BYTES(0x00, 0xA4, 0x04, 0x0C, 0x10, 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10,
                              0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00));
    MEASURE_NEED(chip->status == SW_OK);
}

static void say(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level == TRACE_ERROR)
        fprintf(stderr, "%s\n", text);
}

void chip_init(struct chip *chip)
{
    char state[80];
    trace_to(say, NULL);
    *chip = (struct chip){.block = CHIP_BLOCK_MAX};
    strcpy(chip->folder, "/tmp/emuicc-benchmark-XXXXXX");
    MEASURE_NEED(mkdtemp(chip->folder) != NULL);
    MEASURE_NEED(ec_start() == 0);
    snprintf(state, sizeof(state), "%s/chip", chip->folder);
    snprintf(chip->pki, sizeof(chip->pki), "%s/pki", state);
    MEASURE_NEED(startup_card(&(struct startup_plan){.state = state}, &chip->card) == 0);
    select_isd_r(chip);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void chip_finish(struct chip *chip)
{
    card_close(&chip->card);
    nftw(chip->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Appends the answer's data to what is in chip->answer up to `at`; its length. */
static size_t transmit_at(struct chip *chip, struct bytes command, size_t at)
{
    static uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    card_transmit(&chip->card, command, &response);
    chip->commands++;
    MEASURE_NEED(!response.overflow && response.len >= STATUS_SIZE);
    const size_t len = response.len - STATUS_SIZE;
    MEASURE_NEED(at + len <= sizeof(chip->answer));
    memcpy(chip->answer + at, room, len);
    chip->status = (uint16_t)(room[len] << 8 | room[len + 1]);
    return len;
}

struct bytes chip_transmit(struct chip *chip, struct bytes command)
{
    return bytes_of(chip->answer, transmit_at(chip, command, 0));
}

/* The blocks up to the first that answers anything but 9000 and nothing, which must be the last. */
static size_t send_blocks(struct chip *chip, struct bytes request)
{
    for (uint8_t number = 0;; number++) {
        uint8_t room[SHORT_HEADER + CHIP_BLOCK_MAX];
        struct writer command = writer_on(room, sizeof(room));
        struct bytes block;
        const bool last = request.len <= chip->block;
        (void)bytes_take(&request, last ? request.len : chip->block, &block);
        writer_put(&command, BYTES(0x80, 0xE2, last ? STORE_DATA_LAST : STORE_DATA_MORE, number,
                                   (uint8_t)block.len));
        writer_put(&command, block);
        const size_t len = transmit_at(chip, writer_bytes(&command), 0);
        if (last)
            return len;
        MEASURE_NEED(chip->status == SW_OK && len == 0);
    }
}

struct bytes chip_ask(struct chip *chip, struct bytes request)
{
    const uint64_t before = measure_cpu();
    size_t len = send_blocks(chip, request);
    while ((chip->status & 0xFF00) == SW_BYTES_AVAILABLE)
        len += transmit_at(chip, BYTES(0x80, 0xC0, 0x00, 0x00, (uint8_t)chip->status), len);
    chip->spent += measure_cpu_since(before);
    MEASURE_NEED(chip->status == SW_OK);
    return bytes_of(chip->answer, len);
}

struct bytes chip_ask_hex(struct chip *chip, const char *request)
{
    uint8_t room[256];
    struct writer bytes = writer_on(room, sizeof(room));
    MEASURE_NEED(hex_decode(request, &bytes));
    return chip_ask(chip, writer_bytes(&bytes));
}

double chip_spent(struct chip *chip)
{
    const double spent = (double)chip->spent;
    chip->spent = 0;
    chip->commands = 0;
    return spent;
}

double chip_install(struct chip *chip, struct bytes package)
{
    const uint64_t before = measure_cpu();
    MEASURE_NEED(isd_r_factory_install(
                     chip->card.isd_r,
                     &(struct isd_r_factory_profile){.name = "package", .package = package}) == 0);
    MEASURE_NEED(store_commit(chip->card.store) == 0);
    return (double)measure_cpu_since(before);
}

void chip_first_iccid(struct chip *chip, uint8_t iccid[CHIP_ICCID_SIZE])
{
    struct tlv whole, list, profile, field;
    MEASURE_NEED(tlv_whole(chip_ask_hex(chip, "BF2D00"), 0xBF2D, &whole) &&
                 tlv_whole(whole.value, 0xA0, &list) && tlv_take(&list.value, &profile) &&
                 tlv_find(profile.value, 0x5A, &field) &&
                 bytes_copy_exact(field.value, iccid, CHIP_ICCID_SIZE));
}

/* eUICCMemoryReset of all that can be deleted. */
static void delete_profiles(struct chip *chip)
{
    const struct bytes answer = chip_ask_hex(chip, "BF3404820205E0");
    MEASURE_NEED(answer.len == 6 && (answer.data[5] == 0 || answer.data[5] == 1));
}

static void remove_notification(struct chip *chip, struct bytes sequence)
{
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, 0xBF30);
    tlv_put(&request, 0x80, sequence);
    tlv_close(&request, mark);
    (void)chip_ask(chip, writer_bytes(&request));
}

static bool first_notification(struct chip *chip, struct writer *sequence)
{
    struct tlv whole, list, one, number;
    if (!tlv_whole(chip_ask_hex(chip, "BF2800"), 0xBF28, &whole) ||
        !tlv_whole(whole.value, 0xA0, &list) || !tlv_take(&list.value, &one) ||
        !tlv_take_tag(&one.value, 0x80, &number))
        return false;
    writer_reset(sequence);
    writer_put(sequence, number.value);
    return true;
}

void chip_clear(struct chip *chip)
{
    uint8_t room[8];
    struct writer sequence = writer_on(room, sizeof(room));
    delete_profiles(chip);
    while (first_notification(chip, &sequence))
        remove_notification(chip, writer_bytes(&sequence));
    card_idle(&chip->card);
    (void)chip_spent(chip);
}

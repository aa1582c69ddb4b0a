/* libemuicc, as another program uses it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <emuicc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define ROUNDS 200

static char folder[] = "/tmp/emuicc-library-XXXXXX";
static char last_line[256];

static void take_line(void *context, enum emuicc_level level, const char *text)
{
    (void)context;
    if (level == EMUICC_ERROR)
        snprintf(last_line, sizeof(last_line), "%s", text);
}

static void begin(void)
{
    cr_assert(mkdtemp(folder) != NULL);
}

static void end(void)
{
    char command[64];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert(system(command) == 0);
}

TestSuite(library, .init = begin, .fini = end);

static struct emuicc *open_chip(const char *name)
{
    static const char *const install[] = {PROFILES "/usim-milenage.der,enabled"};
    char state[64];
    struct emuicc *chip = NULL;
    snprintf(state, sizeof(state), "%s/%s", folder, name);
    const struct emuicc_options options = {.size = sizeof(options),
                                           .state = state,
                                           .install = install,
                                           .install_count = 1,
                                           .log = take_line};
    cr_assert(eq(int, emuicc_open(&options, &chip), EMUICC_FINE), "%s", last_line);
    cr_assert(eq(int, emuicc_power(chip, EMUICC_POWER_ON), EMUICC_FINE));
    return chip;
}

/* Status word of a command, or what the call returned below 0. */
static long status_of(struct emuicc *chip, const char *bytes, size_t len)
{
    uint8_t answer[EMUICC_RESPONSE_MAX];
    const long count = emuicc_transmit(chip, (const uint8_t *)bytes, len, answer, sizeof(answer));
    return count < 2 ? count : answer[count - 2] << 8 | answer[count - 1];
}

#define SELECT_MF "\x00\xA4\x00\x0C\x02\x3F\x00"
#define SELECT_ICCID "\x00\xA4\x00\x0C\x02\x2F\xE2"
#define READ_ICCID "\x00\xB0\x00\x00\x0A"
#define STATUS(chip, text) status_of(chip, text, sizeof(text) - 1)

Test(library, a_chip_answers)
{
    static const uint8_t expected[] = {0x98, 0x88, 0x12, 0x01, 0, 0, 0, 0, 0x10, 0xF1, 0x90, 0};
    uint8_t answer[16];
    struct emuicc *chip = open_chip("chip");
    cr_assert(eq(long, STATUS(chip, SELECT_ICCID), 0x9000));
    cr_assert(eq(long,
                 emuicc_transmit(chip, (const uint8_t *)READ_ICCID, 5, answer, sizeof(answer)),
                 (long)sizeof(expected)));
    cr_assert(memcmp(answer, expected, sizeof(expected)) == 0);
    cr_assert(eq(long, STATUS(chip, "\x00"), 0x6700));
    emuicc_close(chip);
}

Test(library, arguments_are_checked)
{
    struct emuicc *chip = NULL;
    struct emuicc_options options = {.size = sizeof(options)};
    uint8_t answer[EMUICC_ATR_MAX];
    cr_assert(eq(int, emuicc_open(NULL, &chip), EMUICC_ARGUMENT));
    cr_assert(eq(int, emuicc_open(&options, &chip), EMUICC_ARGUMENT));
    options.state = folder;
    options.size = 8;
    cr_assert(eq(int, emuicc_open(&options, &chip), EMUICC_ARGUMENT));
    options.size = sizeof(options);
    options.personality = "no-such-chip";
    options.log = take_line;
    cr_assert(eq(int, emuicc_open(&options, &chip), EMUICC_FAILED));
    cr_assert(strstr(last_line, "no-such-chip") != NULL, "%s", last_line);
    cr_assert(chip == NULL);
    emuicc_close(NULL);
    cr_assert(eq(int, emuicc_power(NULL, EMUICC_POWER_ON), EMUICC_ARGUMENT));
    chip = open_chip("chip");
    cr_assert(eq(int, emuicc_power(chip, (enum emuicc_power)7), EMUICC_ARGUMENT));
    cr_assert(eq(long, emuicc_transmit(chip, NULL, 0, answer, sizeof(answer)), EMUICC_ARGUMENT));
    cr_assert(eq(long, emuicc_atr(chip, answer, 3), EMUICC_ROOM));
    cr_assert(
        eq(long, emuicc_transmit(chip, (const uint8_t *)SELECT_MF, 7, answer, 1), EMUICC_ROOM));
    emuicc_close(chip);
}

Test(library, a_chip_is_opened_once_at_a_time_and_remembers)
{
    struct emuicc *chip = open_chip("chip"), *other = NULL;
    char state[64];
    snprintf(state, sizeof(state), "%s/chip", folder);
    const struct emuicc_options options = {
        .size = sizeof(options), .state = state, .log = take_line};
    cr_assert(eq(int, emuicc_open(&options, &other), EMUICC_FAILED));
    emuicc_close(chip);
    cr_assert(eq(int, emuicc_open(&options, &other), EMUICC_FINE));
    cr_assert(eq(long, STATUS(other, SELECT_ICCID), 0x9000));
    emuicc_close(other);
}

static const char *request(struct emuicc *chip, const char *line)
{
    static char answer[EMUICC_REQUEST_ANSWER_MAX];
    cr_assert(gt(long, emuicc_request(chip, line, answer, sizeof(answer)), 0), "%s", line);
    return answer;
}

Test(library, requests_faults_and_snapshots)
{
    struct emuicc *chip = open_chip("chip");
    cr_assert(strstr(request(chip, "status"), "\"eid\":\"89") != NULL);
    cr_assert(strstr(request(chip, "fly"), "{\"error\": \"") != NULL);
    cr_assert(eq(str, (char *)request(chip, "fault-list"), "{\"faults\":[]}"));
    cr_assert(strstr(request(chip, "fault-add apdu 1 = mute"), "\"id\":1") != NULL);
    const char *faults = request(chip, "fault-list");
    cr_assert(strstr(faults, "\"id\":1,\"fault\":\"apdu = mute\"") != NULL, "%s", faults);
    cr_assert(strstr(faults, "\"passes\":0,\"strikes\":0") != NULL, "%s", faults);
    cr_assert(eq(long, STATUS(chip, SELECT_MF), EMUICC_MUTE));
    cr_assert(eq(long, STATUS(chip, SELECT_MF), EMUICC_MUTE));
    cr_assert(eq(int, emuicc_power(chip, EMUICC_POWER_RESET), EMUICC_FINE));
    cr_assert(eq(long, STATUS(chip, SELECT_MF), 0x9000));
    request(chip, "eject");
    cr_assert(eq(long, STATUS(chip, SELECT_MF), EMUICC_GONE));
    cr_assert(eq(int, emuicc_power(chip, EMUICC_POWER_ON), EMUICC_GONE));
    request(chip, "insert");
    request(chip, "snapshot before");
    cr_assert(strstr(request(chip, "disable 8988211000000000011"), "error") == NULL);
    cr_assert(strstr(request(chip, "status"), "\"enabled\":false") != NULL);
    request(chip, "restore before");
    cr_assert(eq(int, emuicc_power(chip, EMUICC_POWER_ON), EMUICC_FINE));
    cr_assert(strstr(request(chip, "status"), "\"enabled\":true") != NULL);
    emuicc_close(chip);
}

static void *use(void *context)
{
    size_t wrong = 0;
    for (size_t i = 0; i < ROUNDS; i++)
        wrong += STATUS(context, SELECT_MF) != 0x9000;
    return (void *)wrong;
}

static void use_by_threads(struct emuicc *const *chips, size_t count)
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        cr_assert(pthread_create(&threads[i], NULL, use, chips[i % count]) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong;
        cr_assert(pthread_join(threads[i], &wrong) == 0);
        cr_expect(eq(ptr, wrong, NULL));
    }
}

Test(library, threads_share_a_chip_and_chips_share_nothing)
{
    struct emuicc *chips[] = {open_chip("one"), open_chip("two")};
    use_by_threads(chips, 1);
    use_by_threads(chips, 2);
    emuicc_close(chips[0]);
    emuicc_close(chips[1]);
}

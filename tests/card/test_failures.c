/* Memory that is short and a disk that fails, at every single place of every deed in turn: the chip
 * says so or carries on, has changed nothing or everything, and does the same deed the next time.
 * After each failure the power goes, in a child process: what was answered, what the chip showed
 * and what the next start finds are the same. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/isd-r/peer_device_change.h"
#include "tests/isd-r/peer_rpm.h"
#include "tests/isd-r/v3.h"
#include "tests/support/power_cut.h"
#include "tests/support/short_memory.h"
#include "tests/support/store_digest.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "card/card.h"

static struct card card;
static struct peer peer;
static char folder[] = "/tmp/emuicc-failures-XXXXXX";
static char state[64];

static uint16_t carry(void *context, struct bytes command, struct writer *data)
{
    static uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    (void)context;
    card_transmit(&card, command, &response);
    writer_put(data, bytes_of(room, response.len - 2));
    const uint16_t status = (uint16_t)(room[response.len - 2] << 8 | room[response.len - 1]);
    if (status >> 8 != 0x61)
        return status;
    return carry(context, BYTES(command.data[0], 0xC0, 0, 0, (uint8_t)status), data);
}

static uint16_t send(const char *command)
{
    uint8_t command_room[300], room[2048];
    struct writer bytes = writer_on(command_room, sizeof(command_room));
    struct writer data = writer_on(room, sizeof(room));
    cr_assert(hex_decode(command, &bytes));
    return carry(NULL, writer_bytes(&bytes), &data);
}

static void start(void)
{
    memory_disk_start();
    power_cut_start(NULL, NULL);
    cr_assert(mkdtemp(folder) != NULL);
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    peer.chip.carry = carry;
    snprintf(state, sizeof(state), "%s/chip", folder);
    cr_assert(card_open(&card, state) == 0);
    card.personality.settings = *v3_settings(0);
    cr_assert(isd_r_provision(card.store,
                              &(struct isd_r_provision){peer_entity(&peer, PKI_CI),
                                                        peer_entity(&peer, PKI_EUM),
                                                        peer_entity(&peer, PKI_EUICC), 1}) == 0);
    cr_assert(card_start(&card) == 0);
    cr_assert(store_commit(card.store) == 0);
}

static void stop(void)
{
    char command[64];
    memory_disk_watch(NULL, NULL);
    card_close(&card);
    peer_stop(&peer);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert(system(command) == 0);
}

TestSuite(failures, .init = start, .fini = stop, .timeout = 600);

/* Deeds, and what must be before each. */

#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"
#define ICCID 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10
#define CHANGE(tag) BYTES(0xBF, tag, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, ICCID, 0x81, 0x01, 0xFF)

static void select_isd_r(void)
{
    card_power(&card, CARD_RESET);
    cr_assert(send(SELECT_ISD_R) == SW_OK);
}

/* Whatever is there goes. */
static void clear(void)
{
    select_isd_r();
    cr_assert(peer_call(&peer, BYTES(0xBF, 0x34, 4, 0x82, 2, 5, 0xE0)) == SW_OK);
}

static void authenticated(void)
{
    clear();
    cr_assert(peer_authenticate(&peer, &(struct peer_authentication){.v3 = true}) == 0);
}

static void bound(void)
{
    const struct package content = package_with_usim(1);
    authenticated();
    cr_assert(peer_prepare(&peer, &(struct peer_preparation){0}) == 0);
    peer_bind(&peer, &(struct peer_binding){.content = &content});
}

static void installed(void)
{
    bound();
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
}

static void enabled(void)
{
    installed();
    cr_assert(peer_result(&peer, CHANGE(0x31), 0xBF31) == 0);
}

/* An ES10 request in blocks, to the first that is refused; the answer's data to `answer`. */
static uint8_t answer_room[1 << 16];
static struct writer answer;

static uint16_t call(struct bytes request)
{
    answer = writer_on(answer_room, sizeof(answer_room));
    for (uint8_t number = 0;; number++) {
        uint8_t room[5 + CHIP_BLOCK_MAX];
        struct writer command = writer_on(room, sizeof(room));
        struct bytes block;
        const bool last = request.len <= CHIP_BLOCK_MAX;
        (void)bytes_take(&request, last ? request.len : CHIP_BLOCK_MAX, &block);
        writer_put(&command, BYTES(0x80, 0xE2, last ? 0x91 : 0x11, number, (uint8_t)block.len));
        writer_put(&command, block);
        const uint16_t status = carry(NULL, writer_bytes(&command), &answer);
        if (last || status != SW_OK || answer.len > 0)
            return status;
    }
}

static uint16_t ask_challenge(void)
{
    return call(BYTES(0xBF, 0x2E, 0x00));
}

static uint16_t ask_info(void)
{
    return call(BYTES(0xBF, 0x22, 0x00));
}

static uint8_t request_room[8192];
static struct writer request;

static void ready_to_authenticate(void)
{
    struct tlv whole, value;
    clear();
    cr_assert(ask_challenge() == SW_OK);
    cr_assert(tlv_whole(writer_bytes(&answer), 0xBF2E, &whole) &&
              tlv_whole(whole.value, 0x80, &value));
    cr_assert(bytes_copy_exact(value.value, peer.challenge, sizeof(peer.challenge)));
    request = writer_on(request_room, sizeof(request_room));
    peer_put_authentication(&peer, &(struct peer_authentication){0}, &request);
}

static void ready_to_prepare(void)
{
    authenticated();
    request = writer_on(request_room, sizeof(request_room));
    peer_put_preparation(&peer, &(struct peer_preparation){0}, &request);
}

/* The end user rejects what was prepared. */
static void ready_to_cancel(void)
{
    authenticated();
    cr_assert(peer_prepare(&peer, &(struct peer_preparation){0}) == 0);
    request = writer_on(request_room, sizeof(request_room));
    const size_t mark = tlv_open(&request, 0xBF41);
    tlv_put(&request, 0x80, bytes_of(peer.transaction_id, peer.transaction_id_len));
    tlv_put_u8(&request, 0x81, 0);
    tlv_close(&request, mark);
}

/* A server may do with the profile what it likes, and wants to. */
/* A profile whose metadata have this element besides. */
static void installed_with(void (*put)(const struct peer *peer, struct writer *out))
{
    const struct package content = package_with_usim(1);
    uint8_t room[512];
    struct writer writer = writer_on(room, sizeof(room));
    authenticated();
    cr_assert(peer_prepare(&peer, &(struct peer_preparation){0}) == 0);
    const size_t mark = tlv_open(&writer, 0xBF25);
    tlv_put(&writer, 0x5A, BYTES(ICCID));
    tlv_put(&writer, 0x91, bytes_of_text("Provider"));
    tlv_put(&writer, 0x92, bytes_of_text("Name"));
    put(&peer, &writer);
    tlv_close(&writer, mark);
    peer_bind(&peer,
              &(struct peer_binding){.content = &content, .metadata = writer_bytes(&writer)});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
}

static void ready_to_manage(void)
{
    uint8_t room[512];
    struct writer writer = writer_on(room, sizeof(room));
    installed_with(peer_put_rpm_configuration);
    cr_assert(peer_authenticate(&peer, &(struct peer_authentication){.v3 = true}) == 0);
    peer_put_rpm_command(0xA5, BYTES(ICCID), BYTES(0xBF, 0x2A, 3, 0x92, 1, 'N'), false, &writer);
    peer_put_rpm_command(0xA1, BYTES(ICCID), (struct bytes){0}, false, &writer);
    request = writer_on(request_room, sizeof(request_room));
    peer_put_rpm(&peer, &(struct peer_rpm_request){.package = writer_bytes(&writer)}, &request);
}

/* requestToDp, to this server. */
static void put_change_configuration(const struct peer *of, struct writer *out)
{
    (void)of;
    const size_t whole = tlv_open(out, 0xBF20);
    const size_t choice = tlv_open(out, 0xA0);
    tlv_put(out, 0x80, bytes_of_text(PEER_ADDRESS));
    tlv_close(out, choice);
    tlv_close(out, whole);
}

/* The server wants the profile deleted and the new device told. */
static void ready_to_change(void)
{
    uint8_t room[256];
    struct writer writer = writer_on(room, sizeof(room));
    installed_with(put_change_configuration);
    cr_assert(peer_ask_for(&peer, 0xA1, BYTES(ICCID)) == 0);
    cr_assert(peer_prepare_change(&peer, false, (struct bytes){0}, &(struct peer_signing){0}) == 0);
    const size_t mark = tlv_open(&writer, 0xA0);
    peer_put_change_data(BYTES(ICCID), BYTES(0x81, 0, 0x82, 0, 0x83, 1, 'a'), &writer);
    tlv_close(&writer, mark);
    request = writer_on(request_room, sizeof(request_room));
    peer_put_verification(&peer, writer_bytes(&writer), &(struct peer_signing){0}, &request);
}

static uint16_t send_request(void)
{
    return call(writer_bytes(&request));
}

static uint16_t load(void)
{
    return call(writer_bytes(&peer.bpp));
}

static uint16_t enable(void)
{
    return call(CHANGE(0x31));
}

static uint16_t disable(void)
{
    return call(CHANGE(0x32));
}

static uint16_t delete_profile(void)
{
    return call(BYTES(0xBF, 0x33, 0x0C, 0x5A, 0x0A, ICCID));
}

static uint16_t nickname(void)
{
    return call(BYTES(0xBF, 0x29, 0x0F, 0x5A, 0x0A, ICCID, 0x90, 0x01, 'N'));
}

static uint16_t memory_reset(void)
{
    return call(BYTES(0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, 0xE0));
}

static uint16_t list(void)
{
    return call(BYTES(0xBF, 0x2D, 0x00));
}

static uint16_t retrieve(void)
{
    return call(BYTES(0xBF, 0x2B, 0x00));
}

static uint16_t select_usim(void)
{
    return send("00A4040C07A0000000871002");
}

static uint16_t reset(void)
{
    card_power(&card, CARD_RESET);
    return SW_OK;
}

/* clang-format off */
static const struct {
    const char *name;
    void (*before)(void);
    uint16_t (*deed)(void);
    bool repeats; /* the answer is the same each time */
    bool forgets; /* the key of the session */
} rows[] = {
    {"GetEUICCChallenge",         clear,                 ask_challenge},
    {"GetEUICCInfo2",             clear,                 ask_info, .repeats = true},
    {"AuthenticateServer",        ready_to_authenticate, send_request},
    {"PrepareDownload",           ready_to_prepare,      send_request},
    {"CancelSession",             ready_to_cancel,       send_request, .forgets = true},
    {"LoadBoundProfilePackage",   bound,                 load},
    {"EnableProfile",             installed,             enable},
    {"DisableProfile",            enabled,               disable},
    {"DeleteProfile",             installed,             delete_profile},
    {"SetNickname",               installed,             nickname},
    {"eUICCMemoryReset",          enabled,               memory_reset},
    {"LoadRpmPackage",            ready_to_manage,       send_request},
    {"VerifyDeviceChange",        ready_to_change,       send_request},
    {"GetProfilesInfo",           installed,             list, .repeats = true},
    {"RetrieveNotificationsList", installed,             retrieve},
    {"SELECT",                    enabled,               select_usim},
    {"a reset",                   enabled,               reset},
};
/* clang-format on */

/* What the store holds, as far as deeds change it. */
struct holding {
    size_t profiles, enabled, nicknamed, notifications;
};

static int count_profile(void *context, const struct store_profile *row)
{
    struct holding *holding = context;
    holding->profiles++;
    holding->enabled += row->state;
    holding->nicknamed += row->nickname.len > 0;
    return 0;
}

static int count_notification(void *context, const struct store_notification *row)
{
    struct holding *holding = context;
    (void)row;
    holding->notifications++;
    return 0;
}

static int count_key(void *context, const char *name, struct bytes value)
{
    size_t *count = context;
    (void)name;
    *count += value.len > 0;
    return 0;
}

/* Of sessions: a LoadBoundProfilePackage uses it up with its first segment, so it is not held. */
static size_t keys(void)
{
    size_t count = 0;
    cr_assert(store_each_value(card.store, "one-time-key", count_key, &count) == 0);
    return count;
}

static struct holding holding(void)
{
    struct holding holding = {0};
    cr_assert(store_each_profile(card.store, count_profile, &holding) == 0);
    cr_assert(store_each_notification(card.store, count_notification, &holding) == 0);
    return holding;
}

/* What the chip says of its profiles and notifications, and what its store holds. */
struct shown {
    struct holding holding;
    uint8_t profiles[SHA256_SIZE], notifications[SHA256_SIZE];
};

static void note_answer(struct bytes question, uint8_t digest[SHA256_SIZE])
{
    cr_assert(call(question) == SW_OK);
    const struct bytes whole = writer_bytes(&answer);
    cr_assert(sha256(&whole, 1, digest) == 0);
}

static struct shown show(void)
{
    struct shown shown = {.holding = holding()};
    cr_assert(send(SELECT_ISD_R) == SW_OK);
    note_answer(BYTES(0xBF, 0x2D, 0x00), shown.profiles);
    note_answer(BYTES(0xBF, 0x2B, 0x00), shown.notifications);
    return shown;
}

/* What a child process found after the power had gone. */
static struct next_start {
    struct shown shown;
    uint8_t digest[SHA256_SIZE];
    const char *wrong;
} * next;

static void start_again(enum power_cut kind)
{
    power_cut_settle(kind, 1);
    next->wrong = store_digest(state, next->digest);
    if (next->wrong == NULL && card_open(&card, state) != 0)
        next->wrong = "it cannot be opened";
    card.personality.settings = *v3_settings(0);
    if (next->wrong == NULL && card_start(&card) != 0)
        next->wrong = "it does not start";
    if (next->wrong == NULL)
        next->shown = show();
}

static void cut_power(enum power_cut kind)
{
    int status;
    memset(next, 0, sizeof(*next));
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        start_again(kind);
        _exit(0);
    }
    cr_assert(waitpid(child, &status, 0) == child);
    if (status != 0)
        next->wrong = "its process fails";
}

/* Whatever reached the disk: the chip that starts is the one that was shown. */
static void expect_next_start(const char *what, size_t place, enum power_cut last,
                              const struct shown *shown)
{
    static const char *const kinds[] = {"killed", "cut clean", "torn"};
    uint8_t first[SHA256_SIZE];
    for (enum power_cut kind = POWER_CUT_KILLED; kind <= last; kind++) {
        cut_power(kind);
        if (kind == POWER_CUT_KILLED)
            memcpy(first, next->digest, sizeof(first));
        cr_expect(next->wrong == NULL, "%s at %zu, %s: %s", what, place, kinds[kind], next->wrong);
        cr_expect(memcmp(&next->shown, shown, sizeof(*shown)) == 0,
                  "%s at %zu, %s: the next start shows something else", what, place, kinds[kind]);
        cr_expect(memcmp(next->digest, first, sizeof(first)) == 0,
                  "%s at %zu, %s: the store is another than after a kill", what, place,
                  kinds[kind]);
    }
}

struct failing {
    enum power_cut last_cut; /* the power goes in the ways up to this one */
    const char *name;
    void (*after)(size_t count);
    bool (*happened)(void);
};

/* What a row's deed answers when nothing fails. */
static uint8_t usual[SHA256_SIZE];

static void note_usual(size_t row)
{
    rows[row].before();
    cr_assert(rows[row].deed() == SW_OK);
    const struct bytes whole = writer_bytes(&answer);
    cr_assert(sha256(&whole, 1, usual) == 0);
}

static void expect_usual(size_t row, const char *what, size_t place)
{
    uint8_t digest[SHA256_SIZE];
    const struct bytes whole = writer_bytes(&answer);
    cr_assert(sha256(&whole, 1, digest) == 0);
    cr_expect(memcmp(digest, usual, sizeof(usual)) == 0, "%s, %s at %zu: another answer",
              rows[row].name, what, place);
}

static bool is_failure(uint16_t status)
{
    return status == SW_TECHNICAL_PROBLEM || status == SW_MEMORY_PROBLEM;
}

/* The deed with a failure at this place; false if it has fewer. */
static bool fail_at(const struct failing *failing, size_t row, size_t place)
{
    rows[row].before();
    card_idle(&card);
    const struct holding before = holding();
    const size_t keys_before = keys();
    failing->after(place);
    const uint16_t status = rows[row].deed();
    const bool happened = failing->happened();
    const bool is_answered = card_outcome(&card).link == HARDWARE_ANSWERS;
    failing->after(SIZE_MAX);
    if (status == SW_OK && rows[row].repeats)
        expect_usual(row, failing->name, place);
    const struct shown shown = show();
    const struct holding after = shown.holding;
    cr_expect(happened || status == SW_OK, "%s: %04X", rows[row].name, status);
    cr_expect(status == SW_OK || is_failure(status), "%s, %s at %zu: %04X", rows[row].name,
              failing->name, place, status);
    if (is_failure(status) && is_answered)
        cr_expect(memcmp(&before, &after, sizeof(before)) == 0,
                  "%s, %s at %zu: refused, but something has changed", rows[row].name,
                  failing->name, place);
    if (rows[row].forgets)
        cr_expect(keys_before == 1 && (keys() == 0 || status != SW_OK), "%s, %s at %zu",
                  rows[row].name, failing->name, place);
    if (happened)
        expect_next_start(rows[row].name, place, failing->last_cut, &shown);
    return happened;
}

static void fail_everywhere(const struct failing *failing)
{
    next = mmap(NULL, sizeof(*next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert(next != MAP_FAILED);
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        size_t place = 0;
        if (rows[row].repeats)
            note_usual(row);
        while (fail_at(failing, row, place))
            place++;
        fprintf(stderr, "%s: %s failed at %zu places\n", rows[row].name, failing->name, place);
    }
}

Test(failures, of_memory)
{
    fail_everywhere(
        &(struct failing){POWER_CUT_KILLED, "memory", short_memory_after, short_memory_was_short});
}

Test(failures, of_the_disk)
{
    fail_everywhere(&(struct failing){POWER_CUT_TORN, "the disk", memory_disk_fail_after,
                                      memory_disk_has_failed});
}

/* While it is broken nobody knows whether a commit is on it: then the command gets no answer. */
Test(failures, of_a_disk_that_stays_broken)
{
    fail_everywhere(&(struct failing){POWER_CUT_TORN, "the broken disk", memory_disk_break_after,
                                      memory_disk_has_failed});
}

#define VERIFY_PIN1 "0020000108"
#define PIN1 "30303030FFFFFFFF"
#define WRONG "3939393939393939"

/* A try that cannot be counted tells nothing: the right PIN gets the same answer as a wrong one. */
Test(failures, a_code_is_not_tried_for_nothing_on_a_broken_disk)
{
    enabled();
    cr_assert_eq(send("00A4000C023F00"), SW_OK);
    cr_assert_eq(send(VERIFY_PIN1 PIN1), SW_OK);
    memory_disk_break_after(0);
    cr_expect_eq(send(VERIFY_PIN1 WRONG), SW_MEMORY_PROBLEM);
    cr_expect_eq(send(VERIFY_PIN1 PIN1), SW_MEMORY_PROBLEM);
    cr_expect_eq(send(VERIFY_PIN1 WRONG), SW_MEMORY_PROBLEM);
    memory_disk_fail_after(SIZE_MAX);
    cr_expect_eq(send(VERIFY_PIN1 WRONG), 0x63C2);
    cr_expect_eq(send(VERIFY_PIN1 PIN1), SW_OK);
}

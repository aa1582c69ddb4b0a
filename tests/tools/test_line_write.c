#include <criterion/criterion.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "tests/tools/line_chip.h"
#include "tests/tools/smdpp_world.h"
#include "tools/line/write.h"
#include "tools/smdpp/orders/catalogue.h"

#define LOG_MAX 262144

static struct world world;
static struct line_chip chip;
static struct line line;
static struct write_report report;
static char batch_path[WORLD_PATH_SIZE + 16];
static char log_text[LOG_MAX];
static size_t log_len;
static uint8_t root_key[32];

static int cmac_here(void *context, struct bytes message, uint8_t mac[AES_BLOCK])
{
    return aes_cmac(bytes_of(context, sizeof(root_key)), &message, 1, mac);
}

static void keep_log(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    const size_t len = strlen(text);
    cr_assert_lt(log_len + len + 1, LOG_MAX);
    memcpy(log_text + log_len, text, len + 1);
    log_len += len;
}

/* A batch with the large package for the world's chip. */
static void make_batch(void)
{
    struct catalogue_entry entry;
    cr_assert_eq(catalogue_read(world.profiles, WORLD_LARGE, WORLD_ADDRESS, &entry), 0);
    const struct batch_profile profile = {WORLD_EID, WORLD_LARGE, blob_bytes(&entry.package),
                                          &entry.metadata};
    memset(root_key, 0xC3, sizeof(root_key));
    line.root = (struct diversify){cmac_here, root_key};
    cr_assert_eq(batch_create(batch_path, WORLD_ADDRESS, &line.root, &line.batch), 0);
    cr_assert_eq(batch_add(line.batch, &line.root, &profile), BATCH_ADDED);
    memcpy(chip.iccid, entry.metadata.iccid, sizeof(chip.iccid));
    catalogue_finish_entry(&entry);
}

static void start(void)
{
    world_make(&world);
    snprintf(batch_path, sizeof(batch_path), "%s/batch", world.folder);
    cr_assert_eq(identity_read(world.pki, NULL, NULL, 1800000000, &line.identity), 0);
    line_chip_insert(&chip, world.pki);
    make_batch();
    memcpy(line.isd_r, "\xA0\x00\x00\x05\x59", 5);
    line.isd_r_len = 5;
    trace_to(keep_log, NULL);
}

static void end(void)
{
    line_finish(&line);
    line_chip_remove(&chip);
    world_end(&world);
}

TestSuite(line_write, .init = start, .fini = end);

static enum write_outcome write_but(const char *done)
{
    log_len = 0;
    write_chip(&line, 0, &chip.card.transport, done, &report);
    cr_assert_null(chip.card.wrong, "%s", chip.card.wrong);
    return report.outcome;
}

static enum write_outcome write_it(void)
{
    return write_but("");
}

struct found {
    enum batch_state state;
    size_t result_len;
    char reason[BATCH_REASON_SIZE];
};

static void look(void *context, const struct batch_row *row, struct bytes result)
{
    struct found *found = context;
    found->state = row->state;
    found->result_len = result.len;
    snprintf(found->reason, sizeof(found->reason), "%s", row->reason);
}

static struct found row(void)
{
    struct found found = {0};
    cr_assert_eq(batch_each(line.batch, look, &found), 1);
    return found;
}

static void expect_left(const char *text)
{
    cr_assert_eq(write_it(), WRITE_LEFT, "%s", write_outcome_text(report.outcome));
    cr_assert_not_null(strstr(report.text, text), "%s", report.text);
    cr_assert_eq(row().state, BATCH_WAITING);
    cr_assert_not_null(strstr(row().reason, text), "%s", row().reason);
}

Test(line_write, a_chip_gets_its_profile_and_the_batch_its_result)
{
    struct catalogue_entry entry;
    cr_assert_eq(write_it(), WRITE_DONE, "%s", report.text);
    cr_assert_str_eq(report.eid, WORLD_EID);
    cr_assert_eq(row().state, BATCH_WRITTEN);
    cr_assert_gt(row().result_len, 100);
    cr_assert_eq(chip.result.len, 0, "the chip still has to tell somebody");
    cr_assert(chip.installed.keys_replaced);
    cr_assert_eq(catalogue_read(world.profiles, WORLD_LARGE, WORLD_ADDRESS, &entry), 0);
    cr_assert(bytes_equal(blob_bytes(&chip.installed.package), blob_bytes(&entry.package)));
    catalogue_finish_entry(&entry);
    cr_assert_eq(chip.cancelled, 0);

    line_chip_reset(&chip);
    cr_assert_eq(write_it(), WRITE_REFUSED);
    cr_assert_not_null(strstr(report.text, "written before"), "%s", report.text);
    cr_assert_eq(chip.authenticated, 1);
    cr_assert_eq(row().state, BATCH_WRITTEN);
}

Test(line_write, a_signed_refusal_fails_the_row_and_may_be_tried_again)
{
    chip.refuses = true;
    cr_assert_eq(write_it(), WRITE_FAILED);
    cr_assert_eq(row().state, BATCH_FAILED);
    cr_assert_not_null(strstr(row().reason, "PEProcessingError (12)"), "%s", row().reason);
    cr_assert_gt(row().result_len, 100);
    chip.refuses = false;
    line_chip_reset(&chip);
    cr_assert_eq(write_it(), WRITE_DONE, "%s", report.text);
    cr_assert_eq(row().state, BATCH_WRITTEN);
}

Test(line_write, who_is_not_believed_gets_nothing)
{
    static const struct {
        enum mini_card_fault fault;
        const char *text;
    } faults[] = {
        {MINI_CARD_WRONG_SIGNATURE, "signature is wrong"},
        {MINI_CARD_WRONG_TRANSACTION, "something else than it was asked"},
        {MINI_CARD_WRONG_CHALLENGE, "something else than it was asked"},
        {MINI_CARD_WRONG_ADDRESS, "something else than it was asked"},
        {MINI_CARD_WRONG_POINT, "no point"},
        {MINI_CARD_ERROR, "signature"},
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        line_chip_reset(&chip);
        chip.mini.fault = faults[i].fault;
        expect_left(faults[i].text);
        cr_assert_eq(chip.installed.package.len, 0);
    }
    cr_assert_gt(chip.cancelled, 0);
}

Test(line_write, another_chips_certificate_is_no_identity)
{
    chip.eid[15] ^= 0x10;
    cr_assert_eq(write_it(), WRITE_REFUSED);
    cr_assert_not_null(strstr(report.text, "no profile for this EID"), "%s", report.text);
    cr_assert_eq(row().state, BATCH_WAITING);
}

/* Pulled out at every command in turn: the row is never written without a result, and the next
 * try finds what the last one has left. */
Test(line_write, a_chip_that_is_pulled_out_anywhere_is_written_the_next_time)
{
    size_t commands;
    chip.dies_at_end = false;
    for (commands = 1;; commands++) {
        line_chip_reset(&chip);
        chip.card.dies_after = commands;
        const enum write_outcome outcome = write_it();
        if (outcome == WRITE_DONE)
            break;
        cr_assert_eq(outcome, WRITE_LEFT, "after %zu commands: %s", commands, report.text);
        cr_assert_eq(row().state, BATCH_WAITING);
        cr_assert_eq(row().result_len, 0);
        cr_assert_lt(commands, 200);
    }
    cr_assert_eq(row().state, BATCH_WRITTEN);
    cr_assert_gt(commands, 10);
}

Test(line_write, a_result_that_nobody_heard_is_found_again)
{
    chip.dies_at_end = true;
    expect_left("went away");
    cr_assert_gt(chip.result.len, 0);
    const uint8_t first = chip.mini.transaction_id[0], second = chip.mini.transaction_id[1];
    line_chip_reset(&chip);
    cr_assert_eq(write_it(), WRITE_DONE, "%s", report.text);
    cr_assert_eq(row().state, BATCH_WRITTEN);
    cr_assert(chip.mini.transaction_id[0] != first || chip.mini.transaction_id[1] != second,
              "there was no second session");
    cr_assert_eq(chip.result.len, 0);
}

Test(line_write, a_result_of_another_download_proves_nothing)
{
    chip.dies_at_end = true;
    expect_left("went away");
    chip.result.data[chip.result.len - 1] ^= 1;
    line_chip_reset(&chip);
    expect_left("signature under its result is wrong");
}

static bool holds(const uint8_t *memory, size_t len, struct bytes key)
{
    char digits[HEX_SIZE(SECRET_SIZE_MAX)];
    hex_encode(key, digits);
    return memmem(memory, len, key.data, key.len) != NULL ||
           memmem(memory, len, digits, strlen(digits)) != NULL;
}

Test(line_write, no_key_and_no_profile_in_batch_or_trace)
{
    struct blob file;
    struct binder_keys keys;
    struct diversify_target target;
    memcpy(target.eid, chip.eid, sizeof(target.eid));
    memcpy(target.iccid, chip.iccid, sizeof(target.iccid));
    cr_assert_eq(diversify_keys(&line.root, &target, &keys), 0);
    cr_assert_eq(write_it(), WRITE_DONE, "%s", report.text);
    cr_assert_gt(log_len, 1000, "nothing was traced");
    cr_assert_eq(blob_read_file(batch_path, 1 << 20, &file), 0);
    const struct bytes wanted[] = {
        bytes_of(root_key, sizeof(root_key)),
        bytes_of(keys.enc, sizeof(keys.enc)),
        bytes_of(keys.mac, sizeof(keys.mac)),
        bytes_of(keys.chaining, sizeof(keys.chaining)),
        secret_bytes(&chip.session.enc),
        secret_bytes(&chip.session.mac),
        bytes_of(chip.installed.package.data + 200, 32),
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        cr_assert_gt(wanted[i].len, 0);
        cr_assert_not(holds(file.data, file.len, wanted[i]), "the batch holds key %zu", i);
        cr_assert_not(holds((const uint8_t *)log_text, log_len, wanted[i]),
                      "the trace holds key %zu", i);
    }
    cr_assert(holds(file.data, file.len, bytes_of_text(WORLD_EID)), "the search finds nothing");
    blob_finish(&file);
}

Test(line_write, a_chip_to_be_passed_over_is_only_asked_who_it_is)
{
    char eid[BATCH_EID_SIZE];
    pki_eid_to_text(chip.eid, eid);
    cr_assert_eq(write_but(eid), WRITE_LEFT);
    cr_assert(report.same);
    cr_assert_eq(chip.authenticated, 0);
    cr_assert_eq(row().state, BATCH_WAITING);
    cr_assert_eq(write_but("89049032123451234512345678901332"), WRITE_DONE, "%s", report.text);
    cr_assert_not(report.same);
}

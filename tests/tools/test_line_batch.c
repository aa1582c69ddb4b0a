#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "crypto/primitives/bsp.h"
#include "tools/lib/batch/batch.h"

#define EID_1 "89049032123451234512345678901235"
#define EID_2 "89049032123451234512345678901332"
#define ADDRESS "smdp.example.com"

static char path[64], said[512], me[OWNER_SIZE], other[OWNER_SIZE];
static struct batch *batch;
static uint8_t key[32];

static int cmac_here(void *context, struct bytes message, uint8_t mac[AES_BLOCK])
{
    return aes_cmac(bytes_of(context, sizeof(key)), &message, 1, mac);
}
static const struct diversify root = {cmac_here, key};

static void listen(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    snprintf(said, sizeof(said), "%s", text);
}

static int add(const char *eid, uint8_t number)
{
    const uint8_t iccid[ICCID_SIZE] = {0x89, 0x88, 0, 0, 0, 0, 0, 0, number, 0x1F};
    const uint8_t package[3000] = {1, 2, 3, number};
    struct metadata_text metadata;
    metadata_text_init(&metadata, iccid, "name", ADDRESS);
    const struct batch_profile profile = {eid, "name", bytes_of(package, sizeof(package)),
                                          &metadata};
    return batch_add(batch, &root, &profile);
}

static void start(void)
{
    trace_to(listen, NULL);
    snprintf(path, sizeof(path), "/tmp/emuicc-batch-%ld", (long)getpid());
    unlink(path);
    cr_assert_eq(ec_start(), 0);
    memset(key, 7, sizeof(key));
    cr_assert(owner_self(0, me));
    cr_assert(owner_self(1, other));
    cr_assert_eq(batch_create(path, ADDRESS, &root, &batch), 0, "%s", said);
    cr_assert_eq(add(EID_1, 1), BATCH_ADDED);
}

static void end(void)
{
    batch_close(batch);
    unlink(path);
}

TestSuite(line_batch, .init = start, .fini = end);

static const uint8_t transaction[BATCH_TRANSACTION_SIZE] = {1, 2, 3};
static const struct batch_end success = {
    BATCH_WRITTEN, "", {(const uint8_t *)"pir", 3}, "reader", 5};

static void change(const char *sql)
{
    sqlite3 *connection;
    cr_assert_eq(sqlite3_open(path, &connection), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(connection, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(connection));
    sqlite3_close(connection);
}

Test(line_batch, a_chip_and_a_profile_come_once)
{
    cr_assert_eq(add(EID_1, 1), BATCH_THERE);
    cr_assert_eq(add(EID_1, 2), BATCH_EID_TAKEN);
    cr_assert_eq(add(EID_2, 1), BATCH_ICCID_TAKEN);
    cr_assert_eq(add(EID_2, 2), BATCH_ADDED);
    cr_assert_eq(batch_open_count(batch), 2);
    cr_assert_eq(batch_remove(batch, EID_2), 0);
    cr_assert_eq(batch_open_count(batch), 1);
    cr_assert_lt(batch_create(path, ADDRESS, &root, &batch), 0);
    cr_assert_not_null(strstr(said, "already"), "%s", said);
}

Test(line_batch, what_is_kept_opens_with_the_derived_keys)
{
    struct batch_row row;
    struct binder_keys keys;
    struct bsp bsp;
    struct tlv segment;
    uint8_t plain[2048];
    struct writer out = writer_on(plain, sizeof(plain));
    cr_assert_eq(batch_claim(batch, EID_1, me, &row), BATCH_YOURS);
    cr_assert_eq(batch_open_row(batch, &root, &row, &keys), 0);
    struct bytes rest = blob_bytes(&row.package);
    cr_assert_eq(bsp_init_keys(&bsp, bytes_of(keys.enc, 16), bytes_of(keys.mac, 16),
                               bytes_of(keys.chaining, 16)),
                 0);
    cr_assert(tlv_take_tag(&rest, 0x86, &segment));
    cr_assert_eq(bsp_open(&bsp, BSP_ENCRYPTED, &segment, &out), BSP_OK);
    cr_assert(bytes_start_with(writer_bytes(&out), BYTES(1, 2, 3, 1)));
    batch_finish_row(&row);
}

Test(line_batch, a_row_belongs_to_who_has_claimed_it)
{
    struct batch_row row, second;
    cr_assert_eq(batch_claim(batch, EID_2, me, &row), BATCH_NO_ROW);
    cr_assert_eq(batch_claim(batch, EID_1, me, &row), BATCH_YOURS);
    cr_assert_not(row.started);
    cr_assert_eq(batch_claim(batch, EID_1, other, &second), BATCH_BUSY);
    cr_assert_str_eq(second.owner, me);
    cr_assert_eq(batch_remove(batch, EID_1), 1);
    snprintf(second.owner, sizeof(second.owner), "%s", other);
    cr_assert_eq(batch_start(batch, &second, transaction), 1);
    cr_assert_eq(batch_finish(batch, &second, &success), 1);
    cr_assert_eq(batch_release(batch, &second, "why"), 1);
    batch_finish_row(&second);

    cr_assert_eq(batch_start(batch, &row, transaction), 0);
    cr_assert_eq(batch_release(batch, &row, "pulled out"), 0);
    cr_assert_eq(batch_finish(batch, &row, &success), 1);
    batch_finish_row(&row);
    cr_assert_eq(batch_claim(batch, EID_1, other, &row), BATCH_YOURS);
    cr_assert(row.started);
    cr_assert_arr_eq(row.transaction_id, transaction, sizeof(transaction));
    cr_assert_str_eq(row.reason, "pulled out");
    cr_assert_eq(batch_finish(batch, &row, &success), 0);
    batch_finish_row(&row);
    cr_assert_eq(batch_claim(batch, EID_1, me, &row), BATCH_IS_DONE);
    batch_finish_row(&row);
    cr_assert_eq(batch_open_count(batch), 0);
}

/* In a process of its own, which claims and dies. */
Test(line_batch, what_a_dead_process_has_claimed_is_free)
{
    struct batch_row row;
    batch_close(batch);
    const pid_t child = fork();
    if (child == 0) {
        char owner[OWNER_SIZE];
        if (owner_self(0, owner) && batch_open(path, &root, &batch) == 0 &&
            batch_claim(batch, EID_1, owner, &row) == BATCH_YOURS &&
            batch_start(batch, &row, transaction) == 0)
            raise(SIGKILL);
        _exit(1);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    cr_assert_eq(batch_open(path, &root, &batch), 0, "%s", said);
    cr_assert_eq(batch_claim(batch, EID_1, me, &row), BATCH_YOURS);
    cr_assert(row.started);
    batch_finish_row(&row);
}

Test(line_batch, another_machine_is_given_its_time)
{
    const char *elsewhere = "00000000-0000-0000-0000-000000000000/1/2/0";
    const int64_t now = time(NULL);
    cr_assert(owner_lives(me, 0, now));
    cr_assert(owner_lives(elsewhere, now - OWNER_SECONDS + 5, now));
    cr_assert_not(owner_lives(elsewhere, now - OWNER_SECONDS, now));
    cr_assert_not(owner_lives("nonsense", now, now));
    cr_assert_not(owner_lives("", now, now));
}

/* What chips are told of their server is sealed with each row. */
Test(line_batch, an_altered_address_opens_nothing)
{
    struct batch_row row;
    struct binder_keys keys;
    change("UPDATE batch SET address = 'evil.example.com'");
    batch_close(batch);
    cr_assert_eq(batch_open(path, &root, &batch), 0);
    cr_assert_eq(batch_claim(batch, EID_1, me, &row), BATCH_YOURS);
    cr_assert_eq(batch_open_row(batch, &root, &row, &keys), 1);
    batch_finish_row(&row);
    change("UPDATE batch SET seals = 1");
    struct batch *found;
    cr_assert_lt(batch_open(path, &root, &found), 0);
    cr_assert_not_null(strstr(said, "prepare it anew"), "%s", said);
}

Test(line_batch, an_altered_row_opens_nothing)
{
    static const char *const changes[] = {
        "UPDATE rows SET package = substr(package, 1, length(package) - 1) || x'00'",
        "UPDATE rows SET metadata = metadata || x'00'",
        "UPDATE rows SET seal = zeroblob(16)",
        "UPDATE rows SET seal = x'00'",
        "UPDATE rows SET iccid = '8988000000000000021'",
        "UPDATE rows SET iccid = 'none'",
        "UPDATE rows SET name = 'another'",
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct batch_row row;
        struct binder_keys keys;
        change(changes[i]);
        cr_assert_eq(batch_claim(batch, EID_1, me, &row), BATCH_YOURS);
        cr_assert_eq(batch_open_row(batch, &root, &row, &keys), 1, "%s", changes[i]);
        cr_assert_eq(batch_release(batch, &row, ""), 0);
        batch_finish_row(&row);
        cr_assert_eq(batch_remove(batch, EID_1), 0);
        cr_assert_eq(add(EID_1, 1), BATCH_ADDED);
    }
}

Test(line_batch, another_token_another_file_and_another_release_are_told)
{
    uint8_t wrong[32] = {9};
    const struct diversify stranger = {cmac_here, wrong};
    struct batch *found;
    cr_assert_lt(batch_open(path, &stranger, &found), 0);
    cr_assert_not_null(strstr(said, "another token"), "%s", said);
    cr_assert_eq(batch_open(path, NULL, &found), 0);
    cr_assert_str_eq(batch_address(found), ADDRESS);
    batch_close(found);
    cr_assert_lt(batch_open("/tmp/no/such/batch", &root, &found), 0);
    cr_assert_not_null(strstr(said, "no such file"), "%s", said);
    change("PRAGMA user_version = 99");
    cr_assert_lt(batch_open(path, &root, &found), 0);
    cr_assert_not_null(strstr(said, "newer release"), "%s", said);
}

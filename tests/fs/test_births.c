/* Chips that are records until they are used: what comes out is what went in. The power goes before
 * every change that the disk is asked for: what was told to be there is there, whole, and what is
 * there is whole. */
#include "tests/fs/test_store.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/support/power_cut.h"
#include "tests/support/store_digest.h"
#include "fs/births/births.h"
#include "fs/profile/blob.h"

#define CHIPS 4
#define KEY_SIZE 32
#define MANY 1500
#define ADDRESS "smdp.example.com"

static const uint8_t first_eid[PKI_EID_SIZE] = {0x89, 0x04, 0x90, 0x32, 0x12, 0x34, 0x51, 0x23,
                                                0x45, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x35};
static uint8_t eids[MANY][PKI_EID_SIZE];
static struct births *births;

static const char *path_of(size_t chip, const char *file)
{
    static char path[300];
    char digits[PKI_EID_DIGITS + 1];
    pki_eid_to_text(eids[chip], digits);
    snprintf(path, sizeof(path), "%s/chips/%s%s", test_folder, digits, file);
    return path;
}

/* Each chip's own. */
static struct bytes key_of(size_t chip)
{
    static uint8_t key[KEY_SIZE];
    for (size_t i = 0; i < KEY_SIZE; i++)
        key[i] = (uint8_t)(0xA5 ^ (chip * 31 + i * 7));
    return bytes_of(key, sizeof(key));
}

static struct bytes values_of(size_t chip, struct writer *out)
{
    births_put_value(out, "eid", bytes_of(eids[chip], PKI_EID_SIZE));
    births_put_value(out, "credential/0000/ci", bytes_of_text("the CI's certificate"));
    births_put_value(out, "credential/0000/key", key_of(chip));
    return writer_bytes(out);
}

/* What a chip has, made as a store makes it. */
static void make_chip(const char *folder, size_t chip)
{
    struct store *store = test_open(folder);
    cr_assert(store_put(store, "eid", bytes_of(eids[chip], PKI_EID_SIZE)) == 0);
    test_put(store, "credential/0000/ci", "the CI's certificate");
    cr_assert(store_put(store, "credential/0000/key", key_of(chip)) == 0);
    test_put(store, "default-dp-address", ADDRESS);
    const struct store_domain record = {STORE_DOMAIN_KEY, bytes_of_text("20"), BYTES(1, 2, 3)};
    cr_assert(store_domain_put(store, 0, &record) == 0 && store_commit(store) == 0);
    store_close(store);
}

/* As a group leaves it. */
static void leave_log(const char *store)
{
    sqlite3 *database;
    cr_assert(sqlite3_open(store, &database) == SQLITE_OK &&
              sqlite3_exec(database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) == 0);
    sqlite3_close(database);
}

static void make_world(void)
{
    test_make_folder();
    cr_assert(mkdir(test_path("chips"), 0700) == 0);
    memcpy(eids[0], first_eid, PKI_EID_SIZE);
    for (size_t i = 1; i < MANY; i++) {
        memcpy(eids[i], eids[i - 1], PKI_EID_SIZE);
        pki_eid_next(eids[i]);
    }
    make_chip(path_of(0, ""), 0);
    leave_log(path_of(0, "/" STORE_FILE));
}

TestSuite(births, .init = make_world, .fini = test_remove_folder, .timeout = 120);

static void open_births(void)
{
    cr_assert(births_open(test_folder, &births) == 0, "%s", test_trace);
}

static int add(size_t chip)
{
    uint8_t room[1024];
    struct writer values = writer_on(room, sizeof(room));
    return births_add(births, eids[chip], values_of(chip, &values));
}

static void begin(void)
{
    uint8_t room[1024];
    struct writer values = writer_on(room, sizeof(room));
    cr_assert(births_begin(births, path_of(0, ""), values_of(0, &values)) == 0, "%s", test_trace);
}

/* Records of all chips but the first. */
static void make_records(size_t chips)
{
    open_births();
    begin();
    for (size_t i = 1; i < chips; i++)
        cr_assert(add(i) == 0, "%s", test_trace);
    cr_assert(births_flush(births) == 0, "%s", test_trace);
    births_close(births);
}

static int count_one(void *context, const uint8_t eid[PKI_EID_SIZE])
{
    size_t *count = context;
    cr_assert(memcmp(eid, eids[1 + *count], PKI_EID_SIZE) == 0, "in order");
    ++*count;
    return 0;
}

static size_t count(void)
{
    size_t found = 0;
    cr_assert(births_each(births, count_one, &found) == 0, "%s", test_trace);
    return found;
}

/* The same, in every row, as a chip that was made by itself. */
static void expect_whole(size_t chip)
{
    uint8_t made[SHA256_SIZE], expected[SHA256_SIZE];
    const char *alone = test_path("alone");
    make_chip(alone, chip);
    cr_assert(store_digest(alone, expected) == NULL);
    const char *wrong = store_digest(path_of(chip, ""), made);
    cr_assert(wrong == NULL, "%s", wrong);
    cr_assert(memcmp(made, expected, sizeof(made)) == 0, "chip %zu is not whole", chip);
    unlink(test_path("alone/" STORE_FILE));
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

Test(births, a_chip_made_of_its_record_is_the_chip_made_by_itself)
{
    struct stat about;
    uint8_t first[PKI_EID_SIZE];
    make_records(CHIPS);
    open_births();
    cr_assert(stat(test_path(BIRTHS_FILE), &about) == 0 && (about.st_mode & 0777) == 0600);
    cr_assert(count() == CHIPS - 1);
    cr_assert(births_first(births, first) == 0 && memcmp(first, eids[1], sizeof(first)) == 0);
    for (size_t i = CHIPS - 1; i > 0; i--) {
        cr_assert(births_make(births, eids[i]) == 0, "%s", test_trace);
        cr_assert(stat(path_of(i, ""), &about) == 0 && (about.st_mode & 0777) == 0700);
        cr_assert(stat(path_of(i, "/" STORE_FILE), &about) == 0 && (about.st_mode & 0777) == 0600);
        expect_whole(i);
        cr_assert(count() == i - 1);
    }
    cr_assert(births_make(births, eids[1]) == 0, "it is there");
    cr_assert(births_make(births, eids[CHIPS]) == SW_REFERENCE_NOT_FOUND);
    cr_assert(births_first(births, first) == SW_REFERENCE_NOT_FOUND);
    births_close(births);
    cr_assert_not(is_there(test_path(BIRTHS_FILE)), "a file without records goes");
}

Test(births, a_farm_without_records_has_no_file)
{
    uint8_t first[PKI_EID_SIZE];
    open_births();
    cr_assert(count() == 0 && births_first(births, first) == SW_REFERENCE_NOT_FOUND);
    cr_assert(births_make(births, eids[1]) == SW_REFERENCE_NOT_FOUND);
    begin();
    cr_assert(births_flush(births) == 0);
    births_close(births);
    cr_assert_not(is_there(test_path(BIRTHS_FILE)));
}

/* Whether these bytes are anywhere in the file. */
static bool holds(const char *path, struct bytes sought)
{
    struct blob file;
    if (blob_read_file(path, 1u << 24, &file) != 0)
        return false;
    const bool found = memmem(file.data, file.len, sought.data, sought.len) != NULL;
    blob_finish(&file);
    return found;
}

Test(births, keys_leave_the_records_with_their_chips_and_the_first_is_not_in_them)
{
    make_records(CHIPS);
    cr_assert_not(holds(test_path(BIRTHS_FILE), key_of(0)));
    cr_assert(holds(test_path(BIRTHS_FILE), key_of(2)));
    open_births();
    cr_assert(births_make(births, eids[2]) == 0, "%s", test_trace);
    births_close(births);
    cr_assert_not(holds(test_path(BIRTHS_FILE), key_of(2)));
    cr_assert_not(is_there(test_path(BIRTHS_FILE "-wal")));
    cr_assert(holds(path_of(2, "/" STORE_FILE), key_of(2)));
}

Test(births, a_chip_that_differs_in_what_others_share_has_its_own)
{
    uint8_t room[1024];
    struct writer values = writer_on(room, sizeof(room));
    make_records(3);
    open_births();
    begin();
    cr_assert(add(3) == 0, "%s", test_trace);
    births_put_value(&values, "eid", bytes_of(eids[4], PKI_EID_SIZE));
    births_put_value(&values, "credential/0000/ci", bytes_of_text("another CI's"));
    cr_assert(births_add(births, eids[4], writer_bytes(&values)) == 0);
    for (size_t i = 1; i < 5; i++)
        cr_assert(births_make(births, eids[i]) == 0, "%s", test_trace);
    births_close(births);
    for (size_t i = 1; i < 4; i++)
        expect_whole(i);
    struct store *store = test_open(path_of(4, ""));
    cr_assert_str_eq(test_get(store, "credential/0000/ci"), "another CI's");
    cr_assert_str_eq(test_get(store, "default-dp-address"), ADDRESS);
    cr_assert_null(test_get(store, "credential/0000/key"), "the first one's is not its");
    store_close(store);
}

Test(births, a_store_that_is_there_comes_first)
{
    make_records(CHIPS);
    make_chip(path_of(1, ""), 1);
    struct store *store = test_open(path_of(1, ""));
    test_put(store, "default-dp-address", "changed");
    cr_assert(store_commit(store) == 0);
    store_close(store);
    open_births();
    cr_assert(births_make(births, eids[1]) == 0);
    cr_assert(births_first(births, eids[MANY - 1]) == 0 &&
              memcmp(eids[MANY - 1], eids[2], PKI_EID_SIZE) == 0);
    births_close(births);
    store = test_open(path_of(1, ""));
    cr_assert_str_eq(test_get(store, "default-dp-address"), "changed");
    store_close(store);
}

Test(births, what_an_interrupted_making_left_is_made_again)
{
    make_records(CHIPS);
    cr_assert(mkdir(path_of(1, ""), 0700) == 0);
    FILE *half = fopen(path_of(1, "/" STORE_FILE ".new"), "w");
    for (int i = 0; i < 100000; i++)
        cr_assert(fputs("half", half) >= 0);
    fclose(half);
    cr_assert(symlink("half", path_of(1, "/" STORE_FILE "-wal")) == 0);
    open_births();
    cr_assert(births_make(births, eids[1]) == 0, "%s", test_trace);
    births_close(births);
    struct stat left;
    cr_assert(lstat(path_of(1, "/" STORE_FILE "-wal"), &left) != 0, "a store's that was removed");
    expect_whole(1);
}

Test(births, of_a_folder_alone_its_farm_is_found)
{
    char farm[PATH_MAX], whole[PATH_MAX];
    make_records(CHIPS);
    cr_assert(births_farm_of(path_of(2, "//"), farm));
    cr_assert_str_eq(farm, realpath(test_folder, whole));
    cr_assert_not(births_farm_of(test_folder, farm));
    cr_assert_not(births_farm_of(test_path("chips"), farm));
    cr_assert(births_make_in(test_path("chips/none")) == 0);
    cr_assert(births_make_in(test_path("elsewhere")) == 0);
    cr_assert(births_make_in("") == 0 && births_make_in("/") == 0);
    cr_assert(births_make_in(path_of(CHIPS, "")) == 0);
    cr_assert_not(is_there(path_of(CHIPS, "")), "no record, no chip");
    cr_assert(births_make_in(path_of(2, "/")) == 0, "%s", test_trace);
    expect_whole(2);
    cr_assert(births_make_in(path_of(2, "")) == 0, "it is there");
    cr_assert(chdir(test_path("chips")) == 0);
    char digits[PKI_EID_DIGITS + 1];
    pki_eid_to_text(eids[3], digits);
    cr_assert(births_make_in(digits) == 0, "%s", test_trace);
    cr_assert(chdir("/") == 0);
    expect_whole(3);
}

static void change(const char *sql)
{
    sqlite3 *database;
    cr_assert(sqlite3_open(test_path(BIRTHS_FILE), &database) == SQLITE_OK);
    cr_assert(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, "%s",
              sqlite3_errmsg(database));
    sqlite3_close(database);
}

static void expect_damaged(const char *sql)
{
    unlink(test_path(BIRTHS_FILE));
    make_records(CHIPS);
    change(sql);
    open_births();
    test_trace[0] = '\0';
    cr_assert(births_make(births, eids[1]) < 0, "%s", sql);
    cr_assert(strstr(test_trace, "is damaged") != NULL, "%s: %s", sql, test_trace);
    births_close(births);
    cr_assert_not(is_there(path_of(1, "/" STORE_FILE)), "%s", sql);
    cr_assert(is_there(test_path(BIRTHS_FILE)));
}

Test(births, a_damaged_record_makes_no_chip)
{
    expect_damaged("UPDATE birth SET own = substr(own, 1, 30) || x'00' || substr(own, 32)");
    expect_damaged("UPDATE birth SET own = substr(own, 1, 40)");
    expect_damaged("UPDATE birth SET own = x''");
    expect_damaged("UPDATE birth SET seal = substr(seal, 2)");
    expect_damaged("UPDATE birth SET pattern = 7");
    expect_damaged("UPDATE common SET value = value || x'00'");
    expect_damaged("DELETE FROM common");
    expect_damaged("UPDATE pattern SET store = substr(store, 1, 5000)");
    expect_damaged("UPDATE pattern SET store = x'00'");
    expect_damaged("UPDATE pattern SET store = substr(store, 1, length(store) - 1) || x'5A'");
    expect_damaged("UPDATE pattern SET seal = substr(seal, 2)");
    expect_damaged("UPDATE birth SET own = (SELECT own FROM birth ORDER BY eid DESC LIMIT 1)");
}

static void expect_refused(const char *why)
{
    test_trace[0] = '\0';
    cr_assert(births_open(test_folder, &births) != 0, "%s", why);
    cr_assert(strstr(test_trace, why) != NULL, "%s: %s", why, test_trace);
}

Test(births, a_file_that_is_none_of_this_release_is_refused_and_stays)
{
    make_records(CHIPS);
    change("PRAGMA user_version = 2");
    expect_refused("a newer release");
    change("PRAGMA application_id = 1");
    expect_refused("no records of a farm's chips");
    FILE *other = fopen(test_path(BIRTHS_FILE), "w");
    cr_assert(fputs("this is no database at all, though long enough to be one", other) >= 0);
    fclose(other);
    expect_refused("no records of a farm's chips");
    cr_assert(is_there(test_path(BIRTHS_FILE)));
    cr_assert(truncate(test_path(BIRTHS_FILE), 0) == 0); /* ended before it made the schema */
    open_births();
    cr_assert(count() == 0);
    births_close(births);
}

/* A full disk */

static void limit_files(size_t bytes)
{
    const struct rlimit limit = {bytes, RLIM_INFINITY};
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

Test(births, a_full_disk_is_said_and_nothing_is_half)
{
    signal(SIGXFSZ, SIG_IGN);
    open_births();
    begin();
    limit_files(300000);
    size_t added = 1;
    while (added < MANY && add(added) == 0)
        added++;
    const bool refused = added < MANY || births_flush(births) != 0;
    cr_assert(refused && strstr(test_trace, BIRTHS_FILE) != NULL, "%s", test_trace);
    births_close(births);
    limit_files(RLIM_INFINITY);
    open_births();
    const size_t left = count();
    cr_assert(left < MANY - 1);
    begin();
    for (size_t i = left + 1; i < MANY; i++)
        cr_assert(add(i) == 0, "%s", test_trace);
    cr_assert(births_flush(births) == 0 && count() == MANY - 1, "%s", test_trace);

    limit_files(20000); /* less than a store */
    cr_assert(births_make(births, eids[1]) == FAILURE_MEMORY);
    cr_assert(strstr(test_trace, "File too large") != NULL, "%s", test_trace);
    cr_assert_not(is_there(path_of(1, "")));
    limit_files(RLIM_INFINITY);
    cr_assert(births_make(births, eids[1]) == 0 && births_make(births, eids[MANY - 1]) == 0, "%s",
              test_trace);
    births_close(births);
    expect_whole(1);
    expect_whole(MANY - 1);
}

/* Threads that are still at it must not add to what has gone with a failed commit. */
Test(births, after_a_failure_no_record_is_added_to_a_pattern_that_is_gone)
{
    signal(SIGXFSZ, SIG_IGN);
    open_births();
    begin();
    limit_files(60000); /* the schema, and less than the first commit */
    size_t added = 1;
    while (added < MANY && add(added) == 0)
        added++;
    limit_files(RLIM_INFINITY);
    cr_assert(added < MANY && add(MANY - 1) != 0, "%zu", added);
    cr_assert(births_flush(births) == 0, "%s", test_trace);
    for (size_t i = 1; i < MANY; i++) {
        const int result = births_make(births, eids[i]);
        cr_assert(result == 0 || result == SW_REFERENCE_NOT_FOUND, "%zu: %s", i, test_trace);
    }
    begin();
    cr_assert(add(1) == 0 && births_flush(births) == 0, "%s", test_trace);
    cr_assert(births_make(births, eids[1]) == 0, "%s", test_trace);
    births_close(births);
    expect_whole(1);
}

/* As after a loss of power, which takes back that the record has gone. */
Test(births, a_chip_that_is_taken_out_of_the_farm_is_not_made_once_more)
{
    make_records(CHIPS);
    make_chip(path_of(1, ""), 1);
    open_births();
    births_close(births);
    unlink(path_of(1, "/" STORE_FILE));
    cr_assert(rmdir(path_of(1, "")) == 0);
    open_births();
    cr_assert(births_make(births, eids[1]) == SW_REFERENCE_NOT_FOUND);
    cr_assert(births_make(births, eids[2]) == 0, "%s", test_trace);
    births_close(births);
    cr_assert_not(is_there(path_of(1, "")));
}

/* One opens the file while another, who has it, uses its last record and removes it. */
Test(births, a_file_that_is_removed_while_one_waits_for_it_takes_no_records)
{
    int ready[2], status;
    char byte = 0;
    make_records(2);
    cr_assert(pipe(ready) == 0);
    const pid_t child = fork(); /* before SQLite has the file, whose locks it would inherit */
    cr_assert(child >= 0);
    if (child == 0) {
        if (read(ready[0], &byte, 1) != 1 || births_open(test_folder, &births) != 0)
            _exit(1);
        begin();
        const bool fine = add(2) == 0 && births_flush(births) == 0;
        births_close(births);
        _exit(fine ? 0 : 1);
    }
    open_births();
    cr_assert(write(ready[1], &byte, 1) == 1);
    usleep(300000); /* it waits */
    close(ready[0]);
    close(ready[1]);
    cr_assert(births_make(births, eids[1]) == 0, "%s", test_trace);
    births_close(births);
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
    open_births();
    cr_assert(births_make(births, eids[2]) == 0, "%s", test_trace);
    births_close(births);
    expect_whole(2);
}

/* Power cuts, the file being on a disk of memory, the chips' folders on a real one */

static size_t promised; /* records that have been told to be on the disk */
static size_t removed;  /* chips that are made at this moment, or have been */
static struct blob expected[CHIPS];

static const char *look_at(size_t chip)
{
    struct blob store;
    if (blob_read_file(path_of(chip, "/" STORE_FILE), 1u << 24, &store) != 0)
        return "a chip is not there";
    const bool same = bytes_equal(blob_bytes(&store), blob_bytes(&expected[chip]));
    blob_finish(&store);
    return same ? NULL : "a chip is not whole";
}

/* NULL, or what is wrong with what is left. */
static const char *look(void)
{
    size_t found = 0;
    const char *wrong = NULL;
    if (births_open(test_folder, &births) != 0)
        return "it cannot be opened";
    for (size_t i = 1; i < CHIPS && wrong == NULL; i++) {
        const int result = births_make(births, eids[i]);
        if (result != 0 && result != SW_REFERENCE_NOT_FOUND)
            return "a record cannot be used";
        const bool there = result == 0 || is_there(path_of(i, "/" STORE_FILE));
        found += there; /* the records' file may have gone already */
        wrong = there ? look_at(i) : NULL;
    }
    return wrong == NULL && found < promised ? "a record is lost" : wrong;
}

/* The folders that a look has made are not there for the next one. */
static void tidy(void)
{
    for (size_t i = removed + 1; i < CHIPS; i++) {
        unlink(path_of(i, "/" STORE_FILE));
        rmdir(path_of(i, ""));
    }
}

static size_t moments;

static void cut(void *context)
{
    (void)context;
    for (enum power_cut kind = POWER_CUT_KILLED; kind <= POWER_CUT_TORN; kind++) {
        int status;
        const pid_t child = fork();
        if (child == 0) {
            power_cut_settle(kind, moments);
            const char *wrong = look();
            if (wrong != NULL)
                fprintf(stderr, "moment %zu, cut %d: %s: %s\n", moments, (int)kind, wrong,
                        test_trace);
            _exit(wrong == NULL ? 0 : 1);
        }
        cr_assert(child > 0 && waitpid(child, &status, 0) == child && status == 0,
                  "moment %zu, cut %d: %d", moments, (int)kind, status);
        tidy();
    }
    moments++;
}

Test(births, whenever_the_power_goes_what_is_there_is_whole)
{
    make_records(CHIPS);
    open_births();
    for (size_t i = 1; i < CHIPS; i++) {
        cr_assert(births_make(births, eids[i]) == 0, "%s", test_trace);
        cr_assert(blob_read_file(path_of(i, "/" STORE_FILE), 1u << 24, &expected[i]) == 0);
    }
    births_close(births);
    tidy();
    memory_disk_start();
    power_cut_start(cut, NULL);
    open_births();
    begin();
    for (size_t i = 1; i < CHIPS; i++)
        cr_assert(add(i) == 0, "%s", test_trace);
    cr_assert(births_flush(births) == 0, "%s", test_trace);
    promised = CHIPS - 1;
    for (size_t i = 1; i < CHIPS; i++) {
        removed = i; /* its folder is on the disk before its record goes */
        cr_assert(births_make(births, eids[i]) == 0, "%s", test_trace);
    }
    births_close(births);
    cr_assert(moments > 10, "%zu", moments);
    for (size_t i = 1; i < CHIPS; i++)
        blob_finish(&expected[i]);
}

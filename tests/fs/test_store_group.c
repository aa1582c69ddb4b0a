/* The stores of several chips behind one log. The power goes before every change that the disk is
 * asked for and after every commit (power_cut.h): when the log is brought into the files, each chip
 * is what it was before the commit or what it was after it, and once that has returned, the latter.
 * The disk fails at every change in turn, once or for good: what was committed is there. */
#include "tests/fs/test_store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/support/power_cut.h"
#include "tests/support/store_digest.h"
#include "fs/store/store_group.h"

#define CHIPS 3
#define ROUNDS 14
#define VALUE_MAX 9000
#define TRIALS_MAX 4000
#define WRONG_SIZE 200
#define SMALL_FILE 100000 /* a new chip's is smaller */

struct trial {
    uint8_t digests[CHIPS][SHA256_SIZE];
    enum power_cut kind;
    char wrong[WRONG_SIZE];
};

static struct store_group *group;
static struct store *stores[CHIPS];
static char folder[100], log_path[100], folders[CHIPS][120];
static struct trial *shared, trials[TRIALS_MAX];
static size_t trial_count, moments;
static uint8_t before[CHIPS][SHA256_SIZE];

static void make_world(void)
{
    test_make_folder();
    snprintf(folder, sizeof(folder), "%s/chips", test_folder);
    snprintf(log_path, sizeof(log_path), "%s/" STORE_GROUP_LOGS, test_folder);
    cr_assert(mkdir(folder, 0700) == 0 && mkdir(log_path, 0700) == 0);
    strcat(log_path, "/0");
    for (int i = 0; i < CHIPS; i++)
        snprintf(folders[i], sizeof(folders[i]), "%s/%d", folder, i);
}

static int open_group(void)
{
    return store_group_open(folder, log_path, NULL, &group);
}

TestSuite(store_group, .init = make_world, .fini = test_remove_folder);

/* In the child */

static const char *come_back(void)
{
    const char *wrong = NULL;
    power_cut_settle(shared->kind, moments);
    if (open_group() != 0)
        return "the log cannot be read";
    store_group_close(group);
    for (int i = 0; i < CHIPS && wrong == NULL; i++)
        wrong = store_digest(folders[i], shared->digests[i]);
    return wrong;
}

/* In the parent */

static void cut(enum power_cut kind)
{
    int status;
    *shared = (struct trial){.kind = kind};
    const pid_t child = fork();
    if (child == 0) {
        const char *wrong = come_back();
        snprintf(shared->wrong, sizeof(shared->wrong), "%s", wrong != NULL ? wrong : "");
        _exit(0);
    }
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
    cr_assert(trial_count < TRIALS_MAX);
    trials[trial_count++] = *shared;
}

static void moment(void *context)
{
    (void)context;
    moments++;
    cut(POWER_CUT_KILLED);
    cut(POWER_CUT_CLEAN);
    cut(POWER_CUT_TORN);
}

static bool is_whole(const struct trial *trial, int chip, const uint8_t *after, bool is_done)
{
    return memcmp(trial->digests[chip], after, SHA256_SIZE) == 0 ||
           (!is_done && memcmp(trial->digests[chip], before[chip], SHA256_SIZE) == 0);
}

/* A commit has returned: what is lost from now on is lost of something durable. */
static void done(const char *what)
{
    const size_t last = trial_count;
    moment(NULL);
    const struct trial now = trials[last];
    for (size_t i = 0; i < trial_count; i++) {
        cr_expect(trials[i].wrong[0] == '\0', "%s: %s", what, trials[i].wrong);
        for (int chip = 0; chip < CHIPS; chip++)
            cr_expect(is_whole(&trials[i], chip, now.digests[chip], i >= last),
                      "%s: chip %d is neither the old one nor the new one", what, chip);
    }
    memcpy(before, now.digests, sizeof(before));
    trial_count = 0;
}

static struct bytes value_of(int round)
{
    static uint8_t room[VALUE_MAX];
    const size_t len = (size_t)(round * 977 % VALUE_MAX);
    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)(i * 31 + (size_t)round);
    return bytes_of(room, len);
}

/* Some of them leave the flush to store_settle(). */
static int commit(struct store *store, int round)
{
    if (round % 4 != 2)
        return store_commit(store);
    const int result = store_commit_later(store);
    return result == 0 ? store_settle(store) : result;
}

/* Changes of all kinds: they grow, they replace, they delete; 0 if they are committed. */
static int change(int chip, int round)
{
    static const char *const names[] = {"one", "two", "three"};
    int result = store_put(stores[chip], "number", value_of(round + 1));
    if (result == 0)
        result = store_put(stores[chip], names[round % 3], value_of(7 * round + chip));
    if (result == 0 && round % 4 == 3)
        result = store_forget(stores[chip], names[round % 2]);
    return result == 0 ? commit(stores[chip], round) : result;
}

static void open_all(void)
{
    cr_assert(open_group() == 0);
    for (int i = 0; i < CHIPS; i++) {
        cr_assert(store_open_in(group, folders[i], &stores[i]) == 0, "%s", test_trace);
        store_suspend(stores[i]); /* then a connection of the group's serves it */
    }
}

static void close_all(void)
{
    for (int i = 0; i < CHIPS; i++)
        store_close(stores[i]);
    store_group_close(group);
}

Test(store_group, nothing_that_was_committed_is_lost_whenever_the_power_goes, .timeout = 120)
{
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memory_disk_start();
    power_cut_start(NULL, NULL);
    open_all();
    cr_assert(store_group_checkpoint(group) ==
              0); /* a file has its name for good when it is made */
    done("open");
    power_cut_start(moment, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        cr_assert(change(round % CHIPS, round) == 0, "%s", test_trace);
        done("commit");
        if (round % 5 == 2)
            store_suspend(stores[round % CHIPS]);
        if (round % 6 == 5) {
            cr_assert(store_group_checkpoint(group) == 0);
            cr_assert(not(store_group_has_log(group)));
            done("checkpoint");
        }
    }
    close_all();
    done("close");
    cr_expect(moments > 100, "only %zu moments", moments);
}

/* In a process of its own there is nobody to report to but the parent. */
static void need(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "%s (%s)\n", what, test_trace);
    _exit(2);
}

/* A life on a disk that fails. Which rounds each chip says it has committed: those, and nothing
 * else, are in it afterwards; one whose outcome is unknown may be. */
struct life {
    bool committed[ROUNDS], unknown[ROUNDS];
};

static void live(struct life *life)
{
    *life = (struct life){0};
    for (int round = 0; round < ROUNDS; round++) {
        struct store *store = stores[round % CHIPS];
        life->committed[round] = change(round % CHIPS, round) == 0;
        life->unknown[round] =
            !life->committed[round] && (store_outcome_is_unknown(store) || round % 4 == 2);
        if (!life->committed[round])
            store_rollback(store);
        if (round % 5 == 2)
            store_suspend(store);
        if (round % 6 == 5)
            (void)store_group_checkpoint(group);
    }
}

/* What a chip with these rounds holds, on a disk that does not fail. */
static void expect_digest(int chip, const struct life *life, int unknown, uint8_t out[SHA256_SIZE])
{
    static const char *const names[] = {"number", "one", "two", "three"};
    char path[120];
    snprintf(path, sizeof(path), "%s/model", test_folder);
    need(store_open(path, &stores[chip]) == 0, "the model does not open");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)store_forget(stores[chip], names[i]);
    need(store_commit(stores[chip]) == 0, "the model cannot be emptied");
    for (int round = chip; round < ROUNDS; round += CHIPS)
        if (life->committed[round] || round == unknown)
            need(change(chip, round) == 0, "the model cannot be changed");
    store_close(stores[chip]);
    need(store_digest(path, out) == NULL, "the model is wrong");
}

static bool fits(const struct life *life, int chip, const uint8_t found[SHA256_SIZE])
{
    uint8_t expected[SHA256_SIZE];
    for (int unknown = -1; unknown < ROUNDS; unknown++) {
        if (unknown >= 0 && (unknown % CHIPS != chip || !life->unknown[unknown]))
            continue;
        expect_digest(chip, life, unknown, expected);
        if (memcmp(found, expected, sizeof(expected)) == 0)
            return true;
    }
    return false;
}

/* The process ends as it is, or the farm as it should: then the next one starts. */
static void start_again(bool is_killed)
{
    if (!is_killed) {
        close_all();
        memory_disk_fail_after(SIZE_MAX);
    } else {
        memory_disk_fail_after(SIZE_MAX);
        power_cut_settle(POWER_CUT_KILLED, 0);
    }
    need(open_group() == 0, "the log cannot be read");
    store_group_close(group);
}

static void live_and_check(size_t at, bool for_good)
{
    struct life life;
    uint8_t found[SHA256_SIZE];
    void (*spoil)(size_t changes) = for_good ? memory_disk_break_after : memory_disk_fail_after;
    spoil(at);
    live(&life);
    const bool failed = memory_disk_has_failed();
    start_again(for_good);
    for (int chip = 0; chip < CHIPS; chip++) {
        need(store_digest(folders[chip], found) == NULL, "a chip cannot be read");
        need(fits(&life, chip, found), "a chip has not what it committed");
    }
    _exit(failed ? 0 : 1);
}

/* In a process of its own, as the disk is. True if the failure came about. */
static bool try_failure(size_t at, bool for_good)
{
    int status;
    const pid_t child = fork();
    if (child == 0)
        live_and_check(at, for_good);
    cr_assert(waitpid(child, &status, 0) == child);
    const bool is_well = WIFEXITED(status) && WEXITSTATUS(status) < 2;
    cr_assert(is_well, "%s at change %zu: status %x", for_good ? "broken" : "failing", at, status);
    return WEXITSTATUS(status) == 0;
}

static size_t try_failures(bool for_good)
{
    size_t at = 0;
    while (try_failure(at, for_good))
        at++;
    return at;
}

Test(store_group, what_was_committed_is_there_wherever_the_disk_fails, .timeout = 240)
{
    memory_disk_start();
    power_cut_start(NULL, NULL);
    open_all();
    cr_expect(try_failures(false) > 50);
    cr_expect(try_failures(true) > 50);
    close_all();
}

/* One chip, on a disk in memory. */
static void open_one(void)
{
    memory_disk_start();
    open_all();
    test_put(stores[0], "eid", "old");
    cr_assert_eq(store_commit(stores[0]), 0);
    (void)memory_disk_use();
}

static void expect_value(const char *name, const char *value)
{
    const char *found = test_get(stores[0], name);
    if (value == NULL)
        cr_expect_null(found, "%s is %s", name, found);
    else
        cr_expect_str_eq(found != NULL ? found : "nothing", value, "%s is %s", name, found);
}

static void commit_later(const char *name, const char *value)
{
    test_put(stores[0], name, value);
    cr_assert_eq(store_commit_later(stores[0]), 0);
}

Test(store_group, commits_whose_flush_may_wait_share_one)
{
    open_one();
    commit_later("eid", "new");
    commit_later("default-dp-address", "rsp.example.com");
    cr_expect_eq(memory_disk_use().syncs, 0);
    expect_value("eid", "new");
    test_put(stores[0], "number", "1");
    cr_assert_eq(store_commit(stores[0]), 0);
    cr_expect_eq(memory_disk_use().syncs, 1);
    cr_assert_eq(store_settle(stores[0]), 0);
    cr_expect_eq(memory_disk_use().syncs, 0, "nothing was left to settle");
    commit_later("eid", "newer");
    cr_assert_eq(store_settle(stores[0]), 0);
    cr_expect_eq(memory_disk_use().syncs, 1);
    close_all();
}

/* What is told of a change is true when it is told. */
Test(store_group, a_change_that_is_told_of_does_not_wait)
{
    open_one();
    test_put(stores[0], "eid", "new");
    store_notice(stores[0], "it is new");
    cr_assert_eq(store_commit_later(stores[0]), 0);
    cr_expect_eq(memory_disk_use().syncs, 1);
    close_all();
}

Test(store_group, what_awaits_its_flush_is_kept_when_a_change_is_taken_back_or_the_store_closed)
{
    open_one();
    commit_later("eid", "new");
    test_put(stores[0], "number", "1");
    store_rollback(stores[0]);
    store_suspend(stores[0]);
    cr_expect_eq(memory_disk_use().syncs, 1);
    expect_value("eid", "new");
    expect_value("number", NULL);
    commit_later("eid", "newer");
    close_all();
    cr_assert_eq(open_group(), 0);
    cr_assert_eq(store_open_in(group, folders[0], &stores[0]), 0);
    expect_value("eid", "newer");
    store_close(stores[0]);
    store_group_close(group);
}

/* With the next commit, or by itself. */
Test(store_group, what_awaits_its_flush_is_lost_as_a_whole)
{
    for (int i = 0; i < 2; i++) {
        open_one();
        commit_later("eid", "new");
        commit_later("default-dp-address", "rsp.example.com");
        memory_disk_break_after(0);
        if (i == 1) {
            test_put(stores[0], "number", "1");
            cr_expect_lt(store_commit(stores[0]), 0);
        }
        cr_expect_lt(store_settle(stores[0]), 0);
        cr_expect(memory_disk_has_failed());
        memory_disk_fail_after(SIZE_MAX);
        cr_expect_eq(store_settle(stores[0]), 0, "it was told once");
        expect_value("eid", "old");
        expect_value("default-dp-address", NULL);
        expect_value("number", NULL);
        test_put(stores[0], "eid", "newer");
        cr_expect_eq(store_commit(stores[0]), 0);
        expect_value("eid", "newer");
        close_all();
    }
}

/* A write, or the flush: what was committed before is there, or its loss is told. */
Test(store_group, a_commit_that_fails_once_takes_nothing_along_untold)
{
    for (size_t at = 0; at < 3; at++) {
        open_one();
        commit_later("eid", "new");
        memory_disk_fail_after(at);
        test_put(stores[0], "number", "1");
        const bool committed = store_commit(stores[0]) == 0;
        const bool settled = store_settle(stores[0]) == 0;
        memory_disk_fail_after(SIZE_MAX);
        cr_expect(settled || !committed);
        expect_value("eid", settled ? "new" : "old");
        expect_value("number", committed ? "1" : NULL);
        close_all();
    }
}

static void expect_refused(const char *directory)
{
    struct store *store;
    cr_assert(store_open(directory, &store) < 0);
    cr_assert(strstr(test_trace, "start emuicc-farm there once") != NULL, "%s", test_trace);
}

/* On the real disk. */
Test(store_group, a_file_behind_its_log_is_nobodys)
{
    char command[400];
    open_all();
    cr_assert(store_group_checkpoint(group) == 0);
    test_put(stores[1], "eid", "new");
    cr_assert(store_commit(stores[1]) == 0);
    snprintf(command, sizeof(command), "cp -r %s %s", folders[1], test_path("copy"));
    cr_assert(system(command) == 0);
    expect_refused(test_path("copy"));
    for (int i = 0; i < CHIPS; i++)
        expect_refused(folders[i]);
    close_all();
    for (int i = 0; i < CHIPS; i++) {
        stores[i] = test_open(folders[i]);
        const bool has = test_get(stores[i], "eid") != NULL;
        cr_expect(has == (i == 1));
        store_close(stores[i]);
    }
    expect_refused(test_path("copy"));
}

static void limit_files(rlim_t most)
{
    struct rlimit limit;
    cr_assert(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = most;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* On the real disk: the others' files have been written then, as the group knows. */
Test(store_group, a_file_that_cannot_be_written_keeps_no_other_chip_out)
{
    static uint8_t large[4 * SMALL_FILE];
    struct rlimit limit;
    open_all();
    cr_assert(store_group_checkpoint(group) == 0);
    test_put(stores[0], "eid", "new");
    cr_assert(store_commit(stores[0]) == 0);
    store_suspend(stores[0]);
    cr_assert(store_put(stores[1], "large", bytes_of(large, sizeof(large))) == 0);
    cr_assert(store_commit(stores[1]) == 0);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit_files(SMALL_FILE);
    cr_assert(store_group_checkpoint(group) != 0);
    limit_files(limit.rlim_cur);
    cr_assert(test_get(stores[0], "eid") != NULL, "%s", test_trace);
    cr_assert(store_group_checkpoint(group) == 0);
    close_all();
}

/* Two chips' changes are in the log alone. */
static void be_killed(void)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        open_all();
        bool good = store_group_checkpoint(group) == 0;
        for (int i = 0; i < 2 && good; i++)
            good = store_put(stores[i], "eid", bytes_of_text("new")) == 0 &&
                   store_commit(stores[i]) == 0;
        _exit(good ? 0 : 1);
    }
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
}

static off_t size_of(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? about.st_size : -1;
}

/* On the real disk: a start that cannot bring one chip up to date loses nothing of the others, and
 * takes nothing for a log that is none. */
Test(store_group, a_log_that_cannot_be_read_to_its_end_stays)
{
    char store[160], aside[160], logs[100], notes[160];
    snprintf(store, sizeof(store), "%s/" STORE_FILE, folders[0]);
    snprintf(aside, sizeof(aside), "%s/aside", folders[0]);
    snprintf(logs, sizeof(logs), "%s/" STORE_GROUP_LOGS, test_folder);
    snprintf(notes, sizeof(notes), "%s/notes.txt", logs);
    be_killed();
    const off_t size = size_of(log_path);
    cr_assert_gt(size, 0);
    cr_assert(rename(store, aside) == 0 && mkdir(store, 0700) == 0);
    cr_assert_lt(store_group_replay(folder, logs), 0);
    cr_expect_eq(size_of(log_path), size);
    cr_assert(rmdir(store) == 0 && rename(aside, store) == 0);
    FILE *file = fopen(notes, "w");
    cr_assert(file != NULL && fputs("not a log\n", file) >= 0 && fclose(file) == 0);
    cr_assert_eq(store_group_replay(folder, logs), 0);
    cr_expect_eq(size_of(log_path), -1);
    cr_expect_eq(size_of(notes), 10);
    for (int i = 0; i < 2; i++) {
        stores[i] = test_open(folders[i]);
        cr_expect_not_null(test_get(stores[i], "eid"), "chip %d", i);
        store_close(stores[i]);
    }
}

/* On the real disk: what a chip that is gone has in the log keeps nobody's changes there. */
Test(store_group, a_chip_that_is_taken_out_holds_nobody_up)
{
    char store[160];
    snprintf(store, sizeof(store), "%s/" STORE_FILE, folders[0]);
    open_all();
    cr_assert(store_group_checkpoint(group) == 0);
    for (int i = 0; i < 2; i++) {
        test_put(stores[i], "eid", "new");
        cr_assert(store_commit(stores[i]) == 0);
    }
    store_close(stores[0]);
    stores[0] = NULL;
    cr_assert(unlink(store) == 0);
    cr_assert(store_group_checkpoint(group) == 0);
    cr_expect_eq(size_of(log_path), 0);
    close_all();
}

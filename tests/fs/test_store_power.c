/* Power: kill -9 around a commit, a full disk, copies of the folder. */
#include "tests/fs/test_store.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

TestSuite(store_power, .init = test_make_folder, .fini = test_remove_folder);

typedef void act(struct store *store);

static void put_and_commit(struct store *store)
{
    test_put(store, "eid", "new");
    if (store_commit(store) != 0)
        abort();
}

static void put_only(struct store *store)
{
    test_put(store, "eid", "new");
}

/* Runs the act on the store in a process that then dies by SIGKILL. */
static void in_killed_process(act *run)
{
    const pid_t child = fork();
    if (child == 0) {
        struct store *store;
        if (store_open(test_folder, &store) != 0)
            abort();
        run(store);
        kill(getpid(), SIGKILL);
    }
    int status;
    cr_assert(waitpid(child, &status, 0) == child);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    cr_assert(killed);
}

static void assert_value(const char *directory, const char *value)
{
    struct store *store = test_open(directory);
    cr_assert(eq(str, (char *)test_get(store, "eid"), (char *)value));
    store_close(store);
}

static void begin_with_old(void)
{
    struct store *store = test_open(test_folder);
    test_put(store, "eid", "old");
    cr_assert(store_commit(store) == 0);
    store_close(store);
}

Test(store_power, a_committed_change_survives_a_kill)
{
    begin_with_old();
    in_killed_process(put_and_commit);
    assert_value(test_folder, "new");
}

Test(store_power, an_uncommitted_change_does_not)
{
    begin_with_old();
    in_killed_process(put_only);
    assert_value(test_folder, "old");
}

Test(store_power, another_process_is_kept_out)
{
    struct store *store = test_open(test_folder);
    const pid_t child = fork();
    if (child == 0) {
        struct store *second;
        const int result = store_open(test_folder, &second);
        _exit(result < 0 && strstr(test_trace, "in use by another process") != NULL ? 0 : 1);
    }
    int status;
    cr_assert(waitpid(child, &status, 0) == child);
    const bool refused = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    cr_assert(refused);
    put_and_commit(store);
    store_close(store);
}

static void copy_folder(const char *to)
{
    char command[300];
    snprintf(command, sizeof(command), "mkdir %s && cp %s/store.sqlite* %s", to, test_folder, to);
    cr_assert(system(command) == 0);
}

Test(store_power, a_copy_after_close_is_the_same_store)
{
    begin_with_old();
    const char *copy = test_path("copy");
    copy_folder(copy);
    assert_value(copy, "old");
    assert_value(test_folder, "old");
}

Test(store_power, a_copy_after_a_kill_is_the_same_store)
{
    begin_with_old();
    in_killed_process(put_and_commit);
    cr_assert(access(test_path("store.sqlite-wal"), F_OK) == 0);
    const char *copy = test_path("copy");
    copy_folder(copy);
    assert_value(copy, "new");
}

static int put_much(struct store *store)
{
    static uint8_t much[100000];
    int result = 0;
    for (int i = 0; i < 40 && result == 0; i++) {
        char name[24];
        snprintf(name, sizeof(name), "much/%d", i);
        result = store_put(store, name, bytes_of(much, sizeof(much)));
    }
    return result;
}

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

Test(store_power, a_full_disk_leaves_the_old_state)
{
    begin_with_old();
    struct store *store = test_open(test_folder);
    limit_file_size(200000);
    test_put(store, "eid", "new");
    int result = put_much(store);
    if (result == 0)
        result = store_commit(store);
    cr_assert(eq(int, result, FAILURE_MEMORY));
    cr_assert(strstr(test_trace, "store.sqlite") != NULL, "%s", test_trace);
    cr_assert(strstr(test_trace, "File too large") != NULL, "%s", test_trace);
    store_rollback(store);
    cr_assert(eq(str, (char *)test_get(store, "eid"), "old"));
    put_and_commit(store);
    store_close(store);
    limit_file_size(RLIM_INFINITY);
    assert_value(test_folder, "new");
}

Test(store_power, a_full_disk_at_the_commit_leaves_the_old_state)
{
    begin_with_old();
    struct store *store = test_open(test_folder);
    test_put(store, "eid", "new");
    limit_file_size(1000);
    cr_assert(eq(int, store_commit(store), FAILURE_MEMORY));
    cr_assert(strstr(test_trace, "cannot write") != NULL, "%s", test_trace);
    cr_assert(not(store_outcome_is_unknown(store)));
    cr_assert(not(store_changed(store)));
    cr_assert(eq(str, (char *)test_get(store, "eid"), "old"));
    limit_file_size(RLIM_INFINITY);
    store_close(store);
    assert_value(test_folder, "old");
}

Test(store_power, a_full_disk_at_the_first_start_is_told)
{
    limit_file_size(1000);
    struct store *store = NULL;
    cr_assert(eq(int, store_open(test_folder, &store), FAILURE_MEMORY));
    cr_assert(strstr(test_trace, test_folder) != NULL, "%s", test_trace);
    limit_file_size(RLIM_INFINITY);
    store_close(test_open(test_folder));
}

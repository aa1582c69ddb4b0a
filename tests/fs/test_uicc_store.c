/* What the UICC changes is in the store before its answer goes out, and only what it changes. */
#include "tests/fs/test_uicc.h"

#include <signal.h>
#include <sys/wait.h>

#include "tests/fs/test_store.h"

TestSuite(uicc_store, .init = test_make_folder, .fini = test_remove_folder);

static void test_says(const char *got, const char *wanted)
{
    cr_assert(strcmp(got, wanted) == 0, "wanted %s, got %s", wanted, got);
}

static struct test_card *stored_card(struct store *store, uint32_t *id)
{
    struct test_card *card = test_card_new();
    card->uicc.store = store;
    if (*id == 0) {
        struct store_profile row = {.aid_len = 0};
        cr_assert(store_profile_add(store, &row, card->uicc.profile) == 0, "%s", test_trace);
        cr_assert(store_commit(store) == 0);
        *id = row.id;
    }
    cr_assert(uicc_load(&card->uicc, *id) == 0, "%s", test_trace);
    return card;
}

/* What a card does between the handler and the answer, then a death that nobody could foresee. */
static void die_before_the_answer(const char *directory, uint32_t id, const char *command)
{
    struct store *store = test_open(directory);
    struct test_card *card = stored_card(store, &id);
    test_send(card, command);
    if (store_commit(store) == 0)
        kill(getpid(), SIGKILL);
    _exit(1);
}

static void in_a_child(uint32_t id, const char *command)
{
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0)
        die_before_the_answer(test_folder, id, command);
    int status;
    cr_assert(waitpid(child, &status, 0) == child);
    test_must(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "child was not killed");
}

/* clang-format off */
static const struct {
    const char *before, *ask, *answer; /* killed behind `before`, then asked */
} deaths[] = {
    {"002000010831313131FFFFFFFF",                 "00200001", "63C2"},
    {"002000010831313131FFFFFFFF",                 "00200001", "63C1"},
    {"002000010830303030FFFFFFFF",                 "00200001", "63C3"},
    {"002400011030303030FFFFFFFF31323334FFFFFFFF", "002000010831323334FFFFFFFF", "9000"},
    {"002600010831323334FFFFFFFF",                 "002000010831323334FFFFFFFF", "6984"},
    {"002800010831323334FFFFFFFF",                 "002000010831323334FFFFFFFF", "9000"},
    {"002C000110313131313131313030303030FFFFFFFF", "002C0001", "63C9"},
    {"002C000110313131313131313130303030FFFFFFFF", "002C0001", "63CA"},
    {"002000010831313131FFFFFFFF",                 "00200001", "63C2"},
    {"002000010831313131FFFFFFFF",                 "00200001", "63C1"},
    {"002000010831313131FFFFFFFF",                 "00200001", "63C0"},
    {"002000010831313131FFFFFFFF",                 "002000010830303030FFFFFFFF", "6983"},
};
/* clang-format on */

Test(uicc_store, a_counter_survives_a_death_before_the_answer)
{
    uint32_t id = 0;
    struct store *store = test_open(test_folder);
    test_card_free(stored_card(store, &id));
    store_close(store);
    for (size_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++) {
        in_a_child(id, deaths[i].before);
        store = test_open(test_folder);
        struct test_card *card = stored_card(store, &id);
        const char *answer = test_send(card, deaths[i].ask);
        cr_expect(strcmp(answer, deaths[i].answer) == 0, "%zu: %s", i, answer);
        test_card_free(card);
        store_close(store);
    }
}

Test(uicc_store, what_changes_nothing_writes_nothing)
{
    uint32_t id = 0;
    struct store *store = test_open(test_folder);
    struct test_card *card = stored_card(store, &id);
    static const char *const quiet[] = {
        "002000010830303030FFFFFFFF", "00200001",       "002C0001",   "00A4080C067FFF6F7E",
        "00A4040C07A0000000871002",   "00A4000C026F7E", "00B0000002", "00D60000020011"};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        test_send(card, quiet[i]);
        cr_assert(not(store_changed(store)), "%s", quiet[i]);
    }
    test_send(card, "00D60000020012");
    cr_assert(store_changed(store));
    test_card_free(card);
    store_close(store);
}

/* clang-format off */
static const struct {
    const char *change, *ask, *answer;
} changes[] = {
    {"00D60000020012",   "00B0000003", "0012FF9000"},
    {"00040000",         "00B0000001", "6984"},
    {"00440000026F7E",   "00B0000001", "009000"},
    {"80D400000A620883026F7E80020003", "00B0000000", "0012FF9000"},
};
/* clang-format on */

static void select_loci(struct test_card *card)
{
    test_send(card, "00A4040C07A0000000871002");
    test_send(card, "00A4000C026F7E");
}

Test(uicc_store, files_are_kept_and_forgotten_with_the_transaction)
{
    uint32_t id = 0;
    struct store *store = test_open(test_folder);
    struct test_card *card = stored_card(store, &id);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        select_loci(card);
        test_says(test_send(card, changes[i].change), "9000");
        cr_assert(store_commit(store) == 0);
        cr_assert(uicc_load(&card->uicc, id) == 0);
        select_loci(card);
        const char *answer = test_send(card, changes[i].ask);
        cr_expect(strcmp(answer, changes[i].answer) == 0, "%zu: %s", i, answer);
    }
    select_loci(card);
    test_says(test_send(card, "00D60000017F"), "9000");
    store_rollback(store);
    cr_assert(uicc_load(&card->uicc, id) == 0);
    select_loci(card);
    test_says(test_send(card, "00B0000001"), "009000");
    test_card_free(card);
    store_close(store);
}

/* Commands that build and fell trees, each seen again from a fresh load. */
Test(uicc_store, created_and_deleted_files_are_kept)
{
    uint32_t id = 0;
    struct store *store = test_open(test_folder);
    struct test_card *card = stored_card(store, &id);
    static const char *const build[] = {
        "0020000A083535353535353535",
        "00E000001A62188202782183027F218A01058B032F0602C606900180830101",
        "00E00000186216820241218302A0018A01058B032F0602800200058800",
        "00D60000050102030405",
    };
    for (size_t i = 0; i < sizeof build / sizeof build[0]; i++)
        test_says(test_send(card, build[i]), "9000");
    cr_assert(store_commit(store) == 0);
    cr_assert(uicc_load(&card->uicc, id) == 0, "%s", test_trace);
    test_says(test_send(card, "00A4080C047F21A001"), "9000");
    test_says(test_send(card, "00B0000000"), "01020304059000");
    test_says(test_send(card, "00A4000C023F00"), "9000");
    test_says(test_send(card, "00E40000027F21"), "9000");
    cr_assert(store_commit(store) == 0);
    cr_assert(uicc_load(&card->uicc, id) == 0, "%s", test_trace);
    test_says(test_send(card, "00A4000C027F21"), "6A82");
    test_card_free(card);
    store_close(store);
}

/* Growing and shrinking a file for ever takes no memory for ever: a reset frees it. */
Test(uicc_store, memory_comes_back_with_a_reset)
{
    uint32_t id = 0;
    struct store *store = test_open(test_folder);
    struct test_card *card = stored_card(store, &id);
    bool refused = false;
    for (int i = 0; i < 100 && !refused; i++) {
        select_loci(card);
        const char *answer = test_send(card, i % 2 == 0 ? "80D400000A620883026F7E80021000"
                                                        : "80D400000A620883026F7E80020FFF");
        refused = strcmp(answer, "6A84") == 0;
        if (!refused)
            test_says(answer, "9000");
        cr_assert(store_commit(store) == 0);
    }
    test_must(refused, "memory without end");
    uicc_reset(&card->uicc);
    select_loci(card);
    test_says(test_send(card, "80D400000A620883026F7E80021000"), "9000");
    test_says(test_send(card, "00B0000002"), "00119000");
    test_card_free(card);
    store_close(store);
}

/* A chip of a farm that was a record before it was used is the chip that a start makes by itself,
 * in everything but its keys and what is signed. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_card.h"
#include "apdu/trace.h"
#include "card/farm/farm.h"
#include "isd-r/info/credentials.h"

#define CARDS 4
#define BIG 600 /* chips, so that there is time to be killed in */
#define EIDS_FIRST "89049032123451234512345678901235"

static struct stop stop;
static struct farm *farm;
static char eids[CARDS][33];
static char pki[128], alone[256], state[128];
static char said[4096];

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level == TRACE_ERROR)
        snprintf(said, sizeof(said), "%s", text);
}

static void begin(void)
{
    uint8_t eid[PKI_EID_SIZE];
    trace_to(note, NULL);
    cr_assert(temp_card_begin());
    cr_assert_eq(stop_begin(&stop), 0);
    cr_assert(pki_eid_from_text(EIDS_FIRST, eid));
    for (int i = 0; i < CARDS; i++, pki_eid_next(eid))
        pki_eid_to_text(eid, eids[i]);
    snprintf(pki, sizeof(pki), "%s/pki", temp_card_folder);
    snprintf(state, sizeof(state), "%s/farm", temp_card_folder);
}

static void end(void)
{
    stop_finish(&stop);
    temp_card_end();
}

TestSuite(farm_births, .init = begin, .fini = end, .timeout = 240);

static struct farm_plan plan_of(size_t cards)
{
    return (struct farm_plan){.cards = cards,
                              .loops = 2,
                              .state = state,
                              .first_eid = eids[0],
                              .listen = "127.0.0.1:0",
                              .chip = {.pki = pki}};
}

static void make_pki(unsigned variants, const char *last)
{
    struct random random;
    random_init(&random);
    const struct pki_plan plan = {.directory = pki,
                                  .first_eid = eids[0],
                                  .last_eid = last,
                                  .variants = variants,
                                  .brainpool = true};
    cr_assert_eq(pki_make(&random, &plan), 0, "%s", said);
}

static int differences(sqlite3 *database, const char *query)
{
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_prepare_v2(database, query, -1, &statement, NULL), SQLITE_OK, "%s: %s",
                 query, sqlite3_errmsg(database));
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    const int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

#define VALUES(store)                                                                              \
    "SELECT name, CASE WHEN name GLOB 'credential/*/key' OR name GLOB 'credential/*/euicc'"        \
    " THEN 'its own' ELSE value END FROM " store ".value"

static void expect_same_rows(sqlite3 *database)
{
    static const char *const tables[] = {"profile", "file",         "pin",    "puk",  "aka",
                                         "element", "notification", "domain", "image"};
    char query[400];
    cr_expect_eq(differences(database, "SELECT count(*) FROM (" VALUES("main") " EXCEPT " VALUES(
                                           "other") ")"),
                 0);
    cr_expect_eq(differences(database, "SELECT count(*) FROM (" VALUES("other") " EXCEPT " VALUES(
                                           "main") ")"),
                 0);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        for (int turn = 0; turn < 2; turn++) {
            snprintf(query, sizeof(query),
                     "SELECT count(*) FROM (SELECT * FROM %s.%s EXCEPT SELECT * FROM %s.%s)",
                     turn == 0 ? "main" : "other", tables[i], turn == 0 ? "other" : "main",
                     tables[i]);
            cr_expect_eq(differences(database, query), 0, "%s", query);
        }
}

/* The chip in the farm's folder and one that was made by itself. taken: the PKI has had its keys.
 */
static void compare(const char *made, const char *reference, bool taken)
{
    sqlite3 *database;
    char path[500], attach[500];
    snprintf(path, sizeof(path), "%s/store.sqlite", made);
    snprintf(attach, sizeof(attach), "ATTACH '%s/store.sqlite' AS other", reference);
    cr_assert_eq(sqlite3_open(path, &database), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(database, attach, NULL, NULL, NULL), SQLITE_OK);
    expect_same_rows(database);
    cr_expect_eq(differences(database,
                             "SELECT count(*) FROM (SELECT value FROM main.value WHERE "
                             "name GLOB '*/key' INTERSECT SELECT value FROM other.value)") > 0,
                 taken, "keys are drawn anew, but for what the folder has");
    cr_expect_gt(differences(database, "SELECT count(*) FROM main.value"), 5);
    sqlite3_close(database);
}

/* Its certificates lead to their issuers, and its keys are theirs. */
static void expect_sound(const char *folder)
{
    struct store *store;
    struct credentials credentials;
    cr_assert_eq(store_open(folder, &store), 0, "%s", said);
    cr_assert_eq(credentials_load(store, &credentials), 0, "%s", said);
    cr_expect_geq(credentials.count, 2, "one a curve");
    for (size_t i = 0; i < credentials.count; i++) {
        const struct credential *one = &credentials.list[i];
        uint8_t scalar[EC_SCALAR_SIZE];
        char name[64];
        struct writer out = writer_on(scalar, sizeof(scalar));
        struct ec_private *key;
        snprintf(name, sizeof(name), "credential/%04zu/key", i);
        cr_assert_eq(store_get(store, name, &out), 0);
        cr_assert_eq(ec_private_create(one->euicc.curve, writer_bytes(&out), &key), 0);
        cr_expect_eq(memcmp(ec_private_point(key), one->euicc.point.data, EC_POINT_SIZE), 0);
        ec_private_destroy(key);
        cr_expect_eq(certificate_verify(&one->euicc, &one->eum), CERTIFICATE_OK);
    }
    credentials_finish(&credentials);
    store_close(store);
}

static void make_alone(const struct startup_plan *chip, const char *eid)
{
    struct card card;
    struct startup_plan plan = *chip;
    snprintf(alone, sizeof(alone), "%s/alone-%s", temp_card_folder, eid);
    plan.state = alone;
    plan.eid = eid;
    cr_assert_eq(startup_card(&plan, &card), 0, "%s", said);
    card_close(&card);
}

static const char *folder_of(int chip)
{
    static char folder[400];
    snprintf(folder, sizeof(folder), "%s/chips/%s", state, eids[chip]);
    return folder;
}

static void expect_as_alone(const struct farm_plan *plan)
{
    cr_assert_eq(farm_open(plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    for (int i = 0; i < CARDS; i++) {
        cr_assert_eq(access(folder_of(i), F_OK) == 0, i == 0, "only the first has a folder");
        make_alone(&plan->chip, eids[i]);
        cr_assert_eq(births_make_in(folder_of(i)), 0, "%s", said);
        compare(folder_of(i), alone, i == 0);
        expect_sound(folder_of(i));
    }
}

Test(farm_births, a_plain_chip_is_the_one_made_by_itself)
{
    make_pki(0, NULL);
    const struct farm_plan plan = plan_of(CARDS);
    expect_as_alone(&plan);
}

/* Profiles, another personality, a chain of v3 on both curves. */
Test(farm_births, so_is_one_with_everything)
{
    static const char *const packages[] = {"usim-milenage, enabled, nickname = one", "usim-test"};
    char personality[128];
    make_pki(1u << PKI_VARIANT_C, NULL);
    snprintf(personality, sizeof(personality), "%s/v3.personality", temp_card_folder);
    FILE *file = fopen(personality, "w");
    cr_assert(file != NULL && fputs("svn = 2.2.2-3.1.0\ncertificate-variant = c\n", file) >= 0);
    fclose(file);
    struct farm_plan plan = plan_of(CARDS);
    plan.chip.personality = personality;
    plan.chip.install = packages;
    plan.chip.install_count = 2;
    expect_as_alone(&plan);
}

static int differ_in_certificate(const char *one, const char *other)
{
    sqlite3 *database;
    char path[500], attach[500];
    snprintf(path, sizeof(path), "%s/store.sqlite", one);
    snprintf(attach, sizeof(attach), "ATTACH '%s/store.sqlite' AS other", other);
    cr_assert_eq(sqlite3_open(path, &database), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(database, attach, NULL, NULL, NULL), SQLITE_OK);
    const int found =
        differences(database, "SELECT count(*) FROM (SELECT * FROM main.value EXCEPT SELECT * FROM "
                              "other.value)");
    sqlite3_close(database);
    return found;
}

/* A certificate that the folder has for an EID is taken, and none is issued. */
Test(farm_births, certificates_that_are_there_are_taken)
{
    make_pki(0, eids[2]);
    const struct farm_plan plan = plan_of(CARDS);
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    for (int i = 1; i < CARDS; i++) {
        make_alone(&plan.chip, eids[i]);
        cr_assert_eq(births_make_in(folder_of(i)), 0, "%s", said);
        expect_sound(folder_of(i));
        const int found = differ_in_certificate(folder_of(i), alone);
        cr_expect(i < 3 ? found == 0 : found == 4, "chip %d: %d", i, found);
    }
}

/* What is installed, and which personality it is, was said when it was made. */
Test(farm_births, a_later_start_with_another_plan_leaves_them_as_they_were_made)
{
    static const char *const packages[] = {temp_card_package};
    make_pki(0, NULL);
    struct farm_plan plan = plan_of(2);
    plan.chip.personality = "sgp22-v2.5";
    plan.chip.install = packages;
    plan.chip.install_count = 1;
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    make_alone(&plan.chip, eids[1]);
    char first[256];
    snprintf(first, sizeof(first), "%s", alone);
    struct farm_plan later = plan_of(CARDS);
    later.first_eid = NULL;
    cr_assert_eq(farm_open(&later, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    make_alone(&later.chip, eids[3]);
    cr_assert_eq(births_make_in(folder_of(1)), 0, "%s", said);
    cr_assert_eq(births_make_in(folder_of(3)), 0, "%s", said);
    compare(folder_of(1), first, false);
    compare(folder_of(3), alone, false);
}

/* A chip that was never used is started outside of its farm, taken out, and put back. */
Test(farm_births, a_chip_that_was_never_used_can_be_taken_out_and_put_back)
{
    struct card card;
    char away[256];
    make_pki(0, NULL);
    struct farm_plan plan = plan_of(CARDS);
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    const struct startup_plan inside = {.state = folder_of(2)};
    cr_expect_neq(startup_card(&inside, &card), 0);
    cr_expect(strstr(said, "an emuicc-farm runs with this chip") != NULL, "%s", said);
    card_close(&card);
    cr_expect_neq(access(folder_of(2), F_OK), 0);
    farm_close(farm);
    cr_assert_eq(startup_card(&inside, &card), 0, "%s", said);
    cr_assert_eq(store_put(card.store, "mark", BYTES(1)), 0);
    cr_assert_eq(store_commit(card.store), 0);
    card_close(&card);
    snprintf(away, sizeof(away), "%s/away", temp_card_folder);
    cr_assert_eq(rename(folder_of(2), away), 0);
    const struct startup_plan outside = {.state = away, .eid = eids[2], .pki = pki};
    cr_assert_eq(startup_card(&outside, &card), 0, "%s", said);
    card_close(&card);
    cr_assert_eq(rename(away, folder_of(2)), 0);
    plan.first_eid = NULL;
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    struct store *store;
    uint8_t mark;
    struct writer out = writer_on(&mark, 1);
    cr_assert_eq(store_open(folder_of(2), &store), 0);
    cr_assert_eq(store_get(store, "mark", &out), 0, "the farm goes on with the one put back");
    store_close(store);
}

static int count_record(void *context, const uint8_t eid[PKI_EID_SIZE])
{
    (void)eid;
    ++*(size_t *)context;
    return 0;
}

static size_t count_records(void)
{
    size_t count = 0;
    struct births *births;
    cr_assert_eq(births_open(state, &births), 0, "%s", said);
    cr_assert_eq(births_each(births, count_record, &count), 0, "%s", said);
    births_close(births);
    return count;
}

/* Killed at any moment, later each time, until some of it stays: it goes on where it was. */
Test(farm_births, killed_again_and_again_it_comes_to_an_end)
{
    size_t before = 0;
    make_pki(0, NULL);
    struct farm_plan plan = plan_of(BIG);
    for (useconds_t pause = 1000; before <= 200 && pause < 20000000; pause += 2000 + pause / 4) {
        const pid_t child = fork();
        cr_assert_geq(child, 0);
        if (child == 0)
            _exit(farm_open(&plan, &stop, &farm) == 0 ? 0 : 1);
        usleep(pause);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        const size_t now = access(state, F_OK) == 0 ? count_records() : 0;
        cr_assert_geq(now, before, "a chip is lost");
        before = now;
    }
    cr_expect_gt(before, 200, "what was committed stays");
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    uint8_t eid[PKI_EID_SIZE];
    size_t folders = 0;
    cr_assert(pki_eid_from_text(eids[0], eid));
    for (size_t i = 0; i < BIG; i++, pki_eid_next(eid)) {
        char digits[33], folder[400];
        pki_eid_to_text(eid, digits);
        snprintf(folder, sizeof(folder), "%s/chips/%s", state, digits);
        if (i % 100 == 7) {
            cr_assert_eq(births_make_in(folder), 0, "%s", said);
            expect_sound(folder);
        }
        folders += access(folder, F_OK) == 0; /* some are there already */
    }
    const size_t records = count_records();
    cr_assert_eq(folders + records, BIG, "%zu folders, %zu records", folders, records);
}

/* A farm of an older release has a folder for each chip; more of them become records. */
Test(farm_births, folders_of_an_older_release_go_on_beside_records)
{
    struct farm_plan plan = plan_of(CARDS);
    make_pki(0, NULL);
    cr_assert(mkdir(state, 0700) == 0);
    char chips[256];
    snprintf(chips, sizeof(chips), "%s/chips", state);
    cr_assert(mkdir(chips, 0700) == 0);
    for (int i = 0; i < 2; i++) {
        struct card card;
        struct startup_plan chip = plan.chip;
        chip.state = folder_of(i);
        chip.eid = eids[i];
        cr_assert_eq(startup_card(&chip, &card), 0, "%s", said);
        card_close(&card);
    }
    plan.first_eid = NULL;
    plan.cards = 2;
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    cr_assert_eq(count_records(), 0);
    plan.cards = CARDS;
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    cr_assert_eq(count_records(), 1);
    cr_assert_eq(access(folder_of(2), F_OK), 0);
}

/* The disk fails at every place of the making of a farm's chips in turn: the farm says so, and the
 * next start makes what is missing. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_card.h"
#include "apdu/trace.h"
#include "card/farm/farm.h"
#include "fs/births/births.h"
#include "isd-r/info/credentials.h"

#define CARDS 4
#define NEVER (-1)

static struct stop stop;
static struct farm *farm;
static char pki[96], state[96], eids[CARDS][33];
static char said[4096];
static int errors; /* that were said */

/* Calls that change names or flush, before the one that fails. */
static atomic_int before_failure = NEVER;
static atomic_bool has_failed;

int __real_fsync(int file);
int __real_rename(const char *from, const char *to);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_fsync(int file);
int __wrap_rename(const char *from, const char *to);
int __wrap_mkdir(const char *path, mode_t mode);

static bool fails(void)
{
    if (atomic_load(&before_failure) == NEVER || atomic_fetch_sub(&before_failure, 1) != 0)
        return false;
    atomic_store(&has_failed, true);
    errno = EIO;
    return true;
}

int __wrap_fsync(int file)
{
    return fails() ? -1 : __real_fsync(file);
}

int __wrap_rename(const char *from, const char *to)
{
    return fails() ? -1 : __real_rename(from, to);
}

/* Of a folder that is there it is a question. */
int __wrap_mkdir(const char *path, mode_t mode)
{
    return access(path, F_OK) != 0 && fails() ? -1 : __real_mkdir(path, mode);
}

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level != TRACE_ERROR)
        return;
    snprintf(said, sizeof(said), "%s", text);
    errors++;
}

static void begin(void)
{
    uint8_t eid[PKI_EID_SIZE];
    struct random random;
    random_init(&random);
    trace_to(note, NULL);
    cr_assert(temp_card_begin());
    cr_assert(eq(int, stop_begin(&stop), 0));
    cr_assert(pki_eid_from_text("89049032123451234512345678901235", eid));
    for (int i = 0; i < CARDS; i++, pki_eid_next(eid))
        pki_eid_to_text(eid, eids[i]);
    snprintf(pki, sizeof(pki), "%s/pki", temp_card_folder);
    const struct pki_plan plan = {.directory = pki, .first_eid = eids[0]};
    cr_assert(eq(int, pki_make(&random, &plan), 0));
}

static void end(void)
{
    stop_finish(&stop);
    temp_card_end();
}

TestSuite(births_failures, .init = begin, .fini = end, .timeout = 120);

static int open_farm(void)
{
    const struct farm_plan plan = {.cards = CARDS,
                                   .loops = 2,
                                   .state = state,
                                   .first_eid = eids[0],
                                   .listen = "127.0.0.1:0",
                                   .chip = {.pki = pki}};
    return farm_open(&plan, &stop, &farm);
}

static void expect_whole(int chip)
{
    char folder[300];
    struct store *store;
    struct credentials credentials;
    snprintf(folder, sizeof(folder), "%s/" BIRTHS_CHIPS "/%s", state, eids[chip]);
    if (access(folder, F_OK) != 0)
        cr_assert(eq(int, births_make_in(folder), 0), "%s", said);
    cr_assert(eq(int, store_open(folder, &store), 0), "%s", said);
    cr_assert(eq(int, credentials_load(store, &credentials), 0), "%s", said);
    cr_expect(gt(sz, credentials.count, 0));
    credentials_finish(&credentials);
    store_close(store);
}

static void expect_nothing_half(void)
{
    char making[256];
    cr_assert(eq(int, open_farm(), 0), "%s", said);
    farm_close(farm);
    for (int chip = 0; chip < CARDS; chip++)
        expect_whole(chip);
    snprintf(making, sizeof(making), "%s/making", state);
    cr_expect(access(making, F_OK) != 0, "what was being made is left");
}

/* Whether there was such a call, which failed; then it is said, once. */
static bool fails_at(int place, int (*deed)(void))
{
    said[0] = '\0';
    errors = 0;
    atomic_store(&has_failed, false);
    atomic_store(&before_failure, place);
    const int result = deed();
    atomic_store(&before_failure, NEVER);
    const bool failed = atomic_load(&has_failed);
    cr_expect(failed == (result != 0), "call %d %s: %d, %s", place,
              failed ? "fails" : "does not fail", result, said);
    cr_expect(eq(int, errors, failed), "call %d: %s", place, said);
    return failed;
}

static int open_and_close(void)
{
    const int result = open_farm();
    if (result == 0)
        farm_close(farm);
    return result;
}

Test(births_failures, a_disk_that_fails_once_is_said_and_the_next_start_goes_on)
{
    int places = 0;
    for (bool failed = true; failed; places++) {
        snprintf(state, sizeof(state), "%s/farm-%d", temp_card_folder, places);
        failed = fails_at(places, open_and_close);
        expect_nothing_half();
    }
    cr_expect(gt(int, places, 8));
}

static int make_last(void)
{
    char folder[300];
    snprintf(folder, sizeof(folder), "%s/" BIRTHS_CHIPS "/%s", state, eids[CARDS - 1]);
    return births_make_in(folder);
}

Test(births_failures, a_chip_whose_store_cannot_be_made_is_made_the_next_time)
{
    int places = 0;
    for (bool failed = true; failed; places++) {
        snprintf(state, sizeof(state), "%s/farm-%d", temp_card_folder, places);
        cr_assert(eq(int, open_and_close(), 0), "%s", said);
        failed = fails_at(places, make_last);
        expect_whole(CARDS - 1);
    }
    cr_expect(gt(int, places, 4));
}

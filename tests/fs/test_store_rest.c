/* A profile at rest: the same when it is loaded again, and only while it is what the file has. */
#include "tests/fs/test_store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "fs/store/store_group.h"
#include "fs/store/store_group_inside.h"
#include "fs/store/store_rest.h"
#include "tests/fs/stored_profile.h"

TestSuite(store_rest, .init = test_make_folder, .fini = test_remove_folder);

/* A chip of a group, whose profile is put to rest. */
struct rested {
    struct store_group *group;
    struct store *store;
    struct profile *profile;
    uint32_t id;
    char folder[100], log_path[100], chip[120];
};

static void commit(struct store *store)
{
    cr_assert(store_commit(store) == 0, "%s", test_trace);
}

/* As a farm has it: a client's store is closed, then its profile goes; its file is written out. */
static void rest(struct rested *chip)
{
    store_suspend(chip->store);
    store_profile_rest(chip->store, chip->id, chip->profile);
    cr_assert(store_group_checkpoint(chip->group) == 0);
}

static void begin_rested(struct rested *chip)
{
    struct store_profile row = stored_profile_row();
    *chip = (struct rested){.profile = stored_profile_make()};
    snprintf(chip->folder, sizeof(chip->folder), "%s/chips", test_folder);
    snprintf(chip->log_path, sizeof(chip->log_path), "%s/0", test_folder);
    snprintf(chip->chip, sizeof(chip->chip), "%s/one", chip->folder);
    cr_assert(mkdir(chip->folder, 0700) == 0);
    cr_assert(store_group_open(chip->folder, chip->log_path, NULL, &chip->group) == 0);
    cr_assert(store_open_in(chip->group, chip->chip, &chip->store) == 0, "%s", test_trace);
    cr_assert(store_profile_add(chip->store, &row, chip->profile) == 0, "%s", test_trace);
    commit(chip->store);
    chip->id = row.id;
    rest(chip);
}

static void end_rested(struct rested *chip)
{
    store_close(chip->store);
    cr_assert(eq(sz, chip->group->rest_len, 0));
    store_group_close(chip->group);
    profile_destroy(chip->profile);
}

static void assert_stored(const struct rested *chip)
{
    struct profile *loaded = NULL;
    cr_assert(store_profile_load(chip->store, chip->id, &loaded) == 0, "%s", test_trace);
    stored_profile_compare(chip->profile, loaded);
    profile_destroy(loaded);
}

Test(store_rest, one_at_rest_loads_as_it_was_and_opens_no_file)
{
    struct rested chip;
    begin_rested(&chip);
    cr_assert(gt(sz, chip.group->rest_len, 0));
    assert_stored(&chip);
    cr_assert_not(store_is_open(chip.store));
    cr_assert(eq(sz, chip.group->rest_len, 0)); /* once */
    assert_stored(&chip);
    cr_assert(store_is_open(chip.store));
    end_rested(&chip);
}

Test(store_rest, what_is_at_rest_is_not_another_profile)
{
    struct rested chip;
    struct profile *none;
    begin_rested(&chip);
    cr_assert(eq(int, store_profile_load(chip.store, chip.id + 1, &none), SW_REFERENCE_NOT_FOUND));
    end_rested(&chip);
}

Test(store_rest, a_change_that_is_committed_ends_a_rest_and_one_that_is_not_does_not)
{
    struct rested chip;
    begin_rested(&chip);
    struct pin *pin = chip.profile->pins->next, before = *pin;
    pin->left = 1;
    cr_assert(store_pin_update(chip.store, chip.id, pin) == 0);
    store_rollback(chip.store);
    store_suspend(chip.store);
    cr_assert(gt(sz, chip.group->rest_len, 0));
    cr_assert(store_pin_update(chip.store, chip.id, pin) == 0);
    assert_stored(&chip); /* within the change: its own rows */
    store_rollback(chip.store);
    *pin = before;
    assert_stored(&chip);
    rest(&chip);
    cr_assert(gt(sz, chip.group->rest_len, 0));
    pin->left = 2;
    cr_assert(store_pin_update(chip.store, chip.id, pin) == 0);
    commit(chip.store);
    cr_assert(eq(sz, chip.group->rest_len, 0));
    store_suspend(chip.store);
    assert_stored(&chip);
    end_rested(&chip);
}

/* Who could not load it again since has in memory what was not committed. */
Test(store_rest, what_was_rolled_back_does_not_rest)
{
    struct rested chip;
    begin_rested(&chip);
    struct pin *pin = chip.profile->pins->next, before = *pin;
    assert_stored(&chip);
    pin->left = before.left - 1;
    cr_assert(store_pin_update(chip.store, chip.id, pin) == 0);
    store_rollback(chip.store);
    rest(&chip);
    *pin = before;
    assert_stored(&chip);
    pin->left = before.left - 1;
    store_rollback(chip.store); /* before a row was changed */
    rest(&chip);
    *pin = before;
    assert_stored(&chip);
    rest(&chip);
    cr_assert(gt(sz, chip.group->rest_len, 0));
    assert_stored(&chip);
    cr_assert_not(store_is_open(chip.store));
    end_rested(&chip);
}

/* A failure, as for any store that was closed. */
Test(store_rest, what_others_have_changed_meanwhile_is_not_taken_from_a_rest)
{
    struct rested chip;
    struct profile *none;
    char file[160];
    begin_rested(&chip);
    snprintf(file, sizeof(file), "%s/" STORE_FILE, chip.chip);
    cr_assert(utimensat(AT_FDCWD, file, NULL, 0) == 0);
    cr_assert(lt(int, store_profile_load(chip.store, chip.id, &none), 0));
    cr_assert(strstr(test_trace, "another process has changed it") != NULL, "%s", test_trace);
    end_rested(&chip);
}

/* What rests then is of the file that went. */
Test(store_rest, a_snapshot_that_is_restored_is_what_is_loaded)
{
    struct rested chip;
    begin_rested(&chip);
    struct pin *pin = chip.profile->pins->next, before = *pin;
    cr_assert(store_snapshot(chip.store, "then") == 0, "%s", test_trace);
    pin->left = before.left - 1;
    cr_assert(store_pin_update(chip.store, chip.id, pin) == 0);
    commit(chip.store);
    rest(&chip);
    cr_assert(gt(sz, chip.group->rest_len, 0));
    cr_assert(store_restore(chip.store, "then") == 0, "%s", test_trace);
    *pin = before;
    assert_stored(&chip);
    end_rested(&chip);
}

#define ALIKE 4

static void begin_one_more(struct rested *chip, const struct rested *first, uint8_t number)
{
    struct store_profile row = stored_profile_row();
    *chip = *first;
    chip->profile = stored_profile_make();
    chip->profile->akas->key[0] = number;
    chip->profile->mf->children->next->content[3] = number;
    if (number == ALIKE - 1) /* one with more files */
        profile_add_file(chip->profile, chip->profile->mf, FILE_DF, 0x7F20);
    snprintf(chip->chip, sizeof(chip->chip), "%s/%u", chip->folder, number);
    cr_assert(store_open_in(chip->group, chip->chip, &chip->store) == 0, "%s", test_trace);
    cr_assert(store_profile_add(chip->store, &row, chip->profile) == 0, "%s", test_trace);
    commit(chip->store);
    chip->id = row.id;
    rest(chip);
}

/* Those that are alike take little, whichever of them is loaded first; each has its own. */
Test(store_rest, of_those_that_are_alike_each_has_its_own)
{
    struct rested chips[ALIKE];
    begin_rested(&chips[0]);
    struct store_group *group = chips[0].group;
    const size_t base = group->rest_base.len, each = group->rest_len - base;
    cr_assert(gt(sz, base, 500));
    for (uint8_t i = 1; i < ALIKE; i++)
        begin_one_more(&chips[i], &chips[0], i);
    cr_assert(eq(sz, group->rest_based, ALIKE - 1)); /* not the one with more files */
    cr_assert(lt(sz, group->rest_len - chips[ALIKE - 1].store->rest.runs.len,
                 base + (ALIKE - 1) * (each + 16)));
    for (size_t i = 0; i < ALIKE; i++) {
        assert_stored(&chips[i]);
        cr_assert_not(store_is_open(chips[i].store));
    }
    cr_assert(eq(sz, group->rest_len, 0));
    cr_assert(eq(sz, group->rest_base.len, 0));
    for (size_t i = 1; i < ALIKE; i++) {
        store_close(chips[i].store);
        profile_destroy(chips[i].profile);
    }
    end_rested(&chips[0]);
}

/* The others then are read from their files, and rest anew on another. */
Test(store_rest, what_is_deleted_is_in_no_base)
{
    struct rested chips[2];
    begin_rested(&chips[0]);
    struct store_group *group = chips[0].group;
    begin_one_more(&chips[1], &chips[0], 1);
    cr_assert_str_eq(group->rest_path, chips[0].store->path);
    cr_assert(eq(sz, group->rest_based, 2));
    cr_assert(store_pin_update(chips[1].store, chips[1].id, chips[1].profile->pins->next) == 0);
    commit(chips[1].store); /* nothing was deleted */
    cr_assert(eq(sz, group->rest_based, 1));
    rest(&chips[1]);
    cr_assert(eq(sz, group->rest_based, 2));
    assert_stored(&chips[0]); /* it rests no more, as a client's does not that deletes it */
    cr_assert(store_profile_delete(chips[0].store, chips[0].id) == 0);
    cr_assert(eq(sz, group->rest_based, 1));
    commit(chips[0].store);
    cr_assert(eq(sz, group->rest_based, 0));
    cr_assert(eq(sz, group->rest_base.len, 0));
    cr_assert(eq(sz, group->rest_len, 0));
    assert_stored(&chips[1]);
    cr_assert(store_is_open(chips[1].store));
    rest(&chips[1]);
    cr_assert_str_eq(group->rest_path, chips[1].store->path);
    assert_stored(&chips[1]);
    store_close(chips[1].store);
    profile_destroy(chips[1].profile);
    end_rested(&chips[0]);
}

/* They may be changed, and the base stays. */
Test(store_rest, a_base_has_no_keys)
{
    struct rested chip;
    begin_rested(&chip);
    const struct blob *base = &chip.group->rest_base;
    for (const struct aka *aka = chip.profile->akas; aka != NULL; aka = aka->next)
        cr_assert(memmem(base->data, base->len, aka->key, aka->key_len) == NULL);
    for (const struct element *each = chip.profile->elements; each != NULL; each = each->next)
        cr_assert(memmem(base->data, base->len, each->whole.data, each->whole.len) == NULL);
    end_rested(&chip);
}

Test(store_rest, they_take_no_more_than_their_room)
{
    struct rested chip;
    begin_rested(&chip);
    const size_t each = chip.group->rest_len;
    store_rest_forget(chip.store);
    cr_assert(eq(sz, chip.group->rest_len, 0));
    chip.group->rest_len = STORE_REST_GROUP_MAX - STORE_REST_ROOM_LEAST + 1;
    rest(&chip);
    cr_assert(eq(sz, chip.group->rest_len, STORE_REST_GROUP_MAX - STORE_REST_ROOM_LEAST + 1));
    cr_assert(eq(sz, chip.group->rest_base.len, 0));
    assert_stored(&chip);
    cr_assert(store_is_open(chip.store));
    chip.group->rest_len = STORE_REST_GROUP_MAX - STORE_REST_ROOM_LEAST;
    rest(&chip);
    cr_assert(eq(sz, chip.group->rest_len, STORE_REST_GROUP_MAX - STORE_REST_ROOM_LEAST + each));
    chip.group->rest_len = each;
    end_rested(&chip);
}

Test(store_rest, a_store_by_itself_has_none)
{
    struct store_profile row = stored_profile_row();
    struct rested chip = {.profile = stored_profile_make(), .store = test_open(test_folder)};
    cr_assert(store_profile_add(chip.store, &row, chip.profile) == 0, "%s", test_trace);
    commit(chip.store);
    chip.id = row.id;
    store_suspend(chip.store);
    store_profile_rest(chip.store, chip.id, chip.profile);
    assert_stored(&chip);
    cr_assert(store_is_open(chip.store));
    store_close(chip.store);
    profile_destroy(chip.profile);
}

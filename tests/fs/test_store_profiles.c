/* The list of installed profiles: its order, its rows, what a deletion leaves. */
#include "tests/fs/test_store.h"

#include <dirent.h>

TestSuite(store_profiles, .init = test_make_folder, .fini = test_remove_folder);

static const uint8_t key[16] = "a secret key 42!";

static struct profile *make_profile(void)
{
    struct profile *profile;
    cr_assert(profile_create(&profile) == 0);
    struct file *mf = profile_add_file(profile, NULL, FILE_MF, FILE_FID_MF);
    struct file *file = profile_add_file(profile, mf, FILE_TRANSPARENT, 0x2FE2);
    file->size = file->content_len = 2000;
    file->content = arena_alloc(&profile->arena, file->size);
    memset(file->content, 0x5A, file->size);
    profile->akas = arena_alloc(&profile->arena, sizeof(struct aka));
    profile->akas->algorithm = AKA_MILENAGE;
    memcpy(profile->akas->key, key, sizeof(key));
    profile->akas->key_len = sizeof(key);
    profile->pins = arena_alloc(&profile->arena, sizeof(struct pin));
    memcpy(profile->pins->value, key, PIN_SIZE);
    return profile;
}

static uint32_t add(struct store *store, uint8_t number, const char *nickname)
{
    struct profile *profile = make_profile();
    struct store_profile row = {.iccid = {0x98, number},
                                .aid = {0xA0, number},
                                .aid_len = 2,
                                .nickname = bytes_of_text(nickname),
                                .size = 1000u * number};
    cr_assert(store_profile_add(store, &row, profile) == 0, "%s", test_trace);
    profile_destroy(profile);
    return row.id;
}

static int collect_row(void *context, const struct store_profile *row)
{
    char *all = context;
    cr_assert(eq(u8, row->aid_len, 2));
    cr_assert(eq(u8, row->aid[1], row->iccid[1]));
    sprintf(all + strlen(all), "%u:%u:%.*s:%zu ", row->iccid[1], row->state, (int)row->nickname.len,
            (const char *)row->nickname.data, row->metadata.len);
    return 0;
}

static const char *listed(struct store *store)
{
    static char all[256];
    all[0] = '\0';
    cr_assert(store_each_profile(store, collect_row, all) == 0);
    return all;
}

Test(store_profiles, are_listed_in_order_of_installation)
{
    struct store *store = test_open(test_folder);
    const uint32_t nine = add(store, 9, "nine");
    const uint32_t one = add(store, 1, "");
    const uint32_t five = add(store, 5, "five");
    cr_assert(nine < one && one < five);
    cr_assert(store_profile_set_state(store, five, 1) == 0);
    cr_assert(store_profile_set_nickname(store, one, bytes_of_text("uno")) == 0);
    cr_assert(store_profile_set_metadata(store, nine, BYTES(0xBF, 0x25, 0x00)) == 0);
    cr_assert(eq(str, (char *)listed(store), "9:0:nine:3 1:0:uno:0 5:1:five:0 "));
    cr_assert(store_profile_delete(store, one) == 0);
    cr_assert(store_commit(store) == 0);
    store_close(store);
    store = test_open(test_folder);
    cr_assert(eq(str, (char *)listed(store), "9:0:nine:3 5:1:five:0 "));
    cr_assert(add(store, 2, "two") > five);
    cr_assert(eq(str, (char *)listed(store), "9:0:nine:3 5:1:five:0 2:0:two:0 "));
    store_close(store);
}

Test(store_profiles, that_are_absent_cannot_be_changed)
{
    struct store *store = test_open(test_folder);
    const uint32_t id = add(store, 1, "");
    const struct bytes value = BYTES(1);
    cr_assert(eq(int, store_profile_set_state(store, id + 1, 1), SW_REFERENCE_NOT_FOUND));
    cr_assert(eq(int, store_profile_set_nickname(store, id + 1, value), SW_REFERENCE_NOT_FOUND));
    cr_assert(eq(int, store_profile_set_metadata(store, id + 1, value), SW_REFERENCE_NOT_FOUND));
    cr_assert(eq(int, store_profile_delete(store, id + 1), SW_REFERENCE_NOT_FOUND));
    store_close(store);
}

Test(store_profiles, used_bytes_add_up)
{
    struct store *store = test_open(test_folder);
    uint64_t used = 1;
    cr_assert(store_used(store, &used) == 0);
    cr_assert(eq(u64, used, 0));
    const uint32_t id = add(store, 9, "");
    add(store, 1, "");
    cr_assert(store_used(store, &used) == 0);
    cr_assert(eq(u64, used, 10000));
    cr_assert(store_profile_delete(store, id) == 0);
    cr_assert(store_used(store, &used) == 0);
    cr_assert(eq(u64, used, 1000));
    store_close(store);
}

/* How often the key's first bytes stand in the files of the folder. */
static size_t count_key(void)
{
    size_t count = 0;
    DIR *folder = opendir(test_folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        FILE *file = fopen(test_path(entry->d_name), "r");
        static char content[4 << 20];
        const size_t len = entry->d_type == DT_REG ? fread(content, 1, sizeof(content), file) : 0;
        const char *at = content;
        while ((at = memmem(at, len - (size_t)(at - content), key, PIN_SIZE)) != NULL) {
            at++;
            count++;
        }
        fclose(file);
    }
    closedir(folder);
    return count;
}

Test(store_profiles, leave_no_key_behind_when_deleted)
{
    struct store *store = test_open(test_folder);
    const uint32_t id = add(store, 1, "");
    add(store, 2, "");
    cr_assert(store_commit(store) == 0);
    const size_t both = count_key();
    cr_assert(gt(sz, both, 3));
    cr_assert(store_profile_delete(store, id) == 0);
    cr_assert(store_commit(store) == 0);
    cr_assert(store_checkpoint_is_due(store));
    store_checkpoint(store);
    cr_assert(not(store_checkpoint_is_due(store)));
    cr_assert(eq(sz, count_key(), 2), "key and PIN of the other profile");
    store_close(store);
    cr_assert(eq(sz, count_key(), 2));
}

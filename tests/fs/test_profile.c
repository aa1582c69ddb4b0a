/* A profile as an object: its arena, its files and how they are found. */
#include <criterion/criterion.h>

#include "fs/profile/profile.h"

Test(arena, gives_zeroed_aligned_memory)
{
    struct arena arena = {0};
    for (size_t size = 1; size < 40000; size += 997) {
        uint8_t *memory = arena_alloc(&arena, size);
        cr_assert_not_null(memory);
        cr_expect_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            cr_assert_eq(memory[i], 0);
        memset(memory, 0xA5, size);
    }
    arena_finish(&arena);
    cr_expect(arena.chunks == NULL && arena.used == 0);
}

Test(arena, keeps_to_its_limit)
{
    struct arena arena = {.limit = 100};
    cr_expect_not_null(arena_alloc(&arena, 60));
    cr_expect_null(arena_alloc(&arena, 41));
    cr_expect_not_null(arena_alloc(&arena, 40));
    cr_expect_null(arena_alloc(&arena, 1));
    cr_expect_eq(arena.used, 100);
    arena.limit = 50; /* less than is there */
    cr_expect_null(arena_alloc(&arena, 1));
    arena_finish(&arena);
    cr_expect_null(arena_alloc(&arena, SIZE_MAX));
}

Test(arena, copies)
{
    struct arena arena = {0};
    const uint8_t *copy = arena_copy(&arena, BYTES(1, 2, 3));
    cr_assert_not_null(copy);
    cr_expect_arr_eq(copy, "\1\2\3", 3);
    cr_expect_not_null(arena_copy(&arena, (struct bytes){0}));
    arena_finish(&arena);
}

/* MF { 2F06, 7F10 { 6F06, 5F3A { 4F30 } } }, ADF 7FD0 { 6F07, 5F3A -> 7F10/5F3A } */
struct tree {
    struct profile *profile;
    struct file *mf, *arr, *telecom, *telecom_arr, *phonebook, *pbr, *usim, *imsi, *link;
};

static struct tree grow(void)
{
    struct tree tree;
    cr_assert_eq(profile_create(&tree.profile), 0);
    struct profile *profile = tree.profile;
    tree.mf = profile_add_file(profile, NULL, FILE_MF, FILE_FID_MF);
    tree.arr = profile_add_file(profile, tree.mf, FILE_LINEAR_FIXED, 0x2F06);
    tree.telecom = profile_add_file(profile, tree.mf, FILE_DF, 0x7F10);
    tree.telecom_arr = profile_add_file(profile, tree.telecom, FILE_LINEAR_FIXED, 0x6F06);
    tree.phonebook = profile_add_file(profile, tree.telecom, FILE_DF, 0x5F3A);
    tree.pbr = profile_add_file(profile, tree.phonebook, FILE_LINEAR_FIXED, 0x4F30);
    tree.usim = profile_add_file(profile, NULL, FILE_ADF, 0x7FD0);
    tree.imsi = profile_add_file(profile, tree.usim, FILE_TRANSPARENT, 0x6F07);
    tree.link = profile_add_file(profile, tree.usim, FILE_DF, 0x5F3A);
    tree.link->target = tree.phonebook;
    tree.pbr->sfi = 5;
    const uint8_t aid[] = {0xA0, 0, 0, 0, 0x87, 0x10, 0x02, 0xFF};
    memcpy(tree.usim->aid, aid, sizeof(aid));
    tree.usim->aid_len = sizeof(aid);
    return tree;
}

Test(profile, numbers_files_in_order)
{
    struct tree tree = grow();
    cr_expect_eq(tree.profile->file_count, 9);
    cr_expect_eq(tree.mf->id, 1);
    cr_expect_eq(profile_file_by_id(tree.profile, 6), tree.pbr);
    cr_expect_eq(profile_file_by_id(tree.profile, 9), tree.link);
    cr_expect_null(profile_file_by_id(tree.profile, 10));
    profile_destroy(tree.profile);
    profile_destroy(NULL);
}

Test(profile, finds_children)
{
    struct tree tree = grow();
    cr_expect_eq(profile_child(tree.mf, 0x7F10), tree.telecom);
    cr_expect_null(profile_child(tree.mf, 0x5F3A));
    cr_expect_eq(profile_child(tree.link, 0x4F30), tree.pbr); /* the target's */
    cr_expect_eq(profile_child_by_sfi(tree.link, 5), tree.pbr);
    cr_expect_null(profile_child_by_sfi(tree.telecom, 0)); /* no SFI is no SFI */
    profile_destroy(tree.profile);
}

Test(profile, finds_paths)
{
    struct tree tree = grow();
    struct profile *profile = tree.profile;
    cr_expect_eq(profile_file_by_path(profile, (struct bytes){0}), tree.mf);
    cr_expect_eq(profile_file_by_path(profile, BYTES(0x3F, 0x00)), tree.mf);
    cr_expect_eq(profile_file_by_path(profile, BYTES(0x7F, 0x10, 0x5F, 0x3A)), tree.phonebook);
    cr_expect_eq(profile_file_by_path(profile, BYTES(0x3F, 0x00, 0x7F, 0x10)), tree.telecom);
    cr_expect_eq(profile_file_by_path(profile, BYTES(0x7F, 0xD0, 0x6F, 0x07)), tree.imsi);
    cr_expect_eq(profile_file_by_path(profile, BYTES(0x7F, 0xD0, 0x5F, 0x3A, 0x4F, 0x30)),
                 tree.pbr);
    cr_expect_null(profile_file_by_path(profile, BYTES(0x7F, 0x10, 0x7F, 0xD0)));
    cr_expect_null(profile_file_by_path(profile, BYTES(0x7F)));
    profile_destroy(profile);
}

Test(profile, finds_adfs_by_the_front_of_their_aid)
{
    struct tree tree = grow();
    struct profile *profile = tree.profile;
    const struct bytes front = BYTES(0xA0, 0, 0, 0, 0x87, 0x10, 0x02);
    cr_expect_eq(profile_adf_by_aid(profile, front, NULL), tree.usim);
    cr_expect_null(profile_adf_by_aid(profile, front, tree.usim));
    cr_expect_null(profile_adf_by_aid(profile, BYTES(0xA0, 0, 0, 0, 0x87, 0x10, 0x04), NULL));
    profile_destroy(profile);
}

Test(profile, finds_access_rules_upwards)
{
    struct tree tree = grow();
    struct profile *profile = tree.profile;
    tree.pbr->rules.arr = 0x6F06;
    cr_expect_eq(profile_arr(profile, tree.pbr), tree.telecom_arr);
    tree.pbr->rules.arr = 0x2F06;
    cr_expect_eq(profile_arr(profile, tree.pbr), tree.arr);
    tree.usim->rules.arr = 0x2F06;
    cr_expect_eq(profile_arr(profile, tree.usim), tree.arr);
    tree.imsi->rules.arr = 0x6F06;
    cr_expect_null(profile_arr(profile, tree.imsi)); /* not the one in DF.TELECOM */
    profile_destroy(profile);
}

Test(profile, finds_pins_where_they_hold)
{
    struct tree tree = grow();
    struct profile *profile = tree.profile;
    struct pin local = {.directory = tree.telecom->id, .reference = 0x81};
    struct pin global = {.next = &local, .directory = tree.mf->id, .reference = 0x01};
    profile->pins = &global;
    cr_expect_eq(profile_pin(profile, tree.usim, 0x01), &global);
    cr_expect_eq(profile_pin(profile, tree.phonebook, 0x81), &local);
    cr_expect_null(profile_pin(profile, tree.usim, 0x81));
    tree.usim->pins = tree.telecom->id;
    cr_expect_eq(profile_pin(profile, tree.usim, 0x81), &local);
    profile_destroy(profile);
}

Test(profile, follows_the_mapping_of_keys)
{
    struct tree tree = grow();
    struct profile *profile = tree.profile;
    const struct file isim = {.id = 20};
    struct aka own = {.adf = tree.usim->id, .algorithm = AKA_MILENAGE};
    struct aka mapped = {.next = &own, .adf = isim.id, .mapped = tree.usim->id};
    profile->akas = &mapped;
    cr_expect_eq(profile_aka(profile, tree.usim), &own);
    cr_expect_eq(profile_aka(profile, &isim), &own);
    cr_expect_null(profile_aka(profile, tree.mf));
    profile_destroy(profile);
}

/* The registry of a profile: what its package says, what is changed, and that the store has it. */
#include "tests/fs/test_domain.h"

TestSuite(domain_registry, .init = test_make_folder, .fini = test_remove_folder);

#define PACKAGE                                                                                    \
    ROOT DOMAIN_MNO DOMAIN_SSD RFM_OF("A00000055910100001", "A0(04(B00120) 04(B00140))")           \
        DOMAIN_APPLICATION_CODE END
#define MNO "A000000151000000"

struct chip {
    struct store *store;
    uint32_t profile;
    struct domain_registry registry;
    struct domain_aid mno;
};

static struct chip begin(void)
{
    struct chip chip = {.store = test_open(test_folder), .mno = test_domain_aid(MNO)};
    chip.profile = test_domain_profile(chip.store, PACKAGE);
    cr_assert_eq(domain_registry_load(chip.store, chip.profile, &chip.registry), 0);
    return chip;
}

static void reload(struct chip *chip)
{
    domain_registry_finish(&chip->registry);
    cr_assert_eq(domain_registry_load(chip->store, chip->profile, &chip->registry), 0);
}

static void end(struct chip *chip)
{
    domain_registry_finish(&chip->registry);
    store_close(chip->store);
}

/* Entries in order, keys in order, as a text. */
static const char *listing(const struct domain_registry *registry)
{
    static char text[2048];
    char aid[HEX_SIZE(DOMAIN_AID_MAX)], tars[64];
    size_t len = 0;
    text[0] = '\0';
    for (const struct domain_entry *at = registry->entries; at != NULL; at = at->next) {
        hex_encode(domain_aid_bytes(&at->aid), aid);
        hex_encode(at->tars, tars);
        len +=
            (size_t)snprintf(text + len, sizeof(text) - len, "%u %s %02X %06X %02X [%s] %u\n",
                             at->kind, aid, at->state, at->privileges, at->level, tars, at->size);
    }
    for (const struct domain_key *at = registry->keys; at != NULL; at = at->next)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%02X/%02X:%02X ", at->version,
                                at->identifier, domain_list_first_component(at).type);
    return text;
}

#define LISTED                                                                                     \
    "2 A000000151000000 0F 82DC00 06 [B20100000000] 0\n"                                           \
    "2 A0000001510000AA 0F 808000 00 [] 0\n"                                                       \
    "4 A00000055910100001 07 000000 02 [B00120B00140] 0\n"                                         \
    "1 A0000000010203 01 000000 00 [] 4\n"                                                         \
    "3 A000000001020305 07 000000 00 [] 0\n"
#define KEYS "20/03:80 20/02:80 20/01:80 30/03:88 30/02:88 30/01:88 01/01:80 "

Test(domain_registry, is_made_from_the_package)
{
    struct chip chip = begin();
    cr_expect_str_eq(listing(&chip.registry), LISTED KEYS);
    cr_expect_not(store_changed(chip.store), "reading writes nothing");
    const struct domain_entry *root = domain_list_root(&chip.registry);
    cr_assert_not_null(root);
    cr_expect(domain_aid_equal(&root->aid, &chip.mno));
    const struct domain_entry *rfm =
        domain_list_by_tar(&chip.registry, (const uint8_t[]){0xB0, 0x01, 0x40});
    cr_assert_not_null(rfm);
    cr_expect(domain_aid_equal(&rfm->domain, &chip.mno));
    cr_expect_null(domain_list_by_tar(&chip.registry, (const uint8_t[]){0x01, 0x20, 0xB0}),
                   "a TAR is not found across two");
    const struct domain_counter counter = domain_list_counter(&chip.registry, &chip.mno, 0x01);
    cr_expect_arr_eq(counter.cntr, ((uint8_t[]){0, 0, 0, 0, 0x64}), DOMAIN_CNTR_SIZE);
    cr_expect_eq(
        domain_list_first_component(domain_list_key(&chip.registry, &chip.mno, 1, 1)).mac_length,
        4);
    const struct domain_object *object = domain_list_object(&chip.registry, &chip.mno, 0x66);
    cr_assert_not_null(object);
    cr_expect(bytes_equal(object->value, BYTES(0x66, 0x04, 0x73, 0x02, 0x06, 0x00)));
    cr_expect_not_null(domain_list_object(&chip.registry, &chip.mno, 0x00C1));
    end(&chip);
}

/* Without a list of TARs it is in the AID (TCA §8.10.2). */
Test(domain_registry, takes_a_tar_from_the_aid)
{
#define RFM_AID_FRONT "A0000005591010FFFFFFFF89"
    static const char *const packages[] = {
        ROOT DOMAIN_MNO RFM_OF(RFM_AID_FRONT "B00130", "") END,
        ROOT DOMAIN_MNO RFM_OF(RFM_AID_FRONT "B0013000", "") END,
    };
    for (size_t i = 0; i < 2; i++) {
        struct chip chip = {.store = test_open(test_folder)};
        chip.profile = test_domain_profile(chip.store, packages[i]);
        cr_assert_eq(domain_registry_load(chip.store, chip.profile, &chip.registry), 0);
        const struct domain_entry *rfm =
            domain_list_by_tar(&chip.registry, (const uint8_t[]){0xB0, 0x01, 0x30});
        cr_expect(rfm != NULL && rfm->aid.len == 15 + i, "%zu", i);
        end(&chip);
    }
}

#define BYTES_10 "0102030405060708090A"
#define BYTES_80 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10

/* Nothing is cut, however long, and a key's usage of one byte is no longer than that. */
Test(domain_registry, keeps_all_that_the_package_says)
{
    struct chip chip = {.store = test_open(test_folder), .mno = test_domain_aid(MNO)};
    chip.profile = test_domain_profile(
        chip.store, ROOT DOMAIN_MNO_NAMING("8F(" BYTES_80 BYTES_10 ") 8E(" BYTES_80 ")") END);
    cr_assert_eq(domain_registry_load(chip.store, chip.profile, &chip.registry), 0);
    struct bytes parameters = domain_list_root(&chip.registry)->parameters;
    struct tlv tlv;
    cr_assert(tlv_take_tag(&parameters, 0x8F, &tlv));
    cr_expect_eq(tlv.value.len, 90);
    cr_assert(tlv_take_tag(&parameters, 0x8E, &tlv));
    cr_expect_eq(tlv.value.data[79], 0x0A);
    for (const struct domain_key *at = chip.registry.keys; at != NULL; at = at->next) {
        cr_expect_eq(at->usage[0], 0x18);
        cr_expect_eq(at->usage[1], 0);
    }
    end(&chip);
}

/* A counter of a length that none has is none. */
Test(domain_registry, takes_counters_of_their_length_alone)
{
    static const struct {
        const char *package;
        uint8_t last;
    } rows[] = {{ROOT DOMAIN_MNO_COUNTING("0064") END, 0x64},
                {ROOT DOMAIN_MNO_COUNTING("0000000064") END, 0x64},
                {ROOT DOMAIN_MNO_COUNTING("000000000064") END, 0},
                {ROOT DOMAIN_MNO_COUNTING("") END, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chip chip = {.store = test_open(test_folder), .mno = test_domain_aid(MNO)};
        chip.profile = test_domain_profile(chip.store, rows[i].package);
        cr_assert_eq(domain_registry_load(chip.store, chip.profile, &chip.registry), 0);
        const struct domain_counter counter = domain_list_counter(&chip.registry, &chip.mno, 0x01);
        cr_expect_eq(counter.cntr[DOMAIN_CNTR_SIZE - 1], rows[i].last, "row %zu", i);
        end(&chip);
        test_remove_folder();
        test_make_folder();
    }
}

Test(domain_registry, its_first_change_writes_it_all)
{
    struct chip chip = begin();
    struct domain_counter counter = domain_list_counter(&chip.registry, &chip.mno, 0x30);
    counter.sequence = 7;
    cr_assert_eq(domain_registry_put_counter(&chip.registry, &counter), 0);
    cr_assert_eq(store_commit(chip.store), 0);
    reload(&chip);
    cr_expect(chip.registry.stored);
    cr_expect_str_eq(listing(&chip.registry), LISTED KEYS);
    cr_expect_eq(domain_list_counter(&chip.registry, &chip.mno, 0x30).sequence, 7);
    cr_expect_eq(domain_list_counter(&chip.registry, &chip.mno, 0x01).cntr[4], 0x64);
    cr_expect_not_null(domain_list_object(&chip.registry, &chip.mno, 0x66));
    end(&chip);
}

Test(domain_registry, what_is_rolled_back_was_never_there)
{
    struct chip chip = begin();
    cr_assert_eq(domain_registry_remove(&chip.registry, domain_list_root(&chip.registry)), 0);
    store_rollback(chip.store);
    reload(&chip);
    cr_expect_str_eq(listing(&chip.registry), LISTED KEYS);
    end(&chip);
}

Test(domain_registry, a_changed_entry_keeps_its_place_and_what_it_holds)
{
    struct chip chip = begin();
    struct domain_entry changed = *domain_list_root(&chip.registry);
    changed.state = 0x83;
    cr_assert_eq(domain_registry_put(&chip.registry, &changed), 0);
    cr_assert_eq(store_commit(chip.store), 0);
    reload(&chip);
    const struct domain_entry *root = domain_list_root(&chip.registry);
    cr_expect_eq(chip.registry.entries, root);
    cr_expect_eq(root->state, 0x83);
    cr_expect_eq(root->tars.len, 6);
    end(&chip);
}

Test(domain_registry, a_removed_domain_takes_its_keys_counters_and_data_along)
{
    struct chip chip = begin();
    cr_assert_eq(domain_registry_remove(&chip.registry, domain_list_root(&chip.registry)), 0);
    cr_assert_eq(store_commit(chip.store), 0);
    reload(&chip);
    cr_expect_null(chip.registry.keys);
    cr_expect_null(chip.registry.counters);
    cr_expect_null(chip.registry.objects);
    cr_expect_null(domain_list_root(&chip.registry));
    end(&chip);
}

static void put_key(struct chip *chip, uint8_t version, uint8_t identifier)
{
    uint8_t room[64];
    struct writer components = writer_on(room, sizeof(room));
    const struct domain_key_component component = {DOMAIN_KEY_AES, 8,
                                                   bytes_of_text("sixteen bytes ok")};
    domain_list_put_component(&components, &component);
    const struct domain_key key = {.domain = chip->mno,
                                   .version = version,
                                   .identifier = identifier,
                                   .components = writer_bytes(&components)};
    cr_assert_eq(domain_registry_put_key(&chip->registry, &key), 0);
}

Test(domain_registry, a_new_key_set_comes_first_and_a_replaced_one_counts_anew)
{
    struct chip chip = begin();
    put_key(&chip, 0x2A, 1);
    put_key(&chip, 0x2A, 2);
    cr_expect_str_eq(listing(&chip.registry), LISTED "2A/02:88 2A/01:88 " KEYS);
    put_key(&chip, 0x01, 1);
    cr_expect_eq(domain_list_counter(&chip.registry, &chip.mno, 0x01).cntr[4], 0);
    cr_assert_eq(store_commit(chip.store), 0);
    reload(&chip);
    cr_expect_str_eq(listing(&chip.registry),
                     LISTED "2A/02:88 2A/01:88 20/03:80 20/02:80 20/01:80 30/03:88 30/02:88 "
                            "30/01:88 01/01:88 ");
    end(&chip);
}

Test(domain_registry, goes_with_its_profile)
{
    struct chip chip = begin();
    put_key(&chip, 0x2A, 1);
    cr_assert_eq(store_commit(chip.store), 0);
    cr_assert_eq(store_profile_delete(chip.store, chip.profile), 0);
    cr_assert_eq(store_commit(chip.store), 0);
    reload(&chip);
    cr_expect_null(chip.registry.entries);
    cr_expect_null(chip.registry.keys);
    end(&chip);
}

Test(domain_registry, code_that_is_loaded_takes_memory)
{
    struct chip chip = begin();
    uint64_t before, after;
    const struct domain_aid aid = test_domain_aid("A0000000999999");
    cr_assert_eq(store_used(chip.store, &before), 0);
    cr_assert_eq(domain_registry_put_code(&chip.registry, &aid, bytes_of_text("CODE")), 0);
    cr_assert_eq(store_used(chip.store, &after), 0);
    cr_expect_eq(after - before, 4);
    end(&chip);
}

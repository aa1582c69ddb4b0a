#include "tests/fs/stored_profile.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define TEXT(text) bytes_of_text(text)

static uint8_t *filled(struct profile *profile, size_t len, uint8_t first)
{
    uint8_t *data = arena_alloc(&profile->arena, len);
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(first + i);
    return data;
}

void stored_profile_fill(struct profile *profile, struct file *file, uint32_t size, uint8_t first)
{
    file->size = size;
    file->content = filled(profile, size, first);
    file->content_len = size;
}

static void give_fields(struct profile *profile, struct file *file)
{
    file->shareable = false;
    file->sfi = 30;
    file->life_cycle = FILE_DEACTIVATED;
    file->special = 0xC0;
    file->rules = (struct file_rules){0x6F06, 255};
    file->record_len = 65535;
    file->maximum = UINT32_MAX;
    file->pins = 77;
    file->pin_status = bytes_of(filled(profile, 12, 0x90), 12);
    file->proprietary = bytes_of(filled(profile, 5, 0xA0), 5);
}

static void add_files(struct profile *profile)
{
    struct file *mf = profile_add_file(profile, NULL, FILE_MF, FILE_FID_MF);
    struct file *df = profile_add_file(profile, mf, FILE_DF, 0x7F10);
    give_fields(profile, df);
    struct file *adf = profile_add_file(profile, NULL, FILE_ADF, 0x7F01);
    adf->aid_len = FILE_AID_MAX;
    memset(adf->aid, 0xA0, FILE_AID_MAX);
    struct file *link = profile_add_file(profile, adf, FILE_DF, 0x5F3A);
    stored_profile_fill(profile, profile_add_file(profile, mf, FILE_TRANSPARENT, 0x2FE2), 10, 0x98);
    struct file *phonebook = profile_add_file(profile, df, FILE_DF, 0x5F3A);
    link->target = phonebook;
    struct file *records = profile_add_file(profile, phonebook, FILE_LINEAR_FIXED, 0x4F30);
    stored_profile_fill(profile, records, 200, 0);
    records->record_len = 20;
    struct file *objects = profile_add_file(profile, adf, FILE_BER_TLV, 0x6F01);
    stored_profile_fill(profile, objects, 300, 1);
    objects->content_len = 40;
    memset(objects->content + 40, 0, 260);
    profile_add_file(profile, adf, FILE_CYCLIC, 0x6F39);
    profile_add_file(profile, NULL, FILE_ADF, 0x7F02)->aid_len = 0;
    stored_profile_fill(profile, profile_add_file(profile, mf, FILE_TRANSPARENT, 0x2F05), 0, 0);
}

/* A node with another value in every byte behind its pointer. */
static void *scrambled(struct profile *profile, size_t size, uint8_t first)
{
    uint8_t *node = arena_alloc(&profile->arena, size);
    for (size_t i = sizeof(void *); i < size; i++)
        node[i] = (uint8_t)(first + 7 * i);
    return node;
}

static void add_pin(struct profile *profile, uint8_t number)
{
    struct pin *pin = scrambled(profile, sizeof(*pin), 0x30 + number);
    pin->directory = number;
    pin->reference = 0x81;
    pin->next = profile->pins;
    profile->pins = pin;
}

static void add_puk(struct profile *profile, uint8_t number)
{
    struct puk *puk = scrambled(profile, sizeof(*puk), 0x40 + number);
    puk->next = profile->puks;
    profile->puks = puk;
}

static void add_aka(struct profile *profile, uint8_t number)
{
    struct aka *aka = scrambled(profile, sizeof(*aka), 0x50 + number);
    aka->algorithm = AKA_TUAK;
    aka->key_len = 16;
    memset(aka->key + aka->key_len, 0, sizeof(aka->key) - aka->key_len);
    aka->opc_len = sizeof(aka->opc);
    memset(&aka->has_auth_counter_max, number & 1, sizeof(bool));
    aka->next = profile->akas;
    profile->akas = aka;
}

static void add_element(struct profile *profile, uint8_t number)
{
    struct element *element = scrambled(profile, sizeof(*element), 0x60 + number);
    element->whole = bytes_of(filled(profile, 900 + number, number), 900 + number);
    element->next = profile->elements;
    profile->elements = element;
}

static void add_keys(struct profile *profile)
{
    for (uint8_t number = 1; number <= 3; number++) {
        add_pin(profile, number);
        add_puk(profile, number);
        add_aka(profile, number);
        add_element(profile, number);
    }
}

struct profile *stored_profile_make(void)
{
    struct profile *profile;
    cr_assert(profile_create(&profile) == 0);
    for (uint8_t i = 0; i < PROFILE_ICCID_SIZE; i++)
        profile->iccid[i] = 0x89 + i;
    profile->major = 2;
    profile->minor = 3;
    memset(profile->type, 'x', sizeof(profile->type) - 1);
    add_files(profile);
    add_keys(profile);
    return profile;
}

struct store_profile stored_profile_row(void)
{
    return (struct store_profile){.iccid = {0x98, 1, 2, 3, 4, 5, 6, 7, 8, 0xF9},
                                  .aid = {0xA0, 1, 2},
                                  .aid_len = 3,
                                  .state = 1,
                                  .nickname = TEXT("Nick"),
                                  .metadata = TEXT("\xBF\x25\x01\x01"),
                                  .configuration = TEXT("\xBF\x24\x01\x01"),
                                  .size = 4000000000};
}

static uint32_t id_of(const struct file *file)
{
    return file != NULL ? file->id : 0;
}

struct comparison {
    struct file *files[512];
    size_t count;
};

static int collect_file(void *context, struct file *file)
{
    struct comparison *comparison = context;
    comparison->files[comparison->count++] = file;
    return 0;
}

static void assert_same_content(const struct file *a, const struct file *b)
{
    cr_assert(eq(int, a->content != NULL, b->content != NULL));
    if (a->content != NULL)
        cr_assert(memcmp(a->content, b->content, a->size) == 0);
}

/* A new field makes these fail: store it, compare it here, then correct the size. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct file) == 136, "struct file has changed");
_Static_assert(sizeof(void *) != 8 || sizeof(struct pin) == 32, "struct pin has changed");
_Static_assert(sizeof(void *) != 8 || sizeof(struct puk) == 24, "struct puk has changed");
_Static_assert(sizeof(void *) != 8 || sizeof(struct aka) == 392, "struct aka has changed");

#define ASSERT_SAME(field)                                                                         \
    cr_assert(memcmp(&a->field, &b->field, sizeof(a->field)) == 0, #field " differs")

static void assert_same_file(const struct file *a, const struct file *b)
{
    ASSERT_SAME(id);
    ASSERT_SAME(fid);
    ASSERT_SAME(type);
    ASSERT_SAME(shareable);
    ASSERT_SAME(sfi);
    ASSERT_SAME(life_cycle);
    ASSERT_SAME(special);
    ASSERT_SAME(rules.arr);
    ASSERT_SAME(rules.record);
    ASSERT_SAME(record_len);
    ASSERT_SAME(size);
    ASSERT_SAME(maximum);
    ASSERT_SAME(content_len);
    ASSERT_SAME(aid);
    ASSERT_SAME(aid_len);
    ASSERT_SAME(pins);
    cr_assert(eq(u32, id_of(a->parent), id_of(b->parent)));
    cr_assert(eq(u32, id_of(a->next), id_of(b->next)));
    cr_assert(eq(u32, id_of(a->children), id_of(b->children)));
    cr_assert(eq(u32, id_of(a->target), id_of(b->target)));
    cr_assert(bytes_equal(a->pin_status, b->pin_status));
    cr_assert(bytes_equal(a->proprietary, b->proprietary));
    assert_same_content(a, b);
}

static void assert_same_pin(const struct pin *a, const struct pin *b)
{
    ASSERT_SAME(directory);
    ASSERT_SAME(reference);
    ASSERT_SAME(value);
    ASSERT_SAME(max);
    ASSERT_SAME(left);
    ASSERT_SAME(attributes);
    ASSERT_SAME(puk);
}

static void assert_same_puk(const struct puk *a, const struct puk *b)
{
    ASSERT_SAME(reference);
    ASSERT_SAME(value);
    ASSERT_SAME(max);
    ASSERT_SAME(left);
}

static void assert_same_aka(const struct aka *a, const struct aka *b)
{
    ASSERT_SAME(adf);
    ASSERT_SAME(mapped);
    ASSERT_SAME(mapping_options);
    ASSERT_SAME(algorithm);
    ASSERT_SAME(options);
    ASSERT_SAME(key);
    ASSERT_SAME(key_len);
    ASSERT_SAME(opc);
    ASSERT_SAME(opc_len);
    ASSERT_SAME(rotation);
    ASSERT_SAME(xoring);
    ASSERT_SAME(keccak);
    ASSERT_SAME(auth_counter_max);
    ASSERT_SAME(has_auth_counter_max);
    ASSERT_SAME(sqn_options);
    ASSERT_SAME(sqn_delta);
    ASSERT_SAME(sqn_age_limit);
    ASSERT_SAME(sqn);
}

#define ASSERT_SAME_LIST(type, first, second)                                                      \
    do {                                                                                           \
        const struct type *x = first, *y = second;                                                 \
        for (; x != NULL && y != NULL; x = x->next, y = y->next)                                   \
            assert_same_##type(x, y);                                                              \
        cr_assert(x == NULL && y == NULL);                                                         \
    } while (0)

static void assert_same_element(const struct element *a, const struct element *b)
{
    ASSERT_SAME(tag);
    ASSERT_SAME(directory);
    cr_assert(bytes_equal(a->whole, b->whole));
}

void stored_profile_compare(struct profile *a, struct profile *b)
{
    cr_assert(memcmp(a->iccid, b->iccid, sizeof(a->iccid)) == 0);
    cr_assert(eq(u8, a->major, b->major));
    cr_assert(eq(u8, a->minor, b->minor));
    cr_assert(eq(str, a->type, b->type));
    cr_assert(eq(u32, a->file_count, b->file_count));
    static struct comparison files_a, files_b;
    files_a.count = files_b.count = 0;
    profile_each_file(a, collect_file, &files_a);
    profile_each_file(b, collect_file, &files_b);
    cr_assert(eq(sz, files_a.count, files_b.count));
    for (size_t i = 0; i < files_a.count; i++)
        assert_same_file(files_a.files[i], files_b.files[i]);
    ASSERT_SAME_LIST(pin, a->pins, b->pins);
    ASSERT_SAME_LIST(puk, a->puks, b->puks);
    ASSERT_SAME_LIST(aka, a->akas, b->akas);
    ASSERT_SAME_LIST(element, a->elements, b->elements);
}

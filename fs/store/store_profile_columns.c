/* Which members of a profile stand in which columns. */
#include "fs/store/store.h"
#include "fs/store/store_profile_columns.h"

/* A number of the same size as uint32_t is read and written as one. */
_Static_assert(sizeof(enum file_type) == sizeof(uint32_t), "enums are stored as 32 bits");
_Static_assert(sizeof(enum aka_algorithm) == sizeof(uint32_t), "enums are stored as 32 bits");

#define COUNT(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))

static const struct store_column header_rows[] = {
    STORE_COLUMN(STORE_ARRAY, profile, iccid),    STORE_COLUMN(STORE_U8, profile, major),
    STORE_COLUMN(STORE_U8, profile, minor),       STORE_COLUMN(STORE_TEXT, profile, type),
    STORE_COLUMN(STORE_U32, profile, file_count),
};
const struct store_columns store_profile_header = {header_rows, COUNT(header_rows)};

static const struct store_column file_rows[] = {
    STORE_COLUMN(STORE_U32, file, id),
    STORE_COLUMN(STORE_U16, file, fid),
    STORE_COLUMN(STORE_U32, file, type),
    STORE_COLUMN(STORE_FLAG, file, shareable),
    STORE_COLUMN(STORE_U8, file, sfi),
    STORE_COLUMN(STORE_U8, file, life_cycle),
    STORE_COLUMN(STORE_U8, file, special),
    STORE_COLUMN(STORE_U16, file, rules.arr),
    STORE_COLUMN(STORE_U8, file, rules.record),
    STORE_COLUMN(STORE_U16, file, record_len),
    STORE_COLUMN(STORE_U32, file, size),
    STORE_COLUMN(STORE_U32, file, maximum),
    STORE_COLUMN(STORE_U32, file, content_len),
    STORE_COLUMN_COUNTED(file, aid, aid_len),
    STORE_COLUMN(STORE_U32, file, pins),
    STORE_COLUMN(STORE_SLICE, file, pin_status),
    STORE_COLUMN(STORE_SLICE, file, proprietary),
};
const struct store_columns store_file_columns = {file_rows, COUNT(file_rows)};

static const struct store_column file_more_rows[] = {
    STORE_COLUMN(STORE_U32, store_file_row, parent),
    STORE_COLUMN(STORE_U32, store_file_row, target),
    STORE_COLUMN(STORE_FLAG, store_file_row, has_content),
    STORE_COLUMN(STORE_SLICE, store_file_row, content),
};
const struct store_columns store_file_more_columns = {file_more_rows, COUNT(file_more_rows)};

static const struct store_column pin_rows[] = {
    STORE_COLUMN(STORE_U32, pin, directory), STORE_COLUMN(STORE_U8, pin, reference),
    STORE_COLUMN(STORE_ARRAY, pin, value),   STORE_COLUMN(STORE_U8, pin, max),
    STORE_COLUMN(STORE_U8, pin, left),       STORE_COLUMN(STORE_U8, pin, attributes),
    STORE_COLUMN(STORE_U8, pin, puk),
};
const struct store_columns store_pin_columns = {pin_rows, COUNT(pin_rows)};

static const struct store_column puk_rows[] = {
    STORE_COLUMN(STORE_U8, puk, reference),
    STORE_COLUMN(STORE_ARRAY, puk, value),
    STORE_COLUMN(STORE_U8, puk, max),
    STORE_COLUMN(STORE_U8, puk, left),
};
const struct store_columns store_puk_columns = {puk_rows, COUNT(puk_rows)};

static const struct store_column aka_rows[] = {
    STORE_COLUMN(STORE_U32, aka, adf),
    STORE_COLUMN(STORE_U32, aka, mapped),
    STORE_COLUMN(STORE_U8, aka, mapping_options),
    STORE_COLUMN(STORE_U32, aka, algorithm),
    STORE_COLUMN(STORE_U8, aka, options),
    STORE_COLUMN_COUNTED(aka, key, key_len),
    STORE_COLUMN_COUNTED(aka, opc, opc_len),
    STORE_COLUMN(STORE_ARRAY, aka, rotation),
    STORE_COLUMN(STORE_ARRAY, aka, xoring),
    STORE_COLUMN(STORE_U8, aka, keccak),
    STORE_COLUMN(STORE_ARRAY, aka, auth_counter_max),
    STORE_COLUMN(STORE_FLAG, aka, has_auth_counter_max),
    STORE_COLUMN(STORE_U8, aka, sqn_options),
    STORE_COLUMN(STORE_ARRAY, aka, sqn_delta),
    STORE_COLUMN(STORE_ARRAY, aka, sqn_age_limit),
    STORE_COLUMN(STORE_ARRAY, aka, sqn),
};
const struct store_columns store_aka_columns = {aka_rows, COUNT(aka_rows)};

static const struct store_column element_rows[] = {
    STORE_COLUMN(STORE_U32, element, tag),
    STORE_COLUMN(STORE_U32, element, directory),
    STORE_COLUMN(STORE_SLICE, element, whole),
};
const struct store_columns store_element_columns = {element_rows, COUNT(element_rows)};

/* clang-format off */
const struct store_list store_profile_lists[STORE_LISTS] = {
    {"pin", STORE_PIN_ADD, STORE_PIN_LIST, &store_pin_columns,
     sizeof(struct pin), offsetof(struct profile, pins)},
    {"puk", STORE_PUK_ADD, STORE_PUK_LIST, &store_puk_columns,
     sizeof(struct puk), offsetof(struct profile, puks)},
    {"aka", STORE_AKA_ADD, STORE_AKA_LIST, &store_aka_columns,
     sizeof(struct aka), offsetof(struct profile, akas)},
    {"element", STORE_ELEMENT_ADD, STORE_ELEMENT_LIST, &store_element_columns,
     sizeof(struct element), offsetof(struct profile, elements)},
};
/* clang-format on */

/* Lists are walked by the pointer that every node begins with. */
_Static_assert(offsetof(struct pin, next) == 0 && offsetof(struct puk, next) == 0 &&
                   offsetof(struct aka, next) == 0 && offsetof(struct element, next) == 0,
               "next comes first");

static uint32_t id_of(const struct file *file)
{
    return file != NULL ? file->id : 0;
}

void store_file_describe(const struct file *file, struct store_file_row *out)
{
    /* Of a BER-TLV file the objects, not what is reserved. */
    const uint32_t kept = file->type == FILE_BER_TLV ? file->content_len : file->size;
    *out = (struct store_file_row){.file = *file,
                                   .parent = id_of(file->parent),
                                   .target = id_of(file->target),
                                   .has_content = file->content != NULL};
    if (out->has_content)
        out->content = bytes_of(file->content, kept);
}

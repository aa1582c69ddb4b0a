#include "fs/store/store_column.h"

void store_column_bind_bytes(sqlite3_stmt *statement, int parameter, struct bytes bytes)
{
    /* SQLite takes a null pointer for NULL, whatever the length. */
    sqlite3_bind_blob64(statement, parameter, bytes.len > 0 ? bytes.data : (const void *)"",
                        bytes.len, SQLITE_STATIC);
}

struct bytes store_column_bytes(sqlite3_stmt *statement, int column)
{
    const void *data = sqlite3_column_blob(statement, column);
    return bytes_of(data, data != NULL ? (size_t)sqlite3_column_bytes(statement, column) : 0);
}

static int64_t number_of(const struct store_column *column, const void *field)
{
    switch (column->kind) {
    case STORE_U8:
        return *(const uint8_t *)field;
    case STORE_U16:
        return *(const uint16_t *)field;
    case STORE_FLAG:
        return *(const bool *)field;
    default:
        return *(const uint32_t *)field;
    }
}

static struct bytes bytes_in(const struct store_column *column, const void *object)
{
    const uint8_t *field = (const uint8_t *)object + column->offset;
    switch (column->kind) {
    case STORE_ARRAY:
        return bytes_of(field, column->size);
    case STORE_COUNTED:
        return bytes_of(field, *((const uint8_t *)object + column->count));
    case STORE_TEXT:
        return bytes_of(field, strnlen((const char *)field, column->size));
    default:
        return *(const struct bytes *)(const void *)field;
    }
}

static bool is_number(const struct store_column *column)
{
    return column->kind <= STORE_FLAG;
}

void store_column_bind(sqlite3_stmt *statement, int first, const struct store_columns *columns,
                       const void *object)
{
    for (int i = 0; i < columns->count; i++) {
        const struct store_column *column = &columns->rows[i];
        const void *field = (const uint8_t *)object + column->offset;
        if (is_number(column))
            sqlite3_bind_int64(statement, first + i, number_of(column, field));
        else
            store_column_bind_bytes(statement, first + i, bytes_in(column, object));
    }
}

static bool set_number(const struct store_column *column, void *field, int64_t value)
{
    switch (column->kind) {
    case STORE_U8:
        *(uint8_t *)field = (uint8_t)value;
        return value >= 0 && value <= UINT8_MAX;
    case STORE_U16:
        *(uint16_t *)field = (uint16_t)value;
        return value >= 0 && value <= UINT16_MAX;
    case STORE_FLAG:
        *(bool *)field = value != 0;
        return value >= 0 && value <= 1;
    default:
        *(uint32_t *)field = (uint32_t)value;
        return value >= 0 && value <= UINT32_MAX;
    }
}

static bool set_slice(struct bytes *slice, struct bytes value, struct arena *arena)
{
    *slice = value;
    if (arena == NULL || value.len == 0)
        return true;
    slice->data = arena_copy(arena, value);
    return slice->data != NULL;
}

static bool set_counted(const struct store_column *column, uint8_t *object, struct bytes value)
{
    if (value.len > column->size || value.len > UINT8_MAX)
        return false;
    object[column->count] = (uint8_t)value.len;
    return bytes_copy_exact(value, object + column->offset, value.len);
}

static bool set_text(const struct store_column *column, char *text, struct bytes value)
{
    if (value.len >= column->size)
        return false;
    text[value.len] = '\0';
    return bytes_copy_exact(value, text, value.len);
}

static bool set_bytes(const struct store_column *column, void *object, struct bytes value,
                      struct arena *arena)
{
    uint8_t *field = (uint8_t *)object + column->offset;
    switch (column->kind) {
    case STORE_ARRAY:
        return bytes_copy_exact(value, field, column->size);
    case STORE_COUNTED:
        return set_counted(column, object, value);
    case STORE_TEXT:
        return set_text(column, (char *)field, value);
    default:
        return set_slice((struct bytes *)(void *)field, value, arena);
    }
}

bool store_column_read(sqlite3_stmt *statement, const struct store_columns *columns, void *object,
                       struct arena *arena)
{
    for (int i = 0; i < columns->count; i++) {
        const struct store_column *column = &columns->rows[i];
        void *field = (uint8_t *)object + column->offset;
        const bool fits = is_number(column)
                              ? set_number(column, field, sqlite3_column_int64(statement, i))
                              : set_bytes(column, object, store_column_bytes(statement, i), arena);
        if (!fits)
            return false;
    }
    return true;
}

#define BASE_BITS 7
#define MORE 0x80
#define NUMBER_MAX 5 /* bytes of 32 bits */

static uint8_t *number_at(uint8_t *at, uint32_t number)
{
    for (; number >= MORE; number >>= BASE_BITS)
        *at++ = (uint8_t)(number | MORE);
    *at++ = (uint8_t)number;
    return at;
}

void store_column_put_number(struct writer *writer, uint32_t number)
{
    uint8_t room[NUMBER_MAX];
    writer_put(writer, bytes_of(room, (size_t)(number_at(room, number) - room)));
}

bool store_column_take_number(struct bytes *from, uint32_t *number)
{
    const size_t most = from->len < NUMBER_MAX ? from->len : NUMBER_MAX;
    uint64_t value = 0;
    size_t i = 0;
    while (i < most && from->data[i] >= MORE) {
        value |= (uint64_t)(from->data[i] & (MORE - 1)) << BASE_BITS * i;
        i++;
    }
    if (i == most)
        return false;
    value |= (uint64_t)from->data[i] << BASE_BITS * i;
    *number = (uint32_t)value;
    *from = bytes_of(from->data + i + 1, from->len - i - 1);
    return value <= UINT32_MAX;
}

static uint8_t *bytes_at(uint8_t *at, struct bytes bytes)
{
    at = number_at(at, (uint32_t)bytes.len);
    if (bytes.len > 0)
        memcpy(at, bytes.data, bytes.len);
    return at + bytes.len;
}

void store_column_put(struct writer *writer, const struct store_columns *columns,
                      const void *object)
{
    uint8_t *at = writer->data + writer->len;
    const uint8_t *const end = writer->data + writer->capacity;
    for (int i = 0; i < columns->count && !writer->overflow; i++) {
        const struct store_column *column = &columns->rows[i];
        const void *field = (const uint8_t *)object + column->offset;
        const struct bytes bytes = is_number(column) ? (struct bytes){0} : bytes_in(column, object);
        if ((size_t)(end - at) < NUMBER_MAX + bytes.len)
            writer->overflow = true;
        else
            at = is_number(column) ? number_at(at, (uint32_t)number_of(column, field))
                                   : bytes_at(at, bytes);
    }
    writer->len = (size_t)(at - writer->data);
}

/* The number of a column, or how many bytes it has. A profile has some five thousand of them, most
 * of one byte. */
static inline bool take_number(struct bytes *from, uint32_t *number)
{
    if (from->len == 0 || from->data[0] >= MORE)
        return store_column_take_number(from, number);
    *number = from->data[0];
    from->data++;
    from->len--;
    return true;
}

static bool take_bytes(struct bytes *from, uint32_t len, const struct store_column *column,
                       void *object)
{
    struct bytes bytes;
    return bytes_take(from, len, &bytes) && set_bytes(column, object, bytes, NULL);
}

bool store_column_take(struct bytes *from, const struct store_columns *columns, void *object)
{
    const struct store_column *const end = columns->rows + columns->count;
    for (const struct store_column *column = columns->rows; column < end; column++) {
        void *field = (uint8_t *)object + column->offset;
        uint32_t number;
        if (!take_number(from, &number) ||
            !(is_number(column) ? set_number(column, field, number)
                                : take_bytes(from, number, column, object)))
            return false;
    }
    return true;
}

#include "fs/store/store_group_log.h"

#include <stdlib.h>

#include "crypto/primitives/secret.h"

#define MAGIC "EGL1"
#define MAGIC_SIZE 4
#define LENGTH_SIZE 4
#define NUMBER_SIZE 8
#define NAME_LENGTH_SIZE 2
#define CHECK_SIZE 8
#define FIRST_CAPACITY 65536
#define KEPT_CAPACITY (1 << 20) /* of an empty room */

/* Not realloc(): what is given back is wiped. */
static bool make_room(struct store_group_record *record, size_t more)
{
    size_t capacity = record->capacity > 0 ? record->capacity : FIRST_CAPACITY;
    while (capacity < record->len + more)
        capacity *= 2;
    if (capacity == record->capacity)
        return true;
    uint8_t *data = malloc(capacity);
    if (data == NULL)
        return false;
    if (record->len > 0)
        memcpy(data, record->data, record->len);
    if (record->data != NULL)
        wipe(record->data, record->len);
    free(record->data);
    record->data = data;
    record->capacity = capacity;
    return true;
}

static void put(struct store_group_record *record, struct bytes bytes)
{
    record->failed |= !make_room(record, bytes.len);
    if (record->failed || bytes.len == 0)
        return;
    memcpy(record->data + record->len, bytes.data, bytes.len);
    record->len += bytes.len;
}

static void encode(uint64_t number, size_t size, uint8_t out[NUMBER_SIZE])
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(number >> 8 * (size - 1 - i));
}

static void put_number(struct store_group_record *record, uint64_t number, size_t size)
{
    uint8_t bytes[NUMBER_SIZE];
    encode(number, size, bytes);
    put(record, bytes_of(bytes, size));
}

static bool take_number(struct bytes *from, size_t size, uint64_t *out)
{
    struct bytes bytes;
    if (!bytes_take(from, size, &bytes))
        return false;
    *out = 0;
    for (size_t i = 0; i < size; i++)
        *out = *out << 8 | bytes.data[i];
    return true;
}

/* Two sums, the second over the first: bytes that are missing, swapped or zero show. */
static uint64_t check_of(struct bytes bytes)
{
    uint64_t first = 1, second = bytes.len, word;
    struct bytes part;
    while (bytes_take(&bytes, sizeof(word), &part)) {
        memcpy(&word, part.data, sizeof(word));
        first += word;
        first = (first << 7 | first >> 57) * 0x9E3779B97F4A7C15u;
        second += first;
    }
    for (size_t i = 0; i < bytes.len; i++)
        second = (second + bytes.data[i] + 1) * 0x9E3779B97F4A7C15u;
    return first ^ (second << 23 | second >> 41);
}

void store_group_record_begin(struct store_group_record *record, uint64_t salt, uint64_t number,
                              uint64_t size, const char *name)
{
    const struct bytes text = bytes_of_text(name);
    record->start = record->len;
    record->failed = text.len > UINT16_MAX;
    put(record, bytes_of(MAGIC, MAGIC_SIZE));
    put_number(record, 0, LENGTH_SIZE);
    put_number(record, salt, NUMBER_SIZE);
    put_number(record, number, NUMBER_SIZE);
    put_number(record, size, NUMBER_SIZE);
    put_number(record, text.len, NAME_LENGTH_SIZE);
    put(record, text);
}

void store_group_record_span(struct store_group_record *record, uint64_t offset, struct bytes bytes)
{
    put_number(record, offset, NUMBER_SIZE);
    put_number(record, bytes.len, LENGTH_SIZE);
    put(record, bytes);
}

bool store_group_record_end(struct store_group_record *record)
{
    const size_t len = record->len - record->start + CHECK_SIZE;
    record->failed |= len > UINT32_MAX || !make_room(record, CHECK_SIZE);
    if (record->failed) {
        store_group_record_cancel(record);
        return false;
    }
    encode(len, LENGTH_SIZE, record->data + record->start + MAGIC_SIZE);
    put_number(record, check_of(bytes_of(record->data + record->start, len - CHECK_SIZE)),
               CHECK_SIZE);
    return true;
}

void store_group_record_cancel(struct store_group_record *record)
{
    if (record->len > record->start)
        wipe(record->data + record->start, record->len - record->start);
    record->len = record->start;
    record->failed = false;
}

void store_group_record_clear(struct store_group_record *record)
{
    if (record->capacity > KEPT_CAPACITY) {
        store_group_record_finish(record);
        return;
    }
    if (record->len > 0)
        wipe(record->data, record->len);
    record->len = record->start = 0;
    record->failed = false;
}

void store_group_record_finish(struct store_group_record *record)
{
    if (record->data != NULL)
        wipe(record->data, record->len);
    free(record->data);
    *record = (struct store_group_record){0};
}

bool store_group_entry_take(struct bytes *log, struct store_group_entry *entry)
{
    struct bytes look = *log, magic, whole, body, check;
    uint64_t len, name_len, sum;
    if (!bytes_take(&look, MAGIC_SIZE, &magic) || memcmp(magic.data, MAGIC, MAGIC_SIZE) != 0 ||
        !take_number(&look, LENGTH_SIZE, &len))
        return false;
    look = *log;
    if (!bytes_take(&look, len, &whole) || len < CHECK_SIZE)
        return false;
    check = whole;
    if (!bytes_take(&check, whole.len - CHECK_SIZE, &body) ||
        !take_number(&check, CHECK_SIZE, &sum) || sum != check_of(body))
        return false;
    struct store_group_entry out;
    if (!bytes_take(&body, MAGIC_SIZE + LENGTH_SIZE, &magic) ||
        !take_number(&body, NUMBER_SIZE, &out.salt) ||
        !take_number(&body, NUMBER_SIZE, &out.number) ||
        !take_number(&body, NUMBER_SIZE, &out.size) ||
        !take_number(&body, NAME_LENGTH_SIZE, &name_len) || !bytes_take(&body, name_len, &out.name))
        return false;
    out.spans = body;
    *entry = out;
    *log = look;
    return true;
}

bool store_group_span_take(struct bytes *spans, uint64_t *offset, struct bytes *bytes)
{
    struct bytes look = *spans;
    uint64_t len;
    if (!take_number(&look, NUMBER_SIZE, offset) || !take_number(&look, LENGTH_SIZE, &len) ||
        !bytes_take(&look, len, bytes))
        return false;
    *spans = look;
    return true;
}

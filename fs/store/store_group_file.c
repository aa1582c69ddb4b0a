#include "fs/store/store_group_file.h"

#include <stdlib.h>

#include "crypto/primitives/secret.h"

#define BLOCK STORE_GROUP_BLOCK
#define GAP 24 /* equal bytes that end a span: fewer cost less than another span */

static void release(uint8_t **data)
{
    if (*data != NULL)
        wipe(*data, BLOCK);
    free(*data);
    *data = NULL;
}

/* Where the block is, or would be. */
static size_t place_in(const struct store_group_file *file, uint64_t place)
{
    size_t low = 0, high = file->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (file->blocks[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct store_group_block *find(const struct store_group_file *file, uint64_t place)
{
    const size_t at = place_in(file, place);
    return at < file->count && file->blocks[at].place == place ? &file->blocks[at] : NULL;
}

static struct store_group_block *find_or_add(struct store_group_file *file, uint64_t place)
{
    const size_t at = place_in(file, place);
    if (at < file->count && file->blocks[at].place == place)
        return &file->blocks[at];
    if (file->count == file->capacity) {
        const size_t capacity = file->capacity > 0 ? 2 * file->capacity : 16;
        struct store_group_block *blocks = realloc(file->blocks, capacity * sizeof(*blocks));
        if (blocks == NULL)
            return NULL;
        file->blocks = blocks;
        file->capacity = capacity;
    }
    memmove(&file->blocks[at + 1], &file->blocks[at], (file->count - at) * sizeof(*file->blocks));
    file->blocks[at] = (struct store_group_block){.place = place};
    file->count++;
    return &file->blocks[at];
}

/* Of the file itself; zeros behind its end. Its mark is not for readers. */
static int read_disk(struct store_group_file *file, uint8_t *out, size_t len, uint64_t offset)
{
    int code = SQLITE_OK;
    if (offset < file->disk_size && file->disk != NULL)
        code = file->disk->pMethods->xRead(file->disk, out, (int)len, (sqlite3_int64)offset);
    else
        memset(out, 0, len);
    const uint64_t mark = STORE_GROUP_MARK_OFFSET;
    if (offset < mark && mark < offset + len && out[mark - offset] == STORE_GROUP_MARK)
        out[mark - offset] = out[mark - offset - 1];
    return code == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : code;
}

static int read_part(struct store_group_file *file, uint8_t *out, size_t len, uint64_t offset)
{
    const struct store_group_block *block = find(file, offset / BLOCK);
    const uint8_t *data = block == NULL ? NULL : block->fresh != NULL ? block->fresh : block->kept;
    if (data == NULL)
        return read_disk(file, out, len, offset);
    memcpy(out, data + offset % BLOCK, len);
    return SQLITE_OK;
}

/* How much of it is in the first block. */
static size_t first_part(uint64_t offset, size_t len)
{
    const size_t left = (size_t)(BLOCK - offset % BLOCK);
    return len < left ? len : left;
}

int store_group_file_read(struct store_group_file *file, void *out, size_t len, uint64_t offset)
{
    uint8_t *at = out;
    const uint64_t end = file->fresh_size;
    const size_t there = offset >= end ? 0 : end - offset < len ? (size_t)(end - offset) : len;
    memset(at + there, 0, len - there);
    for (size_t done = 0, part; done < there; done += part) {
        part = first_part(offset + done, there - done);
        const int code = read_part(file, at + done, part, offset + done);
        if (code != SQLITE_OK)
            return code;
    }
    return there < len ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

/* The block as it is kept: in *room, or where it stands. */
static int base_of(struct store_group_file *file, const struct store_group_block *block,
                   uint8_t room[BLOCK], const uint8_t **out)
{
    *out = block->kept != NULL ? block->kept : room;
    return block->kept != NULL ? SQLITE_OK : read_disk(file, room, BLOCK, block->place * BLOCK);
}

static int make_fresh(struct store_group_file *file, struct store_group_block *block, bool whole)
{
    const uint8_t *base;
    if (block->fresh != NULL)
        return SQLITE_OK;
    block->fresh = malloc(BLOCK);
    if (block->fresh == NULL)
        return SQLITE_IOERR_NOMEM;
    if (whole)
        return SQLITE_OK;
    const int code = base_of(file, block, block->fresh, &base);
    if (code == SQLITE_OK && base != block->fresh)
        memcpy(block->fresh, base, BLOCK);
    if (code != SQLITE_OK)
        release(&block->fresh);
    return code;
}

int store_group_file_write(struct store_group_file *file, const void *data, size_t len,
                           uint64_t offset)
{
    const uint8_t *from = data;
    for (size_t done = 0, part; done < len; done += part) {
        const uint64_t at = offset + done;
        part = first_part(at, len - done);
        struct store_group_block *block = find_or_add(file, at / BLOCK);
        const int code =
            block != NULL ? make_fresh(file, block, part == BLOCK) : SQLITE_IOERR_NOMEM;
        if (code != SQLITE_OK)
            return code;
        memcpy(block->fresh + at % BLOCK, from + done, part);
    }
    if (offset + len > file->fresh_size)
        file->fresh_size = offset + len;
    return SQLITE_OK;
}

static void remove_empty(struct store_group_file *file)
{
    size_t left = 0;
    for (size_t i = 0; i < file->count; i++)
        if (file->blocks[i].kept != NULL || file->blocks[i].fresh != NULL)
            file->blocks[left++] = file->blocks[i];
    file->count = left;
}

void store_group_file_truncate(struct store_group_file *file, uint64_t size)
{
    for (size_t i = 0; i < file->count; i++)
        if (file->blocks[i].place * BLOCK >= size)
            release(&file->blocks[i].fresh);
    remove_empty(file);
    file->fresh_size = size;
}

/* Where they differ next, from `at` on; len: nowhere. In words first, as most of a block is equal.
 */
static size_t next_difference(const uint8_t *before, const uint8_t *after, size_t at, size_t len)
{
    uint64_t one, other;
    for (; at + sizeof(one) <= len; at += sizeof(one)) {
        memcpy(&one, before + at, sizeof(one));
        memcpy(&other, after + at, sizeof(other));
        if (one != other)
            break;
    }
    while (at < len && before[at] == after[at])
        at++;
    return at;
}

/* Spans of what differs, in a block whose first `len` bytes are the file's. */
static bool put_difference(const uint8_t *before, const uint8_t *after, size_t len, uint64_t offset,
                           struct store_group_record *record)
{
    bool any = false;
    for (size_t at = 0, end, equal; (at = next_difference(before, after, at, len)) < len;
         at = end) {
        equal = 0;
        for (end = at; end < len && equal < GAP; end++)
            equal = before[end] == after[end] ? equal + 1 : 0;
        store_group_record_span(record, offset + at, bytes_of(after + at, end - equal - at));
        any = true;
    }
    return any;
}

/* Behind the end there is nothing to differ from, whatever the disk has there. */
static int describe_block(struct store_group_file *file, const struct store_group_block *block,
                          struct store_group_record *record, bool *any)
{
    uint8_t room[BLOCK];
    const uint64_t offset = block->place * BLOCK, left = file->fresh_size - offset;
    const size_t len = left < BLOCK ? (size_t)left : BLOCK;
    const uint8_t *base;
    if (offset + BLOCK > file->size) {
        store_group_record_span(record, offset, bytes_of(block->fresh, len));
        *any = true;
        return SQLITE_OK;
    }
    const int code = base_of(file, block, room, &base);
    if (code == SQLITE_OK)
        *any |= put_difference(base, block->fresh, len, offset, record);
    wipe(room, sizeof(room));
    return code;
}

int store_group_file_describe(struct store_group_file *file, struct store_group_record *record,
                              bool *any)
{
    int code = SQLITE_OK;
    *any = file->size != file->fresh_size;
    for (size_t i = 0; i < file->count && code == SQLITE_OK; i++) {
        const struct store_group_block *block = &file->blocks[i];
        if (block->fresh != NULL && block->place * BLOCK < file->fresh_size)
            code = describe_block(file, block, record, any);
    }
    return code;
}

void store_group_file_accept(struct store_group_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        struct store_group_block *block = &file->blocks[i];
        if (block->fresh != NULL) {
            release(&block->kept);
            block->kept = block->fresh;
            block->fresh = NULL;
        }
        if (block->place * BLOCK >= file->fresh_size)
            release(&block->kept);
    }
    remove_empty(file);
    file->size = file->fresh_size;
    file->dirty = true;
}

void store_group_file_drop(struct store_group_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        release(&file->blocks[i].fresh);
    remove_empty(file);
    file->fresh_size = file->size;
}

bool store_group_file_copy(const struct store_group_file *from, struct store_group_file *to)
{
    bool copied = true;
    for (size_t i = 0; i < from->count && copied; i++)
        copied = from->blocks[i].kept == NULL ||
                 store_group_file_write(to, from->blocks[i].kept, BLOCK,
                                        from->blocks[i].place * BLOCK) == SQLITE_OK;
    to->fresh_size = from->size;
    if (copied)
        store_group_file_accept(to);
    else
        store_group_file_drop(to);
    return copied;
}

/* Its first block need not be among those that were written. */
static int remove_mark(struct store_group_file *file)
{
    const sqlite3_io_methods *methods = file->disk->pMethods;
    uint8_t versions[2];
    if (file->disk_size <= STORE_GROUP_MARK_OFFSET)
        return SQLITE_OK;
    const int code =
        methods->xRead(file->disk, versions, sizeof(versions), STORE_GROUP_MARK_OFFSET - 1);
    if (code != SQLITE_OK || versions[1] != STORE_GROUP_MARK)
        return code;
    return methods->xWrite(file->disk, versions, 1, STORE_GROUP_MARK_OFFSET);
}

int store_group_file_write_out(struct store_group_file *file)
{
    const sqlite3_io_methods *methods = file->disk->pMethods;
    int code = SQLITE_OK;
    file->marked = false;
    for (size_t i = 0; i < file->count && code == SQLITE_OK; i++) {
        const struct store_group_block *block = &file->blocks[i];
        const uint64_t offset = block->place * BLOCK;
        if (block->kept == NULL || offset >= file->size)
            continue;
        const uint64_t left = file->size - offset;
        code = methods->xWrite(file->disk, block->kept, left < BLOCK ? (int)left : BLOCK,
                               (sqlite3_int64)offset);
    }
    if (code == SQLITE_OK && file->disk_size > file->size)
        code = methods->xTruncate(file->disk, (sqlite3_int64)file->size);
    if (code == SQLITE_OK)
        file->disk_size = file->size;
    return code == SQLITE_OK ? remove_mark(file) : code;
}

void store_group_file_forget(struct store_group_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        release(&file->blocks[i].kept);
    remove_empty(file);
    file->dirty = false;
}

void store_group_file_destroy(struct store_group_file *file)
{
    store_group_file_drop(file);
    store_group_file_forget(file);
    free(file->blocks);
    sqlite3_free_filename(file->path);
    free(file);
}

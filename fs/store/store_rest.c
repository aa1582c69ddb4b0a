#include "fs/store/store_rest.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/store/store.h"
#include "fs/store/store_group_inside.h"
#include "fs/store/store_image.h"

/* Most of a profile is files of FF, or as the base has them: a byte below 80 and one more than so
 * many bytes as they are, or one from 80 on and the byte that is there 80 less and RUN_LEAST times.
 */
#define RUN 0x80
#define RUN_LEAST 4
#define RUN_MOST (0xFF - RUN + RUN_LEAST)
#define LITERAL_MOST RUN
/* Bytes of PINs, PUKs and network keys; what needs more is read from the file. */
#define LISTS_MAX 16384

static size_t run_at(struct bytes from, size_t at)
{
    size_t end = at + 1;
    while (end < from.len && end - at < RUN_MOST && from.data[end] == from.data[at])
        end++;
    return end - at;
}

static void put_literal(struct writer *writer, struct bytes literal)
{
    for (struct bytes piece; literal.len > 0;) {
        (void)bytes_take(&literal, literal.len < LITERAL_MOST ? literal.len : LITERAL_MOST, &piece);
        writer_put_u8(writer, (uint8_t)(piece.len - 1));
        writer_put(writer, piece);
    }
}

static void put_runs(struct writer *writer, struct bytes from)
{
    size_t begun = 0;
    for (size_t at = 0, run; at < from.len; at += run) {
        run = run_at(from, at);
        if (run < RUN_LEAST)
            continue;
        put_literal(writer, bytes_of(from.data + begun, at - begun));
        writer_put_u8(writer, (uint8_t)(RUN + run - RUN_LEAST));
        writer_put_u8(writer, from.data[at]);
        begun = at + run;
    }
    put_literal(writer, bytes_of(from.data + begun, from.len - begun));
}

/* Made by put_runs(), for as much room as was put. */
static bool take_runs(struct bytes from, uint8_t *out, size_t len)
{
    const uint8_t *const end = out + len;
    uint8_t kind, value;
    struct bytes literal;
    while (bytes_take_u8(&from, &kind)) {
        const bool run = kind >= RUN;
        const size_t count = run ? (size_t)kind - RUN + RUN_LEAST : (size_t)kind + 1;
        if (count > (size_t)(end - out) ||
            !(run ? bytes_take_u8(&from, &value) : bytes_take(&from, count, &literal)))
            return false;
        if (run)
            memset(out, value, count);
        else
            memcpy(out, literal.data, count);
        out += count;
    }
    return out == end;
}

static void put_list(struct writer *writer, const struct profile *profile,
                     const struct store_list *list)
{
    const void *first = store_list_pointer((const uint8_t *)profile + list->head);
    uint32_t count = 0;
    for (const void *node = first; node != NULL; node = store_list_pointer(node))
        count++;
    store_column_put_number(writer, count);
    for (const void *node = first; node != NULL; node = store_list_pointer(node))
        store_column_put(writer, list->columns, node);
}

static void put_lists(struct writer *writer, const struct profile *profile)
{
    store_column_put(writer, &store_profile_header, profile);
    for (size_t i = 0; i < STORE_REST_LISTS; i++)
        put_list(writer, profile, &store_profile_lists[i]);
}

static int skip_element(void *context, const struct element *element)
{
    (void)context;
    (void)element;
    return 0;
}

static void make_base(struct store *store, struct bytes files)
{
    struct store_group *group = store->group;
    if (group->rest_len + files.len > STORE_REST_GROUP_MAX ||
        (group->rest_path = strdup(store->path)) == NULL)
        return;
    if (blob_copy(files, &group->rest_base) != 0) {
        free(group->rest_path);
        group->rest_path = NULL;
        return;
    }
    group->rest_len += files.len;
}

/* Chips of a group have the same profile more often than not, but for a few numbers. Codes and keys
 * are never in a base, which is there when the profile that it was made of is loaded again and
 * changes; what a file had in it then may be, until something is deleted in that chip. */
static bool find_or_make_base(struct store *store, struct bytes files)
{
    const struct blob *base = &store->group->rest_base;
    if (base->len == 0)
        make_base(store, files);
    return base->len > 0 && base->len == files.len;
}

static void drop_base(struct store_group *group)
{
    if (group->rest_based > 0)
        return;
    group->rest_len -= group->rest_base.len;
    blob_finish(&group->rest_base);
    free(group->rest_path);
    group->rest_path = NULL;
}

/* Between what is there and what differs from the base, both ways: at the end of the whole. */
static void change_base(const struct store_group *group, uint8_t *whole, size_t len)
{
    const struct bytes base = blob_bytes(&group->rest_base);
    uint8_t *const files = whole + len - base.len;
    uint64_t one, other;
    size_t i = 0;
    for (; i + sizeof(one) <= base.len; i += sizeof(one)) { /* in words: it is all of a profile */
        memcpy(&one, files + i, sizeof(one));
        memcpy(&other, base.data + i, sizeof(other));
        one ^= other;
        memcpy(files + i, &one, sizeof(one));
    }
    for (; i < base.len; i++)
        files[i] ^= base.data[i];
}

/* With the bytes that are used, and no more. */
static int make_runs(struct bytes whole, struct blob *out)
{
    const size_t room = 2 * whole.len + 2; /* no byte takes more than two */
    uint8_t *data = malloc(room);
    if (data == NULL)
        return FAILURE_INTERNAL;
    struct writer writer = writer_on(data, room);
    put_runs(&writer, whole);
    const int result = blob_copy(writer_bytes(&writer), out);
    wipe(data, writer.len);
    free(data);
    return result;
}

/* *whole is changed. */
static int make_rest(struct store *store, struct blob *whole, size_t files, struct store_rest *out)
{
    *out = (struct store_rest){.size = whole->len};
    out->based = find_or_make_base(store, bytes_of(whole->data + whole->len - files, files));
    if (out->based)
        change_base(store->group, whole->data, whole->len);
    return make_runs(blob_bytes(whole), &out->runs);
}

static void add_based(struct store_group *group, struct store_rest *rest)
{
    group->rest_based++;
    rest->next = group->rests;
    rest->link = &group->rests;
    if (rest->next != NULL)
        rest->next->link = &rest->next;
    group->rests = rest;
}

static void remove_based(struct store_group *group, struct store_rest *rest)
{
    group->rest_based--;
    *rest->link = rest->next;
    if (rest->next != NULL)
        rest->next->link = rest->link;
}

static void keep(struct store *store, struct store_rest *rest)
{
    struct store_group *group = store->group;
    if (group->rest_len + rest->runs.len > STORE_REST_GROUP_MAX) {
        blob_finish(&rest->runs);
        return;
    }
    store->rest = *rest;
    group->rest_len += rest->runs.len;
    if (rest->based)
        add_based(group, &store->rest);
}

/* The header, the lists and the image behind one another; *files: how long the files in it are. */
static int make_whole(struct profile *profile, struct blob *out, size_t *files)
{
    struct blob image;
    const int result = store_image_make(profile, &image);
    if (result != 0)
        return result;
    struct bytes rest = blob_bytes(&image);
    (void)store_image_each_element(&rest, skip_element, NULL);
    *files = rest.len;
    const size_t room = LISTS_MAX + image.len;
    *out = (struct blob){.data = malloc(room)};
    struct writer writer = writer_on(out->data, out->data != NULL ? room : 0);
    put_lists(&writer, profile);
    writer_put(&writer, blob_bytes(&image));
    out->len = writer.len;
    blob_finish(&image);
    if (!writer.overflow)
        return 0;
    blob_finish(out);
    return FAILURE_INTERNAL;
}

/* To make one that cannot be kept would take as long. */
static bool has_room(const struct store_group *group)
{
    return group->rest_len <= STORE_REST_GROUP_MAX - STORE_REST_ROOM_LEAST;
}

void store_profile_rest(struct store *store, uint32_t id, struct profile *profile)
{
    struct store_rest rest;
    struct blob whole;
    size_t files;
    store_rest_forget(store);
    if (store->group == NULL || store->changed || store->unsettled || store->ahead || store->owed ||
        !has_room(store->group) || make_whole(profile, &whole, &files) != 0)
        return;
    if (make_rest(store, &whole, files, &rest) == 0) {
        rest.profile = id;
        keep(store, &rest);
    }
    drop_base(store->group);
    blob_finish(&whole);
}

bool store_rest_has(struct store *store, uint32_t id)
{
    return store->rest.runs.len > 0 && store->rest.profile == id && !store->changed &&
           !store->unsettled && (store->database != NULL || store_database_is_as_left(store));
}

struct bytes store_rest_read(const struct store *store, struct arena *arena)
{
    const struct store_rest *rest = &store->rest;
    uint8_t *data = arena_alloc(arena, rest->size);
    if (data == NULL || !take_runs(blob_bytes(&rest->runs), data, rest->size))
        return (struct bytes){0};
    if (rest->based)
        change_base(store->group, data, rest->size);
    return bytes_of(data, rest->size);
}

void store_rest_forget(struct store *store)
{
    struct store_group *group = store->group;
    if (store->rest.runs.len == 0)
        return;
    group->rest_len -= store->rest.runs.len;
    if (store->rest.based)
        remove_based(group, &store->rest);
    blob_finish(&store->rest.runs);
    store->rest = (struct store_rest){0};
    drop_base(group);
}

/* The others are read from their files the next time. */
void store_rest_purge(struct store *store)
{
    struct store_group *group = store->group;
    store_rest_forget(store);
    if (group == NULL || group->rest_path == NULL || strcmp(group->rest_path, store->path) != 0)
        return;
    while (group->rests != NULL)
        store_rest_forget((struct store *)((uint8_t *)group->rests - offsetof(struct store, rest)));
}

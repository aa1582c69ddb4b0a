#include "tests/support/power_cut.h"

#include <stdlib.h>

#define SECTOR 512
#define CHANGES_MAX 4096
#define IMAGE_MAX (8u << 20)

/* One that awaits its sync. */
struct change {
    struct memory_disk_event event; /* its bytes are owned here */
};

/* A file as it surely is on the disk. */
struct image {
    uint8_t *data; /* NULL: there is no such file */
    size_t len;
};

static struct image images[MEMORY_DISK_FILES_MAX];
static struct change changes[CHANGES_MAX];
static size_t change_count, sync_count;
static power_cut_moment *at_moment;
static void *moment_context;

/* Memory that is short on command (short_memory.h) is so once, and not meant for this. */
static void *obtain(void *old, size_t len)
{
    void *memory = realloc(old, len);
    if (memory == NULL)
        memory = realloc(old, len);
    if (memory == NULL)
        abort();
    return memory;
}

static void image_resize(struct image *image, size_t len)
{
    if (len > IMAGE_MAX)
        abort();
    image->data = obtain(image->data, len > 0 ? len : 1);
    if (len > image->len)
        memset(image->data + image->len, 0, len - image->len);
    image->len = len;
}

static void image_write(struct image *image, size_t offset, struct bytes bytes)
{
    if (image->data == NULL || offset + bytes.len > image->len)
        image_resize(image, offset + bytes.len);
    if (bytes.len > 0)
        memcpy(image->data + offset, bytes.data, bytes.len);
}

static void image_remove(struct image *image)
{
    free(image->data);
    *image = (struct image){0};
}

static void image_apply(struct image *image, const struct memory_disk_event *event)
{
    switch (event->change) {
    case MEMORY_DISK_WRITE:
        image_write(image, event->offset, event->bytes);
        break;
    case MEMORY_DISK_TRUNCATE:
        if (event->offset < image->len)
            image->len = event->offset;
        break;
    case MEMORY_DISK_DELETE:
        image_remove(image);
        break;
    case MEMORY_DISK_SYNC:
        break;
    }
}

static void keep(const struct memory_disk_event *event)
{
    if (change_count == CHANGES_MAX)
        abort();
    struct change *change = &changes[change_count++];
    change->event = *event;
    uint8_t *copy = obtain(NULL, event->bytes.len + 1);
    if (event->bytes.len > 0)
        memcpy(copy, event->bytes.data, event->bytes.len);
    change->event.bytes.data = copy;
}

typedef bool change_test(size_t place, size_t file);

/* Those for which the test holds are on the disk now; the others go on waiting. */
static void settle_changes(change_test *is_settled, size_t file)
{
    size_t kept = 0;
    for (size_t i = 0; i < change_count; i++) {
        const struct change change = changes[i];
        if (!is_settled(i, file)) {
            changes[kept++] = change;
            continue;
        }
        image_apply(&images[change.event.file], &change.event);
        free((void *)(uintptr_t)change.event.bytes.data);
    }
    change_count = kept;
}

static bool is_of_file(size_t place, size_t file)
{
    return changes[place].event.file == file;
}

static bool is_deletion(size_t place, size_t file)
{
    (void)file;
    return changes[place].event.change == MEMORY_DISK_DELETE;
}

/* As SQLite does it on a real disk: with a new file its name is synced, and so are all names of the
 * folder, those that are gone included. */
static void sync_file(size_t file)
{
    if (images[file].data == NULL)
        settle_changes(is_deletion, 0);
    settle_changes(is_of_file, file);
    sync_count++;
}

static void watch(void *context, const struct memory_disk_event *event)
{
    (void)context;
    if (at_moment != NULL)
        at_moment(moment_context);
    if (event->fails)
        return;
    if (event->change == MEMORY_DISK_SYNC)
        sync_file(event->file);
    else
        keep(event);
}

void power_cut_start(power_cut_moment *moment, void *context)
{
    at_moment = moment;
    moment_context = context;
    memory_disk_watch(watch, NULL);
}

size_t power_cut_unsynced(void)
{
    return change_count;
}

size_t power_cut_syncs(void)
{
    return sync_count;
}

/* xorshift64*: chance that a seed repeats. */
static uint32_t chance(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * 0x2545F4914F6CDD1D >> 32);
}

/* A write reaches the disk sector by sector: each of them, or not, or its front. */
static void tear_write(struct image *image, const struct memory_disk_event *event, uint64_t *state)
{
    size_t offset = event->offset;
    struct bytes rest = event->bytes, piece;
    while (rest.len > 0) {
        const size_t room = SECTOR - offset % SECTOR;
        (void)bytes_take(&rest, rest.len < room ? rest.len : room, &piece);
        const uint32_t lot = chance(state);
        if (lot % 8 == 0)
            piece.len = lot / 8 % piece.len;
        if (lot % 8 < 5)
            image_write(image, offset, piece);
        offset += room;
    }
}

/* A deletion that did not reach the disk brings the old file back, whatever came after. */
static void tear_file(size_t file, uint64_t *state)
{
    for (size_t i = 0; i < change_count; i++) {
        const struct memory_disk_event *event = &changes[i].event;
        if (event->file != file)
            continue;
        if (event->change == MEMORY_DISK_WRITE)
            tear_write(&images[file], event, state);
        else if (chance(state) % 2 == 0)
            image_apply(&images[file], event);
        else if (event->change == MEMORY_DISK_DELETE)
            return;
    }
}

void power_cut_settle(enum power_cut kind, uint64_t seed)
{
    uint64_t state = seed * 0x9E3779B97F4A7C15 + 1;
    memory_disk_watch(NULL, NULL);
    if (kind == POWER_CUT_KILLED)
        return;
    for (size_t file = 0; file < MEMORY_DISK_FILES_MAX; file++) {
        if (kind == POWER_CUT_TORN)
            tear_file(file, &state);
        if (!memory_disk_replace(file, bytes_of(images[file].data, images[file].len)))
            abort();
    }
}

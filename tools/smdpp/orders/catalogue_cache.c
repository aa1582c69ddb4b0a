#include "tools/smdpp/orders/catalogue_cache.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "crypto/primitives/secret.h"

#define PLACES 32
#define BYTES_MAX (8u << 20) /* of all packages that are kept */
/* A file that was changed more recently may be changed again without its times telling: they are as
 * fine as the kernel's clock ticks, or the file system counts whole seconds, or every other one. */
#define SETTLED_MS 100
#define SETTLED_COARSE_MS 3000
#define NANOSECONDS_A_MS 1000000

/* The files that a package is read from, as they are; one that is not there is all zero. */
struct files {
    struct stat package, metadata, icon;
};

struct kept {
    struct catalogue_entry entry; /* its name "": a free place */
    struct files files;
    uint64_t used; /* the number of the reading that it last served */
};

struct catalogue_cache {
    const char *folder, *address;
    pthread_mutex_t lock;
    struct kept kept[PLACES];
    size_t bytes;
    uint64_t readings;
};

struct catalogue_cache *catalogue_cache_create(const char *folder, const char *address)
{
    struct catalogue_cache *cache = calloc(1, sizeof(*cache));
    if (cache == NULL)
        return NULL;
    cache->folder = folder;
    cache->address = address;
    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

static void forget(struct catalogue_cache *cache, struct kept *kept)
{
    cache->bytes -= kept->entry.package.len;
    catalogue_finish_entry(&kept->entry);
    wipe(kept, sizeof(*kept));
}

void catalogue_cache_destroy(struct catalogue_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++)
        forget(cache, &cache->kept[i]);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static bool look_at(const char *path, struct stat *out)
{
    *out = (struct stat){0};
    return stat(path, out) == 0;
}

/* False if there is no package. */
static bool look_at_files(const struct catalogue_cache *cache, const char *name, const char *icon,
                          struct files *out)
{
    char path[PATH_MAX];
    *out = (struct files){0};
    if (!catalogue_path(cache->folder, name, CATALOGUE_PACKAGE, path) ||
        !look_at(path, &out->package))
        return false;
    if (catalogue_path(cache->folder, name, CATALOGUE_METADATA, path))
        (void)look_at(path, &out->metadata);
    if (icon[0] != '\0')
        (void)look_at(icon, &out->icon);
    return true;
}

static bool is_time(struct timespec one, struct timespec other)
{
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino &&
           one->st_size == other->st_size && is_time(one->st_mtim, other->st_mtim) &&
           is_time(one->st_ctim, other->st_ctim);
}

static bool are_same(const struct files *one, const struct files *other)
{
    return is_same(&one->package, &other->package) && is_same(&one->metadata, &other->metadata) &&
           is_same(&one->icon, &other->icon);
}

static bool is_past(struct timespec time, struct timespec now)
{
    const int64_t age_ms = (int64_t)(now.tv_sec - time.tv_sec) * 1000 +
                           (now.tv_nsec - time.tv_nsec) / NANOSECONDS_A_MS;
    return age_ms >= (time.tv_nsec == 0 ? SETTLED_COARSE_MS : SETTLED_MS);
}

static bool is_settled(const struct stat *about, struct timespec now)
{
    return is_past(about->st_mtim, now) && is_past(about->st_ctim, now);
}

static bool are_settled(const struct files *files)
{
    struct timespec now;
    return clock_gettime(CLOCK_REALTIME, &now) == 0 && is_settled(&files->package, now) &&
           is_settled(&files->metadata, now) && is_settled(&files->icon, now);
}

static struct kept *find(struct catalogue_cache *cache, const char *name)
{
    for (size_t i = 0; i < PLACES; i++)
        if (strcmp(cache->kept[i].entry.name, name) == 0)
            return &cache->kept[i];
    return NULL;
}

static bool copy(const struct catalogue_entry *from, struct catalogue_entry *out)
{
    *out = *from;
    out->package = (struct blob){0};
    return blob_copy(blob_bytes(&from->package), &out->package) == 0;
}

/* True if it was served. One that is not as it was kept is forgotten. */
static bool take(struct catalogue_cache *cache, const char *name, struct catalogue_entry *out)
{
    struct files now;
    struct kept *kept = find(cache, name);
    if (kept == NULL)
        return false;
    if (!look_at_files(cache, name, kept->entry.metadata.icon_path, &now) ||
        !are_same(&kept->files, &now)) {
        forget(cache, kept);
        return false;
    }
    kept->used = ++cache->readings;
    return copy(&kept->entry, out);
}

/* The place that was used longest ago; is_kept: of those that are. */
static struct kept *oldest(struct catalogue_cache *cache, bool is_kept)
{
    struct kept *found = NULL;
    for (size_t i = 0; i < PLACES; i++) {
        struct kept *each = &cache->kept[i];
        if ((!is_kept || each->used > 0) && (found == NULL || each->used < found->used))
            found = each;
    }
    return found;
}

/* Without memory it is not kept, which costs the next reader time and nothing else. */
static void keep(struct catalogue_cache *cache, const struct catalogue_entry *entry,
                 const struct files *files)
{
    struct kept *kept = find(cache, entry->name); /* by another thread meanwhile */
    if (kept != NULL)
        forget(cache, kept);
    if (entry->package.len > BYTES_MAX)
        return;
    while (cache->bytes + entry->package.len > BYTES_MAX)
        forget(cache, oldest(cache, true));
    kept = oldest(cache, false);
    forget(cache, kept);
    if (!copy(entry, &kept->entry)) {
        forget(cache, kept);
        return;
    }
    cache->bytes += entry->package.len;
    kept->files = *files;
    kept->used = ++cache->readings;
}

/* An icon whose path has no room cannot be looked at again. */
static bool can_be_kept(const struct catalogue_entry *entry)
{
    return entry->metadata.icon_len == 0 || entry->metadata.icon_path[0] != '\0';
}

/* One reading between two looks at the files. *same: they were what they are, for long enough. */
static int read_between(struct catalogue_cache *cache, const char *name, const char *icon,
                        struct catalogue_entry *out, struct files *files, bool *same)
{
    struct files before;
    const bool is_there = look_at_files(cache, name, icon, &before);
    const int result = catalogue_read(cache->folder, name, cache->address, out);
    *same = result == 0 && is_there && can_be_kept(out) &&
            strcmp(out->metadata.icon_path, icon) == 0 && look_at_files(cache, name, icon, files) &&
            are_same(&before, files) && are_settled(files);
    return result;
}

/* Which file the icon is says the text: one that has any is read once more when that is known. */
static int read_anew(struct catalogue_cache *cache, const char *name, struct catalogue_entry *out,
                     struct files *files, bool *same)
{
    char icon[sizeof(out->metadata.icon_path)];
    const int result = read_between(cache, name, "", out, files, same);
    if (result != 0 || out->metadata.icon_path[0] == '\0')
        return result;
    strcpy(icon, out->metadata.icon_path);
    catalogue_finish_entry(out);
    return read_between(cache, name, icon, out, files, same);
}

int catalogue_cache_read(struct catalogue_cache *cache, const char *name,
                         struct catalogue_entry *out)
{
    struct files files;
    bool same;
    pthread_mutex_lock(&cache->lock);
    const bool taken = name[0] != '\0' && take(cache, name, out);
    pthread_mutex_unlock(&cache->lock);
    if (taken)
        return 0;
    const int result = read_anew(cache, name, out, &files, &same);
    if (result != 0 || !same)
        return result;
    pthread_mutex_lock(&cache->lock);
    keep(cache, out, &files);
    pthread_mutex_unlock(&cache->lock);
    return 0;
}

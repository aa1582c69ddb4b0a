#include "tools/smdpp/orders/package_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "apdu/status.h"
#include "tools/lib/common/package.h"

#define PLACES 32
#define BYTES_MAX (8u << 20) /* of all packages that are kept */
/* A file that was changed more recently may be changed again without its times telling: they are as
 * fine as the kernel's clock ticks, or the file system counts whole seconds, or every other one. */
#define SETTLED_MS 100
#define SETTLED_COARSE_MS 3000
#define NANOSECONDS_A_MS 1000000

struct kept {
    char *path; /* NULL: a free place */
    struct stat about;
    struct blob package;
    uint8_t digest[SHA256_SIZE];
    uint64_t used; /* the number of the reading that it last served */
};

struct package_cache {
    pthread_mutex_t lock;
    struct kept kept[PLACES];
    size_t bytes;
    uint64_t readings;
};

struct package_cache *package_cache_create(void)
{
    struct package_cache *cache = calloc(1, sizeof(*cache));
    if (cache != NULL)
        pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

static void forget(struct package_cache *cache, struct kept *kept)
{
    cache->bytes -= kept->package.len;
    blob_finish(&kept->package);
    free(kept->path);
    *kept = (struct kept){0};
}

void package_cache_destroy(struct package_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++)
        forget(cache, &cache->kept[i]);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
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

static bool is_past(struct timespec time, struct timespec now)
{
    const int64_t age_ms = (int64_t)(now.tv_sec - time.tv_sec) * 1000 +
                           (now.tv_nsec - time.tv_nsec) / NANOSECONDS_A_MS;
    return age_ms >= (time.tv_nsec == 0 ? SETTLED_COARSE_MS : SETTLED_MS);
}

static bool is_settled(const struct stat *about)
{
    struct timespec now;
    return clock_gettime(CLOCK_REALTIME, &now) == 0 && is_past(about->st_mtim, now) &&
           is_past(about->st_ctim, now);
}

static struct kept *find(struct package_cache *cache, const char *path)
{
    for (size_t i = 0; i < PLACES; i++)
        if (cache->kept[i].path != NULL && strcmp(cache->kept[i].path, path) == 0)
            return &cache->kept[i];
    return NULL;
}

/* True if it was served. One that is not as it was kept is forgotten. */
static bool take(struct package_cache *cache, const char *path, const struct stat *about,
                 struct blob *out, uint8_t digest[SHA256_SIZE])
{
    struct kept *kept = find(cache, path);
    if (kept == NULL)
        return false;
    if (!is_same(&kept->about, about)) {
        forget(cache, kept);
        return false;
    }
    kept->used = ++cache->readings;
    memcpy(digest, kept->digest, SHA256_SIZE);
    return blob_copy(blob_bytes(&kept->package), out) == 0;
}

/* The place that was used longest ago, a free one before all others. */
static struct kept *oldest(struct package_cache *cache)
{
    struct kept *found = &cache->kept[0];
    for (size_t i = 1; i < PLACES; i++)
        if (cache->kept[i].used < found->used)
            found = &cache->kept[i];
    return found;
}

/* Used longest ago among those that are kept; NULL: none is. */
static struct kept *oldest_kept(struct package_cache *cache)
{
    struct kept *found = NULL;
    for (size_t i = 0; i < PLACES; i++)
        if (cache->kept[i].path != NULL && (found == NULL || cache->kept[i].used < found->used))
            found = &cache->kept[i];
    return found;
}

/* Without memory it is not kept, which costs the next reader time and nothing else. */
static void keep(struct package_cache *cache, const char *path, const struct stat *about,
                 struct bytes package, const uint8_t digest[SHA256_SIZE])
{
    struct kept *kept = find(cache, path); /* by another thread meanwhile */
    if (kept != NULL)
        forget(cache, kept);
    if (package.len > BYTES_MAX)
        return;
    while (cache->bytes + package.len > BYTES_MAX)
        forget(cache, oldest_kept(cache));
    kept = oldest(cache);
    forget(cache, kept);
    if ((kept->path = strdup(path)) == NULL || blob_copy(package, &kept->package) != 0) {
        forget(cache, kept);
        return;
    }
    cache->bytes += package.len;
    kept->about = *about;
    kept->used = ++cache->readings;
    memcpy(kept->digest, digest, SHA256_SIZE);
}

static int read_file(const char *path, struct blob *out, uint8_t digest[SHA256_SIZE])
{
    const int found = blob_read_file(path, PACKAGE_MAX, out);
    if (found != 0)
        return found;
    const struct bytes whole = blob_bytes(out);
    if (sha256(&whole, 1, digest) == 0)
        return 0;
    blob_finish(out);
    return FAILURE_INTERNAL;
}

int package_cache_read(struct package_cache *cache, const char *path, struct blob *out,
                       uint8_t digest[SHA256_SIZE])
{
    struct stat before, after;
    if (cache == NULL || stat(path, &before) != 0)
        return read_file(path, out, digest);
    pthread_mutex_lock(&cache->lock);
    const bool taken = take(cache, path, &before, out, digest);
    pthread_mutex_unlock(&cache->lock);
    if (taken)
        return 0;
    const int result = read_file(path, out, digest);
    if (result != 0 || !is_settled(&before) || stat(path, &after) != 0 || !is_same(&before, &after))
        return result;
    pthread_mutex_lock(&cache->lock);
    keep(cache, path, &before, blob_bytes(out), digest);
    pthread_mutex_unlock(&cache->lock);
    return 0;
}

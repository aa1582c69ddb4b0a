/* Packages that a server keeps: as their files are, whatever happens to those, and not read again
 * while nothing does. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tools/smdpp/orders/package_cache.h"

#define SETTLED_US 150000
#define FILES 40
#define LARGE (3u << 20)

static char folder[] = "/tmp/emuicc-packages-XXXXXX";
static char path[64];
static struct package_cache *cache;
static int watch;

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/one.der", folder);
    cache = package_cache_create();
    cr_assert_not_null(cache);
    watch = inotify_init1(IN_NONBLOCK);
    cr_assert_geq(inotify_add_watch(watch, folder, IN_OPEN), 0);
}

static void end(void)
{
    char command[64];
    package_cache_destroy(cache);
    close(watch);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(package_cache, .init = begin, .fini = end);

/* Over what is there. */
static void put(const char *at, struct bytes bytes)
{
    FILE *file = fopen(at, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    cr_assert_eq(fclose(file), 0);
}

static void put_text(const char *at, const char *text)
{
    put(at, bytes_of_text(text));
}

static bool was_opened(void)
{
    char events[4096];
    return read(watch, events, sizeof(events)) > 0;
}

static void expect(const char *at, struct bytes bytes, bool opened)
{
    struct blob package = {0};
    uint8_t digest[SHA256_SIZE], expected[SHA256_SIZE];
    (void)was_opened();
    cr_assert_eq(package_cache_read(cache, at, &package, digest), 0);
    cr_expect_eq(was_opened(), opened, "%s is %s", at, opened ? "not read" : "read");
    cr_assert_eq(sha256(&bytes, 1, expected), 0);
    cr_expect(bytes_equal(blob_bytes(&package), bytes));
    cr_expect_eq(memcmp(digest, expected, sizeof(digest)), 0);
    blob_finish(&package);
}

static void expect_text(const char *text, bool opened)
{
    expect(path, bytes_of_text(text), opened);
}

static void keep_text(const char *text)
{
    put_text(path, text);
    usleep(SETTLED_US);
    expect_text(text, true);
}

Test(package_cache, a_file_that_stays_as_it_is_is_read_once)
{
    keep_text("first");
    expect_text("first", false);
    expect_text("first", false);
}

Test(package_cache, what_is_written_to_it_or_put_in_its_place_is_seen)
{
    char other[64];
    snprintf(other, sizeof(other), "%s/other", folder);
    keep_text("first");
    put_text(path, "other");
    expect_text("other", true);
    keep_text("third");
    put_text(other, "renam");
    usleep(SETTLED_US);
    cr_assert_eq(rename(other, path), 0);
    expect_text("renam", true);
}

/* It may be written again before its times tell. */
Test(package_cache, one_that_was_just_written_is_not_kept)
{
    put_text(path, "first");
    expect_text("first", true);
    expect_text("first", true);
}

Test(package_cache, one_that_is_gone_is_gone)
{
    struct blob package = {0};
    uint8_t digest[SHA256_SIZE];
    keep_text("first");
    cr_assert_eq(unlink(path), 0);
    cr_expect_eq(package_cache_read(cache, path, &package, digest), 1);
    cr_expect_null(package.data);
}

Test(package_cache, those_that_were_asked_for_last_stay)
{
    char names[FILES][64];
    for (int i = 0; i < FILES; i++) {
        snprintf(names[i], sizeof(names[i]), "%s/%d", folder, i);
        put_text(names[i], names[i]);
    }
    usleep(SETTLED_US);
    for (int i = 0; i < FILES; i++)
        expect(names[i], bytes_of_text(names[i]), true);
    expect(names[FILES - 1], bytes_of_text(names[FILES - 1]), false);
    expect(names[0], bytes_of_text(names[0]), true);
}

Test(package_cache, large_ones_make_room_for_each_other)
{
    char names[3][64];
    uint8_t *large = calloc(1, LARGE);
    cr_assert_not_null(large);
    for (int i = 0; i < 3; i++) {
        snprintf(names[i], sizeof(names[i]), "%s/%d", folder, i);
        put(names[i], bytes_of(large, LARGE));
    }
    usleep(SETTLED_US);
    for (int i = 0; i < 3; i++)
        expect(names[i], bytes_of(large, LARGE), true);
    expect(names[1], bytes_of(large, LARGE), false);
    expect(names[2], bytes_of(large, LARGE), false);
    expect(names[0], bytes_of(large, LARGE), true);
    expect(names[1], bytes_of(large, LARGE), true);
    free(large);
}

Test(package_cache, without_one_files_are_read)
{
    package_cache_destroy(cache);
    cache = NULL;
    keep_text("first");
    expect_text("first", true);
}

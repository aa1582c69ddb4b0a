/* Packages that a server keeps: as their files are, whatever happens to those, and not read again
 * while nothing does. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tools/smdpp/orders/catalogue_cache.h"

#define SETTLED_US 150000
#define FILES 40
#define LARGE (3u << 20)
#define TEXT "iccid = 8988211000000000011\nicon = icon.png\nname = "
#define ICON "\x89PNG"

static char folder[] = "/tmp/emuicc-packages-XXXXXX";
static struct catalogue_cache *cache;
static int watch;

static const char *path_of(const char *name, const char *ending)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s%s", folder, name, ending);
    return path;
}

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cache = catalogue_cache_create(folder, "smdp.example.com");
    cr_assert_not_null(cache);
    watch = inotify_init1(IN_NONBLOCK);
    cr_assert_geq(inotify_add_watch(watch, folder, IN_OPEN), 0);
}

static void end(void)
{
    char command[64];
    catalogue_cache_destroy(cache);
    close(watch);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(catalogue_cache, .init = begin, .fini = end);

/* Over what is there. */
static void put(const char *name, const char *ending, struct bytes bytes)
{
    FILE *file = fopen(path_of(name, ending), "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    cr_assert_eq(fclose(file), 0);
}

/* A package of these bytes, and metadata that call it so. */
static void put_all(const char *name, struct bytes package, const char *called)
{
    char text[128];
    snprintf(text, sizeof(text), TEXT "%s\n", called);
    put(name, ".der", package);
    put(name, ".metadata", bytes_of_text(text));
    put("icon", ".png", bytes_of_text(ICON));
}

static bool was_opened(void)
{
    char events[4096];
    return read(watch, events, sizeof(events)) > 0;
}

static void expect(const char *name, struct bytes package, const char *called, bool opened)
{
    struct catalogue_entry entry = {0};
    uint8_t digest[SHA256_SIZE];
    while (was_opened())
        continue;
    cr_assert_eq(catalogue_cache_read(cache, name, &entry), 0);
    cr_expect_eq(was_opened(), opened, "%s is %s", name, opened ? "not read" : "read");
    cr_assert_eq(sha256(&package, 1, digest), 0);
    cr_expect(bytes_equal(blob_bytes(&entry.package), package));
    cr_expect_eq(memcmp(digest, entry.digest, sizeof(digest)), 0);
    cr_expect_str_eq(entry.metadata.name, called);
    cr_expect_str_eq(entry.name, name);
    catalogue_finish_entry(&entry);
}

static void keep_one(const char *package, const char *called)
{
    put_all("one", bytes_of_text(package), called);
    usleep(SETTLED_US);
    expect("one", bytes_of_text(package), called, true);
    expect("one", bytes_of_text(package), called, false);
}

Test(catalogue_cache, files_that_stay_as_they_are_are_read_once)
{
    keep_one("first", "a");
    expect("one", bytes_of_text("first"), "a", false);
}

/* In place, or by another file of the same length. */
Test(catalogue_cache, what_is_written_to_any_of_them_or_put_in_its_place_is_seen)
{
    char other[128];
    keep_one("first", "a");
    put("one", ".der", bytes_of_text("other"));
    expect("one", bytes_of_text("other"), "a", true);
    keep_one("third", "a");
    put("one", ".metadata", bytes_of_text(TEXT "b\n"));
    expect("one", bytes_of_text("third"), "b", true);
    keep_one("third", "b");
    put("icon", ".png", bytes_of_text(ICON "2"));
    expect("one", bytes_of_text("third"), "b", true);
    keep_one("third", "b");
    put("other", ".der", bytes_of_text("moved"));
    usleep(SETTLED_US);
    snprintf(other, sizeof(other), "%s", path_of("other", ".der"));
    cr_assert_eq(rename(other, path_of("one", ".der")), 0);
    expect("one", bytes_of_text("moved"), "b", true);
}

/* It may be written again before its times tell. */
Test(catalogue_cache, one_that_was_just_written_is_not_kept)
{
    put_all("one", bytes_of_text("first"), "a");
    expect("one", bytes_of_text("first"), "a", true);
    expect("one", bytes_of_text("first"), "a", true);
}

Test(catalogue_cache, one_that_is_gone_is_gone)
{
    struct catalogue_entry entry;
    keep_one("first", "a");
    cr_assert_eq(unlink(path_of("one", ".der")), 0);
    cr_expect_eq(catalogue_cache_read(cache, "one", &entry), CATALOGUE_NONE);
    cr_expect_null(entry.package.data);
    cr_expect_eq(catalogue_cache_read(cache, "", &entry), CATALOGUE_NONE);
    cr_expect_eq(catalogue_cache_read(cache, "../one", &entry), CATALOGUE_NONE);
}

Test(catalogue_cache, metadata_that_come_or_go_are_seen)
{
    struct catalogue_entry entry;
    keep_one("first", "a");
    cr_assert_eq(unlink(path_of("one", ".metadata")), 0);
    cr_expect_eq(catalogue_cache_read(cache, "one", &entry), CATALOGUE_UNUSABLE);
    keep_one("first", "c");
}

Test(catalogue_cache, those_that_were_asked_for_last_stay)
{
    char names[FILES][16];
    for (int i = 0; i < FILES; i++) {
        snprintf(names[i], sizeof(names[i]), "n%d", i);
        put_all(names[i], bytes_of_text(names[i]), "a");
    }
    usleep(SETTLED_US);
    for (int i = 0; i < FILES; i++)
        expect(names[i], bytes_of_text(names[i]), "a", true);
    expect(names[FILES - 1], bytes_of_text(names[FILES - 1]), "a", false);
    expect(names[0], bytes_of_text(names[0]), "a", true);
}

Test(catalogue_cache, large_ones_make_room_for_each_other)
{
    static const char *const names[] = {"x", "y", "z"};
    uint8_t *large = calloc(1, LARGE);
    cr_assert_not_null(large);
    const struct bytes package = bytes_of(large, LARGE);
    for (int i = 0; i < 3; i++)
        put_all(names[i], package, "a");
    usleep(SETTLED_US);
    for (int i = 0; i < 3; i++)
        expect(names[i], package, "a", true);
    expect("y", package, "a", false);
    expect("z", package, "a", false);
    expect("x", package, "a", true);
    expect("y", package, "a", true);
    free(large);
}

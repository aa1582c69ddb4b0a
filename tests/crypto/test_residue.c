/* No key stays behind in memory that has been given back. A program of its own: Criterion's
 * libraries use OpenSSL before it could be told to clear what it frees. */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/primitives/bsp.h"
#include "crypto/primitives/ec.h"
#include "crypto/pki/pki.h"

#define CHECK(condition) check(condition, __func__, #condition)

#define CHUNK 65536
#define PATTERN 16

static void check(bool holds, const char *where, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s: not so: %s\n", where, what);
    exit(1);
}

/* Kept inverted, so that the search does not find what it searches for. The allocator overwrites
 * the front of what it is given back: so a key's end is looked for as it is, and its front as a
 * number has it that stands last byte first. */
struct pattern {
    uint8_t end[PATTERN], front_reversed[PATTERN];
};

static struct pattern pattern_of(struct bytes key)
{
    struct pattern pattern;
    CHECK(key.len >= PATTERN);
    for (size_t i = 0; i < PATTERN; i++) {
        pattern.end[i] = (uint8_t)~key.data[key.len - PATTERN + i];
        pattern.front_reversed[i] = (uint8_t)~key.data[PATTERN - 1 - i];
    }
    return pattern;
}

static bool matches(const uint8_t *at, const uint8_t *inverted)
{
    size_t i = 0;
    while (i < PATTERN && (at[i] ^ inverted[i]) == UINT8_MAX)
        i++;
    return i == PATTERN;
}

static bool range_has(int memory, unsigned long from, unsigned long to,
                      const struct pattern *pattern)
{
    static uint8_t chunk[CHUNK];
    bool found = false;
    for (unsigned long at = from; at < to && !found; at += CHUNK - PATTERN) {
        const size_t wanted = to - at < CHUNK ? to - at : CHUNK;
        const ssize_t got = pread(memory, chunk, wanted, (off_t)at);
        for (ssize_t i = 0; i + PATTERN <= got && !found; i++)
            found = matches(chunk + i, pattern->end) || matches(chunk + i, pattern->front_reversed);
    }
    memset(chunk, 0, sizeof(chunk));
    return found;
}

/* Whether the pattern stands in memory that can be written, the stack
 * apart. */
static bool memory_has(const struct pattern *pattern)
{
    char line[512];
    bool found = false;
    const int memory = open("/proc/self/mem", O_RDONLY);
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(memory >= 0 && maps != NULL);
    while (!found && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from, to, offset, inode;
        char mode[8], device[16];
        if (sscanf(line, "%lx-%lx %7s %lx %15s %lu", &from, &to, mode, &offset, device, &inode) !=
                6 ||
            mode[1] != 'w' || inode != 0 || strstr(line, "[stack]") != NULL ||
            to - from > (64ul << 20))
            continue;
        found = range_has(memory, from, to, pattern);
    }
    fclose(maps);
    close(memory);
    return found;
}

static void the_search_finds_what_is_there(void)
{
    uint8_t *key = malloc(32);
    struct random random;
    random_init(&random);
    CHECK(key != NULL && random_fill(&random, key, 32) == 0);
    const struct pattern pattern = pattern_of(bytes_of(key, 32));
    CHECK(memory_has(&pattern));
    wipe(key, 32);
    CHECK(!memory_has(&pattern));
    free(key);
}

static struct pattern pattern_of_key(const struct ec_private *key)
{
    struct secret scalar;
    ec_private_scalar(key, &scalar);
    const struct pattern pattern = pattern_of(secret_bytes(&scalar));
    secret_wipe(&scalar);
    return pattern;
}

/* A key from its file, which has signed and agreed; and what it agreed on. */
static void keys_of_a_pki(const char *folder)
{
    struct random random;
    struct pki_entity entity;
    struct secret shared;
    uint8_t signature[EC_SIGNATURE_SIZE];
    const struct bytes message = bytes_of_text("message");
    random_init(&random);
    CHECK(pki_make(&random, &(struct pki_plan){.directory = folder}) == 0);
    CHECK(pki_read(folder, PKI_EUICC, EC_P256, &entity) == 0);
    const struct pattern pattern = pattern_of_key(entity.key);
    CHECK(memory_has(&pattern));
    CHECK(ec_sign(entity.key, &random, &message, 1, signature) == 0);
    CHECK(ec_agree(entity.key, entity.certificate.point, &shared) == 0);
    const struct pattern agreed = pattern_of(secret_bytes(&shared));
    secret_wipe(&shared);
    pki_entity_finish(&entity);
    CHECK(!memory_has(&pattern));
    CHECK(!memory_has(&agreed));
}

static void one_time_keys(enum ec_curve curve, bool seeded)
{
    struct random random;
    struct ec_private *key;
    struct secret shared;
    uint8_t signature[EC_SIGNATURE_SIZE];
    const struct bytes message = bytes_of_text("message");
    random_init(&random);
    if (seeded)
        random_init_seeded(&random, bytes_of_text("seed"));
    CHECK(ec_private_generate(&random, curve, &key) == 0);
    CHECK(ec_sign(key, &random, &message, 1, signature) == 0);
    CHECK(ec_agree(key, bytes_of(ec_private_point(key), EC_POINT_SIZE), &shared) == 0);
    secret_wipe(&shared);
    const struct pattern pattern = pattern_of_key(key);
    ec_private_destroy(key);
    CHECK(!memory_has(&pattern));
}

static void session_keys(void)
{
    struct random random;
    uint8_t *keys = malloc(48), segment[64];
    struct bsp *bsp = malloc(sizeof(*bsp));
    struct writer out = writer_on(segment, sizeof(segment));
    random_init(&random);
    CHECK(keys != NULL && bsp != NULL && random_fill(&random, keys, 48) == 0);
    CHECK(bsp_init_keys(bsp, bytes_of(keys, 16), bytes_of(keys + 16, 16),
                        bytes_of(keys + 32, 16)) == 0);
    const struct pattern enc = pattern_of(bytes_of(keys, 16));
    const struct pattern mac = pattern_of(bytes_of(keys + 16, 16));
    wipe(keys, 48);
    free(keys);
    CHECK(memory_has(&enc) && memory_has(&mac));
    CHECK(bsp_seal(bsp, BSP_ENCRYPTED, 0x87, bytes_of_text("plain"), &out) == 0);
    bsp_wipe(bsp);
    free(bsp);
    CHECK(!memory_has(&enc));
    CHECK(!memory_has(&mac));
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

int main(void)
{
    char folder[] = "/tmp/emuicc-test-XXXXXX";
    the_search_finds_what_is_there();
    for (int seeded = 0; seeded < 2; seeded++)
        for (enum ec_curve curve = 0; curve < EC_CURVES; curve++)
            one_time_keys(curve, seeded != 0);
    session_keys();
    CHECK(mkdtemp(folder) != NULL);
    keys_of_a_pki(folder);
    CHECK(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
    return 0;
}

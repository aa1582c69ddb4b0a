/* The seeds of fuzz_es9 are whole: each gets all the way through. EMUICC_MAKE_CORPUS=FOLDER writes
 * them anew. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/es9_world.h"
#include "tests/tools/mini_card.h"

static struct es9_world world;
static struct mini_card card;

static void start(void)
{
    es9_world_start(&world);
    mini_card_insert(&card, world.pki, EC_P256);
    random_init_seeded(&card.random, bytes_of_text("card"));
    memset(card.transaction_id, ES9_WORLD_ID, sizeof(card.transaction_id));
    memset(card.server_challenge, ES9_WORLD_CHALLENGE, sizeof(card.server_challenge));
    snprintf(card.address, sizeof(card.address), "%s", ES9_WORLD_ADDRESS);
    card.matching_id = ES9_WORLD_PACKAGE;
    const struct bytes oid = credentials_oid(&world.smdpp->credentials);
    memcpy(card.server_oid, oid.data, oid.len);
    card.server_oid_len = oid.len;
    memcpy(card.iccid, (const uint8_t[]){0x98, 0x88, 0, 0, 0, 0, 0, 0, 0, 0xF1}, 10);
}

static void end(void)
{
    mini_card_remove(&card);
    es9_world_end(&world);
}

TestSuite(corpus, .init = start, .fini = end);

/* Row of es9_functions. */
enum { INITIATE, GET_PACKAGE, AUTHENTICATE, NOTIFY, CANCEL, CONFIRM_CHANGE };

#define SEEDS_MAX 32
/* operationType */
#define RPM 2
#define BOTH 3

struct seed {
    const char *name;
    uint8_t head;
    json_t *request;
};

/* finalResult: enable of some profile, refused for RPM. */
#define RPM_FINAL                                                                                  \
    BYTES(0xA0, 0x14, 0x30, 0x12, 0x5A, 0x0A, 0x98, 0x88, 0, 0, 0, 0, 0, 0, 0, 0xF1, 0xBF, 0x31,   \
          0x03, 0x80, 0x01, 0x09)

static size_t make_v2(struct seed *seeds)
{
    size_t count = 0;
    seeds[count++] = (struct seed){"initiate", ES9_WORLD_HEAD(INITIATE, SESSION_INITIATED),
                                   mini_card_initiate(&card, ES9_WORLD_ADDRESS)};
    seeds[count++] = (struct seed){"authenticate", ES9_WORLD_HEAD(AUTHENTICATE, SESSION_INITIATED),
                                   mini_card_authenticate(&card)};
    seeds[count++] = (struct seed){"prepare", ES9_WORLD_HEAD(GET_PACKAGE, SESSION_AUTHENTICATED),
                                   mini_card_prepare(&card)};
    seeds[count++] =
        (struct seed){"cancel", ES9_WORLD_HEAD(CANCEL, SESSION_BOUND), mini_card_cancel(&card, 1)};
    seeds[count++] = (struct seed){"installed", ES9_WORLD_HEAD(NOTIFY, SESSION_BOUND),
                                   mini_card_result(&card, true)};
    seeds[count++] = (struct seed){"failed", ES9_WORLD_HEAD(NOTIFY, SESSION_BOUND),
                                   mini_card_result(&card, false)};
    seeds[count++] = (struct seed){"enabled", ES9_WORLD_HEAD(NOTIFY, SESSION_INITIATED),
                                   mini_card_notify(&card, 2)};
    seeds[count++] = (struct seed){"rpm_result", ES9_WORLD_HEAD(NOTIFY, SESSION_INITIATED),
                                   mini_card_rpm_result(&card, RPM_FINAL)};
    return count;
}

/* What a session of v3 has: a range of versions, what LPA and chip can do, an operation. */
static size_t make_v3(struct seed *seeds)
{
    size_t count = 0;
    memcpy(card.svn, (const uint8_t[]){2, 2, 2}, sizeof(card.svn));
    memcpy(card.highest_svn, (const uint8_t[]){3, 1, 0}, sizeof(card.highest_svn));
    card.lpa_capability = ES9_WORLD_LPA;
    card.capability = ES9_WORLD_CHIP;
    card.v3 = true;
    seeds[count++] =
        (struct seed){"initiate_v3", ES9_WORLD_HEAD(INITIATE, SESSION_INITIATED) | ES9_WORLD_V3,
                      mini_card_initiate(&card, ES9_WORLD_ADDRESS)};
    memset(card.server_challenge, ES9_WORLD_CHALLENGE, sizeof(card.server_challenge));
    card.operation = BOTH;
    seeds[count++] = (struct seed){"authenticate_v3",
                                   ES9_WORLD_HEAD(AUTHENTICATE, SESSION_INITIATED) | ES9_WORLD_V3,
                                   mini_card_authenticate(&card)};
    card.operation = RPM;
    card.matching_id = NULL;
    seeds[count++] = (struct seed){"authenticate_rpm",
                                   ES9_WORLD_HEAD(AUTHENTICATE, SESSION_INITIATED) | ES9_WORLD_V3,
                                   mini_card_authenticate(&card)};
    seeds[count++] = (struct seed){
        "prepare_v3", ES9_WORLD_HEAD(GET_PACKAGE, SESSION_AUTHENTICATED) | ES9_WORLD_V3,
        mini_card_prepare(&card)};
    seeds[count++] =
        (struct seed){"cancel_v3", ES9_WORLD_HEAD(CANCEL, SESSION_BOUND) | ES9_WORLD_V3,
                      mini_card_cancel(&card, 25)};
    seeds[count++] = (struct seed){"cancel_rpm", ES9_WORLD_HEAD(CANCEL, SESSION_RPM) | ES9_WORLD_V3,
                                   mini_card_cancel(&card, 27)};
    seeds[count++] =
        (struct seed){"rpm_result_v3", ES9_WORLD_HEAD(NOTIFY, SESSION_RPM) | ES9_WORLD_V3,
                      mini_card_rpm_result(&card, RPM_FINAL)};
    return count;
}

/* The session has asked whether a profile may leave. */
#define CHANGE_HEAD(function) ((uint8_t)((function) | ES9_WORLD_LATE | ES9_WORLD_V3))

static size_t make_change(struct seed *seeds)
{
    size_t count = 0;
    seeds[count++] = (struct seed){"confirm_change", CHANGE_HEAD(CONFIRM_CHANGE),
                                   mini_card_prepare_change(&card)};
    card.encrypts = true;
    seeds[count++] = (struct seed){"confirm_encrypted", CHANGE_HEAD(CONFIRM_CHANGE),
                                   mini_card_prepare_change(&card)};
    seeds[count++] =
        (struct seed){"cancel_change", CHANGE_HEAD(CANCEL), mini_card_cancel(&card, 0)};
    return count;
}

static size_t make_seeds(struct seed seeds[SEEDS_MAX])
{
    size_t count = make_v2(seeds);
    count += make_v3(seeds + count);
    return count + make_change(seeds + count);
}

static void write_seed(const char *folder, const struct seed *seed)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, seed->name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    fputc(seed->head, file);
    json_dumpf(seed->request, file, JSON_COMPACT);
    cr_assert_eq(fclose(file), 0);
}

Test(corpus, seeds_can_be_made)
{
    struct seed seeds[SEEDS_MAX];
    const size_t count = make_seeds(seeds);
    const char *folder = getenv("EMUICC_MAKE_CORPUS");
    for (size_t i = 0; i < count; i++) {
        if (folder != NULL)
            write_seed(folder, &seeds[i]);
        json_decref(seeds[i].request);
    }
}

static void expect_success(const char *name)
{
    char path[512];
    unsigned status;
    struct blob seed;
    const char *source = getenv("EMUICC_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/es9/%s", source != NULL ? source : ".",
             name);
    cr_assert_eq(blob_read_file(path, 1 << 16, &seed), 0, "%s", path);
    char *answer = es9_world_run(&world, blob_bytes(&seed), &status);
    cr_assert(status == FUNCTION_HTTP_NO_CONTENT ||
                  (status == FUNCTION_HTTP_OK && strstr(answer, "Executed-Success") != NULL),
              "%s: %s", name, answer);
    free(answer);
    blob_finish(&seed);
}

Test(corpus, seeds_get_all_the_way_through)
{
    static const char *const names[] = {
        "initiate",         "authenticate",      "prepare",      "cancel",      "installed",
        "failed",           "enabled",           "rpm_result",   "initiate_v3", "authenticate_v3",
        "authenticate_rpm", "prepare_v3",        "cancel_v3",    "cancel_rpm",  "rpm_result_v3",
        "confirm_change",   "confirm_encrypted", "cancel_change"};
    /* Twice: none is in another's way. */
    for (size_t i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++)
        expect_success(names[i / 2]);
}

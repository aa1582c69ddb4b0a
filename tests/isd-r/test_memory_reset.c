/* eUICCMemoryReset (SGP.22 §5.7.19): every combination of its options, on chips of v2 and of v3. */
#include "tests/isd-r/cast.h"
#include "tests/isd-r/rewind.h"
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#define OK 0
#define NOTHING_TO_DELETE 1
#define CAT_BUSY 5
#define UNUSED_BITS 3 /* of five options in a byte */

/* resetOptions, and what each deletes, whatever rules it has. */
static const struct {
    uint8_t bit;
    bool v3; /* a chip of v2 does not know it */
    const char *profiles;
    const char *told;
} options[] = {
    {0x80, false, "ABC", "xAxBxC"}, /* deleteOperationalProfiles */
    {0x40, false, "TUVW", ""},      /* deleteFieldLoadedTestProfiles */
    {0x20, false, "", ""},          /* resetDefaultSmdpAddress */
    {0x10, true, "F", ""},          /* deletePreLoadedTestProfiles */
    {0x08, true, "PQR", "xPxQxR"},  /* deleteProvisioningProfiles */
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))
#define RESET_ADDRESS 0x20

static struct peer peer;

static int memory_reset(uint8_t bits)
{
    return peer_result(&peer, BYTES(0xBF, 0x34, 0x04, 0x82, 0x02, UNUSED_BITS, bits), 0xBF34);
}

static bool has_address(void)
{
    struct tlv address;
    return tlv_find(peer_ask(&peer, BYTES(0xBF, 0x3C, 0x00), 0xBF3C), 0x80, &address);
}

struct trial {
    const char *before; /* profiles enabled one after the other */
    bool v3, address;   /* is set */
    uint8_t bits;
    char name[64];
};

struct outcome {
    int result;
    bool reload, address;
    char shown[64], told[256];
};

static bool is_done(const struct trial *trial, size_t option)
{
    return (trial->bits & options[option].bit) && (trial->v3 || !options[option].v3);
}

static bool is_deleted(const struct trial *trial, char letter)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (is_done(trial, i) && strchr(options[i].profiles, letter) != NULL)
            return true;
    return false;
}

static void expect(const struct trial *trial, struct outcome *out)
{
    const size_t count = strlen(trial->before);
    const char enabled = count > 0 ? trial->before[count - 1] : 0;
    const bool resets = trial->address && (trial->bits & RESET_ADDRESS);
    size_t len = 0;
    *out = (struct outcome){.result = resets ? OK : NOTHING_TO_DELETE,
                            .reload = enabled != 0 && is_deleted(trial, enabled),
                            .address = trial->address && !resets};
    snprintf(out->told, sizeof(out->told), "%s", cast_told(&peer));
    for (size_t i = 0; i < OPTIONS; i++)
        if (is_done(trial, i))
            strcat(out->told, options[i].told);
    for (const char *letter = CAST_ALL "F"; *letter != '\0'; letter++)
        if (is_deleted(trial, *letter))
            out->result = OK;
        else
            len += (size_t)snprintf(out->shown + len, sizeof(out->shown) - len,
                                    *letter == enabled ? "[%c]" : "%c", *letter);
}

static void assert_state(const struct trial *trial, struct outcome *expected)
{
    cr_assert(eq(str, cast_shown(&peer), expected->shown), "%s", trial->name);
    cr_assert(eq(str, cast_told(&peer), expected->told), "%s", trial->name);
    cr_assert(eq(int, has_address(), expected->address), "%s", trial->name);
}

static void try(const struct trial *trial)
{
    struct outcome expected;
    for (const char *letter = trial->before; *letter != '\0'; letter++)
        cr_assert(eq(int, cast_command(&peer, 'E', *letter, 0, false), OK));
    if (trial->address)
        cr_assert(eq(int, peer_result(&peer, BYTES(0xBF, 0x3F, 0x03, 0x80, 0x01, 'a'), 0xBF3F), 0));
    expect(trial, &expected);
    cr_assert(eq(int, memory_reset(trial->bits), expected.result), "%s", trial->name);
    cr_assert(eq(int, peer.chip.wish.reload, expected.reload), "%s", trial->name);
    cr_assert(eq(int, peer.chip.wish.refresh, expected.reload), "%s", trial->name);
    assert_state(trial, &expected);
    peer_restart_chip(&peer);
    assert_state(trial, &expected);
    cr_assert(eq(int, memory_reset(trial->bits), NOTHING_TO_DELETE), "%s: again", trial->name);
}

static struct rewind installed;

static void start(void)
{
    rewind_start();
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    cast_install(&peer);
    cr_assert(eq(int, cast_install_from_factory(&peer), 0));
    rewind_take(&installed);
}

static void stop(void)
{
    rewind_finish(&installed);
    peer_stop(&peer);
}

TestSuite(memory_reset, .init = start, .fini = stop, .timeout = 600);

Test(memory_reset, does_what_its_options_say)
{
    static const char *const befores[] = {"", "A", "C", "AT", "P", "F"};
    const size_t combinations = 1u << OPTIONS;
    for (size_t i = 0; i < 4 * combinations * sizeof(befores) / sizeof(befores[0]); i++) {
        struct trial trial = {.bits = (uint8_t)(i % combinations << UNUSED_BITS),
                              .v3 = i / combinations % 2,
                              .address = i / combinations / 2 % 2,
                              .before = befores[i / combinations / 4]};
        snprintf(trial.name, sizeof(trial.name), "after \"%s\", options %02X, v%d, %s",
                 trial.before, trial.bits, trial.v3 ? 3 : 2, trial.address ? "address" : "none");
        peer.chip.settings = trial.v3 ? v3_settings(0) : NULL;
        rewind_to(&peer, &installed);
        try(&trial);
    }
}

Test(memory_reset, waits_for_no_terminal_that_is_busy)
{
    isd_r_set_terminal(peer.chip.isd_r, (struct terminal){.busy = true});
    cr_assert(eq(int, memory_reset(0xE0), CAT_BUSY));
    cr_assert(eq(str, cast_shown(&peer), CAST_ALL "F"));
    isd_r_set_terminal(peer.chip.isd_r, (struct terminal){.toolkit = true});
    cr_assert(eq(int, cast_command(&peer, 'E', 'A', 0xFF, false), OK));
    cr_assert(eq(int, memory_reset(0xE0), CAT_BUSY));
}

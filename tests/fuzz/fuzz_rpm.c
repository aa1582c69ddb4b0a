/* Any bytes as an RPM package, and as UpdateMetadata, on a chip with two profiles that this server
 * may manage. The input's first byte is the session's release, the terminal's toolkit and whether
 * the rest is a package or a whole LoadRpmPackageRequest. */
#include "tests/fuzz/fuzz_chip.h"

#include <stdlib.h>

#include "isd-r/profiles/metadata_check.h"
#include "isd-r/rpm/rpm_command.h"
#include "isd-r/profiles/rpm_configuration.h"
#include "isd-r/rpm/rpm_package.h"
#include "isd-r/rpm/rpm_result.h"
#include "isd-r/profiles/update_metadata.h"

#define PROFILES 2
#define FLAG_V3 1
#define FLAG_TOOLKIT 2
#define FLAG_REQUEST 4

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void put_metadata(uint8_t number, struct writer *out)
{
    const size_t mark = tlv_open(out, METADATA_TAG);
    tlv_put(out, 0x5A, BYTES(0x98, 0, 0, 0, 0, 0, 0, 0, 0, number));
    tlv_put(out, METADATA_TAG_SERVICE_PROVIDER, bytes_of_text("Provider"));
    tlv_put(out, METADATA_TAG_NAME, bytes_of_text("Name"));
    tlv_put(out, METADATA_TAG_NOTIFICATIONS,
            BYTES(0x30, 0x09, 0x80, 0x02, 0x00, 0xFF, 0x81, 0x03, 'a', '.', 'b'));
    /* OID 2A is the one of fuzz_chip_open_session(). */
    tlv_put(out, METADATA_TAG_RPM_CONFIGURATION,
            BYTES(0xA0, 0x10, 0x30, 0x0E, 0x80, 0x01, 0x2A, 0x81, 0x02, 0x03, 0xF8, 0x5C, 0x05,
                  0x92, 0x93, 0x94, 0x99, 0xBC, 0x83, 0x01, 0x2A));
    if (number == 1)
        tlv_put(out, METADATA_TAG_LPR_CONFIGURATION, BYTES(0x80, 0x01, 'p'));
    tlv_close(out, mark);
}

static void install(struct fuzz_chip *chip, uint8_t number)
{
    uint8_t room[256];
    struct writer metadata = writer_on(room, sizeof(room));
    struct profile *profile;
    struct store_profile row = {.iccid = {0x98, [9] = number}, .aid = {number}, .aid_len = 1};
    need(profile_create(&profile) == 0);
    put_metadata(number, &metadata);
    row.metadata = writer_bytes(&metadata);
    need(store_profile_add(chip->store, &row, profile) == 0);
    profile_destroy(profile);
}

/* Installed for this input: the next finds the chip as new. */
static struct fuzz_chip *managed_chip(uint8_t flags)
{
    static struct euicc_info info;
    struct fuzz_chip *chip = fuzz_chip();
    info = euicc_info_default;
    info.rsp_capability = UINT32_MAX;
    chip->isd_r->info = chip->isd_r->profiles.info = &info;
    for (uint8_t number = 1; number <= PROFILES; number++)
        install(chip, number);
    need(registry_load(&chip->isd_r->registry) == 0);
    fuzz_chip_open_session(chip, RSP_AUTHENTICATED);
    chip->isd_r->session.v3 = (flags & FLAG_V3) != 0;
    isd_r_set_terminal(chip->isd_r,
                       (struct terminal){.toolkit = flags & FLAG_TOOLKIT, .enterprise = true});
    return chip;
}

static void parse(struct bytes input)
{
    struct rpm_configuration configuration;
    struct rpm_manager manager;
    if (rpm_configuration_parse(input, &configuration))
        (void)rpm_configuration_find(&configuration, BYTES(0x2A), input, &manager);
    (void)update_metadata_is_within(input, input);
    (void)metadata_check_vendor_data(input);
    (void)metadata_check_message(input);
    (void)metadata_check_lpr(input);
    (void)metadata_check_enterprise(input);
    (void)metadata_check_device_change(input);
}

/* Whatever a package was, its results are a list of elements, and the metadata stays readable. */
static void execute(struct fuzz_chip *chip, struct bytes package)
{
    uint8_t room[RPM_RESULT_MAX];
    struct writer results = writer_on(room, sizeof(room));
    struct tlv one;
    struct rpm rpm = {&chip->isd_r->session, &chip->isd_r->profiles};
    need(rpm_package_execute(&rpm, package, &results) == 0 && !results.overflow);
    struct bytes rest = writer_bytes(&results);
    while (rest.len > 0)
        need(tlv_take_tag(&rest, DER_SEQUENCE, &one));
    for (size_t i = 0; i < chip->isd_r->registry.count; i++)
        need(chip->isd_r->registry.list[i].metadata.name.data != NULL);
}

static void request(struct fuzz_chip *chip, struct bytes command)
{
    for (unsigned number = 0; number <= UINT8_MAX; number++) {
        struct bytes block;
        const bool last = command.len <= UINT8_MAX;
        (void)bytes_take(&command, last ? command.len : UINT8_MAX, &block);
        if (fuzz_chip_block(chip, last ? 0x91 : 0x11, (uint8_t)number, block) != 0 || last)
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    uint8_t flags;
    int answer;
    if (!bytes_take_u8(&input, &flags))
        return 0;
    struct fuzz_chip *chip = managed_chip(flags);
    parse(input);
    struct registry *registry = &chip->isd_r->registry;
    const struct update_metadata_support support = {UINT32_MAX, true};
    need(update_metadata(registry, &registry->list[0], support, input, &answer) == 0);
    if (flags & FLAG_REQUEST)
        request(chip, input);
    else
        execute(chip, input);
    return 0;
}

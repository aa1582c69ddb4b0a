#include "tests/fuzz/fuzz_iot.h"

#include <stdlib.h>

#include "crypto/pki/issue.h"
#include "isd-r/iot/iot_memory.h"
#include "isd-r/profiles/registry.h"

#define PROFILES 3
#define FALLBACK 2
#define EMERGENCY 3

static struct fuzz_iot world;
static struct euicc_info info;

void fuzz_iot_need(bool holds)
{
    if (!holds)
        abort();
}

static void finish(void)
{
    ec_private_destroy(world.key);
}

struct fuzz_iot *fuzz_iot(enum euicc_info_iot release)
{
    world.chip = fuzz_chip();
    if (world.key == NULL) {
        fuzz_iot_need(ec_private_generate(&world.chip->random, EC_P256, &world.key) == 0);
        atexit(finish);
    }
    info = euicc_info_default;
    info.rsp_capability = UINT32_MAX;
    info.iot = (int)release;
    world.chip->isd_r->info = world.chip->isd_r->profiles.info = &info;
    fuzz_iot_need(iot_memory_load(world.chip->store, &world.chip->isd_r->iot_memory) == 0);
    isd_r_set_terminal(world.chip->isd_r, (struct terminal){0});
    return &world;
}

static void put_metadata(uint8_t number, struct writer *out)
{
    const size_t mark = tlv_open(out, METADATA_TAG);
    tlv_put(out, 0x5A, BYTES(0x98, 0, 0, 0, 0, 0, 0, 0, 0, number));
    tlv_put(out, METADATA_TAG_SERVICE_PROVIDER, bytes_of_text("Provider"));
    tlv_put(out, METADATA_TAG_NAME, bytes_of_text("Name"));
    tlv_put(out, METADATA_TAG_NOTIFICATIONS,
            BYTES(0x30, 0x09, 0x80, 0x02, 0x00, 0xFF, 0x81, 0x03, 'a', '.', 'b'));
    if (number == EMERGENCY)
        der_put_boolean(out, METADATA_TAG_ECALL, true);
    if (number == FALLBACK)
        der_put_boolean(out, METADATA_TAG_FALLBACK_ALLOWED, true);
    tlv_close(out, mark);
}

static void install(uint8_t number)
{
    uint8_t room[256];
    struct writer metadata = writer_on(room, sizeof(room));
    struct profile *profile;
    struct store_profile row = {
        .iccid = {0x98, [9] = number}, .aid = {number}, .aid_len = 1, .state = number == 1};
    fuzz_iot_need(profile_create(&profile) == 0);
    put_metadata(number, &metadata);
    row.metadata = writer_bytes(&metadata);
    fuzz_iot_need(store_profile_add(world.chip->store, &row, profile) == 0);
    profile_destroy(profile);
}

static void associate(void)
{
    uint8_t room[512], spki_room[128];
    struct writer content = writer_on(room, sizeof(room));
    struct writer spki = writer_on(spki_room, sizeof(spki_room));
    const struct eim_list_chip chip = {world.chip->store, &world.chip->isd_r->credentials,
                                       EUICC_INFO_IOT_1_2};
    struct eim eim;
    enum eim_result result;
    int64_t token;
    issue_put_public_key(&spki, EC_P256, ec_private_point(world.key));
    tlv_put(&content, EIM_TAG_ID, bytes_of_text(FUZZ_IOT_EIM));
    der_put_integer(&content, 0x83, 0);
    der_put_integer(&content, EIM_TAG_TOKEN, -1);
    const size_t key = tlv_open(&content, 0xA5);
    tlv_put(&content, 0xA0, writer_bytes(&spki));
    tlv_close(&content, key);
    fuzz_iot_need(eim_parse(writer_bytes(&content), chip.release, &eim) == EIM_OK);
    fuzz_iot_need(eim_list_add(&chip, &eim, &result, &token) == 0 && result == EIM_OK &&
                  token == FUZZ_IOT_TOKEN);
}

void fuzz_iot_prepare(struct fuzz_iot *iot)
{
    for (uint8_t number = 1; number <= PROFILES; number++)
        install(number);
    fuzz_iot_need(registry_load(&iot->chip->isd_r->registry) == 0);
    associate();
}

void fuzz_iot_request(struct fuzz_iot *iot, struct bytes command)
{
    for (unsigned number = 0; number <= UINT8_MAX; number++) {
        struct bytes block;
        const bool last = command.len <= UINT8_MAX;
        (void)bytes_take(&command, last ? command.len : UINT8_MAX, &block);
        if (fuzz_chip_block(iot->chip, last ? 0x91 : 0x11, (uint8_t)number, block) != 0 || last)
            return;
    }
}

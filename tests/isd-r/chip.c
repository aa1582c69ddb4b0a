#include "tests/isd-r/chip.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"
#include "isd-r/profiles/update_metadata.h"
#include "isd-r/state.h"

#define STORE_DATA_MORE 0x11
#define STORE_DATA_LAST 0x91

static void open_state(struct chip *chip, const char *folder)
{
    cr_assert(store_open(folder, &chip->store) == 0);
}

static void create(struct chip *chip)
{
    const struct isd_r_settings *settings =
        chip->settings != NULL ? chip->settings : &isd_r_settings_default;
    cr_assert(isd_r_create(chip->store, &chip->random, settings, &chip->isd_r) == 0);
}

void chip_start(struct chip *chip, const char *folder, const struct isd_r_provision *provision)
{
    *chip = (struct chip){.settings = chip->settings};
    random_init_seeded(&chip->random, bytes_of_text("chip"));
    cr_assert(ec_start() == 0);
    open_state(chip, folder);
    if (store_is_new(chip->store)) {
        cr_assert(isd_r_provision(chip->store, provision) == 0);
        cr_assert(store_commit(chip->store) == 0);
    }
    create(chip);
}

void chip_stop(struct chip *chip)
{
    isd_r_destroy(chip->isd_r);
    store_close(chip->store);
    chip->isd_r = NULL;
    chip->store = NULL;
}

void chip_restart(struct chip *chip, const char *folder)
{
    chip_stop(chip);
    open_state(chip, folder);
    create(chip);
}

static uint16_t settle(struct chip *chip, int status)
{
    if (status >= 0 && store_changed(chip->store) && store_commit(chip->store) != 0)
        status = FAILURE_MEMORY;
    if (status < 0) {
        store_rollback(chip->store);
        cr_assert(isd_r_rollback(chip->isd_r) == 0);
    }
    chip->wish = isd_r_take_wish(chip->isd_r);
    if (status < 0)
        return status == FAILURE_MEMORY ? SW_MEMORY_PROBLEM : SW_TECHNICAL_PROBLEM;
    return status == 0 ? SW_OK : (uint16_t)status;
}

uint16_t chip_transmit(struct chip *chip, const struct application *application,
                       struct bytes command, struct writer *data)
{
    struct apdu apdu;
    const struct command_row *row;
    const size_t before = data->len;
    if (chip->carry != NULL)
        return chip->carry(chip->context, command, data);
    int status = apdu_parse(command, &apdu);
    if (status == 0)
        status = command_match(&application->commands, &apdu, &row);
    if (status == 0)
        status = row->handle(chip->isd_r, &apdu, data);
    cr_assert(not(data->overflow));
    const uint16_t result = settle(chip, status);
    if (result != SW_OK)
        data->len = before;
    return result;
}

uint16_t chip_block(struct chip *chip, uint8_t p1, uint8_t p2, struct bytes block,
                    struct writer *data)
{
    uint8_t room[5 + CHIP_BLOCK_MAX];
    struct writer apdu = writer_on(room, sizeof(room));
    writer_put(&apdu, BYTES(0x80 | chip->channel, 0xE2, p1, p2, (uint8_t)block.len));
    writer_put(&apdu, block);
    return chip_transmit(chip, &isd_r_application, writer_bytes(&apdu), data);
}

uint16_t chip_store_data(struct chip *chip, struct bytes command, size_t block_size,
                         struct writer *data)
{
    for (uint8_t number = 0;; number++) {
        struct bytes block;
        const bool last = command.len <= block_size;
        cr_assert(bytes_take(&command, last ? command.len : block_size, &block));
        const uint16_t status =
            chip_block(chip, last ? STORE_DATA_LAST : STORE_DATA_MORE, number, block, data);
        if (last || status != SW_OK)
            return status;
        cr_assert(eq(sz, data->len, 0));
    }
}

int chip_update_metadata(struct chip *chip, size_t place, struct bytes request, int *answer)
{
    struct isd_r *isd_r = chip->isd_r;
    const struct update_metadata_support support = {isd_r->info->rsp_capability,
                                                    isd_r->terminal.enterprise};
    return update_metadata(&isd_r->registry, &isd_r->registry.list[place], support, request,
                           answer);
}

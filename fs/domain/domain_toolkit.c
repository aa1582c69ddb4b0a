#include "fs/domain/domain_toolkit.h"

#define MENU_ENTRY_SIZE 2
#define LEVEL_BY_SPI1 0x01 /* coding of the minimum security level: least SPI1 follows */

static bool take_counted(struct bytes *from, struct bytes *out)
{
    uint8_t len;
    return bytes_take_u8(from, &len) && bytes_take(from, len, out);
}

static bool take_level(struct bytes *from, uint8_t *out)
{
    struct bytes level;
    if (!take_counted(from, &level))
        return false;
    *out = level.len >= 2 && level.data[0] == LEVEL_BY_SPI1 ? level.data[1] : 0;
    return true;
}

bool domain_toolkit_read(struct bytes field, struct domain_toolkit *out)
{
    *out = (struct domain_toolkit){0};
    if (!bytes_take_u8(&field, &out->priority) || !bytes_take_u8(&field, &out->timers) ||
        !bytes_take_u8(&field, &out->text_length) || !bytes_take_u8(&field, &out->menu_entries) ||
        !bytes_take(&field, (size_t)out->menu_entries * MENU_ENTRY_SIZE, &out->menu) ||
        !bytes_take_u8(&field, &out->channels) || !take_level(&field, &out->level) ||
        !take_counted(&field, &out->tars))
        return false;
    (void)bytes_take_u8(&field, &out->services);
    return true;
}

bool domain_toolkit_read_sim(struct bytes field, struct domain_toolkit *out)
{
    struct bytes access;
    *out = (struct domain_toolkit){0};
    return take_counted(&field, &access) && domain_toolkit_read(field, out);
}

#include "tools/inspect/instruction_table.h"

#include "fs/domain/domain.h"
#include "fs/uicc/uicc.h"

/* On any channel, whatever is selected there (TS 102 221 §11.1). */
static const struct command_row of_channels[] = {
    {.name = "MANAGE CHANNEL", .family = 0x00, .ins = 0x70},
    {.name = "GET RESPONSE", .family = 0x00, .ins = 0xC0},
    {.name = "GET RESPONSE", .family = 0x80, .ins = 0xC0},
};

/* SGP.22 §2.4.3, §2.4.4 */
static const struct {
    uint8_t aid[16];
    const char *name;
} applications[] = {
    {{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01,
      0x00},
     "ISD-R"},
    {{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x02,
      0x00},
     "ECASD"},
};

static const char *find(const struct command_table *table, uint8_t family, uint8_t ins)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].family == family && table->rows[i].ins == ins)
            return table->rows[i].name;
    return NULL;
}

const char *instruction_table_name(const char *application, uint8_t family, uint8_t ins)
{
    const struct command_table channels = {of_channels,
                                           sizeof(of_channels) / sizeof(of_channels[0])};
    const bool uicc = strcmp(application, uicc_application.name) == 0;
    const struct command_table *first =
        uicc ? &uicc_application.commands : &domain_application.commands;
    const struct command_table *last =
        uicc ? &domain_application.commands : &uicc_application.commands;
    const char *name = find(&channels, family, ins);
    if (name == NULL)
        name = find(first, family, ins);
    if (name == NULL)
        name = find(last, family, ins);
    return name != NULL ? name : "unknown instruction";
}

const char *instruction_table_application(struct bytes aid)
{
    const struct bytes of_3gpp = BYTES(0xA0, 0x00, 0x00, 0x00, 0x87);
    for (size_t i = 0; i < sizeof(applications) / sizeof(applications[0]); i++)
        if (bytes_equal(aid, bytes_of(applications[i].aid, sizeof(applications[i].aid))))
            return applications[i].name;
    return bytes_start_with(aid, of_3gpp) ? uicc_application.name : "security domain";
}

/* VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN; PUT KEY. */
bool instruction_table_is_secret(uint8_t ins)
{
    static const uint8_t secret[] = {0x20, 0x24, 0x26, 0x28, 0x2C, 0xD8};
    return memchr(secret, ins, sizeof(secret)) != NULL;
}

/* Who made the modem, and which one it is (TS 27.007 §5). */
#include "tools/modem/commands.h"

#define MANUFACTURER "emuicc"
#define MODEL "emuicc-modem"
#define IMEI "001010000000008" /* test TAC 00101000 (TS 23.003 §6.2.1), its check digit last */

static enum cme say(struct modem *modem, const char *text)
{
    modem_say(modem, "%s", text);
    return CME_NONE;
}

enum cme modem_manufacturer(struct modem *modem, const struct line_command *command)
{
    (void)command;
    return say(modem, MANUFACTURER);
}

enum cme modem_model(struct modem *modem, const struct line_command *command)
{
    (void)command;
    return say(modem, MODEL);
}

enum cme modem_revision(struct modem *modem, const struct line_command *command)
{
    (void)command;
    return say(modem, EMUICC_VERSION);
}

enum cme modem_serial_number(struct modem *modem, const struct line_command *command)
{
    (void)command;
    return say(modem, IMEI);
}

enum cme modem_information(struct modem *modem, const struct line_command *command)
{
    modem_manufacturer(modem, command);
    modem_model(modem, command);
    modem_revision(modem, command);
    modem_say(modem, "IMEI: " IMEI);
    return modem_capabilities(modem, command);
}

/* A 3GPP modem, whatever it lacks. */
enum cme modem_capabilities(struct modem *modem, const struct line_command *command)
{
    (void)command;
    return say(modem, "+GCAP: +CGSM");
}

enum cme modem_commands(struct modem *modem, const struct line_command *command)
{
    const struct modem_row *row;
    (void)command;
    for (size_t i = 0; (row = modem_row(i)) != NULL; i++)
        say(modem, row->name);
    return CME_NONE;
}

/* Settings of the modem (V.250 §6, TS 27.007 §8.2, §9.1). */
#include "tools/lib/at/values.h"
#include "tools/modem/commands.h"

/* The number behind a letter; none is 0. */
static bool read_number(const struct line_command *command, uint32_t max, uint32_t *out)
{
    struct values values = values_of(command->values);
    *out = 0;
    return !values.more || values_take_number(&values, max, out);
}

static enum cme set_flag(const struct line_command *command, bool inverted, bool *flag)
{
    uint32_t number;
    if (!read_number(command, 1, &number))
        return CME_PLAIN;
    *flag = (number != 0) != inverted;
    return CME_NONE;
}

enum cme modem_echo(struct modem *modem, const struct line_command *command)
{
    return set_flag(command, false, &modem->settings.echo);
}

enum cme modem_quiet(struct modem *modem, const struct line_command *command)
{
    return set_flag(command, false, &modem->settings.quiet);
}

enum cme modem_verbose(struct modem *modem, const struct line_command *command)
{
    return set_flag(command, true, &modem->settings.numeric);
}

/* Which signals the line carries, and which calls are told: a pty has none. */
enum cme modem_line_signal(struct modem *modem, const struct line_command *command)
{
    uint32_t number;
    (void)modem;
    return read_number(command, UINT8_MAX, &number) ? CME_NONE : CME_PLAIN;
}

/* The card stays: its sessions are no setting. */
enum cme modem_reset(struct modem *modem, const struct line_command *command)
{
    uint32_t number;
    if (!read_number(command, 0, &number))
        return CME_PLAIN;
    const enum modem_function function = modem->settings.function;
    modem_default_settings(modem);
    modem->settings.function = function;
    return CME_NONE;
}

enum cme modem_cmee(struct modem *modem, const struct line_command *command)
{
    struct values values = values_of(command->values);
    uint32_t number;
    if (command->form == LINE_READ) {
        modem_say(modem, "+CMEE: %u", modem->settings.cmee);
        return CME_NONE;
    }
    if (!values_take_number(&values, 2, &number) || values.more)
        return CME_PARAMETERS;
    modem->settings.cmee = (uint8_t)number;
    return CME_NONE;
}

static bool is_function(uint32_t number)
{
    return number == MODEM_OFF || number == MODEM_FULL || number == MODEM_NO_RADIO;
}

/* Off, and a reset in front of any, let the card go. */
enum cme modem_cfun(struct modem *modem, const struct line_command *command)
{
    struct values values = values_of(command->values);
    uint32_t function, reset = 0;
    if (command->form == LINE_READ) {
        modem_say(modem, "+CFUN: %d", modem->settings.function);
        return CME_NONE;
    }
    if (!values_take_number(&values, UINT8_MAX, &function) || !is_function(function) ||
        (values.more && !values_take_number(&values, 1, &reset)) || values.more)
        return CME_PARAMETERS;
    modem->settings.function = (enum modem_function)function;
    if (function == MODEM_OFF || reset == 1)
        sim_release(&modem->sim);
    return CME_NONE;
}

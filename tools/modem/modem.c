#include "tools/modem/modem.h"

#include <stdio.h>

#include "apdu/trace.h"
#include "tools/modem/commands.h"

void modem_init(struct modem *modem, struct transport *(*create)(const char *reader),
                const char *reader)
{
    modem_default_settings(modem);
    modem->message_count = 0;
    modem->sim.toolkit =
        (struct toolkit){.told = modem_take_message, .context = modem, .input = "1234"};
    sim_init(&modem->sim, create, reader);
    line_init(&modem->line);
    modem->out = writer_on(modem->out_room, sizeof(modem->out_room));
}

void modem_finish(struct modem *modem)
{
    sim_release(&modem->sim);
}

void modem_hang_up(struct modem *modem)
{
    modem_default_settings(modem);
    line_init(&modem->line);
    sim_leave(&modem->sim);
}

static void put_code(struct modem *modem, const char *text, const char *number)
{
    if (modem->settings.quiet)
        return;
    if (!modem->settings.numeric) {
        modem_put_line(modem, text);
        return;
    }
    modem_put_text(modem, number);
    modem_put_text(modem, "\r");
}

static void put_result(struct modem *modem, enum cme result)
{
    char text[MODEM_LINE_SIZE];
    if (result == CME_NONE) {
        put_code(modem, "OK", "0");
        return;
    }
    if (result == CME_PLAIN || modem->settings.cmee == 0) {
        put_code(modem, "ERROR", "4");
        return;
    }
    if (modem->settings.cmee == 1)
        snprintf(text, sizeof(text), "+CME ERROR: %d", result);
    else
        snprintf(text, sizeof(text), "+CME ERROR: %s", cme_text(result));
    if (!modem->settings.quiet)
        modem_put_line(modem, text);
}

static enum cme run_command(struct modem *modem, const struct line_command *command)
{
    const struct modem_row *row = modem_find(command);
    if (row == NULL)
        return CME_PLAIN;
    if (command->form == LINE_TEST && row->range != NULL) {
        if (row->range[0] != '\0')
            modem_say(modem, "%s: %s", row->name, row->range);
        return CME_NONE;
    }
    if ((row->forms & command->form) == 0)
        return CME_PLAIN;
    if (row->card && modem->settings.function == MODEM_OFF)
        return CME_NOT_ALLOWED;
    return row->run(modem, command);
}

/* Each as if it came alone, but for the result code; the first that fails ends the line. */
static enum cme run_line(struct modem *modem, struct bytes text)
{
    enum cme result = CME_NONE;
    while (text.len > 0 && result == CME_NONE) {
        struct line_command command;
        if (!line_take_command(&text, &command))
            return CME_PLAIN;
        const struct writer before = modem->out;
        result = run_command(modem, &command);
        if (modem->out.overflow || modem->out.capacity - modem->out.len < MODEM_LINE_SIZE) {
            modem->out = before;
            result = CME_FAILURE;
        }
        trace_detail("AT%.*s: %s", (int)command.name.len, (const char *)command.name.data,
                     result == CME_NONE    ? "OK"
                     : result == CME_PLAIN ? "ERROR"
                                           : cme_text(result));
    }
    return result;
}

void modem_take(struct modem *modem, struct bytes *input)
{
    struct bytes text;
    struct writer *echo = modem->settings.echo ? &modem->out : NULL;
    switch (line_take(&modem->line, input, echo, &text)) {
    case LINE_OPEN:
    case LINE_EMPTY:
        break;
    case LINE_WHOLE:
        put_result(modem, run_line(modem, text));
        explicit_bzero(modem->line.room, sizeof(modem->line.room)); /* there may be a PIN in it */
        break;
    case LINE_REFUSED:
        put_result(modem, CME_PLAIN);
        break;
    }
}

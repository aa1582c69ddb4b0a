#include "tools/modem/state.h"

#include <stdarg.h>
#include <stdio.h>

void modem_default_settings(struct modem *modem)
{
    modem->settings = (struct modem_settings){.echo = true, .function = MODEM_FULL};
}

void modem_put_text(struct modem *modem, const char *text)
{
    writer_put(&modem->out, bytes_of_text(text));
}

void modem_put_line(struct modem *modem, const char *text)
{
    if (!modem->settings.numeric)
        modem_put_text(modem, "\r\n");
    modem_put_text(modem, text);
    modem_put_text(modem, "\r\n");
}

void modem_say(struct modem *modem, const char *format, ...)
{
    char text[MODEM_LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    modem_put_line(modem, text);
}

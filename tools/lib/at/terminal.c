#include "tools/lib/at/terminal.h"

#include <termios.h>

bool terminal_raw(int file)
{
    struct termios raw;
    if (tcgetattr(file, &raw) != 0)
        return false;
    cfmakeraw(&raw);
    cfsetspeed(&raw, B115200);
    /* A cable need not have the lines of a telephone modem. */
    raw.c_cflag |= CLOCAL | CREAD;
    raw.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    return tcsetattr(file, TCSANOW, &raw) == 0;
}

/* terminal: a terminal line that carries bytes and nothing else. */
#ifndef EMUICC_TOOLS_LIB_AT_TERMINAL_H
#define EMUICC_TOOLS_LIB_AT_TERMINAL_H

#include <stdbool.h>

/* No echo, no editing, no translation, 8 data bits, no flow control, at 115200 bit/s where that
 * means anything. Nobody sets it back: a terminal with echo sends a modem its own words. False,
 * with errno, if it is no terminal. */
bool terminal_raw(int file);

#endif

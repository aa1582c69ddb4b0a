/* serial: a card in a device whose modem speaks AT commands on a serial line: AT+CCHO, CGLA and
 * CCHC (TS 27.007 §8.43 to §8.46). */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_SERIAL_H
#define EMUICC_TOOLS_LIB_TRANSPORT_SERIAL_H

#include "tools/lib/transport/transport.h"

/* A real card may work for the better part of a minute on one command. */
#define SERIAL_TIMEOUT_MS 180000

/* tty: the path of a terminal, borrowed; timeout_ms: how long one answer may take. NULL if memory
 * is short. */
struct transport *serial_create(const char *tty, int timeout_ms);

#endif

/* pcsc: a card in a PC/SC reader. */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_PCSC_H
#define EMUICC_TOOLS_LIB_TRANSPORT_PCSC_H

#include "tools/lib/transport/transport.h"

/* reader: a reader's name or a part of it that only one bears; NULL for the only one with a card.
 * The text is borrowed. NULL if memory is short. */
struct transport *pcsc_create(const char *reader);

#endif

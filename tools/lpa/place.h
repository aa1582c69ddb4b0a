/* place: where a card is: a reader, a device's modem, a farm. */
#ifndef EMUICC_TOOLS_LPA_PLACE_H
#define EMUICC_TOOLS_LPA_PLACE_H

#include "tools/lpa/lpa.h"

/* The card that --serial, --direct or --reader names. NULL if memory is short. */
struct transport *place_create(const struct lpa_options *options);
/* The one that --to names: a terminal ("/dev/..."), HOST:PORT/EID, FARM/chips/EID, or a part of a
 * reader's name. */
struct transport *place_create_named(const char *name);

#endif

/* address: where something listens, as a person says it: HOST:PORT, or [IPv6]:PORT. */
#ifndef EMUICC_APDU_ADDRESS_H
#define EMUICC_APDU_ADDRESS_H

#include "apdu/bytes.h"

#define ADDRESS_HOST_SIZE 256
#define ADDRESS_PORT_SIZE 6

struct address {
    char host[ADDRESS_HOST_SIZE]; /* without brackets; not looked up */
    char port[ADDRESS_PORT_SIZE]; /* "0" to "65535" */
};

/* False if the text is none. */
bool address_parse(struct bytes text, struct address *out);
/* The check of options that are one (options_row): an error says so where it is none. */
bool address_check(const char *text);

#endif

/* order_command: emuicc-smdpp order list, order set: what operators have ordered, and how long and
 * how often one of these orders may be downloaded. Works on the file of orders, whether a server
 * runs on it or not. */
#ifndef EMUICC_TOOLS_SMDPP_FRONT_ORDER_COMMAND_H
#define EMUICC_TOOLS_SMDPP_FRONT_ORDER_COMMAND_H

#include "tools/smdpp/orders/orders.h"

struct order_command {
    const char *orders; /* the file, which must be there */
    const char *id;     /* matching id or ICCID; NULL: all (list) */
    bool json;
    /* set */
    bool has_validity;
    int64_t validity; /* seconds from now on; 0: it is over; < 0: for ever */
    unsigned tries;   /* 0: left as it is */
};

/* Exit status; a failure has traced one line. */
int order_command_list(const struct order_command *command);
/* Prints the order as it is then. */
int order_command_set(const struct order_command *command);

#endif

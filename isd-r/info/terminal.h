/* terminal: what the card knows of the terminal that it is in. */
#ifndef EMUICC_ISD_R_INFO_TERMINAL_H
#define EMUICC_ISD_R_INFO_TERMINAL_H

#include <stdbool.h>

struct terminal {
    bool toolkit;    /* a TERMINAL PROFILE was received: a change with refreshFlag awaits REFRESH */
    bool busy;       /* a proactive command is under way: changes answer catBusy */
    bool capable;    /* a TERMINAL CAPABILITY was received */
    bool enterprise; /* it says that the device is Enterprise Capable */
};

#endif

/* applications: the table of what can be selected on the chip. */
#ifndef EMUICC_CARD_APPLICATIONS_H
#define EMUICC_CARD_APPLICATIONS_H

#include "apdu/application.h"

struct isd_r;
struct uicc;

#define APPLICATIONS_MAX 8
#define APPLICATIONS_UICC 0 /* place of the UICC: selected after reset, owner of all files */

struct applications_row {
    const struct application *application;
    void *state; /* borrowed */
    /* A channel was opened from channel `from`; NULL if the application does not care. */
    void (*open_channel)(void *state, uint8_t channel, uint8_t from);
};

struct applications {
    struct applications_row rows[APPLICATIONS_MAX];
    size_t count;
};

/* The chip's table: the UICC first, so that a partial AID finds its applications before others. */
void applications_init(struct applications *applications, struct isd_r *isd_r, struct uicc *uicc);

#endif

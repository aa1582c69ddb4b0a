/* applications: the table of what can be selected on the chip. */
#ifndef EMUICC_CARD_APPLICATIONS_H
#define EMUICC_CARD_APPLICATIONS_H

#include "apdu/application.h"

struct isd_r;
struct uicc;
struct domains;

#define APPLICATIONS_MAX 8
/* Places: the UICC, selected after reset, owner of all files; the ISD-R; a profile's domains. */
#define APPLICATIONS_UICC 0
#define APPLICATIONS_ISD_R 1
#define APPLICATIONS_DOMAIN 3

struct applications_row {
    const struct application *application;
    void *state; /* borrowed */
    /* A channel was opened from channel `from`; NULL if the application does not care. */
    void (*open_channel)(void *state, uint8_t channel, uint8_t from);
    /* The ISD-R understands what every security domain does, besides its own. */
    enum applications_domain {
        APPLICATIONS_NO_DOMAIN,
        APPLICATIONS_CHIP,
        APPLICATIONS_PROFILE
    } domain;
    bool of_profile; /* goes with the enabled profile */
};

struct applications {
    struct applications_row rows[APPLICATIONS_MAX];
    size_t count;
    struct domains *domains; /* borrowed */
};

/* The chip's table: the UICC first, so that a partial AID finds its applications before others. */
void applications_init(struct applications *applications, struct isd_r *isd_r, struct uicc *uicc,
                       struct domains *domains);

#endif

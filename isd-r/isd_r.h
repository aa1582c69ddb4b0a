/* isd_r: the ISD-R and the ECASD, what SGP.22 asks of the chip (SGP.22 §2.4, §5.7). */
#ifndef EMUICC_ISD_R_ISD_R_H
#define EMUICC_ISD_R_ISD_R_H

#include "apdu/application.h"
#include "apdu/checkpoint.h"
#include "crypto/pki/pki.h"
#include "crypto/primitives/random.h"
#include "fs/store/store.h"
#include "isd-r/iot/iot_settings.h"

struct isd_r; /* heap */
struct euicc_info;
struct metadata_text;

/* What may differ from one chip's making to the next. */
#define ISD_R_AIDS_MAX 8
struct isd_r_aid {
    uint8_t data[FILE_AID_MAX];
    uint8_t len; /* 0: no such application */
};
/* The longest segment of a bound package that a chip can take, tag and length included: SGP.22
 * §2.5.3 allows 1020 bytes, servers in the field send 1036. */
#define ISD_R_SEGMENT_MAX 1036
/* What chips in the field do otherwise than SGP.22 says; bits of isd_r_settings.quirks. */
#define ISD_R_QUIRK_REFRESH_REFUSED (1u << 0)  /* a change with refreshFlag: undefinedError */
#define ISD_R_QUIRK_ONLY_BY_AID (1u << 1)      /* profiles are not known by their ICCID */
#define ISD_R_QUIRK_HIDDEN (1u << 2)           /* not there before a TERMINAL CAPABILITY */
#define ISD_R_QUIRK_BASIC_CHANNEL (1u << 3)    /* SELECT on any other channel: 6881 */
#define ISD_R_QUIRK_LOCKED_BY_ENABLE (1u << 4) /* then 6985 to ES10b until a reset */
#define ISD_R_QUIRK_RETRIEVE_ERROR (1u << 5)   /* an unknown notification is an error */
#define ISD_R_BLOCK_MAX 255                    /* bytes that a STORE DATA can have */

struct isd_r_settings {
    const struct euicc_info *info;
    struct isd_r_aid aids[ISD_R_AIDS_MAX]; /* all of which select the ISD-R */
    size_t aid_count;                      /* 0: it cannot be selected */
    struct isd_r_aid ecasd_aid;
    const char *default_dp_address; /* until the LPA sets another; NULL: none */
    uint32_t first_notification;    /* sequence number */
    uint32_t segment_max;           /* the longest that this one takes */
    struct bytes rules;             /* the table's entries, see rules.h */
    uint32_t quirks;                /* ISD_R_QUIRK_* */
    uint32_t block_max;             /* longer STORE DATA: 6A80; 0: as long as they can be */
    struct iot_settings iot;        /* of an IoT eUICC */
};
/* The chip as it comes by default. */
extern const struct isd_r_settings isd_r_settings_default;

/* What a handler wishes the card to do after its answer is committed. */
struct isd_r_wish {
    bool reload;  /* another profile is enabled now (or none): uicc_load() it */
    bool refresh; /* the terminal is to do a REFRESH */
};

/* Reads registry and credentials out of the store. The settings are borrowed. */
int isd_r_create(struct store *store, struct random *random, const struct isd_r_settings *settings,
                 struct isd_r **out);
void isd_r_destroy(struct isd_r *isd_r);
/* Power-on or reset: the RSP session ends as SGP.22 §3.1.3 says, a half package is forgotten. */
void isd_r_reset(struct isd_r *isd_r);
/* Forgets what was changed in memory but not committed, a session under way included. */
int isd_r_rollback(struct isd_r *isd_r);

/* Who is asked at each function, segment and element from now on; borrowed; NULL: nobody. */
void isd_r_watch(struct isd_r *isd_r, const struct checkpoint_watch *watch);
/* One of ISD_R_QUIRK_*. */
bool isd_r_has_quirk(const struct isd_r *isd_r, uint32_t quirk);

/* The wish since the last call; it is cleared. */
struct isd_r_wish isd_r_take_wish(struct isd_r *isd_r);
/* Id in the store of the enabled profile, 0: none. */
uint32_t isd_r_enabled_profile(const struct isd_r *isd_r);
const uint8_t *isd_r_eid(const struct isd_r *isd_r); /* 16 bytes */

/* What the card knows of the terminal. It says so when it changes; until then neither holds. */
struct isd_r_terminal {
    bool toolkit;    /* a TERMINAL PROFILE was received: a change with refreshFlag awaits REFRESH */
    bool busy;       /* a proactive command is under way: changes answer catBusy */
    bool capable;    /* a TERMINAL CAPABILITY was received */
    bool enterprise; /* it says that the device is Enterprise Capable */
};
void isd_r_set_terminal(struct isd_r *isd_r, struct isd_r_terminal terminal);
/* The REFRESH that wish.refresh asked for has been done (or refused): the change that awaits it
 * takes effect (or is forgotten). 0, also when nothing waits, or a failure. To be committed. A
 * change waits in the store: a reset does not end that, nor does the end of the process. */
int isd_r_refreshed(struct isd_r *isd_r, bool done);

/* First start of a chip: puts its credentials (CI, EUM, eUICC with key) and its EID into the store.
 */
struct isd_r_birth_v3 {
    const struct pki_entity *ci;
    const struct pki_chain *euicc;
};
struct isd_r_birth {
    const struct pki_entity *ci, *eum, *euicc; /* arrays, one entry a CI */
    size_t count;
    const struct isd_r_birth_v3 *v3; /* by which it signs under some of them besides */
    size_t v3_count;
};
int isd_r_birth(struct store *store, const struct isd_r_birth *birth);
/* A profile that the chip leaves the factory with. */
enum isd_r_factory_state {
    ISD_R_FACTORY_DISABLED,
    ISD_R_FACTORY_ENABLED,
    ISD_R_FACTORY_BEFORE_TEST, /* disabled: the enabled one, of class test, has taken over from it
                                */
};
struct isd_r_factory_profile {
    const char *name;                 /* for the trace */
    struct bytes package;             /* unprotected, DER */
    const struct metadata_text *said; /* NULL, or without ICCID or name: as the package has it */
    struct isd_r_aid aid;             /* of its ISD-P; of length 0: the next free one */
    struct bytes nickname;            /* empty: none */
    enum isd_r_factory_state state;
};
/* 0, 1 when it cannot be so (the reason traced with its name), or a failure. Nobody is notified.
 * To be committed; uicc_load() is due if it is enabled. */
int isd_r_factory_install(struct isd_r *isd_r, const struct isd_r_factory_profile *factory);

/* state: struct isd_r *. */
extern const struct application isd_r_application;
extern const struct application ecasd_application;

#endif

/* isd_r: the ISD-R and the ECASD, what SGP.22 asks of the chip (SGP.22 §2.4, §5.7). */
#ifndef EMUICC_ISD_R_ISD_R_H
#define EMUICC_ISD_R_ISD_R_H

#include "apdu/application.h"
#include "apdu/checkpoint.h"
#include "crypto/pki/pki.h"
#include "crypto/primitives/random.h"
#include "fs/store/store.h"
#include "isd-r/info/terminal.h"
#include "isd-r/isd_r_settings.h"

struct isd_r; /* heap */
struct metadata_text;

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

/* The wish since the last call; it is cleared. */
struct isd_r_wish isd_r_take_wish(struct isd_r *isd_r);
/* Id in the store of the enabled profile, 0: none. */
uint32_t isd_r_enabled_profile(const struct isd_r *isd_r);
/* ES6.UpdateMetadata (SGP.22 §5.4.1): the enabled profile's operator changes its metadata; request:
 * the value of UpdateMetadataRequest. 0, SW_WRONG_DATA, SW_CONDITIONS_NOT_SATISFIED or a failure.
 */
int isd_r_update_metadata(struct isd_r *isd_r, struct bytes request);
const uint8_t *isd_r_eid(const struct isd_r *isd_r); /* 16 bytes */
/* The value of extCardResource in EUICCInfo2, as other data objects tell it too. */
void isd_r_put_card_resource(const struct isd_r *isd_r, struct writer *out);

/* The card says what it knows of the terminal when that changes; until then nothing of it holds. */
void isd_r_set_terminal(struct isd_r *isd_r, struct terminal terminal);
/* The REFRESH that wish.refresh asked for has been done (or refused): the change that awaits it
 * takes effect (or is forgotten). 0, also when nothing waits, or a failure. To be committed. A
 * change waits in the store: a reset does not end that, nor does the end of the process. */
int isd_r_refreshed(struct isd_r *isd_r, bool done);

struct isd_r_provision_v3 {
    const struct pki_entity *ci;
    const struct pki_chain *euicc;
};
struct isd_r_provision {
    const struct pki_entity *ci, *eum, *euicc; /* arrays, one entry a CI */
    size_t count;
    const struct isd_r_provision_v3 *v3; /* by which it signs under some of them besides */
    size_t v3_count;
};
/* First start of a chip: puts its credentials (CI, EUM, eUICC with key) and its EID into the store:
 * 0 or a failure. */
int isd_r_provision(struct store *store, const struct isd_r_provision *provision);
/* The values that are put there, by their names. Return other than 0 from visit ends it and is
 * returned. */
int isd_r_provision_values(const struct isd_r_provision *provision, store_value_visitor *visit,
                           void *context);
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

/* The eIM that an IoT eUICC is associated with from the factory: an AddInitialEimRequest, or one
 * EimConfigurationData. As isd_r_factory_install(), with the name of where it comes from. */
int isd_r_factory_eim(struct isd_r *isd_r, struct bytes configuration, const char *name);

/* state: struct isd_r *. */
extern const struct application isd_r_application;
extern const struct application ecasd_application;

#endif

/* registry: the profiles on the chip, in memory as the store has them (SGP.22 §2.4.4). */
#ifndef EMUICC_ISD_R_PROFILES_REGISTRY_H
#define EMUICC_ISD_R_PROFILES_REGISTRY_H

#include "fs/store/store.h"
#include "isd-r/info/credentials.h"
#include "isd-r/profiles/metadata.h"

struct registry_profile {
    uint32_t id;                        /* in the store */
    uint8_t iccid[METADATA_ICCID_SIZE]; /* as EF.ICCID codes it */
    uint8_t aid[FILE_AID_MAX];          /* of its ISD-P */
    uint8_t aid_len;
    bool enabled;
    bool fallback; /* it has the fallback attribute (SGP.32) */
    uint32_t size; /* non-volatile bytes it takes */
    struct bytes nickname, configuration;
    struct metadata metadata;
    bool field_loaded;                      /* came by RSP, not from the factory */
    uint8_t signer[CREDENTIALS_KEY_ID_MAX]; /* CI key id of the session that brought it */
    uint8_t signer_len;
    uint8_t *memory; /* what the slices borrow */
};

struct registry {
    struct store *store;           /* borrowed; set before anything is loaded */
    struct registry_profile *list; /* in order of installation */
    size_t count;
};

/* Reads all profiles anew; what was handed out before is gone. On failure nothing has changed. */
int registry_load(struct registry *registry);
void registry_finish(struct registry *registry);

/* Says in the trace, once it is committed, what became of a profile: "installed". */
void registry_notice(const struct registry *registry, const struct registry_profile *profile,
                     const char *what);

/* NULL if there is none. */
const struct registry_profile *registry_enabled(const struct registry *registry);
const struct registry_profile *registry_by_iccid(const struct registry *registry,
                                                 struct bytes iccid);
const struct registry_profile *registry_by_aid(const struct registry *registry, struct bytes aid);
const struct registry_profile *registry_by_id(const struct registry *registry, uint32_t id);

/* The profile with the fallback attribute; NULL if there is none. */
const struct registry_profile *registry_fallback(const struct registry *registry);
/* Gives the attribute to this one instead, or to none (NULL); loads the registry anew. */
int registry_set_fallback(struct registry *registry, const struct registry_profile *profile);

/* A profile that comes in. */
struct registry_arrival {
    struct profile *profile;
    struct bytes metadata;      /* BF25 whole */
    struct bytes configuration; /* BF24 whole, or empty */
    struct bytes signer;        /* CI key id of the session, or empty: from the factory */
    struct bytes aid;           /* of its ISD-P, that no other has; or empty: the next free one */
};
/* Gives it its AID and the state disabled, stores it and loads the registry anew.
 * *out is its entry. */
int registry_add(struct registry *registry, const struct registry_arrival *arrival,
                 const struct registry_profile **out);
/* Takes one out of the store, loads the registry anew. */
int registry_delete(struct registry *registry, uint32_t id);

#endif

/* domain_context: who a GlobalPlatform command is carried out for: the security domain it goes to,
 * what that domain has been shown (a secure channel, or a message over the air), and what is under
 * way between its commands. A logical channel has one, and whoever carries commands out otherwise
 * has one of his own. */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_CONTEXT_H
#define EMUICC_FS_DOMAIN_DOMAIN_CONTEXT_H

#include "apdu/apdu.h"
#include "crypto/primitives/random.h"
#include "crypto/primitives/scp.h"
#include "fs/domain/domain_registry.h"

/* A key of the chip's own domain, as it leaves the factory. */
struct domain_factory_key {
    uint8_t version, identifier;
    uint8_t type; /* enum domain_key_type */
    uint8_t len;
    uint8_t value[32];
};
#define DOMAIN_FACTORY_KEYS 16

/* ARA-M (access_rules.h). */
enum domain_rules {
    DOMAIN_RULES_PACKAGE, /* there where a package brings it */
    DOMAIN_RULES_SECURED, /* always there; changed through its security domain */
    DOMAIN_RULES_OPEN,    /* always there; anybody may change it */
};

/* What chips do each in their own way. */
struct domain_settings {
    struct domain_factory_key keys[DOMAIN_FACTORY_KEYS]; /* of the ISD-R */
    size_t key_count;
    int status_first;      /* 1: GET STATUS looks for the AID before it reads on; malformed TLVs
                            * behind one that is not there are 6A88 */
    uint32_t failures_max; /* EXTERNAL AUTHENTICATE that may fail in a row; 0: not counted */
    int rules;             /* enum domain_rules */
};
extern const struct domain_settings domain_settings_default;

struct domains;

/* The key that ciphers keys in PUT KEY and data in STORE DATA. */
struct domain_dek {
    uint8_t type; /* DOMAIN_KEY_AES, DOMAIN_KEY_DES; 0: none, data come as they are */
    struct secret key;
};

#define DOMAIN_CRITERION_MAX 40

/* GET STATUS that did not fit one answer. */
struct domain_cursor {
    uint8_t scope;
    uint8_t len;                             /* of the criterion; 0: nothing under way */
    uint8_t criterion[DOMAIN_CRITERION_MAX]; /* its data field */
    uint32_t serial;                         /* of the entry told last */
};

/* Data that come in several blocks. */
struct domain_blocks {
    uint8_t *data; /* heap */
    size_t len, capacity;
    uint8_t next; /* number of the block that is due */
};

#define DOMAIN_SESSION_BUFFER 256

/* A secure channel; heap. */
struct domain_session {
    struct scp scp;
    uint8_t option;                        /* i of SCP03 */
    uint8_t cryptogram[SCP03_S16];         /* the host's, as it must be */
    struct domain_dek dek;                 /* the context's, once the host is known */
    uint8_t buffer[DOMAIN_SESSION_BUFFER]; /* the command under way, taken out of its wrapping */
};

struct domain_context {
    struct domains *domains;
    uint32_t owner;        /* whose registry the domain stands in: a profile, DOMAIN_OWNER_CHIP */
    struct domain_aid aid; /* the domain or application; empty: none */
    bool authenticated;    /* commands that need a secure channel are let through */
    uint8_t key_version;   /* of the keys that opened it; 0: none */
    uint8_t level;         /* security level, for GET DATA D3 */
    struct domain_dek dek;
    struct domain_session *session; /* NULL: none */
    struct domain_cursor cursor;
    struct domain_aid personalized; /* INSTALL [for personalization]: where STORE DATA go */
    struct domain_entry loading;    /* INSTALL [for load]; aid empty: none. No slices */
    struct domain_blocks load, data;
};

/* Memory of the chip as GET DATA FF21 tells it: appends the TLVs of extCardResource. */
typedef void domain_resources(void *context, struct writer *out);

struct domains {
    struct store *store;
    struct random *random;
    const struct domain_settings *settings; /* borrowed */
    const uint8_t *eid;                     /* 16 bytes, borrowed */
    struct domain_aid chip_aid;             /* the ISD-R's; empty: there is none */
    uint64_t memory;                        /* bytes of the chip for all profiles */
    domain_resources *resources;
    void *resources_context;
    uint32_t profile; /* the enabled one; 0: none */
    struct domain_registry chip_registry, profile_registry;
    bool chip_read, profile_read;
    struct domain_context *channels[APDU_CHANNELS]; /* NULL until first used */
    uint8_t wrapped; /* the channel whose answer is to be wrapped, counted from 1; 0: none */
};

/* An owner's registry, read when it is first asked for: DOMAIN_OWNER_CHIP or the enabled profile.
 * 0, SW_CONDITIONS_NOT_SATISFIED if it is neither, or a failure. */
int domain_context_registry(struct domains *domains, uint32_t owner, struct domain_registry **out);
/* The registry and the entry that the context's commands go to. 0, SW_CONDITIONS_NOT_SATISFIED if
 * it is there no more, or a failure. */
int domain_context_entry(const struct domain_context *context, struct domain_registry **registry,
                         struct domain_entry **entry);
/* Whose entries the domain may see and manage: of the ISD-R, those of the enabled profile. */
int domain_context_managed(const struct domain_context *context, struct domain_registry **out);

void domain_context_init(struct domain_context *context, struct domains *domains);
/* The secure channel and all that is under way end; secrets are wiped. */
void domain_context_end(struct domain_context *context);

/* What is under way between commands goes to another context, where it takes the place of what was;
 * the rest of both stays. */
void domain_context_move_work(struct domain_context *from, struct domain_context *to);

/* What is under way between commands alone is given up, as when another profile is enabled: its
 * entries are not those that it was begun with. */
void domain_context_end_work(struct domain_context *context);

/* The secure channel alone. */
void domain_context_end_session(struct domain_context *context);

/* Appends a block: 0, SW_NOT_ENOUGH_MEMORY or a failure. */
int domain_context_append(struct domain_blocks *blocks, struct bytes block);
void domain_context_drop(struct domain_blocks *blocks); /* wipes and frees */

#endif

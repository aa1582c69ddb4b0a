/* domain_registry: what GlobalPlatform's registry holds of one owner, a profile or the chip itself:
 * load files, security domains and applications, their keys, counters and data
 * (GlobalPlatform Card Specification §9.6, §6.5). Packages, INSTALL, DELETE, GET STATUS and the
 * inventory share it.
 *
 * A profile's registry is made from its package when it is first read, and written with its first
 * change; from then on the store has it. What is put or removed is written to the store at once,
 * without a commit: after store_rollback() the registry is to be read anew. Slices of what is found
 * here borrow from the registry and hold until that entry, key or object is put or removed. */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_REGISTRY_H
#define EMUICC_FS_DOMAIN_DOMAIN_REGISTRY_H

#include "fs/domain/domain_aid.h"
#include "fs/store/store.h"

#define DOMAIN_OWNER_CHIP 0 /* instead of a profile's id: the ISD-R and what is the chip's own */

enum domain_kind {
    DOMAIN_LOAD_FILE = 1,
    DOMAIN_SECURITY_DOMAIN,
    DOMAIN_APPLICATION,
    DOMAIN_FILE_MANAGEMENT, /* an RFM instance: reached by TAR alone */
};

/* Life cycle (GlobalPlatform §11.1.1). */
enum domain_state {
    DOMAIN_LOADED = 0x01,
    DOMAIN_INSTALLED = 0x03,
    DOMAIN_SELECTABLE = 0x07,
    DOMAIN_PERSONALIZED = 0x0F,
    DOMAIN_LOCKED = 0x80, /* a bit beside the state it was locked in */
};

/* Privileges as a number of three bytes (GlobalPlatform §11.1.2). */
#define DOMAIN_PRIVILEGE_DOMAIN 0x800000u
#define DOMAIN_PRIVILEGE_DELEGATED 0x200000u
#define DOMAIN_PRIVILEGE_DEFAULT_SELECTED 0x040000u
#define DOMAIN_PRIVILEGE_AUTHORIZED 0x004000u
#define DOMAIN_PRIVILEGE_GLOBAL_DELETE 0x001000u
#define DOMAIN_PRIVILEGE_GLOBAL_LOCK 0x000800u
#define DOMAIN_PRIVILEGE_GLOBAL_REGISTRY 0x000400u

#define DOMAIN_TAR_SIZE 3

struct domain_entry {
    struct domain_entry *next; /* in order of arrival */
    uint8_t kind;              /* enum domain_kind */
    struct domain_aid aid;
    struct domain_aid domain;  /* the security domain it is associated with; its own: the root */
    struct domain_aid package; /* the load file it comes from; empty: none */
    struct domain_aid module;  /* its class */
    uint8_t state;
    uint32_t privileges;     /* DOMAIN_PRIVILEGE_* */
    uint32_t size;           /* of a load file: bytes of its code */
    uint8_t level;           /* minimum security level: SPI1's bits (TS 102 225 §5.1.1) */
    struct bytes tars;       /* DOMAIN_TAR_SIZE bytes each */
    struct bytes parameters; /* C9's value; of an RFM instance the whole PE-RFM's value */
    struct bytes system;     /* the values of EF, EA, CA as TLVs, as they were given */
    struct bytes modules;    /* of a load file: AIDs, a length before each */
    uint32_t serial;         /* given by domain_registry_put() if 0 */
    size_t record_len;       /* bytes behind this that the slices borrow */
};

/* Types of key components (GlobalPlatform §11.1.8). */
enum domain_key_type {
    DOMAIN_KEY_DES = 0x80,
    DOMAIN_KEY_PSK = 0x85,
    DOMAIN_KEY_AES = 0x88,
};

struct domain_key_component {
    uint8_t type;       /* enum domain_key_type, or another of the specification's */
    uint8_t mac_length; /* bytes of a checksum made with it */
    struct bytes value; /* secret */
};

struct domain_key {
    struct domain_key *next; /* the newest key set first, the highest identifier first in each */
    struct domain_aid domain;
    uint8_t version, identifier;
    uint8_t usage[2]; /* keyUsageQualifier */
    uint8_t access;
    struct bytes components; /* for domain_key_take() */
    uint32_t serial;         /* of its set: given by domain_registry_put_key() if 0 */
    size_t record_len;
};

#define DOMAIN_CNTR_SIZE 5

/* What belongs to all keys of one version in a domain. */
struct domain_counter {
    struct domain_counter *next;
    struct domain_aid domain;
    uint8_t version;
    uint8_t cntr[DOMAIN_CNTR_SIZE]; /* SCP80's CNTR: the last that was accepted */
    uint32_t sequence;              /* SCP02's and SCP03's sequence counter */
    uint8_t failures;               /* EXTERNAL AUTHENTICATE that failed, in a row */
};

/* A data object of a domain or application, as GET DATA answers it. */
struct domain_object {
    struct domain_object *next;
    struct domain_aid domain;
    uint16_t tag;
    struct bytes value; /* of DGI 0070 and the like the TLV whole */
};

struct domain_registry {
    struct store *store;
    uint32_t owner; /* id of the profile, or DOMAIN_OWNER_CHIP */
    bool stored;    /* it has been written */
    uint32_t serial;
    struct domain_entry *entries;
    struct domain_key *keys;
    struct domain_counter *counters;
    struct domain_object *objects;
};

/* An owner's registry as the store has it, or, of a profile, as its package makes it; the chip's is
 * empty where nothing was written. 0 or a failure, after which it is empty. */
int domain_registry_load(struct store *store, uint32_t owner, struct domain_registry *registry);
/* Wipes and frees; a registry of zeros is fine. */
void domain_registry_finish(struct domain_registry *registry);

/* Each adds, or replaces what has the same AID (the same domain and version and identifier, or
 * tag). Slices are copied. 0, SW_NOT_ENOUGH_MEMORY, or a failure. A key set's counters start anew
 * with a key that replaces one of its version. */
int domain_registry_put(struct domain_registry *registry, const struct domain_entry *entry);
int domain_registry_put_key(struct domain_registry *registry, const struct domain_key *key);
int domain_registry_put_counter(struct domain_registry *registry,
                                const struct domain_counter *counter);
int domain_registry_put_object(struct domain_registry *registry,
                               const struct domain_object *object);
/* The code of a load file. */
int domain_registry_put_code(struct domain_registry *registry, const struct domain_aid *aid,
                             struct bytes code);

/* Removes an entry with all that is its own: keys, counters, data, code. 0 or a failure. */
int domain_registry_remove(struct domain_registry *registry, struct domain_entry *entry);
int domain_registry_remove_key(struct domain_registry *registry, struct domain_key *key);
int domain_registry_remove_object(struct domain_registry *registry, struct domain_object *object);

/* Lookups; NULL if there is none. */
struct domain_entry *domain_registry_find(const struct domain_registry *registry,
                                          const struct domain_aid *aid);
/* The first after `after` (NULL: of all) of which this is the AID or its front, five bytes at
 * least. */
struct domain_entry *domain_registry_match(const struct domain_registry *registry,
                                           struct bytes front, const struct domain_entry *after);
/* The root: of a profile its MNO-SD, the first PE-SecurityDomain. */
struct domain_entry *domain_registry_root(const struct domain_registry *registry);
struct domain_entry *domain_registry_by_tar(const struct domain_registry *registry,
                                            const uint8_t tar[DOMAIN_TAR_SIZE]);
struct domain_key *domain_registry_key(const struct domain_registry *registry,
                                       const struct domain_aid *domain, uint8_t version,
                                       uint8_t identifier);
/* The counters of a key set; a set that has never been used has them, too, all zero. */
struct domain_counter domain_registry_counter(const struct domain_registry *registry,
                                              const struct domain_aid *domain, uint8_t version);
struct domain_object *domain_registry_object(const struct domain_registry *registry,
                                             const struct domain_aid *domain, uint16_t tag);

/* Takes a key's next component apart; false at the end. */
bool domain_key_take(struct bytes *components, struct domain_key_component *out);
/* Appends a component. */
void domain_key_put_component(struct writer *out, const struct domain_key_component *component);
/* The first component, all zero if there is none. */
struct domain_key_component domain_key_first(const struct domain_key *key);

#endif

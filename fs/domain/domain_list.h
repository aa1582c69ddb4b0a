/* domain_list: what GlobalPlatform's registry lists of one owner, a profile or the chip itself, and
 * finding in it: load files, security domains and applications, their keys, counters and data
 * (GlobalPlatform Card Specification §9.6, §6.5). domain_registry reads and changes it. Slices of
 * what is found here borrow from the registry and hold until that entry, key or object is put or
 * removed. */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_LIST_H
#define EMUICC_FS_DOMAIN_DOMAIN_LIST_H

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
    struct bytes components; /* for domain_list_take_component() */
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

/* Lookups; NULL if there is none. */
struct domain_entry *domain_list_find(const struct domain_registry *registry,
                                      const struct domain_aid *aid);
/* The first after `after` (NULL: of all) of which this is the AID or its front, five bytes at
 * least. */
struct domain_entry *domain_list_match(const struct domain_registry *registry, struct bytes front,
                                       const struct domain_entry *after);
/* The root: of a profile its MNO-SD, the first PE-SecurityDomain. */
struct domain_entry *domain_list_root(const struct domain_registry *registry);
struct domain_entry *domain_list_by_tar(const struct domain_registry *registry,
                                        const uint8_t tar[DOMAIN_TAR_SIZE]);
struct domain_key *domain_list_key(const struct domain_registry *registry,
                                   const struct domain_aid *domain, uint8_t version,
                                   uint8_t identifier);
/* NULL if the set has never been used. */
struct domain_counter *domain_list_find_counter(const struct domain_registry *registry,
                                                const struct domain_aid *domain, uint8_t version);
/* The counters of a key set; a set that has never been used has them, too, all zero. */
struct domain_counter domain_list_counter(const struct domain_registry *registry,
                                          const struct domain_aid *domain, uint8_t version);
struct domain_object *domain_list_object(const struct domain_registry *registry,
                                         const struct domain_aid *domain, uint16_t tag);

/* Takes a key's next component apart; false at the end. */
bool domain_list_take_component(struct bytes *components, struct domain_key_component *out);
/* Appends a component. */
void domain_list_put_component(struct writer *out, const struct domain_key_component *component);
/* The first component, all zero if there is none. */
struct domain_key_component domain_list_first_component(const struct domain_key *key);

#endif

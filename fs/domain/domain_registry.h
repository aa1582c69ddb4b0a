/* domain_registry: reads a registry out of the store and changes it. Packages, INSTALL, DELETE,
 * GET STATUS and the inventory share it.
 *
 * A profile's registry is made from its package when it is first read, and written with its first
 * change; from then on the store has it. What is put or removed is written to the store at once,
 * without a commit: after store_rollback() the registry is to be read anew. */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_REGISTRY_H
#define EMUICC_FS_DOMAIN_DOMAIN_REGISTRY_H

#include "fs/domain/domain_list.h"

/* An owner's registry as the store has it, or, of a profile, as its package makes it; the chip's is
 * empty where nothing was written. 0 or a failure, after which it is empty. */
int domain_registry_load(struct store *store, uint32_t owner, struct domain_registry *registry);
/* Wipes and frees; a registry of zeros is fine. */
void domain_registry_finish(struct domain_registry *registry);

/* What an owner without a package begins with, in memory alone: written with its first change. */
int domain_registry_begin_with(struct domain_registry *registry, const struct domain_entry *entry);
int domain_registry_begin_with_key(struct domain_registry *registry, const struct domain_key *key);

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

#endif

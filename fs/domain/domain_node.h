/* domain_node: the registry's lists in memory, which neither ask nor tell the store. Private to the
 * registry. */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_NODE_H
#define EMUICC_FS_DOMAIN_DOMAIN_NODE_H

#include "fs/domain/domain_record.h"

/* Reads a record into a node of its own, put into its place; what has the same name goes. *out, if
 * it is not NULL, gets the node. 0 or a failure. */
int domain_node_entry(struct domain_registry *registry, struct bytes name, struct bytes value,
                      struct domain_entry **out);
int domain_node_key(struct domain_registry *registry, struct bytes name, struct bytes value,
                    struct domain_key **out);
int domain_node_counter(struct domain_registry *registry, struct bytes name, struct bytes value);
int domain_node_object(struct domain_registry *registry, struct bytes name, struct bytes value);

/* Takes a node out of its list, wipes and frees it. */
void domain_node_drop_entry(struct domain_registry *registry, struct domain_entry *entry);
void domain_node_drop_key(struct domain_registry *registry, struct domain_key *key);
void domain_node_drop_counter(struct domain_registry *registry, struct domain_counter *counter);
void domain_node_drop_object(struct domain_registry *registry, struct domain_object *object);

/* The same without a record: adds in memory alone, as a package's registry is made. Serial numbers
 * are given. 0 or a failure. */
int domain_node_add_entry(struct domain_registry *registry, const struct domain_entry *entry);
int domain_node_add_key(struct domain_registry *registry, const struct domain_key *key);
int domain_node_add_counter(struct domain_registry *registry, const struct domain_counter *counter);
int domain_node_add_object(struct domain_registry *registry, const struct domain_object *object);

/* Makes a profile's registry from the elements of its package. 0 or a failure. */
int domain_package_load(struct domain_registry *registry);

#endif

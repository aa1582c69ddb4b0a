/* scp81_record: a session that has not come to its end, as its domain keeps it over resets: what
 * triggered it and how often it may still be tried. An object of the domain that GET DATA does not
 * tell. */
#ifndef EMUICC_FS_SCP81_SCP81_RECORD_H
#define EMUICC_FS_SCP81_SCP81_RECORD_H

#include "fs/domain/domain_context.h"
#include "fs/scp81/scp81_parameters.h"

struct scp81_record {
    uint16_t retries;      /* that are left */
    struct bytes elements; /* of the trigger */
};

/* False if the domain has none. *out borrows of the registry. */
bool scp81_record_find(const struct domain_registry *registry, const struct domain_aid *domain,
                       struct scp81_record *out);
/* Any of the registry: its domain. False if there is none. */
bool scp81_record_first(const struct domain_registry *registry, struct domain_aid *domain);
/* 0, SW_NOT_ENOUGH_MEMORY or a failure. */
int scp81_record_keep(struct domain_registry *registry, const struct domain_aid *domain,
                      const struct scp81_record *record);
/* 0 or a failure; none is fine. */
int scp81_record_forget(struct domain_registry *registry, const struct domain_aid *domain);

/* What the domain's own object and the record's trigger say together. False if it cannot be. */
bool scp81_record_parameters(const struct domain_registry *registry,
                             const struct domain_aid *domain, struct bytes elements,
                             struct scp81_parameters *out);

#endif

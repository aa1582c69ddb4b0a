/* catalogue_cache: packages of a folder as they were last read, with their metadata and digests:
 * while their files stay as they are, a download neither reads nor hashes them. What is put in
 * their place, or written to them, is seen at once. A few MiB at most; those that were not asked
 * for the longest go. */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_CATALOGUE_CACHE_H
#define EMUICC_TOOLS_SMDPP_ORDERS_CATALOGUE_CACHE_H

#include "tools/smdpp/orders/catalogue.h"

struct catalogue_cache;

/* folder: the packages'; address: where notifications go by default; both borrowed. NULL if memory
 * is short. */
struct catalogue_cache *catalogue_cache_create(const char *folder, const char *address);
void catalogue_cache_destroy(struct catalogue_cache *cache); /* wipes; NULL is fine */

/* As catalogue_read(), from any thread. */
int catalogue_cache_read(struct catalogue_cache *cache, const char *name,
                         struct catalogue_entry *out);

#endif

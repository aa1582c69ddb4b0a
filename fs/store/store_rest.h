/* store_rest: a profile that nobody has in memory as such, in few bytes: what stands in the store,
 * so that loading it again asks no database. Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_REST_H
#define EMUICC_FS_STORE_STORE_REST_H

#include "fs/store/store_profile_columns.h"

#define STORE_REST_GROUP_MAX (1 << 20) /* bytes that all stores of a group have for it */
#define STORE_REST_ROOM_LEAST 16384    /* with less than that left none is made */
#define STORE_REST_LISTS STORE_LIST_ELEMENTS

/* Whether the store has the profile so, and as the file has it. */
bool store_rest_has(struct store *store, uint32_t id);
/* In the arena: the profile's header, the lists of store_profile_lists[] but the elements, each
 * its count and its nodes, all as store_column_put() writes them, and an image. Empty: no memory.
 */
struct bytes store_rest_read(const struct store *store, struct arena *arena);

#endif

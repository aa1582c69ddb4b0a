/* store_memory: SQLite's allocator. Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_MEMORY_H
#define EMUICC_FS_STORE_STORE_MEMORY_H

/* SQLite's memory is wiped when it is given back: pages hold keys. A page takes memory when it is
 * read. For the whole process, before the first database is opened; without effect afterwards. */
void store_memory_configure(void);

#endif

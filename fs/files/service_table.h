/* service_table: services by their numbers (TS 31.102 §4.2.8, §4.2.47, TS 31.103 §4.2.7). */
#ifndef EMUICC_FS_FILES_SERVICE_TABLE_H
#define EMUICC_FS_FILES_SERVICE_TABLE_H

/* Of EF.UST, EF.EST, EF.IST; number: from 1. NULL: it has no name here. */
const char *service_table_usim(unsigned number);
const char *service_table_enabled(unsigned number);
const char *service_table_isim(unsigned number);

#endif

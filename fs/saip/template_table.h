/* What the template tables share: short names for their columns. */
#ifndef EMUICC_FS_SAIP_TEMPLATE_TABLE_H
#define EMUICC_FS_SAIP_TEMPLATE_TABLE_H

#include "fs/saip/template_row.h"

#define MF FILE_MF
#define DF FILE_DF
#define ADF FILE_ADF
#define TR FILE_TRANSPARENT
#define LF FILE_LINEAR_FIXED
#define CY FILE_CYCLIC
#define BT FILE_BER_TLV

#define CONTENT true
#define HIGH true

#define RECORDS TEMPLATE_RECORDS
#define SIZE TEMPLATE_SIZE
#define SFI TEMPLATE_SFI
#define PIN_STATUS TEMPLATE_PIN_STATUS
#define AID TEMPLATE_AID
#define FID TEMPLATE_FID
#define ARR TEMPLATE_ARR
#define TYPE TEMPLATE_TYPE

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

extern const struct template template_table_mf[], template_table_usim[], template_table_5gs[];
extern const struct template template_table_isim[], template_table_csim[];
extern const size_t template_table_mf_count, template_table_usim_count, template_table_5gs_count;
extern const size_t template_table_isim_count, template_table_csim_count;

#endif

/* What the parts of the schema table share. */
#ifndef EMUICC_FS_SAIP_PE_SCHEMA_TABLE_H
#define EMUICC_FS_SAIP_PE_SCHEMA_TABLE_H

#include "fs/saip/pe_schema.h"

/* Tags on the wire: context, application and private class, primitive or constructed. */
#define TAG(front, n) ((n) < 31 ? (front) | (n) : ((front) | 0x1Fu) << 8 | (n))
#define CP(n) TAG(0x80u, n)
#define CC(n) TAG(0xA0u, n)
#define AP(n) TAG(0x40u, n)
#define AC(n) TAG(0x60u, n)
#define PP(n) TAG(0xC0u, n)
#define PC(n) TAG(0xE0u, n)

#define FIELDS(list) .fields = (list), .count = sizeof(list) / sizeof((list)[0])
#define NAMES(list) .names = (list), .count = sizeof(list) / sizeof((list)[0])

#define REQUIRED PE_SCHEMA_REQUIRED
#define OPTIONAL PE_SCHEMA_OPTIONAL
#define DEFAULT PE_SCHEMA_DEFAULT
#define UNLIMITED PE_SCHEMA_UNLIMITED

extern const struct pe_schema_type pe_schema_mf, pe_schema_cd, pe_schema_telecom, pe_schema_usim;
extern const struct pe_schema_type pe_schema_opt_usim, pe_schema_isim, pe_schema_opt_isim;
extern const struct pe_schema_type pe_schema_phonebook, pe_schema_gsm_access, pe_schema_csim;
extern const struct pe_schema_type pe_schema_opt_csim, pe_schema_eap, pe_schema_df_5gs;
extern const struct pe_schema_type pe_schema_df_saip, pe_schema_df_snpn, pe_schema_df_5gprose;
extern const struct pe_schema_type pe_schema_iot, pe_schema_opt_iot;

#endif

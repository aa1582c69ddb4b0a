/* operation_write: the content of each operation out of its JSON arguments. Inside tools/lib/iot
 * only; each is an operation_writer. */
#ifndef EMUICC_TOOLS_LIB_IOT_OPERATION_WRITE_H
#define EMUICC_TOOLS_LIB_IOT_OPERATION_WRITE_H

#include "tools/lib/iot/operation_list.h"

operation_writer operation_write_nothing;
operation_writer operation_write_iccid;     /* iccid */
operation_writer operation_write_enable;    /* iccid, rollback */
operation_writer operation_write_list;      /* iccid | aid | profileClass; tagList */
operation_writer operation_write_immediate; /* flag, smdpOid, smdpAddress */
operation_writer operation_write_address;   /* address */
operation_writer operation_write_eim;       /* EimConfigurationData, see eim_configuration.h */
operation_writer operation_write_eim_id;    /* eimId */

#endif

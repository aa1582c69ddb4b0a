/* schema: the tables of the server's file: orders and what became of them. */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_SCHEMA_H
#define EMUICC_TOOLS_SMDPP_ORDERS_SCHEMA_H

#include "tools/lib/common/database.h"

extern const struct database_schema smdpp_schema;

#endif

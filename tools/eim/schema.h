/* schema: the tables of the eIM's file. */
#ifndef EMUICC_TOOLS_EIM_SCHEMA_H
#define EMUICC_TOOLS_EIM_SCHEMA_H

#include "tools/lib/common/database.h"

extern const struct database_schema eim_schema;

#endif

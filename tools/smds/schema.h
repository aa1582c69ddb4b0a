/* schema: the file of events. */
#ifndef EMUICC_TOOLS_SMDS_SCHEMA_H
#define EMUICC_TOOLS_SMDS_SCHEMA_H

#include "tools/lib/common/database.h"

extern const struct database_schema smds_schema;

#endif

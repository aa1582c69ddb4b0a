/* instruction_table: names of commands and applications for an onlooker who has the bytes alone, as
 * of a transcript. A running chip tells them itself. */
#ifndef EMUICC_TOOLS_INSPECT_INSTRUCTION_TABLE_H
#define EMUICC_TOOLS_INSPECT_INSTRUCTION_TABLE_H

#include "apdu/bytes.h"

/* family: the class as on channel 0. Never NULL. */
const char *instruction_table_name(const char *application, uint8_t family, uint8_t ins);
/* Who is selected by this AID: "ISD-R", "ECASD", "UICC", or "security domain". */
const char *instruction_table_application(struct bytes aid);
/* Whether such commands carry PINs or keys, which are not shown unasked. */
bool instruction_table_is_secret(uint8_t ins);

#endif

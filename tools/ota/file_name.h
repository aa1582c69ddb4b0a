/* file_name: files by the names that the specifications give them, as the templates of a profile
 * package have them: EF.ICCID, DF.TELECOM, ADF.USIM. */
#ifndef EMUICC_TOOLS_OTA_FILE_NAME_H
#define EMUICC_TOOLS_OTA_FILE_NAME_H

#include "apdu/bytes.h"

/* Where a path has led: names mean what they mean there. */
enum file_name_place { FILE_NAME_ANYWHERE, FILE_NAME_USIM, FILE_NAME_ISIM };

/* Appends the file identifier, or the AID of an application's ADF, and moves *place along. False if
 * there is no such file. Where it does not matter where the path is, the MF's files come first,
 * then the USIM's, then the ISIM's. */
bool file_name_put(const char *name, enum file_name_place *place, struct writer *out);

#endif

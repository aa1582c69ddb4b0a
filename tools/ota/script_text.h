/* script_text: remote commands as people write them, a line each:
 *
 *   select 3F00/7F10/6F3A       file by file; a path that begins with an AID of ten digits or more
 *                               selects that application; a part may be a name, as in
 *                               ADF.USIM/EF.LOCI
 *   read [OFFSET [LENGTH]]      READ BINARY
 *   read record NUMBER LENGTH   READ RECORD
 *   update OFFSET HEX           UPDATE BINARY
 *   update record NUMBER HEX    UPDATE RECORD
 *   apdu HEX                    any command, as it stands in the script
 *   refresh [WHAT [PATH]]       has the terminal asked for a REFRESH: reset, init, files (of this
 *                               path), init-files, init-full; in the expanded form only
 *
 * Empty lines and those that start with # are skipped. */
#ifndef EMUICC_TOOLS_OTA_SCRIPT_TEXT_H
#define EMUICC_TOOLS_OTA_SCRIPT_TEXT_H

#include "apdu/bytes.h"

#define SCRIPT_TEXT_MAX 4096      /* bytes of a script */
#define SCRIPT_TEXT_LINE_MAX 1024 /* characters */

struct script_text {
    struct writer out;
    bool expanded; /* each command stands in a C-APDU of its own */
    uint8_t room[SCRIPT_TEXT_MAX];
};

void script_text_begin(struct script_text *script, bool expanded);
/* The script is the "first" of several that belong together ("first-kept": a reset does not end
 * them), one with "more" to follow, or the "last". NULL, or what is wrong with that; it comes
 * before every line. */
const char *script_text_chain(struct script_text *script, const char *position);
/* Appends a line's commands; NULL, or what is wrong with it. */
const char *script_text_line(struct script_text *script, const char *line);
/* The script whole; empty if it does not fit. */
struct bytes script_text_end(struct script_text *script, uint8_t *room, size_t size);

#endif

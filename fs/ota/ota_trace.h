/* ota_trace: what comes over the air as lines of a trace: a packet's header, the commands of its
 * script by their names, the proof of receipt. Never a key, nor what stands in files or commands.
 */
#ifndef EMUICC_FS_OTA_OTA_TRACE_H
#define EMUICC_FS_OTA_OTA_TRACE_H

#include "apdu/command.h"
#include "crypto/primitives/scp80.h"

void ota_trace_packet(const struct scp80_header *header);
/* names: the table that has the instruction, if it is known; NULL: there is none. */
void ota_trace_command(const struct command_table *names, const struct apdu *apdu, uint16_t status);

enum ota_trace_way { OTA_TRACE_UNWANTED, OTA_TRACE_REPORT, OTA_TRACE_SUBMIT };
void ota_trace_report(int status, size_t data_len, enum ota_trace_way way);

#endif

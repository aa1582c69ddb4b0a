/* operation: the operations of an eUICC package, PSMO and eCO: as JSON, as an operator orders them
 * and reads their results, and as DER, as the chip gets and answers them (SGP.32 §2.11.1, §2.11.2).
 */
#ifndef EMUICC_TOOLS_LIB_IOT_OPERATION_H
#define EMUICC_TOOLS_LIB_IOT_OPERATION_H

#include <jansson.h>

#include "tools/lib/iot/operation_list.h"

const char *operation_list_name(enum operation_list list); /* "psmo", "eco" */

/* Appends the DER of each operation of a JSON array: [{"enable": {"iccid": "8988…"}}, …]. An ICCID
 * may have its digits in order, or nibble-swapped with a padding F as EF.ICCID has them. False with
 * what is wrong in `detail`; then nothing is to be made of what was written. */
bool operation_encode(enum operation_list list, const json_t *operations, struct writer *out,
                      char detail[OPERATION_DETAIL_SIZE]);

/* The name of the first of these operations that SGP.32 v1.0 does not know; NULL if it knows all.
 */
const char *operation_not_in_v1_0(enum operation_list list, const json_t *operations);

/* Takes the next result of a package's list off the front; false if it is cut or malformed. */
bool operation_result_take(struct bytes *results, enum operation_list list,
                           struct operation_result *out);

/* Its tag is none of the list's. */
bool operation_result_is_unknown(const struct operation_result *result);

/* {"enableResult": "ok"}, {"addEimResult": {"addEimResultCode": "ok", "associationToken": 2}}: the
 * words of the eIM that this one's REST interface is like. NULL if memory is short or what is
 * listed is malformed. */
json_t *operation_result_json(const struct operation_result *result);

#endif

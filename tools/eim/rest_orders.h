/* rest_orders: orders over HTTP, with the paths and words of onomondo-eim, so that what drives that
 * one drives this one:
 *
 *   POST /FACILITY/create       {"eidValue": EID, "order": {FACILITY: …}} -> 303 to its lookup
 *   GET  /FACILITY/lookup/NAME  {"status", "timestamp", "resource", "outcome", "debuginfo"}
 *   GET  /FACILITY/delete/NAME  {"status": "deleted"}
 *   GET  /FACILITY/list         {"resourceIdList": [NAME, …]}
 *   GET  /                      what a chip has to know of this eIM
 */
#ifndef EMUICC_TOOLS_EIM_REST_ORDERS_H
#define EMUICC_TOOLS_EIM_REST_ORDERS_H

#include "tools/eim/eim.h"
#include "tools/lib/server/rest.h"

#define REST_ORDERS_DETAIL_SIZE 256

/* Places an order; the chip is made known. 0 with its name; 1 with what is wrong in `detail`; or a
 * failure. An order of facility "euicc" is done at once. */
int rest_orders_create(struct eim *eim, enum order_facility facility, const json_t *resource,
                       char name[ORDERS_NAME_SIZE], char detail[REST_ORDERS_DETAIL_SIZE]);
/* The object that tells of an order. NULL if memory is short. */
json_t *rest_orders_show(const struct order *order);
/* An object with what a chip has to know of this eIM. */
json_t *rest_orders_information(const struct eim *eim);

extern const struct rest_row rest_orders_rows[];
extern const size_t rest_orders_row_count;

#endif

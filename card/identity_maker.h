/* identity_maker: the credentials of many chips, one after the other, under issuers that are read
 * once. */
#ifndef EMUICC_CARD_IDENTITY_MAKER_H
#define EMUICC_CARD_IDENTITY_MAKER_H

#include "card/identity.h"

struct identity_maker; /* heap; one thread's at a time */

/* Reads who issues in the plan's folder; the plan says nothing of one chip (no EID, not `own`), and
 * is borrowed with all in it. 0, or a failure after a trace line. */
int identity_maker_create(const struct identity_plan *plan, struct identity_maker **out);
void identity_maker_destroy(struct identity_maker *maker); /* NULL is fine */

/* What identity_values() would say of the chip with this EID. A certificate that is issued for it
 * is not verified once more, its issuers having been. */
int identity_maker_values(struct identity_maker *maker, const uint8_t eid[PKI_EID_SIZE],
                          store_value_visitor *visit, void *context);

#endif

/* inventory: what is on a chip, as JSON: profiles with what they hold, and the elements that are
 * kept whole because this card does not run them. Whoever asks, the running card or a program that
 * looks at a store by itself, gets the same words. Values that may be or hold keys or codes are
 * never written, only how long they are. */
#ifndef EMUICC_FS_TEXT_INVENTORY_H
#define EMUICC_FS_TEXT_INVENTORY_H

#include "fs/saip/pe_schema.h"
#include "fs/store/store.h"

#define INVENTORY_MAX (4u << 20) /* bytes that an answer may take */
#define INVENTORY_NO_PROFILE                                                                       \
    "no profile on the chip has this ICCID; 'list' shows those that are there"
#define INVENTORY_ICCID_TEXT_SIZE (2 * PROFILE_ICCID_SIZE + 1)

/* {"profiles": [{"iccid", "aid", "state", "class", "nickname", "provider", "name", "size", "files",
 * "stored": [{"kind", ...}]}], "chip": [{"kind", ...}]} in order of installation; "chip" has the
 * ISD-R's own security domain, once it was used. Of keys there are version, identifier and type. 0
 * or a failure. */
int inventory_list(struct store *store, struct writer *out);

/* One profile by the digits of its ICCID, as in the list, and with "elements": all that is kept
 * whole, by the names of the package format. SW_REFERENCE_NOT_FOUND, with nothing written, if there
 * is no such profile; or a failure. */
int inventory_show(struct store *store, struct bytes iccid, struct writer *out);

/* The digits of an ICCID that is coded as in EF.ICCID, what it is filled up with left out. */
void inventory_iccid_text(const uint8_t iccid[PROFILE_ICCID_SIZE],
                          char text[INVENTORY_ICCID_TEXT_SIZE]);
/* The value of a field of this type (NULL name: within a list), down to its last part. The value
 * has been checked against the schema. */
void inventory_put_value(struct writer *out, const char *name, const struct pe_schema_type *type,
                         struct bytes value);
/* Whether values of this field of a package are never shown. */
bool inventory_hides(const char *field);

#endif

/* births_list: the values that tell a chip from the others, as a list of names and values in bytes.
 */
#ifndef EMUICC_FS_BIRTHS_BIRTHS_LIST_H
#define EMUICC_FS_BIRTHS_BIRTHS_LIST_H

#include "apdu/bytes.h"
#include "crypto/pki/pki_eid.h"
#include "crypto/primitives/hash.h"

#define BIRTHS_VALUES_MAX (1 << 15) /* bytes of one chip's list */

struct births_value {
    struct bytes name, value;
    bool common; /* the list has the name alone: the value is the one that all chips have */
};

void births_list_put(struct writer *out, struct bytes name, struct bytes value);
void births_list_put_common(struct writer *out, struct bytes name);
/* The next value; false at the end, where nothing is left of the list, or where it is none. */
bool births_list_take(struct bytes *list, struct births_value *out);

/* A record's digest, over the chip and its whole list. 0 or a failure. */
int births_list_seal(const uint8_t eid[PKI_EID_SIZE], struct bytes values,
                     uint8_t seal[SHA256_SIZE]);

#endif

/* domain_record: how the registry's parts are written into the store and read back. Private to the
 * registry. */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_RECORD_H
#define EMUICC_FS_DOMAIN_DOMAIN_RECORD_H

#include "fs/domain/domain_list.h"

#define DOMAIN_RECORD_NAME_MAX (DOMAIN_AID_MAX + 2)
#define DOMAIN_RECORD_FIXED_MAX 192 /* bytes of a record without its slices */

/* Names. */
void domain_record_name_key(const struct domain_key *key, struct writer *out);
void domain_record_name_counter(const struct domain_counter *counter, struct writer *out);
void domain_record_name_object(const struct domain_object *object, struct writer *out);

/* Values. */
void domain_record_put_entry(const struct domain_entry *entry, struct writer *out);
void domain_record_put_key(const struct domain_key *key, struct writer *out);
void domain_record_put_counter(const struct domain_counter *counter, struct writer *out);

/* Reads name and value, whose bytes *out borrows; false if the record is none. */
bool domain_record_read_entry(struct bytes name, struct bytes value, struct domain_entry *out);
bool domain_record_read_key(struct bytes name, struct bytes value, struct domain_key *out);
bool domain_record_read_counter(struct bytes name, struct bytes value, struct domain_counter *out);
bool domain_record_read_object(struct bytes name, struct bytes value, struct domain_object *out);

#endif

/* describe: what a card or server says in TLVs, as JSON, by tables: one row a field (SGP.22
 * Annex H). */
#ifndef EMUICC_TOOLS_LIB_COMMON_DESCRIBE_H
#define EMUICC_TOOLS_LIB_COMMON_DESCRIBE_H

#include <jansson.h>

#include "apdu/tlv.h"

enum describe_kind {
    DESCRIBE_HEX,
    DESCRIBE_TEXT,    /* UTF-8 */
    DESCRIBE_ICCID,   /* nibble-swapped digits */
    DESCRIBE_MCC_MNC, /* TS 24.008 */
    DESCRIBE_VERSION, /* three bytes */
    DESCRIBE_NUMBER,  /* big endian, unsigned, up to four bytes */
    DESCRIBE_NAME,    /* INTEGER that `names` names */
    DESCRIBE_BITS,    /* BIT STRING whose bits `names` names: an array */
    DESCRIBE_BIT,     /* the same, the only bit's name */
    DESCRIBE_OBJECT,  /* elements that `table` describes */
    DESCRIBE_LIST,    /* any number of elements, each an object that `table` describes */
    DESCRIBE_HEXES,   /* any number of elements, each as hexadecimal digits */
    DESCRIBE_VERSIONS,
    DESCRIBE_OID,  /* dotted */
    DESCRIBE_FLAG, /* NULL that is there: true */
};

struct describe_table;

struct describe_row {
    uint32_t tag;
    const char *key;
    enum describe_kind kind;
    const char *const *names; /* ends with NULL */
    const struct describe_table *table;
};

struct describe_table {
    const struct describe_row *rows;
    size_t count;
};

/* Members for what is there, added to the object; tags that no row has are passed over. False if
 * an element is cut, or a field has not the form its row says. */
bool describe(const struct describe_table *table, struct bytes content, json_t *object);
/* An array with an object for each element of the list; NULL as describe() is false. */
json_t *describe_list(const struct describe_table *table, struct bytes list);

extern const struct describe_table describe_profile;      /* ProfileInfo, StoreMetadataRequest */
extern const struct describe_table describe_info1;        /* EUICCInfo1 */
extern const struct describe_table describe_info2;        /* EUICCInfo2 */
extern const struct describe_table describe_notification; /* NotificationMetadata */
extern const struct describe_table describe_rule;         /* ProfilePolicyAuthorisationRule */

#endif

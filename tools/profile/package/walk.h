/* walk: a profile package taken apart along its ASN.1, node by node, in the order of its bytes.
 * Whatever the bytes are, the nodes cover all of them: what is no DER of the expected type comes as
 * a raw node, so that what is written from the nodes can be put together to the same bytes. */
#ifndef EMUICC_TOOLS_PROFILE_PACKAGE_WALK_H
#define EMUICC_TOOLS_PROFILE_PACKAGE_WALK_H

#include "fs/saip/pe_schema.h"

enum walk_kind {
    WALK_ENTER, /* a SEQUENCE or SEQUENCE OF begins; its parts follow one level deeper */
    WALK_LEAVE, /* it ends */
    WALK_LEAF,  /* a value without parts */
    WALK_RAW,   /* bytes that the schema does not explain */
};

struct walk_node {
    enum walk_kind kind;
    int depth;
    const struct pe_schema_field *field;       /* in a SEQUENCE; NULL elsewhere */
    const struct pe_schema_field *alternative; /* what was chosen; NULL if it is no CHOICE */
    const struct pe_schema_type *type;         /* of the value; NULL if raw */
    struct bytes value;                        /* raw: as whole */
    struct bytes whole;                        /* the outermost TLV of the node */
    bool is_default; /* the value is the field's DEFAULT, which DER would leave out */
};

/* Return other than 0 ends the walk and is returned. */
typedef int walk_visitor(void *context, const struct walk_node *node);

/* Profile elements one after the other, at depth 0. */
int walk_package(struct bytes package, walk_visitor *visit, void *context);
/* The fields of a SEQUENCE whose value this is, at depth 0. */
int walk_sequence(const struct pe_schema_type *type, struct bytes value, walk_visitor *visit,
                  void *context);

/* Name of a node: the field's, the alternative's, "" for an element of a SEQUENCE OF, or "raw". */
const char *walk_name(const struct walk_node *node);

#endif

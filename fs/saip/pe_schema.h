/* pe_schema: the ASN.1 of a profile package as data (eUICC Profile Package: Interoperable Format
 * 3.3.1, module PEDefinitions). One table describes every type of that module; the interpreter
 * checks a profile element against it and finds fields by position, a tool turns packages into text
 * and back with nothing but this table.
 *
 * The module has AUTOMATIC TAGS: in a SEQUENCE or CHOICE none of whose components bears a tag of
 * its own, component n has the context tag [n]. All tags are IMPLICIT but those of a CHOICE, which
 * are EXPLICIT: a field of CHOICE type holds the chosen alternative's whole TLV as its value.
 * EXTENSIBILITY IMPLIED: elements with tags that are not in the table may follow in a SEQUENCE.
 */
#ifndef EMUICC_FS_SAIP_PE_SCHEMA_H
#define EMUICC_FS_SAIP_PE_SCHEMA_H

#include "apdu/tlv.h"

enum pe_schema_kind {
    PE_SCHEMA_SEQUENCE,
    PE_SCHEMA_SEQUENCE_OF,
    PE_SCHEMA_CHOICE,
    PE_SCHEMA_OCTET_STRING,
    PE_SCHEMA_INTEGER,
    PE_SCHEMA_OBJECT_IDENTIFIER,
    PE_SCHEMA_NULL,
    PE_SCHEMA_UTF8_STRING,
    PE_SCHEMA_BIT_STRING,
};

/* A named value of an INTEGER or a named bit of a BIT STRING. */
struct pe_schema_name {
    uint32_t value;
    const char *name;
};

#define PE_SCHEMA_UNLIMITED UINT32_MAX

struct pe_schema_type {
    const char *name; /* as in the ASN.1: "Fcp"; NULL for a type that it leaves without one */
    enum pe_schema_kind kind;
    /* Bytes of an OCTET STRING, characters of a UTF8String, elements of a SEQUENCE OF, value of an
     * INTEGER, bits of a BIT STRING. */
    uint32_t min, max;
    const struct pe_schema_field *fields; /* SEQUENCE: in order; CHOICE: the alternatives */
    const struct pe_schema_type *element; /* SEQUENCE OF */
    const struct pe_schema_name *names;   /* INTEGER, BIT STRING; NULL if they have none */
    uint16_t count;                       /* of fields, or of names */
};

enum pe_schema_presence { PE_SCHEMA_REQUIRED, PE_SCHEMA_OPTIONAL, PE_SCHEMA_DEFAULT };

struct pe_schema_field {
    const char *name; /* as in the ASN.1: "ef-imsi" */
    uint32_t tag;     /* as on the wire, constructed bit included */
    const struct pe_schema_type *type;
    enum pe_schema_presence presence;
    const char *fallback; /* value of DEFAULT: digits, hexadecimal for strings; else NULL */
};

/* The most fields a SEQUENCE of the module has. */
#define PE_SCHEMA_FIELDS_MAX 96

/* ProfileElement: a CHOICE with one alternative a profile element, in order of tags. */
extern const struct pe_schema_type pe_schema_profile_element;
extern const struct pe_schema_type pe_schema_euicc_response;
extern const struct pe_schema_type pe_schema_uicc_capability;
/* Parts that the interpreter takes apart by themselves. */
extern const struct pe_schema_type pe_schema_header, pe_schema_file, pe_schema_fcp;
extern const struct pe_schema_type pe_schema_proprietary_info;

/* The tag with which an element of this type appears in a SEQUENCE OF; 0 for a CHOICE, whose
 * alternatives have tags of their own. */
uint32_t pe_schema_universal_tag(const struct pe_schema_type *type);
/* The field or alternative with this tag, looked for from index `from` on; NULL if there is none.
 */
const struct pe_schema_field *pe_schema_find(const struct pe_schema_type *type, size_t from,
                                             uint32_t tag);
/* Whether a value that codes the field's type is the field's DEFAULT; false if it has none. */
bool pe_schema_is_default(const struct pe_schema_field *field, struct bytes value);
/* Name of a value or bit; NULL if it has none. */
const char *pe_schema_name(const struct pe_schema_type *type, uint32_t value);

enum pe_schema_fault_kind {
    PE_SCHEMA_FINE,
    PE_SCHEMA_UNKNOWN,   /* an element whose tag is not in the table */
    PE_SCHEMA_RANGE,     /* a value, size or count out of its bounds */
    PE_SCHEMA_MISSING,   /* a field that is neither OPTIONAL nor has a DEFAULT is absent */
    PE_SCHEMA_MALFORMED, /* no DER of this type */
};
struct pe_schema_fault {
    enum pe_schema_fault_kind kind;
    const uint8_t *at;                 /* in the bytes checked: where */
    const struct pe_schema_type *type; /* the type that is hurt */
    const char *field;                 /* the field that is hurt or missing, or NULL */
};

/* Whether a TLV's value codes this type, down to the last level. False with the worst fault, the
 * first of its kind; PE_SCHEMA_UNKNOWN means that all else is fine. */
bool pe_schema_check(const struct pe_schema_type *type, struct bytes value,
                     struct pe_schema_fault *fault);

/* Takes a SEQUENCE that has been checked apart: fields[n] is the TLV of field n, all zero where it
 * is absent. Room for type->count elements. */
void pe_schema_split(const struct pe_schema_type *type, struct bytes value, struct tlv *fields);

#endif

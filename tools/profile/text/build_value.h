/* build_value: values without parts, from the words of a text into a package. Private to build. */
#ifndef EMUICC_TOOLS_PROFILE_TEXT_BUILD_VALUE_H
#define EMUICC_TOOLS_PROFILE_TEXT_BUILD_VALUE_H

#include "fs/saip/pe_schema.h"
#include "tools/profile/text/scan.h"

struct build {
    struct scan scan; /* the text that is being read */
    struct writer *out;
    const char *name;   /* of that text's file */
    unsigned depth;     /* how many texts include this one */
    unsigned *includes; /* how many have been included in all */
};

/* Traces one line: what should stand where the current word stands. Always false. */
bool build_refuse(struct build *build, const char *expected);
/* Goes on to the next word if the current one is this. */
bool build_expect(struct build *build, enum scan_token token, const char *expected);

/* Each reads a value from the current word on and writes its TLV; false after a trace line. */
bool build_string(struct build *build, uint32_t tag);
bool build_integer(struct build *build, const struct pe_schema_type *type, uint32_t tag);
/* 2.23.143 or { 2 23 143 }, an arc may bear a name: { joint-iso-itu-t(2) 23 143 }. */
bool build_oid(struct build *build, uint32_t tag);
bool build_null(struct build *build, uint32_t tag);
/* The bytes of a string without tag and length. */
bool build_octets(struct build *build);

#endif

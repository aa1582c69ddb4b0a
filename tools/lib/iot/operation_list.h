/* operation_list: the two lists of operations, and what a chip makes of one (SGP.32 §2.11.1.1). */
#ifndef EMUICC_TOOLS_LIB_IOT_OPERATION_LIST_H
#define EMUICC_TOOLS_LIB_IOT_OPERATION_LIST_H

#include <jansson.h>

#include "apdu/tlv.h"

/* A package holds operations of one list, never of both. */
enum operation_list {
    OPERATION_PSMO, /* profile state management operations */
    OPERATION_ECO,  /* eIM configuration operations */
    OPERATION_LISTS,
};

#define OPERATION_DETAIL_SIZE 160
/* Writes the content of an operation; false with what is wrong in `detail`. */
typedef bool operation_writer(const json_t *arguments, struct writer *out,
                              char detail[OPERATION_DETAIL_SIZE]);

/* What a chip has made of one operation. */
struct operation_result {
    const char *name; /* "enable"; "rollback", "processingTerminated", "unknown" besides */
    const char *key;  /* of operation_result_json() */
    bool ok;          /* it was done */
    const char *text; /* "ok", or the error as SGP.32 names it */
    uint32_t code;    /* the error's; 0 when ok */
    uint32_t tag;
    struct bytes value; /* what it lists: profiles, rules, eIMs; empty if it lists nothing */
    struct bytes token; /* addEim: content of associationToken; empty if none */
};
#endif

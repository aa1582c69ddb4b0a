/* operation_table: one row an operation. Inside tools/lib/iot only. */
#ifndef EMUICC_TOOLS_LIB_IOT_OPERATION_TABLE_H
#define EMUICC_TOOLS_LIB_IOT_OPERATION_TABLE_H

#include "tools/lib/iot/operation_list.h"

/* How a result is coded. */
enum operation_answer {
    OPERATION_ANSWER_CODE,   /* INTEGER, 0: done */
    OPERATION_ANSWER_NESTED, /* INTEGER in a [0] of its own */
    OPERATION_ANSWER_LIST,   /* A0 with a list, or 81 with an error */
    OPERATION_ANSWER_RULES,  /* the list itself */
    OPERATION_ANSWER_TOKEN,  /* 84 with a token, or 02 with a code */
};

struct operation_code {
    uint32_t code; /* 0 ends a list */
    const char *text;
    bool done; /* it was done all the same */
};

struct operation_row {
    const char *name;  /* as SGP.32 names it */
    const char *other; /* as SGP.32 v1.0 named it, or NULL */
    enum operation_list list;
    uint32_t tag;    /* of the request; 0: nobody can ask for it */
    uint32_t result; /* tag of the result */
    operation_writer *write;
    enum operation_answer answer;
    const struct operation_code *codes;
    const char *key; /* of the result in JSON */
    bool not_in_v1_0;
};
extern const struct operation_row operation_rows[];
extern const size_t operation_row_count;

#endif

/* call: one function call of a client: the parsed request, the answer that grows, and what the log
 * will say of it. */
#ifndef EMUICC_TOOLS_LIB_SERVER_CALL_H
#define EMUICC_TOOLS_LIB_SERVER_CALL_H

#include "tools/lib/common/field.h"
#include "tools/lib/server/refusal.h"

#define CALL_TRANSACTION_SIZE (2 * FIELD_TRANSACTION_ID_MAX + 1)
#define CALL_DETAIL_SIZE 256

struct call {
    const json_t *request; /* an object */
    json_t *response;      /* an object; handlers add members, the header is not theirs */
    const char *peer; /* who calls, by the key of its TLS certificate (tls_key_id()); "": unknown */
    struct bytes body;  /* in their stead where the function's binding is binary */
    struct blob answer; /* the handler's to fill; empty: no content */
    char transaction[CALL_TRANSACTION_SIZE]; /* for the log; "" where there is none */
    char detail[CALL_DETAIL_SIZE];           /* what happened, or what exactly was refused */
};

/* Sets the detail and returns the refusal. */
__attribute__((format(printf, 3, 4))) int call_refuse(struct call *call, enum refusal refusal,
                                                      const char *format, ...);
__attribute__((format(printf, 2, 3))) void call_note(struct call *call, const char *format, ...);

/* Mandatory members of the request. 0, or a refusal that names the member. */
int call_text(struct call *call, const char *name, size_t max, const char **out);
int call_bytes(struct call *call, const char *name, size_t max, struct blob *out);
/* The request's transactionId; also noted for the log. */
int call_transaction_id(struct call *call, struct writer *out);
/* An optional one: *out is NULL when absent. */
int call_optional_text(struct call *call, const char *name, size_t max, const char **out);

#endif

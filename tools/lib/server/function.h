/* function: the tables of remote functions, and how any of them is called (SGP.22 §6.5.1). */
#ifndef EMUICC_TOOLS_LIB_SERVER_FUNCTION_H
#define EMUICC_TOOLS_LIB_SERVER_FUNCTION_H

#include "tools/lib/server/call.h"

/* program: what the server was started with. A failure, a refusal, or 0. */
typedef int function_handler(void *program, struct call *call);

/* How request and answer are written. */
enum function_binding {
    FUNCTION_JSON,   /* call->request, call->response (SGP.22 §6.5) */
    FUNCTION_BINARY, /* call->body, call->answer; a refusal is HTTP's 400 (SGP.32 §6.3) */
};

/* Whether a request with this body may share a transaction with others (group.h): it waits for
 * nobody but the program's own store. */
typedef bool function_groups(struct bytes body);

struct function_row {
    const char *path;
    const char *name; /* as the specification names it, for the log */
    function_handler *handle;
    bool notification; /* answered with no content (SGP.22 §6.3) */
    const char *section;
    enum function_binding binding;
    function_groups *groups; /* NULL: none does */
    bool quiet;              /* the handler says itself what happened: success is a detail */
};

struct function_table {
    const struct function_row *rows;
    size_t count;
};

/* NULL if no row of the table has this path. */
const struct function_row *function_find(const struct function_table *table, const char *path);

#define FUNCTION_HTTP_OK 200
#define FUNCTION_HTTP_NO_CONTENT 204
#define FUNCTION_HTTP_BAD_REQUEST 400
#define FUNCTION_HTTP_FAILURE 500

/* Runs a function and says so in the log, one line. peer: as in a call. The response is a new
 * object with its header, or NULL where the HTTP status says it all. */
json_t *function_call(void *program, const struct function_row *row, const char *peer,
                      const json_t *request, unsigned *http_status);

/* The same from and to text; text of the answer is on the heap (free()), or NULL for no content. A
 * body that is no JSON object is refused. */
char *function_answer(void *program, const struct function_row *row, const char *peer,
                      struct bytes body, unsigned *http_status);
/* The same for a row whose binding is binary; empty for no content. */
struct blob function_answer_binary(void *program, const struct function_row *row, const char *peer,
                                   struct bytes body, unsigned *http_status);

/* The answer to a request that is refused before its body is looked at; NULL for a binary one. */
char *function_refuse(const struct function_row *row, enum refusal refusal, const char *detail,
                      unsigned *http_status);

#endif

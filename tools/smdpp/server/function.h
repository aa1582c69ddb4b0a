/* function: the tables of remote functions, and how any of them is called (SGP.22 §6.5.1). */
#ifndef EMUICC_TOOLS_SMDPP_SERVER_FUNCTION_H
#define EMUICC_TOOLS_SMDPP_SERVER_FUNCTION_H

#include "tools/smdpp/server/call.h"

struct smdpp;

/* A failure, a refusal, or 0. */
typedef int function_handler(struct smdpp *smdpp, struct call *call);

struct function_row {
    const char *path;
    const char *name; /* as SGP.22 names it, for the log */
    function_handler *handle;
    bool notification; /* answered with no content (SGP.22 §6.3) */
    const char *section;
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

/* Runs a function and says so in the log, one line. The response is a new object with its header,
 * or NULL where the HTTP status says it all. */
json_t *function_call(struct smdpp *smdpp, const struct function_row *row, const json_t *request,
                      unsigned *http_status);

/* The same from and to text; text of the answer is on the heap (free()), or NULL for no content. A
 * body that is no JSON object is refused. */
char *function_answer(struct smdpp *smdpp, const struct function_row *row, struct bytes body,
                      unsigned *http_status);

/* The answer to a request that is refused before its body is looked at. */
char *function_refuse(const struct function_row *row, enum refusal refusal, const char *detail,
                      unsigned *http_status);

#endif

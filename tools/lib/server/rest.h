/* rest: a small HTTP interface for operators' programs: JSON in, JSON out, without TLS: on
 * loopback, or behind a proxy. By libmicrohttpd. */
#ifndef EMUICC_TOOLS_LIB_SERVER_REST_H
#define EMUICC_TOOLS_LIB_SERVER_REST_H

#include <jansson.h>

#define REST_LOCATION_SIZE 128
#define REST_WHERE_SIZE 300
#define REST_BODY_MAX (256u << 10)

struct rest_call {
    const char *path;                  /* as it was asked for */
    const json_t *request;             /* of a POST: the body, an object; NULL of a GET */
    json_t *response;                  /* an object, the handler's to fill */
    unsigned status;                   /* of HTTP; 200 unless the handler says another */
    char location[REST_LOCATION_SIZE]; /* of a 303: where to look */
};

/* Threads come at once. What a failure is to the caller is said by the status. */
typedef void rest_handler(void *program, struct rest_call *call);

struct rest_row {
    const char *path; /* the call's path begins with it; the longest one counts */
    rest_handler *handle;
};

struct rest_plan {
    const char *listen; /* as server_plan's */
    const struct rest_row *rows;
    size_t count;
    void *program;
};

struct rest;

/* 0, or a failure after one trace line. Rows are borrowed until the end. */
int rest_start(const struct rest_plan *plan, struct rest **out);
const char *rest_where(const struct rest *rest);
void rest_stop(struct rest *rest); /* NULL is fine */

/* Sets the status and {"error": text}. */
__attribute__((format(printf, 3, 4))) void rest_refuse(struct rest_call *call, unsigned status,
                                                       const char *format, ...);

#endif

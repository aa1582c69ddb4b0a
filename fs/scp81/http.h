/* http: the little HTTP/1.1 of a card that is administered (GlobalPlatform Amendment B §3.4): POSTs
 * are written, what is answered to them is read as it comes, a byte or a thousand at a time.
 * Nothing the server sends is believed to be of a sensible size. */
#ifndef EMUICC_FS_SCP81_HTTP_H
#define EMUICC_FS_SCP81_HTTP_H

#include "fs/domain/domain_aid.h"

#define HTTP_LINE_MAX 512   /* bytes of a line of the head, or of a chunk's size */
#define HTTP_HEAD_MAX 4096  /* of all lines, those between chunks and behind them included */
#define HTTP_BODY_MAX 65536 /* of a script */
#define HTTP_URI_MAX 255

/* What a body is: its media type. */
enum http_content {
    HTTP_NOTHING,
    HTTP_CARD_CONTENT, /* commands to a security domain (GlobalPlatform Amendment B §3.8.2) */
    HTTP_FILES,        /* commands of remote file management (TS 102 226 §5.4.2) */
    HTTP_OTHER,
};

struct http_request {
    struct bytes uri, host, from; /* visible ASCII */
    bool resume;                  /* an administration that was broken off goes on */
    const char *script_status;    /* NULL: no script came before */
    enum http_content content;    /* of the body, HTTP_NOTHING without one */
    struct bytes body;
};

#define HTTP_REQUEST_HEAD_MAX 1200 /* bytes of a request beside its body */

void http_put_request(const struct http_request *request, struct writer *out);

enum http_phase {
    HTTP_STATUS_LINE,
    HTTP_HEAD,
    HTTP_BODY,
    HTTP_CHUNK_SIZE,
    HTTP_CHUNK,
    HTTP_CHUNK_END,
    HTTP_TRAILER,
    HTTP_END,
};

/* A response on its way; zeros before its first byte. */
struct http_response {
    enum http_phase phase;
    char line[HTTP_LINE_MAX + 1];
    size_t line_len;
    size_t head_len;
    uint32_t left; /* bytes of the body, or of its chunk, that are to come */
    bool has_length, chunked;

    uint16_t status;
    enum http_content content;
    char next_uri[HTTP_URI_MAX + 1]; /* X-Admin-Next-URI; empty: none */
    bool has_target;                 /* X-Admin-Targeted-Application */
    struct domain_aid target;        /* empty if it is no AID */
    uint8_t *body;                   /* heap */
    size_t body_len, body_capacity;
};

enum http_progress {
    HTTP_MORE,  /* it is not whole yet; all of *from was taken */
    HTTP_WHOLE, /* what is behind it is still in *from */
    HTTP_MALFORMED,
};

/* Takes from *from. enum http_progress, or a failure. */
int http_response_take(struct http_response *response, struct bytes *from);
/* Frees, and makes ready for the next. */
void http_response_reset(struct http_response *response);

#endif

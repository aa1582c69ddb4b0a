#include "fs/scp81/http.h"

#include <stdlib.h>
#include <strings.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "crypto/primitives/secret.h"

#define VERSION "HTTP/1.1 "
#define PROTOCOL "globalplatform-remote-admin/1.0"
#define TARGET_FRONT "//aid/"
#define RID_DIGITS 10
#define STATUS_DIGITS 3
#define STATUS_NO_CONTENT 204
#define CHUNK_DIGITS_MAX 8
#define LENGTH_DIGITS_MAX 9
#define BODY_STEP 1024

static const char *const content_types[] = {
    [HTTP_CARD_CONTENT] = "application/vnd.globalplatform.card-content-mgt",
    [HTTP_FILES] = "application/vnd.etsi.scp.command-data",
};

static const char *const answer_types[] = {
    [HTTP_CARD_CONTENT] = "application/vnd.globalplatform.card-content-mgt-response;version=1.0",
    [HTTP_FILES] = "application/vnd.etsi.scp.response-data;version=1.0",
};

static void put_text(struct writer *out, const char *text)
{
    writer_put(out, bytes_of_text(text));
}

static void put_field(struct writer *out, const char *name, struct bytes value)
{
    put_text(out, name);
    put_text(out, ": ");
    writer_put(out, value);
    put_text(out, "\r\n");
}

/* One chunk and the last one, as cards do it. */
static void put_chunked(struct writer *out, struct bytes body)
{
    const uint8_t len[] = {(uint8_t)(body.len >> 8), (uint8_t)body.len};
    char digits[HEX_SIZE(sizeof(len))];
    hex_encode(bytes_of(len, sizeof(len)), digits);
    put_text(out, digits);
    put_text(out, "\r\n");
    writer_put(out, body);
    put_text(out, "\r\n0\r\n\r\n");
}

void http_put_request(const struct http_request *request, struct writer *out)
{
    put_text(out, "POST ");
    writer_put(out, request->uri);
    put_text(out, " HTTP/1.1\r\n");
    put_field(out, "Host", request->host);
    put_field(out, "X-Admin-Protocol", bytes_of_text(PROTOCOL));
    put_field(out, "X-Admin-From", request->from);
    if (request->resume)
        put_field(out, "X-Admin-Resume", bytes_of_text("true"));
    if (request->script_status != NULL)
        put_field(out, "X-Admin-Script-Status", bytes_of_text(request->script_status));
    if (request->content == HTTP_NOTHING) {
        put_text(out, "Content-Length: 0\r\n\r\n");
        return;
    }
    put_field(out, "Content-Type", bytes_of_text(answer_types[request->content]));
    put_text(out, "Transfer-Encoding: chunked\r\n\r\n");
    put_chunked(out, request->body);
}

/* Digits of this base alone, at most so many. */
static bool read_number(const char *text, size_t len, uint32_t base, size_t digits_max,
                        uint32_t *out)
{
    uint32_t value = 0;
    if (len == 0 || len > digits_max)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        const uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                               : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                               : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
                                                      : base;
        if (digit >= base)
            return false;
        value = value * base + digit;
    }
    *out = value;
    return true;
}

static bool is_visible(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

/* Two lengths, or a length beside chunks: one of them lies. */
static bool take_length(struct http_response *response, const char *value)
{
    const bool first = !response->has_length && !response->chunked;
    response->has_length = true;
    return first && read_number(value, strlen(value), 10, LENGTH_DIGITS_MAX, &response->left) &&
           response->left <= HTTP_BODY_MAX;
}

static bool take_encoding(struct http_response *response, const char *value)
{
    const bool first = !response->has_length && !response->chunked;
    response->chunked = true;
    return first && strcasecmp(value, "chunked") == 0;
}

static bool take_type(struct http_response *response, const char *value)
{
    const size_t len = strcspn(value, "; \t");
    response->content = HTTP_OTHER;
    for (enum http_content content = HTTP_CARD_CONTENT; content < HTTP_OTHER; content++)
        if (strlen(content_types[content]) == len &&
            strncasecmp(value, content_types[content], len) == 0)
            response->content = content;
    return true;
}

/* A place on the server that is there already: no other server is gone to. */
static bool take_next_uri(struct http_response *response, const char *value)
{
    const size_t len = strlen(value);
    if (response->next_uri[0] != '\0' || value[0] != '/' || len > HTTP_URI_MAX ||
        !is_visible(value))
        return false;
    memcpy(response->next_uri, value, len + 1);
    return true;
}

static bool take_target(struct http_response *response, const char *value)
{
    uint8_t room[DOMAIN_AID_MAX];
    char digits[2 * DOMAIN_AID_MAX + 1];
    struct writer aid = writer_on(room, sizeof(room));
    const char *rid = value + strlen(TARGET_FRONT);
    response->has_target = true;
    if (strncasecmp(value, TARGET_FRONT, strlen(TARGET_FRONT)) != 0 ||
        strcspn(rid, "/") != RID_DIGITS || strlen(rid) > 2 * DOMAIN_AID_MAX + 1)
        return true; /* nobody has it, which is to be said */
    const char *pix = rid + RID_DIGITS + (rid[RID_DIGITS] == '/');
    memcpy(digits, rid, RID_DIGITS);
    memcpy(digits + RID_DIGITS, pix, strlen(pix) + 1);
    if (hex_decode(digits, &aid))
        (void)domain_aid_set(&response->target, writer_bytes(&aid));
    return true;
}

/* Header fields that mean something here; the rest is passed over. */
static const struct {
    const char *name;
    bool (*take)(struct http_response *response, const char *value);
} fields[] = {
    {"Content-Length", take_length},
    {"Transfer-Encoding", take_encoding},
    {"Content-Type", take_type},
    {"X-Admin-Next-URI", take_next_uri},
    {"X-Admin-Targeted-Application", take_target},
};

static bool take_field(struct http_response *response, char *line)
{
    char *colon = strchr(line, ':');
    if (colon == NULL || colon == line)
        return false;
    *colon = '\0';
    if (!is_visible(line)) /* a line that goes on, too: it begins with a blank */
        return false;
    char *value = colon + 1 + strspn(colon + 1, " \t");
    size_t len = strlen(value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        value[--len] = '\0';
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strcasecmp(line, fields[i].name) == 0)
            return fields[i].take(response, value);
    return true;
}

static bool take_status(struct http_response *response, const char *line)
{
    const size_t front = strlen(VERSION);
    uint32_t status;
    if (strncmp(line, VERSION, front) != 0 ||
        !read_number(line + front, strcspn(line + front, " "), 10, STATUS_DIGITS, &status) ||
        status < 200)
        return false;
    response->status = (uint16_t)status;
    response->phase = HTTP_HEAD;
    return true;
}

/* The head has ended. Without a length there is no body: one that lasts until the connection ends
 * (RFC 9112 §6.3) could be cut without anybody's noticing. */
static bool end_head(struct http_response *response)
{
    if (response->status == STATUS_NO_CONTENT || (!response->chunked && response->left == 0))
        response->phase = HTTP_END;
    else
        response->phase = response->chunked ? HTTP_CHUNK_SIZE : HTTP_BODY;
    return true;
}

static bool take_chunk_size(struct http_response *response, const char *line)
{
    const size_t len = strcspn(line, "; \t");
    if (!read_number(line, len, 16, CHUNK_DIGITS_MAX, &response->left) ||
        response->left > HTTP_BODY_MAX - response->body_len)
        return false;
    response->phase = response->left > 0 ? HTTP_CHUNK : HTTP_TRAILER;
    return true;
}

static bool take_line(struct http_response *response)
{
    char *line = response->line;
    switch (response->phase) {
    case HTTP_STATUS_LINE:
        return take_status(response, line);
    case HTTP_HEAD:
        return line[0] == '\0' ? end_head(response) : take_field(response, line);
    case HTTP_CHUNK_SIZE:
        return take_chunk_size(response, line);
    case HTTP_CHUNK_END:
        response->phase = HTTP_CHUNK_SIZE;
        return line[0] == '\0';
    default: /* a trailer: what it says comes too late */
        if (line[0] == '\0')
            response->phase = HTTP_END;
        return true;
    }
}

/* One byte of a line; lines end with CR LF, and with nothing else. */
static bool take_line_byte(struct http_response *response, uint8_t byte)
{
    char *line = response->line;
    const bool after_return = response->line_len > 0 && line[response->line_len - 1] == '\r';
    if (++response->head_len > HTTP_HEAD_MAX || (byte == '\n') != after_return || byte == '\0')
        return false;
    if (byte == '\n') {
        line[response->line_len - 1] = '\0';
        response->line_len = 0;
        return take_line(response);
    }
    if (response->line_len == HTTP_LINE_MAX)
        return false;
    line[response->line_len++] = (char)byte;
    return true;
}

static int grow(struct http_response *response, size_t more)
{
    const size_t wanted = response->body_len + more;
    if (wanted <= response->body_capacity)
        return 0;
    const size_t capacity = (wanted + BODY_STEP - 1) / BODY_STEP * BODY_STEP * 2;
    uint8_t *body = malloc(capacity);
    if (body == NULL)
        return FAILURE_INTERNAL;
    if (response->body_len > 0) {
        memcpy(body, response->body, response->body_len);
        wipe(response->body, response->body_len); /* a script may bring keys */
    }
    free(response->body);
    response->body = body;
    response->body_capacity = capacity;
    return 0;
}

static int take_body(struct http_response *response, struct bytes *from)
{
    struct bytes part;
    const size_t len = response->left < from->len ? response->left : from->len;
    const int result = grow(response, len);
    if (result != 0 || !bytes_take(from, len, &part))
        return result;
    memcpy(response->body + response->body_len, part.data, part.len);
    response->body_len += len;
    response->left -= (uint32_t)len;
    if (response->left == 0)
        response->phase = response->phase == HTTP_CHUNK ? HTTP_CHUNK_END : HTTP_END;
    return 0;
}

int http_response_take(struct http_response *response, struct bytes *from)
{
    uint8_t byte;
    while (response->phase != HTTP_END && from->len > 0) {
        if (response->phase == HTTP_BODY || response->phase == HTTP_CHUNK) {
            const int result = take_body(response, from);
            if (result != 0)
                return result;
        } else if (!bytes_take_u8(from, &byte) || !take_line_byte(response, byte)) {
            return HTTP_MALFORMED;
        }
    }
    return response->phase == HTTP_END ? HTTP_WHOLE : HTTP_MORE;
}

void http_response_reset(struct http_response *response)
{
    if (response->body != NULL)
        wipe(response->body, response->body_len);
    free(response->body);
    *response = (struct http_response){0};
}

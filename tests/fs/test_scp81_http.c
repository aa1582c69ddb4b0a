/* The HTTP of a card: what it says, what it takes, and what it does not. */
#include "fs/scp81/http.h"

#include <criterion/criterion.h>

#define OK "HTTP/1.1 200 OK\r\n"
#define RAM "Content-Type: application/vnd.globalplatform.card-content-mgt;version=1.0\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"

static int take(struct http_response *response, const char *text)
{
    struct bytes in = bytes_of_text(text);
    return http_response_take(response, &in);
}

static void expect_request(const struct http_request *request, const char *wanted)
{
    uint8_t room[HTTP_REQUEST_HEAD_MAX];
    struct writer out = writer_on(room, sizeof(room));
    http_put_request(request, &out);
    cr_expect(bytes_equal(writer_bytes(&out), bytes_of_text(wanted)), "%.*s", (int)out.len,
              (const char *)room);
}

/* OTA.md §7: GlobalPlatform Amendment B. */
Test(scp81_http, requests)
{
    struct http_request request = {.uri = bytes_of_text("/admin?card=1"),
                                   .host = bytes_of_text("ota.example"),
                                   .from =
                                       bytes_of_text("//se-id/eid/89;//aa-id/aid/A000000151/00")};
    expect_request(&request, "POST /admin?card=1 HTTP/1.1\r\nHost: ota.example\r\n"
                             "X-Admin-Protocol: globalplatform-remote-admin/1.0\r\n"
                             "X-Admin-From: //se-id/eid/89;//aa-id/aid/A000000151/00\r\n"
                             "Content-Length: 0\r\n\r\n");
    request.resume = true;
    expect_request(&request, "POST /admin?card=1 HTTP/1.1\r\nHost: ota.example\r\n"
                             "X-Admin-Protocol: globalplatform-remote-admin/1.0\r\n"
                             "X-Admin-From: //se-id/eid/89;//aa-id/aid/A000000151/00\r\n"
                             "X-Admin-Resume: true\r\n"
                             "Content-Length: 0\r\n\r\n");
    request.resume = false;
    request.script_status = "ok";
    request.content = HTTP_CARD_CONTENT;
    request.body = bytes_of_text("0123456789");
    expect_request(
        &request,
        "POST /admin?card=1 HTTP/1.1\r\nHost: ota.example\r\n"
        "X-Admin-Protocol: globalplatform-remote-admin/1.0\r\n"
        "X-Admin-From: //se-id/eid/89;//aa-id/aid/A000000151/00\r\n"
        "X-Admin-Script-Status: ok\r\n"
        "Content-Type: application/vnd.globalplatform.card-content-mgt-response;version=1.0\r\n"
        "Transfer-Encoding: chunked\r\n\r\n000A\r\n0123456789\r\n0\r\n\r\n");
}

Test(scp81_http, bodies_by_length_and_by_chunks)
{
    static const char *const rows[] = {
        OK RAM "Content-Length: 5\r\n\r\nhello",
        OK RAM "content-length:5\r\n\r\nhello",
        OK RAM CHUNKED "5\r\nhello\r\n0\r\n\r\n",
        OK RAM CHUNKED "2\r\nhe\r\n0003;name=\"value\"\r\nllo\r\n000\r\nX-Trailer: late\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_response response = {0};
        cr_assert_eq(take(&response, rows[i]), HTTP_WHOLE, "%s", rows[i]);
        cr_expect_eq(response.status, 200);
        cr_expect_eq(response.content, HTTP_CARD_CONTENT);
        cr_expect(bytes_equal(bytes_of(response.body, response.body_len), bytes_of_text("hello")));
        http_response_reset(&response);
        for (const char *at = rows[i]; *at != '\0'; at++) { /* a byte at a time */
            struct bytes one = bytes_of(at, 1);
            cr_assert_eq(http_response_take(&response, &one),
                         at[1] == '\0' ? HTTP_WHOLE : HTTP_MORE, "%s", at);
        }
        http_response_reset(&response);
    }
}

Test(scp81_http, what_an_administrator_says)
{
    static const struct {
        const char *fields;
        enum http_content content;
        const char *next;
        bool has_target;
        size_t target_len;
    } rows[] = {
        {"", HTTP_NOTHING, "", false, 0},
        {"X-Admin-Next-URI: /a/b?c=d%20e\r\n", HTTP_NOTHING, "/a/b?c=d%20e", false, 0},
        {"Content-Type: APPLICATION/vnd.etsi.scp.command-data\r\n", HTTP_FILES, "", false, 0},
        {"Content-Type: text/html\r\n", HTTP_OTHER, "", false, 0},
        {"X-Admin-Targeted-Application: //aid/A000000151/000000\r\n", HTTP_NOTHING, "", true, 8},
        {"X-Admin-Targeted-Application: //aid/A000000151/\r\n", HTTP_NOTHING, "", true, 5},
        {"x-admin-targeted-application: //AID/a000000151/0000aa\r\n", HTTP_NOTHING, "", true, 8},
        {"X-Admin-Targeted-Application: //aid/A000000151\r\n", HTTP_NOTHING, "", true, 5},
        {"X-Admin-Targeted-Application: //aid/A0000001/51000000\r\n", HTTP_NOTHING, "", true, 0},
        {"X-Admin-Targeted-Application: //aid/A000000151/0\r\n", HTTP_NOTHING, "", true, 0},
        {"X-Admin-Targeted-Application: everybody\r\n", HTTP_NOTHING, "", true, 0},
        {"X-Admin-Targeted-Application: //aid/A000000151/00112233445566778899AABBCC\r\n",
         HTTP_NOTHING, "", true, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_response response = {0};
        cr_assert_eq(take(&response, OK), HTTP_MORE);
        cr_assert_eq(take(&response, rows[i].fields), HTTP_MORE, "%s", rows[i].fields);
        cr_assert_eq(take(&response, "\r\n"), HTTP_WHOLE);
        cr_expect_eq(response.content, rows[i].content, "%s", rows[i].fields);
        cr_expect_str_eq(response.next_uri, rows[i].next);
        cr_expect_eq(response.has_target, rows[i].has_target);
        cr_expect_eq(response.target.len, rows[i].target_len, "%s", rows[i].fields);
        http_response_reset(&response);
    }
}

/* What a hostile server may try. */
Test(scp81_http, refusals)
{
    static const char *const rows[] = {
        "HTTP/1.0 200 OK\r\n",
        "HTTP/2 200\r\n",
        "HTTP/1.1 100 Continue\r\n",
        "HTTP/1.1 20 OK\r\n",
        "HTTP/1.1 2000 OK\r\n",
        "HTTP/1.1 2x0 OK\r\n",
        "\r\nHTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 OK\rX",
        OK "Content-Length: 65537\r\n\r\n",
        OK "Content-Length: -1\r\n\r\n",
        OK "Content-Length: 0x10\r\n\r\n",
        OK "Content-Length: 99999999999999999999\r\n\r\n",
        OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
        OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        OK "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        OK "Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK "Transfer-Encoding: gzip\r\n\r\n",
        OK " folded\r\n",
        OK "No colon\r\n",
        OK ": no name\r\n",
        OK "Name : blank before the colon\r\n",
        OK "X-Admin-Next-URI: http://elsewhere/\r\n\r\n",
        OK "X-Admin-Next-URI: \r\n\r\n",
        OK "X-Admin-Next-URI: /a b\r\n\r\n",
        OK "X-Admin-Next-URI: /a\r\nX-Admin-Next-URI: /b\r\n\r\n",
        OK CHUNKED "\r\n",
        OK CHUNKED "G\r\n",
        OK CHUNKED "-1\r\n",
        OK CHUNKED "10001\r\n",
        OK CHUNKED "FFFFFFFFF\r\n",
        OK CHUNKED "2\r\nabc\r\n",
        OK CHUNKED "2\r\nab0\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_response response = {0};
        cr_expect_eq(take(&response, rows[i]), HTTP_MALFORMED, "%s", rows[i]);
        http_response_reset(&response);
    }
}

/* Feeds the same text again and again: the number of times until it is refused, or whole. */
static int feed(const char *front, const char *text, enum http_progress wanted)
{
    struct http_response response = {0};
    int result = take(&response, front), times = 0;
    for (; result == HTTP_MORE && times < 100000; times++)
        result = take(&response, text);
    cr_expect_eq(result, (int)wanted, "%s", text);
    cr_expect_leq(response.body_capacity, 2 * HTTP_BODY_MAX + 2048);
    http_response_reset(&response);
    return times;
}

Test(scp81_http, what_has_no_end_is_ended)
{
    cr_expect_leq(feed("HTTP/1.1 200 ", "x", HTTP_MALFORMED), HTTP_LINE_MAX);
    cr_expect_leq(feed(OK, "X-Field: value\r\n", HTTP_MALFORMED), HTTP_HEAD_MAX / 16 + 1);
    cr_expect_leq(feed(OK CHUNKED,
                       "100\r\n"
                       "0123456789012345678901234567890123456789012345678901234567890123"
                       "0123456789012345678901234567890123456789012345678901234567890123"
                       "0123456789012345678901234567890123456789012345678901234567890123"
                       "0123456789012345678901234567890123456789012345678901234567890123"
                       "\r\n",
                       HTTP_MALFORMED),
                  HTTP_BODY_MAX / 256 + 1);
    cr_expect_leq(feed(OK CHUNKED, "1\r\na\r\n", HTTP_MALFORMED), HTTP_HEAD_MAX);
    cr_expect_leq(feed(OK CHUNKED "0\r\n", "Trailer: x\r\n", HTTP_MALFORMED), HTTP_HEAD_MAX);
    cr_expect_eq(feed(OK "Content-Length: 65536\r\n\r\n", "0123456789ABCDEF", HTTP_WHOLE), 4096);
}

Test(scp81_http, what_follows_stays)
{
    struct http_response response = {0};
    struct bytes in = bytes_of_text("HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\nHTTP");
    cr_expect_eq(http_response_take(&response, &in), HTTP_WHOLE);
    cr_expect_eq(response.status, 204);
    cr_expect(bytes_equal(in, bytes_of_text("HTTP")));
    http_response_reset(&response);
}

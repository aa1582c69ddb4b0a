/* What a server answers to an administered card. The first byte says in how large pieces it comes;
 * pieces make no difference, a body is never longer than what came, and all is in its bounds. */
#include "fs/scp81/http.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(struct http_response *response, struct bytes *in, size_t step)
{
    int result = HTTP_MORE;
    while (result == HTTP_MORE && in->len > 0) {
        struct bytes piece = bytes_of(in->data, in->len < step ? in->len : step), taken;
        const size_t before = piece.len;
        result = http_response_take(response, &piece);
        if (!bytes_take(in, before - piece.len, &taken))
            abort();
    }
    return result;
}

static void check(const struct http_response *one, const struct http_response *other)
{
    if (one->body_len > HTTP_BODY_MAX || one->status != other->status ||
        one->content != other->content || strcmp(one->next_uri, other->next_uri) != 0 ||
        !domain_aid_equal(&one->target, &other->target) ||
        !bytes_equal(bytes_of(one->body, one->body_len), bytes_of(other->body, other->body_len)))
        abort();
}

/* Whatever the server has named, the next request is one of three lines more. */
static void ask_again(const struct http_response *response)
{
    uint8_t room[HTTP_REQUEST_HEAD_MAX];
    struct writer out = writer_on(room, sizeof(room));
    const struct http_request request = {.uri = bytes_of_text(response->next_uri),
                                         .host = bytes_of_text("localhost"),
                                         .from = bytes_of_text("//se-id/eid/89")};
    http_put_request(&request, &out);
    if (out.overflow || memchr(response->next_uri, '\n', strlen(response->next_uri)) != NULL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_response one = {0}, other = {0};
    if (size < 1)
        return 0;
    struct bytes whole = bytes_of(data + 1, size - 1), pieces = whole;
    int result = HTTP_WHOLE;
    while (result == HTTP_WHOLE && whole.len > 0) {
        result = take(&one, &whole, whole.len);
        if (take(&other, &pieces, (size_t)data[0] + 1) != result)
            abort();
        check(&one, &other);
        if (one.body_len > size)
            abort();
        if (result == HTTP_WHOLE) {
            ask_again(&one);
            http_response_reset(&one);
            http_response_reset(&other);
        }
    }
    http_response_reset(&one);
    http_response_reset(&other);
    return 0;
}

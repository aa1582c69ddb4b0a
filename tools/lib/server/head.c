#include "tools/lib/server/head.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

const char *head_path(const char *target)
{
    static const char *const fronts[] = {"https://", "http://"};
    for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
        const size_t len = strlen(fronts[i]);
        if (strncasecmp(target, fronts[i], len) == 0) {
            const char *path = strchr(target + len, '/');
            return path != NULL ? path : "/";
        }
    }
    return target;
}

struct length {
    const char *said; /* Content-Length; NULL: not yet */
    bool chunked, wrong;
};

static enum MHD_Result look_at(void *context, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
    (void)kind;
    struct length *length = context;
    if (value == NULL)
        value = "";
    length->wrong |= name[0] == '\0' || name[strspn(name, token)] != '\0';
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0)
        length->chunked = true;
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) != 0)
        return MHD_YES;
    length->wrong |= length->said != NULL && strcmp(length->said, value) != 0;
    length->said = value;
    return MHD_YES;
}

bool head_is_right(struct MHD_Connection *connection)
{
    struct length length = {0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, look_at, &length);
    return !length.wrong && !(length.chunked && length.said != NULL);
}

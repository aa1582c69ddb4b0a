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

struct head {
    const char *length; /* Content-Length; NULL: not yet */
    unsigned hosts;
    bool chunked, wrong;
};

/* libmicrohttpd takes a body of any other coding, blanks behind the word included, for one that
 * ends with the connection: nobody would be answered. */
static bool is_chunked(const char *coding)
{
    return strcasecmp(coding, "chunked") == 0;
}

static enum MHD_Result look_at(void *context, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
    (void)kind;
    struct head *head = context;
    if (value == NULL)
        value = "";
    head->wrong |= name[0] == '\0' || name[strspn(name, token)] != '\0';
    head->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        head->wrong |= head->chunked || !is_chunked(value);
        head->chunked = true;
    }
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) != 0)
        return MHD_YES;
    head->wrong |= head->length != NULL && strcmp(head->length, value) != 0;
    head->length = value;
    return MHD_YES;
}

bool head_is_right(struct MHD_Connection *connection, const char *version)
{
    struct head head = {0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, look_at, &head);
    const bool hosts =
        head.hosts == 1 || (head.hosts == 0 && strcasecmp(version, MHD_HTTP_VERSION_1_0) == 0);
    return hosts && !head.wrong && !(head.chunked && head.length != NULL);
}

/* emuicc-line token init: the diversification root in a token. */
#include <stdio.h>

#include "apdu/trace.h"
#include "crypto/primitives/secret.h"
#include "fs/profile/blob.h"
#include "tools/line/options.h"
#include "tools/lib/token/token.h"

/* The file's first line. */
static int read_pin(const char *path, struct blob *out)
{
    const int found = blob_read_file(path, SECRET_SIZE_MAX, out);
    if (found > 0)
        trace_error("--so-pin-file %s: there is no such file", path);
    if (found != 0)
        return -1;
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] == '\n' || out->data[i] == '\r')
            out->len = i;
    return 0;
}

int command_token_init(const struct line_options *options)
{
    struct blob pin = {0};
    if (options->so_pin_file != NULL && read_pin(options->so_pin_file, &pin) != 0)
        return -1;
    const int result = token_make_root(options->token, blob_bytes(&pin));
    blob_finish(&pin);
    if (result == 0)
        puts("the root is made: an AES-256 key that cannot be taken out of its token");
    return result;
}

/* build and dump: from text to package and back. */
#include "tools/profile/command.h"

#include <stdlib.h>

#include "apdu/trace.h"
#include "crypto/primitives/secret.h"
#include "tools/lib/common/package.h"
#include "tools/profile/text/build.h"
#include "tools/profile/text/dump.h"
#include "tools/profile/package/file.h"

/* The package that a text makes; memory of PACKAGE_MAX bytes in *out, also after a failure. */
static int build_blob(const char *name, struct bytes text, struct blob *out)
{
    out->data = calloc(1, PACKAGE_MAX);
    out->len = PACKAGE_MAX;
    if (out->data == NULL) {
        trace_error("out of memory");
        return -1;
    }
    struct writer writer = writer_on(out->data, PACKAGE_MAX);
    const int result = build_package(name, text, &writer);
    if (result == 0)
        out->len = writer.len;
    return result;
}

int command_build(const struct command_options *options, char **words)
{
    (void)options;
    struct blob text, package = {0};
    if (file_read_text(words[0], &text) != 0)
        return COMMAND_WRONG;
    if (package_begins(blob_bytes(&text))) {
        trace_error("%s is a package already: 'emuicc-profile dump' makes a text of it", words[0]);
        blob_finish(&text);
        return COMMAND_WRONG;
    }
    int result = build_blob(words[0], blob_bytes(&text), &package);
    if (result == 0)
        result = file_write(words[1], blob_bytes(&package));
    blob_finish(&package);
    blob_finish(&text);
    return result == 0 ? COMMAND_FINE : COMMAND_NO;
}

/* The text has to make the same bytes again; nothing is printed that would not. */
static bool comes_back(const char *name, struct bytes text, struct bytes package)
{
    struct blob again = {0};
    const bool same =
        build_blob(name, text, &again) == 0 && bytes_equal(blob_bytes(&again), package);
    blob_finish(&again);
    if (!same)
        trace_error("%s: its text would not make the same package again", name);
    return same;
}

int command_dump(const struct command_options *options, char **words)
{
    (void)options;
    struct blob package;
    char *text = NULL;
    size_t len = 0;
    if (file_read_package(words[0], &package) != 0)
        return COMMAND_WRONG;
    FILE *out = open_memstream(&text, &len);
    if (out != NULL)
        dump_package(blob_bytes(&package), out);
    const bool fine = out != NULL && fclose(out) == 0 &&
                      comes_back(words[0], bytes_of(text, len), blob_bytes(&package)) &&
                      fwrite(text, 1, len, stdout) == len;
    if (text != NULL)
        wipe(text, len);
    free(text);
    blob_finish(&package);
    return fine ? COMMAND_FINE : COMMAND_NO;
}

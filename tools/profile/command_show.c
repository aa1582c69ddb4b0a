/* emuicc-profile show: the elements of a package and the files that it makes. */
#include "apdu/trace.h"
#include "tools/profile/command.h"
#include "tools/profile/package/file.h"
#include "tools/profile/show.h"

static int print_json(struct bytes package, const struct trial *trial)
{
    json_t *root = show_json(package, trial);
    if (root == NULL) {
        trace_error("the package cannot be shown as JSON: a text in it is no UTF-8");
        return COMMAND_WRONG;
    }
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
    return COMMAND_FINE;
}

int command_show(const struct command_options *options, char **words)
{
    struct blob package;
    struct trial trial;
    if (file_read_real_package(words[0], &package) != 0)
        return COMMAND_WRONG;
    int result = COMMAND_WRONG;
    if (trial_run(blob_bytes(&package), &trial) == 0) {
        result = COMMAND_FINE;
        if (options->json)
            result = print_json(blob_bytes(&package), &trial);
        else
            show_text(blob_bytes(&package), &trial);
        trial_finish(&trial);
    }
    blob_finish(&package);
    return result;
}

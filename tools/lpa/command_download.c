/* emuicc-lpa download. */
#include <stdio.h>

#include "tools/lib/download/download.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/show.h"

/* clang-format off */
static const struct show_column profile_columns[] = {
    {"ICCID", "iccid"},
    {"provider", "provider"},
    {"name", "name"},
    {"class", "class"},
    {"owner", "owner.mccMnc"},
    {"policy rules", "policyRules"},
};
/* clang-format on */

void command_download_announce(void *context, const json_t *profile)
{
    const struct lpa *lpa = context;
    if (lpa->options.json)
        return;
    show_members(profile, profile_columns, sizeof(profile_columns) / sizeof(profile_columns[0]));
    fflush(stdout);
}

/* One code. What is known of it stays in the document only if it is the one that counts. */
static bool try_code(struct lpa *lpa, const char *code, json_t *document)
{
    const struct session_context context = {&lpa->es10, &lpa->http, &lpa->progress, &lpa->fault};
    struct download_request request = {.session.operation =
                                           ES10B_DOWNLOAD | (lpa->options.rpm ? ES10B_RPM : 0),
                                       .confirmation_code = lpa->options.confirmation_code,
                                       .keep_notification = lpa->options.no_notify,
                                       .announce = command_download_announce,
                                       .context = lpa};
    return activation_parse(code, &request.session.code, &lpa->fault) &&
           lpa_device(lpa, &request.session.device) && download_run(&context, &request, document);
}

/* The next code is for a server of another version. */
static void pass_over(struct lpa *lpa, const char *code, json_t *passed)
{
    json_t *report = json_object();
    json_object_set_new(report, "code", json_string(code));
    json_object_set_new(report, "error", fault_json(&lpa->fault));
    json_array_append_new(passed, report);
    progress_end(&lpa->progress);
    if (!lpa->options.json)
        fault_print(&lpa->fault, lpa_program.name);
    fault_clear(&lpa->fault);
}

bool command_download_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    json_t *passed = json_array();
    bool good = try_code(lpa, arguments[0], document);
    for (int i = 1; !good && i < count && session_versions_differ(&lpa->fault); i++) {
        pass_over(lpa, arguments[i - 1], passed);
        json_object_clear(document);
        good = try_code(lpa, arguments[i], document);
    }
    if (json_array_size(passed) > 0)
        json_object_set(document, "passedOver", passed);
    json_decref(passed);
    return good;
}

void command_download_show(const json_t *document)
{
    if (json_object_get(document, "commands") != NULL) {
        command_rpm_show_commands(document);
        return;
    }
    printf("installed as %s\n",
           json_string_value(json_object_get(json_object_get(document, "result"), "aid")));
    show_untold(document);
}

#include <stdio.h>

#include "tools/lpa/download.h"
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

static void announce(void *context, const json_t *profile)
{
    const struct lpa *lpa = context;
    if (lpa->options.json)
        return;
    show_members(profile, profile_columns, sizeof(profile_columns) / sizeof(profile_columns[0]));
    fflush(stdout);
}

bool command_download_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count;
    const struct download_means means = {&lpa->es10, &lpa->http, &lpa->progress, &lpa->fault};
    struct download_wish wish = {.confirmation_code = lpa->options.confirmation_code,
                                 .keep_notification = lpa->options.no_notify,
                                 .announce = announce,
                                 .context = lpa};
    if (!activation_parse(arguments[0], &wish.code, &lpa->fault))
        return false;
    if (!es10b_device_from_imei(lpa->options.imei, &wish.device))
        return fault_raise(&lpa->fault, "--imei", "'%.40s' is not 15 digits", lpa->options.imei);
    return download_run(&means, &wish, document);
}

void command_download_show(const json_t *document)
{
    size_t i;
    json_t *notification;
    printf("installed as %s\n",
           json_string_value(json_object_get(json_object_get(document, "result"), "aid")));
    json_array_foreach(json_object_get(document, "notifications"), i, notification)
    {
        const json_t *error = json_object_get(notification, "error");
        if (error != NULL)
            printf(
                "the server could not be told (%s); 'emuicc-lpa notifications send' tries again\n",
                json_string_value(json_object_get(error, "text")));
    }
}

#include "tools/lpa/describe.h"
#include "tools/lpa/es10c.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/show.h"

/* clang-format off */
static const struct show_column columns[] = {
    {"ICCID", "iccid"},
    {"state", "state"},
    {"class", "class"},
    {"provider", "provider"},
    {"name", "name"},
    {"nickname", "nickname"},
    {"owner", "owner.mccMnc"},
    {"policy rules", "policyRules"},
    {"ISD-P AID", "aid"},
};
/* clang-format on */

bool command_list_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count, (void)arguments;
    struct bytes list;
    if (!es10c_get_profiles_info(&lpa->es10, NULL, &list))
        return false;
    json_t *profiles = describe_list(&describe_profile, list);
    if (profiles == NULL)
        return es10_malformed(&lpa->fault, ES10C_GET_PROFILES_INFO);
    json_object_set_new(document, "profiles", profiles);
    return true;
}

void command_list_show(const json_t *document)
{
    show_rows(json_object_get(document, "profiles"), columns, sizeof(columns) / sizeof(columns[0]),
              "no profile on this card; 'emuicc-lpa download' brings one");
}

/* emuicc-lpa list: the profiles on the card. */
#include "tools/lib/common/euicc_info.h"
#include "tools/lib/common/describe.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/es10/es10c.h"
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
    {"access rules", "accessRules"},
    {"ISD-P AID", "aid"},
};
/* clang-format on */

/* A card of v2 does not know the tags of v3, and may refuse them. */
static bool is_v3(struct lpa *lpa)
{
    struct bytes whole;
    struct euicc_versions versions;
    uint32_t capability;
    const bool known =
        es10b_get_info1(&lpa->es10, &whole) && euicc_versions_read(whole, &versions, &capability);
    fault_clear(&lpa->fault);
    return known && svn_major(&versions.highest) >= SVN_SESSION_CONTEXT;
}

bool command_list_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count, (void)arguments;
    struct bytes list;
    if (!es10c_get_profiles_info(&lpa->es10, NULL, is_v3(lpa) ? ES10C_TAGS_V3 : ES10C_TAGS, &list))
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

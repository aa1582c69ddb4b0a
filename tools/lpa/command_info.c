#include "tools/lpa/describe.h"
#include "tools/lpa/es10b.h"
#include "tools/lpa/es10c.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/show.h"
#include "tools/lpa/text.h"

/* clang-format off */
static const struct show_column columns[] = {
    {"EID", "eid"},
    {"reader", "reader"},
    {"SGP.22 version", "svn"},
    {"highest version", "highestSvn"},
    {"profile package version", "profileVersion"},
    {"firmware", "firmware"},
    {"category", "category"},
    {"installed applications", "memory.applications"},
    {"free memory", "memory.freeNonVolatile"},
    {"free RAM", "memory.freeVolatile"},
    {"UICC capability", "uiccCapability"},
    {"RSP capability", "rspCapability"},
    {"CI for verification", "ciForVerification"},
    {"CI for signing", "ciForSigning"},
    {"CI for signing, v3", "ciForSigningV3"},
    {"forbidden policy rules", "forbiddenPolicyRules"},
    {"default SM-DP+", "defaultSmdp"},
    {"root SM-DS", "rootSmds"},
    {"SAS accreditation", "sasAccreditation"},
};
/* clang-format on */

static bool add_eid(struct lpa *lpa, json_t *document)
{
    uint8_t eid[ES10C_EID_LEN];
    if (!es10c_get_eid(&lpa->es10, eid))
        return false;
    json_object_set_new(document, "eid", text_json_hex(bytes_of(eid, sizeof(eid))));
    json_object_set_new(document, "reader", json_string(lpa->transport->place));
    return true;
}

static bool add_info2(struct lpa *lpa, json_t *document)
{
    struct bytes whole;
    struct tlv info;
    if (!es10b_get_info2(&lpa->es10, &whole))
        return false;
    return (tlv_take(&whole, &info) && describe(&describe_info2, info.value, document)) ||
           es10_malformed(&lpa->fault, ES10B_GET_INFO2);
}

/* An old card may lack these two functions: then it says nothing about them. */
static void add_addresses(struct lpa *lpa, json_t *document)
{
    struct es10b_addresses addresses;
    if (!es10a_get_configured_addresses(&lpa->es10, &addresses)) {
        fault_clear(&lpa->fault);
        return;
    }
    json_object_set_new(document, "defaultSmdp", text_json(addresses.default_smdp));
    json_object_set_new(document, "rootSmds", text_json(addresses.root_smds));
}

static void add_rules(struct lpa *lpa, json_t *document)
{
    struct bytes rules;
    json_t *list = NULL;
    if (es10b_get_rat(&lpa->es10, &rules))
        list = describe_list(&describe_rule, rules);
    fault_clear(&lpa->fault);
    if (list != NULL)
        json_object_set_new(document, "rulesAuthorisationTable", list);
}

bool command_info_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count, (void)arguments;
    if (!add_eid(lpa, document) || !add_info2(lpa, document))
        return false;
    add_addresses(lpa, document);
    add_rules(lpa, document);
    return true;
}

void command_info_show(const json_t *document)
{
    show_members(document, columns, sizeof(columns) / sizeof(columns[0]));
}

/* emuicc-lpa info: what the card is. */
#include <stdio.h>
#include <string.h>

#include "apdu/der.h"
#include "tools/lib/common/euicc_info.h"
#include "tools/lib/common/describe.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/es10/es10c.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/show.h"
#include "tools/lib/common/text.h"

/* clang-format off */
static const struct show_column columns[] = {
    {"EID", "eid"},
    {"reader", "reader"},
    {"SGP.22 versions", "versions"},
    {"functions", "functions"},
    {"operation types", "operationType"},
    {"as a bit string", "operationTypeBits"},
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
    {"further root SM-DS", "furtherRootSmds"},
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

/* OperationType of all that card and server can do with each other (SGP.22 v3 §5.7.13). */
static uint32_t operations_of(const struct euicc_versions *versions, uint32_t capability)
{
    const bool rpm =
        svn_major(&versions->highest) >= SVN_SESSION_CONTEXT && (capability & EUICC_INFO_RPM) != 0;
    return ES10B_DOWNLOAD | (rpm ? ES10B_RPM : 0);
}

/* The range of versions, and what that makes possible: in words, by their names, as on the wire. */
static void add_versions(const struct euicc_versions *versions, uint32_t capability,
                         json_t *document)
{
    static const struct {
        uint32_t bit;
        const char *name, *words;
    } operations[] = {
        {ES10B_DOWNLOAD, "profileDownload", "download of profiles"},
        {ES10B_RPM, "rpm", "remote profile management"},
    };
    const uint32_t known = operations_of(versions, capability);
    char text[EUICC_VERSIONS_TEXT_SIZE], names[64] = "";
    uint8_t memory[8];
    struct writer bits = writer_on(memory, sizeof(memory));
    struct tlv coded;
    json_t *words = json_array();
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if ((known & operations[i].bit) == 0)
            continue;
        snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
                 names[0] != '\0' ? "," : "", operations[i].name);
        json_array_append_new(words, json_string(operations[i].words));
    }
    der_put_bits(&bits, DER_BIT_STRING, known);
    if (tlv_whole(writer_bytes(&bits), DER_BIT_STRING, &coded))
        json_object_set_new(document, "operationTypeBits", text_json_hex(coded.value));
    json_object_set_new(document, "versions", json_string(euicc_versions_text(versions, text)));
    json_object_set_new(document, "functions", words);
    json_object_set_new(document, "operationType", json_string(names));
}

static bool add_info2(struct lpa *lpa, json_t *document)
{
    struct bytes whole;
    struct tlv info;
    struct euicc_versions versions;
    uint32_t capability;
    if (!es10b_get_info2(&lpa->es10, &whole))
        return false;
    if (euicc_versions_read(whole, &versions, &capability))
        add_versions(&versions, capability, document);
    if (!tlv_take(&whole, &info) || !describe(&describe_info2, info.value, document))
        return es10_malformed(&lpa->fault, ES10B_GET_INFO2);
    return true;
}

/* An old card may lack these two functions: then it says nothing about them. */
static void add_addresses(struct lpa *lpa, json_t *document)
{
    struct es10b_addresses addresses;
    struct bytes address;
    json_t *further = json_array();
    if (!es10a_get_configured_addresses(&lpa->es10, &addresses)) {
        fault_clear(&lpa->fault);
        json_decref(further);
        return;
    }
    while (es10a_take_root_smds(&addresses.more_smds, &address))
        json_array_append_new(further, text_json(address));
    json_object_set_new(document, "defaultSmdp", text_json(addresses.default_smdp));
    json_object_set_new(document, "rootSmds", text_json(addresses.root_smds));
    json_object_set_new(document, "furtherRootSmds", further);
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

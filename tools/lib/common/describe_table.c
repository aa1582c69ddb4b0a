/* What the fields of cards and servers are called: the tables of describe(). */
#include "tools/lib/common/describe.h"

#include "apdu/der.h"

#define TABLE(rows)                                                                                \
    {                                                                                              \
        rows, sizeof(rows) / sizeof((rows)[0])                                                     \
    }

/* clang-format off */
static const char *const states[] = {"disabled", "enabled", NULL};
static const char *const classes[] = {"test", "provisioning", "operational", NULL};
static const char *const icons[] = {"jpg", "png", NULL};
static const char *const policy_rules[] = {"pprUpdateControl", "ppr1", "ppr2", NULL};
static const char *const policy_flags[] = {"consentRequired", NULL};
static const char *const events[] = {"install", "enable", "disable", "delete", "rpmEnable", "rpmDisable", "rpmDelete", "loadRpmPackageResult", NULL};
static const char *const categories[] = {"other", "basicEuicc", "mediumEuicc", "contactlessEuicc", NULL};
static const char *const tre_properties[] = {"isDiscrete", "isIntegrated", "usesRemoteMemory", NULL};
static const char *const lpa_modes[] = {"lpad", "lpae", NULL};
static const char *const uicc_capabilities[] = {
    "contactlessSupport", "usimSupport", "isimSupport", "csimSupport", "akaMilenage", "akaCave", "akaTuak128", "akaTuak256",
    "usimTestAlgorithm", "rfu2", "gbaAuthenUsim", "gbaAuthenISim", "mbmsAuthenUsim", "eapClient", "javacard", "multos",
    "multipleUsimSupport", "multipleIsimSupport", "multipleCsimSupport", "berTlvFileSupport", "dfLinkSupport", "catTp", "getIdentity", "profile-a-x25519",
    "profile-b-p256", "suciCalculatorApi", "dns-resolution", "scp11ac", "scp11c-authorization-mechanism", "s16mode", "eaka", "iotminimal", NULL};
static const char *const rsp_capabilities[] = {
    "additionalProfile", "loadCrlSupport", "rpmSupport", "testProfileSupport", "deviceInfoExtensibilitySupport", "serviceSpecificDataSupport",
    "hriServerAddressSupport", "serviceProviderMessageSupport", "lpaProxySupport", "enterpriseProfilesSupport", "serviceDescriptionSupport", "deviceChangeSupport",
    "encryptedDeviceChangeDataSupport", "estimatedProfileSizeIndicationSupport", "profileSizeInProfilesInfoSupport", "crlStaplingV3Support",
    "certChainV3VerificationSupport", "signedSmdsResponseV3Support", "euiccRspCapInInfo1", "osUpdateSupport", "cancelForEmptySpnPnSupport",
    "updateNotifConfigInfoSupport", "updateMetadataV3Support", "", "", "", "iotSpecificMetadataSupport", "mslCheckSupport",
    "rspServerTestProfileAllowlistCheckSupport", NULL};

static const char *const rpm_types[] = {"enable", "disable", "delete", "listProfileInfo", "contactPcmp", NULL};
static const char *const enterprise_rules[] = {"reference", "priority", "only", NULL};
static const char *const services[] = {"voice", "data", NULL};

static const struct describe_row operator_rows[] = {
    {0x80, "mccMnc", DESCRIBE_MCC_MNC},
    {0x81, "gid1", DESCRIBE_HEX},
    {0x82, "gid2", DESCRIBE_HEX},
};
static const struct describe_table operator_table = TABLE(operator_rows);

static const struct describe_row configuration_rows[] = {
    {0x80, "events", DESCRIBE_BITS, events},
    {0x81, "address", DESCRIBE_TEXT},
};
static const struct describe_table configuration_table = TABLE(configuration_rows);

static const struct describe_row manager_rows[] = {
    {0x80, "oid", DESCRIBE_OID},
    {0x81, "rpmType", DESCRIBE_BITS, rpm_types},
    {0x5C, "tagList", DESCRIBE_HEX},
};
static const struct describe_table manager_table = TABLE(manager_rows);

static const struct describe_row rpm_configuration_rows[] = {
    {0xA0, "managers", DESCRIBE_LIST, NULL, &manager_table},
    {0x81, "pollingAddress", DESCRIBE_TEXT},
    {0x82, "allowedCi", DESCRIBE_HEX},
    {0x83, "ownerOid", DESCRIBE_OID},
};
static const struct describe_table rpm_configuration_table = TABLE(rpm_configuration_rows);

static const struct describe_row message_rows[] = {
    {0x80, "language", DESCRIBE_TEXT},
    {0x81, "message", DESCRIBE_TEXT},
};
static const struct describe_table message_table = TABLE(message_rows);

static const struct describe_row lpr_rows[] = {
    {0x80, "pcmpAddress", DESCRIBE_TEXT},
    {0x81, "dpiEnable", DESCRIBE_TEXT},
    {0x82, "triggerOnEnable", DESCRIBE_FLAG},
};
static const struct describe_table lpr_table = TABLE(lpr_rows);

static const struct describe_row enterprise_rules_rows[] = {
    {0x80, "rules", DESCRIBE_BITS, enterprise_rules},
    {0x81, "othersEnabled", DESCRIBE_NUMBER},
};
static const struct describe_table enterprise_rules_table = TABLE(enterprise_rules_rows);

static const struct describe_row enterprise_rows[] = {
    {0x80, "oid", DESCRIBE_OID},
    {0x81, "name", DESCRIBE_TEXT},
    {0xA2, "enterpriseRules", DESCRIBE_OBJECT, NULL, &enterprise_rules_table},
};
static const struct describe_table enterprise_table = TABLE(enterprise_rows);

static const struct describe_row request_to_dp_rows[] = {
    {0x80, "address", DESCRIBE_TEXT},
    {0x81, "allowedCi", DESCRIBE_HEX},
    {0x82, "eidRequired", DESCRIBE_FLAG},
    {0x83, "tacRequired", DESCRIBE_FLAG},
};
static const struct describe_table request_to_dp_table = TABLE(request_to_dp_rows);

static const struct describe_row stored_code_rows[] = {
    {0x80, "activationCode", DESCRIBE_TEXT},
    {0x81, "deleteOldProfile", DESCRIBE_FLAG},
};
static const struct describe_table stored_code_table = TABLE(stored_code_rows);

static const struct describe_row device_change_rows[] = {
    {0xA0, "requestToDp", DESCRIBE_OBJECT, NULL, &request_to_dp_table},
    {0xA1, "usingStoredCode", DESCRIBE_OBJECT, NULL, &stored_code_table},
};
static const struct describe_table device_change_table = TABLE(device_change_rows);

static const struct describe_row profile_rows[] = {
    {0x5A, "iccid", DESCRIBE_ICCID},
    {0x4F, "aid", DESCRIBE_HEX},
    {0x9F70, "state", DESCRIBE_NAME, states},
    {0x90, "nickname", DESCRIBE_TEXT},
    {0x91, "provider", DESCRIBE_TEXT},
    {0x92, "name", DESCRIBE_TEXT},
    {0x93, "iconType", DESCRIBE_NAME, icons},
    {0x95, "class", DESCRIBE_NAME, classes},
    {0xB6, "notifications", DESCRIBE_LIST, NULL, &configuration_table},
    {0xB7, "owner", DESCRIBE_OBJECT, NULL, &operator_table},
    {0x99, "policyRules", DESCRIBE_BITS, policy_rules},
    {0xBA, "rpmConfiguration", DESCRIBE_OBJECT, NULL, &rpm_configuration_table},
    {0x9B, "hriServerAddress", DESCRIBE_TEXT},
    {0xBE, "serviceProviderMessage", DESCRIBE_OBJECT, NULL, &message_table},
    {0xBC, "lprConfiguration", DESCRIBE_OBJECT, NULL, &lpr_table},
    {0xBD, "enterprise", DESCRIBE_OBJECT, NULL, &enterprise_table},
    {0x9F1F, "serviceDescription", DESCRIBE_BITS, services},
    {0xBF20, "deviceChange", DESCRIBE_OBJECT, NULL, &device_change_table},
    {0xBF76, "accessRules", DESCRIBE_HEX}, /* of apps; whatever stands there is no reason to show nothing */
    {0x9F21, "estimatedSize", DESCRIBE_NUMBER},
    {0x9F25, "size", DESCRIBE_NUMBER},
};
const struct describe_table describe_profile = TABLE(profile_rows);

static const struct describe_row notification_rows[] = {
    {0x80, "number", DESCRIBE_NUMBER},
    {0x81, "event", DESCRIBE_BIT, events},
    {DER_UTF8_STRING, "address", DESCRIBE_TEXT},
    {0x5A, "iccid", DESCRIBE_ICCID},
};
const struct describe_table describe_notification = TABLE(notification_rows);

static const struct describe_row rule_rows[] = {
    {0x80, "policyRules", DESCRIBE_BITS, policy_rules},
    {0xA1, "operators", DESCRIBE_LIST, NULL, &operator_table},
    {0x82, "flags", DESCRIBE_BITS, policy_flags},
};
const struct describe_table describe_rule = TABLE(rule_rows);

/* ETSI TS 102 226 §8.2.1.7.2 */
static const struct describe_row resource_rows[] = {
    {0x81, "applications", DESCRIBE_NUMBER},
    {0x82, "freeNonVolatile", DESCRIBE_NUMBER},
    {0x83, "freeVolatile", DESCRIBE_NUMBER},
};
static const struct describe_table resource_table = TABLE(resource_rows);

static const struct describe_row certification_rows[] = {
    {0x80, "platformLabel", DESCRIBE_TEXT},
    {0x81, "discoveryBaseUrl", DESCRIBE_TEXT},
};
static const struct describe_table certification_table = TABLE(certification_rows);

static const struct describe_row info1_rows[] = {
    {0x82, "svn", DESCRIBE_VERSION},
    {0xA9, "ciForVerification", DESCRIBE_HEXES},
    {0xAA, "ciForSigning", DESCRIBE_HEXES},
    {0xB1, "ciForSigningV3", DESCRIBE_HEXES},
    {0x88, "rspCapability", DESCRIBE_BITS, rsp_capabilities},
    {0x93, "highestSvn", DESCRIBE_VERSION},
};
const struct describe_table describe_info1 = TABLE(info1_rows);

static const struct describe_row info2_rows[] = {
    {0x81, "profileVersion", DESCRIBE_VERSION},
    {0x82, "svn", DESCRIBE_VERSION},
    {0x83, "firmware", DESCRIBE_VERSION},
    {0x84, "memory", DESCRIBE_OBJECT, NULL, &resource_table},
    {0x85, "uiccCapability", DESCRIBE_BITS, uicc_capabilities},
    {0x86, "ts102241Version", DESCRIBE_VERSION},
    {0x87, "globalPlatformVersion", DESCRIBE_VERSION},
    {0x88, "rspCapability", DESCRIBE_BITS, rsp_capabilities},
    {0xA9, "ciForVerification", DESCRIBE_HEXES},
    {0xAA, "ciForSigning", DESCRIBE_HEXES},
    {0x8B, "category", DESCRIBE_NAME, categories},
    {0x99, "forbiddenPolicyRules", DESCRIBE_BITS, policy_rules},
    {DER_OCTET_STRING, "protectionProfileVersion", DESCRIBE_VERSION},
    {DER_UTF8_STRING, "sasAccreditation", DESCRIBE_TEXT},
    {0xAC, "certification", DESCRIBE_OBJECT, NULL, &certification_table},
    {0x8D, "treProperties", DESCRIBE_BITS, tre_properties},
    {0x8E, "treProductReference", DESCRIBE_TEXT},
    {0xAF, "additionalProfileVersions", DESCRIBE_VERSIONS},
    {0x90, "lpaMode", DESCRIBE_NAME, lpa_modes},
    {0xB1, "ciForSigningV3", DESCRIBE_HEXES},
    {0x92, "additionalInfo", DESCRIBE_HEX},
    {0x93, "highestSvn", DESCRIBE_VERSION},
};
const struct describe_table describe_info2 = TABLE(info2_rows);
/* clang-format on */

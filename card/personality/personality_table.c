#include "card/personality/personality_table.h"

#include "card/personality/factory.h"
#include "card/personality/personality_value.h"
#include "isd-r/download/bpp_package.h"
#include "isd-r/es10.h"
#include "isd-r/session/rsp_session.h"

#define OFFSET(field) offsetof(struct personality, field)
#define SEQUENCE_MAX INT32_MAX /* a sequence number of four bytes */
#define ACCREDITATION_MAX 64
#define RESOURCE_MAX 127
#define ADDITIONAL_INFO_MAX 32
#define TEXT_MAX 255
#define APPLICATIONS_TOLD_MAX 255
#define POLL_INTERVAL_MAX (255 * 60) /* seconds: what a duration can say in minutes */

/* clang-format off */
/* RspCapability */
static const char *const capabilities[] = {
    "additional-profile", "crl", "rpm", "test-profile", "device-info-extensibility",
    "service-specific-data", "hri-server-address", "service-provider-message", "lpa-proxy",
    "enterprise-profiles", "service-description", "device-change", "encrypted-device-change",
    "estimated-profile-size", "profile-size", "crl-stapling-v3", "cert-chain-v3",
    "signed-smds-response-v3", "", "os-update", "cancel-for-empty-names", "update-notifications",
    "update-metadata-v3", "", "", "", "iot-specific-metadata", "msl-check",
    "rsp-server-test-profile-allowlist-check", NULL};
/* UICCCapability, which is ServicesList of the package format */
static const char *const services[] = {
    "contactless", "usim", "isim", "csim", "milenage", "cave", "tuak128", "tuak256",
    "test-algorithm", "", "gba-usim", "gba-isim", "mbms", "eap", "javacard", "multos",
    "multiple-usim", "multiple-isim", "multiple-csim", "ber-tlv", "df-link", "cat-tp",
    "get-identity", "profile-a-x25519", "profile-b-p256", "suci-api", "dns", "scp11", "scp11c",
    "s16-mode", "eaka", "iot", NULL};
/* PprIds */
static const char *const rules[] = {"update-control", "ppr1", "ppr2", NULL};
static const char *const categories[] = {"other", "basic", "medium", "contactless", NULL};

static const char *const tre_properties[] = {"discrete", "integrated", "remote-memory", NULL};
static const char *const lpa_modes[] = {"lpad", "lpae", NULL};

/* ISD_R_QUIRK_* */
static const char *const quirks[] = {"no-refresh-flag", "only-by-aid", "hidden-isd-r",
    "basic-channel-isd-r", "locked-by-enable", "retrieve-error", NULL};
/* enum euicc_info_iot */
static const char *const iot_releases[] = {"", "1.0", "1.1", "1.2", "1.3", NULL};
static const char *const iot_mechanisms[] = {"ecall", "fallback", NULL};
/* enum iot_package_errors */
static const char *const package_errors[] = {"stop", "stop-terminated", "continue", NULL};
/* IOT_QUIRK_* */
static const char *const iot_quirks[] = {"es10c-refused", "result-notifications",
    "lasting-rollback", "old-memory-reset", "eim-signature", "empty-error", NULL};
/* enum habits_* */
static const char *const answers[] = {"by-le", "fetched", "at-once", NULL};
static const char *const refreshes[] = {"91xx", "silent", NULL};
static const char *const les[] = {"lenient", "exact", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};

/* enum pki_variant */
static const char *const variants[] = {"", "ov3", "a", "b", "c", NULL};

static const char *const blanks[] = {"files", NULL};

/* struct uicc_settings, enum dialect_classes */
static const char *const yes_no[] = {"yes", "no", NULL};
static const char *const special_tags[] = {"c0", "d0", NULL};
static const char *const no_matches[] = {"6282", "6a83", NULL};
static const char *const classes[] = {"all", "2g", NULL};

/* enum domain_rules, and how GET STATUS reads */
static const char *const rule_places[] = {"package", "secured", "open", NULL};
static const char *const status_orders[] = {"strict", "aid-first", NULL};

static const char *const timings[] = {"instant", "real", NULL};

static const char *const switches[] = {"off", "on", NULL};

/* enum proactive_kind */
static const char *const questions[] = {"location", "imei", NULL};

const struct personality_row personality_table[] = {
    {.key = "atr", .read = personality_value_atr, .offset = OFFSET(atr),
     .form = "hexadecimal, from TS to TCK", .help = "the Answer To Reset, whole"},
    {.key = "atr-historical", .read = personality_value_historical, .offset = OFFSET(atr),
     .form = "hexadecimal, at most 15 bytes", .help = "its historical bytes; the others stay"},
    {.key = "eid", .read = personality_value_eid, .offset = OFFSET(eid),
     .form = "32 digits, of which the last two check the others",
     .help = "the EID on first start, unless --eid names another"},
    {.key = "isd-r-aid", .read = personality_value_aids, .offset = OFFSET(settings), .optional = true,
     .repeatable = true, .form = "hexadecimal, 5 to 16 bytes, or none; at most 8",
     .help = "AID of the ISD-R; each of several selects it; none: it cannot be selected"},
    {.key = "ecasd-aid", .read = personality_value_aid, .offset = OFFSET(settings.ecasd_aid),
     .optional = true, .form = "hexadecimal, 5 to 16 bytes, or none", .help = "AID of the ECASD"},
    {.key = "svn", .read = personality_value_range, .offset = OFFSET(info.svn),
     .form = "A.B.C, or for v3 A.B.C-A.B.C, each 0 to 255",
     .help = "release of SGP.22, or the lowest and the highest: EUICCInfo has the fields of the "
             "highest, the ISD-R's template names the lowest"},
    {.key = "profile-version", .read = personality_value_version, .offset = OFFSET(info.profile_version),
     .form = "A.B.C, each 0 to 255", .help = "release of the profile package format that EUICCInfo2 names"},
    {.key = "package-version", .read = personality_value_package, .offset = OFFSET(platform),
     .form = "A.B, each 0 to 255", .help = "highest release in a package's header that is installed"},
    {.key = "firmware-version", .read = personality_value_version, .offset = OFFSET(info.firmware_version),
     .form = "A.B.C, each 0 to 255", .help = "of the chip's operating system"},
    {.key = "ts102241-version", .read = personality_value_version, .offset = OFFSET(info.ts102241_version),
     .optional = true, .form = "A.B.C, each 0 to 255, or none", .help = "release of TS 102 241"},
    {.key = "globalplatform-version", .read = personality_value_version,
     .offset = OFFSET(info.globalplatform_version), .optional = true,
     .form = "A.B.C, each 0 to 255, or none", .help = "release of GlobalPlatform"},
    {.key = "pp-version", .read = personality_value_version,
     .offset = OFFSET(info.protection_profile_version), .form = "A.B.C, each 0 to 255",
     .help = "release of the protection profile"},
    {.key = "uicc-capability", .read = personality_value_bits, .offset = OFFSET(platform.services),
     .optional = true, .words = services, .form = "words with commas, or none",
     .help = "services that EUICCInfo2 names and that a package may demand"},
    {.key = "rsp-capability", .read = personality_value_bits, .offset = OFFSET(info.rsp_capability),
     .optional = true, .words = capabilities, .form = "words with commas, or none",
     .help = "what EUICCInfo2 says of remote provisioning"},
    {.key = "category", .read = personality_value_category, .offset = OFFSET(info.category),
     .optional = true, .words = categories, .form = "other, basic, medium, contactless or none",
     .help = "euiccCategory"},
    {.key = "forbidden-rules", .read = personality_value_bits, .offset = OFFSET(info.forbidden_rules),
     .optional = true, .words = rules, .form = "words with commas, or none",
     .help = "policy rules that EUICCInfo2 calls forbidden"},
    {.key = "accreditation-number", .read = personality_value_text,
     .offset = OFFSET(info.accreditation_number), .limit = ACCREDITATION_MAX,
     .form = "at most 64 characters", .help = "sasAccreditationNumber"},
    {.key = "platform-label", .read = personality_value_text, .offset = OFFSET(info.platform_label),
     .limit = TEXT_MAX, .optional = true, .form = "at most 255 characters, or none",
     .help = "certificationDataObject, together with the next"},
    {.key = "discovery-base-url", .read = personality_value_text,
     .offset = OFFSET(info.discovery_base_url), .limit = TEXT_MAX, .optional = true,
     .form = "at most 255 characters, or none", .help = "certificationDataObject, together with the one before"},
    {.key = "tre-properties", .read = personality_value_bits, .offset = OFFSET(info.tre_properties),
     .optional = true, .words = tre_properties, .form = "words with commas, or none",
     .help = "treProperties, from v2.6 on"},
    {.key = "tre-product-reference", .read = personality_value_text,
     .offset = OFFSET(info.tre_product_reference), .limit = TEXT_MAX, .optional = true,
     .form = "at most 255 characters, or none", .help = "treProductReference, from v2.6 on"},
    {.key = "additional-profile-versions", .read = personality_value_versions,
     .offset = OFFSET(info.additional_packages), .optional = true,
     .form = "at most 8 of A.B.C with commas, or none",
     .help = "additionalProfilePackageVersions, from v2.6 on"},
    {.key = "lpa-mode", .read = personality_value_category, .offset = OFFSET(info.lpa_mode),
     .optional = true, .words = lpa_modes, .form = "lpad, lpae or none", .help = "lpaMode, from v3 on"},
    {.key = "additional-info", .read = personality_value_bytes, .offset = OFFSET(info.additional_info),
     .limit = ADDITIONAL_INFO_MAX, .optional = true, .form = "hexadecimal, at most 32 bytes, or none",
     .help = "additionalEuiccInfo, from v3 on"},
    {.key = "certificate-variant", .read = personality_value_category, .offset = OFFSET(variant),
     .optional = true, .words = variants, .form = "ov3, a, b, c or none",
     .help = "of a chip of v3: which chain of certificates it is made with beside Variant O, if the PKI "
             "has one for its EID; on first start only"},
    {.key = "euicc-info1", .read = personality_value_change, .limit = ES10_GET_EUICC_INFO1,
     .offset = OFFSET(changes), .repeatable = true, .form = "TAG none, TAG empty, TAG HEX or TAG +HEX",
     .help = "a field of EUICCInfo1 otherwise than these keys make it: left out, with that value, or with "
             "more at its end; a tag that none has comes last; it changes what is told alone"},
    {.key = "euicc-info2", .read = personality_value_change, .limit = ES10_GET_EUICC_INFO2,
     .offset = OFFSET(changes), .repeatable = true, .form = "TAG none, TAG empty, TAG HEX or TAG +HEX",
     .help = "the same of EUICCInfo2"},
    {.key = "card-resource", .read = personality_value_bytes, .offset = OFFSET(info.card_resource),
     .limit = RESOURCE_MAX, .optional = true, .form = "hexadecimal, at most 127 bytes, or none",
     .help = "extCardResource as it is; none: counted from what is installed and the next two"},
    {.key = "memory", .read = personality_value_size64, .offset = OFFSET(info.memory),
     .limit = UINT32_MAX, .form = "bytes, or a number with K or M",
     .help = "non-volatile memory for profiles"},
    {.key = "ram", .read = personality_value_size32, .offset = OFFSET(info.ram), .limit = UINT32_MAX,
     .form = "bytes, or a number with K or M", .help = "free volatile memory, as EUICCInfo2 tells it"},
    {.key = "profile-ram", .read = personality_value_size32, .offset = OFFSET(info.profile_ram),
     .limit = UINT32_MAX, .form = "bytes, or a number with K or M",
     .help = "volatile memory that each profile takes of ram; one for which too little is left is not installed"},
    {.key = "applications", .read = personality_value_number, .offset = OFFSET(info.applications),
     .limit = APPLICATIONS_TOLD_MAX, .form = "0 to 255",
     .help = "applications that extCardResource counts beside the profiles"},
    {.key = "root-sm-ds", .read = personality_value_text, .offset = OFFSET(info.root_ds_address),
     .limit = RSP_ADDRESS_MAX, .optional = true, .form = "a host, at most 255 characters, or none",
     .help = "address of the root SM-DS"},
    {.key = "additional-root-sm-ds", .read = personality_value_text,
     .offset = OFFSET(info.additional_root_ds_addresses), .limit = TEXT_MAX, .optional = true,
     .form = "hosts with commas, at most 255 characters, or none",
     .help = "addresses of more root SM-DS, from v3 on"},
    {.key = "default-sm-dp", .read = personality_value_text, .offset = OFFSET(settings.default_dp_address),
     .limit = RSP_ADDRESS_MAX, .optional = true, .form = "a host, at most 255 characters, or none",
     .help = "address of the default SM-DP+ until the LPA sets another; a memory reset brings it back"},
    {.key = "first-notification", .read = personality_value_number,
     .offset = OFFSET(settings.first_notification), .limit = SEQUENCE_MAX, .form = "0 to 2147483647",
     .help = "sequence number of the chip's first notification"},
    {.key = "segment-limit", .read = personality_value_number, .offset = OFFSET(settings.segment_max),
     .limit = BPP_SEGMENT_MAX, .form = "0 to 1036",
     .help = "longest segment of a bound package in bytes, tag and length included; SGP.22 says 1020, "
             "servers in the field send 1036"},
    {.key = "rule", .read = personality_value_rule, .offset = OFFSET(settings.rules), .optional = true,
     .repeatable = true, .words = rules, .form = "RULES OPERATORS [consent], or none",
     .help = "a row of the Rules Authorisation Table: policy rules with commas; operators with commas, "
             "each any or MCC-MNC[/GID1[/GID2]], in which * is any digit or group and - is no group; "
             "consent: the user is asked"},
    {.key = "profile", .read = personality_value_profile, .offset = OFFSET(profiles), .optional = true,
     .repeatable = true, .form = FACTORY_FORM ", or none; at most 16",
     .help = "a profile that the chip leaves the factory with, on first start; its metadata is the "
             "text beside it, NAME.metadata for NAME.der"},
    {.key = "channels", .read = personality_value_number, .offset = OFFSET(dialect.channels),
     .limit = APDU_CHANNELS - 1, .form = "0 to 19", .help = "logical channels beside the basic one"},
    {.key = "answers", .read = personality_value_category, .offset = OFFSET(dialect.answers),
     .words = answers, .form = "by-le, fetched or at-once",
     .help = "an answer to a command with data comes with it if it fits Le, always by 61xx and GET "
             "RESPONSE, or at once even without Le"},
    {.key = "le", .read = personality_value_category, .offset = OFFSET(dialect.le), .words = les,
     .form = "lenient or exact",
     .help = "lenient: a Le of 00 where there is no answer, and none at MANAGE CHANNEL, are taken; exact: 6700"},
    {.key = "extended-length", .read = personality_value_category, .offset = OFFSET(dialect.extended),
     .words = no_yes, .form = "yes or no", .help = "APDUs of extended length are taken; no: 6700"},
    {.key = "store-data-limit", .read = personality_value_number, .offset = OFFSET(settings.block_max),
     .limit = ISD_R_BLOCK_MAX, .form = "0 to 255",
     .help = "longest block of STORE DATA in bytes, 6A80 to longer ones; 0: 255"},
    {.key = "refresh", .read = personality_value_category, .offset = OFFSET(dialect.refresh),
     .words = refreshes, .form = "91xx or silent",
     .help = "a change of profile with refreshFlag is told to a terminal with a toolkit, or takes effect "
             "without a word"},
    {.key = "quirks", .read = personality_value_bits, .offset = OFFSET(settings.quirks), .optional = true,
     .words = quirks, .form = "words with commas, or none",
     .help = "no-refresh-flag: EnableProfile and DisableProfile with refreshFlag answer undefinedError; "
             "only-by-aid: ES10c knows no profile by its ICCID; hidden-isd-r: SELECT does not find it before a "
             "TERMINAL CAPABILITY; basic-channel-isd-r: 6881 to its SELECT on other channels; "
             "locked-by-enable: 6985 to ES10b from a change of profile to the next reset; retrieve-error: "
             "RetrieveNotificationsList answers an error where nothing is found, not an empty list"},
    {.key = "iot", .read = personality_value_category, .offset = OFFSET(info.iot), .optional = true,
     .words = iot_releases, .form = "1.0, 1.1, 1.2, 1.3 or none",
     .help = "release of SGP.32 by which it is an IoT eUICC as well: an eIM can manage it; none: none of its "
             "functions is there"},
    {.key = "iot-mechanisms", .read = personality_value_bits, .offset = OFFSET(info.iot_mechanisms),
     .optional = true, .words = iot_mechanisms, .form = "words with commas, or none",
     .help = "what an IoT eUICC of v1.1 or later need not have"},
    {.key = "package-errors", .read = personality_value_category, .offset = OFFSET(settings.iot.package_errors),
     .words = package_errors, .form = "stop, stop-terminated or continue",
     .help = "after an operation of an eIM's package that fails: nothing more is done, that is also said "
             "(processingTerminated), or the next one is carried out"},
    {.key = "iot-quirks", .read = personality_value_bits, .offset = OFFSET(settings.iot.quirks), .optional = true,
     .words = iot_quirks, .form = "words with commas, or none",
     .help = "es10c-refused: ES10c changes no profile while an eIM is associated; result-notifications: a "
             "package result asked for by its number is answered by the package's notifications; "
             "lasting-rollback: ProfileRollback also once the result is removed; old-memory-reset: v1.0's "
             "beside the later one; eim-signature: results are signed over eimSignature, not the token; "
             "empty-error: a package that cannot be read is answered by an unsigned error, not 6A80"},
    {.key = "test-menu", .read = personality_value_category, .offset = OFFSET(proactive.test_menu),
     .words = switches, .form = "off or on",
     .help = "a built-in toolkit application: SET UP MENU with an item that shows a text and asks for one, "
             "an item that starts a timer, and an event"},
    {.key = "ask-terminal", .read = personality_value_bits, .offset = OFFSET(proactive.at_start),
     .optional = true, .words = questions, .form = "words with commas, or none",
     .help = "PROVIDE LOCAL INFORMATION after the TERMINAL PROFILE, if that knows it"},
    {.key = "poll-interval", .read = personality_value_number,
     .offset = OFFSET(proactive.poll_interval), .limit = POLL_INTERVAL_MAX, .form = "0 to 15300",
     .help = "POLL INTERVAL after the TERMINAL PROFILE, if that knows it, in seconds; 0: none"},
    {.key = "classes", .read = personality_value_category, .offset = OFFSET(dialect.classes),
     .words = classes, .form = "all or 2g",
     .help = "which commands there are: those of a UICC and, with a DF.GSM, of class A0; 2g: of class A0 alone"},
    {.key = "special-file-tag", .read = personality_value_category,
     .offset = OFFSET(uicc.fcp.special_d0), .words = special_tags, .form = "c0 or d0",
     .help = "tag of the special file information in the FCP of an EF"},
    {.key = "ef-pin-status", .read = personality_value_category,
     .offset = OFFSET(uicc.fcp.ef_pin_status), .words = no_yes, .form = "yes or no",
     .help = "the FCP of an EF has a PIN status template, as its directory's"},
    {.key = "adf-file-id", .read = personality_value_category,
     .offset = OFFSET(uicc.fcp.adf_without_fid), .words = yes_no, .form = "yes or no",
     .help = "the FCP of an ADF has a file identifier (83), which TS 102 221 §11.1.1.3 leaves to the card"},
    {.key = "ef-properties", .read = personality_value_bytes, .offset = OFFSET(uicc.fcp.ef_properties),
     .limit = FCP_EF_PROPERTIES_MAX, .optional = true, .form = "hexadecimal, at most 16 bytes, or none",
     .help = "data objects behind the special file information in the FCP of an EF"},
    {.key = "search-no-match", .read = personality_value_category,
     .offset = OFFSET(uicc.search_no_match), .words = no_matches, .form = "6282 or 6a83",
     .help = "what SEARCH RECORD answers when no record matches"},
    {.key = "isd-r-key", .read = personality_value_key, .offset = OFFSET(domains), .optional = true,
     .repeatable = true, .form = "VERSION IDENTIFIER TYPE KEY in hexadecimal, or none; at most 16",
     .help = "a key of the ISD-R's own, on first start: for SCP03 versions 30 to 3F, identifiers 1 to 3 (ENC, "
             "MAC, DEK), type 88 (AES); other types are 80 (DES) and 85 (PSK)"},
    {.key = "get-status", .read = personality_value_category, .offset = OFFSET(domains.status_first),
     .words = status_orders, .form = "strict or aid-first",
     .help = "GET STATUS whose data cannot be read: 6A80; aid-first: 6A88 if the AID in front is not there"},
    {.key = "failed-authentications", .read = personality_value_number,
     .offset = OFFSET(domains.failures_max), .limit = UINT8_MAX, .form = "0 to 255",
     .help = "EXTERNAL AUTHENTICATE that may fail in a row before a key set is blocked; 0: any number"},
    {.key = "ara-m", .read = personality_value_category, .offset = OFFSET(domains.rules),
     .words = rule_places, .form = "package, secured or open",
     .help = "ARA-M, access rules of applications: there if a profile's package brings it, or always, its "
             "rules changed through its security domain; open: by anybody who selects it"},
    {.key = "timing", .read = personality_value_timing, .offset = OFFSET(timing), .words = timings,
     .form = "instant or real", .help = "whether commands take the time that they take on a real chip"},
    {.key = "cost", .read = personality_value_cost, .offset = OFFSET(timing), .repeatable = true,
     .form = "NAME MILLISECONDS, NAME being an ES10 function, command, byte or segment, as in GetEUICCChallenge 6.5",
     .help = "what one thing costs with timing = real: a function as SGP.22 names it; a command and a byte "
             "either way on the wire; a segment of a bound package"},
    {.key = "blank", .read = personality_value_category, .offset = OFFSET(blank), .optional = true,
     .words = blanks, .form = "files or none",
     .help = "what there is while no profile is enabled: MF, EF.DIR, EF.ICCID, EF.PL and EF.ARR, or "
             "nothing that can be selected but the ISD-R"},
};
/* clang-format on */

const size_t personality_table_count = sizeof(personality_table) / sizeof(personality_table[0]);

const struct personality_row *personality_table_find(const char *key)
{
    for (size_t i = 0; i < personality_table_count; i++)
        if (strcmp(personality_table[i].key, key) == 0)
            return &personality_table[i];
    return NULL;
}

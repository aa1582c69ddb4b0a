/* Personalities: the lines of a text, every key, those that ship, and the chips they make. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/temp_card.h"
#include "tests/support/talk.h"
#include "apdu/hex.h"
#include "apdu/trace.h"
#include "card/personality/personality_file.h"
#include "card/personality/personality_table.h"
#include "isd-r/state.h"

#define ISD_R "A0000005591010FFFFFFFF8900000100"
#define OTHER_AID "A0000005591010FFFFFFFF8900050500"
#define ECASD "A0000005591010FFFFFFFF8900000200"
#define SELECT "00A4040010"
#define SUFFIX ".personality"

static char said[2048];
static struct personality made;

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context;
    const size_t len = strlen(said);
    if (level == TRACE_ERROR)
        snprintf(said + len, sizeof(said) - len, "%s\n", text);
}

static void start(void)
{
    said[0] = '\0';
    trace_to(note, NULL);
    cr_assert(temp_card_begin());
    personality_init(&made);
}

TestSuite(personality, .init = start, .fini = temp_card_end, .timeout = 120);

static int read_text(const char *text)
{
    said[0] = '\0';
    personality_init(&made);
    return personality_read(&made, "t", bytes_of_text(text));
}

static void expect_refused(const char *text, const char *why)
{
    cr_assert_neq(read_text(text), 0, "taken: %s", text);
    cr_assert_eq(strncmp(said, why, strlen(why)), 0, "%s\nsaid: %swanted: %s", text, said, why);
    cr_assert_eq(strchr(said, '\n'), said + strlen(said) - 1, "more than a line: %s", said);
}

static const char *hex(struct bytes bytes)
{
    static char text[2 * RULES_TABLE_MAX + 1];
    hex_encode(bytes, text);
    return text;
}

Test(personality, a_text_has_lines_of_keys_values_and_comments)
{
    cr_assert_eq(read_text(""), 0);
    cr_assert_eq(read_text("# nothing\n\n \t\n   # more\nsvn=2.4.0# is no comment\n"), -1);
    cr_assert_eq(read_text("\tsvn\t=  2.4.0  # of old\r\nplatform-label = a#b=c #d\n"
                           "discovery-base-url = https://a.example/#x"),
                 0, "%s", said);
    cr_assert_arr_eq(made.info.svn, ((uint8_t[]){2, 4, 0}), 3);
    cr_assert_str_eq(made.info.platform_label, "a#b=c");
    cr_assert_str_eq(made.info.discovery_base_url, "https://a.example/#x");
}

Test(personality, what_is_no_line_is_refused_with_its_place)
{
    char line[1100] = "# ";
    expect_refused("\nsnv = 2.4.0\n", "t:2: snv is no key");
    expect_refused("Svn = 2.4.0", "t:1: Svn is no key");
    expect_refused("= 2.4.0", "t:1:  is no key");
    expect_refused("#\n#\nsvn 2.4.0", "t:3: a line is 'key = value'");
    expect_refused("svn = 2.4.0\nsvn = 2.4.0\n", "t:2: svn has a value already");
    expect_refused("platform-label = x\n", "t: platform-label and discovery-base-url");
    memset(line + 2, 'x', sizeof(line) - 3);
    expect_refused(line, "t:1: the line is too long");
    cr_assert_neq(personality_read(&made, "t", bytes_of("svn\0= 2", 7)), 0);
    cr_assert_not_null(strstr(said, "t:1: this is no text"));
}

/* A value for every key that is not the default's. */
static const char everything[] = "atr = 3B9F96803F87828031E073FE211F574543753130136502\n"
                                 "eid = 89049044900000000000000000102355\n"
                                 "isd-r-aid = " OTHER_AID "\n"
                                 "isd-r-aid = A000000559\n"
                                 "ecasd-aid = none\n"
                                 "svn = 2.255.0\n"
                                 "profile-version = 3.1.2\n"
                                 "package-version = 2.1\n"
                                 "firmware-version = 35.6.35\n"
                                 "ts102241-version = 15.1.0\n"
                                 "globalplatform-version = none\n"
                                 "pp-version = 1.2.3\n"
                                 "uicc-capability = usim,cave ,\tiot\n"
                                 "rsp-capability = rpm\n"
                                 "category = contactless\n"
                                 "forbidden-rules = update-control, ppr2\n"
                                 "accreditation-number =\n"
                                 "platform-label = label\n"
                                 "discovery-base-url = url\n"
                                 "tre-properties = integrated,remote-memory\n"
                                 "tre-product-reference = label-2\n"
                                 "additional-profile-versions = 2.1.0, 3.1.0\n"
                                 "lpa-mode = lpae\n"
                                 "additional-info = 0102\n"
                                 "certificate-variant = c\n"
                                 "euicc-info1 = 93 none\n"
                                 "euicc-info2 = A9 +0401 AA\n"
                                 "euicc-info2 = 9F1F\t00\n"
                                 "card-resource = 8101 08\n"
                                 "memory = 3M\n"
                                 "ram = 5K\n"
                                 "profile-ram = 1K\n"
                                 "applications = 6\n"
                                 "root-sm-ds = none\n"
                                 "additional-root-sm-ds = a.example, b.example\n"
                                 "default-sm-dp = dp.example\n"
                                 "first-notification = 0\n"
                                 "segment-limit = 1020\n"
                                 "rule = ppr1 001-01\n"
                                 "rule = ppr1,ppr2 1**-0*2/*/-,any consent\n"
                                 "profile = /a/b c.der , enabled, aid = A000000559\n"
                                 "profile = x,before-test,nickname = a, b=c\n"
                                 "channels = 3\n"
                                 "answers = at-once\n"
                                 "le = exact\n"
                                 "extended-length = no\n"
                                 "store-data-limit = 120\n"
                                 "refresh = silent\n"
                                 "quirks = only-by-aid, retrieve-error\n"
                                 "iot = 1.2\n"
                                 "iot-mechanisms = none\n"
                                 "package-errors = continue\n"
                                 "iot-quirks = old-memory-reset, empty-error\n"
                                 "test-menu = on\n"
                                 "ask-terminal = imei\n"
                                 "poll-interval = 15300\n"
                                 "classes = 2g\n"
                                 "special-file-tag = d0\n"
                                 "ef-pin-status = yes\n"
                                 "adf-file-id = no\n"
                                 "ef-properties = D2010F\n"
                                 "search-no-match = 6a83\n"
                                 "isd-r-key = 30 01 88 000102030405060708090A0B0C0D0E0F\n"
                                 "isd-r-key = 40 02 80 000102030405060708090A0B0C0D0E0F\n"
                                 "get-status = aid-first\n"
                                 "failed-authentications = 10\n"
                                 "ara-m = open\n"
                                 "timing = real\n"
                                 "cost = command 0\n"
                                 "cost = PrepareDownload 1.5\n"
                                 "blank = none\n";

Test(personality, every_key_lands_where_it_belongs)
{
    cr_assert_eq(read_text(everything), 0, "%s", said);
    const struct isd_r_settings *settings = &made.settings;
    const struct euicc_info *info = &made.info;
    cr_assert_str_eq(hex(atr_bytes(&made.atr)), "3B9F96803F87828031E073FE211F574543753130136502");
    cr_assert(made.has_eid);
    cr_assert_str_eq(hex(bytes_of(made.eid, 16)), "89049044900000000000000000102355");
    cr_assert_eq(settings->aid_count, 2);
    cr_assert_str_eq(hex(bytes_of(settings->aids[0].data, settings->aids[0].len)), OTHER_AID);
    cr_assert_str_eq(hex(bytes_of(settings->aids[1].data, settings->aids[1].len)), "A000000559");
    cr_assert_eq(settings->ecasd_aid.len, 0);
    cr_assert_arr_eq(info->svn, ((uint8_t[]){2, 255, 0}), 3);
    cr_assert_arr_eq(info->highest_svn, ((uint8_t[]){2, 255, 0}), 3);
    cr_assert_arr_eq(info->profile_version, ((uint8_t[]){3, 1, 2}), 3);
    cr_assert_arr_eq(info->firmware_version, ((uint8_t[]){35, 6, 35}), 3);
    cr_assert_arr_eq(info->ts102241_version, ((uint8_t[]){15, 1, 0}), 3);
    cr_assert_arr_eq(info->globalplatform_version, ((uint8_t[]){0, 0, 0}), 3);
    cr_assert_arr_eq(info->protection_profile_version, ((uint8_t[]){1, 2, 3}), 3);
    cr_assert_eq(info->platform, &made.platform);
    cr_assert_eq(made.platform.major, 2);
    cr_assert_eq(made.platform.minor, 1);
    cr_assert_eq(made.platform.services, 1u << 1 | 1u << 5 | 1u << 31);
    cr_assert_eq(info->rsp_capability, EUICC_INFO_RPM);
    cr_assert_eq(info->category, 3);
    cr_assert_eq(info->forbidden_rules, 1u << 0 | METADATA_RULE_PPR2);
    cr_assert_str_eq(info->accreditation_number, "");
    cr_assert_str_eq(info->platform_label, "label");
    cr_assert_str_eq(info->discovery_base_url, "url");
    cr_assert_eq(info->tre_properties, 1u << 1 | 1u << 2);
    cr_assert_str_eq(info->tre_product_reference, "label-2");
    cr_assert_eq(info->additional_package_count, 2);
    cr_assert_arr_eq(info->additional_packages[1], ((uint8_t[]){3, 1, 0}), 3);
    cr_assert_eq(info->lpa_mode, 1);
    cr_assert_str_eq(hex(info->additional_info), "0102");
    cr_assert_eq(made.variant, PKI_VARIANT_C);
    cr_assert_eq(info->change_count, 3);
    cr_assert_eq(info->changes, made.changes);
    cr_assert_eq(info->changes[0].info, 0xBF20);
    cr_assert_eq(info->changes[0].kind, EUICC_INFO_DROP);
    cr_assert_eq(info->changes[1].info, 0xBF22);
    cr_assert_eq(info->changes[1].kind, EUICC_INFO_ADD);
    cr_assert_eq(info->changes[2].tag, 0x9F1F);
    cr_assert_str_eq(hex(info->card_resource), "810108");
    cr_assert_eq(info->memory, 3u << 20);
    cr_assert_eq(info->ram, 5u << 10);
    cr_assert_null(info->root_ds_address);
    cr_assert_str_eq(info->additional_root_ds_addresses, "a.example, b.example");
    cr_assert_str_eq(settings->default_dp_address, "dp.example");
    cr_assert_eq(settings->first_notification, 0);
    cr_assert_eq(settings->segment_max, 1020);
    cr_assert_lt(made.blank, 0);
    cr_assert_eq(info->profile_ram, 1u << 10);
    cr_assert_eq(info->applications, 6);
    cr_assert_eq(made.dialect.channels, 3);
    cr_assert_eq(made.dialect.answers, DIALECT_ANSWERS_AT_ONCE);
    cr_assert_eq(made.dialect.le, DIALECT_LE_EXACT);
    cr_assert_eq(made.dialect.extended, 0);
    cr_assert_eq(made.dialect.refresh, DIALECT_REFRESH_SILENT);
    cr_assert_eq(settings->block_max, 120);
    cr_assert_eq(settings->quirks, ISD_R_QUIRK_ONLY_BY_AID | ISD_R_QUIRK_RETRIEVE_ERROR);
    cr_assert_eq(euicc_info_iot(info), EUICC_INFO_IOT_1_2);
    cr_assert_eq(info->iot_mechanisms, 0);
    cr_assert_eq(settings->iot.package_errors, IOT_CONTINUE);
    cr_assert_eq(settings->iot.quirks, IOT_QUIRK_OLD_MEMORY_RESET | IOT_QUIRK_EMPTY_ERROR);
    cr_assert_eq(made.dialect.classes, DIALECT_CLASSES_2G);
    cr_assert_eq(made.uicc.fcp.special_d0, 1);
    cr_assert_eq(made.uicc.fcp.ef_pin_status, 1);
    cr_assert_eq(made.uicc.fcp.adf_without_fid, 1);
    cr_assert(bytes_equal(made.uicc.fcp.ef_properties, BYTES(0xD2, 0x01, 0x0F)));
    cr_assert_eq(made.uicc.search_no_match, 1);
    cr_assert_eq(made.domains.key_count, 2);
    cr_assert_eq(made.domains.keys[1].version, 0x40);
    cr_assert_eq(made.domains.keys[1].identifier, 0x02);
    cr_assert_eq(made.domains.keys[1].type, DOMAIN_KEY_DES);
    cr_assert_eq(made.domains.keys[1].len, 16);
    cr_assert_eq(made.domains.keys[1].value[15], 0x0F);
    cr_assert_eq(made.domains.status_first, 1);
    cr_assert_eq(made.domains.failures_max, 10);
    cr_assert_eq(made.domains.rules, DOMAIN_RULES_OPEN);
    cr_assert_eq(made.profile_count, 2);
    cr_assert_str_eq(made.profiles[0], "/a/b c.der , enabled, aid = A000000559");
    cr_assert_str_eq(made.profiles[1], "x,before-test,nickname = a, b=c");
    cr_assert_str_eq(hex(settings->rules), "3010"
                                           "80020640"
                                           "A107300580"
                                           "0300F110"
                                           "820100"
                                           "301E"
                                           "80020560"
                                           "A114"
                                           "30078003E12EE08100"
                                           "3009"
                                           "8003EEEEEE"
                                           "8100"
                                           "8200"
                                           "82020780");
    cr_assert_eq(made.proactive.test_menu, 1);
    cr_assert_eq(made.proactive.at_start, 1u << PROACTIVE_IMEI);
    cr_assert(made.timing.real);
    cr_assert_eq(made.timing.command_us, 0);
    cr_assert_eq(timing_cost_of(&made.timing, 0xBF21), 1500);
    cr_assert_eq(timing_cost_of(&made.timing, 0xBF38), 3100000);
    cr_assert_eq(made.proactive.poll_interval, 15300);
    for (size_t i = 0; i < personality_table_count; i++)
        if (strcmp(personality_table[i].key, "atr-historical") != 0)
            cr_assert_not_null(strstr(everything, personality_table[i].key), "%s is not tested",
                               personality_table[i].key);
}

Test(personality, historical_bytes_change_the_default_atr)
{
    cr_assert_eq(read_text("atr-historical = 8031"), 0, "%s", said);
    cr_assert_eq(made.atr.data[1], 0x92);
    const struct atr composed = made.atr;
    struct atr again;
    cr_assert(atr_parse(atr_bytes(&composed), &again));
    cr_assert_eq(read_text("atr-historical ="), 0, "%s", said);
    cr_assert_eq(made.atr.len, 8);
}

#define VALUES_MAX 16
/* clang-format off */
static const struct {
    const char *key;
    const char *values[VALUES_MAX]; /* none of which is one */
} wrong[] = {
    {"atr", {"", "3B", "3B00 00", "3A9F96803F87828031E073FE211F574543753130136502",
     "3B9F96803F87828031E073FE211F574543753130136503", "3B9F96803F87828031E073FE211F5745437531301365",
     "3B9F96803F87828031E073FE211F57454375313013650200", "3BF0", "3B8", "zz"}},
    {"atr-historical", {"80313233343536373839404142434445", "8", "x"}},
    {"eid", {"", "none", "8904904490000000000000000010235", "89049044900000000000000000102356",
     "8904904490000000000000000010235A"}},
    {"isd-r-aid", {"", "A0000005", "A0000005591010FFFFFFFF890000010000", "0", "None"}},
    {"ecasd-aid", {"", "A0000005", "A0000005591010FFFFFFFF890000010000"}},
    {"svn", {"", "2", "2.5", "2.5.0.0", "2.5.", "2..0", ".5.0", "2.5.256", "v2.5.0", "2.5.-1", "none",
     "2.2.2-2.5.0", "3.1.0-2.2.2", "2.2.2-3", "2.2.2-3.1.0-4.0.0"}},
    {"profile-version", {"2.3", "none"}},
    {"package-version", {"3", "3.3.1", "3.x", "none"}},
    {"firmware-version", {"1.0", "none"}},
    {"ts102241-version", {"", "15", "None"}},
    {"globalplatform-version", {"2.3"}},
    {"pp-version", {"1", "none"}},
    {"uicc-capability", {"", "usim,", "usim,,isim", "usim;isim", "lte", "USIM", ",usim", "none,usim"}},
    {"rsp-capability", {"", "ipa", "crl none"}},
    {"category", {"", "1", "big"}},
    {"forbidden-rules", {"", "ppr3"}},
    {"accreditation-number", {"12345678901234567890123456789012345678901234567890123456789012345", "\xC3"}},
    {"platform-label", {"", "\xFF"}},
    {"discovery-base-url", {"", "\xFF"}},
    {"tre-properties", {"", "1", "isDiscrete"}},
    {"tre-product-reference", {"", "\xFF"}},
    {"additional-profile-versions", {"", "2.1", "2.1.0,", "1.0.0,1.0.0,1.0.0,1.0.0,1.0.0,1.0.0,1.0.0,1.0.0,1.0.0"}},
    {"lpa-mode", {"", "0", "lpa"}},
    {"additional-info", {"", "0", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20"}},
    {"certificate-variant", {"", "o", "A", "0"}},
    {"euicc-info1", {"", "93", "93 None", "93 0", "0 none", "9F none", "9F1F2F none", "none none", "93 none x"}},
    {"euicc-info2", {"", "93 + 0", "93 ++00", "BF8182 none", "93030100 none"}},
    {"card-resource", {"", "8", "xx"}},
    {"memory", {"", "M", "1G", "-1", "4294967296", "4096M", "1 M", "99999999999999999999999"}},
    {"ram", {"", "K", "4294967296", "none"}},
    {"profile-ram", {"", "K", "none", "4294967296"}},
    {"applications", {"", "-1", "256", "none"}},
    {"root-sm-ds", {""}},
    {"additional-root-sm-ds", {"", "\xC0\x80"}},
    {"default-sm-dp", {"", "\xC0\x80"}},
    {"first-notification", {"", "-1", "2147483648", "one"}},
    {"segment-limit", {"", "-1", "1037", "strict"}},
    {"rule", {"", "ppr1", "ppr1 001", "ppr1 001-1", "ppr1 001-0101", "ppr1 00-01", "ppr3 any", "ppr1 any consent x",
     "ppr1 any yes", "ppr1 001-01/", "ppr1 001-01/0", "ppr1 any,", "ppr1,,ppr2 any", "ppr1 001-01/0A/0B/0C"}},
    {"profile", {"", ",enabled", "x,", "x,enable", "x,enabled,before-test", "x,enabled,enabled", "x,aid", "x,aid=",
     "x,aid=12", "x,aid=A000000559,aid=A000000559", "x,nickname", "x,nickname=", "x,nickname=\xFF",
     "x,nickname=12345678901234567890123456789012345678901234567890123456789012345"}},
    {"channels", {"", "20", "-1", "none"}},
    {"answers", {"", "none", "61xx", "by-le, fetched"}},
    {"le", {"", "none", "strict"}},
    {"extended-length", {"", "none", "1"}},
    {"store-data-limit", {"", "256", "none"}},
    {"refresh", {"", "none", "9100"}},
    {"quirks", {"", "none,only-by-aid", "only-by-iccid", "only-by-aid,"}},
    {"iot", {"", "1", "1.2.0", "2.0", "yes"}},
    {"iot-mechanisms", {"", "rollback", "ecall;fallback"}},
    {"package-errors", {"", "none", "stop, continue"}},
    {"iot-quirks", {"", "none,empty-error", "retrieve-error"}},
    {"test-menu", {"", "none", "yes", "1"}},
    {"ask-terminal", {"", "refresh", "imei,", "location;imei"}},
    {"poll-interval", {"", "none", "15301", "-1", "30s"}},
    {"classes", {"", "none", "3g"}},
    {"special-file-tag", {"", "none", "D0"}},
    {"ef-pin-status", {"", "none", "1"}},
    {"adf-file-id", {"", "none", "0"}},
    {"ef-properties", {"", "D2010", "D2010FD2010FD2010FD2010FD2010FD2010F"}},
    {"search-no-match", {"", "none", "6A83"}},
    {"isd-r-key", {"", "30", "30 01 88", "30 01 88 00", "30 01 88 0001020304050607", "00 01 88 000102030405060708090A0B0C0D0E0F",
     "30 00 88 000102030405060708090A0B0C0D0E0F", "80 01 88 000102030405060708090A0B0C0D0E0F",
     "30 01 89 000102030405060708090A0B0C0D0E0F", "3 01 88 000102030405060708090A0B0C0D0E0F",
     "30 01 80 0001020304050607", "30 01 88 000102030405060708090A0B0C0D0E0F 00",
     "30 01 88 000102030405060708090A0B0C0D0E0G"}},
    {"get-status", {"", "none", "strict, aid-first"}},
    {"failed-authentications", {"", "none", "256", "-1"}},
    {"ara-m", {"", "none", "closed"}},
    {"timing", {"", "none", "true", "real,"}},
    {"cost", {"", "EnableProfile", "EnableProfile x", "EnableProfile 600001", "EnableProfile 1.2345", "Enable 1", "byte .1", "byte 1."}},
    {"blank", {"", "yes", "files,none"}},
};
/* clang-format on */

static bool is_wrong(const char *key, const char *value)
{
    char text[512], why[512];
    snprintf(text, sizeof(text), "# one\n%s = %s\n", key, value);
    snprintf(why, sizeof(why), "t:2: %s = %s: a value is ", key, value);
    if (read_text(text) == 0)
        return false;
    cr_assert_eq(strncmp(said, why, strlen(why)), 0, "said: %s", said);
    return true;
}

Test(personality, a_value_that_is_none_is_refused_for_every_key)
{
    cr_assert_eq(sizeof(wrong) / sizeof(wrong[0]), personality_table_count);
    for (size_t i = 0; i < personality_table_count; i++) {
        cr_assert_str_eq(wrong[i].key, personality_table[i].key);
        for (size_t n = 0; n < VALUES_MAX && wrong[i].values[n] != NULL; n++)
            cr_expect(is_wrong(wrong[i].key, wrong[i].values[n]), "%s = '%s' is taken",
                      wrong[i].key, wrong[i].values[n]);
    }
}

Test(personality, none_and_others_exclude_each_other)
{
    char text[1024] = "";
    expect_refused("isd-r-aid = none\nisd-r-aid = " ISD_R, "t:2: isd-r-aid = ");
    expect_refused("isd-r-aid = " ISD_R "\nisd-r-aid = none", "t:2: isd-r-aid = none");
    expect_refused("rule = none\nrule = ppr1 any", "t:2: rule = ");
    expect_refused("profile = none\nprofile = x\nprofile = none", "t:3: profile = none");
    expect_refused("rule = ppr1 any\nrule = none", "t:2: rule = none");
    for (int i = 0; i < 9; i++)
        strcat(text, "isd-r-aid = " ISD_R "\n");
    expect_refused(text, "t:9: isd-r-aid = ");
}

Test(personality, rules_have_room_and_no_more)
{
    static const char row[] = "rule = ppr1 001-01/0A0B0C0D0E0F/0A0B0C0D0E0F\n";
    static char text[200 * sizeof(row)];
    for (int i = 0; i < 200; i++)
        strcat(text, row);
    expect_refused(text, "t:");
    cr_assert_eq(read_text("rule = none"), 0);
    cr_assert_eq(made.settings.rules.len, 0);
}

static const char *shipped(const char *name)
{
    static char path[256];
    const char *source = getenv("EMUICC_SOURCE");
    cr_assert_not_null(source, "EMUICC_SOURCE is not set");
    snprintf(path, sizeof(path), "%s/card/personalities/%s%s", source, name, SUFFIX);
    return path;
}

static struct bytes shipped_text(const char *name)
{
    static uint8_t room[PERSONALITY_TEXT_MAX];
    struct writer text = writer_on(room, sizeof(room));
    cr_assert_eq(personality_file_read(shipped(name), &text), 0, "%s", said);
    return writer_bytes(&text);
}

static const char *info_2(const struct personality *personality)
{
    static char text[2][2048];
    static unsigned turn;
    uint8_t room[1000];
    struct writer out = writer_on(room, sizeof(room));
    struct credentials none = {0};
    struct store *store;
    char folder[96];
    snprintf(folder, sizeof(folder), "%s/info", temp_card_folder);
    cr_assert_eq(store_open(folder, &store), 0);
    cr_assert_eq(euicc_info_put_2(&personality->info, &none, store, 0, &out), 0);
    store_close(store);
    hex_encode(writer_bytes(&out), text[++turn % 2]);
    return text[turn % 2];
}

Test(personality, the_reference_is_the_default_chip_and_names_every_key)
{
    static struct personality initial;
    const struct bytes text = shipped_text("sgp22-v2.5");
    personality_init(&initial);
    cr_assert_eq(personality_read(&made, "sgp22-v2.5", text), 0, "%s", said);
    cr_assert(bytes_equal(atr_bytes(&made.atr), atr_bytes(&initial.atr)));
    cr_assert(personality_same_card(&made, &initial));
    cr_assert_str_eq(info_2(&made), info_2(&initial));
    cr_assert(bytes_equal(made.settings.rules, isd_r_settings_default.rules));
    cr_assert_eq(made.settings.first_notification, 1);
    cr_assert_null(made.settings.default_dp_address);
    cr_assert_str_eq(made.info.root_ds_address, initial.info.root_ds_address);
    cr_assert_eq(made.platform.major, initial.platform.major);
    cr_assert_eq(made.platform.minor, initial.platform.minor);
    cr_assert_eq(made.has_eid, false);
    for (size_t i = 0; i < personality_table_count; i++) {
        char line[64];
        snprintf(line, sizeof(line), "%s = ", personality_table[i].key);
        cr_assert_not_null(memmem(text.data, text.len, line, strlen(line)), "no %s", line);
        for (size_t n = 0; personality_table[i].words != NULL && personality_table[i].words[n]; n++)
            cr_assert_not_null(memmem(text.data, text.len, personality_table[i].words[n],
                                      strlen(personality_table[i].words[n])),
                               "no %s", personality_table[i].words[n]);
    }
}

static int make_chip(struct card *card, const char *state, const char *personality, const char *eid)
{
    char path[160];
    said[0] = '\0';
    snprintf(path, sizeof(path), "%s/%s", temp_card_folder, state);
    const struct startup_plan plan = {.state = path, .personality = personality, .eid = eid};
    return startup_card(&plan, card);
}

static void expect_refusal(const char *state, const char *personality, const char *why)
{
    static struct card card;
    cr_assert_neq(make_chip(&card, state, personality, NULL), 0);
    card_close(&card);
    cr_assert_not_null(strstr(said, why), "said: %s", said);
    cr_assert_eq(strchr(said, '\n'), said + strlen(said) - 1, "more than a line: %s", said);
}

/* The ISD-R answers to this AID with this version, in its template and in EUICCInfo1; of a chip of
 * v3 the lowest, with its configuration: no profile is enabled. */
static void expect_isd_r(struct card *card, const char *aid, const char *svn)
{
    char command[64], expected[64];
    snprintf(command, sizeof(command), SELECT "%s00", aid);
    snprintf(expected, sizeof(expected), "8410%s", aid);
    const char *answer = talk_through(card, command);
    cr_assert_not_null(strstr(answer, expected), "%s: %s", aid, answer);
    const bool v3 = euicc_info_is_v3(&card->personality.info);
    const bool iot = euicc_info_iot(&card->personality.info) > EUICC_INFO_IOT_1_0;
    snprintf(expected, sizeof(expected), v3 ? "E0088203%s030100%s9000" : "E0058203%s%s9000", svn,
             iot ? "E103800100" : "");
    cr_assert_not_null(strstr(answer, expected), "%s: %s", aid, answer);
    snprintf(expected, sizeof(expected), "8203%s", svn);
    answer = talk_es10(card, "BF2000");
    cr_assert_eq(strncmp(answer, "BF20", 4), 0, "%s", answer);
    cr_assert_eq(strstr(answer, expected), answer + 6, "%s", answer);
}

/* clang-format off */
static const struct {
    const char *name, *aid, *svn; /* aid NULL: it is not there */
} chips[] = {
    {"5ber", OTHER_AID, "020202"},
    {"blank", ISD_R, "020500"},
    {"esim-me", "A0000005591010000000008900000300", "020202"},
    {"full", ISD_R, "020500"},
    {"gsm-sim", NULL, NULL},
    {"no-isd-r", NULL, NULL},
    {"sgp22-v2.1", ISD_R, "020100"},
    {"sgp22-v2.2", ISD_R, "020200"},
    {"sgp22-v2.2.2", ISD_R, "020202"},
    {"sgp22-v2.3", ISD_R, "020300"},
    {"sgp22-v2.4", ISD_R, "020400"},
    {"sgp22-v2.5", ISD_R, "020500"},
    {"sgp22-v3-only", ISD_R, "030000"},
    {"sgp22-v3.1", ISD_R, "020202"},
    {"sgp32-consumer", ISD_R, "020601"},
    {"sgp32-v1.0", ISD_R, "020500"},
    {"sgp32-v1.2", ISD_R, "020601"},
    {"sgp32-v1.3", ISD_R, "020601"},
    {"sysmoeuicc1-c2t", ISD_R, "020300"},
    {"sysmoisim-sja2", NULL, NULL},
    {"sysmoisim-sja5", NULL, NULL},
};
/* clang-format on */
#define CHIPS (sizeof(chips) / sizeof(chips[0]))

Test(personality, each_that_ships_makes_its_chip)
{
    static struct card card;
    for (size_t i = 0; i < CHIPS; i++) {
        cr_assert_eq(make_chip(&card, chips[i].name, shipped(chips[i].name), NULL), 0, "%s", said);
        if (chips[i].aid != NULL)
            expect_isd_r(&card, chips[i].aid, chips[i].svn);
        const bool gsm = card.personality.dialect.classes == DIALECT_CLASSES_2G;
        const char *no = gsm ? "6E00" : "6A82";
        if (chips[i].aid == NULL || strcmp(chips[i].aid, ISD_R) != 0)
            cr_assert_str_eq(talk(&card, SELECT ISD_R "00"), no);
        cr_assert_eq(strcmp(talk(&card, SELECT ECASD "00"), no) == 0, chips[i].aid == NULL);
        card_close(&card);
    }
}

static const char *info_1(void)
{
    static char text[1024];
    uint8_t room[500];
    struct writer out = writer_on(room, sizeof(room));
    struct credentials none = {0};
    euicc_info_put_1(&made.info, &none, &out);
    hex_encode(writer_bytes(&out), text);
    return text;
}

/* Exactly the fields of the chip's highest release. */
Test(personality, a_release_has_its_fields)
{
    cr_assert_eq(read_text("svn = 2.5.0\nlpa-mode = lpad"), 0, "%s", said);
    cr_assert_str_eq(info_1(), "BF20098203020500A900AA00");
    cr_assert_null(strstr(info_2(&made), "8D02"));
    cr_assert_eq(read_text("svn = 2.6.0"), 0, "%s", said);
    cr_assert_str_eq(info_1(), "BF20098203020600A900AA00");
    cr_assert_str_eq(strstr(info_2(&made), "0C0B"), "0C0B454D554943432D544553548D020780");
    cr_assert_eq(read_text("svn = 2.2.2-3.1.0"), 0, "%s", said);
    cr_assert_str_eq(info_1(), "BF20168203020202A900AA00B100880405D800209303030100");
    cr_assert_not_null(strstr(info_2(&made), "880405D80020A900AA008B0102"));
    cr_assert_str_eq(strstr(info_2(&made), "8D02"), "8D020780900100B1009303030100");
    cr_assert_eq(read_text("svn = 3.1.0\ntre-product-reference = x\nadditional-info = AB\n"
                           "additional-profile-versions = 2.1.0,3.1.0"),
                 0, "%s", said);
    cr_assert_not_null(strstr(info_1(), "8203030100"));
    cr_assert_str_eq(strstr(info_2(&made), "8D02"), "8D0207808E0178AF0A0403020100040303010"
                                                    "0"
                                                    "900100B1009201AB9303030100");
}

/* The elements of an info that is given in hexadecimal. */
static struct bytes content_of(const char *text)
{
    static uint8_t room[1000];
    struct writer whole = writer_on(room, sizeof(room));
    struct bytes bytes;
    struct tlv info;
    cr_assert(hex_decode(text, &whole));
    bytes = writer_bytes(&whole);
    cr_assert(tlv_take(&bytes, &info) && bytes.len == 0, "%s", text);
    return info.value;
}

/* Value of the field with this tag, or NULL. */
static const char *field_of(const char *info, const char *tag)
{
    struct tlv field;
    return tlv_find(content_of(info), (uint32_t)strtoul(tag, NULL, 16), &field) ? hex(field.value)
                                                                                : NULL;
}

static size_t count_fields(const char *info)
{
    struct bytes rest = content_of(info);
    struct tlv field;
    size_t count = 0;
    while (rest.len > 0 && tlv_take(&rest, &field))
        count++;
    cr_assert_eq(rest.len, 0, "%s", info);
    return count;
}

#define EVERY_FIELD                                                                                \
    "svn = 2.2.2-3.1.0\nforbidden-rules = ppr1\ntre-product-reference = x\n"                       \
    "additional-profile-versions = 2.1.0\nadditional-info = 01\nplatform-label = a\n"              \
    "discovery-base-url = b\nts102241-version = 1.2.3\nglobalplatform-version = 2.3.0\n"

/* Whatever else the text says: a release has no field of a later one. */
Test(personality, no_release_of_v2_has_a_field_of_v3)
{
    static const char of_v3[][4] = {"90", "B1", "92", "93"}, of_2_6[][4] = {"8D", "8E", "AF"};
    for (int minor = 1; minor <= 7; minor++) {
        char text[256], expected[64];
        snprintf(text, sizeof(text),
                 "svn = 2.%d.0\nlpa-mode = lpad\nadditional-info = 01\n"
                 "tre-product-reference = x\nadditional-profile-versions = 2.1.0\n",
                 minor);
        cr_assert_eq(read_text(text), 0, "%s", said);
        snprintf(expected, sizeof(expected), "BF2009820302%02X00A900AA00", (unsigned)minor);
        cr_assert_str_eq(info_1(), expected);
        for (size_t i = 0; i < sizeof(of_v3) / sizeof(of_v3[0]); i++)
            cr_assert_null(field_of(info_2(&made), of_v3[i]), "2.%d: %s", minor, of_v3[i]);
        for (size_t i = 0; i < sizeof(of_2_6) / sizeof(of_2_6[0]); i++)
            cr_assert_eq(field_of(info_2(&made), of_2_6[i]) != NULL, minor >= 6, "2.%d: %s", minor,
                         of_2_6[i]);
    }
}

/* Dropped, set and lengthened, one after the other; the rest stays. */
static void change_one(const char *key, const char *(*info)(void), const char *tag)
{
    char text[512], longer[2560];
    snprintf(text, sizeof(text), "%s%s = %s none\n", EVERY_FIELD, key, tag);
    cr_assert_eq(read_text(text), 0, "%s", said);
    cr_assert_null(field_of(info(), tag), "%s %s", key, tag);
    snprintf(text, sizeof(text), "%s%s = %s BEEF\n", EVERY_FIELD, key, tag);
    cr_assert_eq(read_text(text), 0, "%s", said);
    cr_assert_str_eq(field_of(info(), tag), "BEEF", "%s %s", key, tag);
    cr_assert_eq(read_text(EVERY_FIELD), 0, "%s", said);
    snprintf(longer, sizeof(longer), "%s0401AA", field_of(info(), tag));
    snprintf(text, sizeof(text), "%s%s = %s +0401AA\n", EVERY_FIELD, key, tag);
    cr_assert_eq(read_text(text), 0, "%s", said);
    cr_assert_str_eq(field_of(info(), tag), longer, "%s %s", key, tag);
}

static const char *own_info_2(void)
{
    return info_2(&made);
}

Test(personality, each_field_may_be_dropped_set_and_lengthened)
{
    static const char *const of_1[] = {"82", "A9", "AA", "B1", "88", "93"};
    static const char *const of_2[] = {"81", "82", "83", "84", "85", "86", "87", "88",
                                       "A9", "AA", "8B", "99", "04", "0C", "AC", "8D",
                                       "8E", "AF", "90", "B1", "92", "93"};
    cr_assert_eq(read_text(EVERY_FIELD), 0, "%s", said);
    cr_assert_eq(count_fields(info_1()), sizeof(of_1) / sizeof(of_1[0]));
    cr_assert_eq(count_fields(info_2(&made)), sizeof(of_2) / sizeof(of_2[0]));
    for (size_t i = 0; i < sizeof(of_1) / sizeof(of_1[0]); i++)
        change_one("euicc-info1", info_1, of_1[i]);
    for (size_t i = 0; i < sizeof(of_2) / sizeof(of_2[0]); i++)
        change_one("euicc-info2", own_info_2, of_2[i]);
}

Test(personality, any_field_may_be_another)
{
    static char text[4096] = "svn = 2.2.2-3.1.0\n";
    cr_assert_eq(
        read_text("svn = 2.2.2-3.1.0\neuicc-info1 = 93 none\neuicc-info1 = 88 none\n"
                  "euicc-info1 = A9 0401AA\neuicc-info1 = AA +0401BB\n"
                  "euicc-info1 = AA +0401CC\neuicc-info1 = 9F1F 01\neuicc-info1 = 82 none"),
        0, "%s", said);
    cr_assert_str_eq(info_1(), "BF2013A90304"
                               "01AAAA060401BB0401CCB1009F1F0101");
    cr_assert_not_null(strstr(info_2(&made), "880203D8A900"), "%s", info_2(&made));
    /* A chip of v2 that says what one of v3 does. */
    cr_assert_eq(read_text("euicc-info1 = 88 0700\neuicc-info2 = 84 01"), 0, "%s", said);
    cr_assert_str_eq(info_1(), "BF200D8203020500A900AA0088020700");
    cr_assert_not_null(strstr(info_2(&made), "840101"));
    cr_assert_not_null(strstr(info_2(&made), "880405D80020"));
    /* One list may get long, and any number of lines is too many. */
    for (int i = 0; i < 20; i++)
        strcat(text, "euicc-info2 = B1 +0414F54172BDF98A95D65CBEB88A38A1C11D800A85C3\n");
    cr_assert_eq(read_text(text), 0, "%s", said);
    const char *longer = info_2(&made);
    cr_assert_not_null(strstr(longer, "B18201B80414F54172BD"), "%s", longer);
    cr_assert_eq(strncmp(longer, "BF22820", 7), 0, "%s", longer);
    for (int i = 0; i < 13; i++)
        strcat(text, "euicc-info1 = 82 none\n");
    cr_assert_neq(read_text(text), 0);
}

Test(personality, all_that_ship_are_tested_and_listed)
{
    char folder[256], *list;
    size_t size, count = 0;
    snprintf(folder, sizeof(folder), "%s", shipped(""));
    *strrchr(folder, '/') = '\0';
    DIR *files = opendir(folder);
    cr_assert_not_null(files);
    for (struct dirent *entry; (entry = readdir(files)) != NULL;)
        count += strstr(entry->d_name, SUFFIX) != NULL &&
                 strncmp(entry->d_name, "field-", strlen("field-")) != 0; /* test_quirks.c */
    closedir(files);
    cr_assert_eq(count, CHIPS);
    FILE *out = open_memstream(&list, &size);
    personality_file_keys(out);
    fclose(out);
    for (size_t i = 0; i < personality_table_count; i++)
        cr_assert_not_null(strstr(list, personality_table[i].key));
    free(list);
}

Test(personality, a_sysmoeuicc1_says_what_one_says)
{
    static struct card card;
    char eid[PKI_EID_DIGITS + 1];
    cr_assert_eq(make_chip(&card, "chip", shipped("sysmoeuicc1-c2t"), NULL), 0, "%s", said);
    pki_eid_to_text(isd_r_eid(card.isd_r), eid);
    cr_assert_str_eq(eid, "89049044900000000000000000102355");
    cr_assert_str_eq(hex(card_atr(&card)), "3B9F96803F87828031E073FE211F574543753130136502");
    talk(&card, SELECT ISD_R "00");
    const char *info = talk_es10(&card, "BF2200");
    cr_assert_not_null(strstr(info, "8103020301"
                                    "8203020300"
                                    "8303230623"
                                    "840D810108820400045BF883022419"
                                    "8505067F36F3C0"
                                    "86030F0100"
                                    "8703020300"
                                    "88020398"
                                    "A9"),
                       "%s", info);
    cr_assert_not_null(strstr(info, "99020640"
                                    "0403010000"
                                    "0C0F535953"),
                       "%s", info);
    card_close(&card);
}

static const char *write_file(const char *name, const char *text)
{
    static char paths[4][160];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", temp_card_folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

Test(personality, several_aids_select_the_same_isd_r)
{
    static struct card card;
    const char *file =
        write_file("two", "isd-r-aid = " OTHER_AID "\nisd-r-aid = " ISD_R "\nsvn = 2.2.0\n");
    cr_assert_eq(make_chip(&card, "chip", file, NULL), 0, "%s", said);
    expect_isd_r(&card, OTHER_AID, "020200");
    expect_isd_r(&card, ISD_R, "020200");
    const char *first = talk_through(&card, "00A4040008A0000005591010FF00");
    cr_assert_not_null(strstr(first, "8410" OTHER_AID), "%s", first);
    card_close(&card);
}

Test(personality, a_blank_chip_shows_files_or_none)
{
    static struct card card;
    cr_assert_eq(make_chip(&card, "some", write_file("some.txt", "blank = files\n"), NULL), 0);
    cr_assert_str_eq(talk(&card, "00A4000C023F00"), "9000");
    card_close(&card);
    cr_assert_eq(make_chip(&card, "none", write_file("none.txt", "blank = none\n"), NULL), 0);
    cr_assert_str_eq(talk(&card, "00A4000C023F00"), "6A82");
    cr_assert_str_eq(talk(&card, "00A4080C022FE2"), "6A82");
    cr_assert_str_eq(talk(&card, "00B0820000"), "6986");
    cr_assert_str_eq(talk(&card, "80F2000000"), "6986");
    cr_assert_str_eq(talk(&card, "80AA000005A903830107"), "9000");
    expect_isd_r(&card, ISD_R, "020500");
    cr_assert_str_eq(talk(&card, "00A4000C023F00"), "6A82", "from the ISD-R as well");
    card_close(&card);
}

Test(personality, addresses_rules_and_first_number_are_the_chips)
{
    static struct card card;
    char text[sizeof(everything) + 32];
    snprintf(text, sizeof(text), "%s", everything);
    for (char *line; (line = strstr(text, "profile = ")) != NULL && line[-1] == '\n';)
        memset(line, '#', 1);
    memset(strstr(text, "classes = "), '#', 1);
    cr_assert_eq(make_chip(&card, "chip", write_file("chip.txt", text), NULL), 0, "%s", said);
    cr_assert_eq(card.isd_r->notification.next, 0);
    talk(&card, SELECT OTHER_AID "00");
    cr_assert_str_eq(talk_es10(&card, "BF3C00"), "BF3C0C800A64702E6578616D706C659000");
    cr_assert_str_eq(talk_es10(&card, "BF3F0480026162"), "BF3F038001009000");
    cr_assert_str_eq(talk_es10(&card, "BF3C00"), "BF3C04800261629000");
    cr_assert_str_eq(talk_es10(&card, "BF3F028000"), "BF3F038001009000");
    cr_assert_str_eq(talk_es10(&card, "BF3C00"), "BF3C009000");
    cr_assert_str_eq(talk_es10(&card, "BF340482020520"), "BF34038001009000");
    cr_assert_str_eq(talk_es10(&card, "BF3C00"), "BF3C0C800A64702E6578616D706C659000");
    cr_assert_not_null(strstr(talk_es10(&card, "BF4300"), "301080020640A10730058003"));
    card_close(&card);
}

Test(personality, the_chip_remembers_it)
{
    static struct card card;
    cr_assert_eq(make_chip(&card, "chip", shipped("5ber"), NULL), 0, "%s", said);
    card_close(&card);
    cr_assert_eq(make_chip(&card, "chip", NULL, NULL), 0, "%s", said);
    expect_isd_r(&card, OTHER_AID, "020202");
    card_close(&card);
    const char *file = write_file("newer", "isd-r-aid = " OTHER_AID "\nsvn = 2.4.0\n");
    cr_assert_eq(make_chip(&card, "chip", file, NULL), 0, "%s", said);
    expect_isd_r(&card, OTHER_AID, "020400");
    card_close(&card);
    cr_assert_eq(make_chip(&card, "chip", NULL, NULL), 0, "%s", said);
    expect_isd_r(&card, OTHER_AID, "020400");
    card_close(&card);
    expect_refusal("chip", shipped("sgp22-v2.5"), "this chip has other AIDs");
    expect_refusal("chip", shipped("no-isd-r"), "this chip has other AIDs");
    cr_assert_eq(make_chip(&card, "chip", NULL, NULL), 0, "%s", said);
    expect_isd_r(&card, OTHER_AID, "020400");
    card_close(&card);
}

Test(personality, a_chip_born_without_one_may_get_one)
{
    static struct card card;
    cr_assert_eq(make_chip(&card, "chip", NULL, NULL), 0, "%s", said);
    card_close(&card);
    expect_refusal("chip", shipped("5ber"), "this chip has other AIDs");
    expect_refusal("chip", shipped("sysmoeuicc1-c2t"), "the chip in ");
    cr_assert_eq(make_chip(&card, "chip", shipped("sgp22-v2.1"), NULL), 0, "%s", said);
    expect_isd_r(&card, ISD_R, "020100");
    card_close(&card);
}

Test(personality, an_eid_of_its_own_gives_way_to_the_option)
{
    static struct card card;
    static const char eid[] = "89049032000000000000000000001133";
    char digits[PKI_EID_DIGITS + 1];
    const char *file = shipped("sysmoeuicc1-c2t");
    cr_assert_eq(make_chip(&card, "chip", file, eid), 0, "%s", said);
    pki_eid_to_text(isd_r_eid(card.isd_r), digits);
    cr_assert_str_eq(digits, eid);
    card_close(&card);
    cr_assert_eq(make_chip(&card, "chip", file, NULL), 0, "%s", said);
    card_close(&card);
    cr_assert_eq(make_chip(&card, "chip", NULL, NULL), 0, "%s", said);
    card_close(&card);
}

Test(personality, what_cannot_be_read_makes_no_chip)
{
    static struct card card;
    expect_refusal("chip", "nowhere", "--personality nowhere: No such file");
    expect_refusal("chip", temp_card_folder, "--personality /tmp/emuicc-card-");
    expect_refusal("chip", write_file("bad", "svn = 2.5.0\n\nsvm = 2\n"), "bad:3: svm is no key");
    static char large[PERSONALITY_TEXT_MAX + 2];
    memset(large, '\n', sizeof(large) - 1);
    expect_refusal("chip", write_file("large", large), "too large");
    large[PERSONALITY_TEXT_MAX] = '\0';
    cr_assert_eq(make_chip(&card, "chip", write_file("fits", large), NULL), 0, "%s", said);
    card_close(&card);
}

/* A chip of v3 has a second chain, of the variant that its text names. */
Test(personality, a_chip_of_v3_signs_by_a_second_chain)
{
    static struct card card;
    static const struct {
        const char *name, *text;
        const char *list; /* front of euiccCiPKIdListForSigningV3 */
        size_t others;    /* certificates between the next one and the CI */
    } rows[] = {
        {"v3-ov3", "svn = 2.2.2-3.1.0\ncertificate-variant = ov3\n", "B1160414", 0},
        {"v3-a", "svn = 2.2.2-3.1.0\n", "B1160414", 1},
        {"v3-c", "svn = 3.1.0\ncertificate-variant = c\n", "B1160414", 2},
        {"v3-none", "svn = 3.1.0\ncertificate-variant = none\n", "B10088", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *file = write_file(rows[i].name, rows[i].text);
        char state[32];
        snprintf(state, sizeof(state), "chip-%zu", i);
        cr_assert_eq(make_chip(&card, state, file, NULL), 0, "%s", said);
        talk(&card, SELECT ISD_R "00");
        cr_assert_not_null(strstr(talk_es10(&card, "BF2000"), rows[i].list), "%s", rows[i].name);
        const struct credentials *credentials = &card.isd_r->credentials;
        struct bytes others = credentials->list[credentials->count - 1].others;
        struct tlv one;
        for (size_t n = 0; n < rows[i].others; n++)
            cr_assert(tlv_take_tag(&others, DER_SEQUENCE, &one));
        cr_assert_eq(others.len, 0);
        card_close(&card);
    }
}

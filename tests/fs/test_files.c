/* Contents and access rules in words. */
#include <criterion/criterion.h>

#include "apdu/hex.h"
#include "fs/files/access_words.h"
#include "fs/files/ef_words.h"
#include "fs/files/service_table.h"

static char said[4096];

static const char *words(const char *name, const char *digits)
{
    uint8_t room[256];
    struct writer content = writer_on(room, sizeof(room));
    struct writer out = writer_on(said, sizeof(said) - 1);
    cr_assert(hex_decode(digits, &content));
    ef_words_put_content(name, writer_bytes(&content), &out);
    said[out.len] = '\0';
    return said;
}

static const char *rules(const char *digits, bool directory)
{
    uint8_t room[256];
    struct writer record = writer_on(room, sizeof(room));
    struct writer out = writer_on(said, sizeof(said) - 1);
    cr_assert(hex_decode(digits, &record));
    access_words_put_record(writer_bytes(&record), directory, &out);
    said[out.len] = '\0';
    return said;
}

static void has(const char *text, const char *part)
{
    cr_assert_not_null(strstr(text, part), "%s lacks %s", text, part);
}

Test(files, identities)
{
    has(words("EF.ICCID", "988812010000000010F1"), "\"8988211000000000011\"");
    has(words("EF.IMSI", "080910100000000010"), "\"001010000000001\"");
    has(words("EF.IMSI", "FFFFFFFFFFFFFFFFFF"), "none");
    has(words("EF.MSISDN", "74657374FFFF07918812060000F2FFFFFFFFFFFF"), "+882160000");
    has(words("EF.AD", "00000002"), "2 digits");
    has(said, "\"normal\"");
    has(said, "\"off\"");
    has(words("EF.AD", "01000103"), "\"normal, with specific facilities\"");
    has(said, "\"on\"");
    has(said, "3 digits");
    has(words("EF.AD", "80"), "\"type approval\"");
    has(words("EF.AD", "04"), "\"cell test\"");
    has(words("EF.AD", "02"), "\"other\"");
}

Test(files, names)
{
    has(words("EF.SPN", "01656D75696363FFFF"), "\"emuicc\"");
    has(said, "\"registered PLMN's name shown at home\",\"value\":\"yes\"");
    has(said, "\"this name shown elsewhere\",\"value\":\"yes\"");
    has(words("EF.SPN", "02656D75696363FFFF"), "shown at home\",\"value\":\"no\"");
    has(said, "\"this name shown elsewhere\",\"value\":\"no\"");
    cr_expect_null(strstr(words("EF.SPN", "FF656D75696363FFFF"), "shown"), "%s", said);
    has(words("EF.SPN", "0080674E4EACFFFFFFFF"), "\"\xE6\x9D\x8E\xE4\xBA\xAC\"");
    has(words("EF.SPN", "00"), "\"name\",\"value\":\"\"");
    has(words("EF.DIR", "61124F10A0000000871002FFFFFFFF8907090000"),
        "A0000000871002FFFFFFFF8907090000");
    has(words("EF.PL", "656EFFFF"), "\"en\"");
    has(words("EF.ACC", "8001"), "\"label\":\"access class\",\"value\":\"0\"");
    has(said, "\"value\":\"15\"");
    cr_expect_null(strstr(said, "\"value\":\"1\""), "%s", said);
}

/* Where the alphabet is not ASCII (TS 23.038 §6.2.1). */
Test(files, names_in_the_gsm_alphabet)
{
    has(words("EF.SPN", "000002040506070809FF"), "\"@$\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\"");
    has(words("EF.SPN", "00111E5B5C5D5E7B7C7D7E7FFF"),
        "\"_\u00df\u00c4\u00d6\u00d1\u00dc\u00e4\u00f6\u00f1\u00fc\u00e0\"");
    has(words("EF.SPN", "000341FF"), "\"?A\"");
    has(words("EF.GID1", "2AFFFF"), "\"label\":\"group identifier\",\"value\":\"2A\"");
}

Test(files, networks)
{
    has(words("EF.FPLMN", "00F11062F210FFFFFF"), "\"001-01\"");
    has(said, "\"262-01\"");
    has(words("EF.PLMNwAcT", "130014C800FFFFFF0000"),
        "\"310-410\",\"value\":\"UTRAN, E-UTRAN, NG-RAN\"");
    has(words("EF.LOCI", "FFFFFFFF00F1100000FF01"), "001-01 0000");
    has(said, "not updated");
    has(words("EF.EPSLOCI", "FFFFFFFFFFFFFFFFFFFFFFFF00F110000000"), "\"updated\"");
    has(words("EF.5GS3GPPLOCI", "FFFFFFFFFFFFFFFFFFFFFFFFFF00F11000000001"), "001-01 000000");
    has(words("EF.Routing_Indicator", "F1FFFFFF"), "\"1\"");
}

Test(files, suci)
{
    has(words("EF.SUCI_Calc_Info", "A00402010100A10780011B8102ABCD"),
        "1. profile B (P-256), key 1");
    has(words("EF.SUCI_Calc_Info", "A00402010100A10780011B8102ABCD"), "2. profile A (X25519)");
    has(said, "\"ABCD\"");
    has(said, "\"27\"");
}

Test(files, services)
{
    has(words("EF.UST", "0100000400"), "Local phone book");
    has(said, "GSM access");
    has(words("EF.EST", "01"), "Fixed dialling numbers");
    cr_assert_str_eq(service_table_usim(124), "Subscription identifier privacy support");
    cr_assert_str_eq(service_table_usim(33), "Shall be set to 1");
    cr_assert_null(service_table_usim(0));
    cr_assert_null(service_table_usim(1000));
    has(words("EF.IST", "02"), "GBA");
}

/* What is cut shows as far as it has come. */
Test(files, cut_contents)
{
    static const char *const names[] = {"EF.ICCID", "EF.IMSI",   "EF.SPN",     "EF.DIR",
                                        "EF.LOCI",  "EF.PSLOCI", "EF.EPSLOCI", "EF.SUCI_Calc_Info",
                                        "EF.AD",    "EF.MSISDN", "EF.IMPI",    "EF.PLMNwAcT",
                                        "EF.ACC"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        has(words(names[i], ""), "\"decoded\":[");
        (void)words(names[i], "A0");
        (void)words(names[i], "80");
        (void)words(names[i], "A17F");
    }
    cr_assert_str_eq(words("EF.ARR", "00"), "");
}

Test(files, access_rules)
{
    has(rules("8001019000"
              "800102A406830101950108"
              "800158A40683010A950108",
              false),
        "{\"mode\":\"read\",\"needs\":\"nothing\"}");
    has(said, "{\"mode\":\"update\",\"needs\":\"PIN1\"}");
    has(said, "{\"mode\":\"deactivate, activate, delete\",\"needs\":\"ADM1\"}");
    has(rules("800103A010A406830101950108A40683018A950108", false), "PIN1 or ADM6");
    has(rules("800103A7"
              "08A40683010A950108",
              false),
        "\"needs\":\"not ADM1\"");
    has(rules("800106A40683010A950108"
              "8401D4"
              "9700",
              true),
        "create a file, create a directory");
    has(said, "{\"mode\":\"resize\",\"needs\":\"never\"}");
    has(rules("8402D4EE9700", false), "\"resize, instruction EE\"");
    has(rules("8001019700FFFFFF", false), "never");
    has(rules("FFFF", false), "[]");
    (void)rules("8001", false);
    (void)rules("A0A0A0", false);
}

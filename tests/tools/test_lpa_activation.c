#include <criterion/criterion.h>

#include "tools/lib/es9/activation.h"

struct good {
    const char *text, *address, *matching_id, *oid;
    bool code;
};

static const struct good goods[] = {
    {"LPA:1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815", "SMDP.GSMA.COM", "04386-AGYFT-A74Y8-3F815", ""},
    {"1$smdp.example.com$X", "smdp.example.com", "X", ""},
    {"lpa:1$smdp.example.com$X", "smdp.example.com", "X", ""},
    {"LPA:1$smdp.example.com$", "smdp.example.com", "", ""},
    {"LPA:1$smdp.example.com$$1.3.6.1.4.1.31746", "smdp.example.com", "", "1.3.6.1.4.1.31746"},
    {"LPA:1$a.b$X$1.3.6.1.4.1.31746$1", "a.b", "X", "1.3.6.1.4.1.31746", true},
    {"LPA:1$a.b$X$$1", "a.b", "X", "", true},
    {"LPA:1$a.b$X$$", "a.b", "X", ""},
    {"LPA:1$a.b$X$$1$later$fields", "a.b", "X", "", true},
    {"LPA:1$127.0.0.1:8443$TS48v5_SAIP2.3_BERTLV_SUCI.der", "127.0.0.1:8443",
     "TS48v5_SAIP2.3_BERTLV_SUCI.der", ""},
};

Test(lpa_activation, codes_are_taken_apart)
{
    for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
        struct activation code;
        struct fault fault = {0};
        cr_assert(activation_parse(goods[i].text, &code, &fault), "%s: %s", goods[i].text,
                  fault.text);
        cr_expect_str_eq(code.address, goods[i].address);
        cr_expect_str_eq(code.matching_id, goods[i].matching_id);
        cr_expect_str_eq(code.smdp_oid, goods[i].oid);
        cr_expect_eq(code.code_required, goods[i].code, "%s", goods[i].text);
        cr_expect_not(fault.raised);
    }
}

Test(lpa_activation, malformed_codes_are_refused_with_a_hint)
{
    const char *wrong[] = {
        "",
        "LPA:",
        "LPA:1",
        "LPA:1$",
        "LPA:1$a.b",
        "LPA:2$a.b$X",
        "LPA:$a.b$X",
        "1 $a.b$X",
        "LPA:1$$X",
        "LPA:1$a.b/c?d$X",
        "LPA:1$user@a.b$X",
        "LPA:1$.a$X",
        "LPA:1$a.b$X Y",
        "LPA:1$a.b$\xC3\xA4",
        "LPA:1$a.b$X$1.x",
        "LPA:1$a.b$X$3.1",
        "LPA:1$a.b$X$$2",
        "LPA:1$a.b$X$$0",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct activation code = {.address = "before"};
        struct fault fault = {0};
        cr_assert_not(activation_parse(wrong[i], &code, &fault), "%s", wrong[i]);
        cr_expect(fault.raised && fault.text[0] != '\0' && fault.next[0] != '\0');
        cr_expect_str_eq(code.address, "before");
    }
}

Test(lpa_activation, the_longest_code_is_taken_and_a_longer_one_is_not)
{
    char text[ACTIVATION_TEXT_MAX + 2];
    struct activation code;
    struct fault fault = {0};
    memset(text, 'A', sizeof(text));
    memcpy(text, "1$a.b$", 6);
    text[ACTIVATION_TEXT_MAX] = '\0';
    cr_assert(activation_parse(text, &code, &fault));
    cr_assert_eq(strlen(code.matching_id), ACTIVATION_TEXT_MAX - 6);
    text[ACTIVATION_TEXT_MAX] = 'A';
    text[ACTIVATION_TEXT_MAX + 1] = '\0';
    cr_assert_not(activation_parse(text, &code, &fault));
}

/* The old device's word that it has deleted a profile that moves (SGP.22 v3 §4.1.3). */
Test(lpa_activation, a_deletion_goes_with_a_code)
{
    static const char *const codes[] = {"1$a.b$X", "1$a.b$X$2.999$1", "LPA:1$a.b$X$$$CI"};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        char text[ACTIVATION_WHOLE_SIZE];
        struct activation code, before;
        struct fault fault = {0};
        strcpy(text, codes[i]);
        cr_assert(activation_append_deletion(text, sizeof(text), BYTES(0x30, 0x02, 0x05, 0x00)));
        cr_assert(activation_parse(codes[i], &before, &fault));
        cr_assert(activation_parse(text, &code, &fault), "%s: %s", text, fault.text);
        cr_expect(bytes_equal(activation_deletion(&code), BYTES(0x30, 0x02, 0x05, 0x00)), "%s",
                  text);
        cr_expect_eq(activation_deletion(&before).len, 0);
        cr_expect_str_eq(code.smdp_oid, before.smdp_oid);
        cr_expect_eq(code.code_required, before.code_required);
        cr_expect_not(activation_append_deletion(text, strlen(codes[i]) + 8, BYTES(0x30, 0x00)));
    }
    struct activation code;
    struct fault fault = {0};
    cr_assert(activation_parse("1$a.b$X$$$$BQA=", &code, &fault)); /* something else */
    cr_expect_eq(activation_deletion(&code).len, 0);
}

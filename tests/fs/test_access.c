/* Access rules: forms of a record one by one, then each command under each rule in each PIN state.
 */
#include "tests/fs/test_uicc.h"

#include <criterion/criterion.h>

#include "fs/access/access.h"

/* A profile with one rule, to ask it about READ, UPDATE and whatever comes. */
struct asked {
    struct profile *profile;
    struct file *file;
    struct apdu apdu;
};

#define RECORD_LEN 60

static struct asked ask_about(const char *rule)
{
    struct asked asked = {.profile = test_profile()};
    struct file *arr = profile_child(asked.profile->mf, TEST_ARR);
    memset(arr->content, 0xFF, RECORD_LEN);
    test_hex(rule, arr->content, RECORD_LEN);
    asked.file = profile_child(asked.profile->adfs, 0x6F07);
    asked.file->rules.record = 1;
    return asked;
}

static bool granted(struct asked *asked, uint8_t mode, uint8_t ins, uint64_t verified, bool *steady)
{
    asked->apdu.ins = ins;
    const struct access access = {asked->profile, asked->file, verified, &asked->apdu, mode};
    return access_granted(&access, steady);
}

/* Bits of the fixture's PINs in order. */
#define PIN1 1u
#define ADM 2u
#define LOCAL 8u
#define OTHER_LOCAL 16u

/* clang-format off */
static const struct rule_row {
    const char *rule;
    uint64_t verified;
    const char *modes; /* which of READ, UPDATE, INCREASE (by header 32) it grants */
} rule_rows[] = {
    {"800101 9000", 0, "R"},
    {"800102 9000", 0, "U"},
    {"800103 9000", 0, "RU"},
    {"80017F 9000", 0, "RU"},
    {"800183 9000", 0, "RU"},             /* proprietary upper bits: the lower three count */
    {"8001C0 9000", 0, ""},
    {"800101 9700", PIN1, ""},
    {"800101 9E0100", 0, "R"},            /* security condition byte: none */
    {"800101 9E01FF", PIN1, ""},
    {"800101 9E0110", PIN1, ""},          /* user authentication in no named way */
    {"800101 9D0100", 0, "R"},
    {"840132 9000", 0, "I"},
    {"8402B032 9000", 0, "RI"},
    {"8401B0 9000", 0, "R"},
    {"8C048032 00D6 9000", 0, "IU"},      /* class and instruction */
    {"8C0200B0 9000", 0, "R"},
    {"8C0280B0 9000", 0, ""},
    {"870300D600 9000", 0, ""},
    {"8703B00000 9000", 0, "R"},
    {"8703B00001 9000", 0, ""},
    {"9C01FF 9000", 0, ""},               /* proprietary access modes */
    {"800101 A40683010195 0108", 0, ""},
    {"800101 A406830101950108", PIN1, "R"},
    {"800101 A406830101950108", ADM, ""},
    {"800101 A403830101", PIN1, "R"},
    {"800101 A406830101950180", PIN1, ""},/* another usage */
    {"800101 A403950108", PIN1, ""},
    {"800101 A4048302 0101", PIN1, ""},
    {"800101 A406830105950108", PIN1, ""},/* no such PIN */
    {"800101 A406830181950108", LOCAL, "R"},
    {"800101 A406830181950108", OTHER_LOCAL, ""},
    {"800101 A010A406830101950108A40683010A950108", 0, ""},
    {"800101 A010A406830101950108A40683010A950108", PIN1, "R"},
    {"800101 A010A406830101950108A40683010A950108", ADM, "R"},
    {"800101 AF10A406830101950108A40683010A950108", PIN1, ""},
    {"800101 AF10A406830101950108A40683010A950108", PIN1 | ADM, "R"},
    {"800101 A708A406830101950108", 0, "R"},
    {"800101 A708A406830101950108", PIN1, ""},
    {"800101 AF12 A406830181950108 A708A406830101950108", LOCAL, "R"},
    {"800101 AF12 A406830181950108 A708A406830101950108", LOCAL | PIN1, ""},
    {"800101 A000", PIN1, ""},
    {"800101 AF00", PIN1, ""},
    {"800101 A700", PIN1, ""},
    {"800101 A0029000", 0, "R"},
    {"800101 A00AA008A006A004A0029000", 0, ""}, /* deeper than any rule needs */
    {"800101 A00490009700", 0, "R"},
    {"800101 AF0490009700", 0, ""},
    {"800101 A0039000 97", 0, ""},        /* cut in the template */
    {"800101 A406830101950108 9000", 0, "R"},    /* one condition of several is enough */
    {"800101 800102 9000", 0, "RU"},      /* several modes before one condition */
    {"800101 9700 800102 9000", 0, "U"},
    {"800101 9700 800101 9000", 0, "R"},
    {"800101 840132 A406830101950108 800102 9000", PIN1, "RIU"},
    {"9000", 0, ""},                      /* a condition of nothing */
    {"800101", 0, ""},
    {"", 0, ""},
    {"80020101 9000", 0, ""},
    {"8000 9000", 0, ""},
    {"800101 90", 0, ""},
    {"800101 00 9000", 0, ""},            /* padding ends it */
    {"800101 FF 9000", 0, ""},
};
/* clang-format on */

static void list_modes(struct asked *asked, uint64_t verified, char *modes)
{
    bool steady;
    asked->apdu.family = 0x00;
    if (granted(asked, ACCESS_READ, 0xB0, verified, &steady))
        *modes++ = 'R';
    if (granted(asked, ACCESS_UPDATE, 0xD6, verified, &steady))
        *modes++ = 'U';
    asked->apdu.family = 0x80;
    if (granted(asked, ACCESS_BY_HEADER, 0x32, verified, &steady))
        *modes++ = 'I';
    *modes = '\0';
}

static bool same_letters(const char *a, const char *b)
{
    return strlen(a) == strlen(b) && strspn(a, b) == strlen(a);
}

Test(access, a_record_grants_what_it_says)
{
    for (size_t i = 0; i < sizeof rule_rows / sizeof rule_rows[0]; i++) {
        const struct rule_row *row = &rule_rows[i];
        struct asked asked = ask_about(row->rule);
        char modes[4];
        list_modes(&asked, row->verified, modes);
        cr_expect(same_letters(modes, row->modes), "%s with %llx grants '%s'", row->rule,
                  (unsigned long long)row->verified, modes);
        profile_destroy(asked.profile);
    }
}

Test(access, an_answer_is_steady_unless_a_header_has_a_say)
{
    bool steady;
    struct asked asked = ask_about("8401B0 9000");
    cr_assert(granted(&asked, ACCESS_READ, 0xB0, 0, &steady) && steady);
    profile_destroy(asked.profile);
    asked = ask_about("8601B0 9000 8602B000 9000");
    cr_assert(granted(&asked, ACCESS_READ, 0xB0, 0, &steady) && !steady);
    profile_destroy(asked.profile);
}

Test(access, without_a_rule_nothing_is_granted)
{
    bool steady;
    struct asked asked = ask_about("80017F 9000");
    cr_assert(granted(&asked, ACCESS_READ, 0xB0, 0, &steady));
    asked.file->rules.record = 0;
    cr_assert(!granted(&asked, ACCESS_READ, 0xB0, 0, &steady));
    asked.file->rules.record = RULES + 1;
    cr_assert(!granted(&asked, ACCESS_READ, 0xB0, 0, &steady));
    asked.file->rules = (struct file_rules){0x6F06, 1};
    cr_assert(!granted(&asked, ACCESS_READ, 0xB0, 0, &steady));
    asked.file->rules = (struct file_rules){0, 1};
    cr_assert(!granted(&asked, ACCESS_READ, 0xB0, 0, &steady));
    asked.file->rules = (struct file_rules){0x2FE2, 1}; /* no record file */
    cr_assert(!granted(&asked, ACCESS_READ, 0xB0, 0, &steady));
    asked.file->rules = (struct file_rules){TEST_ARR, 1};
    profile_child(asked.profile->mf, TEST_ARR)->life_cycle = FILE_TERMINATED;
    cr_assert(!granted(&asked, ACCESS_READ, 0xB0, 0, &steady));
    profile_destroy(asked.profile);
}

/* The matrix. A command, its file, and what it answers once its rule lets it: whatever it is, it
 * is not 6982. */
/* clang-format off */
static const struct matrix_command {
    const char *name;
    uint16_t fid;      /* in ADF.USIM; 0: the DF 5FC0 itself is current */
    const char *apdu;
    const char *mode;  /* access mode data object that covers it */
    const char *granted;
} matrix_commands[] = {
    {"READ BINARY",      0x6F7E, "00B0000001",             "800101", "009000"},
    {"UPDATE BINARY",    0x6F7E, "00D600000101",           "800102", "9000"},
    {"READ RECORD",      0x6F40, "00B2010408",             "800101", "01020304050607089000"},
    {"UPDATE RECORD",    0x6F40, "00DC0104080000000000000000", "800102", "9000"},
    {"UPDATE RECORD",    0x6F39, "00DC000303000000",       "800102", "9000"},
    {"SEARCH RECORD",    0x6F40, "00A20104020203",         "800101", "0102049000"},
    {"INCREASE",         0x6F39, "8032000003000001",       "840132", "0000FF0000019000"},
    {"RETRIEVE DATA",    0x6FF8, "80CB0080015C",           "800101", "5C009000"},
    {"SET DATA",         0x6FF8, "80DB0080028100",         "800102", "9000"},
    {"DEACTIVATE FILE",  0x6F7E, "00040000",               "800108", "9000"},
    {"ACTIVATE FILE",    0x6F7E, "00440000",               "800110", "9000"},
    {"TERMINATE EF",     0x6F7E, "00E80000026F7E",         "800120", "9000"},
    {"DELETE FILE",      0x6F7E, "00E40000026F7E",         "800140", "9000"},
    {"RESIZE FILE",      0x6F7E, "80D400000A620883026F7E80020010", "8401D4", "9000"},
    {"CREATE FILE (EF)", 0,      "00E00000166214820241218302A0018A01058B032F060280020005", "800102", "9000"},
    {"CREATE FILE (DF)", 0,      "00E000001A62188202782183025F218A01058B032F0602C606900180830101", "800104", "9000"},
    {"TERMINATE DF",     0,      "00E60000025FC0",         "800120", "9000"},
    {"DELETE FILE (DF)", 0,      "00E40000025FC0",         "800140", "9000"},
};

enum pin_state { UNVERIFIED, WRONG, VERIFIED, DISABLED, BLOCKED, PIN_STATES };

static const struct matrix_rule {
    const char *name, *condition;
    bool holds[PIN_STATES]; /* by the state of PIN1, ADM unverified */
} matrix_rules[] = {
    {"always",      "9000",                                   {true, true, true, true, true}},
    {"never",       "9700",                                   {false, false, false, false, false}},
    {"PIN1",        "A406830101950108",                       {false, false, true, true, false}},
    {"ADM",         "A40683010A950108",                       {false, false, false, false, false}},
    {"PIN1 or ADM", "A010A406830101950108A40683010A950108",   {false, false, true, true, false}},
    {"PIN1 and ADM","AF10A406830101950108A40683010A950108",   {false, false, false, false, false}},
    {"not PIN1",    "A708A406830101950108",                   {true, true, false, false, true}},
    {"other mode",  NULL,                                     {false, false, false, false, false}},
};
/* clang-format on */

static void enter_state(struct test_card *card, enum pin_state state)
{
    static const char *const wrong = "002000010831313131FFFFFFFF";
    static const char *const right = "002000010830303030FFFFFFFF";
    if (state == WRONG)
        test_send(card, wrong);
    if (state == VERIFIED || state == BLOCKED)
        test_send(card, right);
    if (state == DISABLED)
        test_send(card, "002600010830303030FFFFFFFF");
    for (int i = 0; i < 3 && state == BLOCKED; i++)
        test_send(card, wrong);
}

/* Record 1 becomes the rule of the file under test. */
static void set_rule(struct test_card *card, const struct matrix_command *command,
                     const struct matrix_rule *rule)
{
    struct profile *profile = card->uicc.profile;
    struct file *arr = profile_child(profile->mf, TEST_ARR);
    struct file *file = profile_child(profile->adfs, command->fid != 0 ? command->fid : 0x5FC0);
    char text[128];
    snprintf(text, sizeof text, "%s%s", rule->condition != NULL ? command->mode : "9C0100",
             rule->condition != NULL ? rule->condition : "9000");
    memset(arr->content, 0xFF, RECORD_LEN);
    test_hex(text, arr->content, RECORD_LEN);
    file->rules.record = 1;
}

static void try_command(const struct matrix_command *command, const struct matrix_rule *rule,
                        enum pin_state state)
{
    struct test_card *card = test_card_new();
    char select[32];
    set_rule(card, command, rule);
    enter_state(card, state);
    cr_assert_str_eq(test_send(card, "00A4040C10A0000000871002FFFFFFFF8903020000"), "9000");
    snprintf(select, sizeof select, "00A4000C02%04X", command->fid != 0 ? command->fid : 0x5FC0);
    cr_assert_str_eq(test_send(card, select), "9000");
    const char *wanted = rule->holds[state] ? command->granted : "6982";
    const char *got = test_send(card, command->apdu);
    cr_expect(strcmp(got, wanted) == 0, "%s, %s, state %d: %s", command->name, rule->name, state,
              got);
    test_card_free(card);
}

Test(access, the_matrix_of_commands_rules_and_pin_states)
{
    for (size_t c = 0; c < sizeof matrix_commands / sizeof matrix_commands[0]; c++)
        for (size_t r = 0; r < sizeof matrix_rules / sizeof matrix_rules[0]; r++)
            for (enum pin_state state = UNVERIFIED; state < PIN_STATES; state++)
                try_command(&matrix_commands[c], &matrix_rules[r], state);
}

/* A grant is remembered only as long as nothing that it rests on has changed. */
Test(access, a_remembered_grant_is_forgotten_in_time)
{
    struct test_card *card = test_card_new();
    test_send(card, "00A4080C047F106F3A");
    test_send(card, "002000010830303030FFFFFFFF");
    cr_assert_str_eq(test_send(card, "00B2010404"), "414141419000");
    cr_assert_str_eq(test_send(card, "00B2010404"), "414141419000");
    test_send(card, "002000010831313131FFFFFFFF");
    cr_assert_str_eq(test_send(card, "00B2010404"), "6982");
    test_send(card, "002000010830303030FFFFFFFF");
    cr_assert_str_eq(test_send(card, "00B2010404"), "414141419000");
    test_send(card, "0020000A083535353535353535");
    test_send(card, "00A4080C022F06");
    cr_assert_str_eq(test_send(card, "00B2040400") + 2 * TEST_RULE_LEN, "9000");
    char update[256] = "00DC04043C8001017F9700";
    for (size_t i = 6; i < TEST_RULE_LEN; i++)
        strcat(update, "FF");
    test_send(card, "00A4080C047F106F3A");
    cr_assert_str_eq(test_send(card, "00B2010404"), "414141419000");
    test_send(card, "00A4080C022F06");
    cr_assert_str_eq(test_send(card, update), "9000");
    test_send(card, "00A4080C047F106F3A");
    cr_assert_str_eq(test_send(card, "00B2010404"), "6982");
    test_card_free(card);
}

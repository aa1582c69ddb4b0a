/* What is told of a chip: all that is kept, and no key or code. */
#include "tests/fs/test_elements.h"

#include "fs/text/inventory.h"

#define test_put test_put_in_store /* a name that both have */
#include "tests/fs/test_store.h"
#undef test_put

TestSuite(inventory, .init = test_make_folder, .fini = test_remove_folder);

#define METADATA                                                                                   \
    "BF25(5A(988812010000000010F1) 91(5072 6F76) 92(4E616D65) 95(00) B6(30(80(0780) 81(78))))"
#define SECRET "0102030405060708"
#define CODE                                                                                       \
    "A8(" MANDATED("0B") "A1(4F(A0000000010203) C4(CAFEBABE)) A2(30(4F(A0000000010203) "           \
                         "4F(A000000001020304) 4F(A000000001020305) 82(00) C9(8100) 30(04(" SECRET \
                         ")))))"
#define NON_STANDARD "A9(" MANDATED("0D") "81(2A0304) 82(C0FFEE))"

static char answer[65536];
static const struct bytes iccid = {(const uint8_t *)"8988211000000000011", 19};

static struct store *stored_as(const char *package, const char *said)
{
    static uint8_t room[256];
    struct writer metadata = writer_on(room, sizeof(room));
    cr_assert_eq(*test_put(&metadata, said), 0);
    struct test_run run = test_run(&saip_default_platform, code(package), TEST_CHUNK);
    cr_assert_eq(run.progress, SAIP_ENDED, "%s", test_response(&run));
    struct store_profile row = {
        .iccid = {0x98, 0x88, 0x12, 0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0xF1},
        .aid = {0xA0, 0x00, 0x01},
        .aid_len = 3,
        .state = 1,
        .nickname = bytes_of_text("n\"1"),
        .metadata = writer_bytes(&metadata),
        .size = 1234};
    struct store *store = test_open(test_folder);
    cr_assert_eq(store_profile_add(store, &row, run.profile), 0, "%s", test_trace);
    profile_destroy(run.profile);
    return store;
}

static struct store *stored(const char *package)
{
    return stored_as(package, METADATA);
}

static struct writer begin(void)
{
    return writer_on(answer, sizeof(answer) - 1);
}

static const char *text_of(const struct writer *out)
{
    answer[out->len] = '\0';
    return answer;
}

Test(inventory, of_an_empty_chip_is_an_empty_list)
{
    struct store *store = test_open(test_folder);
    struct writer out = begin();
    cr_assert_eq(inventory_list(store, &out), 0);
    cr_assert_str_eq(text_of(&out), "{\"profiles\":[]}");
    store_close(store);
}

Test(inventory, lists_what_is_kept_and_not_run)
{
    struct store *store =
        stored(ROOT DOMAIN RFM_OF("A00000055910100001", "A0(04(B00120))") CODE NON_STANDARD END);
    struct writer out = begin();
    cr_assert_eq(inventory_list(store, &out), 0);
    cr_assert_str_eq(
        text_of(&out),
        "{\"profiles\":[{\"iccid\":\"8988211000000000011\",\"aid\":\"A00001\","
        "\"state\":\"enabled\",\"class\":\"test\",\"provider\":\"Prov\",\"name\":\"Name\","
        "\"nickname\":\"n\\\"1\",\"size\":1234,\"files\":6,\"stored\":["
        "{\"kind\":\"security domain\",\"aid\":\"A000000151000000\",\"keys\":1,"
        "\"key list\":[\"01/01:88\"],\"state\":\"07\",\"privileges\":\"82DC00\"},"
        "{\"kind\":\"remote file management\",\"aid\":\"A00000055910100001\",\"tar\":[\"B00120\"]},"
        "{\"kind\":\"load package\",\"aid\":\"A0000000010203\",\"bytes\":4},"
        "{\"kind\":\"application\",\"aid\":\"A000000001020305\",\"package\":\"A0000000010203\","
        "\"state\":\"07\"},"
        "{\"kind\":\"non-standard\",\"issuer\":\"1.2.3.4\",\"bytes\":3}]}]}");
    store_close(store);
}

/* profileClass: operational is its DEFAULT, which DER leaves out. */
Test(inventory, a_class_that_is_not_said_is_operational)
{
    static const char *const rows[][2] = {
        {"BF25(5A(988812010000000010F1))", "\"class\":\"operational\""},
        {"BF25(5A(988812010000000010F1) 95(01))", "\"class\":\"provisioning\""},
    };
    for (size_t i = 0; i < 2; i++) {
        struct store *store = stored_as(ROOT END, rows[i][0]);
        struct writer out = begin();
        cr_assert_eq(inventory_list(store, &out), 0);
        cr_expect_not_null(strstr(text_of(&out), rows[i][1]), "%s", answer);
        store_close(store);
        test_remove_folder();
        test_make_folder();
    }
}

Test(inventory, shows_elements_by_the_names_of_the_format)
{
    struct store *store = stored(ROOT DOMAIN CODE NON_STANDARD END);
    struct writer out = begin();
    cr_assert_eq(inventory_show(store, iccid, &out), 0);
    text_of(&out);
    static const char *const parts[] = {
        "\"elements\":[{\"header\":{\"major-version\":2,\"minor-version\":3,",
        "{\"securityDomain\":{\"sd-Header\":{\"mandated\":true,\"identification\":8},",
        "\"keyComponents\":[{\"keyType\":\"88\",\"keyData\":{\"hidden bytes\":16}}]",
        "\"loadBlockObject\":\"CAFEBABE\"",
        "\"processData\":{\"hidden bytes\":10}",
        "\"issuerID\":\"1.2.3.4\",\"content\":\"C0FFEE\"",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        cr_expect_not_null(strstr(answer, parts[i]), "%s is not in %s", parts[i], answer);
    cr_expect_null(strstr(answer, KEY), "%s", answer);
    cr_expect_null(strstr(answer, SECRET), "%s", answer);
    store_close(store);
}

Test(inventory, knows_no_other_profile)
{
    struct store *store = stored(ROOT END);
    const char *const others[] = {"", "8988211000000000010", "898821100000000001", "X"};
    for (size_t i = 0; i < 4; i++) {
        struct writer out = begin();
        cr_assert_eq(inventory_show(store, bytes_of_text(others[i]), &out), SW_REFERENCE_NOT_FOUND);
        cr_assert_eq(out.len, 0);
    }
    store_close(store);
}

Test(inventory, that_does_not_fit_is_a_failure)
{
    struct store *store = stored(ROOT END);
    struct writer out = writer_on(answer, 100);
    cr_assert_lt(inventory_list(store, &out), 0);
    store_close(store);
}

/* Each name that is hidden is one of the format, and is found wherever it stands. */

#define NAMES_MAX 64
static const char *names[NAMES_MAX];
static size_t name_count;

static void note(const char *name)
{
    for (size_t i = 0; i < name_count; i++)
        if (strcmp(names[i], name) == 0)
            return;
    cr_assert_lt(name_count, NAMES_MAX);
    names[name_count++] = name;
}

static void walk(const struct pe_schema_type *type)
{
    if (type->kind == PE_SCHEMA_SEQUENCE_OF)
        walk(type->element);
    if (type->kind != PE_SCHEMA_SEQUENCE && type->kind != PE_SCHEMA_CHOICE)
        return;
    for (size_t i = 0; i < type->count; i++) {
        if (inventory_hides(type->fields[i].name))
            note(type->fields[i].name);
        walk(type->fields[i].type);
    }
}

Test(inventory, hides_what_may_be_a_secret)
{
    static const char *const secrets[] = {"connectivityParameters",
                                          "pinValue",
                                          "pukValue",
                                          "key",
                                          "opc",
                                          "authenticationKey",
                                          "ssd",
                                          "hrpdAccessAuthenticationData",
                                          "simpleIPAuthenticationData",
                                          "mobileIPAuthenticationData",
                                          "processData",
                                          "keyData",
                                          "sdPersoData"};
    walk(&pe_schema_profile_element);
    cr_assert_eq(name_count, sizeof(secrets) / sizeof(secrets[0]));
    for (size_t i = 0; i < name_count; i++)
        cr_assert_str_eq(names[i], secrets[i]);
}

/* Whatever kind a value is of, those that are secret do not come out. */
Test(inventory, hides_codes_and_keys_in_any_element)
{
    static const char *const elements[] = {PINS, PUKS, AKA, DOMAIN};
    static const char *const secrets[] = {"30303030FFFFFFFF", "3131313131313131", KEY, KEY};
    for (size_t i = 0; i < 4; i++) {
        struct bytes element = code(elements[i]);
        struct tlv tlv;
        struct writer out = begin();
        cr_assert(tlv_take(&element, &tlv));
        const struct pe_schema_field *field =
            pe_schema_find(&pe_schema_profile_element, 0, tlv.tag);
        inventory_put_value(&out, NULL, field->type, tlv.value);
        cr_expect_not_null(strstr(text_of(&out), "\"hidden bytes\":"), "%s", answer);
        cr_expect_null(strstr(answer, secrets[i]), "%s", answer);
    }
}

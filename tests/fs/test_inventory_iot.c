/* What is told of an IoT eUICC at rest, and what can be set there from outside. */
#include "tests/fs/test_store.h"

#include "apdu/hex.h"
#include "fs/text/inventory_iot.h"

TestSuite(inventory_iot, .init = test_make_folder, .fini = test_remove_folder);

#define ICCID "988812010000000010F1"
#define DIGITS "8988211000000000011"
/* id, FQDN, counter, token, key of the CI */
#define FIRST "30138002656D8103662E6583010584010788020102"
#define SECOND "300A8002656E810167830106"
#define OF_SECOND "iot/eim/0002"
#define RESULT "BF5110A00E300C8002656D8101093003810100"

static struct bytes of_hex(const char *digits)
{
    static uint8_t room[2][256];
    static unsigned next;
    struct writer out = writer_on(room[next++ % 2], sizeof(room[0]));
    cr_assert(hex_decode(digits, &out), "%s", digits);
    return writer_bytes(&out);
}

static void put(struct store *store, const char *name, const char *digits)
{
    cr_assert(store_put(store, name, of_hex(digits)) == 0, "%s", test_trace);
}

static struct store *with_eims(void)
{
    struct store *store = test_open(test_folder);
    put(store, "iot/eim/0001", FIRST);
    put(store, OF_SECOND, SECOND);
    return store;
}

static const char *shown(struct store *store)
{
    static char text[4096];
    struct writer out = writer_on(text, sizeof(text) - 1);
    cr_assert(inventory_iot_show(store, &out) == 0, "%s", test_trace);
    text[out.len] = '\0';
    return text;
}

Test(inventory_iot, of_an_empty_chip)
{
    struct store *store = test_open(test_folder);
    cr_assert_str_eq(shown(store), "{\"eims\":[],\"results\":[],\"immediate enabling\":false}");
    store_close(store);
}

Test(inventory_iot, shows_all_that_is_kept)
{
    struct store *store = with_eims();
    put(store, INVENTORY_IOT_LAST_TOKEN, "00000009");
    put(store, INVENTORY_IOT_ROLLBACK, ICCID);
    put(store, INVENTORY_IOT_BEFORE_FALLBACK, "");
    put(store, INVENTORY_IOT_EMERGENCY, "00000000000000000000");
    put(store, INVENTORY_IOT_FALLBACK, ICCID);
    put(store, INVENTORY_IOT_IMMEDIATE, "8000");
    const struct store_notification rows[] = {
        {3, 1, bytes_of_text("f.e"), {0}, of_hex("BF2F00")}, /* another kind of notification */
        {4, INVENTORY_IOT_RESULT, bytes_of_text("f.e"), {0}, of_hex(RESULT)}};
    for (size_t i = 0; i < 2; i++)
        cr_assert(store_notification_add(store, &rows[i]) == 0, "%s", test_trace);
    cr_assert_str_eq(
        shown(store),
        "{\"eims\":[{\"id\":\"em\",\"fqdn\":\"f.e\",\"counter\":5,\"token\":7,\"ci\":\"0102\"},"
        "{\"id\":\"en\",\"fqdn\":\"g\",\"counter\":6}],\"last token\":9,"
        "\"results\":[{\"number\":4,\"eim\":\"f.e\",\"counter\":9,\"results\":\"810100\"}],"
        "\"rollback\":\"" DIGITS "\",\"before emergency\":\"none\",\"fallback\":\"" DIGITS "\","
        "\"immediate enabling\":true}");
    store_close(store);
}

/* What a value is after a line; NULL: there is none. */
static void gives(struct store *store, const char *line, const char *name, const char *digits)
{
    char text[128], got[256] = "";
    uint8_t room[128];
    struct writer value = writer_on(room, sizeof(room));
    const char *wrong;
    snprintf(text, sizeof(text), "%s", line);
    cr_assert(inventory_iot_set(store, text, &wrong) == 0, "%s: %s", line, test_trace);
    cr_assert_null(wrong, "%s: %s", line, wrong);
    cr_assert_eq(store_get(store, name, &value), digits == NULL ? SW_REFERENCE_NOT_FOUND : 0, "%s",
                 line);
    hex_encode(writer_bytes(&value), got);
    cr_assert_str_eq(got, digits == NULL ? "" : digits, "%s", line);
}

/* The other fields of an eIM stay, in the order of their tags. */
Test(inventory_iot, sets_numbers_of_an_eim)
{
    struct store *store = with_eims();
    gives(store, "counter en = 300", OF_SECOND, "300B8002656E8101678302012C");
    gives(store, "token en = 1", OF_SECOND, "300E8002656E8101678302012C840101");
    gives(store, "counter en = 8388607", OF_SECOND, "300F8002656E81016783037FFFFF840101");
    gives(store, "token en = none", OF_SECOND, "300C8002656E81016783037FFFFF");
    gives(store, "token em = none", "iot/eim/0001", "30108002656D8103662E6583010588020102");
    gives(store, "token em = 2", "iot/eim/0001", "30138002656D8103662E6583010584010288020102");
    store_close(store);
}

Test(inventory_iot, sets_profiles)
{
    struct store *store = with_eims();
    struct profile *profile;
    struct store_profile row = {.iccid = {0x98, 0x88, 0x12, 0x01, 0, 0, 0, 0, 0x10, 0xF1},
                                .aid = {0xA0},
                                .aid_len = 1,
                                .state = 1};
    cr_assert_eq(profile_create(&profile), 0);
    profile_add_file(profile, NULL, FILE_MF, FILE_FID_MF);
    cr_assert(store_profile_add(store, &row, profile) == 0, "%s", test_trace);
    profile_destroy(profile);
    gives(store, "rollback = " DIGITS, INVENTORY_IOT_ROLLBACK, ICCID);
    gives(store, " rollback\t= none\n", INVENTORY_IOT_ROLLBACK, NULL);
    gives(store, "before-fallback = " DIGITS, INVENTORY_IOT_BEFORE_FALLBACK, ICCID);
    gives(store, "fallback = " DIGITS, INVENTORY_IOT_FALLBACK, ICCID);
    char longer[] = "fallback = " DIGITS "F0"; /* that only begins with a profile's */
    const char *wrong;
    cr_assert_eq(inventory_iot_set(store, longer, &wrong), 0);
    cr_assert_not_null(wrong);
    gives(store, "rollback = " DIGITS, INVENTORY_IOT_ROLLBACK_NUMBERS, "0000000000000000");
    gives(store, "emergency = " DIGITS, INVENTORY_IOT_EMERGENCY, ICCID);
    gives(store, "emergency = none", INVENTORY_IOT_EMERGENCY, "00000000000000000000");
    gives(store, "emergency = off", INVENTORY_IOT_EMERGENCY, NULL);
    gives(store, "connectivity " DIGITS " = A102", "iot/connectivity/1", "A102");
    gives(store, "connectivity " DIGITS " = none", "iot/connectivity/1", NULL);
    store_close(store);
}

Test(inventory_iot, refuses_and_changes_nothing)
{
    static const char *const lines[] = {
        "counter",
        "counter = 7",
        "counter eo = 7",
        "counter em = 8388608",
        "counter em = -1",
        "counter em = none",
        "counter em = 7x",
        "token em = 2147483648",
        "token em = ",
        "rollback = 123",
        "rollback em = none",
        "fallback = x",
        "emergency = 1",
        "connectivity = A102",
        "connectivity 1 = 00",
        "before = none",
        "= none",
        "fallback = 898821100000000001100",
    };
    struct store *store = with_eims();
    char before[4096];
    snprintf(before, sizeof(before), "%s", shown(store));
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char text[128];
        const char *wrong;
        snprintf(text, sizeof(text), "%s", lines[i]);
        cr_assert_eq(inventory_iot_set(store, text, &wrong), 0, "%s", lines[i]);
        cr_assert_not_null(wrong, "%s", lines[i]);
        cr_assert_str_eq(shown(store), before, "%s", lines[i]);
    }
    store_close(store);
}

#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/primitives/bsp.h"

static struct world world;
static struct mini_card card;

static void start(void)
{
    world_make(&world);
    mini_card_insert(&card, world.pki, EC_P256);
}

static void end(void)
{
    mini_card_remove(&card);
    world_end(&world);
}

TestSuite(es9, .init = start, .fini = end);

static void expect_package(const struct mini_card_installed *installed, unsigned number, size_t len)
{
    uint8_t memory[16384];
    struct writer package = writer_on(memory, sizeof(memory));
    world_put_package(number, len, &package);
    cr_assert(bytes_equal(blob_bytes(&installed->package), writer_bytes(&package)));
}

static void notify(json_t *request, unsigned expected)
{
    unsigned status;
    json_t *response = world_call(&world, "handleNotification", request, &status);
    cr_assert_eq(status, expected);
    cr_assert_eq(response == NULL, expected == FUNCTION_HTTP_NO_CONTENT);
    json_decref(response);
}

static enum order_state state_of(const char *package)
{
    struct order order = {0};
    snprintf(order.package, sizeof(order.package), "%s", package);
    snprintf(order.eid, sizeof(order.eid), "%s", WORLD_EID);
    cr_assert_eq(orders_take_open(world.smdpp->database, &order), 0);
    return order.state;
}

Test(es9, a_profile_arrives_as_it_is_in_the_folder)
{
    struct mini_card_installed installed;
    world_authenticate(&world, &card, WORLD_SMALL);
    cr_assert_not(card.code_required);
    world_download(&world, &card, &installed);
    expect_package(&installed, 1, 0);
    cr_assert(installed.keys_replaced);
    cr_assert_eq(state_of(WORLD_SMALL), ORDER_DOWNLOADED);
    notify(mini_card_result(&card, true), FUNCTION_HTTP_NO_CONTENT);
    cr_assert_eq(state_of(WORLD_SMALL), ORDER_INSTALLED);
    cr_assert_eq(session_table_count(world.smdpp->sessions), 0);
    mini_card_forget(&installed);
}

Test(es9, long_packages_and_metadata_come_in_segments_of_1020)
{
    struct mini_card_installed installed;
    struct tlv request, icon;
    world_authenticate(&world, &card, WORLD_LARGE);
    world_download(&world, &card, &installed);
    expect_package(&installed, 2, 9000);
    cr_assert_eq(installed.longest_segment, BSP_SEGMENT_MAX);
    cr_assert(tlv_whole(blob_bytes(&installed.metadata), 0xBF25, &request));
    cr_assert(tlv_find(request.value, 0x94, &icon));
    cr_assert_eq(icon.value.len, 1024);
    cr_assert_gt(installed.metadata.len, BSP_PLAIN_MAX_MAC_ONLY);
    mini_card_forget(&installed);
}

Test(es9, a_failed_installation_may_be_tried_again)
{
    for (int i = 0; i < 3; i++) {
        struct mini_card_installed installed;
        world_authenticate(&world, &card, WORLD_SMALL);
        cr_assert_not(card.one_time_key_named);
        world_download(&world, &card, &installed);
        notify(mini_card_result(&card, i == 2), FUNCTION_HTTP_NO_CONTENT);
        cr_assert_eq(state_of(WORLD_SMALL), i == 2 ? ORDER_INSTALLED : ORDER_RELEASED);
        mini_card_forget(&installed);
    }
}

/* SGP.22 §3.1.3: a chip that still has the one-time key gets the package bound to it. */
Test(es9, a_package_is_sent_again_for_the_same_one_time_key)
{
    struct mini_card_installed first, second, third;
    card.keep_one_time_key = true;
    world_authenticate(&world, &card, WORLD_SMALL);
    world_download(&world, &card, &first);
    json_t *response = world_call(&world, "cancelSession", mini_card_cancel(&card, 1), NULL);
    cr_assert_codes(response, "");
    json_decref(response);

    world_authenticate(&world, &card, WORLD_SMALL);
    cr_assert(card.one_time_key_named);
    world_download(&world, &card, &second);
    cr_assert_arr_eq(first.smdp_otpk, second.smdp_otpk, EC_POINT_SIZE);
    expect_package(&second, 1, 0);

    card.keep_one_time_key = false;
    world_authenticate(&world, &card, WORLD_SMALL);
    world_download(&world, &card, &third);
    cr_assert_arr_neq(first.smdp_otpk, third.smdp_otpk, EC_POINT_SIZE);
    expect_package(&third, 1, 0);
    mini_card_forget(&first);
    mini_card_forget(&second);
    mini_card_forget(&third);
}

Test(es9, a_changed_package_is_not_sent_as_it_was_bound)
{
    struct mini_card_installed installed;
    card.keep_one_time_key = true;
    world_authenticate(&world, &card, WORLD_SMALL);
    world_download(&world, &card, &installed);
    mini_card_forget(&installed);
    world_write(world.profiles, WORLD_SMALL ".metadata", bytes_of_text("name = Other\n"));
    world_authenticate(&world, &card, WORLD_SMALL);
    cr_assert_not(card.one_time_key_named);
}

Test(es9, downloads_survive_a_restart_with_a_file_of_orders)
{
    struct mini_card_installed installed;
    char orders[WORLD_PATH_SIZE + 16];
    snprintf(orders, sizeof(orders), "%s/orders.db", world.folder);
    world_restart(&world, orders);
    world_authenticate(&world, &card, WORLD_SMALL);
    world_download(&world, &card, &installed);
    world_restart(&world, orders);
    cr_assert_eq(state_of(WORLD_SMALL), ORDER_DOWNLOADED);
    card.fault = MINI_CARD_WRONG_SIGNATURE;
    notify(mini_card_result(&card, true), FUNCTION_HTTP_BAD_REQUEST);
    card.fault = MINI_CARD_RIGHT;
    notify(mini_card_result(&card, true), FUNCTION_HTTP_NO_CONTENT);
    cr_assert_eq(state_of(WORLD_SMALL), ORDER_INSTALLED);
    struct stat about;
    cr_assert_eq(stat(orders, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0600);
    mini_card_forget(&installed);
}

Test(es9, a_confirmation_code_is_asked_for_and_counted)
{
    struct mini_card_installed installed;
    const struct {
        const char *code, *codes;
    } tries[] = {{NULL, "8.2.7/2.2"}, {"00000000", "8.2.7/3.8"}, {"12345678", ""}};
    world_authenticate(&world, &card, WORLD_CODE);
    cr_assert(card.code_required);
    for (size_t i = 0; i < 3; i++) {
        card.confirmation_code = tries[i].code;
        json_t *response =
            world_call(&world, "getBoundProfilePackage", mini_card_prepare(&card), NULL);
        cr_assert_codes(response, tries[i].codes);
        if (tries[i].codes[0] == '\0') {
            mini_card_load(&card, response, &installed);
            expect_package(&installed, 3, 500);
            mini_card_forget(&installed);
        }
        json_decref(response);
    }
}

Test(es9, three_wrong_codes_end_the_session)
{
    const char *codes[] = {"8.2.7/3.8", "8.2.7/3.8", "8.2.7/6.4", "8.10.1/3.9"};
    card.confirmation_code = "1";
    world_authenticate(&world, &card, WORLD_CODE);
    for (size_t i = 0; i < 4; i++) {
        json_t *response =
            world_call(&world, "getBoundProfilePackage", mini_card_prepare(&card), NULL);
        cr_assert_codes(response, codes[i]);
        json_decref(response);
    }
}

/* A package's own code, too, has as many tries for a chip however many sessions it opens. */
Test(es9, wrong_codes_are_counted_over_sessions)
{
    const char *codes[] = {"8.2.7/3.8", "8.2.7/3.8", "8.2.7/6.4", "8.2.7/6.4"};
    for (size_t i = 0; i < 4; i++) {
        card.confirmation_code = i < 3 ? "1" : "12345678";
        world_authenticate(&world, &card, WORLD_CODE);
        json_t *response =
            world_call(&world, "getBoundProfilePackage", mini_card_prepare(&card), NULL);
        cr_assert_codes(response, codes[i]);
        json_decref(response);
    }
}

/* What people put into the folder and is no package: said at the start, and an answer. */
Test(es9, a_file_that_is_no_package_is_refused_as_one_that_is_not_there)
{
    static const uint8_t junk[] = {0x30, 0x03, 'a', 'b', 'c'};
    char path[WORLD_PATH_SIZE + 16];
    const char *names[] = {"JUNK", "EMPTY", "TEXT", "FOLDER"};
    world_write(world.profiles, "JUNK.der", bytes_of(junk, sizeof(junk)));
    world_write(world.profiles, "EMPTY.der", (struct bytes){0});
    world_write(world.profiles, "TEXT.der", bytes_of_text("header : { major-version 2 }"));
    snprintf(path, sizeof(path), "%s/FOLDER.der", world.profiles);
    cr_assert_eq(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        unsigned status;
        card.matching_id = names[i];
        world_initiate(&world, &card);
        json_t *response =
            world_call(&world, "authenticateClient", mini_card_authenticate(&card), &status);
        cr_assert_codes(response, "8.2.6/3.8");
        cr_assert_eq(status, FUNCTION_HTTP_OK);
        json_decref(response);
    }
    rmdir(path);
}

/* Everything that InitiateAuthentication refuses (SGP.22 §5.6.1). */
Test(es9, initiate_authentication_refuses)
{
    static const struct {
        const char *address;
        uint8_t major;
        const char *codes;
    } rows[] = {
        {"other.example.com", 2, "8.8.1/3.8"},   {"TestSMDPplus1.Example.Com", 2, ""},
        {WORLD_ADDRESS ":8443", 2, ""},          {WORLD_ADDRESS ":", 2, "8.8.1/3.8"},
        {WORLD_ADDRESS ".evil", 2, "8.8.1/3.8"}, {WORLD_ADDRESS, 1, "8.8.3/3.1"},
        {WORLD_ADDRESS, 4, "8.8.3/3.1"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        card.svn[0] = rows[i].major;
        json_t *response = world_call(&world, "initiateAuthentication",
                                      mini_card_initiate(&card, rows[i].address), NULL);
        cr_assert_codes(response, rows[i].codes);
        json_decref(response);
    }
}

/* A chip whose EUICCInfo1 names these CI key ids. */
static void expect_lists(const char *verification, const char *signing, const char *codes)
{
    uint8_t memory[256];
    struct writer info = writer_on(memory, sizeof(memory));
    const struct bytes own = card.ci.certificate.subject_key_id;
    const char *names[] = {verification, signing};
    const size_t whole = tlv_open(&info, 0xBF20);
    tlv_put(&info, 0x82, BYTES(2, 2, 2));
    for (uint32_t i = 0; i < 2; i++) {
        const size_t list = tlv_open(&info, 0xA9 + i);
        for (const char *at = names[i]; *at != '\0'; at++)
            tlv_put(&info, DER_OCTET_STRING, *at == 'o' ? own : BYTES(0xFF, 0xFE));
        tlv_close(&info, list);
    }
    tlv_close(&info, whole);
    json_t *request = mini_card_initiate(&card, WORLD_ADDRESS);
    cr_assert_eq(field_set_bytes(request, "euiccInfo1", writer_bytes(&info)), 0);
    json_t *response = world_call(&world, "initiateAuthentication", request, NULL);
    cr_assert_codes(response, codes);
    json_decref(response);
}

/* o: the CI of the server; x: another one. */
Test(es9, the_ci_is_chosen_from_what_the_chip_offers)
{
    expect_lists("o", "o", "");
    expect_lists("xo", "xxo", "");
    expect_lists("o", "x", "8.8.2/3.1");
    expect_lists("x", "x", "8.8.2/3.1");
    expect_lists("x", "o", "8.8.4/3.7");
    expect_lists("", "o", "8.8.4/3.7");
    expect_lists("o", "", "8.8.2/3.1");
}

static const char *refuse_client(enum mini_card_fault fault, const char *matching_id,
                                 char codes[32])
{
    card.matching_id = matching_id;
    world_initiate(&world, &card);
    card.fault = fault;
    json_t *response =
        world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    const char *found = world_codes(response, codes);
    json_decref(response);
    card.fault = MINI_CARD_RIGHT;
    return found;
}

/* SGP.22 §5.6.3 */
Test(es9, authenticate_client_refuses)
{
    static const struct {
        enum mini_card_fault fault;
        const char *matching_id, *codes;
    } rows[] = {
        {MINI_CARD_WRONG_SIGNATURE, WORLD_SMALL, "8.1/6.1"},
        {MINI_CARD_WRONG_TRANSACTION, WORLD_SMALL, "8.10.1/3.9"},
        {MINI_CARD_WRONG_CHALLENGE, WORLD_SMALL, "8.1/6.1"},
        {MINI_CARD_WRONG_ADDRESS, WORLD_SMALL, "8.1/6.1"},
        {MINI_CARD_ERROR, WORLD_SMALL, "8.1/4.2"},
        {MINI_CARD_RIGHT, "NO-SUCH", "8.2.6/3.8"},
        {MINI_CARD_RIGHT, "../profiles/" WORLD_SMALL, "8.2.6/3.8"},
        {MINI_CARD_RIGHT, ".", "8.2.6/3.8"},
        {MINI_CARD_RIGHT, "", "8.1.1/3.8"},
        {MINI_CARD_RIGHT, NULL, "8.1.1/3.8"},
        {MINI_CARD_RIGHT, WORLD_RULES, ""},
    };
    char codes[32];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_str_eq(refuse_client(rows[i].fault, rows[i].matching_id, codes), rows[i].codes,
                         "row %zu", i);
}

Test(es9, what_the_chip_cannot_take_is_not_sent)
{
    char codes[32];
    card.forbidden_rules = 1u << 1;
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, WORLD_RULES, codes), "8.2.5/4.3");
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, WORLD_SMALL, codes), "");
    card.forbidden_rules = 0;
    card.free_memory = 8999;
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, WORLD_LARGE, codes), "8.1/4.8");
    card.free_memory = 1 << 20;
    card.profile_version[0] = 1;
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, WORLD_SMALL, codes), "8.2.5/4.3");
    world.smdpp->any_chip = true;
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, WORLD_SMALL, codes), "");
}

/* What a card does with it is the card's affair. */
Test(es9, a_broken_package_is_served_as_it_is)
{
    struct mini_card_installed installed;
    char codes[32];
    const struct bytes broken = bytes_of_text("this is no package");
    world_write(world.profiles, "BROKEN.der", broken);
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, "BROKEN", codes), "8.2.6/3.8");
    world_write(world.profiles, "BROKEN.metadata", bytes_of_text("iccid = 8988000000000000051\n"));
    world_authenticate(&world, &card, "BROKEN");
    world_download(&world, &card, &installed);
    cr_assert(bytes_equal(blob_bytes(&installed.package), broken));
    notify(mini_card_result(&card, false), FUNCTION_HTTP_NO_CONTENT);
    mini_card_forget(&installed);
}

/* Certificates of another PKI, and an EUM's that another EUM has not issued for. */
Test(es9, foreign_certificates_are_refused)
{
    char codes[32], path[WORLD_PATH_SIZE + 64];
    struct world other = {0};
    world_make(&other);
    snprintf(path, sizeof(path), "%s/EUM/CERT_EUM_ECDSA_NIST.der", other.pki);
    card.other_eum = path;
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, WORLD_SMALL, codes), "8.11.1/3.9");
    snprintf(path, sizeof(path), "%s/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der", world.pki);
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, WORLD_SMALL, codes), "8.1.2/6.1");
    card.other_eum = NULL;
    struct pki_entity own = card.euicc;
    cr_assert_eq(pki_read(other.pki, PKI_EUICC, EC_P256, &card.euicc), 0);
    cr_assert_str_eq(refuse_client(MINI_CARD_RIGHT, WORLD_SMALL, codes), "8.1.3/6.1");
    pki_entity_finish(&card.euicc);
    card.euicc = own;
    world_end(&other);
}

/* SGP.22 §5.6.2 */
Test(es9, get_bound_profile_package_refuses)
{
    static const struct {
        enum mini_card_fault fault;
        const char *codes;
    } rows[] = {
        {MINI_CARD_WRONG_SIGNATURE, "8.1/6.1"},
        {MINI_CARD_WRONG_TRANSACTION, "8.10.1/3.9"},
        {MINI_CARD_WRONG_POINT, "8.1/6.1"},
        {MINI_CARD_ERROR, "8.1/4.2"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_authenticate(&world, &card, WORLD_SMALL);
        card.fault = rows[i].fault;
        json_t *response =
            world_call(&world, "getBoundProfilePackage", mini_card_prepare(&card), NULL);
        cr_assert_codes(response, rows[i].codes);
        json_decref(response);
        card.fault = MINI_CARD_RIGHT;
    }
}

/* SGP.22 §5.6.5 */
Test(es9, cancel_session_is_checked_and_ends_the_session)
{
    static const struct {
        enum mini_card_fault fault;
        const char *codes;
    } rows[] = {
        {MINI_CARD_WRONG_SIGNATURE, "8.1/6.1"},
        {MINI_CARD_WRONG_TRANSACTION, "8.10.1/3.9"},
        {MINI_CARD_WRONG_OID, "8.8/3.10"},
        {MINI_CARD_ERROR, "8.1/4.2"},
        {MINI_CARD_RIGHT, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_authenticate(&world, &card, WORLD_SMALL);
        card.fault = rows[i].fault;
        json_t *response = world_call(&world, "cancelSession", mini_card_cancel(&card, 0), NULL);
        cr_assert_codes(response, rows[i].codes);
        json_decref(response);
        card.fault = MINI_CARD_RIGHT;
    }
    json_t *response = world_call(&world, "cancelSession", mini_card_cancel(&card, 0), NULL);
    cr_assert_codes(response, "8.10.1/3.9");
    json_decref(response);
}

Test(es9, steps_out_of_turn_find_no_session)
{
    world_initiate(&world, &card);
    json_t *response = world_call(&world, "getBoundProfilePackage", mini_card_prepare(&card), NULL);
    cr_assert_codes(response, "8.10.1/3.9");
    json_decref(response);
    card.matching_id = WORLD_SMALL;
    for (int i = 0; i < 2; i++) {
        response = world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
        cr_assert_codes(response, i == 0 ? "" : "8.10.1/3.9");
        json_decref(response);
    }
}

Test(es9, notifications_are_verified_and_kept_once)
{
    struct mini_card_installed installed;
    world_authenticate(&world, &card, WORLD_SMALL);
    world_download(&world, &card, &installed);
    notify(mini_card_result(&card, true), FUNCTION_HTTP_NO_CONTENT);
    for (unsigned event = 1; event < 4; event++)
        notify(mini_card_notify(&card, 1u << event), FUNCTION_HTTP_NO_CONTENT);
    json_t *again = mini_card_notify(&card, 2);
    notify(json_incref(again), FUNCTION_HTTP_NO_CONTENT);
    notify(again, FUNCTION_HTTP_NO_CONTENT);
    cr_assert_eq(
        database_query(world.smdpp->database, "SELECT 1 FROM notifications", NULL, 0, NULL, NULL),
        5);
    card.fault = MINI_CARD_WRONG_SIGNATURE;
    notify(mini_card_notify(&card, 2), FUNCTION_HTTP_BAD_REQUEST);
    mini_card_forget(&installed);
}

Test(es9, results_that_do_not_fit_are_refused)
{
    struct mini_card_installed installed;
    world_authenticate(&world, &card, WORLD_SMALL);
    world_download(&world, &card, &installed);
    const enum mini_card_fault faults[] = {MINI_CARD_WRONG_SIGNATURE, MINI_CARD_WRONG_OID};
    for (size_t i = 0; i < 2; i++) {
        card.fault = faults[i];
        notify(mini_card_result(&card, true), FUNCTION_HTTP_BAD_REQUEST);
    }
    card.fault = MINI_CARD_WRONG_TRANSACTION; /* one that the server does not know: acknowledged */
    notify(mini_card_result(&card, true), FUNCTION_HTTP_NO_CONTENT);
    card.fault = MINI_CARD_RIGHT;
    card.iccid[8] ^= 1; /* of a profile that was not ordered: taken, so that it leaves the chip */
    notify(mini_card_result(&card, true), FUNCTION_HTTP_NO_CONTENT);
    cr_assert_eq(state_of(WORLD_SMALL), ORDER_DOWNLOADED);
    mini_card_forget(&installed);
}

/* Every member of every request: absent, of another type, not base64, no TLV, too long. */
static void expect_malformed(const char *function, json_t *right, const char *member)
{
    char *long_text = malloc(1 << 20);
    memset(long_text, 'A', (1 << 20) - 1);
    long_text[(1 << 20) - 1] = '\0';
    json_t *values[] = {NULL,
                        json_integer(1),
                        json_string("%"),
                        json_string(""),
                        json_string("AAAA"),
                        json_stringn("AAAA\0AAA", 8),
                        json_string(long_text),
                        json_array()};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char codes[32];
        unsigned status;
        json_t *request = json_copy(right);
        if (values[i] == NULL)
            json_object_del(request, member);
        else
            json_object_set_new(request, member, values[i]);
        json_t *response = world_call(&world, function, request, &status);
        const char *found = world_codes(response, codes);
        cr_assert(strncmp(found, "1.3.1/2.", 8) == 0 || strcmp(found, "8.10.1/3.9") == 0 ||
                      strcmp(found, "8.8.1/3.8") == 0,
                  "%s %s %zu: %s", function, member, i, found);
        if (i == 0)
            cr_assert_str_eq(found, "1.3.1/2.2");
        json_decref(response);
    }
    json_decref(right);
    free(long_text);
}

Test(es9, malformed_requests_get_a_failure)
{
    const char *initiate[] = {"euiccChallenge", "euiccInfo1", "smdpAddress"};
    for (size_t i = 0; i < 3; i++)
        expect_malformed("initiateAuthentication", mini_card_initiate(&card, WORLD_ADDRESS),
                         initiate[i]);
    card.matching_id = WORLD_SMALL;
    world_initiate(&world, &card);
    expect_malformed("authenticateClient", mini_card_authenticate(&card), "transactionId");
    expect_malformed("authenticateClient", mini_card_authenticate(&card),
                     "authenticateServerResponse");
    expect_malformed("getBoundProfilePackage", mini_card_prepare(&card), "prepareDownloadResponse");
    expect_malformed("handleNotification", mini_card_notify(&card, 2), "pendingNotification");
    /* and the session of the malformed ones goes on */
    json_t *response =
        world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    cr_assert_codes(response, "");
    json_decref(response);
}

Test(es9, bodies_that_are_no_objects_get_a_failure)
{
    const char *bodies[] = {"", "null", "[]", "1", "{", "{\"a\":1,\"a\":2}", "\xff", "{}x"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        unsigned status;
        char *text = function_answer(world.smdpp, &es9_functions.rows[0], "",
                                     bytes_of_text(bodies[i]), &status);
        cr_assert_eq(status, FUNCTION_HTTP_OK);
        cr_assert_not_null(strstr(text, "\"subjectCode\":\"1.3.1\""), "%s", bodies[i]);
        free(text);
    }
}

Test(es9, brainpool_from_the_published_certificates)
{
    char pki[512], codes[32];
    const char *shared = getenv("EMUICC_SHARED");
    snprintf(pki, sizeof(pki), "%s/data/sgp26", shared != NULL ? shared : "../shared");
    struct stat about;
    if (stat(pki, &about) != 0)
        cr_skip_test("%s is not there", pki);
    const struct smdpp_plan plan = {
        .pki = pki, .profiles = world.profiles, .version = world.smdpp->version};
    struct mini_card_installed installed;
    struct smdpp *own = world.smdpp;
    for (int curve = 0; curve < EC_CURVES; curve++) {
        mini_card_remove(&card);
        mini_card_insert(&card, pki, (enum ec_curve)curve);
        cr_assert_eq(smdpp_create(&plan, &world.smdpp), 0);
        world_authenticate(&world, &card, WORLD_SMALL);
        world_download(&world, &card, &installed);
        expect_package(&installed, 1, 0);
        notify(mini_card_result(&card, true), FUNCTION_HTTP_NO_CONTENT);
        cr_assert_str_eq(refuse_client(MINI_CARD_WRONG_SIGNATURE, WORLD_SMALL, codes), "8.1/6.1");
        mini_card_forget(&installed);
        smdpp_destroy(world.smdpp);
    }
    world.smdpp = own;
}

#include <criterion/criterion.h>
#include <stdio.h>

#include "crypto/pki/issue.h"
#include "tools/lib/common/base64.h"
#include "tools/lib/es9/ca.h"
#include "tools/lib/es9/es9.h"
#include "tools/lib/es9/es9_status.h"

#define HEADER(status) "\"header\":{\"functionExecutionStatus\":{\"status\":\"" status "\"}}"
#define REFUSAL(data)                                                                              \
    "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Failed\",\"statusCodeData\":" data "}" \
    "}"                                                                                            \
    "}"

static bool parse(enum es9_function function, const char *text, struct es9_answer *answer,
                  struct fault *fault)
{
    *fault = (struct fault){0};
    return es9_parse(function, text, strlen(text), answer, fault);
}

Test(lpa_es9, members_are_decoded)
{
    struct es9_answer answer;
    struct fault fault;
    cr_assert(parse(ES9_INITIATE_AUTHENTICATION,
                    "{" HEADER(
                        "Executed-Success") ",\"transactionId\":\"0a0B\","
                                            "\"serverSigned1\":\"Zm9v\",\"serverSignature1\":"
                                            "\"Zm9vYg==\",\"euiccCiPKIdToBeUsed\":"
                                            "\"BAA=\",\"serverCertificate\":\"MAA=\",\"more\":[1]}",
                    &answer, &fault),
              "%s", fault.text);
    cr_expect(bytes_equal(es9_field(&answer, ES9_TRANSACTION_ID), BYTES(0x0A, 0x0B)));
    cr_expect(bytes_equal(es9_field(&answer, ES9_SERVER_SIGNED1), bytes_of_text("foo")));
    cr_expect(bytes_equal(es9_field(&answer, ES9_SERVER_SIGNATURE1), bytes_of_text("foob")));
    cr_expect(bytes_equal(es9_field(&answer, ES9_SERVER_CERTIFICATE), BYTES(0x30, 0x00)));
    es9_answer_finish(&answer);
}

/* AuthenticateClient has one of three answers; half of one is none. */
Test(lpa_es9, an_answer_about_a_change_of_device)
{
    static const char whole[] = "{" HEADER("Executed-Success") ",\"smdpSigned4\":\"MAA=\","
                                                               "\"smdpSignature4\":\"BAA=\"}";
    static const char half[] = "{" HEADER("Executed-Success") ",\"smdpSigned4\":\"MAA=\"}";
    static const char message[] =
        "{" HEADER("Executed-Success") ",\"smdpSigned4\":\"MAA=\","
                                       "\"smdpSignature4\":\"BAA=\","
                                       "\"serviceProviderMessageForDc\":\"MAA=\"}";
    static const char confirmed[] = "{" HEADER("Executed-Success") ",\"smdpSigned5\":\"MAA=\","
                                                                   "\"smdpSignature5\":\"BAA=\"}";
    struct es9_answer answer;
    struct fault fault;
    cr_assert(parse(ES9_AUTHENTICATE_CLIENT, whole, &answer, &fault), "%s", fault.text);
    cr_expect(bytes_equal(es9_field(&answer, ES9_SMDP_SIGNED4), BYTES(0x30, 0x00)));
    cr_expect_eq(es9_field(&answer, ES9_CHANGE_MESSAGE).len, 0);
    es9_answer_finish(&answer);
    cr_expect_not(parse(ES9_AUTHENTICATE_CLIENT, half, &answer, &fault));
    cr_expect_not_null(strstr(fault.text, "smdpSignature4"), "%s", fault.text);
    cr_assert(parse(ES9_AUTHENTICATE_CLIENT, message, &answer, &fault), "%s", fault.text);
    cr_expect_eq(es9_field(&answer, ES9_CHANGE_MESSAGE).len, 2);
    es9_answer_finish(&answer);
    cr_assert(parse(ES9_CONFIRM_DEVICE_CHANGE, confirmed, &answer, &fault), "%s", fault.text);
    es9_answer_finish(&answer);
    cr_expect_not(parse(ES9_CONFIRM_DEVICE_CHANGE, whole, &answer, &fault));
}

Test(lpa_es9, answers_without_content)
{
    struct es9_answer answer;
    struct fault fault;
    cr_expect(parse(ES9_CANCEL_SESSION, "{" HEADER("Executed-Success") "}", &answer, &fault));
    cr_expect(parse(ES9_CANCEL_SESSION, "{" HEADER("Executed-WithWarning") "}", &answer, &fault));
}

Test(lpa_es9, malformed_answers_are_faults)
{
    const char *wrong[] = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"header\":1}",
        "{\"header\":{\"functionExecutionStatus\":{}}}",
        "{\"header\":{\"functionExecutionStatus\":{\"status\":7}}}",
        "{" HEADER("Executed-Success") "}",
        "{" HEADER("Executed-Success") ",\"boundProfilePackage\":\"***\"}",
        "{" HEADER("Executed-Success") ",\"boundProfilePackage\":\"Zm9\"}",
        "{" HEADER("Executed-Success") ",\"boundProfilePackage\":{}}",
        "{" HEADER("Executed-Success") ",\"boundProfilePackage\":null}",
        "{" HEADER("Perhaps") ",\"boundProfilePackage\":\"Zm9v\"}",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct es9_answer answer;
        struct fault fault;
        cr_expect_not(parse(ES9_GET_BOUND_PROFILE_PACKAGE, wrong[i], &answer, &fault), "%s",
                      wrong[i]);
        cr_expect(fault.raised && fault.text[0] != '\0');
        cr_expect_null(answer.fields[ES9_BOUND_PROFILE_PACKAGE].data);
    }
}

Test(lpa_es9, a_refusal_names_codes_meaning_and_remedy)
{
    struct es9_answer answer;
    struct fault fault;
    cr_assert_not(parse(ES9_AUTHENTICATE_CLIENT,
                        REFUSAL("{\"subjectCode\":\"8.2.6\",\"reasonCode\":\"3.8\",\"message\":"
                                "\"not \\u001b[31mhere\"}"),
                        &answer, &fault));
    cr_expect_str_eq(fault.where, "ES9+.AuthenticateClient");
    cr_expect_str_eq(fault.code, "8.2.6/3.8");
    cr_expect_not_null(strstr(fault.text, "the matching id is unknown"));
    cr_expect_not_null(strstr(fault.text, "not ?[31mhere"));
    cr_expect_not_null(strstr(fault.next, "activation code"));
}

Test(lpa_es9, a_refusal_may_be_incomplete_or_hostile)
{
    const char *texts[] = {
        REFUSAL("{}"),
        REFUSAL("null"),
        REFUSAL("{\"subjectCode\":\"8.2.6\"}"),
        REFUSAL("{\"subjectCode\":8,\"reasonCode\":3}"),
        REFUSAL("{\"subjectCode\":\"1234567890123456789012345\",\"reasonCode\":\"\\u001b\"}"),
        REFUSAL("{\"subjectCode\":\"\",\"reasonCode\":\"\"}"),
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct es9_answer answer;
        struct fault fault;
        cr_expect_not(parse(ES9_CANCEL_SESSION, texts[i], &answer, &fault));
        cr_expect(fault.raised);
        cr_expect_null(strchr(fault.code, '\x1B'));
    }
}

Test(lpa_es9, pairs_without_a_row_are_explained_word_by_word)
{
    char text[ES9_STATUS_TEXT_SIZE];
    cr_expect_null(es9_status_explain("8.1.3", "3.7", text));
    cr_expect_str_eq(text, "eUICC certificate: unavailable");
    cr_expect_null(es9_status_explain("99", "3.1", text));
    cr_expect_str_eq(text, "code without a meaning here: unsupported");
    cr_expect_not_null(es9_status_explain("8.8.5", "6.4", text));
}

/* What a server got, and what it says; the tests of the transfer itself need a real server. */
static struct {
    char path[128], request[512];
    long status;
    const char *body;
} server;

static bool post(struct http *http, const char *address, const char *path, const char *json,
                 struct http_answer *answer)
{
    (void)http, (void)address;
    snprintf(server.path, sizeof(server.path), "%s", path);
    snprintf(server.request, sizeof(server.request), "%s", json);
    *answer = (struct http_answer){server.status, NULL, 0};
    if (server.body != NULL)
        *answer = (struct http_answer){server.status, strdup(server.body), strlen(server.body)};
    return true;
}

static const char *requester; /* NULL: an LPA asks */

static bool call(enum es9_function function, const char *address, struct fault *fault)
{
    struct http http = {.post = post, .requester = requester, .fault = fault};
    struct es9_answer answer;
    const struct es9_argument arguments[] = {
        {ES9_TRANSACTION_ID, BYTES(0xAB, 0x01)},
        {ES9_CANCEL_SESSION_RESPONSE, BYTES(0xBF, 0x41, 0x00)},
        {ES9_SMDP_ADDRESS, bytes_of_text("a.b")},
    };
    *fault = (struct fault){0};
    const bool good = es9_call(&http, function, address, arguments, 3, &answer);
    es9_answer_finish(&answer);
    return good;
}

/* SGP.22 §6.5.1.3: a server says who it is, and no two of its calls are named alike. */
Test(lpa_es9, a_servers_request_has_a_header)
{
    static const char front[] = "{\"header\":{\"functionRequesterIdentifier\":\"eim.example.com\","
                                "\"functionCallIdentifier\":\"";
    struct fault fault;
    char first[sizeof(server.request)];
    requester = "eim.example.com";
    (void)call(ES9_CANCEL_SESSION, "a.b", &fault);
    strcpy(first, server.request);
    cr_expect_eq(strncmp(first, front, strlen(front)), 0, "%s", first);
    (void)call(ES9_CANCEL_SESSION, "a.b", &fault);
    cr_expect_str_neq(server.request, first);
    requester = NULL;
    (void)call(ES9_CANCEL_SESSION, "a.b", &fault);
    cr_expect_null(strstr(server.request, "header"));
}

Test(lpa_es9, requests_are_written_and_status_lines_judged)
{
    struct fault fault;
    server.status = 204;
    cr_expect(call(ES9_HANDLE_NOTIFICATION, "a.b", &fault));
    cr_expect_str_eq(server.path, "/gsma/rsp2/es9plus/handleNotification");
    cr_expect_str_eq(server.request,
                     "{\"transactionId\":\"AB01\",\"cancelSessionResponse\":\"v0EA\","
                     "\"smdpAddress\":\"a.b\"}");
    cr_expect_not(call(ES9_AUTHENTICATE_CLIENT, "a.b", &fault));
    server.status = 200;
    cr_expect(call(ES9_HANDLE_NOTIFICATION, "a.b", &fault));
    cr_expect_not(call(ES9_AUTHENTICATE_CLIENT, "a.b", &fault));
    server.status = 500;
    server.body = "<html>";
    cr_expect_not(call(ES9_HANDLE_NOTIFICATION, "a.b", &fault));
    cr_expect_str_eq(fault.code, "HTTP 500");
}

Test(lpa_es9, an_address_cannot_become_another_url)
{
    const char *wrong[] = {"", "a.b/../x", "a b", "u@a.b", "a.b?x", "a.b#x", "a\n"};
    struct fault fault;
    server.status = 204;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_not(call(ES9_HANDLE_NOTIFICATION, wrong[i], &fault), "%s", wrong[i]);
}

/* What a server says is shown wherever it stands. */
Test(lpa_es9, the_servers_own_words_are_not_lost)
{
    struct es9_answer answer;
    struct fault fault;
    cr_assert_not(parse(ES9_AUTHENTICATE_CLIENT,
                        "{\"header\":{\"functionExecutionStatus\":{\"statusCodeData\":"
                        "{\"status\":\"Failed\",\"subjectCode\":\"1.1\",\"reasonCode\":\"1.1\","
                        "\"message\":\"extract information finished\"}}}}",
                        &answer, &fault));
    cr_expect_not_null(strstr(fault.text, "no execution status"), "%s", fault.text);
    cr_expect_not_null(strstr(fault.text, "\"extract information finished\""), "%s", fault.text);
    cr_expect_str_eq(fault.code, "1.1/1.1");
    cr_assert_not(parse(ES9_AUTHENTICATE_CLIENT, REFUSAL("{\"message\":\"out of coffee\"}"),
                        &answer, &fault));
    cr_expect_not_null(strstr(fault.text, "gives no codes (\"out of coffee\")"), "%s", fault.text);
}

Test(lpa_es9, an_error_of_http_may_say_more_in_its_body)
{
    char body[] = REFUSAL("{\"subjectCode\":\"8.2.6\",\"reasonCode\":\"3.8\","
                          "\"message\":\"refused\"}");
    const struct {
        struct http_answer http;
        const char *code, *words;
    } rows[] = {
        {{400, body, sizeof(body) - 1}, "8.2.6/3.8", "a.b answers HTTP 400 (\"refused\")"},
        {{500, NULL, 0}, "HTTP 500", "a.b answers HTTP 500"},
        {{404, "<html>", 6}, "HTTP 404", "a.b answers HTTP 404"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct es9_answer answer = {0};
        struct fault fault = {0};
        cr_assert_not(
            es9_read_answer(ES9_AUTHENTICATE_CLIENT, &rows[i].http, "a.b", &answer, &fault));
        cr_expect_str_eq(fault.code, rows[i].code);
        cr_expect_not_null(strstr(fault.text, rows[i].words), "%s", fault.text);
    }
}

Test(lpa_es9, a_ca_that_is_not_there_is_told_with_what_to_name)
{
    struct fault fault = {0};
    struct blob pem;
    cr_expect_not(ca_read("nowhere/pki", &pem, &fault));
    cr_expect_str_eq(fault.text, "nowhere/pki: No such file or directory");
    cr_expect_not_null(strstr(fault.next, "emuicc-pki"), "%s", fault.next);
    cr_expect_null(pem.data);
}

Test(lpa_es9, each_way_in_which_a_certificate_is_wrong_has_its_hint)
{
    const struct {
        const char *detail, *hint;
    } rows[] = {
        {"SSL certificate problem: certificate has expired", "new certificate"},
        {"SSL certificate problem: certificate is not yet valid", "clock is wrong"},
        {"SSL certificate problem: unable to get local issuer certificate", "another CI"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_not_null(strstr(http_certificate_hint(rows[i].detail, true), rows[i].hint));
}

/* A certificate that signs itself, in PEM as libcurl gives it. */
static const char *make_pem(enum rsp_role role, const char *dns_name)
{
    static char pem[4096];
    static uint8_t der[ISSUE_CERTIFICATE_MAX];
    struct writer out = writer_on(der, sizeof(der));
    struct random random;
    struct ec_private *key;
    random_init(&random);
    cr_assert_eq(ec_start(), 0);
    cr_assert_eq(ec_private_generate(&random, EC_P256, &key), 0);
    const struct issue issue = {.subject = {{ISSUE_COMMON_NAME, bytes_of_text("smdp.example.com")}},
                                .point = ec_private_point(key),
                                .not_after = 4000000000,
                                .role = role,
                                .key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
                                .registered_id = "2.999.10",
                                .dns_name = dns_name};
    cr_assert_eq(issue_certificate(&random, &issue, NULL, key, &out), 0);
    ec_private_destroy(key);
    char text[3000];
    base64_encode(writer_bytes(&out), text);
    snprintf(pem, sizeof(pem), "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n",
             text);
    return pem;
}

/* SGP.22 §4.5.2.1: the role, and a name where RFC 6125 looks for it. */
Test(lpa_es9, a_server_shows_a_certificate_of_its_own_kind)
{
    static const struct {
        enum rsp_role role;
        const char *dns_name;
        enum http_role wanted;
        bool right;
        const char *words;
    } rows[] = {
        {RSP_ROLE_DP_TLS, "smdp.example.com", HTTP_SMDP, true, ""},
        {RSP_ROLE_DS_TLS, "smdp.example.com", HTTP_SMDS, true, ""},
        {RSP_ROLE_DS_TLS, "smdp.example.com", HTTP_EITHER, true, ""},
        {RSP_ROLE_DP_TLS, "smdp.example.com", HTTP_EITHER, true, ""},
        {RSP_ROLE_DP_AUTH, "smdp.example.com", HTTP_EITHER, false, "SM-DP+ or SM-DS's TLS"},
        {RSP_ROLE_DS_TLS, "smdp.example.com", HTTP_SMDP, false, "not one for an SM-DP+'s TLS"},
        {RSP_ROLE_DP_TLS, "smdp.example.com", HTTP_SMDS, false, "not one for an SM-DS's TLS"},
        {RSP_ROLE_DP_AUTH, "smdp.example.com", HTTP_SMDP, false, "not one for an SM-DP+'s TLS"},
        {RSP_ROLE_DP_TLS, NULL, HTTP_SMDP, false, "subjectAltName"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fault fault = {0};
        cr_expect_eq(http_is_right_server(make_pem(rows[i].role, rows[i].dns_name), rows[i].wanted,
                                          "smdp.example.com", &fault),
                     rows[i].right, "%zu: %s", i, fault.text);
        cr_expect_not_null(strstr(fault.text, rows[i].words), "%s", fault.text);
    }
    struct fault fault = {0};
    cr_expect_not(http_is_right_server(NULL, HTTP_SMDP, "smdp.example.com", &fault));
}

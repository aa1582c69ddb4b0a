#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "crypto/primitives/hash.h"
#include "tests/tools/fake_card.h"
#include "tools/lib/common/base64.h"
#include "tools/lib/download/download.h"
#include "tools/lib/transport/interrupt.h"

/* What goes wrong in a download. */
enum trouble {
    NOTHING,
    OTHER_ADDRESS,       /* the server signs for another name */
    OTHER_TRANSACTION,   /* and for another transaction */
    CARD_REFUSES_SERVER, /* AuthenticateServer answers an error */
    SERVER_REFUSES_CARD, /* AuthenticateClient: Failed */
    FORBIDDEN_RULES,     /* PPR1, and the card's table is empty */
    CODE_WANTED,
    CARD_REFUSES_BINDING, /* PrepareDownload answers an error */
    NO_PACKAGE,           /* GetBoundProfilePackage: HTTP 500 */
    BROKEN_PACKAGE,
    OTHER_METADATA,
    CARD_STUMBLES,        /* a status word in mid-package */
    NO_RESULT,            /* nothing at the end of the package */
    LOST_SUCCESS,         /* the same, though the profile is installed */
    CARD_REFUSES_PROFILE, /* a result that says so, at the first 86 */
    LONG_REFUSAL,         /* one of more than 256 bytes, at the 88 */
    SERVER_DEAF,          /* HandleNotification: HTTP 500 */
    INTERRUPTED_EARLY,    /* while the server authenticates the card */
    INTERRUPTED_LATE,     /* in mid-package */
};

/* seqNumber 5, installed, to a.b */
#define NOTIFICATION                                                                               \
    "BF2F1880010581020780"                                                                         \
    "0C03612E62"                                                                                   \
    "5A0A980010325476981032F4"

#define INFO1_V2 "BF20098203020500A900AA00"

struct bench {
    enum trouble trouble;
    struct fake_card card;
    struct chip chip;
    struct es10 es10;
    struct http http;
    struct progress progress;
    struct fault fault;
    struct download_request request;
    json_t *document;
    char log[2048]; /* what card and server were asked, in order */
    char hash[HEX_SIZE(64)];
    int announced;
    bool over;                   /* the package has had its result */
    const char *info1, *context; /* EUICCInfo1; what the server signs behind its address */
    const char *signed3;         /* what it offers in the stead of a profile */
    const char *rpm_result;      /* content of the card's answer to it */
    char parameters[128];        /* behind DeviceInfo in what the card was told */
    bool told;                   /* the server has heard of the LPA's capability */
    char protocols[16];          /* the release in each call's X-Admin-Protocol */
};

static struct bench bench;

static void note(const char *what)
{
    const size_t len = strlen(bench.log);
    snprintf(bench.log + len, sizeof(bench.log) - len, "%s%s", len > 0 ? " " : "", what);
}

static void put_hex(struct writer *out, const char *hex)
{
    cr_assert(hex_decode(hex, out), "%s", hex);
}

/* StoreMetadata that fails, for a reason that takes very many words. */
static void put_long_refusal(struct writer *out)
{
    const size_t final = tlv_open(out, 0xA2), error = tlv_open(out, 0xA1);
    put_hex(out, "80010281017F");
    const size_t responses = tlv_open(out, 0x82), response = tlv_open(out, 0x30),
                 statuses = tlv_open(out, 0xA0);
    for (uint8_t i = 1; i <= 60; i++) {
        put_hex(out, "30068001088101");
        writer_put_u8(out, i);
    }
    tlv_close(out, statuses);
    tlv_close(out, response);
    tlv_close(out, responses);
    tlv_close(out, error);
    tlv_close(out, final);
}

/* ProfileInstallationResult of this transaction. */
static void put_result(struct writer *out, bool success)
{
    const size_t whole = tlv_open(out, 0xBF37), data = tlv_open(out, 0xBF27);
    put_hex(out, "80020102" NOTIFICATION "06028837");
    if (bench.trouble == LONG_REFUSAL)
        put_long_refusal(out);
    else
        put_hex(out, success ? "A20DA00B4F05A00000055904023000" : "A208A10680010581010C");
    tlv_close(out, data);
    put_hex(out, "5F3700");
    tlv_close(out, whole);
}

static uint16_t load_segment(uint32_t tag, struct writer *out)
{
    if (tag == 0xA1 && bench.trouble == CARD_STUMBLES)
        return SW_TECHNICAL_PROBLEM;
    if (tag == 0xA1 && bench.trouble == INTERRUPTED_LATE)
        raise(SIGINT);
    if (bench.over)
        return SW_CONDITIONS_NOT_SATISFIED;
    if (bench.trouble == LONG_REFUSAL && tag != 0x88)
        return SW_OK;
    bench.over = bench.trouble == LONG_REFUSAL;
    if (bench.over || (tag == 0x86 && bench.trouble != NO_RESULT && bench.trouble != LOST_SUCCESS))
        put_result(out, bench.trouble != CARD_REFUSES_PROFILE);
    return SW_OK;
}

static void note_parameters(struct bytes request)
{
    struct tlv context, device;
    cr_assert(tlv_find(request, 0xA0, &context));
    cr_assert(tlv_find(context.value, 0xA1, &device));
    const size_t behind = (size_t)(device.whole.data + device.whole.len - context.value.data);
    hex_encode(bytes_of(context.value.data + behind, context.value.len - behind), bench.parameters);
}

static uint16_t answer(void *context, struct bytes request, struct writer *out)
{
    (void)context;
    char text[32];
    struct tlv_header header;
    struct tlv part;
    cr_assert_eq(tlv_read_header(request, &header), TLV_FRONT_OK);
    snprintf(text, sizeof(text), "%X", header.tag);
    struct bytes content =
        bytes_of(request.data + header.header_len, request.len - header.header_len);
    if (header.tag == 0xBF41 && tlv_find(content, 0x81, &part))
        snprintf(text, sizeof(text), "BF41:%u", part.value.data[0]);
    note(text);
    switch (header.tag) {
    case 0xBF2E:
        put_hex(out, "BF2E128010000102030405060708090A0B0C0D0E0F");
        return SW_OK;
    case 0xBF20:
        put_hex(out, bench.info1);
        return SW_OK;
    case 0xBF38:
        note_parameters(content);
        put_hex(out,
                bench.trouble == CARD_REFUSES_SERVER ? "BF3809A10780020102020101" : "BF3802A000");
        return SW_OK;
    case 0xBF44: {
        const size_t whole = tlv_open(out, 0xBF44);
        put_hex(out, bench.rpm_result);
        tlv_close(out, whole);
        return SW_OK;
    }
    case 0xBF43:
        put_hex(out, "BF4302A000");
        return SW_OK;
    case 0xBF21:
        if (tlv_find(content, 0x04, &part))
            hex_encode(part.value, bench.hash);
        put_hex(out,
                bench.trouble == CARD_REFUSES_BINDING ? "BF2109A10780020102020101" : "BF2102A000");
        return SW_OK;
    case 0xBF41:
        put_hex(out, "BF4102A000");
        return SW_OK;
    case 0xBF28:
        put_hex(out, "BF281DA01B" NOTIFICATION);
        return SW_OK;
    case 0xBF2B: {
        const size_t whole = tlv_open(out, 0xBF2B), list = tlv_open(out, 0xA0);
        put_result(out, bench.trouble == LOST_SUCCESS);
        tlv_close(out, list);
        tlv_close(out, whole);
        return SW_OK;
    }
    case 0xBF30:
        put_hex(out, "BF3003800100");
        return SW_OK;
    default:
        return load_segment(header.tag, out);
    }
}

static void add_hex(json_t *object, const char *name, const char *hex)
{
    uint8_t memory[1024];
    char text[BASE64_SIZE(sizeof(memory))];
    struct writer out = writer_on(memory, sizeof(memory));
    put_hex(&out, hex);
    base64_encode(writer_bytes(&out), text);
    json_object_set_new(object, name, json_string(text));
}

static const char *metadata(void)
{
    return bench.trouble == FORBIDDEN_RULES
               ? "BF251D5A0A980010325476981032F49101509201549902"
                 "0640B705800362F210"
               : "BF25195A0A980010325476981032F4910150920154B705800362F210";
}

static void add_package(json_t *object)
{
    uint8_t memory[1024];
    char text[HEX_SIZE(sizeof(memory))];
    struct writer out = writer_on(memory, sizeof(memory));
    const size_t whole = tlv_open(&out, 0xBF36);
    put_hex(&out, "BF2300A0028700");
    const size_t sequence = tlv_open(&out, 0xA1), element = tlv_open(&out, 0x88);
    put_hex(&out, metadata());
    if (bench.trouble == OTHER_METADATA)
        out.data[out.len - 1] ^= 1;
    put_hex(&out, "0102030405060708");
    tlv_close(&out, element);
    tlv_close(&out, sequence);
    put_hex(&out, bench.trouble == BROKEN_PACKAGE ? "A300" : "A3028600");
    tlv_close(&out, whole);
    hex_encode(writer_bytes(&out), text);
    add_hex(object, "boundProfilePackage", text);
}

static void add_signed1(json_t *object)
{
    uint8_t memory[256];
    char text[HEX_SIZE(sizeof(memory))];
    struct writer out = writer_on(memory, sizeof(memory));
    const size_t sequence = tlv_open(&out, 0x30);
    put_hex(&out, bench.trouble == OTHER_TRANSACTION ? "80020103" : "80020102");
    put_hex(&out, bench.trouble == OTHER_ADDRESS ? "8303612E63" : "8303612E62");
    put_hex(&out, bench.context);
    tlv_close(&out, sequence);
    hex_encode(writer_bytes(&out), text);
    add_hex(object, "serverSigned1", text);
}

static void add_rpm(json_t *object)
{
    add_hex(object, "smdpSigned3", bench.signed3);
    add_hex(object, "smdpSignature3", "5F3700");
}

static void add_members(json_t *object, const char *function)
{
    if (strcmp(function, "initiateAuthentication") == 0) {
        json_object_set_new(object, "transactionId", json_string("0102"));
        add_signed1(object);
        add_hex(object, "serverSignature1", "5F3700");
        add_hex(object, "euiccCiPKIdToBeUsed", "0400");
        add_hex(object, "serverCertificate", "3000");
    } else if (strcmp(function, "authenticateClient") == 0 && bench.signed3 != NULL) {
        add_rpm(object);
    } else if (strcmp(function, "authenticateClient") == 0) {
        add_hex(object, "profileMetadata", metadata());
        add_hex(object, "smdpSigned2",
                bench.trouble == CODE_WANTED ? "3007800201020101FF" : "300780020102010100");
        add_hex(object, "smdpSignature2", "5F3700");
        add_hex(object, "smdpCertificate", "3000");
    } else if (strcmp(function, "getBoundProfilePackage") == 0) {
        add_package(object);
    }
}

static long status_of(const char *function)
{
    if (strcmp(function, "handleNotification") == 0)
        return bench.trouble == SERVER_DEAF ? 500 : 204;
    return bench.trouble == NO_PACKAGE && strcmp(function, "getBoundProfilePackage") == 0 ? 500
                                                                                          : 200;
}

static bool post(struct http *http, const char *address, const char *path, const char *json,
                 struct http_answer *out)
{
    const char *function = strrchr(path, '/') + 1;
    const bool client = strcmp(function, "authenticateClient") == 0;
    const bool refused =
        client && (bench.trouble == SERVER_REFUSES_CARD || bench.trouble == CARD_REFUSES_SERVER);
    cr_expect_str_eq(address, "a.b");
    cr_expect_not_null(strstr(json, strcmp(function, "initiateAuthentication") == 0 ? "smdpAddress"
                                    : strcmp(function, "handleNotification") == 0
                                        ? "pendingNotification"
                                        : "\"transactionId\":\"0102\""));
    note(function);
    if (strcmp(function, "initiateAuthentication") == 0)
        bench.told = strstr(json, "\"lpaRspCapability\":\"AwMHxYA=\"") != NULL;
    const size_t calls = strlen(bench.protocols);
    cr_assert_lt(calls + 1, sizeof(bench.protocols));
    bench.protocols[calls] = http->v3 ? '3' : '2';
    if (client && bench.trouble == INTERRUPTED_EARLY)
        raise(SIGINT);
    json_t *object = json_pack("{s:{s:{s:s}}}", "header", "functionExecutionStatus", "status",
                               refused ? "Failed" : "Executed-Success");
    add_members(object, function);
    *out = (struct http_answer){.status = status_of(function)};
    if (out->status == 200) {
        out->body = json_dumps(object, JSON_COMPACT);
        out->len = strlen(out->body);
    }
    json_decref(object);
    return true;
}

static void announce(void *context, const json_t *profile)
{
    (void)context;
    cr_expect_str_eq(json_string_value(json_object_get(profile, "iccid")), "8900012345678901234");
    bench.announced++;
}

static void open_bench(void)
{
    memset(&bench, 0, sizeof(bench));
    interrupt_start();
    fake_card_init(&bench.card, answer, NULL);
    cr_assert(chip_init(&bench.chip, &bench.card.transport, &bench.fault));
    cr_assert(es10_init(&bench.es10, &bench.chip, &bench.fault));
    cr_assert(chip_select(&bench.chip, BYTES(0xA0, 0x00, 0x00, 0x05, 0x59)));
    bench.http = (struct http){.post = post, .fault = &bench.fault};
    bench.document = json_object();
    bench.info1 = INFO1_V2;
    bench.context = "";
    bench.request.session.operation = ES10B_DOWNLOAD;
    bench.request.announce = announce;
    cr_assert(activation_parse("1$a.b$M", &bench.request.session.code, &bench.fault));
    es10b_device_from_imei(NULL, &bench.request.session.device);
}

static void close_bench(void)
{
    json_decref(bench.document);
    es10_finish(&bench.es10);
    chip_finish(&bench.chip);
}

static bool run(enum trouble trouble)
{
    const struct session_context means = {&bench.es10, &bench.http, &bench.progress, &bench.fault};
    bench.trouble = trouble;
    bench.log[0] = '\0';
    return download_run(&means, &bench.request, bench.document);
}

TestSuite(lpa_download, .init = open_bench, .fini = close_bench);

#define BEGUN "BF2E BF20 initiateAuthentication"
#define KNOWN BEGUN " BF38 authenticateClient"
#define READY KNOWN " BF21 getBoundProfilePackage"

struct scenario {
    enum trouble trouble;
    bool installed;
    const char *code; /* of the fault; NULL: none */
    const char *log;
};

static const struct scenario scenarios[] = {
    {NOTHING, true, NULL, READY " BF36 A0 A1 88 A3 86 BF28 BF2B handleNotification BF30"},
    {OTHER_ADDRESS, false, "", BEGUN},
    {OTHER_TRANSACTION, false, "", BEGUN},
    {CARD_REFUSES_SERVER, false, "invalidCertificate (1)", KNOWN},
    {SERVER_REFUSES_CARD, false, "", KNOWN " BF41:127 cancelSession"},
    {FORBIDDEN_RULES, false, "", KNOWN " BF43 BF41:3 cancelSession"},
    {CODE_WANTED, false, "", KNOWN " BF41:0 cancelSession"},
    {CARD_REFUSES_BINDING, false, "invalidCertificate (1)", KNOWN " BF21 BF41:127 cancelSession"},
    {NO_PACKAGE, false, "HTTP 500", READY " BF41:127 cancelSession"},
    {BROKEN_PACKAGE, false, "", READY " BF41:5 cancelSession"},
    {OTHER_METADATA, false, "", READY " BF41:4 cancelSession"},
    {CARD_STUMBLES, false, "6F00",
     READY " BF36 A0 A1 BF41:5 cancelSession BF28 BF2B BF28 BF2B handleNotification BF30"},
    {NO_RESULT, false, "",
     READY " BF36 A0 A1 88 A3 86 BF41:5 cancelSession BF28 BF2B BF28 BF2B handleNotification BF30"},
    {LOST_SUCCESS, true, NULL,
     READY " BF36 A0 A1 88 A3 86 BF41:5 cancelSession BF28 BF2B BF28 BF2B handleNotification BF30"},
    {CARD_REFUSES_PROFILE, false, "installFailedDueToPEProcessingError (12) in loadProfileElements",
     READY " BF36 A0 A1 88 A3 86 BF28 BF2B handleNotification BF30"},
    {SERVER_DEAF, true, NULL, READY " BF36 A0 A1 88 A3 86 BF28 BF2B handleNotification"},
    {INTERRUPTED_EARLY, false, "", KNOWN " BF41:0 cancelSession"},
    {INTERRUPTED_LATE, false, "",
     READY " BF36 A0 A1 BF41:0 cancelSession BF28 BF2B BF28 BF2B handleNotification BF30"},
};

Test(lpa_download, whatever_fails_both_sides_are_told)
{
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        const struct scenario *scenario = &scenarios[i];
        close_bench();
        open_bench();
        const bool installed = run(scenario->trouble);
        cr_expect_eq(installed, scenario->installed, "case %zu: %s", i, bench.fault.text);
        cr_expect_eq(bench.fault.raised, scenario->code != NULL, "case %zu", i);
        if (scenario->code != NULL)
            cr_expect_str_eq(bench.fault.code, scenario->code, "case %zu", i);
        cr_expect_str_eq(bench.log, scenario->log, "case %zu: %s", i, bench.log);
        cr_expect_null(bench.card.wrong, "case %zu: %s", i, bench.card.wrong);
    }
}

/* A result that does not fit one response is lost when the card has gone on with what was on its
 * way; the card's list has it still. */
Test(lpa_download, a_long_result_in_the_midst_of_what_is_on_its_way_is_found_in_the_list)
{
    fake_card_take_many(&bench.card);
    cr_assert_not(run(LONG_REFUSAL));
    cr_expect_str_eq(bench.log, READY " BF36 A0 A1 88 A3 86 BF41:5 cancelSession BF28 BF2B BF28 "
                                      "BF2B handleNotification BF30");
    const json_t *result = json_object_get(bench.document, "result");
    cr_expect(json_is_false(json_object_get(result, "installed")));
    cr_expect_str_eq(json_string_value(json_object_get(result, "command")), "storeMetadata");
    cr_expect_eq(json_array_size(json_object_get(result, "elements")), 60);
    cr_expect(json_is_true(json_object_get(bench.document, "cancelled")));
    cr_expect(json_is_true(json_object_get(
        json_array_get(json_object_get(bench.document, "notifications"), 0), "sent")));
    cr_expect_eq(bench.card.waiting_len, 0);
    cr_expect_null(bench.card.wrong, "%s", bench.card.wrong);
}

/* The same card, which is sent one segment after the other. */
Test(lpa_download, a_long_result_in_the_midst_of_the_package_is_fetched)
{
    cr_assert_not(run(LONG_REFUSAL));
    cr_expect_str_eq(bench.log, READY " BF36 A0 A1 88 BF28 BF2B handleNotification BF30");
    cr_expect_str_eq(bench.fault.code, "installFailedDueToUnknownError (127) in storeMetadata");
}

Test(lpa_download, the_document_tells_what_happened)
{
    cr_assert(run(NOTHING));
    cr_expect_eq(bench.announced, 1);
    const json_t *result = json_object_get(bench.document, "result");
    cr_expect(json_is_true(json_object_get(result, "installed")));
    cr_expect_str_eq(json_string_value(json_object_get(result, "aid")), "A000000559");
    cr_expect(json_is_true(json_object_get(
        json_array_get(json_object_get(bench.document, "notifications"), 0), "sent")));
    cr_expect_null(json_object_get(bench.document, "cancelled"));
}

Test(lpa_download, a_profile_whose_result_was_lost_is_installed_all_the_same)
{
    cr_assert(run(LOST_SUCCESS));
    cr_expect(
        json_is_true(json_object_get(json_object_get(bench.document, "result"), "installed")));
    cr_expect(json_is_false(json_object_get(bench.document, "cancelled")));
    cr_expect_not(bench.fault.raised, "%s", bench.fault.text);
}

Test(lpa_download, a_notification_may_be_kept_back)
{
    bench.request.keep_notification = true;
    cr_assert(run(NOTHING));
    cr_expect_str_eq(bench.log, READY " BF36 A0 A1 88 A3 86");
}

Test(lpa_download, the_confirmation_code_goes_as_a_hash)
{
    uint8_t inner[SHA256_SIZE], outer[SHA256_SIZE];
    char wanted[HEX_SIZE(SHA256_SIZE)];
    const struct bytes code = bytes_of_text("4711");
    bench.request.confirmation_code = "4711";
    cr_assert(run(CODE_WANTED), "%s", bench.fault.text);
    sha256(&code, 1, inner);
    sha256((struct bytes[]){bytes_of(inner, sizeof(inner)), BYTES(0x01, 0x02)}, 2, outer);
    hex_encode(bytes_of(outer, sizeof(outer)), wanted);
    cr_expect_str_eq(bench.hash, wanted);
}

Test(lpa_download, a_code_given_for_nothing_is_not_sent)
{
    bench.request.confirmation_code = "4711";
    cr_assert(run(NOTHING));
    cr_expect_str_eq(bench.hash, "");
}

Test(lpa_download, a_missing_confirmation_code_costs_no_session)
{
    bench.request.session.code.code_required = true;
    cr_assert_not(run(CODE_WANTED));
    cr_expect_str_eq(bench.log, "");
    cr_expect_not_null(strstr(bench.fault.next, "--confirmation-code"));
}

Test(lpa_download, a_server_known_by_another_identifier_is_left_alone)
{
    strcpy(bench.request.session.code.smdp_oid, "2.999.10");
    cr_assert_not(run(NOTHING));
    cr_expect_str_eq(bench.log, BEGUN);
}

Test(lpa_download, a_card_that_goes_away_at_any_command_leaves_a_fault)
{
    for (size_t dies = 4; dies < 40; dies++) {
        close_bench();
        open_bench();
        bench.card.dies_after = dies;
        const bool installed = run(NOTHING);
        if (!installed)
            cr_expect(bench.fault.raised, "after %zu commands", dies);
    }
}

/* Versions on both sides (SGP.22 v3 §3.0.1). */
#define INFO1_RANGE "BF200E8203020202A900AA009303030100"
#define INFO1_NO_RPM "BF20128203020202A900AA00880207809303030100"
#define INFO1_WITH_RPM "BF20128203020202A900AA00880205A09303030100"
#define INFO1_V3_ONLY "BF200E8203030000A900AA009303030100"
#define CONTEXT(svn)                                                                               \
    "A5088003" svn "810100"                                                                        \
    "860100"

struct meeting {
    const char *info1, *context;
    uint32_t operation;
    bool installed;
    const char *parameters; /* NULL: the card is not asked */
    bool told;
    const char *protocols;
};

static const struct meeting meetings[] = {
    {INFO1_V2, "", ES10B_DOWNLOAD, true, "", false, "2222"},
    {INFO1_RANGE, "", ES10B_DOWNLOAD, true, "", true, "2222"},
    {INFO1_RANGE, "", ES10B_DOWNLOAD | ES10B_RPM, true, "", true, "2222"},
    {INFO1_RANGE, "", ES10B_RPM, false, NULL, true, "2"},
    {INFO1_RANGE, CONTEXT("030100"), ES10B_DOWNLOAD, true, "A3028100", true, "2333"},
    {INFO1_RANGE, CONTEXT("030001"), ES10B_DOWNLOAD | ES10B_RPM, true, "820206C0A3028100", true,
     "2333"},
    {INFO1_WITH_RPM, CONTEXT("030100"), ES10B_DOWNLOAD | ES10B_RPM, true, "820206C0A3028100", true,
     "2333"},
    {INFO1_NO_RPM, CONTEXT("030100"), ES10B_DOWNLOAD | ES10B_RPM, true, "A3028100", true, "2333"},
    {INFO1_NO_RPM, CONTEXT("030100"), ES10B_RPM, false, NULL, true, "2"},
    {INFO1_RANGE, CONTEXT("040000"), ES10B_DOWNLOAD, false, NULL, true, "2"},
    {INFO1_RANGE, "A502800081", ES10B_DOWNLOAD, false, NULL, true, "2"},
    {INFO1_V2, CONTEXT("030100"), ES10B_DOWNLOAD, false, NULL, false, "2"},
    {INFO1_V3_ONLY, CONTEXT("030100"), ES10B_DOWNLOAD, true, "A3028100", true, "3333"},
    {INFO1_V3_ONLY, "", ES10B_DOWNLOAD, false, NULL, true, "3"},
};

Test(lpa_download, the_servers_version_says_what_is_asked_of_it)
{
    for (size_t i = 0; i < sizeof(meetings) / sizeof(meetings[0]); i++) {
        const struct meeting *meeting = &meetings[i];
        close_bench();
        open_bench();
        bench.info1 = meeting->info1;
        bench.context = meeting->context;
        bench.request.session.operation = meeting->operation;
        cr_expect_eq(run(NOTHING), meeting->installed, "case %zu: %s", i, bench.fault.text);
        cr_expect_eq(bench.told, meeting->told, "case %zu", i);
        cr_expect_str_eq(bench.protocols, meeting->protocols, "case %zu: %s", i, bench.protocols);
        cr_expect_not(bench.http.v3, "case %zu: the next session hears of it", i);
        if (meeting->parameters != NULL)
            cr_expect_str_eq(bench.parameters, meeting->parameters, "case %zu", i);
        else
            cr_expect_str_eq(bench.log, BEGUN, "case %zu", i);
    }
}

Test(lpa_download, versions_that_differ_are_named)
{
    bench.info1 = INFO1_RANGE;
    bench.context = CONTEXT("040000");
    cr_assert_not(run(NOTHING));
    cr_expect(session_versions_differ(&bench.fault));
    cr_expect_not_null(strstr(bench.fault.text, "4.0.0"), "%s", bench.fault.text);
    cr_expect_not_null(strstr(bench.fault.text, "2.2.2 to 3.1.0"), "%s", bench.fault.text);
}

/* Remote profile management: disable, going on, then contactPcmp; and there is more. */
#define ICCID_5A "5A0A980010325476981032F4"
#define SIGNED3                                                                                    \
    "302A"                                                                                         \
    "80020102"                                                                                     \
    "A122"                                                                                         \
    "3010"                                                                                         \
    "8000"                                                                                         \
    "A20C" ICCID_5A "300E"                                                                         \
    "A60C" ICCID_5A "8200"
#define RPM_METADATA                                                                               \
    "BF2F0C"                                                                                       \
    "80010581020001"                                                                               \
    "0C03612E62"
#define RPM_SIGNED(final) "80020102" RPM_METADATA "06028837" final
#define RPM_DONE                                                                                   \
    "A04D"                                                                                         \
    "A049" RPM_SIGNED("A230"                                                                       \
                      "A02E"                                                                       \
                      "3012" ICCID_5A "BF3203800100"                                               \
                      "3018" ICCID_5A "A00A"                                                       \
                      "A008"                                                                       \
                      "8006"                                                                       \
                      "612E622E632F") "8100"

static void prepare_rpm(const char *result)
{
    bench.info1 = INFO1_RANGE;
    bench.context = CONTEXT("030100");
    bench.signed3 = SIGNED3;
    bench.rpm_result = result;
    bench.request.session.operation = ES10B_DOWNLOAD | ES10B_RPM;
}

Test(lpa_download, rpm_comes_in_the_stead_of_a_profile)
{
    prepare_rpm(RPM_DONE);
    cr_assert(run(NOTHING), "%s: %s", bench.fault.where, bench.fault.text);
    cr_expect_str_eq(bench.log, KNOWN " BF44 BF28");
    const json_t *commands = json_object_get(bench.document, "commands");
    cr_assert_eq(json_array_size(commands), 2);
    const json_t *first = json_array_get(commands, 0), *second = json_array_get(commands, 1);
    cr_expect_str_eq(json_string_value(json_object_get(first, "command")), "disable");
    cr_expect_str_eq(json_string_value(json_object_get(first, "iccid")), "8900012345678901234");
    cr_expect_str_eq(json_string_value(json_object_get(first, "result")), "ok");
    cr_expect(json_is_true(json_object_get(first, "continueOnFailure")));
    cr_expect_str_eq(json_string_value(json_object_get(second, "pcmpAddress")), "a.b.c/");
}

Test(lpa_download, rpm_that_was_not_asked_for_is_cancelled)
{
    prepare_rpm(RPM_DONE);
    bench.request.session.operation = ES10B_DOWNLOAD;
    cr_assert_not(run(NOTHING));
    cr_expect_str_eq(bench.log, KNOWN " BF41:127 cancelSession");
}

Test(lpa_download, rpm_that_the_card_does_not_sign_for_is_cancelled)
{
    prepare_rpm("A10780020102020104");
    cr_assert_not(run(NOTHING));
    cr_expect_str_eq(bench.fault.code, "noSession (4)");
    cr_expect_str_eq(bench.log, KNOWN " BF44 BF41:29 cancelSession");
}

/* Its result has ended the session, whatever it says: there is none to cancel. */
Test(lpa_download, rpm_that_the_card_signs_a_refusal_of_is_over)
{
    prepare_rpm("A020"
                "A01C" RPM_SIGNED("A203810105") "8100");
    cr_assert_not(run(NOTHING));
    cr_expect_str_eq(bench.fault.code, "invalidTransactionId (5)");
    cr_expect_str_eq(bench.log, KNOWN " BF44 BF28");
}

Test(lpa_download, rpm_that_is_malformed_or_of_another_transaction_is_cancelled)
{
    static const char *const bad[] = {"30088002010380020102", "300680020103A100",
                                      "300680020102A200"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        close_bench();
        open_bench();
        prepare_rpm(NULL);
        bench.signed3 = bad[i];
        cr_assert_not(run(NOTHING));
        cr_expect_str_eq(bench.log, KNOWN " BF41:28 cancelSession", "%s", bad[i]);
    }
}

/* Administration over HTTP, with a terminal that serves BIP and a server with OpenSSL's TLS: what
 * is triggered, carried out and answered, and what comes of every cut. */
#include "tests/fs/test_ota_world.h"

#include "fs/scp81/scp81.h"
#include "fs/scp81/scp81_record.h"
#include "tests/support/psk_server.h"

TestSuite(scp81, .init = test_make_folder, .fini = test_remove_folder);

#define PSK "303132333435363738393A3B3C3D3E3F"
#define DEK "404142434445464748494A4B4C4D4E4F"
#define PACKAGE                                                                                    \
    HEADER OTA_MF PUKS PINS USIM LOCAL_PINS AKA "A6(" MANDATED(                                    \
        "08") "A1(4F(A0000001515350) 4F(A000000151535041) 4F(A000000151000000)"                    \
              "82(82DC00) 83(0F) C9(81028000)"                                                     \
              "EA(80(010000000002010606B2010000000000)))"                                          \
              "A2(" OTA_SET("01", "80") OTA_SET("02", "88") OTA_KEY("40", "01", "85", PSK)         \
                  OTA_KEY("40", "02", "88", DEK) "))" DOMAIN_SSD OTA_INSTANCES OTA_FILE END

/* 127.0.0.1, port 8443 */
#define CONNECTION "840C 3C030220FB 3E05217F000001"
#define SECURITY "8505 0131 02 40 01"
#define RETRY "8607 0002 2503 000100"
#define NAMES "890F 8A03612E62 8B022F2F 8C042F643D31"
#define USUAL "8131 832F" CONNECTION SECURITY RETRY NAMES
#define IDENTITY "1"

#define POST_FRONT                                                                                 \
    " HTTP/1.1\r\nHost: a.b\r\nX-Admin-Protocol: globalplatform-remote-admin/1.0\r\n"              \
    "X-Admin-From: //\r\n"
#define FIRST "POST /d=1" POST_FRONT "Content-Length: 0\r\n\r\n"
#define RESUMED "POST /d=1" POST_FRONT "X-Admin-Resume: true\r\nContent-Length: 0\r\n\r\n"

#define RAM_TYPE "Content-Type: application/vnd.globalplatform.card-content-mgt;version=1.0\r\n"
#define RFM_TYPE "Content-Type: application/vnd.etsi.scp.command-data;version=1.0\r\n"
#define NEXT "X-Admin-Next-URI: /next\r\n"
#define TO(rid, pix) "X-Admin-Targeted-Application: //aid/" rid "/" pix "\r\n"
#define TO_FILES TO("A000000559", "10100001")
#define NO_MORE "HTTP/1.1 204 No Content\r\n\r\n"

#define COMMANDS_MAX 400

/* One response of the server's: head, and a script in hexadecimal. */
struct response {
    const char *head;
    const char *script; /* NULL: the head is all there is */
};

struct bench {
    struct world *world;
    struct scp81 scp81;
    /* the server */
    struct psk_server *server;
    const char *suites, *server_identity;
    const struct response *responses;
    size_t count, given;
    char requests[16][2048];
    size_t request_count;
    char partial[4096];
    size_t partial_len;
    /* the terminal */
    bool open, break_when_opened;
    uint8_t refuse_type;  /* a command of this type is refused */
    uint8_t timers[9][3]; /* that run */
    bool running[9];
    uint8_t events[8];
    size_t event_count;
    size_t commands; /* fetched so far */
    size_t stop_at;  /* as many are served, then no more; 0: all */
    bool close_seen;
    size_t stored, immediate, failures;
    char message[64]; /* that the card has sent, hexadecimal */
};

static void forget_server(struct bench *bench)
{
    if (bench->server != NULL)
        psk_server_destroy(bench->server);
    bench->server = NULL;
    bench->partial_len = 0;
    bench->open = false;
}

static void put_response(struct bench *bench, const struct response *response)
{
    uint8_t room[4096];
    struct writer out = writer_on(room, sizeof(room));
    writer_put(&out, bytes_of_text(response->head));
    if (response->script != NULL) {
        uint8_t script_room[2048];
        char length[64];
        const struct bytes script = world_hex(response->script, script_room, sizeof(script_room));
        sprintf(length, "Content-Length: %zu\r\n\r\n", script.len);
        writer_put(&out, bytes_of_text(length));
        writer_put(&out, script);
    }
    cr_assert_not(out.overflow);
    if (out.len > 0)
        psk_server_write(bench->server, writer_bytes(&out));
}

/* Requests are kept with their bodies in hexadecimal. */
static bool take_request(struct bench *bench)
{
    char *end = memmem(bench->partial, bench->partial_len, "\r\n\r\n", 4);
    if (end == NULL)
        return false;
    size_t len = (size_t)(end - bench->partial) + 4;
    char *kept = bench->requests[bench->request_count];
    memcpy(kept, bench->partial, len);
    kept[len] = '\0';
    if (strstr(kept, "chunked") != NULL) {
        unsigned size;
        char *body = end + 4;
        char *last = memmem(body, bench->partial_len - len, "\r\n0\r\n\r\n", 7);
        if (last == NULL || sscanf(body, "%4X", &size) != 1)
            return false;
        hex_encode(bytes_of(body + 6, size), kept + len);
        len = (size_t)(last - bench->partial) + 7;
    }
    bench->request_count++;
    bench->partial_len -= len;
    memmove(bench->partial, bench->partial + len, bench->partial_len);
    return true;
}

static void serve(struct bench *bench)
{
    struct writer plain = writer_on(bench->partial, sizeof(bench->partial));
    plain.len = bench->partial_len;
    psk_server_read(bench->server, &plain);
    bench->partial_len = plain.len;
    while (take_request(bench))
        if (bench->given < bench->count)
            put_response(bench, &bench->responses[bench->given++]);
}

static int transmit(struct bench *bench, uint8_t ins, struct bytes data, struct bytes *answer)
{
    uint8_t room[300];
    struct writer command = writer_on(room, sizeof(room));
    writer_put(&command, BYTES(0x80, ins, 0x00, 0x00, (uint8_t)data.len));
    writer_put(&command, data);
    const int result = world_transmit(bench->world, writer_bytes(&command), answer);
    struct world *world = bench->world;
    if (result >= 0) {
        cr_assert_eq(store_commit(world->store), 0);
        proactive_settle(&world->uicc.proactive);
        return result;
    }
    bench->failures++; /* as the card does it */
    store_rollback(world->store);
    scp81_break(&bench->scp81);
    proactive_forget_answer(&world->uicc.proactive);
    domain_set_profile(&world->domains, world->profile);
    cr_assert_eq(uicc_load(&world->uicc, world->profile), 0);
    return result;
}

static bool find(struct bytes in, uint32_t tag, struct tlv *out)
{
    return tlv_find(in, tag, out) || tlv_find(in, tag ^ 0x80, out);
}

/* The result of a command, and what goes with it. */
static uint8_t carry_out(struct bench *bench, uint8_t type, uint8_t qualifier, struct bytes body,
                         struct writer *more)
{
    struct tlv tlv;
    uint8_t room[256];
    if (type == bench->refuse_type)
        return 0x20;
    switch (type) {
    case 0x05:
        cr_assert(find(body, 0x99, &tlv) && tlv.value.len <= sizeof(bench->events));
        memcpy(bench->events, tlv.value.data, tlv.value.len);
        bench->event_count = tlv.value.len;
        return 0x00;
    case 0x13:
        cr_assert_lt(2 * body.len, sizeof(bench->message));
        hex_encode(body, bench->message);
        return 0x00;
    case 0x27:
        cr_assert(find(body, 0xA4, &tlv) && tlv.value.data[0] <= 8);
        bench->running[tlv.value.data[0]] = qualifier == 0;
        if (qualifier == 0) {
            const uint8_t number = tlv.value.data[0];
            cr_assert(find(body, 0xA5, &tlv) && tlv.value.len == 3);
            memcpy(bench->timers[number], tlv.value.data, 3);
        }
        return 0x00;
    case 0x40:
        cr_assert(find(body, 0x35, &tlv) && find(body, 0x39, &tlv) && find(body, 0x3C, &tlv) &&
                  find(body, 0x3E, &tlv));
        forget_server(bench);
        bench->server = psk_server_create(bench->suites, bench->server_identity,
                                          world_hex(PSK, (uint8_t[16]){0}, 16));
        bench->open = true;
        if (bench->break_when_opened)
            scp81_break(&bench->scp81);
        tlv_put(more, 0xB8, BYTES(0x81, 0x00));
        tlv_put(more, 0xB5, BYTES(0x03));
        tlv_put(more, 0xB9, BYTES(0x05, 0xDC));
        return 0x00;
    case 0x41:
        bench->close_seen = true;
        forget_server(bench);
        return 0x00;
    case 0x42: {
        cr_assert(find(body, 0xB7, &tlv));
        struct writer data = writer_on(room, tlv.value.data[0]);
        if (bench->server == NULL)
            return 0x3A;
        psk_server_take_output(bench->server, &data);
        tlv_put(more, 0xB6, writer_bytes(&data));
        const size_t rest = psk_server_output_len(bench->server);
        tlv_put_u8(more, 0xB7, (uint8_t)(rest > 0xFF ? 0xFF : rest));
        return 0x00;
    }
    case 0x43:
        cr_assert(find(body, 0xB6, &tlv));
        if (bench->server == NULL)
            return 0x3A;
        (void)(qualifier == 0 ? bench->stored++ : bench->immediate++);
        psk_server_receive(bench->server, tlv.value);
        if (qualifier == 1)
            serve(bench);
        tlv_put_u8(more, 0xB7, 0xFF);
        return 0x00;
    case 0x44:
        tlv_put(more, 0xB8, BYTES(bench->open ? 0x81 : 0x01, 0x00));
        return 0x00;
    default:
        return 0x30;
    }
}

static bool fetch_one(struct bench *bench)
{
    uint8_t command_room[300], room[255], more_room[250];
    struct bytes answer;
    struct tlv whole, details, devices;
    if (proactive_waiting(&bench->world->uicc.proactive) == 0 ||
        (bench->stop_at > 0 && bench->commands == bench->stop_at))
        return false;
    bench->commands++;
    cr_assert_lt(bench->commands, COMMANDS_MAX, "the card asks without end");
    cr_assert_eq(world_transmit(bench->world, BYTES(0x80, 0x12, 0x00, 0x00, 0x00), &answer), 0);
    memcpy(command_room, answer.data, answer.len);
    cr_assert(tlv_whole(bytes_of(command_room, answer.len), 0xD0, &whole));
    struct bytes body = whole.value;
    cr_assert(tlv_take_tag(&body, 0x81, &details) && tlv_take_tag(&body, 0x82, &devices));
    const uint8_t type = details.value.data[1];
    if (type >= 0x41 && type <= 0x43)
        cr_assert_eq(devices.value.data[1], 0x21);
    struct writer out = writer_on(room, sizeof(room)),
                  more = writer_on(more_room, sizeof(more_room));
    const uint8_t result = carry_out(bench, type, details.value.data[2], body, &more);
    tlv_put(&out, 0x81, details.value);
    tlv_put(&out, 0x82, BYTES(0x82, 0x81));
    tlv_put(&out, 0x83, result == 0x3A ? BYTES(0x3A, 0x02) : BYTES(result));
    writer_put(&out, writer_bytes(&more));
    cr_assert_not(out.overflow);
    (void)transmit(bench, 0x14, writer_bytes(&out), &answer);
    return true;
}

static int event(struct bench *bench, struct bytes body)
{
    uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    struct bytes answer;
    writer_put(&out, body);
    return transmit(bench, 0xC2, writer_bytes(&out), &answer);
}

#define DATA_AVAILABLE(len)                                                                        \
    BYTES(0xD6, 0x0E, 0x99, 0x01, 0x09, 0x82, 0x02, 0x82, 0x81, 0xB8, 0x02, 0x81, 0x00, 0xB7,      \
          0x01, (len))
#define LINK_DROPPED                                                                               \
    BYTES(0xD6, 0x0B, 0x99, 0x01, 0x0A, 0x82, 0x02, 0x82, 0x81, 0xB8, 0x02, 0x01, 0x05)
#define TIMER_OVER(number)                                                                         \
    BYTES(0xD7, 0x0C, 0x82, 0x02, 0x82, 0x81, 0xA4, 0x01, (number), 0xA5, 0x03, 0x00, 0x01, 0x00)

/* Serves the card until neither side has anything to say. */
static void run(struct bench *bench)
{
    for (;;) {
        while (fetch_one(bench))
            ;
        if (bench->stop_at > 0 && bench->commands == bench->stop_at)
            return;
        if (bench->server == NULL || psk_server_output_len(bench->server) == 0)
            return;
        const size_t len = psk_server_output_len(bench->server);
        (void)event(bench, DATA_AVAILABLE((uint8_t)(len > 0xFF ? 0xFF : len)));
    }
}

static void meet(struct bench *bench, bool bip)
{
    uint8_t profile[32];
    struct bytes answer;
    memset(profile, 0xFF, sizeof(profile));
    if (!bip)
        profile[11] = 0;
    cr_assert_eq(transmit(bench, 0x10, bytes_of(profile, sizeof(profile)), &answer), 0);
}

static struct bench *open_bench(const struct response *responses, size_t count)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct store *store = test_open(test_folder);
    const uint32_t profile = test_domain_profile(store, PACKAGE);
    store_close(store);
    bench->world = world_open(profile);
    scp81_init(&bench->scp81, &bench->world->ota);
    bench->suites = "PSK-AES128-CBC-SHA256";
    bench->server_identity = IDENTITY;
    bench->responses = responses;
    bench->count = count;
    return bench;
}

static void close_bench(struct bench *bench)
{
    forget_server(bench);
    scp81_finish(&bench->scp81);
    world_close(bench->world);
    free(bench);
}

/* What is reported to a trigger; what it has brought about is durable. */
static const char *trigger(struct bench *bench, const char *data)
{
    const struct order order = ORDER_USUAL("B20100", data);
    const char *report = world_order(bench->world, &order);
    cr_assert_eq(store_commit(bench->world->store), 0);
    return report;
}

static bool has_record(struct bench *bench, struct scp81_record *out)
{
    struct domain_registry *registry;
    const struct domain_aid domain = test_domain_aid("A000000151000000");
    cr_assert_eq(domain_context_registry(&bench->world->domains, bench->world->profile, &registry),
                 0);
    return scp81_record_find(registry, &domain, out);
}

/* The session has come to its end, and nothing of it is left. */
static void expect_over(struct bench *bench)
{
    struct scp81_record record;
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    cr_expect_null(bench->scp81.session);
    cr_expect_not(has_record(bench, &record));
    cr_expect(bench->close_seen);
    cr_expect_not(bench->open);
    cr_expect_eq(bench->event_count, 0);
    cr_expect_not(bench->running[3]);
    cr_expect_not(proactive_is_busy(&bench->world->uicc.proactive));
}

#define RUN(responses, count, bench)                                                               \
    struct bench *bench = open_bench((responses), (count));                                        \
    meet(bench, true);                                                                             \
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");                                          \
    run(bench)

Test(scp81, a_security_domain_is_administered)
{
    static const struct response responses[] = {
        {"HTTP/1.1 200 OK\r\n" RAM_TYPE NEXT, "AE80 2208 80F28002024F0000 0000"},
        {"HTTP/1.1 200 OK\r\n" RAM_TYPE "X-Admin-Next-URI: /last\r\n" TO("A000000151", "000000"),
         "AA0A 2208 80F28002024F0000"},
        {NO_MORE, NULL},
    };
    RUN(responses, 3, bench);
    cr_expect_eq(bench->request_count, 3);
    cr_expect_str_eq(bench->requests[0], FIRST);
    cr_expect_str_eq(
        bench->requests[1],
        "POST /next" POST_FRONT "X-Admin-Script-Status: ok\r\n"
        "Content-Type: application/vnd.globalplatform.card-content-mgt-response;version=1.0\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
        "AF802317E3134F08A0000001510000009F70010FC50382DC0090000000");
    cr_expect_not_null(strstr(bench->requests[2], "POST /last HTTP/1.1\r\n"));
    cr_expect_not_null(
        strstr(bench->requests[2], "AB1C8001012317E3134F08A0000001510000009F70010FC50382DC009000"));
    cr_expect_gt(bench->stored, 0);
    expect_over(bench);
    close_bench(bench);
}

Test(scp81, files_are_managed)
{
    static const struct response responses[] = {
        {"HTTP/1.1 200 OK\r\n" RFM_TYPE TO_FILES NEXT,
         "AE80 2207 00A4000C022F10 2207 00D6000002AABB 2205 00B0000004 0000"},
        {NO_MORE, NULL},
    };
    RUN(responses, 2, bench);
    cr_assert_eq(bench->request_count, 2);
    cr_expect_not_null(
        strstr(bench->requests[1],
               "Content-Type: application/vnd.etsi.scp.response-data;version=1.0\r\n"));
    cr_expect_not_null(strstr(bench->requests[1], "AF8023029000230290002306AABB030490000000"));
    expect_over(bench);
    world_terminal(bench->world, "00A40004022F1000");
    cr_expect_str_eq(world_terminal(bench->world, "00B0000004"), "AABB03049000");
    close_bench(bench);
}

/* Without a place to answer to, a script is carried out, and that is the end. */
Test(scp81, a_script_that_nobody_wants_the_answer_of)
{
    static const struct response responses[] = {
        {"HTTP/1.1 200 OK\r\n" RFM_TYPE TO_FILES,
         "AE80 2207 00A4000C022F10 2207 00D6000002AABB 0000"},
    };
    RUN(responses, 1, bench);
    cr_expect_eq(bench->request_count, 1);
    expect_over(bench);
    world_terminal(bench->world, "00A40004022F1000");
    cr_expect_str_eq(world_terminal(bench->world, "00B0000004"), "AABB03049000");
    close_bench(bench);
}

Test(scp81, posting_goes_on_without_scripts)
{
    static const struct response responses[] = {
        {"HTTP/1.1 204 No Content\r\nX-Admin-Next-URI: /a?b=c\r\n\r\n", NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Admin-Next-URI: /d\r\n\r\n", NULL},
        {NO_MORE, NULL},
    };
    RUN(responses, 3, bench);
    cr_assert_eq(bench->request_count, 3);
    cr_expect_str_eq(bench->requests[1], "POST /a?b=c" POST_FRONT "Content-Length: 0\r\n\r\n");
    cr_expect_str_eq(bench->requests[2], "POST /d" POST_FRONT "Content-Length: 0\r\n\r\n");
    expect_over(bench);
    close_bench(bench);
}

/* What X-Admin-Script-Status says; a script that is refused has not run. */
Test(scp81, targets)
{
    static const struct {
        const char *head, *status;
        const char *suites;
    } rows[] = {
        {RAM_TYPE, "ok", NULL},
        {RAM_TYPE TO("A000000151", "000000"), "ok", NULL},
        {RAM_TYPE TO("A000000151", "999999"), "unknown-application", NULL},
        {RAM_TYPE "X-Admin-Targeted-Application: nobody\r\n", "unknown-application", NULL},
        {RAM_TYPE TO("A000000151", "0000AA"), "ok", NULL}, /* associated with the session's */
        {RAM_TYPE TO_FILES, "not-a-security-domain", NULL},
        {RFM_TYPE TO_FILES, "ok", NULL},
        {RFM_TYPE, "unknown-application", NULL},
        {RFM_TYPE TO("A000000151", "000000"), "unknown-application", NULL},
        {RAM_TYPE, "security-error", "PSK-NULL-SHA256:@SECLEVEL=0"},
        {RFM_TYPE TO_FILES, "ok", "PSK-NULL-SHA256:@SECLEVEL=0"},
        {RFM_TYPE TO("A000000559", "10100002"), "security-error", "PSK-NULL-SHA256:@SECLEVEL=0"},
    };
    struct bench *bench = open_bench(NULL, 0);
    meet(bench, true);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char head[512], wanted[128];
        sprintf(head, "HTTP/1.1 200 OK\r\n%s" NEXT, rows[i].head);
        sprintf(wanted, "X-Admin-Script-Status: %s\r\n", rows[i].status);
        const struct response responses[] = {{head, "AA07 2205 00B0000004"}, {NO_MORE, NULL}};
        bench->suites = rows[i].suites != NULL ? rows[i].suites : "PSK-AES128-CBC-SHA256";
        bench->responses = responses;
        bench->count = 2;
        bench->given = bench->request_count = bench->commands = 0;
        cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
        run(bench);
        cr_assert_eq(bench->request_count, 2, "%s: %zu", rows[i].head, bench->request_count);
        cr_expect_not_null(strstr(bench->requests[1], wanted), "%s: %s", rows[i].head,
                           bench->requests[1]);
        cr_expect_eq(strstr(bench->requests[1], "chunked") != NULL,
                     strcmp(rows[i].status, "ok") == 0);
        expect_over(bench);
    }
    close_bench(bench);
}

Test(scp81, triggers_that_are_refused)
{
    static const struct {
        const char *data, *report;
    } rows[] = {
        {"8103 840100", "00 016A80"},                                     /* no parameters */
        {"8104 8302 8405", "00 016A80"},                                  /* cut */
        {"8102 8300", "00 016A88"},                                       /* to where? */
        {"8120 831E" CONNECTION "8505 0131 02 41 01" RETRY, "00 016A88"}, /* no such key */
        {"8120 831E" CONNECTION "8505 0131 02 01 01" RETRY, "00 016A88"}, /* another kind */
        {"8120 831E" CONNECTION "8505 0100 02 40 01" RETRY, "00 016A80"}, /* no identity */
        {"811A 8318 8405 3C030220FB" SECURITY "8608 0001 2504 00000000", "00 016A80"},
        {"8110 830E 8405 3C030220FB" SECURITY, "00 016A88"},      /* no address */
        {"811A 8318" CONNECTION SECURITY "8601 00", "00 016A80"}, /* half a number of attempts */
        {"8107 8305 8903 8A010A", "00 016A80"}, /* a line's end in the host's name */
    };
    struct bench *bench = open_bench(NULL, 0);
    struct scp81_record record;
    meet(bench, true);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *report = trigger(bench, rows[i].data);
        cr_expect_str_eq(report, rows[i].report, "%s: %s", rows[i].data, report);
        cr_expect_not(has_record(bench, &record), "%s", rows[i].data);
        cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    }
    /* One at a time. */
    cr_expect_str_eq(trigger(bench, USUAL), "00 019000");
    cr_expect_str_eq(trigger(bench, USUAL), "00 016985");
    close_bench(bench);
}

Test(scp81, a_terminal_without_channels_is_asked_nothing)
{
    struct bench *bench = open_bench(NULL, 0);
    struct scp81_record record;
    meet(bench, false);
    cr_expect_str_eq(trigger(bench, USUAL), "00 016A81");
    cr_expect_not(proactive_is_busy(&bench->world->uicc.proactive));
    cr_expect_not(has_record(bench, &record));
    close_bench(bench);
}

/* What the trigger leaves out the domain has (DGI 0085), and the trigger counts more. */
Test(scp81, parameters_that_the_domain_keeps)
{
    static const struct response responses[] = {{NO_MORE, NULL}};
    static const char *const stored[] = {
        "80E2880032 0085 2F" CONNECTION SECURITY RETRY NAMES,
        "80E2880034 0085 31 852F" CONNECTION SECURITY RETRY NAMES,
    };
    for (size_t i = 0; i < 2; i++) {
        struct bench *bench = open_bench(responses, 1);
        struct order order = ORDER_USUAL("B20100", stored[i]);
        meet(bench, true);
        cr_expect_str_eq(world_order(bench->world, &order), "00 019000");
        cr_expect_str_eq(trigger(bench, "810C 830A 8908 8A03782E79 8C012F"), "00 019000");
        run(bench);
        cr_expect_eq(strncmp(bench->requests[0], "POST / HTTP/1.1\r\nHost: x.y\r\n", 28), 0, "%s",
                     bench->requests[0]);
        expect_over(bench);
        bench->given = bench->request_count = 0;
        cr_expect_str_eq(trigger(bench, "8100"), "00 019000");
        run(bench);
        cr_expect_str_eq(bench->requests[0], FIRST);
        close_bench(bench);
        test_remove_folder();
        test_make_folder();
    }
}

/* OTA.md §7: pySim's trigger, and a live one's retry policy. */
Test(scp81, published_parameters)
{
    uint8_t room[64];
    struct scp81_parameters parameters = {0};
    cr_expect(scp81_parameters_add(
        &parameters, world_hex("8508 04 DEADBEEF 02 00 40  8607 0001 2503 001000", room, 64)));
    cr_expect(bytes_equal(parameters.identity, BYTES(0xDE, 0xAD, 0xBE, 0xEF)));
    cr_expect_eq(parameters.key_version, 0x40);
    cr_expect_eq(parameters.retries, 1);
    cr_expect(bytes_equal(parameters.timer, BYTES(0x00, 0x10, 0x00)));
}

Test(scp81, names_that_are_made_of_the_chips)
{
    uint8_t room[SCP81_NAME_MAX];
    const uint8_t eid[16] = {0x89, 0x04};
    const struct domain_aid domain = test_domain_aid("A000000151000000");
    struct writer out = writer_on(room, sizeof(room));
    scp81_parameters_identity(eid, &domain, 0x40, 0x01, &out);
    cr_expect(
        bytes_equal(writer_bytes(&out), bytes_of_text("80010281108904000000000000000000000000000"
                                                      "04F08A000000151000000820101830140")));
    writer_reset(&out);
    scp81_parameters_agent(eid, &domain, &out);
    cr_expect(
        bytes_equal(writer_bytes(&out), bytes_of_text("//se-id/eid/89040000000000000000000000000000"
                                                      ";//aa-id/aid/A000000151/000000")));
}

static const struct response two_scripts[] = {
    {"HTTP/1.1 200 OK\r\n" RFM_TYPE TO_FILES NEXT, "AA11 2207 00A4000C022F10 2206 00D6000001AA"},
    {"HTTP/1.1 200 OK\r\n" RFM_TYPE TO_FILES NEXT, "AA11 2207 00A4000C022F10 2206 00D6000101BB"},
    {NO_MORE, NULL},
};

static size_t commands_of_a_whole_session(void)
{
    RUN(two_scripts, 3, bench);
    expect_over(bench);
    const size_t commands = bench->commands;
    close_bench(bench);
    test_remove_folder();
    test_make_folder();
    return commands;
}

/* The link drops after each command: another attempt, as the policy says, brings it to its end. */
Test(scp81, cut_after_each_command, .timeout = 120)
{
    const size_t commands = commands_of_a_whole_session();
    for (size_t cut = 3; cut < commands; cut++) {
        struct bench *bench = open_bench(two_scripts, 3);
        struct scp81_record record;
        meet(bench, true);
        bench->stop_at = cut;
        cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
        run(bench);
        if (!bench->open || !bench->scp81.session) {
            close_bench(bench);
            test_remove_folder();
            test_make_folder();
            break; /* it is closing already */
        }
        const bool done = bench->given == 3;
        forget_server(bench);
        bench->stop_at = 0;
        (void)event(bench, LINK_DROPPED);
        run(bench);
        if (bench->scp81.state == SCP81_WAITING) {
            cr_assert(has_record(bench, &record));
            cr_expect_eq(record.retries, 1, "cut at %zu", cut);
            cr_expect(bench->running[2]);
            cr_expect_eq(memcmp(bench->timers[2], "\x00\x01\x00", 3), 0);
            bench->given = bench->request_count = 0;
            (void)event(bench, TIMER_OVER(2));
            run(bench);
        } else {
            cr_expect(done, "cut at %zu", cut);
        }
        expect_over(bench);
        world_terminal(bench->world, "00A40004022F1000");
        cr_expect_str_eq(world_terminal(bench->world, "00B0000004"), "AABB03049000", "cut at %zu",
                         cut);
        close_bench(bench);
        test_remove_folder();
        test_make_folder();
    }
}

/* The power is lost after each command: with the next terminal profile it goes on, and says so. */
Test(scp81, power_lost_after_each_command, .timeout = 120)
{
    const size_t commands = commands_of_a_whole_session();
    for (size_t cut = 1; cut < commands; cut++) {
        struct bench *bench = open_bench(two_scripts, 3);
        struct scp81_record record;
        meet(bench, true);
        bench->stop_at = cut;
        cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
        run(bench);
        const uint32_t profile = bench->world->profile;
        forget_server(bench);
        scp81_finish(&bench->scp81);
        world_close(bench->world);
        bench->world = world_open(profile);
        bench->event_count = 0;
        memset(bench->running, 0, sizeof(bench->running));
        scp81_init(&bench->scp81, &bench->world->ota);
        bench->stop_at = bench->given = bench->request_count = 0;
        const bool unfinished = has_record(bench, &record);
        meet(bench, true);
        run(bench);
        cr_expect_eq(bench->request_count > 0, unfinished, "cut at %zu", cut);
        if (unfinished)
            cr_expect_str_eq(bench->requests[0], RESUMED, "cut at %zu", cut);
        bench->close_seen = true; /* or the reset was it */
        expect_over(bench);
        world_terminal(bench->world, "00A40004022F1000");
        cr_expect_str_eq(world_terminal(bench->world, "00B0000004"), "AABB03049000", "cut at %zu",
                         cut);
        close_bench(bench);
        test_remove_folder();
        test_make_folder();
    }
}

static int fail_update(void *context, struct bytes request)
{
    (void)context;
    (void)request;
    return FAILURE_MEMORY;
}

/* A script that fails in the middle is undone, and nobody is told that it was done. */
Test(scp81, a_script_that_fails)
{
    static const struct response responses[] = {
        {"HTTP/1.1 200 OK\r\n" RAM_TYPE NEXT,
         "AA1A 220A 80E2880005 0070024200 220C 80E2910007BF2A0491024E61"},
    };
    struct bench *bench = open_bench(responses, 1);
    struct domain_registry *registry;
    struct scp81_record record;
    bench->world->ota.update_metadata = fail_update;
    meet(bench, true);
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
    run(bench);
    cr_expect_eq(bench->failures, 1);
    cr_expect_eq(bench->request_count, 1);
    const struct domain_aid domain = test_domain_aid("A000000151000000");
    cr_assert_eq(domain_context_registry(&bench->world->domains, bench->world->profile, &registry),
                 0);
    cr_expect_null(domain_list_object(registry, &domain, 0x0042));
    cr_expect(has_record(bench, &record));
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(bench->close_seen);
    close_bench(bench);
}

/* Servers that do not keep to the rules: the channel is closed, and that was an attempt. */
Test(scp81, hostile_servers)
{
    static const struct response rows[] = {
        {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", NULL},
        {"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", NULL},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nabcde", NULL},
        {"HTTP/1.1 200 OK\r\nX-Admin-Next-URI: //elsewhere.example\x01/\r\n\r\n", NULL},
        {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" NEXT, "3C68746D6C3E"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", NULL},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", NULL},
        {"HTTP/1.1 204 No Content\r\n" NEXT "\r\nHTTP/1.1 204 No Content\r\n\r\n", NULL},
        {"SSH-2.0-OpenSSH\r\n\r\n", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scp81_record record;
        RUN(&rows[i], 1, bench);
        cr_expect_eq(bench->scp81.state, SCP81_WAITING, "%s", rows[i].head);
        cr_expect(bench->close_seen);
        cr_expect(bench->running[2]);
        for (int attempt = 0; attempt < 2; attempt++) {
            cr_assert(has_record(bench, &record), "%s", rows[i].head);
            cr_expect_eq(record.retries, 1 - attempt);
            bench->given = 0;
            (void)event(bench, TIMER_OVER(2));
            run(bench);
        }
        expect_over(bench); /* given up */
        close_bench(bench);
        test_remove_folder();
        test_make_folder();
    }
}

Test(scp81, another_key)
{
    struct scp81_record record;
    struct bench *bench = open_bench(NULL, 0);
    bench->server_identity = "2";
    meet(bench, true);
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
    run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(has_record(bench, &record));
    close_bench(bench);
}

/* A server that says nothing for five minutes has had its attempt. */
Test(scp81, a_silent_server)
{
    static const struct response responses[] = {{"HTTP/1.1 200 OK\r\n", NULL}};
    RUN(responses, 1, bench);
    for (int minute = 0; minute < 5; minute++) {
        cr_expect_eq(bench->scp81.state, SCP81_CONNECTED, "minute %d", minute);
        cr_expect(bench->running[3]);
        (void)event(bench, TIMER_OVER(3));
        run(bench);
    }
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(bench->close_seen);
    close_bench(bench);
}

/* The link is gone, and nobody has told: GET CHANNEL STATUS shows it. */
Test(scp81, a_lost_link_is_found)
{
    static const struct response responses[] = {{"HTTP/1.1 200 OK\r\n", NULL}};
    RUN(responses, 1, bench);
    bench->open = false;
    (void)event(bench, TIMER_OVER(3));
    run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    close_bench(bench);
}

/* Each command that a terminal may refuse. */
Test(scp81, a_terminal_that_refuses)
{
    static const uint8_t types[] = {0x40, 0x42, 0x43};
    for (size_t i = 0; i < sizeof(types); i++) {
        struct bench *bench = open_bench(two_scripts, 3);
        bench->refuse_type = types[i];
        meet(bench, true);
        cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
        run(bench);
        cr_expect_eq(bench->scp81.state, SCP81_WAITING, "%02X", types[i]);
        bench->refuse_type = 0;
        (void)event(bench, TIMER_OVER(2));
        run(bench);
        expect_over(bench);
        close_bench(bench);
        test_remove_folder();
        test_make_folder();
    }
}

/* Without a retry policy, or with one that does not say when, there is one attempt. */
Test(scp81, no_policy_no_second_attempt)
{
    static const char *const triggers[] = {"8117 8315" CONNECTION SECURITY,
                                           "811B 8319" CONNECTION SECURITY "8602 0002"};
    for (size_t i = 0; i < 2; i++) {
        struct bench *bench = open_bench(NULL, 0);
        bench->refuse_type = 0x40;
        meet(bench, true);
        cr_assert_str_eq(trigger(bench, triggers[i]), "00 019000");
        run(bench);
        bench->close_seen = true;
        expect_over(bench);
        close_bench(bench);
        test_remove_folder();
        test_make_folder();
    }
}

#define LOCATION(status)                                                                           \
    BYTES(0xD6, 0x0A, 0x99, 0x01, 0x03, 0x82, 0x02, 0x82, 0x81, 0x9B, 0x01, (status))

/* The terminal comes into service somewhere else: nothing to wait for any more. */
Test(scp81, another_location_is_another_attempt)
{
    struct bench *bench = open_bench(two_scripts, 3);
    struct scp81_record record;
    bench->refuse_type = 0x40;
    meet(bench, true);
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
    run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(bench->event_count == 1 && bench->events[0] == 0x03);
    (void)event(bench, LOCATION(0x02)); /* no service */
    run(bench);
    cr_expect(bench->scp81.state == SCP81_WAITING && bench->running[2]);
    (void)event(bench, LOCATION(0x00));
    run(bench);
    cr_assert(has_record(bench, &record));
    cr_expect_eq(record.retries, 0);
    bench->refuse_type = 0;
    (void)event(bench, LOCATION(0x00));
    run(bench);
    cr_expect_not(bench->running[2]);
    expect_over(bench);
    close_bench(bench);
}

/* The policy's short message is sent when the last attempt has failed, and not before. */
Test(scp81, the_last_failure_is_reported)
{
    struct bench *bench = open_bench(NULL, 0);
    struct scp81_record record;
    bench->refuse_type = 0x40;
    meet(bench, true);
    cr_assert_str_eq(trigger(bench, "812D 832B" CONNECTION SECURITY
                                    "8614 0001 2503000100 8B0B 0100038199F00004026E6F"),
                     "00 019000");
    run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect_str_eq(bench->message, "");
    (void)event(bench, TIMER_OVER(2));
    run(bench);
    cr_expect_str_eq(bench->message, "8B0B0100038199F00004026E6F");
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    cr_expect_not(has_record(bench, &record));
    close_bench(bench);
}

/* What is kept of a session is nobody's to read. */
Test(scp81, the_record_is_not_told)
{
    struct bench *bench = open_bench(NULL, 0);
    meet(bench, true);
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
    const struct order order = ORDER_USUAL("B20100", "80CA818100");
    cr_expect_str_eq(world_order(bench->world, &order), "00 016A88");
    close_bench(bench);
}

/* A command was undone while the terminal opened the channel: it is closed as soon as it is there.
 */
Test(scp81, a_channel_that_nobody_wants_any_more)
{
    struct bench *bench = open_bench(two_scripts, 3);
    bench->break_when_opened = true;
    meet(bench, true);
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
    run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    cr_expect(bench->close_seen);
    cr_expect_not(bench->open);
    cr_expect_eq(bench->request_count, 0);
    close_bench(bench);
}

/* A session ends with the profile whose domain it administers. */
Test(scp81, another_profile_is_enabled)
{
    struct bench *bench = open_bench(two_scripts, 3);
    meet(bench, true);
    bench->stop_at = 8;
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
    run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_CONNECTED);
    domain_set_profile(&bench->world->domains, 0); /* as the card does it */
    scp81_break(&bench->scp81);
    bench->stop_at = 0;
    run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    cr_expect(bench->close_seen);
    cr_expect_not(bench->open);
    close_bench(bench);
}

/* A trigger while the next attempt is waited for takes its place. */
Test(scp81, a_new_trigger_ends_the_waiting)
{
    struct bench *bench = open_bench(two_scripts, 3);
    bench->refuse_type = 0x40;
    meet(bench, true);
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
    run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_WAITING);
    bench->refuse_type = 0;
    cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
    run(bench);
    cr_expect_not(bench->running[2]);
    cr_expect_str_eq(bench->requests[0], FIRST);
    expect_over(bench);
    close_bench(bench);
}

/* What no row of the table names changes nothing, in any state. */
Test(scp81, events_that_mean_nothing)
{
    const struct bytes events[] = {
        DATA_AVAILABLE(10),
        LINK_DROPPED,
        TIMER_OVER(1),
        TIMER_OVER(2),
        TIMER_OVER(3),
        BYTES(0xD7, 0x04, 0x82, 0x02, 0x82, 0x81), /* which timer? */
        BYTES(0xD6, 0x04, 0x82, 0x02, 0x82, 0x81), /* which event? */
        BYTES(0xD6, 0x0B, 0x99, 0x01, 0x0A, 0x82, 0x02, 0x82, 0x81, 0xB8, 0x02, 0x02, 0x05),
    };
    static const struct {
        enum scp81_state state;
        size_t stop_at;
        uint8_t refuse_type;
        unsigned meant; /* events of the above that its rows name, as bits */
    } rows[] = {
        {SCP81_IDLE, 0, 0, 0},
        {SCP81_OPENING, 1, 0, 0},
        {SCP81_CONNECTED, 5, 0, 1u << 0 | 1u << 1 | 1u << 4},
        {SCP81_WAITING, 0, 0x40, 1u << 3},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bench *bench = open_bench(two_scripts, 3);
        bench->stop_at = rows[i].stop_at;
        bench->refuse_type = rows[i].refuse_type;
        meet(bench, true);
        if (rows[i].state != SCP81_IDLE) {
            cr_assert_str_eq(trigger(bench, USUAL), "00 019000");
            run(bench);
        }
        cr_assert_eq(bench->scp81.state, rows[i].state, "row %zu: %d", i, bench->scp81.state);
        const size_t queued = bench->world->uicc.proactive.count;
        for (size_t j = 0; j < sizeof(events) / sizeof(events[0]); j++) {
            if ((rows[i].meant & 1u << j) != 0)
                continue;
            cr_expect_eq(event(bench, events[j]), 0);
            cr_expect_eq(bench->scp81.state, rows[i].state, "row %zu, event %zu", i, j);
            cr_expect_eq(bench->world->uicc.proactive.count, queued, "row %zu, event %zu", i, j);
        }
        close_bench(bench);
        test_remove_folder();
        test_make_folder();
    }
}

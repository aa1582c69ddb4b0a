/* Administration over HTTP: what is triggered, carried out and answered. */
#include "tests/fs/scp81_bench.h"

#include "fs/scp81/scp81_parameters.h"

TestSuite(scp81, .init = scp81_bench_make_folder, .fini = scp81_bench_remove_folder);

Test(scp81, a_security_domain_is_administered)
{
    static const struct scp81_bench_response responses[] = {
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
    scp81_bench_expect_over(bench);
    scp81_bench_close(bench);
}

Test(scp81, files_are_managed)
{
    static const struct scp81_bench_response responses[] = {
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
    scp81_bench_expect_over(bench);
    world_terminal(bench->world, "00A40004022F1000");
    cr_expect_str_eq(world_terminal(bench->world, "00B0000004"), "AABB03049000");
    scp81_bench_close(bench);
}

/* Without a place to answer to, a script is carried out, and that is the end. */
Test(scp81, a_script_that_nobody_wants_the_answer_of)
{
    static const struct scp81_bench_response responses[] = {
        {"HTTP/1.1 200 OK\r\n" RFM_TYPE TO_FILES,
         "AE80 2207 00A4000C022F10 2207 00D6000002AABB 0000"},
    };
    RUN(responses, 1, bench);
    cr_expect_eq(bench->request_count, 1);
    scp81_bench_expect_over(bench);
    world_terminal(bench->world, "00A40004022F1000");
    cr_expect_str_eq(world_terminal(bench->world, "00B0000004"), "AABB03049000");
    scp81_bench_close(bench);
}

Test(scp81, posting_goes_on_without_scripts)
{
    static const struct scp81_bench_response responses[] = {
        {"HTTP/1.1 204 No Content\r\nX-Admin-Next-URI: /a?b=c\r\n\r\n", NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Admin-Next-URI: /d\r\n\r\n", NULL},
        {NO_MORE, NULL},
    };
    RUN(responses, 3, bench);
    cr_assert_eq(bench->request_count, 3);
    cr_expect_str_eq(bench->requests[1], "POST /a?b=c" POST_FRONT "Content-Length: 0\r\n\r\n");
    cr_expect_str_eq(bench->requests[2], "POST /d" POST_FRONT "Content-Length: 0\r\n\r\n");
    scp81_bench_expect_over(bench);
    scp81_bench_close(bench);
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
    struct scp81_bench *bench = scp81_bench_open(NULL, 0);
    scp81_bench_meet(bench, true);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char head[512], wanted[128];
        sprintf(head, "HTTP/1.1 200 OK\r\n%s" NEXT, rows[i].head);
        sprintf(wanted, "X-Admin-Script-Status: %s\r\n", rows[i].status);
        const struct scp81_bench_response responses[] = {{head, "AA07 2205 00B0000004"},
                                                         {NO_MORE, NULL}};
        bench->suites = rows[i].suites != NULL ? rows[i].suites : "PSK-AES128-CBC-SHA256";
        bench->responses = responses;
        bench->count = 2;
        bench->given = bench->request_count = bench->commands = 0;
        cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
        scp81_bench_run(bench);
        cr_assert_eq(bench->request_count, 2, "%s: %zu", rows[i].head, bench->request_count);
        cr_expect_not_null(strstr(bench->requests[1], wanted), "%s: %s", rows[i].head,
                           bench->requests[1]);
        cr_expect_eq(strstr(bench->requests[1], "chunked") != NULL,
                     strcmp(rows[i].status, "ok") == 0);
        scp81_bench_expect_over(bench);
    }
    scp81_bench_close(bench);
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
        {"8110 830E 8405 3C030220FB" SECURITY, "00 016A88"},                   /* no address */
        {"8117 830E 8405 3C030220FB" SECURITY "B305 D603612E62", "00 016A88"}, /* a name for it */
        {"811A 8318" CONNECTION SECURITY "8601 00", "00 016A80"}, /* half a number of attempts */
        {"8107 8305 8903 8A010A", "00 016A80"}, /* a line's end in the host's name */
    };
    struct scp81_bench *bench = scp81_bench_open(NULL, 0);
    struct scp81_record record;
    scp81_bench_meet(bench, true);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *report = scp81_bench_trigger(bench, rows[i].data);
        cr_expect_str_eq(report, rows[i].report, "%s: %s", rows[i].data, report);
        cr_expect_not(scp81_bench_has_record(bench, &record), "%s", rows[i].data);
        cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    }
    /* One at a time. */
    cr_expect_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    cr_expect_str_eq(scp81_bench_trigger(bench, USUAL), "00 016985");
    scp81_bench_close(bench);
}

Test(scp81, a_terminal_without_channels_is_asked_nothing)
{
    struct scp81_bench *bench = scp81_bench_open(NULL, 0);
    struct scp81_record record;
    scp81_bench_meet(bench, false);
    cr_expect_str_eq(scp81_bench_trigger(bench, USUAL), "00 016A81");
    cr_expect_not(proactive_is_busy(&bench->world->uicc.proactive));
    cr_expect_not(scp81_bench_has_record(bench, &record));
    scp81_bench_close(bench);
}

/* What the trigger leaves out the domain has (DGI 0085), and the trigger counts more. */
Test(scp81, parameters_that_the_domain_keeps)
{
    static const struct scp81_bench_response responses[] = {{NO_MORE, NULL}};
    static const char *const stored[] = {
        "80E2880032 0085 2F" CONNECTION SECURITY RETRY NAMES,
        "80E2880034 0085 31 852F" CONNECTION SECURITY RETRY NAMES,
    };
    for (size_t i = 0; i < 2; i++) {
        struct scp81_bench *bench = scp81_bench_open(responses, 1);
        struct order order = ORDER_USUAL("B20100", stored[i]);
        scp81_bench_meet(bench, true);
        cr_expect_str_eq(world_order(bench->world, &order), "00 019000");
        cr_expect_str_eq(scp81_bench_trigger(bench, "810C 830A 8908 8A03782E79 8C012F"),
                         "00 019000");
        scp81_bench_run(bench);
        cr_expect_eq(strncmp(bench->requests[0], "POST / HTTP/1.1\r\nHost: x.y\r\n", 28), 0, "%s",
                     bench->requests[0]);
        scp81_bench_expect_over(bench);
        bench->given = bench->request_count = 0;
        cr_expect_str_eq(scp81_bench_trigger(bench, "8100"), "00 019000");
        scp81_bench_run(bench);
        cr_expect_str_eq(bench->requests[0], FIRST);
        scp81_bench_close(bench);
        scp81_bench_remove_folder();
        scp81_bench_make_folder();
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

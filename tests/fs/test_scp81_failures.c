/* Administration over HTTP: what comes of every cut, of servers and terminals that do not keep to
 * the rules, and when it is tried again. */
#include "tests/fs/scp81_bench.h"

TestSuite(scp81_failures, .init = scp81_bench_make_folder, .fini = scp81_bench_remove_folder);

static const struct scp81_bench_response two_scripts[] = {
    {"HTTP/1.1 200 OK\r\n" RFM_TYPE TO_FILES NEXT, "AA11 2207 00A4000C022F10 2206 00D6000001AA"},
    {"HTTP/1.1 200 OK\r\n" RFM_TYPE TO_FILES NEXT, "AA11 2207 00A4000C022F10 2206 00D6000101BB"},
    {NO_MORE, NULL},
};

static size_t commands_of_a_whole_session(void)
{
    RUN(two_scripts, 3, bench);
    scp81_bench_expect_over(bench);
    const size_t commands = bench->commands;
    scp81_bench_close(bench);
    scp81_bench_remove_folder();
    scp81_bench_make_folder();
    return commands;
}

/* The link drops after each command: another attempt, as the policy says, brings it to its end. */
Test(scp81_failures, cut_after_each_command, .timeout = 120)
{
    const size_t commands = commands_of_a_whole_session();
    for (size_t cut = 3; cut < commands; cut++) {
        struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
        struct scp81_record record;
        scp81_bench_meet(bench, true);
        bench->stop_at = cut;
        cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
        scp81_bench_run(bench);
        if (!bench->open || !bench->scp81.session) {
            scp81_bench_close(bench);
            scp81_bench_remove_folder();
            scp81_bench_make_folder();
            break; /* it is closing already */
        }
        const bool done = bench->given == 3;
        scp81_bench_forget_server(bench);
        bench->stop_at = 0;
        (void)scp81_bench_event(bench, LINK_DROPPED);
        scp81_bench_run(bench);
        if (bench->scp81.state == SCP81_WAITING) {
            cr_assert(scp81_bench_has_record(bench, &record));
            cr_expect_eq(record.retries, 1, "cut at %zu", cut);
            cr_expect(bench->running[2]);
            cr_expect_eq(memcmp(bench->timers[2], "\x00\x01\x00", 3), 0);
            bench->given = bench->request_count = 0;
            (void)scp81_bench_event(bench, TIMER_OVER(2));
            scp81_bench_run(bench);
        } else {
            cr_expect(done, "cut at %zu", cut);
        }
        scp81_bench_expect_over(bench);
        world_terminal(bench->world, "00A40004022F1000");
        cr_expect_str_eq(world_terminal(bench->world, "00B0000004"), "AABB03049000", "cut at %zu",
                         cut);
        scp81_bench_close(bench);
        scp81_bench_remove_folder();
        scp81_bench_make_folder();
    }
}

/* The power is lost after each command: with the next terminal profile it goes on, and says so. */
Test(scp81_failures, power_lost_after_each_command, .timeout = 120)
{
    const size_t commands = commands_of_a_whole_session();
    for (size_t cut = 1; cut < commands; cut++) {
        struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
        struct scp81_record record;
        scp81_bench_meet(bench, true);
        bench->stop_at = cut;
        cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
        scp81_bench_run(bench);
        const uint32_t profile = bench->world->profile;
        scp81_bench_forget_server(bench);
        scp81_finish(&bench->scp81);
        world_close(bench->world);
        bench->world = scp81_bench_world(profile);
        bench->event_count = 0;
        memset(bench->running, 0, sizeof(bench->running));
        scp81_init(&bench->scp81, &bench->world->ota);
        bench->stop_at = bench->given = bench->request_count = 0;
        const bool unfinished = scp81_bench_has_record(bench, &record);
        scp81_bench_meet(bench, true);
        scp81_bench_run(bench);
        cr_expect_eq(bench->request_count > 0, unfinished, "cut at %zu", cut);
        if (unfinished)
            cr_expect_str_eq(bench->requests[0], RESUMED, "cut at %zu", cut);
        bench->close_seen = true; /* or the reset was it */
        scp81_bench_expect_over(bench);
        world_terminal(bench->world, "00A40004022F1000");
        cr_expect_str_eq(world_terminal(bench->world, "00B0000004"), "AABB03049000", "cut at %zu",
                         cut);
        scp81_bench_close(bench);
        scp81_bench_remove_folder();
        scp81_bench_make_folder();
    }
}

static int fail_update(void *context, struct bytes request)
{
    (void)context;
    (void)request;
    return FAILURE_MEMORY;
}

/* A script that fails in the middle is undone, and nobody is told that it was done. */
Test(scp81_failures, a_script_that_fails)
{
    static const struct scp81_bench_response responses[] = {
        {"HTTP/1.1 200 OK\r\n" RAM_TYPE NEXT,
         "AA1A 220A 80E2880005 0070024200 220C 80E2910007BF2A0491024E61"},
    };
    struct scp81_bench *bench = scp81_bench_open(responses, 1);
    struct domain_registry *registry;
    struct scp81_record record;
    bench->world->ota.update_metadata = fail_update;
    scp81_bench_meet(bench, true);
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_expect_eq(bench->failures, 1);
    cr_expect_eq(bench->request_count, 1);
    const struct domain_aid domain = test_domain_aid("A000000151000000");
    cr_assert_eq(domain_context_registry(&bench->world->domains, bench->world->profile, &registry),
                 0);
    cr_expect_null(domain_list_object(registry, &domain, 0x0042));
    cr_expect(scp81_bench_has_record(bench, &record));
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(bench->close_seen);
    scp81_bench_close(bench);
}

/* Servers that do not keep to the rules: the channel is closed, and that was an attempt. */
Test(scp81_failures, hostile_servers)
{
    static const struct scp81_bench_response rows[] = {
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
            cr_assert(scp81_bench_has_record(bench, &record), "%s", rows[i].head);
            cr_expect_eq(record.retries, 1 - attempt);
            bench->given = 0;
            (void)scp81_bench_event(bench, TIMER_OVER(2));
            scp81_bench_run(bench);
        }
        scp81_bench_expect_over(bench); /* given up */
        scp81_bench_close(bench);
        scp81_bench_remove_folder();
        scp81_bench_make_folder();
    }
}

Test(scp81_failures, another_key)
{
    struct scp81_record record;
    struct scp81_bench *bench = scp81_bench_open(NULL, 0);
    bench->server_identity = "2";
    scp81_bench_meet(bench, true);
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(scp81_bench_has_record(bench, &record));
    scp81_bench_close(bench);
}

/* The key is deleted while the terminal opens the channel: that was an attempt that failed. */
Test(scp81_failures, a_key_that_is_gone)
{
    struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
    struct scp81_record record;
    scp81_bench_meet(bench, true);
    bench->stop_at = 1;
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_OPENING);
    const struct order order = ORDER_USUAL("B20100", "80E4000006 D00101 D20140");
    cr_assert_str_eq(world_order(bench->world, &order), "00 016101");
    bench->stop_at = 0;
    scp81_bench_run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(bench->close_seen);
    cr_expect_eq(bench->request_count, 0);
    cr_expect(scp81_bench_has_record(bench, &record));
    scp81_bench_close(bench);
}

/* A server that says nothing for five minutes has had its attempt. */
Test(scp81_failures, a_silent_server)
{
    static const struct scp81_bench_response responses[] = {{"HTTP/1.1 200 OK\r\n", NULL}};
    RUN(responses, 1, bench);
    for (int minute = 0; minute < 5; minute++) {
        cr_expect_eq(bench->scp81.state, SCP81_CONNECTED, "minute %d", minute);
        cr_expect(bench->running[3]);
        (void)scp81_bench_event(bench, TIMER_OVER(3));
        scp81_bench_run(bench);
    }
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(bench->close_seen);
    scp81_bench_close(bench);
}

/* The link is gone, and nobody has told: GET CHANNEL STATUS shows it. */
Test(scp81_failures, a_lost_link_is_found)
{
    static const struct scp81_bench_response responses[] = {{"HTTP/1.1 200 OK\r\n", NULL}};
    RUN(responses, 1, bench);
    bench->open = false;
    (void)scp81_bench_event(bench, TIMER_OVER(3));
    scp81_bench_run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_WAITING);
    scp81_bench_close(bench);
}

/* Each command that a terminal may refuse. */
Test(scp81_failures, a_terminal_that_refuses)
{
    static const uint8_t types[] = {0x40, 0x42, 0x43};
    for (size_t i = 0; i < sizeof(types); i++) {
        struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
        bench->refuse_type = types[i];
        scp81_bench_meet(bench, true);
        cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
        scp81_bench_run(bench);
        cr_expect_eq(bench->scp81.state, SCP81_WAITING, "%02X", types[i]);
        bench->refuse_type = 0;
        (void)scp81_bench_event(bench, TIMER_OVER(2));
        scp81_bench_run(bench);
        scp81_bench_expect_over(bench);
        scp81_bench_close(bench);
        scp81_bench_remove_folder();
        scp81_bench_make_folder();
    }
}

/* Without a retry policy, or with one that does not say when, there is one attempt. */
Test(scp81_failures, no_policy_no_second_attempt)
{
    static const char *const triggers[] = {"8117 8315" CONNECTION SECURITY,
                                           "811B 8319" CONNECTION SECURITY "8602 0002"};
    for (size_t i = 0; i < 2; i++) {
        struct scp81_bench *bench = scp81_bench_open(NULL, 0);
        bench->refuse_type = 0x40;
        scp81_bench_meet(bench, true);
        cr_assert_str_eq(scp81_bench_trigger(bench, triggers[i]), "00 019000");
        scp81_bench_run(bench);
        bench->close_seen = true;
        scp81_bench_expect_over(bench);
        scp81_bench_close(bench);
        scp81_bench_remove_folder();
        scp81_bench_make_folder();
    }
}

#define LOCATION(status)                                                                           \
    BYTES(0xD6, 0x0A, 0x99, 0x01, 0x03, 0x82, 0x02, 0x82, 0x81, 0x9B, 0x01, (status))

/* The terminal comes into service somewhere else: nothing to wait for any more. */
Test(scp81_failures, another_location_is_another_attempt)
{
    struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
    struct scp81_record record;
    bench->refuse_type = 0x40;
    scp81_bench_meet(bench, true);
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect(bench->event_count == 1 && bench->events[0] == 0x03);
    (void)scp81_bench_event(bench, LOCATION(0x02)); /* no service */
    scp81_bench_run(bench);
    cr_expect(bench->scp81.state == SCP81_WAITING && bench->running[2]);
    (void)scp81_bench_event(bench, LOCATION(0x00));
    scp81_bench_run(bench);
    cr_assert(scp81_bench_has_record(bench, &record));
    cr_expect_eq(record.retries, 0);
    bench->refuse_type = 0;
    (void)scp81_bench_event(bench, LOCATION(0x00));
    scp81_bench_run(bench);
    cr_expect_not(bench->running[2]);
    scp81_bench_expect_over(bench);
    scp81_bench_close(bench);
}

/* The policy's short message is sent when the last attempt has failed, and not before. */
Test(scp81_failures, the_last_failure_is_reported)
{
    struct scp81_bench *bench = scp81_bench_open(NULL, 0);
    struct scp81_record record;
    bench->refuse_type = 0x40;
    scp81_bench_meet(bench, true);
    cr_assert_str_eq(scp81_bench_trigger(bench, "812D 832B" CONNECTION SECURITY
                                                "8614 0001 2503000100 8B0B 0100038199F00004026E6F"),
                     "00 019000");
    scp81_bench_run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_WAITING);
    cr_expect_str_eq(bench->message, "");
    (void)scp81_bench_event(bench, TIMER_OVER(2));
    scp81_bench_run(bench);
    cr_expect_str_eq(bench->message, "8B0B0100038199F00004026E6F");
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    cr_expect_not(scp81_bench_has_record(bench, &record));
    scp81_bench_close(bench);
}

/* What is kept of a session is nobody's to read. */
Test(scp81_failures, the_record_is_not_told)
{
    struct scp81_bench *bench = scp81_bench_open(NULL, 0);
    scp81_bench_meet(bench, true);
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    const struct order order = ORDER_USUAL("B20100", "80CA818100");
    cr_expect_str_eq(world_order(bench->world, &order), "00 016A88");
    scp81_bench_close(bench);
}

/* A command was undone while the terminal opened the channel: it is closed as soon as it is there.
 */
Test(scp81_failures, a_channel_that_nobody_wants_any_more)
{
    struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
    bench->break_when_opened = true;
    scp81_bench_meet(bench, true);
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    cr_expect(bench->close_seen);
    cr_expect_not(bench->open);
    cr_expect_eq(bench->request_count, 0);
    scp81_bench_close(bench);
}

/* A session ends with the profile whose domain it administers. */
Test(scp81_failures, another_profile_is_enabled)
{
    struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
    scp81_bench_meet(bench, true);
    bench->stop_at = 8;
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_CONNECTED);
    domain_set_profile(&bench->world->domains, 0); /* as the card does it */
    scp81_break(&bench->scp81);
    bench->stop_at = 0;
    scp81_bench_run(bench);
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    cr_expect(bench->close_seen);
    cr_expect_not(bench->open);
    scp81_bench_close(bench);
}

/* While the next attempt is waited for, too: nothing is attempted any more. */
Test(scp81_failures, another_profile_is_enabled_before_the_next_attempt)
{
    struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
    bench->refuse_type = 0x40;
    scp81_bench_meet(bench, true);
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_assert(bench->scp81.state == SCP81_WAITING && bench->running[2]);
    domain_set_profile(&bench->world->domains, 0);
    scp81_break(&bench->scp81);
    bench->refuse_type = 0;
    scp81_bench_run(bench);
    cr_expect_not(bench->running[2]);
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    scp81_bench_close(bench);
}

/* A reset ends the terminal's timers: nobody stops them any more. */
Test(scp81_failures, a_reset_ends_the_timers)
{
    struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
    struct proactive *proactive = &bench->world->uicc.proactive;
    scp81_bench_meet(bench, true);
    bench->stop_at = 8;
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_assert(bench->scp81.state == SCP81_CONNECTED && bench->running[3]);
    scp81_reset(&bench->scp81); /* as the card does it */
    proactive_reset(proactive);
    scp81_bench_forget_server(bench);
    scp81_bench_meet(bench, true);
    cr_assert_eq(bench->scp81.state, SCP81_OPENING);
    domain_set_profile(&bench->world->domains, 0);
    scp81_break(&bench->scp81);
    bench->stop_at = 0;
    scp81_bench_run(bench);
    cr_expect(bench->running[3], "a timer that is another's by now is stopped");
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    scp81_bench_close(bench);
}

/* A trigger while the next attempt is waited for takes its place. */
Test(scp81_failures, a_new_trigger_ends_the_waiting)
{
    struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
    bench->refuse_type = 0x40;
    scp81_bench_meet(bench, true);
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_assert_eq(bench->scp81.state, SCP81_WAITING);
    bench->refuse_type = 0;
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
    scp81_bench_run(bench);
    cr_expect_not(bench->running[2]);
    cr_expect_str_eq(bench->requests[0], FIRST);
    scp81_bench_expect_over(bench);
    scp81_bench_close(bench);
}

/* What no row of the table names changes nothing, in any state. */
Test(scp81_failures, events_that_mean_nothing)
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
        struct scp81_bench *bench = scp81_bench_open(two_scripts, 3);
        bench->stop_at = rows[i].stop_at;
        bench->refuse_type = rows[i].refuse_type;
        scp81_bench_meet(bench, true);
        if (rows[i].state != SCP81_IDLE) {
            cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");
            scp81_bench_run(bench);
        }
        cr_assert_eq(bench->scp81.state, rows[i].state, "row %zu: %d", i, bench->scp81.state);
        const size_t queued = bench->world->uicc.proactive.count;
        for (size_t j = 0; j < sizeof(events) / sizeof(events[0]); j++) {
            if ((rows[i].meant & 1u << j) != 0)
                continue;
            cr_expect_eq(scp81_bench_event(bench, events[j]), 0);
            cr_expect_eq(bench->scp81.state, rows[i].state, "row %zu, event %zu", i, j);
            cr_expect_eq(bench->world->uicc.proactive.count, queued, "row %zu, event %zu", i, j);
        }
        scp81_bench_close(bench);
        scp81_bench_remove_folder();
        scp81_bench_make_folder();
    }
}

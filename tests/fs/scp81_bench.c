#include "tests/fs/scp81_bench.h"

void scp81_bench_make_folder(void)
{
    test_make_folder();
}

void scp81_bench_remove_folder(void)
{
    test_remove_folder();
}

struct world *scp81_bench_world(uint32_t profile)
{
    return world_open(profile);
}

void scp81_bench_forget_server(struct scp81_bench *bench)
{
    if (bench->server != NULL)
        psk_server_destroy(bench->server);
    bench->server = NULL;
    bench->partial_len = 0;
    bench->open = false;
}

static void put_response(struct scp81_bench *bench, const struct scp81_bench_response *response)
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
static bool take_request(struct scp81_bench *bench)
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

static void serve(struct scp81_bench *bench)
{
    struct writer plain = writer_on(bench->partial, sizeof(bench->partial));
    plain.len = bench->partial_len;
    psk_server_read(bench->server, &plain);
    bench->partial_len = plain.len;
    while (take_request(bench))
        if (bench->given < bench->count)
            put_response(bench, &bench->responses[bench->given++]);
}

int scp81_bench_transmit(struct scp81_bench *bench, uint8_t ins, struct bytes data,
                         struct bytes *answer)
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
static uint8_t carry_out(struct scp81_bench *bench, uint8_t type, uint8_t qualifier,
                         struct bytes body, struct writer *more)
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
        scp81_bench_forget_server(bench);
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
        scp81_bench_forget_server(bench);
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

static bool fetch_one(struct scp81_bench *bench)
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
    (void)scp81_bench_transmit(bench, 0x14, writer_bytes(&out), &answer);
    return true;
}

int scp81_bench_event(struct scp81_bench *bench, struct bytes body)
{
    uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    struct bytes answer;
    writer_put(&out, body);
    return scp81_bench_transmit(bench, 0xC2, writer_bytes(&out), &answer);
}

void scp81_bench_run(struct scp81_bench *bench)
{
    for (;;) {
        while (fetch_one(bench))
            ;
        if (bench->stop_at > 0 && bench->commands == bench->stop_at)
            return;
        if (bench->server == NULL || psk_server_output_len(bench->server) == 0)
            return;
        const size_t len = psk_server_output_len(bench->server);
        (void)scp81_bench_event(bench, DATA_AVAILABLE((uint8_t)(len > 0xFF ? 0xFF : len)));
    }
}

void scp81_bench_meet(struct scp81_bench *bench, bool bip)
{
    uint8_t profile[32];
    struct bytes answer;
    memset(profile, 0xFF, sizeof(profile));
    if (!bip)
        profile[11] = 0;
    cr_assert_eq(scp81_bench_transmit(bench, 0x10, bytes_of(profile, sizeof(profile)), &answer), 0);
}

struct scp81_bench *scp81_bench_open(const struct scp81_bench_response *responses, size_t count)
{
    struct scp81_bench *bench = calloc(1, sizeof(*bench));
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

void scp81_bench_close(struct scp81_bench *bench)
{
    scp81_bench_forget_server(bench);
    scp81_finish(&bench->scp81);
    world_close(bench->world);
    free(bench);
}

const char *scp81_bench_trigger(struct scp81_bench *bench, const char *data)
{
    const struct order order = ORDER_USUAL("B20100", data);
    const char *report = world_order(bench->world, &order);
    cr_assert_eq(store_commit(bench->world->store), 0);
    return report;
}

bool scp81_bench_has_record(struct scp81_bench *bench, struct scp81_record *out)
{
    struct domain_registry *registry;
    const struct domain_aid domain = test_domain_aid("A000000151000000");
    cr_assert_eq(domain_context_registry(&bench->world->domains, bench->world->profile, &registry),
                 0);
    return scp81_record_find(registry, &domain, out);
}

void scp81_bench_expect_over(struct scp81_bench *bench)
{
    struct scp81_record record;
    cr_expect_eq(bench->scp81.state, SCP81_IDLE);
    cr_expect_null(bench->scp81.session);
    cr_expect_not(scp81_bench_has_record(bench, &record));
    cr_expect(bench->close_seen);
    cr_expect_not(bench->open);
    cr_expect_eq(bench->event_count, 0);
    cr_expect_not(bench->running[3]);
    cr_expect_not(proactive_is_busy(&bench->world->uicc.proactive));
}

/* CoAP over DTLS, both ways in one process: bodies of one block and of many, answers that are none,
 * and servers that are not believed. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/crypto/folder.h"
#include "tools/lib/coap/coap_client.h"
#include "tools/lib/coap/coap_server.h"

#define PATH "esipa"
#define LARGE 200000u

static struct folder folder;
static struct pki_entity tls, ci;
static struct coap_server *server;
static struct coap_client *client;
static struct fault fault;
static char where[32];

/* As many bytes as the request says, or a refusal. */
static int answer(void *program, struct bytes body, struct blob *out)
{
    uint32_t *calls = program;
    uint32_t len;
    ++*calls;
    if (body.len < sizeof(len))
        return 1;
    memcpy(&len, body.data, sizeof(len));
    if (len == UINT32_MAX)
        return -1;
    *out = (struct blob){malloc(len + 1), len};
    for (uint32_t i = 0; i < len; i++)
        out->data[i] = (uint8_t)(i * 7 + body.len);
    if (len == 0)
        blob_finish(out);
    return 0;
}

static uint32_t calls;

static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    cr_assert(bind(fd, (struct sockaddr *)&address, len) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void start(void)
{
    struct random random;
    cr_assert_eq(ec_start(), 0);
    random_init(&random);
    folder = folder_make();
    const struct pki_plan pki = {.directory = folder.path, .eim_name = "127.0.0.1.example"};
    cr_assert_eq(pki_make(&random, &pki), 0);
    cr_assert_eq(pki_read(folder.path, PKI_EIM_TLS, EC_P256, &tls), 0);
    cr_assert_eq(pki_read(folder.path, PKI_CI, EC_P256, &ci), 0);
    const unsigned port = free_port();
    snprintf(where, sizeof(where), "127.0.0.1:%u", port);
    calls = 0;
    const struct coap_server_plan plan = {
        .listen = where, .path = PATH, .tls = &tls, .ci = &ci, .answer = answer, .program = &calls};
    cr_assert_eq(coap_server_start(&plan, &server), 0);
}

static void stop(void)
{
    coap_client_close(client);
    coap_server_stop(server);
    pki_entity_finish(&tls);
    pki_entity_finish(&ci);
    folder_remove(&folder);
}

TestSuite(coap, .init = start, .fini = stop);

static void open_client(const char *ca, bool insecure)
{
    const struct coap_client_plan plan = {.ca = ca, .path = PATH, .insecure = insecure};
    cr_assert(coap_client_open(&plan, &fault, &client), "%s", fault.text);
}

/* A request of this many bytes for an answer of that many. */
static bool ask(size_t request, uint32_t len, struct blob *out)
{
    uint8_t *body = calloc(request, 1);
    memcpy(body, &len, request < sizeof(len) ? request : sizeof(len));
    fault_clear(&fault);
    const bool good = coap_client_post(client, where, bytes_of(body, request), out);
    free(body);
    return good;
}

Test(coap, bodies_of_one_block_and_of_many_go_both_ways)
{
    static const struct {
        size_t request;
        uint32_t answer;
    } rows[] = {{4, 1},    {4, 0},        {100, 1024},       {1024, 1025},
                {1025, 5}, {5000, LARGE}, {LARGE, 3 * 1024}, {4, 20}};
    open_client(NULL, true);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct blob said;
        cr_assert(ask(rows[i].request, rows[i].answer, &said), "%zu: %s", i, fault.text);
        cr_assert_eq(said.len, rows[i].answer, "%zu", i);
        for (size_t at = 0; at < said.len; at++)
            cr_assert_eq(said.data[at], (uint8_t)(at * 7 + rows[i].request), "%zu: %zu", i, at);
        blob_finish(&said);
    }
    cr_expect_eq(calls, sizeof(rows) / sizeof(rows[0]), "each once");
}

Test(coap, a_refusal_is_a_fault_and_the_next_call_goes_on)
{
    struct blob said;
    open_client(NULL, true);
    cr_expect_not(ask(2, 0, &said));
    cr_expect_not_null(strstr(fault.text, "4.00"), "%s", fault.text);
    cr_expect_not(ask(4, UINT32_MAX, &said));
    cr_expect_not_null(strstr(fault.text, "5.00"), "%s", fault.text);
    cr_expect_not(ask(COAP_SERVER_BODY_MAX + 1, 5, &said));
    cr_assert(ask(4, 5, &said), "%s", fault.text);
    blob_finish(&said);
}

Test(coap, a_server_is_believed_by_its_ca_and_its_name)
{
    struct blob said;
    open_client(folder.path, false);
    cr_expect_not(ask(4, 5, &said), "its certificate is another host's");
    cr_expect_not_null(strstr(fault.text, "certificate"), "%s", fault.text);
    cr_expect_eq(calls, 0);
}

Test(coap, an_address_that_is_none_is_said)
{
    struct blob said;
    open_client(NULL, true);
    cr_expect_not(coap_client_post(client, "no.such.host.invalid:1", BYTES(1), &said));
    cr_expect_not_null(strstr(fault.text, "no such host"), "%s", fault.text);
}

Test(coap, a_place_that_cannot_be_listened_at_is_a_failure)
{
    struct coap_server *second = NULL;
    const struct coap_server_plan plan = {.listen = "192.0.2.1:1",
                                          .path = PATH,
                                          .tls = &tls,
                                          .ci = &ci,
                                          .answer = answer,
                                          .program = &calls};
    cr_expect_lt(coap_server_start(&plan, &second), 0);
    cr_expect_null(second);
}

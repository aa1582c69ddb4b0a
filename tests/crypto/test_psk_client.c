/* TLS with a pre-shared key over byte queues, against OpenSSL's server. */
#include <criterion/criterion.h>

#include "crypto/tls/psk_client.h"
#include "tests/support/psk_server.h"

#define IDENTITY "8001028110"
#define KEY                                                                                        \
    BYTES(0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D,      \
          0x3E, 0x3F)
#define USUAL "PSK-AES128-CBC-SHA256"

static struct psk_client *connect_with(struct bytes key, bool null_suites)
{
    const struct psk_client_settings settings = {bytes_of_text(IDENTITY), key, null_suites};
    struct psk_client *client;
    cr_assert_eq(psk_client_create(&settings, &client), 0);
    return client;
}

/* Both move what they have, `step` bytes at a time, until neither has anything. */
static void exchange(struct psk_client *client, struct psk_server *server, size_t step)
{
    uint8_t room[4096];
    while (psk_client_output_len(client) > 0 || psk_server_output_len(server) > 0) {
        struct writer there = writer_on(room, step);
        psk_client_take_output(client, &there);
        psk_server_receive(server, writer_bytes(&there));
        struct writer back = writer_on(room, step);
        psk_server_take_output(server, &back);
        cr_assert_eq(psk_client_receive(client, writer_bytes(&back)), 0);
    }
}

Test(psk_client, every_suite_and_any_step)
{
    static const struct {
        const char *suite;
        bool ciphered;
    } rows[] = {
        {"PSK-AES128-CBC-SHA256", true},          {"PSK-AES128-GCM-SHA256", true},
        {"PSK-AES128-CBC-SHA:@SECLEVEL=0", true}, {"PSK-AES256-CBC-SHA384", true},
        {"PSK-NULL-SHA256:@SECLEVEL=0", false},   {"PSK-NULL-SHA:@SECLEVEL=0", false},
    };
    static const size_t steps[] = {1, 230, 4096};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
            uint8_t room[2000] = {0};
            struct psk_client *client = connect_with(KEY, true);
            struct psk_server *server = psk_server_create(rows[i].suite, IDENTITY, KEY);
            exchange(client, server, steps[j]);
            cr_assert_eq(psk_client_state(client), PSK_CLIENT_OPEN, "%s", rows[i].suite);
            cr_expect(strncmp(psk_client_suite(client), rows[i].suite,
                              strlen(psk_client_suite(client))) == 0);
            cr_expect_eq(psk_client_is_ciphered(client), rows[i].ciphered);
            cr_assert_eq(psk_client_write(client, bytes_of_text("POST")), 0);
            psk_server_write(server, bytes_of(room, sizeof(room)));
            exchange(client, server, steps[j]);
            struct writer got = writer_on(room, sizeof(room));
            psk_server_read(server, &got);
            cr_expect(bytes_equal(writer_bytes(&got), bytes_of_text("POST")));
            /* Taken in two bites. */
            got = writer_on(room, 700);
            cr_assert_eq(psk_client_read(client, &got), 0);
            cr_expect_eq(got.len, 700);
            got = writer_on(room, sizeof(room));
            cr_assert_eq(psk_client_read(client, &got), 0);
            cr_expect_eq(got.len, 1300);
            psk_server_end(server);
            exchange(client, server, steps[j]);
            cr_assert_eq(psk_client_read(client, &got), 0);
            cr_expect_eq(psk_client_state(client), PSK_CLIENT_CLOSED);
            psk_client_destroy(client);
            psk_server_destroy(server);
        }
}

/* A ClientHello: TLS 1.2, the suites of a card, max_fragment_length 512. */
Test(psk_client, says_hello_as_a_card_does)
{
    uint8_t room[1024];
    struct psk_client *client = connect_with(KEY, true);
    struct writer hello = writer_on(room, sizeof(room));
    psk_client_take_output(client, &hello);
    const struct bytes suites = BYTES(0x00, 0xAE, 0x00, 0xA8, 0x00, 0x8C, 0x00, 0xAF);
    const struct bytes fragment = BYTES(0x00, 0x01, 0x00, 0x01, 0x01);
    cr_expect_not_null(memmem(hello.data, hello.len, suites.data, suites.len));
    cr_expect_not_null(memmem(hello.data, hello.len, fragment.data, fragment.len));
    psk_client_destroy(client);
}

Test(psk_client, another_key_or_identity_fails)
{
    const struct bytes wrong = BYTES(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    struct psk_client *client = connect_with(wrong, false);
    struct psk_server *server = psk_server_create(USUAL, IDENTITY, KEY);
    exchange(client, server, 4096);
    cr_expect_eq(psk_client_state(client), PSK_CLIENT_FAILED);
    cr_expect_neq(psk_client_write(client, bytes_of_text("POST")), 0);
    psk_client_destroy(client);
    psk_server_destroy(server);
    client = connect_with(KEY, false);
    server = psk_server_create(USUAL, "somebody else", KEY);
    exchange(client, server, 4096);
    cr_expect_eq(psk_client_state(client), PSK_CLIENT_FAILED);
    psk_client_destroy(client);
    psk_server_destroy(server);
}

/* Suites that do not cipher are offered to whom they are wanted for. */
Test(psk_client, without_null_suites_none_is_agreed_on)
{
    struct psk_client *client = connect_with(KEY, false);
    struct psk_server *server = psk_server_create("PSK-NULL-SHA256:@SECLEVEL=0", IDENTITY, KEY);
    exchange(client, server, 4096);
    cr_expect_eq(psk_client_state(client), PSK_CLIENT_FAILED);
    psk_client_destroy(client);
    psk_server_destroy(server);
}

Test(psk_client, a_changed_byte_ends_it)
{
    uint8_t room[512];
    struct psk_client *client = connect_with(KEY, false);
    struct psk_server *server = psk_server_create(USUAL, IDENTITY, KEY);
    exchange(client, server, 4096);
    psk_server_write(server, bytes_of_text("HTTP/1.1 200 OK"));
    struct writer record = writer_on(room, sizeof(room)), plain = writer_on(room, sizeof(room));
    psk_server_take_output(server, &record);
    room[record.len - 1] ^= 1;
    cr_assert_eq(psk_client_receive(client, writer_bytes(&record)), 0);
    cr_assert_eq(psk_client_read(client, &plain), 0);
    cr_expect_eq(plain.len, 0);
    cr_expect_eq(psk_client_state(client), PSK_CLIENT_FAILED);
    psk_client_destroy(client);
    psk_server_destroy(server);
}

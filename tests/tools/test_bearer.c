/* The terminal's channels and timers, with real sockets of this machine. */
#include "tools/lib/toolkit/bearer.h"
#include "tools/lib/toolkit/stopwatch.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apdu/hex.h"

/* A server at a port of its own. */
struct peer {
    int listener, socket;
    uint16_t port;
};

static void open_peer(struct peer *peer)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(place);
    peer->listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(peer->listener, (struct sockaddr *)&place, sizeof(place)), 0);
    cr_assert_eq(listen(peer->listener, 16), 0);
    cr_assert_eq(getsockname(peer->listener, (struct sockaddr *)&place, &len), 0);
    peer->port = ntohs(place.sin_port);
    peer->socket = -1;
}

static void close_peer(struct peer *peer)
{
    if (peer->socket >= 0)
        close(peer->socket);
    close(peer->listener);
}

/* A command's result and what goes with it, in hexadecimal: "00 B8028100…". */
static const char *ask(struct bearer *bearer, uint8_t type, uint8_t qualifier, struct bytes body)
{
    static char text[600];
    uint8_t room[255];
    struct writer more = writer_on(room, sizeof(room));
    const struct bearer_command command = {type, qualifier, 0x21, body};
    const struct bearer_result result = bearer_carry_out(bearer, &command, &more);
    cr_assert_not(more.overflow);
    sprintf(text, "%02X%02X ", result.general, result.additional);
    hex_encode(writer_bytes(&more), text + strlen(text));
    return text;
}

#define OPEN_BODY(port, a, b, c, d)                                                                \
    BYTES(0x35, 0x01, 0x03, 0x39, 0x02, 0x05, 0xDC, 0x3C, 0x03, 0x02, (uint8_t)((port) >> 8),      \
          (uint8_t)(port), 0x3E, 0x05, 0x21, (a), (b), (c), (d))

static const char *open_channel(struct bearer *bearer, uint16_t port)
{
    return ask(bearer, BEARER_OPEN, 1, OPEN_BODY(port, 127, 0, 0, 1));
}

static const char *next_event(struct bearer *bearer)
{
    static char text[200];
    uint8_t room[64], event;
    struct writer value = writer_on(room, sizeof(room));
    if (!bearer_next_event(bearer, &value, &event))
        return "none";
    hex_encode(writer_bytes(&value), text);
    return text;
}

static void wait_for_socket(const struct bearer *bearer)
{
    struct pollfd sockets[BEARER_CHANNELS];
    const size_t count = bearer_poll(bearer, sockets);
    cr_assert_gt(count, 0);
    cr_assert_eq(poll(sockets, count, 10000), 1);
}

Test(bearer, a_channel_from_its_beginning_to_its_end)
{
    struct bearer bearer = {.reach = BEARER_LOOPBACK};
    struct peer peer;
    char got[16] = "";
    open_peer(&peer);
    cr_expect_str_eq(open_channel(&bearer, peer.port), "0000 B8028100B50103B90205DC");
    peer.socket = accept(peer.listener, NULL, NULL);
    cr_expect_str_eq(ask(&bearer, BEARER_STATUS, 0, (struct bytes){0}), "0000 B8028100");
    cr_expect_str_eq(ask(&bearer, BEARER_SEND, 0, BYTES(0xB6, 0x02, 'h', 'e')), "0000 B701FF");
    cr_expect_str_eq(ask(&bearer, BEARER_SEND, 1, BYTES(0xB6, 0x03, 'l', 'l', 'o')), "0000 B701FF");
    cr_assert_eq(recv(peer.socket, got, 5, MSG_WAITALL), 5);
    cr_expect_str_eq(got, "hello");
    cr_expect_str_eq(next_event(&bearer), "none");
    cr_assert_eq(send(peer.socket, "0123456789", 10, 0), 10);
    wait_for_socket(&bearer);
    cr_expect_str_eq(next_event(&bearer), "99010982028281B8028100B7010A");
    cr_expect_str_eq(next_event(&bearer), "none", "told once");
    cr_expect_str_eq(ask(&bearer, BEARER_RECEIVE, 0, BYTES(0xB7, 0x01, 0x04)),
                     "0000 B60430313233B70106");
    cr_expect_str_eq(ask(&bearer, BEARER_RECEIVE, 0, BYTES(0xB7, 0x01, 0xED)),
                     "0000 B606343536373839B70100");
    cr_assert_eq(send(peer.socket, "x", 1, 0), 1);
    wait_for_socket(&bearer);
    cr_expect_str_eq(next_event(&bearer), "99010982028281B8028100B70101", "told again");
    ask(&bearer, BEARER_RECEIVE, 0, BYTES(0xB7, 0x01, 0xED));
    close(peer.socket);
    peer.socket = -1;
    wait_for_socket(&bearer);
    cr_expect_str_eq(next_event(&bearer), "99010A82028281B8020105");
    cr_expect_str_eq(next_event(&bearer), "none");
    cr_expect_str_eq(ask(&bearer, BEARER_SEND, 1, BYTES(0xB6, 0x01, 'x')), "3A02 ");
    cr_expect_str_eq(ask(&bearer, BEARER_CLOSE, 0, (struct bytes){0}), "0000 ");
    cr_expect_not(bearer_is_open(&bearer));
    cr_expect_str_eq(ask(&bearer, BEARER_CLOSE, 0, (struct bytes){0}), "3A03 ");
    close_peer(&peer);
}

Test(bearer, what_cannot_be)
{
    struct bearer bearer = {.reach = BEARER_LOOPBACK};
    struct peer peer;
    open_peer(&peer);
    cr_expect_str_eq(ask(&bearer, BEARER_OPEN, 1, OPEN_BODY(peer.port, 192, 0, 2, 1)), "3A07 ");
    cr_expect_str_eq(ask(&bearer, BEARER_OPEN, 1, BYTES(0x3C, 0x03, 0x01, 0x00, 0x50)), "3A06 ");
    cr_expect_str_eq(ask(&bearer, BEARER_OPEN, 1, BYTES(0x3C, 0x03, 0x02, 0x00, 0x50)), "3200 ");
    cr_expect_str_eq(ask(&bearer, BEARER_SEND, 1, BYTES(0xB6, 0x01, 'x')), "3A03 ");
    for (int i = 0; i < BEARER_CHANNELS; i++)
        cr_expect_eq(strncmp(open_channel(&bearer, peer.port), "0000 B802", 9), 0);
    cr_expect_str_eq(open_channel(&bearer, peer.port), "3A01 ", "more than there are");
    for (int i = 0; i < 6; i++)
        ask(&bearer, BEARER_SEND, 0, bytes_of((uint8_t[233]){0xB6, 0x81, 0xE6}, 233));
    cr_expect_str_eq(ask(&bearer, BEARER_SEND, 0, bytes_of((uint8_t[233]){0xB6, 0x81, 0xE6}, 233)),
                     "3A04 ");
    bearer_reset(&bearer);
    close_peer(&peer);
    cr_expect_str_eq(open_channel(&bearer, peer.port), "3A07 ", "nobody is there");
}

Test(bearer, all_go_to_one_place_if_asked)
{
    struct bearer bearer = {0};
    struct peer peer;
    char text[64];
    open_peer(&peer);
    sprintf(text, "127.0.0.1:%u", peer.port);
    cr_assert(bearer_read(text, &bearer));
    cr_expect_eq(strncmp(ask(&bearer, BEARER_OPEN, 1, OPEN_BODY(9, 192, 0, 2, 1)), "0000 ", 5), 0);
    peer.socket = accept(peer.listener, NULL, NULL);
    cr_expect_geq(peer.socket, 0);
    bearer_reset(&bearer);
    close_peer(&peer);
}

Test(bearer, words)
{
    static const struct {
        const char *text;
        bool good;
        enum bearer_reach reach;
    } rows[] = {
        {"none", true, BEARER_NONE},    {"local", true, BEARER_LOOPBACK},
        {"any", true, BEARER_ANYWHERE}, {"host:80", true, BEARER_ANYWHERE},
        {"", false, BEARER_NONE},       {"host", false, BEARER_NONE},
        {"host:", false, BEARER_NONE},  {":80", false, BEARER_NONE},
        {"host:x", false, BEARER_NONE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bearer bearer = {0};
        cr_expect_eq(bearer_read(rows[i].text, &bearer), rows[i].good, "%s", rows[i].text);
        if (rows[i].good)
            cr_expect_eq(bearer.reach, rows[i].reach, "%s", rows[i].text);
    }
}

static const char *manage(struct stopwatch *stopwatch, uint8_t qualifier, struct bytes body)
{
    static char text[64];
    uint8_t room[32];
    struct writer more = writer_on(room, sizeof(room));
    sprintf(text, "%02X ", stopwatch_manage(stopwatch, qualifier, body, &more));
    hex_encode(writer_bytes(&more), text + strlen(text));
    return text;
}

Test(bearer, timers)
{
    struct stopwatch stopwatch = {0};
    uint8_t room[32];
    struct writer value = writer_on(room, sizeof(room));
    cr_expect_eq(stopwatch_timeout(&stopwatch), -1);
    cr_expect_str_eq(manage(&stopwatch, 0, BYTES(0xA4, 1, 0, 0xA5, 3, 0, 0, 0)), "32 ");
    cr_expect_str_eq(manage(&stopwatch, 0, BYTES(0xA4, 1, 9, 0xA5, 3, 0, 0, 0)), "32 ");
    cr_expect_str_eq(manage(&stopwatch, 0, BYTES(0xA4, 1, 1)), "32 ");
    cr_expect_str_eq(manage(&stopwatch, 1, BYTES(0xA4, 1, 1)), "24 ", "it does not run");
    cr_expect_str_eq(manage(&stopwatch, 0, BYTES(0xA4, 1, 2, 0xA5, 3, 0x21, 0x43, 0x65)), "00 ");
    const int timeout = stopwatch_timeout(&stopwatch); /* 12:34:56 */
    cr_expect(timeout > 45290000 && timeout <= 45296000, "%d", timeout);
    cr_expect_not(stopwatch_next(&stopwatch, &value));
    cr_expect_eq(strncmp(manage(&stopwatch, 2, BYTES(0xA4, 1, 2)), "00 A40102A5032143", 17), 0);
    cr_expect_str_eq(manage(&stopwatch, 0, BYTES(0x24, 1, 8, 0x25, 3, 0, 0, 0)), "00 ");
    cr_expect_eq(stopwatch_timeout(&stopwatch), 0);
    cr_assert(stopwatch_next(&stopwatch, &value));
    cr_expect(bytes_equal(writer_bytes(&value),
                          BYTES(0x82, 2, 0x82, 0x81, 0xA4, 1, 8, 0xA5, 3, 0, 0, 0)));
    cr_expect_not(stopwatch_next(&stopwatch, &value), "once");
    cr_expect_eq(strncmp(manage(&stopwatch, 1, BYTES(0xA4, 1, 2)), "00 A40102A5032143", 17), 0);
    cr_expect_eq(stopwatch_timeout(&stopwatch), -1);
}

#include "tests/support/farm_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMEOUT_MS 60000
#define STATUS_SIZE 2

bool farm_client_connect(struct vpcd_peer *peer, uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int yes = 1;
    *peer = (struct vpcd_peer){.listener = -1, .port = port, .timeout_ms = TIMEOUT_MS};
    peer->link = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->link >= 0 &&
        connect(peer->link, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        setsockopt(peer->link, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) == 0)
        return true;
    vpcd_peer_hang_up(peer);
    return false;
}

bool farm_client_connect_in(struct vpcd_peer *peer, const char *state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *peer = (struct vpcd_peer){.listener = -1, .timeout_ms = TIMEOUT_MS};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/" DIRECT_SOCKET, state);
    peer->link = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->link >= 0 &&
        connect(peer->link, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return true;
    vpcd_peer_hang_up(peer);
    return false;
}

static int greet(struct vpcd_peer *peer, const char *eid)
{
    uint8_t room[DIRECT_LENGTH_SIZE + DIRECT_HELLO_SIZE];
    struct writer hello = writer_on(room, sizeof(room));
    struct bytes answer;
    direct_put_hello(eid, &hello);
    const bool answered =
        send(peer->link, hello.data, hello.len, MSG_NOSIGNAL) == (ssize_t)hello.len &&
        vpcd_peer_receive(peer, &answer) && answer.len > 0;
    const int result = answered ? answer.data[0] : -1;
    if (result != DIRECT_PLUGGED)
        vpcd_peer_hang_up(peer);
    return result;
}

int farm_client_open(struct vpcd_peer *peer, uint16_t port, const char *eid)
{
    return farm_client_connect(peer, port) ? greet(peer, eid) : -1;
}

int farm_client_open_in(struct vpcd_peer *peer, const char *state, const char *eid)
{
    return farm_client_connect_in(peer, state) ? greet(peer, eid) : -1;
}

bool farm_client_transmit(struct vpcd_peer *peer, struct bytes command, struct bytes *response)
{
    uint8_t room[DIRECT_LENGTH_SIZE + APDU_COMMAND_MAX];
    struct writer frame = writer_on(room, sizeof(room));
    writer_put_u16(&frame, (uint16_t)command.len);
    writer_put(&frame, command);
    return !frame.overflow &&
           send(peer->link, frame.data, frame.len, MSG_NOSIGNAL) == (ssize_t)frame.len &&
           vpcd_peer_receive(peer, response) && response->len >= STATUS_SIZE;
}

#include "tests/support/vpcd_peer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_MS 20000
#define LENGTH_SIZE 2
#define STATUS_SIZE 2
#define SW1_BYTES_AVAILABLE 0x61

bool vpcd_peer_open(struct vpcd_peer *peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    peer->link = -1;
    peer->timeout_ms = TIMEOUT_MS;
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->listener < 0 ||
        bind(peer->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(peer->listener, 0) != 0 ||
        getsockname(peer->listener, (struct sockaddr *)&address, &len) != 0)
        return false;
    peer->port = ntohs(address.sin_port);
    return true;
}

void vpcd_peer_hang_up(struct vpcd_peer *peer)
{
    if (peer->link >= 0)
        close(peer->link);
    peer->link = -1;
}

void vpcd_peer_close(struct vpcd_peer *peer)
{
    vpcd_peer_hang_up(peer);
    if (peer->listener >= 0)
        close(peer->listener);
    peer->listener = -1;
}

static bool ready(const struct vpcd_peer *peer, int socket)
{
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    return poll(&wait, 1, peer->timeout_ms) == 1;
}

bool vpcd_peer_accept(struct vpcd_peer *peer)
{
    vpcd_peer_hang_up(peer);
    if (!ready(peer, peer->listener))
        return false;
    peer->link = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
    return peer->link >= 0;
}

static bool send_all(int socket, const uint8_t *data, size_t len)
{
    while (len > 0) {
        const ssize_t sent = send(socket, data, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        data += sent;
        len -= (size_t)sent;
    }
    return true;
}

bool vpcd_peer_send(struct vpcd_peer *peer, struct bytes payload)
{
    const uint8_t length[LENGTH_SIZE] = {(uint8_t)(payload.len >> 8), (uint8_t)payload.len};
    return send_all(peer->link, length, sizeof(length)) &&
           send_all(peer->link, payload.data, payload.len);
}

static bool receive_all(const struct vpcd_peer *peer, uint8_t *data, size_t len)
{
    while (len > 0) {
        const ssize_t got = ready(peer, peer->link) ? recv(peer->link, data, len, 0) : -1;
        if (got <= 0)
            return false;
        data += got;
        len -= (size_t)got;
    }
    return true;
}

bool vpcd_peer_receive(struct vpcd_peer *peer, struct bytes *payload)
{
    if (!receive_all(peer, peer->frame, LENGTH_SIZE))
        return false;
    const size_t len = (size_t)(peer->frame[0] << 8 | peer->frame[1]);
    *payload = bytes_of(peer->frame + LENGTH_SIZE, len);
    return receive_all(peer, peer->frame + LENGTH_SIZE, len);
}

bool vpcd_peer_control(struct vpcd_peer *peer, enum vpcd_peer_control control)
{
    return vpcd_peer_send(peer, BYTES((uint8_t)control));
}

bool vpcd_peer_atr(struct vpcd_peer *peer, struct bytes *atr)
{
    return vpcd_peer_control(peer, VPCD_PEER_ATR) && vpcd_peer_receive(peer, atr);
}

bool vpcd_peer_transmit(struct vpcd_peer *peer, struct bytes command, struct bytes *response)
{
    return vpcd_peer_send(peer, command) && vpcd_peer_receive(peer, response) &&
           response->len >= STATUS_SIZE;
}

static bool transmit_text(struct vpcd_peer *peer, const char *command, struct bytes *response)
{
    uint8_t bytes[APDU_COMMAND_MAX];
    struct writer writer = writer_on(bytes, sizeof(bytes));
    return hex_decode(command, &writer) &&
           vpcd_peer_transmit(peer, writer_bytes(&writer), response);
}

const char *vpcd_peer_exchange(struct vpcd_peer *peer, const char *command)
{
    struct bytes response;
    if (!transmit_text(peer, command, &response))
        return "";
    hex_encode(response, peer->text);
    return peer->text;
}

const char *vpcd_peer_ask(struct vpcd_peer *peer, const char *command)
{
    struct bytes response;
    char get_response[16];
    size_t len = 0;
    if (!transmit_text(peer, command, &response))
        return "";
    while (response.data[response.len - STATUS_SIZE] == SW1_BYTES_AVAILABLE) {
        const struct bytes data = bytes_of(response.data, response.len - STATUS_SIZE);
        if (len + HEX_SIZE(response.len) > sizeof(peer->text))
            return "";
        hex_encode(data, peer->text + len);
        len += 2 * data.len;
        snprintf(get_response, sizeof(get_response), "%.2sC00000%02X", command,
                 response.data[response.len - 1]);
        if (!transmit_text(peer, get_response, &response))
            return "";
    }
    if (len + HEX_SIZE(response.len) > sizeof(peer->text))
        return "";
    hex_encode(response, peer->text + len);
    return peer->text;
}

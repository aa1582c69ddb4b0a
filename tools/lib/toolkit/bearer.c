#include "tools/lib/toolkit/bearer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apdu/comprehension.h"
#include "apdu/trace.h"

#define TAG_EVENTS 0x99
#define TAG_DEVICES 0x82
#define TAG_BEARER 0xB5 /* TS 102 223 §8.52 to §8.59 */
#define TAG_DATA 0xB6
#define TAG_DATA_LENGTH 0xB7
#define TAG_STATUS 0xB8
#define TAG_BUFFER 0xB9
#define TAG_TRANSPORT 0xBC
#define TAG_ADDRESS 0xBE

#define DEVICE_TERMINAL 0x82
#define DEVICE_UICC 0x81
#define DEVICE_CHANNEL 0x20
#define EVENT_DATA_AVAILABLE 0x09
#define EVENT_CHANNEL_STATUS 0x0A

#define RESULT_DONE 0x00
#define RESULT_MODIFIED 0x07
#define RESULT_DATA_NOT_UNDERSTOOD 0x32
#define RESULT_BIP 0x3A
/* With RESULT_BIP (TS 102 223 §8.12.11). */
enum problem {
    NO_CHANNEL = 0x01,
    CLOSED = 0x02,
    NOT_AVAILABLE = 0x03,
    NO_BUFFER = 0x04,
    TRANSPORT_LEVEL = 0x06,
    UNREACHABLE = 0x07,
};

#define ADDRESS_IPV4 0x21
#define ADDRESS_IPV6 0x57
#define TCP_CLIENT_REMOTE 0x02
#define BUFFER_MAX 1500
#define DATA_MAX 237 /* bytes that fit into a TERMINAL RESPONSE */
#define LENGTH_MORE 0xFF
#define LINK_ESTABLISHED 0x80
#define LINK_DROPPED 0x05
#define CONNECT_MS 5000
#define SEND_MS 10000

bool bearer_read(const char *text, struct bearer *out)
{
    static const char *const words[] = {
        [BEARER_NONE] = "none", [BEARER_LOOPBACK] = "local", [BEARER_ANYWHERE] = "any"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(text, words[i]) == 0) {
            out->reach = (enum bearer_reach)i;
            return true;
        }
    const char *colon = strrchr(text, ':');
    out->reach = BEARER_ANYWHERE;
    out->redirect = text;
    return colon != NULL && colon != text && colon[1] != '\0' &&
           strspn(colon + 1, "0123456789") == strlen(colon + 1);
}

static void drop_link(struct bearer_channel *channel)
{
    if (channel->open && channel->socket >= 0)
        close(channel->socket);
    channel->socket = -1;
}

static void end_channel(struct bearer_channel *channel)
{
    drop_link(channel);
    free(channel->stored);
    *channel = (struct bearer_channel){.socket = -1};
}

void bearer_reset(struct bearer *bearer)
{
    for (size_t i = 0; i < BEARER_CHANNELS; i++)
        end_channel(&bearer->channels[i]);
}

bool bearer_is_open(const struct bearer *bearer)
{
    for (size_t i = 0; i < BEARER_CHANNELS; i++)
        if (bearer->channels[i].open)
            return true;
    return false;
}

static struct bearer_result problem(enum problem what)
{
    return (struct bearer_result){RESULT_BIP, (uint8_t)what};
}

struct place {
    struct sockaddr_storage address;
    socklen_t len;
};

static bool read_address(struct bytes value, uint16_t port, struct place *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)&out->address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&out->address;
    uint8_t type;
    if (!bytes_take_u8(&value, &type))
        return false;
    *out = (struct place){0};
    if (type == ADDRESS_IPV4) {
        *four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
        out->len = sizeof(*four);
        return bytes_copy_exact(value, &four->sin_addr, sizeof(four->sin_addr));
    }
    *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
    out->len = sizeof(*six);
    return type == ADDRESS_IPV6 && bytes_copy_exact(value, &six->sin6_addr, sizeof(six->sin6_addr));
}

static bool is_loopback(const struct place *place)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)&place->address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&place->address;
    return place->address.ss_family == AF_INET ? ntohl(four->sin_addr.s_addr) >> 24 == 127
                                               : IN6_IS_ADDR_LOOPBACK(&six->sin6_addr) != 0;
}

static bool redirect(const char *text, struct place *out)
{
    char host[256];
    const char *colon = strrchr(text, ':');
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return false;
    memcpy(&out->address, found->ai_addr, found->ai_addrlen);
    out->len = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

/* Where the card wants to go, and may. */
static bool find_place(const struct bearer *bearer, struct bytes body, struct place *out,
                       struct bearer_result *result)
{
    struct tlv transport, address;
    uint8_t protocol;
    uint16_t port;
    *result = problem(TRANSPORT_LEVEL);
    if (!comprehension_find(body, TAG_TRANSPORT, &transport) ||
        !bytes_take_u8(&transport.value, &protocol) || protocol != TCP_CLIENT_REMOTE ||
        !bytes_take_u16(&transport.value, &port))
        return false;
    *result = (struct bearer_result){RESULT_DATA_NOT_UNDERSTOOD, 0};
    if (!comprehension_find(body, TAG_ADDRESS, &address) || !read_address(address.value, port, out))
        return false;
    *result = problem(UNREACHABLE);
    if (bearer->redirect != NULL)
        return redirect(bearer->redirect, out);
    if (bearer->reach == BEARER_ANYWHERE || is_loopback(out))
        return true;
    trace_notice("the card wants to connect to another machine, which --bip does not let it");
    return false;
}

static bool wait_for(int socket, short what, int timeout_ms)
{
    struct pollfd poller = {.fd = socket, .events = what};
    int ready;
    do
        ready = poll(&poller, 1, timeout_ms);
    while (ready < 0 && errno == EINTR);
    return ready == 1;
}

/* A socket that is connected, and does not block; -1 if that cannot be. */
static int connect_to(const struct place *place)
{
    int failed = 0;
    socklen_t len = sizeof(failed);
    const int made =
        socket(place->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0)
        return -1;
    const bool good = connect(made, (const struct sockaddr *)&place->address, place->len) == 0 ||
                      (errno == EINPROGRESS && wait_for(made, POLLOUT, CONNECT_MS) &&
                       getsockopt(made, SOL_SOCKET, SO_ERROR, &failed, &len) == 0 && failed == 0);
    if (good)
        return made;
    close(made);
    return -1;
}

static struct bearer_channel *free_channel(struct bearer *bearer, uint8_t *number)
{
    for (uint8_t i = 0; i < BEARER_CHANNELS; i++)
        if (!bearer->channels[i].open) {
            *number = i + 1;
            return &bearer->channels[i];
        }
    return NULL;
}

static void put_status(struct writer *out, uint8_t number, const struct bearer_channel *channel)
{
    const bool up = channel->socket >= 0;
    tlv_put(out, TAG_STATUS, BYTES(up ? LINK_ESTABLISHED | number : number, up ? 0 : LINK_DROPPED));
}

/* The buffer is at most BUFFER_MAX bytes, and that is said. */
static struct bearer_result open_channel(struct bearer *bearer,
                                         const struct bearer_command *command, struct writer *more)
{
    struct tlv object;
    struct place place;
    struct bearer_result result;
    uint8_t number;
    uint16_t wanted = BUFFER_MAX;
    struct bearer_channel *channel = free_channel(bearer, &number);
    if (channel == NULL)
        return problem(NO_CHANNEL);
    if (!find_place(bearer, command->body, &place, &result))
        return result;
    if (comprehension_find(command->body, TAG_BUFFER, &object))
        (void)bytes_take_u16(&object.value, &wanted);
    const uint16_t size = wanted > 0 && wanted < BUFFER_MAX ? wanted : BUFFER_MAX;
    const int made = connect_to(&place);
    if (made < 0)
        return problem(UNREACHABLE);
    *channel = (struct bearer_channel){.socket = made, .size = size, .stored = malloc(size)};
    channel->open = channel->stored != NULL;
    if (!channel->open) {
        close(made);
        return problem(NO_BUFFER);
    }
    put_status(more, number, channel);
    if (comprehension_find(command->body, TAG_BEARER, &object))
        tlv_put(more, TAG_BEARER, object.value);
    tlv_put(more, TAG_BUFFER, BYTES((uint8_t)(size >> 8), (uint8_t)(size & 0xFF)));
    return (struct bearer_result){size == wanted ? RESULT_DONE : RESULT_MODIFIED, 0};
}

static bool send_all(int socket, struct bytes data)
{
    struct bytes sent;
    while (data.len > 0) {
        const ssize_t count = send(socket, data.data, data.len, MSG_NOSIGNAL);
        if (count > 0 ? !bytes_take(&data, (size_t)count, &sent)
                      : errno != EINTR && (errno != EAGAIN || !wait_for(socket, POLLOUT, SEND_MS)))
            return false;
    }
    return true;
}

static uint8_t told_length(size_t len)
{
    return (uint8_t)(len < LENGTH_MORE ? len : LENGTH_MORE);
}

static struct bearer_result send_data(struct bearer_channel *channel,
                                      const struct bearer_command *command, struct writer *more)
{
    struct tlv data;
    if (!comprehension_find(command->body, TAG_DATA, &data))
        return (struct bearer_result){RESULT_DATA_NOT_UNDERSTOOD, 0};
    if (channel->socket < 0)
        return problem(CLOSED);
    if (data.value.len > channel->size - channel->stored_len)
        return problem(NO_BUFFER);
    if (data.value.len > 0)
        memcpy(channel->stored + channel->stored_len, data.value.data, data.value.len);
    channel->stored_len += data.value.len;
    if ((command->qualifier & 1) != 0) {
        const struct bytes all = bytes_of(channel->stored, channel->stored_len);
        channel->stored_len = 0;
        if (!send_all(channel->socket, all)) {
            drop_link(channel);
            return problem(CLOSED);
        }
    }
    tlv_put_u8(more, TAG_DATA_LENGTH, told_length(channel->size - channel->stored_len));
    return (struct bearer_result){RESULT_DONE, 0};
}

/* Bytes that wait in a socket. */
static size_t waiting(int socket)
{
    int count = 0;
    return ioctl(socket, FIONREAD, &count) == 0 && count > 0 ? (size_t)count : 0;
}

static struct bearer_result receive_data(struct bearer_channel *channel,
                                         const struct bearer_command *command, struct writer *more)
{
    uint8_t room[DATA_MAX];
    struct tlv length;
    if (!comprehension_find(command->body, TAG_DATA_LENGTH, &length) || length.value.len != 1)
        return (struct bearer_result){RESULT_DATA_NOT_UNDERSTOOD, 0};
    if (channel->socket < 0)
        return problem(CLOSED);
    const size_t wanted = length.value.data[0] < DATA_MAX ? length.value.data[0] : DATA_MAX;
    const ssize_t count = recv(channel->socket, room, wanted, MSG_DONTWAIT);
    const size_t len = count > 0 ? (size_t)count : 0;
    const size_t rest = waiting(channel->socket);
    tlv_put(more, TAG_DATA, bytes_of(room, len));
    tlv_put_u8(more, TAG_DATA_LENGTH, told_length(rest));
    channel->told = rest > 0;
    return (struct bearer_result){RESULT_DONE, 0};
}

static struct bearer_result tell_status(const struct bearer *bearer, struct writer *more)
{
    for (uint8_t i = 0; i < BEARER_CHANNELS; i++)
        if (bearer->channels[i].open)
            put_status(more, i + 1, &bearer->channels[i]);
    return (struct bearer_result){RESULT_DONE, 0};
}

struct bearer_result bearer_carry_out(struct bearer *bearer, const struct bearer_command *command,
                                      struct writer *more)
{
    const unsigned number = command->device - DEVICE_CHANNEL - 1u;
    if (command->type == BEARER_OPEN)
        return open_channel(bearer, command, more);
    if (command->type == BEARER_STATUS)
        return tell_status(bearer, more);
    if (number >= BEARER_CHANNELS || !bearer->channels[number].open)
        return problem(NOT_AVAILABLE);
    struct bearer_channel *channel = &bearer->channels[number];
    switch (command->type) {
    case BEARER_SEND:
        return send_data(channel, command, more);
    case BEARER_RECEIVE:
        return receive_data(channel, command, more);
    default:
        end_channel(channel);
        return (struct bearer_result){RESULT_DONE, 0};
    }
}

size_t bearer_poll(const struct bearer *bearer, struct pollfd *out)
{
    size_t count = 0;
    for (size_t i = 0; i < BEARER_CHANNELS; i++)
        if (bearer->channels[i].open && bearer->channels[i].socket >= 0 &&
            !bearer->channels[i].told)
            out[count++] = (struct pollfd){.fd = bearer->channels[i].socket, .events = POLLIN};
    return count;
}

static void put_event(struct writer *envelope, uint8_t event, uint8_t number,
                      const struct bearer_channel *channel)
{
    tlv_put_u8(envelope, TAG_EVENTS, event);
    tlv_put(envelope, TAG_DEVICES, BYTES(DEVICE_TERMINAL, DEVICE_UICC));
    put_status(envelope, number, channel);
    if (event == EVENT_DATA_AVAILABLE)
        tlv_put_u8(envelope, TAG_DATA_LENGTH, told_length(waiting(channel->socket)));
}

/* Data that wait come before the end of the link behind them. */
static uint8_t event_of(struct bearer_channel *channel)
{
    if (!channel->open)
        return 0;
    if (channel->socket >= 0 && !channel->told && wait_for(channel->socket, POLLIN, 0)) {
        channel->told = waiting(channel->socket) > 0;
        if (channel->told)
            return EVENT_DATA_AVAILABLE;
        drop_link(channel);
    }
    if (channel->socket >= 0 || channel->dropped_told)
        return 0;
    channel->dropped_told = true;
    return EVENT_CHANNEL_STATUS;
}

bool bearer_next_event(struct bearer *bearer, struct writer *envelope, uint8_t *event)
{
    for (uint8_t i = 0; i < BEARER_CHANNELS; i++) {
        *event = event_of(&bearer->channels[i]);
        if (*event != 0) {
            put_event(envelope, *event, i + 1, &bearer->channels[i]);
            return true;
        }
    }
    return false;
}

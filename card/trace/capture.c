#include "card/trace/capture.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "apdu/decode/gsmtap.h"
#include "apdu/decode/exchange.h"

#define HOST_SIZE 256
#define TO_TEXT(number) #number
#define PORT_TEXT(number) TO_TEXT(number)

struct capture_room {
    struct exchange exchange; /* held until its answer is whole */
    struct writer fetch;      /* a GET RESPONSE, held until it has brought something */
    uint8_t command[APDU_COMMAND_MAX], answer[APDU_RESPONSE_MAX], fetch_room[APDU_COMMAND_MAX];
    uint8_t packet[GSMTAP_EXCHANGE_MAX];
    uint8_t frame[GSMTAP_PCAP_FRAME_SIZE + GSMTAP_PCAP_PACKET_MAX];
};

static uint64_t now_microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* A host that does not listen, or a file on a full disk, does not stop the card. */
static void deliver(struct capture *capture, struct bytes packet)
{
    struct writer frame = writer_on(capture->room->frame, sizeof(capture->room->frame));
    if (capture->file.stream == NULL) {
        (void)send(capture->socket, packet.data, packet.len, MSG_DONTWAIT | MSG_NOSIGNAL);
        return;
    }
    gsmtap_put_pcap_packet(&frame, now_microseconds(), packet);
    fwrite(frame.data, 1, frame.len, capture->file.stream);
    output_file_flush(&capture->file);
}

static void deliver_exchange(struct capture *capture)
{
    struct exchange *exchange = &capture->room->exchange;
    struct writer packet = writer_on(capture->room->packet, sizeof(capture->room->packet));
    const struct bytes answer = exchange_answer(exchange);
    gsmtap_put_exchange(&packet, writer_bytes(&exchange->command), answer);
    deliver(capture, writer_bytes(&packet));
}

/* An answer that nobody fetches. */
static void deliver_unfetched(struct capture *capture)
{
    if (capture->room->exchange.announced != 0)
        deliver_exchange(capture);
}

static void take_power(struct observer *self, enum card_power power, struct bytes atr)
{
    struct capture *capture = (struct capture *)self;
    struct writer packet = writer_on(capture->room->packet, sizeof(capture->room->packet));
    deliver_unfetched(capture);
    if (power == CARD_OFF)
        return;
    gsmtap_put_atr(&packet, atr);
    deliver(capture, writer_bytes(&packet));
}

static void take_command(struct observer *self, struct bytes command)
{
    struct capture *capture = (struct capture *)self;
    struct capture_room *room = capture->room;
    writer_reset(&room->fetch);
    if (exchange_fetches(&room->exchange, command)) {
        writer_put(&room->fetch, command);
        return;
    }
    deliver_unfetched(capture);
    exchange_begin(&room->exchange, command);
}

static void take_response(struct observer *self, struct bytes response)
{
    struct capture *capture = (struct capture *)self;
    struct capture_room *room = capture->room;
    if (!exchange_add(&room->exchange, response)) {
        deliver_unfetched(capture);
        exchange_begin(&room->exchange, writer_bytes(&room->fetch));
        exchange_add(&room->exchange, response);
    }
    if (room->exchange.announced == 0)
        deliver_exchange(capture);
}

static const struct observer_kind kind = {take_power, take_command, take_response};

static int begin(struct capture *capture)
{
    *capture = (struct capture){.observer = {&kind, NULL}, .socket = -1};
    struct capture_room *room = capture->room = calloc(1, sizeof(*capture->room));
    if (room == NULL) {
        trace_error("no memory for a capture");
        return FAILURE_INTERNAL;
    }
    room->exchange.command = writer_on(room->command, sizeof(room->command));
    room->exchange.answer = writer_on(room->answer, sizeof(room->answer));
    room->fetch = writer_on(room->fetch_room, sizeof(room->fetch_room));
    return 0;
}

int capture_open_file(struct capture *capture, const char *path)
{
    uint8_t room[GSMTAP_PCAP_HEADER_SIZE];
    struct writer header = writer_on(room, sizeof(room));
    if (begin(capture) != 0)
        return FAILURE_INTERNAL;
    if (output_file_open(&capture->file, "--pcap", path) != 0)
        return FAILURE_INTERNAL;
    gsmtap_put_pcap_header(&header);
    fwrite(room, 1, header.len, capture->file.stream);
    output_file_flush(&capture->file);
    return capture->file.failed ? FAILURE_INTERNAL : 0;
}

/* HOST, HOST:PORT, [HOST] or [HOST]:PORT; with several colons and no brackets it is an IPv6 address
 * and no port. */
static bool split_host(const char *text, char *host, const char **port)
{
    const bool bracketed = text[0] == '[';
    const char *first = text + bracketed, *colon = strchr(first, ':');
    const bool ported = colon != NULL && strchr(colon + 1, ':') == NULL;
    const char *end = bracketed ? strchr(first, ']') : ported ? colon : first + strlen(first);
    if (end == NULL || end == first || end - first >= HOST_SIZE)
        return false;
    memcpy(host, first, (size_t)(end - first));
    host[end - first] = '\0';
    const char *rest = end + bracketed;
    *port = rest[0] == ':' ? rest + 1 : PORT_TEXT(GSMTAP_PORT);
    return rest[0] == '\0' || rest[0] == ':';
}

static int connect_to(const char *host, const char *port, int *socket_out)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    const int wrong = getaddrinfo(host, port, &hints, &found);
    if (wrong != 0)
        return wrong;
    const int socket_file = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
    if (socket_file >= 0 && connect(socket_file, found->ai_addr, found->ai_addrlen) != 0) {
        close(socket_file);
        *socket_out = -1;
    } else {
        *socket_out = socket_file;
    }
    freeaddrinfo(found);
    return *socket_out >= 0 ? 0 : EAI_SYSTEM;
}

static bool read_host(const char *host, char name[HOST_SIZE], const char **port)
{
    if (split_host(host, name, port))
        return true;
    trace_error("--gsmtap %s: it is HOST or HOST:PORT", host);
    return false;
}

bool capture_check_host(const char *host)
{
    char name[HOST_SIZE];
    const char *port;
    return read_host(host, name, &port);
}

int capture_open_host(struct capture *capture, const char *host)
{
    char name[HOST_SIZE];
    const char *port;
    if (begin(capture) != 0 || !read_host(host, name, &port))
        return FAILURE_INTERNAL;
    const int wrong = connect_to(name, port, &capture->socket);
    if (wrong == 0)
        return 0;
    trace_error("--gsmtap %s: %s", host,
                wrong == EAI_SYSTEM ? strerror(errno) : gai_strerror(wrong));
    return FAILURE_INTERNAL;
}

int capture_close(struct capture *capture)
{
    if (capture->room != NULL)
        deliver_unfetched(capture);
    const int result = output_file_close(&capture->file);
    if (capture->room != NULL && capture->socket >= 0)
        close(capture->socket);
    free(capture->room);
    *capture = (struct capture){.socket = -1};
    return result;
}

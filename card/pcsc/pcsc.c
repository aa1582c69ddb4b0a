#include "card/pcsc/pcsc.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/pcsc/pcsc_service.h"

#define EVENTS_A_STEP 16
#define OUT_MAX (PCSC_ANSWER_MAX + PCSC_READERS_MAX * PCSC_STATE_SIZE + 2 * PCSC_WORD)

/* One connected client. */
struct connection {
    int socket;
    struct pcsc_client *client;
    size_t received, unsent; /* bytes of in and out */
    uint8_t in[PCSC_MESSAGE_MAX];
    uint8_t out[OUT_MAX];
};

struct pcsc {
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)]; /* of the socket */
    int listener, poll;
    struct pcsc_reader readers[PCSC_READERS_MAX];
    struct pcsc_service service;
    struct connection *connections[PCSC_CLIENTS_MAX];
    uint8_t response[CARD_RESPONSE_CAPACITY];
};

/* A whole message that was received and not answered yet, or something that is none. */
static bool has_message(const struct connection *connection)
{
    const size_t size = pcsc_service_size(bytes_of(connection->in, connection->received));
    return size == SIZE_MAX || (size > 0 && size <= connection->received);
}

/* While an answer is stuck nothing more is read; what was read goes on when it is gone. */
static void watch(const struct pcsc *pcsc, struct connection *connection, int operation)
{
    const bool goes_on = connection->unsent > 0 || has_message(connection);
    struct epoll_event event = {.events = goes_on ? EPOLLOUT : EPOLLIN, .data.ptr = connection};
    (void)epoll_ctl(pcsc->poll, operation, connection->socket, &event);
}

static void hang_up(struct pcsc *pcsc, struct connection *connection)
{
    for (size_t i = 0; i < PCSC_CLIENTS_MAX; i++)
        if (pcsc->connections[i] == connection)
            pcsc->connections[i] = NULL;
    pcsc_service_leave(&pcsc->service, connection->client);
    close(connection->socket);
    free(connection);
}

/* Keeps the connection, or closes the socket. */
static void take_in(struct pcsc *pcsc, int socket)
{
    struct connection *connection = malloc(sizeof(*connection));
    struct pcsc_client *client = connection != NULL ? pcsc_service_join(&pcsc->service) : NULL;
    if (client == NULL) {
        trace_notice("a PC/SC client more than there is room for is sent away");
        free(connection);
        close(socket);
        return;
    }
    connection->socket = socket;
    connection->client = client;
    connection->received = connection->unsent = 0;
    pcsc->connections[client - pcsc->service.clients] = connection;
    watch(pcsc, connection, EPOLL_CTL_ADD);
}

static void accept_clients(struct pcsc *pcsc)
{
    for (int socket;
         (socket = accept4(pcsc->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;)
        take_in(pcsc, socket);
}

static bool send_unsent(struct connection *connection)
{
    while (connection->unsent > 0) {
        const ssize_t sent =
            send(connection->socket, connection->out, connection->unsent, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (sent < 0)
            return false;
        connection->unsent -= (size_t)sent;
        memmove(connection->out, connection->out + sent, connection->unsent);
    }
    return true;
}

/* Answers whole messages while the answers go out. False when the connection is over. */
static bool answer_messages(struct pcsc *pcsc, struct connection *connection)
{
    struct bytes rest = bytes_of(connection->in, connection->received), message;
    bool open = true;
    while (open && connection->unsent == 0) {
        const size_t size = pcsc_service_size(rest);
        if (size == SIZE_MAX)
            return false;
        if (size == 0 || !bytes_take(&rest, size, &message))
            break;
        struct writer out = writer_on(connection->out, sizeof(connection->out));
        open = pcsc_service_answer(&pcsc->service, connection->client, message, &out);
        connection->unsent = out.len;
        open = send_unsent(connection) && open;
    }
    if (rest.len > 0)
        memmove(connection->in, rest.data, rest.len);
    connection->received = rest.len;
    return open;
}

static bool receive(struct connection *connection)
{
    const ssize_t got = recv(connection->socket, connection->in + connection->received,
                             sizeof(connection->in) - connection->received, 0);
    if (got > 0)
        connection->received += (size_t)got;
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void serve_connection(struct pcsc *pcsc, struct connection *connection, uint32_t events)
{
    bool open = send_unsent(connection);
    if (open && (events & EPOLLOUT) == 0)
        open = receive(connection);
    if (open)
        open = answer_messages(pcsc, connection);
    if (open)
        watch(pcsc, connection, EPOLL_CTL_MOD);
    else
        hang_up(pcsc, connection);
}

/* Tells those who wait. */
static void wake_clients(struct pcsc *pcsc)
{
    for (size_t i = 0; i < PCSC_CLIENTS_MAX; i++) {
        struct connection *connection = pcsc->connections[i];
        if (connection == NULL)
            continue;
        struct writer out = writer_on(connection->out, sizeof(connection->out));
        out.len = connection->unsent;
        if (!pcsc_service_wake(&pcsc->service, connection->client, &out))
            continue;
        connection->unsent = out.len;
        if (send_unsent(connection))
            watch(pcsc, connection, EPOLL_CTL_MOD);
        else
            hang_up(pcsc, connection);
    }
    pcsc->service.changed = false;
}

static void step(struct pcsc *pcsc)
{
    struct epoll_event events[EVENTS_A_STEP];
    const int count = epoll_wait(pcsc->poll, events, EVENTS_A_STEP, 0);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == NULL)
            accept_clients(pcsc);
        else
            serve_connection(pcsc, events[i].data.ptr, events[i].events);
    }
    pcsc_service_look(&pcsc->service);
    wake_clients(pcsc);
}

/* A socket that is left over from a chip that was killed is nobody's: it refuses. */
static bool is_left_over(const struct sockaddr_un *address)
{
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct stat found;
    const bool refused = probe >= 0 && stat(address->sun_path, &found) == 0 &&
                         S_ISSOCK(found.st_mode) &&
                         connect(probe, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
                         errno == ECONNREFUSED;
    if (probe >= 0)
        close(probe);
    return refused;
}

static int listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        trace_error("--pcsc %s: a socket's path has at most %zu characters", path,
                    sizeof(address.sun_path) - 1);
        return -1;
    }
    strcpy(address.sun_path, path);
    if (is_left_over(&address))
        (void)unlink(path);
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const mode_t mask = umask(S_IRWXG | S_IRWXO);
    const bool bound =
        listener >= 0 && bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0;
    (void)umask(mask);
    if (bound && listen(listener, PCSC_CLIENTS_MAX) == 0)
        return listener;
    trace_error("--pcsc %s: %s", path, strerror(errno));
    if (listener >= 0)
        close(listener);
    return -1;
}

int pcsc_check(const char *path)
{
    const int listener = listen_on(path);
    if (listener < 0)
        return FAILURE_INTERNAL;
    close(listener);
    (void)unlink(path);
    return 0;
}

static int watch_listener(struct pcsc *pcsc, const char *path)
{
    struct epoll_event event = {.events = EPOLLIN};
    pcsc->listener = listen_on(path);
    if (pcsc->listener < 0)
        return FAILURE_INTERNAL;
    strcpy(pcsc->path, path);
    pcsc->poll = epoll_create1(EPOLL_CLOEXEC);
    if (pcsc->poll >= 0 && epoll_ctl(pcsc->poll, EPOLL_CTL_ADD, pcsc->listener, &event) == 0)
        return 0;
    trace_error("--pcsc %s: %s", path, strerror(errno));
    return FAILURE_INTERNAL;
}

int pcsc_open(const char *path, struct pcsc_card *const *cards, size_t count, struct pcsc **out)
{
    struct pcsc *pcsc = calloc(1, sizeof(*pcsc));
    if (pcsc == NULL) {
        trace_error("no memory for PC/SC clients");
        return FAILURE_INTERNAL;
    }
    pcsc->listener = pcsc->poll = -1;
    if (watch_listener(pcsc, path) != 0) {
        pcsc_close(pcsc);
        return FAILURE_INTERNAL;
    }
    for (size_t i = 0; i < count && i < PCSC_READERS_MAX; i++)
        pcsc_reader_init(&pcsc->readers[i], cards[i], (unsigned)i);
    pcsc_service_init(&pcsc->service, pcsc->readers, count, pcsc->response);
    trace_notice("PC/SC clients find %zu %s with PCSCLITE_CSOCK_NAME=%s", count,
                 count == 1 ? "card" : "cards", path);
    *out = pcsc;
    return 0;
}

void pcsc_close(struct pcsc *pcsc)
{
    if (pcsc == NULL)
        return;
    for (size_t i = 0; i < PCSC_CLIENTS_MAX; i++)
        if (pcsc->connections[i] != NULL)
            hang_up(pcsc, pcsc->connections[i]);
    if (pcsc->poll >= 0)
        close(pcsc->poll);
    if (pcsc->listener >= 0) {
        close(pcsc->listener);
        (void)unlink(pcsc->path);
    }
    for (size_t i = 0; i < pcsc->service.reader_count; i++)
        pcsc_reader_finish(&pcsc->readers[i]);
    free(pcsc);
}

void pcsc_run(struct pcsc *pcsc, const struct stop *stop, struct control *control)
{
    while (!stop_asked(stop)) {
        struct pollfd waits[] = {{.fd = stop->event, .events = POLLIN},
                                 {.fd = pcsc->poll, .events = POLLIN}};
        control_wait(control, waits, sizeof(waits) / sizeof(waits[0]),
                     pcsc_service_due(&pcsc->service));
        step(pcsc);
    }
}

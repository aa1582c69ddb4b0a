#include "tools/lib/transport/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "apdu/address.h"
#include "apdu/direct.h"
#include "tools/lib/transport/channel.h"
#include "tools/lib/transport/interrupt.h"

#define WHERE "farm"
#define POWER_ON 1
/* A client that has just gone keeps its chip until the farm has noticed. */
#define TRIES_IN_USE 20
#define PAUSE_MS 50
#define BUFFER_SIZE 32768 /* of either way: a profile of middle size, and responses */

struct direct {
    struct transport transport;
    const char *where;
    struct address farm; /* host "": of this machine, reached through its folder */
    char chips[PATH_MAX];
    char eid[DIRECT_EID_DIGITS + 1];
    int timeout_ms;
    int socket;         /* -1: none */
    size_t queued;      /* bytes of frames that have not been sent */
    size_t taken, held; /* bytes of what was received: used, and all */
    uint8_t out[BUFFER_SIZE], in[BUFFER_SIZE];
};

/* The folder of a chip in its farm's state, or of one that was never used, which has none yet. Why
 * a folder cannot be read is told when it is. */
static bool parse_folder(struct direct *self, size_t len)
{
    struct stat found;
    self->farm.host[0] = '\0';
    if (snprintf(self->chips, sizeof(self->chips), "%.*s/", (int)len, self->where) >=
        (int)sizeof(self->chips))
        return false;
    return stat(self->chips, &found) == 0 ? S_ISDIR(found.st_mode) : errno == EACCES;
}

static bool parse(struct direct *self, struct fault *fault)
{
    size_t end = strlen(self->where); /* a shell completes a folder's name with a slash */
    while (end > 1 && self->where[end - 1] == '/')
        end--;
    const char *slash = memrchr(self->where, '/', end);
    const size_t len = slash != NULL ? (size_t)(slash - self->where) : 0;
    if (len == 0 ||
        (!address_parse(bytes_of(self->where, len), &self->farm) && !parse_folder(self, len))) {
        fault_raise(fault, "--direct", "'%.80s' is neither HOST:PORT/EID nor a chip's folder",
                    self->where);
        fault_usage(fault);
        return fault_next(fault, "the farm's first line says where it listens; its EIDs are the "
                                 "folders in chips of its state");
    }
    const size_t digits = end - len - 1;
    if (digits != DIRECT_EID_DIGITS || strspn(slash + 1, "0123456789") != DIRECT_EID_DIGITS) {
        fault_raise(fault, "--direct", "'%.*s' is no EID: 32 digits", (int)digits, slash + 1);
        return fault_usage(fault);
    }
    memcpy(self->eid, slash + 1, DIRECT_EID_DIGITS);
    return true;
}

static bool connect_to(int found, const struct sockaddr *address, socklen_t len)
{
    if (found >= 0 && connect(found, address, len) == 0)
        return true;
    const int why = errno;
    if (found >= 0)
        close(found);
    errno = why;
    return false;
}

static bool local_is_not_there(const struct direct *self, struct fault *fault)
{
    fault_raise(fault, WHERE, "%s../" DIRECT_SOCKET ": %s", self->chips, strerror(errno));
    return fault_next(fault, "see whether emuicc-farm runs on this state, as this user");
}

/* Through the open folder, as a socket's address holds no more than 107 characters. */
static bool connect_local(struct direct *self, struct fault *fault)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int folder = open(self->chips, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return local_is_not_there(self, fault);
    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/../" DIRECT_SOCKET,
             folder);
    const int found = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = connect_to(found, (const struct sockaddr *)&address, sizeof(address));
    const int why = errno;
    close(folder);
    errno = why;
    if (!connected)
        return local_is_not_there(self, fault);
    self->socket = found;
    return true;
}

static int connect_one(const struct addrinfo *where)
{
    const int yes = 1;
    const int found = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!connect_to(found, where->ai_addr, where->ai_addrlen))
        return -1;
    (void)setsockopt(found, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    return found;
}

static bool connect_network(struct direct *self, struct fault *fault)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const int wrong = getaddrinfo(self->farm.host, self->farm.port, &hints, &found);
    if (wrong != 0)
        return fault_raise(fault, WHERE, "%s: %s", self->farm.host, gai_strerror(wrong));
    for (const struct addrinfo *at = found; at != NULL && self->socket < 0; at = at->ai_next)
        self->socket = connect_one(at);
    freeaddrinfo(found);
    if (self->socket >= 0)
        return true;
    fault_raise(fault, WHERE, "%s:%s: %s", self->farm.host, self->farm.port, strerror(errno));
    return fault_next(fault, "see whether emuicc-farm runs there");
}

static bool connect_farm(struct direct *self, struct fault *fault)
{
    return self->farm.host[0] != '\0' ? connect_network(self, fault) : connect_local(self, fault);
}

static void hang_up(struct direct *self)
{
    if (self->socket >= 0)
        close(self->socket);
    self->socket = -1;
    self->queued = self->taken = self->held = 0;
}

/* An answer that came later would be taken for that of another command. */
static bool lost(struct direct *self, struct fault *fault)
{
    hang_up(self);
    fault_raise(fault, WHERE, "the chip at %s does not answer any more", self->where);
    return fault_next(fault, "see whether emuicc-farm still runs; what the chip acknowledged is "
                             "kept");
}

static bool send_all(struct direct *self, struct bytes bytes)
{
    struct bytes gone;
    while (bytes.len > 0) {
        const ssize_t sent = send(self->socket, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        (void)bytes_take(&bytes, sent > 0 ? (size_t)sent : 0, &gone);
    }
    return true;
}

/* Frames of one request leave together: the farm wakes up once for them. */
static bool send_queued(struct direct *self)
{
    const size_t len = self->queued;
    self->queued = 0;
    return send_all(self, bytes_of(self->out, len));
}

static bool queue_frame(struct direct *self, struct bytes payload)
{
    if (self->socket < 0 || payload.len > sizeof(self->out) - DIRECT_LENGTH_SIZE)
        return false;
    if (self->queued + DIRECT_LENGTH_SIZE + payload.len > sizeof(self->out) && !send_queued(self))
        return false;
    struct writer frame = writer_on(self->out + self->queued, DIRECT_LENGTH_SIZE + payload.len);
    writer_put_u16(&frame, (uint16_t)payload.len);
    writer_put(&frame, payload);
    self->queued += frame.len;
    return true;
}

/* At least one byte more, or false. */
static bool receive_some(struct direct *self)
{
    self->taken = self->held = 0;
    for (ssize_t got = -1; got < 0;) {
        struct pollfd wait = {.fd = self->socket, .events = POLLIN};
        const int ready = poll(&wait, 1, self->timeout_ms);
        got = ready > 0 ? recv(self->socket, self->in, sizeof(self->in), 0) : ready;
        if (got < 0 && errno != EINTR)
            return false;
        self->held = got > 0 ? (size_t)got : 0;
    }
    return self->held > 0;
}

static bool receive_all(struct direct *self, uint8_t *data, size_t len)
{
    while (len > 0) {
        if (self->taken == self->held && !receive_some(self))
            return false;
        const size_t left = self->held - self->taken, part = left < len ? left : len;
        memcpy(data, self->in + self->taken, part);
        self->taken += part;
        data += part;
        len -= part;
    }
    return true;
}

/* One frame's payload, appended. */
static bool receive_frame(struct direct *self, struct writer *out)
{
    uint8_t header[DIRECT_LENGTH_SIZE], payload[UINT16_MAX];
    if (self->socket < 0 || !send_queued(self) || !receive_all(self, header, sizeof(header)))
        return false;
    const size_t len = (size_t)(header[0] << 8 | header[1]);
    if (!receive_all(self, payload, len))
        return false;
    writer_put(out, bytes_of(payload, len));
    return !out->overflow;
}

/* The farm's answer to the hello: one of enum direct_answer, or -1. */
static int greet(struct direct *self, char text[DIRECT_ANSWER_MAX])
{
    uint8_t room[DIRECT_ANSWER_MAX];
    struct writer hello = writer_on(room, sizeof(room));
    direct_put_hello(self->eid, &hello);
    if (!send_all(self, writer_bytes(&hello)))
        return -1;
    struct writer answer = writer_on(room, sizeof(room));
    if (!receive_frame(self, &answer) || answer.len == 0)
        return -1;
    snprintf(text, DIRECT_ANSWER_MAX, "%.*s", (int)answer.len - 1, (const char *)room + 1);
    return room[0];
}

static bool explain(struct direct *self, int answer, const char *text, struct fault *fault)
{
    if (answer < 0) {
        fault_raise(fault, WHERE, "%s does not answer as a farm does", self->where);
        return fault_next(fault, "give the port of emuicc-farm, not one of vpcd");
    }
    fault_raise(fault, WHERE, "%s: %s", self->eid, text);
    switch (answer) {
    case DIRECT_UNKNOWN:
        return fault_next(fault, "its EIDs are the folders in chips of the farm's state");
    case DIRECT_IN_USE:
        return fault_next(fault, "end the program that uses it and try again");
    case DIRECT_BROKEN:
        return fault_next(fault, "the farm has said why in a line that names the EID");
    case DIRECT_EJECTED:
        return fault_next(fault, "'emuicc-ctl --state FARM/chips/EID insert' puts it back");
    default:
        return false;
    }
}

static bool direct_open(struct transport *transport, struct fault *fault)
{
    struct direct *self = (struct direct *)transport;
    char text[DIRECT_ANSWER_MAX];
    int answer = DIRECT_IN_USE;
    if (!parse(self, fault))
        return false;
    snprintf(transport->place, sizeof(transport->place), "%s", self->where);
    for (int i = 0; i < TRIES_IN_USE && answer == DIRECT_IN_USE; i++) {
        if (i > 0)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
        hang_up(self);
        if (!interrupt_none(fault) || !connect_farm(self, fault))
            return false;
        answer = greet(self, text);
    }
    if (answer != DIRECT_PLUGGED)
        return explain(self, answer, text, fault);
    return queue_frame(self, BYTES(POWER_ON)) || lost(self, fault);
}

static bool direct_send(struct transport *transport, struct bytes command, struct fault *fault)
{
    struct direct *self = (struct direct *)transport;
    return queue_frame(self, command) || lost(self, fault);
}

static bool direct_receive(struct transport *transport, struct writer *response,
                           struct fault *fault)
{
    struct direct *self = (struct direct *)transport;
    return receive_frame(self, response) || lost(self, fault);
}

static bool direct_transmit(struct transport *transport, struct bytes command,
                            struct writer *response, struct fault *fault)
{
    return direct_send(transport, command, fault) && direct_receive(transport, response, fault);
}

static void direct_close(struct transport *transport)
{
    struct direct *self = (struct direct *)transport;
    hang_up(self);
    free(self);
}

static const struct transport_kind direct_kind = {
    .name = "direct",
    .open = direct_open,
    .select = channel_select,
    .transmit = direct_transmit,
    .send = direct_send,
    .receive = direct_receive,
    .deselect = channel_deselect,
    .close = direct_close,
};

struct transport *direct_create(const char *where, int timeout_ms)
{
    struct direct *self = calloc(1, sizeof(*self));
    if (self == NULL)
        return NULL;
    self->transport.kind = &direct_kind;
    self->where = where;
    self->timeout_ms = timeout_ms;
    self->socket = -1;
    return &self->transport;
}

#include "tools/ctl/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "apdu/trace.h"

#define SOCKET_NAME "control"
#define PATIENCE_S 10

static enum ask_result fail(const char *state, const char *why)
{
    trace_error("%s/" SOCKET_NAME ": %s", state, why);
    return ASK_FAILED;
}

static void set_patience(int socket)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    (void)setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    (void)setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

/* Through the open folder, as a socket's address holds no more than 107 characters. */
static bool connected(int socket, int folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" SOCKET_NAME, folder);
    return connect(socket, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool send_line(int socket, struct bytes line)
{
    while (line.len > 0) {
        const ssize_t sent = send(socket, line.data, line.len, MSG_NOSIGNAL);
        struct bytes gone;
        if (sent < 0 && errno != EINTR)
            return false;
        if (sent > 0)
            (void)bytes_take(&line, (size_t)sent, &gone);
    }
    return true;
}

static bool receive_all(int socket, struct writer *out)
{
    uint8_t room[4096];
    for (;;) {
        const ssize_t got = recv(socket, room, sizeof(room), 0);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        if (got > 0)
            writer_put(out, bytes_of(room, (size_t)got));
    }
}

static enum ask_result ask_on(int socket, int folder, const char *state, const char *line,
                              struct writer *out)
{
    if (!connected(socket, folder))
        return errno == ENOENT || errno == ECONNREFUSED ? ASK_NOBODY : fail(state, strerror(errno));
    set_patience(socket);
    if (!send_line(socket, bytes_of_text(line)) || !send_line(socket, bytes_of_text("\n")) ||
        !receive_all(socket, out))
        return fail(state, errno == EAGAIN ? "the card does not answer" : strerror(errno));
    if (out->len == 0 || out->overflow)
        return fail(state, "the card has not answered in full");
    return ASK_ANSWERED;
}

enum ask_result ask_card(const char *state, const char *line, struct writer *out)
{
    const int folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        trace_error("--state %s: %s", state, strerror(errno));
        return ASK_FAILED;
    }
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    enum ask_result result = ASK_FAILED;
    if (descriptor >= 0)
        result = ask_on(descriptor, folder, state, line, out);
    else
        trace_error("no socket: %s", strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    close(folder);
    return result;
}

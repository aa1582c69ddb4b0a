#include "tools/lib/control/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "apdu/direct.h"
#include "apdu/trace.h"

#define SOCKET_NAME "control"
#define FARM_SOCKET "../../" SOCKET_NAME
#define FARM_REQUEST "chip %s "
#define PREFIX_SIZE (sizeof(FARM_REQUEST) + DIRECT_EID_DIGITS)
#define TIMEOUT_S 10

static enum ask_result fail(const char *state, const char *why)
{
    trace_error("%s/" SOCKET_NAME ": %s", state, why);
    return ASK_FAILED;
}

static void set_timeout(int socket)
{
    const struct timeval timeout = {.tv_sec = TIMEOUT_S};
    (void)setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    (void)setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

/* Through the open folder, as a socket's address holds no more than 107 characters. */
static bool connected(int socket, int folder, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", folder, name);
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

static bool nobody_listens(void)
{
    return errno == ENOENT || errno == ECONNREFUSED;
}

/* A chip of a farm lies in FARM/chips/EID, and the farm answers for it: its EID, if this may be
 * one. */
static bool name_chip(int folder, char eid[DIRECT_EID_DIGITS + 1])
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
    const ssize_t len = readlink(link, path, sizeof(path) - 1);
    path[len > 0 ? len : 0] = '\0';
    const char *slash = strrchr(path, '/');
    if (slash == NULL || strlen(slash + 1) != DIRECT_EID_DIGITS ||
        strspn(slash + 1, "0123456789") != DIRECT_EID_DIGITS)
        return false;
    strcpy(eid, slash + 1);
    return true;
}

/* Its own socket, or the farm's, where a request begins with the chip's name. */
static bool reach(int socket, int folder, char prefix[PREFIX_SIZE])
{
    char eid[DIRECT_EID_DIGITS + 1];
    prefix[0] = '\0';
    if (connected(socket, folder, SOCKET_NAME))
        return true;
    if (!nobody_listens() || !name_chip(folder, eid))
        return false;
    snprintf(prefix, PREFIX_SIZE, FARM_REQUEST, eid);
    return connected(socket, folder, FARM_SOCKET);
}

static enum ask_result ask_on(int socket, int folder, const char *state, const char *line,
                              struct writer *out)
{
    char prefix[PREFIX_SIZE];
    if (!reach(socket, folder, prefix))
        return nobody_listens() ? ASK_NOBODY : fail(state, strerror(errno));
    set_timeout(socket);
    if (!send_line(socket, bytes_of_text(prefix)) || !send_line(socket, bytes_of_text(line)) ||
        !send_line(socket, bytes_of_text("\n")) || !receive_all(socket, out))
        return fail(state, errno == EAGAIN ? "the card does not answer" : strerror(errno));
    if (out->len == 0 || out->overflow)
        return fail(state, "the card has not answered in full");
    return ASK_ANSWERED;
}

enum ask_result ask_card(const char *state, const char *line, struct writer *out)
{
    const int folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        const char *next =
            errno == ENOENT ? "; 'emuicc --state' with this folder makes a chip" : "";
        trace_error("--state %s: %s%s", state, strerror(errno), next);
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

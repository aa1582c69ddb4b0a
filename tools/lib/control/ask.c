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
#include "fs/births/births_file.h"

#define SOCKET_NAME "control"
#define FARM_SOCKET "../../" SOCKET_NAME
#define NEIGHBOURS_SOCKET "../" SOCKET_NAME
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

/* Where a card is asked. */
struct place {
    int folder;                      /* the card's; or that of its farm's chips, if it has none */
    char eid[DIRECT_EID_DIGITS + 1]; /* "": the card has a folder */
};

/* The last part of a path, if it is an EID. */
static bool take_eid(const char *path, char eid[DIRECT_EID_DIGITS + 1], size_t *begin)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    *begin = end;
    while (*begin > 0 && path[*begin - 1] != '/')
        (*begin)--;
    if (end - *begin != DIRECT_EID_DIGITS ||
        strspn(path + *begin, "0123456789") < DIRECT_EID_DIGITS)
        return false;
    memcpy(eid, path + *begin, DIRECT_EID_DIGITS);
    eid[DIRECT_EID_DIGITS] = '\0';
    return true;
}

/* A chip of a farm that was never used has a record there, and no folder. */
static int open_neighbours(const char *state, char eid[DIRECT_EID_DIGITS + 1])
{
    char path[PATH_MAX];
    size_t begin;
    if (!take_eid(state, eid, &begin) ||
        snprintf(path, sizeof(path), "%.*s.", (int)begin, state) >= (int)sizeof(path))
        return -1;
    const int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || faccessat(folder, "../" BIRTHS_FILE, F_OK, 0) == 0)
        return folder;
    close(folder);
    errno = ENOENT;
    return -1;
}

static bool open_place(const char *state, struct place *out)
{
    out->eid[0] = '\0';
    out->folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (out->folder >= 0 || errno != ENOENT)
        return out->folder >= 0;
    out->folder = open_neighbours(state, out->eid);
    if (out->folder < 0)
        errno = ENOENT;
    return out->folder >= 0;
}

bool ask_is_there(const char *state)
{
    struct place place;
    const bool there = open_place(state, &place);
    if (there)
        close(place.folder);
    return there;
}

/* A chip of a farm lies in FARM/chips/EID, and the farm answers for it: its EID, if this may be
 * one. */
static bool name_chip(int folder, char eid[DIRECT_EID_DIGITS + 1])
{
    char link[64], path[PATH_MAX];
    size_t begin;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
    const ssize_t len = readlink(link, path, sizeof(path) - 1);
    path[len > 0 ? len : 0] = '\0';
    return take_eid(path, eid, &begin);
}

/* Its own socket, or the farm's, where a request begins with the chip's name. */
static bool reach(int socket, const struct place *place, char prefix[PREFIX_SIZE])
{
    char eid[DIRECT_EID_DIGITS + 1];
    prefix[0] = '\0';
    if (place->eid[0] != '\0') {
        snprintf(prefix, PREFIX_SIZE, FARM_REQUEST, place->eid);
        return connected(socket, place->folder, NEIGHBOURS_SOCKET);
    }
    if (connected(socket, place->folder, SOCKET_NAME))
        return true;
    if (!nobody_listens() || !name_chip(place->folder, eid))
        return false;
    snprintf(prefix, PREFIX_SIZE, FARM_REQUEST, eid);
    return connected(socket, place->folder, FARM_SOCKET);
}

static enum ask_result ask_on(int socket, const struct place *place, const char *state,
                              const char *line, struct writer *out)
{
    char prefix[PREFIX_SIZE];
    if (!reach(socket, place, prefix))
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
    struct place place;
    if (!open_place(state, &place)) {
        const char *next =
            errno == ENOENT ? "; 'emuicc --state' with this folder makes a chip" : "";
        trace_error("--state %s: %s%s", state, strerror(errno), next);
        return ASK_FAILED;
    }
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    enum ask_result result = ASK_FAILED;
    if (descriptor >= 0)
        result = ask_on(descriptor, &place, state, line, out);
    else
        trace_error("no socket: %s", strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    close(place.folder);
    return result;
}

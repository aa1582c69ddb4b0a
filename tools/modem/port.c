#include "tools/modem/port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tools/lib/at/terminal.h"
#include "tools/lib/transport/interrupt.h"

#define INPUT_MAX 1024

static bool refuse(const char *what)
{
    trace_error("%s: %s", what, strerror(errno));
    return false;
}

/* What is set on the slave lasts while the master is open. */
static bool make_raw(const char *slave)
{
    const int file = open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
    const bool good = file >= 0 && terminal_raw(file);
    if (file >= 0)
        close(file);
    return good;
}

/* One that a modem has left, which ended without a word: a terminal's. */
static bool is_left_behind(const char *link)
{
    static const char terminals[] = "/dev/pts/";
    char target[PATH_MAX];
    const ssize_t len = readlink(link, target, sizeof(target));
    return len >= (ssize_t)strlen(terminals) && memcmp(target, terminals, strlen(terminals)) == 0;
}

static bool make_link(struct port *port)
{
    struct stat found;
    if (lstat(port->link, &found) == 0) {
        if (!S_ISLNK(found.st_mode) || !is_left_behind(port->link)) {
            trace_error("--pty %s: there is something else of that name; give another", port->link);
            return false;
        }
        if (unlink(port->link) != 0)
            return refuse(port->link);
    }
    port->is_linked = symlink(port->slave, port->link) == 0;
    return port->is_linked || refuse(port->link);
}

bool port_open(struct port *port, const char *link)
{
    *port = (struct port){.link = link};
    port->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->master < 0 || grantpt(port->master) != 0 || unlockpt(port->master) != 0 ||
        ptsname_r(port->master, port->slave, sizeof(port->slave)) != 0 || !make_raw(port->slave))
        return refuse("no pseudo-terminal can be made");
    return make_link(port);
}

void port_close(struct port *port)
{
    char target[PATH_MAX];
    const ssize_t len =
        port->is_linked ? readlink(port->link, target, sizeof(target)) : (ssize_t)-1;
    if (len >= 0 && bytes_equal(bytes_of(target, (size_t)len), bytes_of_text(port->slave)))
        unlink(port->link);
    if (port->master >= 0)
        close(port->master);
}

/* What nobody reads is lost when the terminal has no more room, as on a line without flow control.
 */
static void send_out(struct port *port, struct modem *modem)
{
    struct bytes text = writer_bytes(&modem->out), sent;
    while (text.len > 0) {
        const ssize_t count = write(port->master, text.data, text.len);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            trace_detail("%zu characters that nobody reads are lost", text.len);
            break;
        }
        bytes_take(&text, (size_t)count, &sent);
    }
    writer_reset(&modem->out);
}

/* Reads until there is no more. False when the terminal is broken. */
static bool receive(struct port *port, struct modem *modem)
{
    uint8_t room[INPUT_MAX];
    for (;;) {
        const ssize_t count = read(port->master, room, sizeof(room));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return true;
        if (count < 0 && errno == EIO) { /* the last one who had it open has closed it */
            modem_hang_up(modem);
            return true;
        }
        if (count <= 0)
            return refuse(port->slave);
        struct bytes input = bytes_of(room, (size_t)count);
        while (input.len > 0) {
            modem_take(modem, &input);
            send_out(port, modem);
        }
        explicit_bzero(room, sizeof(room)); /* there may be a PIN in it */
    }
}

/* Waits for the terminal, or for something that the card has going on. The terminal's edges are
 * waited for: one that nobody has open would be ready all the time. */
static bool wait_for_one(struct modem *modem, int events, const sigset_t *open_mask, bool *input)
{
    struct pollfd waited[1 + TOOLKIT_SOCKETS] = {{.fd = events, .events = POLLIN}};
    struct epoll_event event;
    int timeout_ms;
    const size_t count = 1 + toolkit_poll(&modem->sim.toolkit, waited + 1, &timeout_ms);
    const struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    const int ready = ppoll(waited, count, timeout_ms >= 0 ? &timeout : NULL, open_mask);
    *input = ready > 0 && epoll_wait(events, &event, 1, 0) > 0;
    return ready >= 0 || errno == EINTR || refuse("poll");
}

/* Signals come only while it waits, so that none is missed. */
static bool wait_and_receive(struct port *port, struct modem *modem, int events,
                             const sigset_t *open_mask)
{
    bool input;
    while (!interrupt_seen()) {
        if (!wait_for_one(modem, events, open_mask, &input) || (input && !receive(port, modem)))
            return false;
        sim_proceed(&modem->sim);
    }
    return true;
}

bool port_serve(struct port *port, struct modem *modem)
{
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, &before);
    interrupt_start();
    const int events = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLET};
    bool good = events >= 0 && epoll_ctl(events, EPOLL_CTL_ADD, port->master, &wanted) == 0;
    if (good)
        good = wait_and_receive(port, modem, events, &before);
    else
        refuse("epoll");
    if (events >= 0)
        close(events);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return good;
}

#include "card/reader.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/vpcd.h"

#define HOST_SIZE 256
#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 2000
/* pcscd looks every 400 ms: only a card that stays away longer is seen to have gone, by which its
 * clients learn that channels and PINs have gone with it. */
#define PAUSE_UNPLUGGED_MS 1000
/* pcscd powers a card on as soon as it sees it put in. Where a client finds a card gone and the
 * next one is there before pcscd itself looks again, pcscd takes it for the old one, only ever asks
 * it for its ATR, and tells all clients that the reader is empty. Staying away for a moment helps.
 */
#define LOOKS_AT_A_CARD_OVERLOOKED 4
#define CONNECT_TIMEOUT_S 5
#define SILENCE_MS 3000 /* pcscd asks a card for its ATR more than twice a second */
#define KEEPALIVE_IDLE_S 30
#define LOOPBACK_NET 127

enum link_state { LINK_UNKNOWN, LINK_ABSENT, LINK_SILENT, LINK_PLUGGED };

/* What has been said of the link, so that each change is said once. */
struct link {
    const struct reader *reader;
    enum link_state state;
    bool overlooked; /* the card ended the last one for that: not twice in a row */
};

static bool split_name(const char *name, char host[HOST_SIZE], const char **port)
{
    const char *colon = strrchr(name, ':');
    if (colon == NULL || colon == name || colon - name >= HOST_SIZE)
        return false;
    size_t len = (size_t)(colon - name);
    const bool bracketed = name[0] == '[' && name[len - 1] == ']';
    if (!bracketed && memchr(name, ':', len) != NULL)
        return false;
    len -= bracketed ? 2 : 0;
    memcpy(host, name + bracketed, len);
    host[len] = '\0';
    *port = colon + 1;
    return len > 0;
}

static bool is_port(const char *text)
{
    char *end;
    const unsigned long port = strtoul(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && port > 0 && port <= UINT16_MAX;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == LOOPBACK_NET;
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static void take_address(struct reader *reader, const struct addrinfo *found)
{
    memcpy(&reader->address, found->ai_addr, found->ai_addrlen);
    reader->address_len = found->ai_addrlen;
}

/* The first loopback address among those found; vpcd listens on IPv4, so that comes first. */
static bool take_loopback(struct reader *reader, const struct addrinfo *found)
{
    const int families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
            if (at->ai_family == families[i] && is_loopback(at->ai_addr)) {
                take_address(reader, at);
                return true;
            }
    return false;
}

static int resolve(struct reader *reader, const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    bool taken = false;
    if (getaddrinfo(host, port, &hints, &found) == 0) {
        take_address(reader, found);
        freeaddrinfo(found);
        return 0;
    }
    hints.ai_flags = 0;
    const int wrong = getaddrinfo(host, port, &hints, &found);
    if (wrong == 0) {
        taken = take_loopback(reader, found);
        freeaddrinfo(found);
    }
    if (wrong != 0)
        trace_error("--vpcd %s: %s", reader->name, gai_strerror(wrong));
    else if (!taken)
        trace_error("--vpcd %s: %s is another machine; give its address to plug in there",
                    reader->name, host);
    return taken ? 0 : FAILURE_INTERNAL;
}

int reader_init(struct reader *reader, const char *name)
{
    char host[HOST_SIZE];
    const char *port;
    *reader = (struct reader){.name = name};
    if (!split_name(name, host, &port) || !is_port(port)) {
        trace_error("--vpcd %s: HOST:PORT is needed, as in " READER_DEFAULT, name);
        return FAILURE_INTERNAL;
    }
    return resolve(reader, host, port);
}

/* wrong: the errno of LINK_ABSENT; 0 when there was a connection that ended. */
static void say(struct link *link, enum link_state state, int wrong)
{
    if (link->state == state)
        return;
    link->state = state;
    const char *name = link->reader->name;
    if (state == LINK_PLUGGED)
        trace_notice("plugged into the reader at %s", name);
    else if (state == LINK_SILENT)
        trace_notice("%s accepts but never speaks: another card sits in that reader; waiting",
                     name);
    else if (wrong != 0)
        trace_notice("no reader at %s (%s); trying until there is", name, strerror(wrong));
    else if (link->overlooked)
        trace_notice("the reader at %s takes this card for the last one; unplugged for a moment",
                     name);
    else
        trace_notice("the reader at %s hung up; trying until it is back", name);
}

static void set_timeout(int socket, long seconds)
{
    const struct timeval timeout = {.tv_sec = seconds};
    (void)setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

/* A reader on another machine may vanish without a word. */
static void keep_alive(int socket)
{
    const int yes = 1, idle = KEEPALIVE_IDLE_S;
    (void)setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
}

static bool connected(const struct reader *reader, int socket)
{
    set_timeout(socket, CONNECT_TIMEOUT_S);
    if (connect(socket, (const struct sockaddr *)&reader->address, reader->address_len) != 0) {
        if (errno == EINPROGRESS)
            errno = ETIMEDOUT;
        return false;
    }
    set_timeout(socket, 0);
    keep_alive(socket);
    return true;
}

static bool is_overlooked(const struct link *link, const struct vpcd *vpcd)
{
    return !link->overlooked && !vpcd->powered && vpcd->looked_at >= LOOKS_AT_A_CARD_OVERLOOKED;
}

/* The first frame says that the reader has taken the card, which until then may stand in a queue.
 * Returns whether it came. */
static bool serve_link(struct link *link, struct card *card, struct control *control, int socket,
                       struct vpcd_buffers *buffers)
{
    struct vpcd vpcd;
    bool open = true;
    vpcd_init(&vpcd, card, socket);
    while (open && !is_overlooked(link, &vpcd)) {
        const bool ready = control_wait(control, socket, vpcd.spoken_to ? -1 : SILENCE_MS);
        open = !ready || vpcd_turn(&vpcd, buffers);
        if (vpcd.spoken_to)
            say(link, LINK_PLUGGED, 0);
        else if (!ready && vpcd.received.len == 0)
            say(link, LINK_SILENT, 0);
    }
    link->overlooked = is_overlooked(link, &vpcd);
    vpcd_finish(&vpcd);
    card_power(card, CARD_OFF);
    return vpcd.spoken_to;
}

/* One connection from its beginning to its end. Returns whether the card was plugged in. */
static bool plug_in(struct link *link, struct card *card, struct stop *stop,
                    struct control *control, struct vpcd_buffers *buffers)
{
    const struct reader *reader = link->reader;
    const int descriptor = socket(reader->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        say(link, LINK_ABSENT, errno);
        return false;
    }
    stop_watch(stop, descriptor);
    const bool there = connected(reader, descriptor);
    const int wrong = there ? 0 : errno;
    const bool plugged = there && serve_link(link, card, control, descriptor, buffers);
    stop_watch(stop, -1);
    close(descriptor);
    if (!stop_asked(stop))
        say(link, LINK_ABSENT, wrong);
    return plugged;
}

int reader_serve(const struct reader *reader, struct card *card, struct stop *stop,
                 struct control *control)
{
    struct link link = {.reader = reader};
    struct vpcd_buffers *buffers = malloc(sizeof(*buffers));
    if (buffers == NULL) {
        trace_error("no memory for the reader's frames");
        return FAILURE_INTERNAL;
    }
    for (int pause = PAUSE_MIN_MS; !stop_asked(stop); control_wait(control, stop->event, pause)) {
        const int longer = pause < PAUSE_MAX_MS / 2 ? 2 * pause : PAUSE_MAX_MS;
        pause = plug_in(&link, card, stop, control, buffers) ? PAUSE_UNPLUGGED_MS : longer;
    }
    free(buffers);
    return 0;
}

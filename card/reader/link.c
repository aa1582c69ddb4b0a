#include "card/reader/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "apdu/trace.h"

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
#define CONNECT_TIMEOUT_MS 5000
#define SILENCE_MS 3000 /* pcscd asks a card for its ATR more than twice a second */
#define KEEPALIVE_IDLE_S 30

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
        trace_notice("%s accepts but never speaks: another card sits in that reader; waiting: "
                     "--vpcd names another reader, 'emuicc-ctl doctor' whose card it is",
                     name);
    else if (wrong != 0)
        trace_notice("no reader at %s (%s); trying until there is: emuicc-ctl doctor says why",
                     name, strerror(wrong));
    else if (link->pulled)
        trace_notice("pulled out of the reader at %s", name);
    else if (link->overlooked)
        trace_notice("the reader at %s takes this card for the last one; unplugged for a moment",
                     name);
    else
        trace_notice("the reader at %s hung up; trying until it is back", name);
}

void link_init(struct link *link, const struct reader *reader, struct card *card)
{
    *link = (struct link){.reader = reader, .card = card, .socket = -1, .pause = PAUSE_MIN_MS};
}

static void let_go(struct link *link)
{
    if (link->connected) {
        vpcd_finish(&link->vpcd);
        card_unplugged(link->card);
    }
    if (link->socket >= 0)
        close(link->socket);
    link->connected = false;
    link->socket = -1;
}

void link_finish(struct link *link)
{
    let_go(link);
}

/* Back to trying: soon if it was plugged in, later each time otherwise. */
static void end(struct link *link, int wrong, int64_t now)
{
    const bool plugged = link->connected && link->vpcd.spoken_to;
    const int longer = link->pause < PAUSE_MAX_MS / 2 ? 2 * link->pause : PAUSE_MAX_MS;
    let_go(link);
    say(link, LINK_ABSENT, wrong);
    link->due = now + (plugged ? PAUSE_UNPLUGGED_MS : link->pause);
    link->pause = plugged ? PAUSE_UNPLUGGED_MS : longer;
}

/* A reader on another machine may vanish without a word. */
static void keep_alive(int socket)
{
    const int yes = 1, idle = KEEPALIVE_IDLE_S;
    (void)setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
}

static void begin(struct link *link, int64_t now)
{
    const struct reader *reader = link->reader;
    link->socket = socket(reader->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (link->socket >= 0 && (connect(link->socket, (const struct sockaddr *)&reader->address,
                                      reader->address_len) == 0 ||
                              errno == EINPROGRESS))
        link->due = now + CONNECT_TIMEOUT_MS;
    else
        end(link, errno, now);
}

static void connected(struct link *link, bool ready, int64_t now)
{
    int wrong = 0;
    socklen_t len = sizeof(wrong);
    if (!ready && now < link->due)
        return;
    if (!ready)
        wrong = ETIMEDOUT;
    else if (getsockopt(link->socket, SOL_SOCKET, SO_ERROR, &wrong, &len) != 0)
        wrong = errno;
    if (wrong != 0) {
        end(link, wrong, now);
        return;
    }
    keep_alive(link->socket);
    vpcd_init(&link->vpcd, link->card, link->socket);
    link->connected = true;
    link->due = now + SILENCE_MS;
}

static bool is_overlooked(const struct link *link)
{
    return !link->overlooked && !link->vpcd.powered &&
           link->vpcd.looked_at >= LOOKS_AT_A_CARD_OVERLOOKED;
}

/* The first frame says that the reader has taken the card, which until then may stand in a queue.
 */
static void serve(struct link *link, bool ready, int64_t now, struct vpcd_buffers *buffers)
{
    const bool broken = ready && vpcd_pause_ms(&link->vpcd) > 0;
    const bool open =
        !broken && (!ready && now < link->due ? true : vpcd_step(&link->vpcd, buffers));
    const bool silent = link->due >= 0 && now >= link->due;
    if (link->vpcd.spoken_to)
        say(link, LINK_PLUGGED, 0);
    else if (open && silent && link->vpcd.received.len == 0)
        say(link, LINK_SILENT, 0);
    if (link->vpcd.spoken_to || silent)
        link->due = open ? vpcd_due(&link->vpcd, now) : -1;
    if (open && !is_overlooked(link) && card_presence(link->card) == CARD_INSERTED)
        return;
    link->overlooked = is_overlooked(link);
    link->pulled = card_presence(link->card) != CARD_INSERTED;
    end(link, 0, now);
}

short link_events(const struct link *link)
{
    return link->connected ? vpcd_events(&link->vpcd) : POLLOUT;
}

void link_step(struct link *link, bool ready, int64_t now, struct vpcd_buffers *buffers)
{
    if (link->connected)
        serve(link, ready, now, buffers);
    else if (link->socket >= 0)
        connected(link, ready, now);
    else if (card_presence(link->card) == CARD_EJECTED)
        link->due = -1;
    else if (link->due < 0)
        link->due = now + PAUSE_UNPLUGGED_MS;
    else if (now >= link->due)
        begin(link, now);
}

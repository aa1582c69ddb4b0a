#include "card/stdio/stdio.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/stdio/stdio_line.h"

/* One served client and its room. */
struct session {
    struct stdio_line client;
    int in, out;
    size_t len; /* of what has been read and is no whole line yet */
    bool skips; /* the line is too long: the rest of it is not looked at */
    uint8_t line[STDIO_LINE_MAX];
    uint8_t answer[STDIO_ANSWER_MAX];
    uint8_t room[CARD_RESPONSE_CAPACITY];
};

static bool write_all(int out, struct bytes bytes)
{
    while (bytes.len > 0) {
        const ssize_t written = write(out, bytes.data, bytes.len);
        struct bytes gone;
        if (written >= 0)
            (void)bytes_take(&bytes, (size_t)written, &gone);
        else if (errno != EINTR)
            return false;
    }
    return true;
}

/* What is for the client's user goes where messages go. */
static void pass_on(struct bytes line)
{
    (void)(write_all(STDERR_FILENO, line) && write_all(STDERR_FILENO, bytes_of_text("\n")));
}

static bool answer_line(struct session *session, struct bytes line)
{
    struct writer answer = writer_on(session->answer, sizeof(session->answer));
    if (session->skips)
        writer_put(&answer, bytes_of_text("error: the line is too long\n"));
    else if (!stdio_line_answer(&session->client, line, &answer))
        pass_on(line);
    session->skips = false;
    if (write_all(session->out, writer_bytes(&answer)))
        return true;
    trace_error("the client reads no more: %s", strerror(errno));
    return false;
}

/* Answers whole lines, keeps what is behind the last. */
static bool answer_lines(struct session *session)
{
    struct bytes rest = bytes_of(session->line, session->len);
    const uint8_t *end;
    while (rest.len > 0 && (end = memchr(rest.data, '\n', rest.len)) != NULL) {
        struct bytes line, gone;
        (void)bytes_take(&rest, (size_t)(end - rest.data), &line);
        (void)bytes_take(&rest, 1, &gone);
        if (!answer_line(session, line))
            return false;
    }
    if (rest.len == sizeof(session->line)) {
        session->skips = true;
        rest.len = 0;
    }
    if (rest.len > 0)
        memmove(session->line, rest.data, rest.len);
    session->len = rest.len;
    return true;
}

/* False at the end: of the input, whose last line needs no line end, or of the output. */
static bool read_more(struct session *session)
{
    /* answer_lines() has left room, which not every compiler sees. */
    const size_t left =
        session->len < sizeof(session->line) ? sizeof(session->line) - session->len : 0;
    const ssize_t got = read(session->in, session->line + session->len, left);
    if (got > 0) {
        session->len += (size_t)got;
        return answer_lines(session);
    }
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (session->len > 0)
        (void)answer_line(session, bytes_of(session->line, session->len));
    return false;
}

int stdio_serve(int in, int out, struct card *card, struct stop *stop, struct control *control)
{
    struct session *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        trace_error("no memory for lines");
        return FAILURE_INTERNAL;
    }
    session->in = in;
    session->out = out;
    session->client.room = session->room;
    contact_init(&session->client.contact, card);
    bool open = true;
    while (open && !stop_asked(stop)) {
        struct pollfd waits[] = {{.fd = stop->event, .events = POLLIN},
                                 {.fd = in, .events = POLLIN}};
        if (!control_wait(control, waits, sizeof(waits) / sizeof(waits[0]),
                          card_idle_time(card, -1)))
            card_idle(card);
        if (waits[1].revents != 0)
            open = read_more(session);
    }
    contact_finish(&session->client.contact);
    free(session);
    return 0;
}

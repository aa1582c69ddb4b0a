#include "card/control/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apdu/json_writer.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "crypto/primitives/secret.h"

#define BACKLOG 8

const struct control control_none = {.socket = {.folder = -1, .listener = -1}, .client = -1};

void control_open(struct control *control, const char *state, const struct control_table *table)
{
    *control = control_none;
    control->table = table;
    if (!local_socket_open(&control->socket, state, CONTROL_NAME, BACKLOG))
        trace_notice("no socket %s/" CONTROL_NAME " (%s): emuicc-ctl cannot ask this card", state,
                     strerror(errno));
}

static void drop_client(struct control *control)
{
    if (control->client >= 0)
        close(control->client);
    control->client = -1;
    if (control->answer != NULL)
        wipe(control->answer, control->answer_len);
    free(control->answer);
    control->answer = NULL;
    control->answer_len = control->sent = control->request_len = 0;
}

void control_close(struct control *control)
{
    drop_client(control);
    local_socket_close(&control->socket);
}

static const char *list_requests(const struct control_table *table, struct writer *answer)
{
    json_writer_open_object(answer, NULL);
    json_writer_open_list(answer, "requests");
    for (size_t i = 0; i < table->count; i++) {
        json_writer_open_object(answer, NULL);
        json_writer_word(answer, "name", table->rows[i].name);
        if (table->rows[i].argument != NULL)
            json_writer_word(answer, "argument", table->rows[i].argument);
        json_writer_word(answer, "help", table->rows[i].help);
        json_writer_close_object(answer);
    }
    json_writer_close_list(answer);
    json_writer_close_object(answer);
    return NULL;
}

/* Name and argument, with one blank between them. */
static struct bytes split(struct bytes line, struct bytes *argument)
{
    const uint8_t *blank = line.len > 0 ? memchr(line.data, ' ', line.len) : NULL;
    struct bytes name = line;
    *argument = (struct bytes){0};
    if (blank == NULL)
        return line;
    (void)bytes_take(&line, (size_t)(blank - line.data) + 1, &name);
    *argument = line;
    name.len--;
    return name;
}

static const char *carry_out(const struct control_table *table, const struct control_request *row,
                             struct bytes argument, struct writer *answer)
{
    const char *why = row->handle(table->context, argument, answer);
    if (why != NULL || !row->changes)
        return why;
    trace_of(NULL); /* a notice that has a name is a detail, and this one is asked for */
    trace_notice("%s%sasked from outside: %s%s%.*s", table->whose != NULL ? table->whose : "",
                 table->whose != NULL ? ": " : "", row->name, argument.len > 0 ? " " : "",
                 (int)argument.len, argument.len > 0 ? (const char *)argument.data : "");
    return NULL;
}

const char *control_answer(const struct control_table *table, struct bytes line,
                           struct writer *answer)
{
    struct bytes argument;
    const struct bytes name = split(line, &argument);
    if (bytes_equal(name, bytes_of_text("help")))
        return list_requests(table, answer);
    for (size_t i = 0; i < table->count; i++) {
        const struct control_request *row = &table->rows[i];
        if (!bytes_equal(name, bytes_of_text(row->name)))
            continue;
        if ((row->argument != NULL) != (argument.len > 0))
            return row->argument != NULL ? "the request lacks what it is about"
                                         : "nothing may follow this request";
        return carry_out(table, row, argument, answer);
    }
    return table->unknown;
}

/* Room for the answer is taken now and given back with the client. */
static bool make_answer(struct control *control, struct bytes line)
{
    const size_t capacity = control->table->answer_max;
    control->answer = malloc(capacity + 1);
    if (control->answer == NULL)
        return false;
    struct writer answer = writer_on(control->answer, capacity);
    const char *why = control_answer(control->table, line, &answer);
    if (why == NULL && answer.overflow)
        why = "the answer is too long";
    if (why != NULL) {
        writer_reset(&answer);
        json_writer_open_object(&answer, NULL);
        json_writer_word(&answer, "error", why);
        json_writer_close_object(&answer);
    }
    control->answer[answer.len] = '\n';
    control->answer_len = answer.len + 1;
    return true;
}

static bool is_soon(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* False when the client is done with or gone. */
static bool receive(struct control *control)
{
    const size_t room = sizeof(control->request) - control->request_len;
    const ssize_t got = recv(control->client, control->request + control->request_len, room, 0);
    if (got < 0)
        return is_soon();
    control->request_len += (size_t)got;
    const uint8_t *end = memchr(control->request, '\n', control->request_len);
    if (end != NULL)
        return make_answer(control, bytes_of(control->request, (size_t)(end - control->request)));
    return got > 0 && control->request_len < sizeof(control->request);
}

static bool send_more(struct control *control)
{
    const size_t left = control->answer_len - control->sent;
    const ssize_t sent = send(control->client, control->answer + control->sent, left, MSG_NOSIGNAL);
    if (sent < 0)
        return is_soon();
    control->sent += (size_t)sent;
    return control->sent < control->answer_len;
}

/* One step with whoever is there; none of them waits. True when a request has been answered. */
static bool serve(struct control *control)
{
    if (control->client < 0) {
        control->client =
            accept4(control->socket.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        control->deadline = clock_ms() + CONTROL_CLIENT_MS;
        return false;
    }
    bool goes_on = true;
    if (control->answer == NULL)
        goes_on = receive(control);
    if (goes_on && control->answer != NULL)
        goes_on = send_more(control);
    const bool answered = control->answer != NULL && !goes_on;
    if (!goes_on)
        drop_client(control);
    return answered;
}

/* The end of the wait, or of the client's time. */
static int64_t next_end(const struct control *control, int64_t end)
{
    if (control->client < 0)
        return end;
    return end < 0 || control->deadline < end ? control->deadline : end;
}

/* One look at the waits and at whoever is there; whether any of the waits is over, and whether a
 * request has been answered. */
static bool look(struct control *control, struct pollfd *waits, size_t count, int milliseconds,
                 bool *answered)
{
    struct pollfd all[CONTROL_WAITS_MAX + 1];
    bool over = false;
    memcpy(all, waits, count * sizeof(*waits));
    all[count] =
        (struct pollfd){.fd = control->client >= 0 ? control->client : control->socket.listener,
                        .events = control->answer != NULL ? POLLOUT : POLLIN};
    const int ready = poll(all, count + 1, milliseconds);
    *answered = ready > 0 && all[count].revents != 0 && serve(control);
    for (size_t i = 0; i < count; i++) {
        waits[i].revents = ready > 0 ? all[i].revents : 0;
        over |= waits[i].revents != 0;
    }
    return over;
}

bool control_wait(struct control *control, struct pollfd *waits, size_t count, int64_t end)
{
    for (;;) {
        bool answered;
        const bool over =
            look(control, waits, count, clock_until(next_end(control, end), clock_ms()), &answered);
        const int64_t now = clock_ms();
        if (control->client >= 0 && now >= control->deadline)
            drop_client(control);
        if (over || answered || (end >= 0 && now >= end))
            return over;
    }
}

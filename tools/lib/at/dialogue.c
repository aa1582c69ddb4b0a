#include "tools/lib/at/dialogue.h"

#include <errno.h>
#include <poll.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* A signal does not end the wait: a command under way is waited for. */
static enum dialogue_result await(int line, short events, int64_t deadline)
{
    for (;;) {
        struct pollfd poll_on = {.fd = line, .events = events};
        const int64_t left = deadline - now_ms();
        const int ready = poll(&poll_on, 1, left > 0 ? (int)left : 0);
        if (ready > 0)
            return DIALOGUE_OK;
        if (ready == 0)
            return DIALOGUE_SILENT;
        if (errno != EINTR)
            return DIALOGUE_GONE;
    }
}

static enum dialogue_result send_all(int line, struct bytes text, int64_t deadline)
{
    struct bytes sent;
    while (text.len > 0) {
        const ssize_t count = write(line, text.data, text.len);
        if (count >= 0) {
            bytes_take(&text, (size_t)count, &sent);
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return DIALOGUE_GONE;
        const enum dialogue_result ready = await(line, POLLOUT, deadline);
        if (ready != DIALOGUE_OK)
            return ready;
    }
    return DIALOGUE_OK;
}

static enum dialogue_result receive(int line, struct reply *reply, int64_t deadline)
{
    uint8_t room[REPLY_LINE_MAX];
    while (reply->state == REPLY_OPEN) {
        const enum dialogue_result ready = await(line, POLLIN, deadline);
        if (ready != DIALOGUE_OK)
            return ready;
        const ssize_t count = read(line, room, sizeof(room));
        if (count == 0)
            errno = 0;
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
            return DIALOGUE_GONE;
        struct bytes input = bytes_of(room, count > 0 ? (size_t)count : 0);
        reply_feed(reply, &input);
    }
    return reply->state == REPLY_OK ? DIALOGUE_OK : DIALOGUE_ERROR;
}

enum dialogue_result dialogue(int line, struct reply *reply, int timeout_ms)
{
    const int64_t deadline = now_ms() + timeout_ms;
    tcflush(line, TCIFLUSH);
    enum dialogue_result result = send_all(line, bytes_of_text(reply->echo), deadline);
    if (result == DIALOGUE_OK)
        result = send_all(line, BYTES('\r'), deadline);
    return result == DIALOGUE_OK ? receive(line, reply, deadline) : result;
}

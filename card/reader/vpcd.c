#include "card/reader/vpcd.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "apdu/status.h"
#include "card/clock.h"

/* Whichever comes first; a command that was begun is finished. */
#define FRAMES_A_STEP 256
#define US_A_STEP 4000

enum control {
    CONTROL_OFF = 0,
    CONTROL_ON = 1,
    CONTROL_RESET = 2,
    CONTROL_ATR = 4,
};

static void set_tcp_option(int socket, int option, int value)
{
    (void)setsockopt(socket, IPPROTO_TCP, option, &value, sizeof(value));
}

int vpcd_pause_ms(const struct vpcd *vpcd)
{
    if (vpcd->due_us == 0)
        return -1;
    const int64_t left = vpcd->due_us - vpcd->now_us();
    return left > 0 ? (int)((left + 999) / 1000) : 0;
}

void vpcd_init(struct vpcd *vpcd, struct card *card, int socket)
{
    *vpcd = (struct vpcd){.card = card, .socket = socket, .now_us = clock_us};
    set_tcp_option(socket, TCP_NODELAY, 1);
    set_tcp_option(socket, TCP_QUICKACK, 0); /* an answer acknowledges its command */
}

static struct bytes held_bytes(const struct vpcd_held *held)
{
    return bytes_of(held->many != NULL ? held->many : held->few, held->len);
}

static void held_release(struct vpcd_held *held)
{
    free(held->many);
    held->many = NULL;
    held->len = 0;
}

static bool held_keep(struct vpcd_held *held, struct bytes bytes)
{
    uint8_t *at = held->few;
    if (bytes.len > sizeof(held->few) && (at = held->many = malloc(bytes.len)) == NULL)
        return false;
    if (bytes.len > 0)
        memcpy(at, bytes.data, bytes.len);
    held->len = bytes.len;
    return true;
}

void vpcd_finish(struct vpcd *vpcd)
{
    held_release(&vpcd->received);
    held_release(&vpcd->unsent);
}

/* Takes the next whole frame's payload off the front; false, with nothing moved, if it is not all
 * there yet. */
static bool take_frame(struct bytes *from, struct bytes *payload)
{
    struct bytes rest = *from;
    uint16_t len;
    if (!bytes_take_u16(&rest, &len) || !bytes_take(&rest, len, payload))
        return false;
    *from = rest;
    return true;
}

static bool has_frame(struct bytes from)
{
    struct bytes payload;
    return take_frame(&from, &payload);
}

/* Sends in one piece; what a socket that does not block leaves over is kept for the next turn. */
static bool send_or_keep(struct vpcd *vpcd, struct bytes bytes)
{
    while (bytes.len > 0) {
        const ssize_t sent = send(vpcd->socket, bytes.data, bytes.len, MSG_NOSIGNAL);
        struct bytes gone;
        if (sent >= 0)
            (void)bytes_take(&bytes, (size_t)sent, &gone);
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return held_keep(&vpcd->unsent, bytes);
        else if (errno != EINTR)
            return false;
    }
    return true;
}

static bool send_unsent(struct vpcd *vpcd)
{
    if (vpcd->unsent.len == 0 || vpcd_pause_ms(vpcd) > 0)
        return true;
    vpcd->due_us = 0;
    struct vpcd_held unsent = vpcd->unsent;
    vpcd->unsent = (struct vpcd_held){0};
    const bool open = send_or_keep(vpcd, held_bytes(&unsent));
    held_release(&unsent);
    return open;
}

/* Where the next answer is put, behind room for its length. */
static struct writer answer_writer(struct vpcd_buffers *buffers)
{
    uint8_t *at = buffers->out + buffers->gathered + VPCD_LENGTH_SIZE;
    return writer_on(at, (size_t)(buffers->out + sizeof(buffers->out) - at));
}

/* Puts the length in front of an answer, which is one of those gathered then. */
static void add_answer(struct vpcd_buffers *buffers, size_t len)
{
    struct writer header = writer_on(buffers->out + buffers->gathered, VPCD_LENGTH_SIZE);
    writer_put_u16(&header, (uint16_t)len);
    buffers->gathered += VPCD_LENGTH_SIZE + len;
}

static struct bytes take_gathered(struct vpcd_buffers *buffers)
{
    const size_t len = buffers->gathered;
    buffers->gathered = 0;
    return bytes_of(buffers->out, len);
}

/* No answer leaves before what it says is durable, and none if that is lost. */
static bool settle(const struct vpcd *vpcd, struct vpcd_buffers *buffers)
{
    if (card_settle(vpcd->card))
        return true;
    buffers->gathered = 0;
    return false;
}

static bool send_gathered(struct vpcd *vpcd, struct vpcd_buffers *buffers)
{
    return settle(vpcd, buffers) && send_or_keep(vpcd, take_gathered(buffers));
}

/* Until there are many of them, answers wait for those of the commands that came with theirs. */
static bool send_many(struct vpcd *vpcd, struct vpcd_buffers *buffers)
{
    return buffers->gathered <= VPCD_GATHERED_MAX || send_gathered(vpcd, buffers);
}

/* The answer to a command goes out as the card's hardware wants it; one that is late keeps back
 * those in front of it. */
static bool deliver(struct vpcd *vpcd, size_t len, struct vpcd_buffers *buffers)
{
    const struct hardware_outcome outcome = card_outcome(vpcd->card);
    vpcd->mute = outcome.link == HARDWARE_MUTE;
    if (vpcd->mute || outcome.link == HARDWARE_GONE)
        return vpcd->mute;
    add_answer(buffers, len);
    if (outcome.delay_us == 0)
        return send_many(vpcd, buffers);
    vpcd->due_us = vpcd->now_us() + (int64_t)outcome.delay_us;
    return settle(vpcd, buffers) && held_keep(&vpcd->unsent, take_gathered(buffers));
}

static bool answer_control(struct vpcd *vpcd, uint8_t control, struct vpcd_buffers *buffers)
{
    struct writer answer = answer_writer(buffers);
    vpcd->powered |= control != CONTROL_OFF && control != CONTROL_ATR;
    vpcd->mute &= control > CONTROL_RESET;
    if (vpcd->mute)
        return true;
    switch (control) {
    case CONTROL_OFF:
        card_power(vpcd->card, CARD_OFF);
        return true;
    case CONTROL_ON:
        card_power(vpcd->card, CARD_ON);
        return true;
    case CONTROL_RESET:
        card_power(vpcd->card, CARD_RESET);
        return true;
    case CONTROL_ATR:
        vpcd->looked_at += !vpcd->powered;
        writer_put(&answer, card_atr(vpcd->card));
        break;
    default: /* a client's command of one byte, for which the reader awaits an answer */
        writer_put_u16(&answer, SW_WRONG_LENGTH);
    }
    add_answer(buffers, answer.len);
    return send_many(vpcd, buffers);
}

/* more: another one is there. */
static bool answer_frame(struct vpcd *vpcd, struct bytes payload, bool more,
                         struct vpcd_buffers *buffers)
{
    vpcd->spoken_to = true;
    if (payload.len == 1)
        return answer_control(vpcd, payload.data[0], buffers);
    vpcd->powered = true;
    if (vpcd->mute)
        return true;
    vpcd->commands++;
    struct writer response = answer_writer(buffers);
    (more ? card_transmit_ahead : card_transmit)(vpcd->card, payload, &response);
    return deliver(vpcd, response.len, buffers);
}

/* Answers whole frames until one is cut, an answer is stuck, or it has been long enough for those
 * who wait. What was answered before the end of the link is sent. */
static bool answer_frames(struct vpcd *vpcd, struct bytes *received, struct vpcd_buffers *buffers)
{
    struct bytes payload;
    const int64_t begun = vpcd->now_us();
    bool open = true;
    for (int i = 0; i < FRAMES_A_STEP && open && vpcd->unsent.len == 0; i++) {
        if ((i > 0 && vpcd->now_us() - begun >= US_A_STEP) || !take_frame(received, &payload))
            break;
        open = answer_frame(vpcd, payload, has_frame(*received), buffers);
    }
    return send_gathered(vpcd, buffers) && open;
}

/* Appends what has arrived. False at the end of the link. */
static bool receive(int socket, struct vpcd_buffers *buffers, size_t *len)
{
    const ssize_t got = recv(socket, buffers->in + *len, sizeof(buffers->in) - *len, 0);
    if (got > 0)
        *len += (size_t)got;
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

/* Brings back what the last turn left; receives unless that holds a whole frame already. */
static bool gather(struct vpcd *vpcd, struct vpcd_buffers *buffers, struct bytes *received)
{
    size_t len = vpcd->received.len;
    buffers->gathered = 0;
    if (len > 0)
        memcpy(buffers->in, held_bytes(&vpcd->received).data, len);
    held_release(&vpcd->received);
    if (!has_frame(bytes_of(buffers->in, len)) && !receive(vpcd->socket, buffers, &len))
        return false;
    *received = bytes_of(buffers->in, len);
    return true;
}

bool vpcd_has_more(const struct vpcd *vpcd)
{
    return vpcd->unsent.len == 0 && has_frame(held_bytes(&vpcd->received));
}

short vpcd_events(const struct vpcd *vpcd)
{
    if (vpcd->due_us != 0)
        return 0;
    return vpcd_wants_to_send(vpcd) ? POLLOUT : POLLIN;
}

int64_t vpcd_due(const struct vpcd *vpcd, int64_t now)
{
    const int pause = vpcd_pause_ms(vpcd);
    if (pause >= 0)
        return now + pause;
    return vpcd_has_more(vpcd) ? now : -1;
}

bool vpcd_step(struct vpcd *vpcd, struct vpcd_buffers *buffers)
{
    struct bytes received;
    if (!send_unsent(vpcd))
        return false;
    if (vpcd->unsent.len > 0)
        return true;
    const unsigned before = vpcd->commands;
    if (!gather(vpcd, buffers, &received) || !answer_frames(vpcd, &received, buffers))
        return false;
    /* vpcd sends a length and waits for its acknowledgement before it sends the rest: without
     * this it waits for the 40 ms that TCP likes to delay one, unless an answer carries it. */
    if (received.len > 0 && vpcd->commands == before)
        set_tcp_option(vpcd->socket, TCP_QUICKACK, 1);
    return held_keep(&vpcd->received, received);
}

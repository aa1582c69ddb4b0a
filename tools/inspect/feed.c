#include "tools/inspect/feed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fs/text/inventory.h"
#include "tools/inspect/decoder.h"
#include "tools/lib/control/ask.h"

#define POLL_MS 100         /* between two requests while there is something, */
#define POLL_IDLE_MS 250    /* while nothing happens, */
#define POLL_ABSENT_MS 1000 /* while no card runs */
#define LINE_SIZE 64

struct event {
    struct raw raw; /* its bytes are the event's own; names: NULL */
    char *text;
    size_t size;
};

struct feed {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool follows, over, running;
    char state[FEED_PATH_SIZE];
    struct event *events; /* a ring */
    uint64_t first, next; /* numbers of the oldest one and of the one to come */
    size_t bytes;
    uint64_t lost;
    int64_t run; /* of the chip's ring, and what to ask for next */
    int64_t asked;
    struct decoder decoder;
    uint8_t *line;   /* DECODER_LINE_MAX bytes */
    uint8_t *answer; /* INVENTORY_MAX + 1 bytes; NULL: it follows nobody */
};

static struct event *event_at(struct feed *feed, uint64_t number)
{
    return &feed->events[number % FEED_EVENTS_MAX];
}

static void drop_first(struct feed *feed)
{
    struct event *event = event_at(feed, feed->first++);
    feed->bytes -= event->size;
    free(event->text);
    free((void *)event->raw.bytes.data);
    *event = (struct event){0};
}

/* Takes the event's own copies; false if memory is short. */
static bool copy_event(struct feed *feed, const struct raw *raw, struct bytes text,
                       struct event *out)
{
    uint8_t *bytes = malloc(raw->bytes.len + 1);
    char *copy = strndup((const char *)text.data, text.len);
    if (bytes == NULL || copy == NULL) {
        free(bytes);
        free(copy);
        return false;
    }
    if (raw->bytes.len > 0)
        memcpy(bytes, raw->bytes.data, raw->bytes.len);
    *out = (struct event){.raw = *raw, .text = copy, .size = raw->bytes.len + text.len};
    out->raw.bytes = bytes_of(bytes, raw->bytes.len);
    out->raw.application = out->raw.instruction = NULL;
    feed->bytes += out->size;
    return true;
}

static void add_locked(struct feed *feed, const struct raw *raw)
{
    struct writer line = writer_on(feed->line, DECODER_LINE_MAX);
    struct event event;
    decoder_put(&feed->decoder, feed->next, raw, &line);
    if (line.overflow || !copy_event(feed, raw, writer_bytes(&line), &event))
        return;
    if (feed->next - feed->first == FEED_EVENTS_MAX)
        drop_first(feed);
    *event_at(feed, feed->next++) = event;
    while (feed->bytes > FEED_BYTES_MAX)
        drop_first(feed);
    pthread_cond_broadcast(&feed->changed);
}

void feed_add(struct feed *feed, const struct raw *raw)
{
    pthread_mutex_lock(&feed->lock);
    add_locked(feed, raw);
    pthread_mutex_unlock(&feed->lock);
}

static bool is_over(struct feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    const bool over = feed->over;
    pthread_mutex_unlock(&feed->lock);
    return over;
}

static struct timespec time_in(int milliseconds)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    const int64_t ns = at.tv_nsec + (int64_t)milliseconds * 1000000;
    at.tv_sec += ns / 1000000000;
    at.tv_nsec = ns % 1000000000;
    return at;
}

/* Sleeps, unless the feed ends. */
static void pause_for(struct feed *feed, int milliseconds)
{
    const struct timespec until = time_in(milliseconds);
    pthread_mutex_lock(&feed->lock);
    int result = 0;
    while (!feed->over && result == 0)
        result = pthread_cond_timedwait(&feed->changed, &feed->lock, &until);
    pthread_mutex_unlock(&feed->lock);
}

static void take_events(struct feed *feed, const json_t *answer)
{
    uint8_t room[APDU_COMMAND_MAX + APDU_RESPONSE_MAX];
    struct writer bytes = writer_on(room, sizeof(room));
    const json_t *events = json_object_get(answer, "events");
    const int64_t run = json_integer_value(json_object_get(answer, "run"));
    struct raw raw;
    size_t i;
    json_t *event;
    pthread_mutex_lock(&feed->lock);
    feed->running = true;
    feed->lost +=
        run == feed->run ? (uint64_t)json_integer_value(json_object_get(answer, "lost")) : 0;
    feed->run = run;
    feed->asked = json_integer_value(json_object_get(answer, "next"));
    json_array_foreach(events, i, event) if (raw_read(event, &bytes, &raw)) add_locked(feed, &raw);
    pthread_mutex_unlock(&feed->lock);
}

/* A ring that began anew is read from its first event. */
static bool is_another_run(const struct feed *feed, const json_t *answer)
{
    return feed->run != 0 && json_integer_value(json_object_get(answer, "run")) != feed->run &&
           feed->asked != 1;
}

/* Asks once; how long to wait before the next time. */
static int follow_once(struct feed *feed)
{
    char line[LINE_SIZE];
    struct writer text = writer_on(feed->answer, INVENTORY_MAX + 1);
    snprintf(line, sizeof(line), "watch %lld", (long long)feed->asked);
    json_t *answer = NULL;
    if (ask_card(feed->state, line, &text) == ASK_ANSWERED)
        answer = json_loadb((const char *)text.data, text.len, 0, NULL);
    if (json_object_get(answer, "events") == NULL) {
        json_decref(answer);
        pthread_mutex_lock(&feed->lock);
        feed->running = false;
        pthread_mutex_unlock(&feed->lock);
        return POLL_ABSENT_MS;
    }
    const bool another = is_another_run(feed, answer);
    const bool busy = json_array_size(json_object_get(answer, "events")) > 0;
    if (another)
        feed->asked = 1;
    else
        take_events(feed, answer);
    json_decref(answer);
    return another ? 0 : busy ? POLL_MS : POLL_IDLE_MS;
}

static void *follow(void *context)
{
    struct feed *feed = context;
    while (!is_over(feed))
        pause_for(feed, follow_once(feed));
    return NULL;
}

static bool init(struct feed *feed)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&feed->lock, NULL);
    pthread_cond_init(&feed->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    decoder_init(&feed->decoder);
    feed->first = feed->next = 1;
    feed->events = calloc(FEED_EVENTS_MAX, sizeof(*feed->events));
    feed->line = malloc(DECODER_LINE_MAX);
    return feed->events != NULL && feed->line != NULL;
}

struct feed *feed_create(void)
{
    struct feed *feed = calloc(1, sizeof(*feed));
    if (feed == NULL || init(feed))
        return feed;
    feed_destroy(feed);
    return NULL;
}

struct feed *feed_follow(const char *state)
{
    struct feed *feed = feed_create();
    if (feed == NULL)
        return NULL;
    snprintf(feed->state, sizeof(feed->state), "%s", state);
    feed->answer = malloc(INVENTORY_MAX + 1);
    feed->follows = feed->answer != NULL && pthread_create(&feed->thread, NULL, follow, feed) == 0;
    if (feed->follows)
        return feed;
    feed_destroy(feed);
    return NULL;
}

void feed_end(struct feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    feed->over = true;
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
}

void feed_destroy(struct feed *feed)
{
    if (feed == NULL)
        return;
    feed_end(feed);
    if (feed->follows)
        pthread_join(feed->thread, NULL);
    while (feed->first < feed->next)
        drop_first(feed);
    decoder_finish(&feed->decoder);
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->lock);
    free(feed->events);
    free(feed->line);
    free(feed->answer);
    free(feed);
}

char *feed_next(struct feed *feed, uint64_t after, int milliseconds, uint64_t *number, bool *over)
{
    const struct timespec until = time_in(milliseconds);
    char *text = NULL;
    int result = 0;
    pthread_mutex_lock(&feed->lock);
    while (!feed->over && after + 1 >= feed->next && result == 0)
        result = pthread_cond_timedwait(&feed->changed, &feed->lock, &until);
    *over = feed->over;
    if (!feed->over && after + 1 < feed->next) {
        *number = after + 1 < feed->first ? feed->first : after + 1;
        text = strdup(event_at(feed, *number)->text);
    }
    pthread_mutex_unlock(&feed->lock);
    return text;
}

json_t *feed_state(struct feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    json_t *state = json_pack("{s:I, s:I, s:I, s:I, s:b, s:b}", "first", (json_int_t)feed->first,
                              "last", (json_int_t)(feed->next - 1), "lost", (json_int_t)feed->lost,
                              "dropped", (json_int_t)(feed->first - 1), "running",
                              (int)feed->running, "live", (int)(feed->answer != NULL));
    pthread_mutex_unlock(&feed->lock);
    return state;
}

int feed_each(struct feed *feed, feed_visitor *visit, void *context)
{
    int result = 0;
    pthread_mutex_lock(&feed->lock);
    for (uint64_t i = feed->first; i < feed->next && result == 0; i++)
        result = visit(context, &event_at(feed, i)->raw);
    pthread_mutex_unlock(&feed->lock);
    return result;
}

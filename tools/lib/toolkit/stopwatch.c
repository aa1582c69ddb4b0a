#include "tools/lib/toolkit/stopwatch.h"

#include "apdu/comprehension.h"

#include <limits.h>
#include <time.h>

#define TAG_DEVICES 0x82
#define TAG_TIMER 0xA4
#define TAG_VALUE 0xA5
#define DEVICE_TERMINAL 0x82
#define DEVICE_UICC 0x81

#define RESULT_DONE 0x00
#define RESULT_NOT_NOW 0x24 /* action in contradiction with the timer's state */
#define RESULT_DATA_NOT_UNDERSTOOD 0x32
enum order { START = 0x00, STOP = 0x01, GET = 0x02 };
#define VALUE_SIZE 3

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void stopwatch_reset(struct stopwatch *stopwatch)
{
    *stopwatch = (struct stopwatch){0};
}

/* Two digits with the low one first (TS 23.040 §9.2.3.11). */
static unsigned read_digits(uint8_t byte)
{
    return (byte & 0x0Fu) * 10 + (byte >> 4);
}

static uint8_t put_digits(int64_t number)
{
    return (uint8_t)(number / 10 % 10 | number % 10 << 4);
}

static bool read_value(struct bytes value, int64_t *ms)
{
    uint8_t parts[VALUE_SIZE];
    if (!bytes_copy_exact(value, parts, sizeof(parts)))
        return false;
    *ms = 1000 * ((int64_t)read_digits(parts[0]) * 3600 + read_digits(parts[1]) * 60 +
                  read_digits(parts[2]));
    return true;
}

static void put_timer(struct writer *out, uint8_t number, int64_t left_ms)
{
    const int64_t seconds = left_ms > 0 ? left_ms / 1000 : 0;
    tlv_put_u8(out, TAG_TIMER, number);
    tlv_put(
        out, TAG_VALUE,
        BYTES(put_digits(seconds / 3600), put_digits(seconds / 60 % 60), put_digits(seconds % 60)));
}

uint8_t stopwatch_manage(struct stopwatch *stopwatch, uint8_t qualifier, struct bytes body,
                         struct writer *more)
{
    struct tlv timer, value;
    int64_t ms;
    if (!comprehension_find(body, TAG_TIMER, &timer) || timer.value.len != 1 ||
        timer.value.data[0] == 0 || timer.value.data[0] > STOPWATCH_TIMERS)
        return RESULT_DATA_NOT_UNDERSTOOD;
    int64_t *due = &stopwatch->due[timer.value.data[0] - 1];
    if (qualifier == START) {
        if (!comprehension_find(body, TAG_VALUE, &value) || !read_value(value.value, &ms))
            return RESULT_DATA_NOT_UNDERSTOOD;
        *due = now_ms() + ms;
        return RESULT_DONE;
    }
    if (*due == 0)
        return RESULT_NOT_NOW;
    put_timer(more, timer.value.data[0], *due - now_ms());
    if (qualifier == STOP)
        *due = 0;
    return RESULT_DONE;
}

int stopwatch_timeout(const struct stopwatch *stopwatch)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < STOPWATCH_TIMERS; i++)
        if (stopwatch->due[i] != 0 && stopwatch->due[i] < first)
            first = stopwatch->due[i];
    if (first == INT64_MAX)
        return -1;
    const int64_t left = first - now_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

bool stopwatch_next(struct stopwatch *stopwatch, struct writer *envelope)
{
    const int64_t now = now_ms();
    for (uint8_t i = 0; i < STOPWATCH_TIMERS; i++)
        if (stopwatch->due[i] != 0 && stopwatch->due[i] <= now) {
            stopwatch->due[i] = 0;
            tlv_put(envelope, TAG_DEVICES, BYTES(DEVICE_TERMINAL, DEVICE_UICC));
            put_timer(envelope, i + 1, 0);
            return true;
        }
    return false;
}

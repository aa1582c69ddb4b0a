#include "tools/line/timed.h"

#include <time.h>

#define NS_A_SECOND 1000000000LL

int64_t timed_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_A_SECOND + now.tv_nsec;
}

static bool timed_open(struct transport *self, struct fault *fault)
{
    struct timed *timed = (struct timed *)self;
    const int64_t start = timed_now();
    const bool good = timed->inner->kind->open(timed->inner, fault);
    timed->ns += timed_now() - start;
    memcpy(self->place, timed->inner->place, sizeof(self->place));
    return good;
}

static bool timed_select(struct transport *self, struct bytes aid, struct fault *fault)
{
    struct timed *timed = (struct timed *)self;
    const int64_t start = timed_now();
    const bool good = timed->inner->kind->select(timed->inner, aid, fault);
    timed->ns += timed_now() - start;
    self->channel = timed->inner->channel;
    return good;
}

static bool timed_transmit(struct transport *self, struct bytes command, struct writer *response,
                           struct fault *fault)
{
    struct timed *timed = (struct timed *)self;
    const int64_t start = timed_now();
    const bool good = timed->inner->kind->transmit(timed->inner, command, response, fault);
    const int64_t took = timed_now() - start;
    timed->ns += took;
    if (timed->commands++ == 0 || took < timed->quickest)
        timed->quickest = took;
    return good;
}

static void timed_deselect(struct transport *self, struct fault *fault)
{
    struct timed *timed = (struct timed *)self;
    timed->inner->kind->deselect(timed->inner, fault);
    self->channel = timed->inner->channel;
}

static void timed_close(struct transport *self)
{
    struct timed *timed = (struct timed *)self;
    const int64_t start = timed_now();
    timed->inner->kind->close(timed->inner);
    timed->ns += timed_now() - start;
    timed->inner = NULL;
}

static const struct transport_kind kind = {"timed",        timed_open,     timed_select,
                                           timed_transmit, timed_deselect, timed_close};

void timed_init(struct timed *timed, struct transport *inner)
{
    *timed = (struct timed){.transport = {.kind = &kind}, .inner = inner};
}

#include "tools/ipa/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tools/ipa/engine_functions.h"
#include "tools/ipa/engine_poll.h"
#include "tools/ipa/inject.h"
#include "tools/ipa/ipa_open.h"
#include "tools/lib/transport/interrupt.h"

#define DOUBLINGS_MAX 6

unsigned run_wait(const struct run_plan *plan, unsigned failures)
{
    const unsigned long long wait = (unsigned long long)plan->every
                                    << (failures < DOUBLINGS_MAX ? failures : DOUBLINGS_MAX);
    const unsigned longest = plan->longest > plan->every ? plan->longest : plan->every;
    return wait < longest ? (unsigned)wait : longest;
}

enum run_action run_look(struct run_watch *watch, const struct run_plan *plan, bool connected,
                         int64_t now)
{
    if (connected) {
        watch->lost = 0;
        return RUN_NOTHING;
    }
    if (watch->lost == 0)
        watch->lost = now;
    if (now - watch->lost < plan->fallback_after)
        return RUN_NOTHING;
    /* Neither profile has a network now: the other one gets its turn. */
    watch->lost = now;
    watch->fallen_back = !watch->fallen_back;
    return watch->fallen_back ? RUN_FALL_BACK : RUN_RETURN;
}

static bool is_connected(const struct run_plan *plan)
{
    return plan->connectivity == NULL || system(plan->connectivity) == 0;
}

static bool poll_eim(struct ipa *ipa, void *context)
{
    (void)context;
    return engine_poll(&ipa->engine, ipa->options->eim);
}

static bool fall_back(struct ipa *ipa, void *context)
{
    (void)context;
    trace_notice("no network: to the fallback profile, result %d",
                 engine_fallback(&ipa->engine, false));
    return true;
}

static bool return_back(struct ipa *ipa, void *context)
{
    (void)context;
    trace_notice("no network either: back, result %d", engine_fallback(&ipa->engine, true));
    return true;
}

bool run_once(const struct ipa_options *options)
{
    return ipa_with_card(options, poll_eim, NULL);
}

/* Until then, what has been injected is carried on with. */
static void wait_for(unsigned seconds, struct inject *inject)
{
    while (seconds > 0 && !interrupt_seen()) {
        sleep(1);
        inject_go_on(inject);
        seconds--;
    }
}

static void run_turn(const struct ipa_options *options, const struct run_plan *plan,
                     struct run_watch *watch, unsigned *failures)
{
    const enum run_action action = run_look(watch, plan, is_connected(plan), time(NULL));
    if (action != RUN_NOTHING)
        (void)ipa_with_card(options, action == RUN_FALL_BACK ? fall_back : return_back, NULL);
    *failures = run_once(options) ? 0 : *failures + 1;
}

bool run_forever(const struct ipa_options *options, const struct run_plan *plan)
{
    struct run_watch watch = {0};
    struct inject *inject = NULL;
    unsigned failures = 0;
    if (options->listen != NULL && inject_start(options, &inject) != 0)
        return false;
    while (!interrupt_seen()) {
        inject_lock(inject);
        run_turn(options, plan, &watch, &failures);
        inject_unlock(inject);
        wait_for(run_wait(plan, failures), inject);
    }
    inject_stop(inject);
    return true;
}

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
#define LOOK_SECONDS 2 /* between two looks at the network */

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

/* What the service keeps from turn to turn. */
struct service {
    const struct ipa_options *options;
    const struct run_plan *plan;
    struct run_watch watch;
    struct engine_changes memory;
    struct inject *inject;
    unsigned failures;
};

static bool is_connected(const struct run_plan *plan)
{
    return plan->connectivity == NULL || system(plan->connectivity) == 0;
}

/* context: bool, true if nothing was done; or NULL. */
static bool poll_eim(struct ipa *ipa, void *context)
{
    bool *idle = context;
    const bool good = engine_poll(&ipa->engine, ipa->options->eim);
    if (idle != NULL)
        *idle = json_array_size(ipa->engine.report) == 0;
    return good;
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
    bool idle = false;
    const bool good = ipa_with_card(options, NULL, poll_eim, &idle);
    if (good && idle && !options->json)
        puts("nothing to do");
    return good;
}

static bool with_card(struct service *service, ipa_work *work)
{
    inject_lock(service->inject);
    const bool good = ipa_with_card(service->options, &service->memory, work, NULL);
    inject_unlock(service->inject);
    return good;
}

/* True if the network is back, or another profile tries it: the eIM may be reached now. */
static bool look(struct service *service)
{
    const bool lost = service->watch.lost != 0;
    const bool connected = is_connected(service->plan);
    const enum run_action action = run_look(&service->watch, service->plan, connected, time(NULL));
    if (action != RUN_NOTHING)
        (void)with_card(service, action == RUN_FALL_BACK ? fall_back : return_back);
    return action != RUN_NOTHING || (lost && connected);
}

/* Until it is time again, or the network says something else; what has been injected is carried on
 * with meanwhile. */
static void wait_for(struct service *service, unsigned seconds)
{
    for (unsigned at = 1; at <= seconds && !interrupt_seen(); at++) {
        sleep(1);
        inject_go_on(service->inject);
        if (service->plan->connectivity == NULL || at % LOOK_SECONDS != 0 || !look(service))
            continue;
        service->failures = 0;
        return;
    }
}

bool run_forever(const struct ipa_options *options, const struct run_plan *plan)
{
    struct service service = {.options = options, .plan = plan};
    struct fault fault = {0};
    if (!ipa_recall(options, &service.memory, &fault)) {
        fault_print(&fault, ipa_program.name);
        return false;
    }
    if (options->listen != NULL && inject_start(options, &service.memory, &service.inject) != 0)
        return false;
    while (!interrupt_seen()) {
        (void)look(&service);
        service.failures = with_card(&service, poll_eim) ? 0 : service.failures + 1;
        wait_for(&service, run_wait(plan, service.failures));
    }
    inject_stop(service.inject);
    return true;
}

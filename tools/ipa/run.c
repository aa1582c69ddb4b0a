#include "tools/ipa/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tools/ipa/engine_functions.h"
#include "tools/ipa/engine_poll.h"
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

static void print_report(const struct ipa *ipa, json_t *report, bool good)
{
    json_t *document = json_pack("{s:b, s:O}", "reached", good, "done", report);
    if (ipa->fault.raised)
        json_object_set_new(document, "error", fault_json(&ipa->fault));
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
    fflush(stdout);
    json_decref(document);
}

/* work: what is done with the card while it is open. */
static bool with_card(const struct ipa_options *options, bool (*work)(struct ipa *ipa))
{
    struct ipa ipa = {0};
    json_t *report = json_array();
    progress_start(&ipa.progress);
    bool good = ipa_open(&ipa, options);
    ipa.engine.report = report;
    if (good)
        good = work(&ipa);
    good = ipa_remember(&ipa) && good;
    ipa_close(&ipa);
    if (options->json)
        print_report(&ipa, report, good);
    else if (ipa.fault.raised)
        fault_print(&ipa.fault, ipa_program.name);
    json_decref(report);
    return good;
}

static bool poll_eim(struct ipa *ipa)
{
    return engine_poll(&ipa->engine, ipa->options->eim);
}

static bool fall_back(struct ipa *ipa)
{
    trace_notice("no network: to the fallback profile, result %d",
                 engine_fallback(&ipa->engine, false));
    return true;
}

static bool return_back(struct ipa *ipa)
{
    trace_notice("no network either: back, result %d", engine_fallback(&ipa->engine, true));
    return true;
}

bool run_once(const struct ipa_options *options)
{
    return with_card(options, poll_eim);
}

static void wait_for(unsigned seconds)
{
    while (seconds > 0 && !interrupt_seen()) {
        sleep(1);
        seconds--;
    }
}

bool run_forever(const struct ipa_options *options, const struct run_plan *plan)
{
    struct run_watch watch = {0};
    unsigned failures = 0;
    while (!interrupt_seen()) {
        const enum run_action action = run_look(&watch, plan, is_connected(plan), time(NULL));
        if (action != RUN_NOTHING)
            (void)with_card(options, action == RUN_FALL_BACK ? fall_back : return_back);
        failures = run_once(options) ? 0 : failures + 1;
        wait_for(run_wait(plan, failures));
    }
    return true;
}

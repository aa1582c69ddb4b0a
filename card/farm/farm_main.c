/* emuicc-farm: one process, very many chips. */
#include <stdio.h>

#include "apdu/trace.h"
#include "card/farm/farm_options.h"

static void say(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level <= TRACE_NOTICE)
        fprintf(stderr, "emuicc-farm: %s\n", text);
}

static int run(const struct farm_plan *plan)
{
    struct stop stop;
    struct farm *farm = NULL;
    if (ec_start_alone() != 0 || stop_begin(&stop) != 0)
        return 1;
    int result = farm_open(plan, &stop, &farm);
    if (result == 0) {
        trace_notice("%zu chips in %s, on %zu loops, at %s", plan->cards, plan->state, plan->loops,
                     farm_address(farm));
        result = farm_serve(farm);
    }
    const bool asked = stop_asked(&stop);
    farm_close(farm);
    stop_finish(&stop);
    return result == 0 || asked ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct farm_options options = {0};
    struct farm_plan plan;
    int positional;
    trace_to(say, NULL);
    trace_details(false); /* it shows none */
    const enum options_result next =
        options_parse(&farm_options_program, argc, argv, &options, &positional);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (positional < argc)
        return options_refuse(&farm_options_program, "%s is not an option", argv[positional]);
    return farm_options_plan(&options, &plan) ? run(&plan) : OPTIONS_STATUS_USAGE;
}

/* APDU round trip on the bare vpcd socket, all on one processor: on two, where the scheduler puts
 * which end is a fourth of what is measured. */
#include <sched.h>

#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/plugged.h"
#include "tests/benchmarks/round_trip.h"

#define LIMIT 1.25

static struct bytes transmit(void *context, struct bytes command)
{
    struct plugged *card = context;
    struct bytes response;
    MEASURE_NEED(vpcd_peer_transmit(&card->peer, command, &response));
    return response;
}

static void stay_on_this_processor(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(sched_getcpu(), &set);
    MEASURE_NEED(sched_setaffinity(0, sizeof(set), &set) == 0);
}

int main(void)
{
    struct plugged_chip chip;
    struct plugged card, null_card;
    stay_on_this_processor();
    plugged_make_chip(&chip);
    plugged_start_emuicc(&card, &chip);
    plugged_start_null(&null_card, NULL);
    round_trip_benchmark("APDU round trip on vpcd's socket",
                         &(struct round_trip_card){transmit, &card},
                         &(struct round_trip_card){transmit, &null_card}, LIMIT);
    plugged_stop(&card);
    plugged_stop(&null_card);
    plugged_remove_chip(&chip);
    return measure_verdict();
}

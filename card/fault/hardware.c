#include "card/fault/hardware.h"

#include "apdu/trace.h"

#define US_OF_A_MS 1000u

static void strike(void *context, const struct fault *fault)
{
    struct hardware *hardware = context;
    struct hardware_outcome *outcome = &hardware->outcome;
    char text[FAULT_TEXT_MAX];
    fault_format(fault, text);
    trace_notice("fault %u: %s", fault->id, text);
    switch (fault->action) {
    case FAULT_STATUS:
    case FAULT_RESULT:
        hardware->order = (int)fault->value;
        break;
    case FAULT_DELAY:
        outcome->delay_us += (uint64_t)fault->value * US_OF_A_MS;
        break;
    case FAULT_MUTE:
        outcome->link = HARDWARE_MUTE;
        break;
    case FAULT_DROP:
    case FAULT_CUT_BEFORE:
        outcome->undo = true;
        outcome->link = HARDWARE_GONE;
        break;
    case FAULT_CUT_AFTER:
        outcome->link = HARDWARE_GONE;
        break;
    case FAULT_ACTIONS:
        break;
    }
}

static int pass(struct hardware *hardware, enum fault_place place, const char *name,
                uint32_t number)
{
    hardware->order = CHECKPOINT_PASS;
    faults_pass(&hardware->faults, place, name, number, strike, hardware);
    return hardware->order;
}

static void take_time(struct hardware *hardware, const struct checkpoint *at)
{
    const struct timing *timing = hardware->timing;
    if (at->place == CHECKPOINT_SEGMENT)
        hardware->outcome.delay_us += timing->segment_us;
    else if (at->place == CHECKPOINT_FUNCTION)
        hardware->outcome.delay_us += timing_cost_of(timing, at->number);
}

/* Elements and operations cannot answer a status word: the command that they came with does. */
static int look(void *context, const struct checkpoint *at)
{
    static const enum fault_place places[] = {
        [CHECKPOINT_FUNCTION] = FAULT_FUNCTION, [CHECKPOINT_SEGMENT] = FAULT_SEGMENT,
        [CHECKPOINT_OTA] = FAULT_OTA,           [CHECKPOINT_ELEMENT] = FAULT_ELEMENT,
        [CHECKPOINT_PSMO] = FAULT_PSMO,         [CHECKPOINT_ECO] = FAULT_ECO};
    struct hardware *hardware = context;
    const int order = pass(hardware, places[at->place], at->name, at->number);
    if (hardware->timing->real)
        take_time(hardware, at);
    if (at->place < CHECKPOINT_ELEMENT || !checkpoint_is_status(order))
        return order;
    hardware->outcome.undo = true;
    hardware->outcome.status = (uint16_t)order;
    return CHECKPOINT_PASS;
}

void hardware_init(struct hardware *hardware, const struct timing *timing)
{
    *hardware = (struct hardware){.timing = timing, .watch = {look, hardware}};
}

void hardware_finish(struct hardware *hardware)
{
    faults_clear(&hardware->faults);
}

const struct checkpoint_watch *hardware_arm(struct hardware *hardware)
{
    hardware->active = hardware->faults.count > 0 || hardware->timing->real;
    hardware->outcome = (struct hardware_outcome){0};
    return hardware->active ? &hardware->watch : NULL;
}

int hardware_begin(struct hardware *hardware)
{
    hardware->outcome = (struct hardware_outcome){0};
    return pass(hardware, FAULT_APDU, NULL, 0);
}

void hardware_end(struct hardware *hardware, size_t byte_count)
{
    const struct timing *timing = hardware->timing;
    if (timing->real)
        hardware->outcome.delay_us += timing->command_us + (uint64_t)byte_count * timing->byte_us;
}

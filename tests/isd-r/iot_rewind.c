#include "tests/isd-r/iot_rewind.h"

void iot_rewind_start(struct iot_world *world, struct rewind *first)
{
    rewind_start();
    iot_world_start(world);
    chip_stop(&world->peer.chip);
    rewind_take(first);
    peer_restart_chip(&world->peer);
}

void iot_rewind_to(struct iot_world *world, const struct rewind *first)
{
    rewind_to(&world->peer, first);
    world->eims[0].counter = 0;
    world->eims[1].counter = world->eims[1].token = 0;
}

void iot_rewind_stop(struct iot_world *world, struct rewind *first)
{
    iot_world_stop(world);
    rewind_finish(first);
}

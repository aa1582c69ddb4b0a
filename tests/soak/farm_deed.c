#include "tests/soak/farm_deed.h"

#include <stdio.h>

#include "apdu/status.h"
#include "tests/benchmarks/measure.h"

/* clang-format off */
const struct farm_deed_row farm_deeds[] = {
    {"download", farm_deed_download, 8, {true, true, true}},
    {"download broken off", farm_deed_break_off, 4, {true, true, true}},
    {"fault on a download", farm_deed_struck_load, 4, {true, true, true}},
    {"profile enabled, disabled, deleted", farm_deed_change, 14, {true, true, false}},
    {"the same under a fault", farm_deed_struck_change, 8, {true, true, false}},
    {"the same, hung up in its midst", farm_deed_cut_change, 3, {true, true, false}},
    {"memory reset", farm_deed_forget_all, 1, {true, false, false}},
    {"eIM's package", farm_deed_package, 14, {false, true, true}},
    {"the same under a fault", farm_deed_struck_package, 6, {false, true, true}},
    {"the same, hung up in its midst", farm_deed_cut_package, 3, {false, true, true}},
    {"eIM's package, replayed", farm_deed_old_package, 2, {false, true, true}},
    {"files", farm_deed_files, 6, {true, true, true}},
    {"wrong code", farm_deed_wrong_code, 3, {true, true, true}},
    {"script over the air", farm_deed_ota, 10, {true, true, true}},
    {"script over the air, replayed", farm_deed_old_ota, 3, {true, true, true}},
    {"notifications removed", farm_deed_notices, 10, {true, true, true}},
    {"snapshot", farm_deed_snapshot, 2, {true, true, true}},
    {"restore", farm_deed_restore, 2, {true, true, true}},
    {"reset", farm_deed_reset, 3, {true, true, true}},
    {"nonsense", farm_deed_nonsense, 4, {true, true, true}},
    {"put to rest", farm_deed_rest, 2, {true, true, true}},
};
/* clang-format on */
const size_t farm_deed_count = sizeof(farm_deeds) / sizeof(farm_deeds[0]);

size_t farm_deed_choose(struct farm_worker *worker, enum farm_kind kind)
{
    uint32_t all = 0;
    for (size_t i = 0; i < farm_deed_count; i++)
        all += farm_deeds[i].kinds[kind] ? farm_deeds[i].weight : 0;
    uint32_t lot = farm_deed_draw(worker, all);
    for (size_t which = 0;; which++) {
        const uint32_t weight = farm_deeds[which].kinds[kind] ? farm_deeds[which].weight : 0;
        if (lot < weight)
            return which;
        lot -= weight;
    }
}

size_t farm_deed_pick(struct farm_worker *worker, const struct farm_visit *visit, bool there)
{
    const size_t first = farm_deed_draw(worker, FARM_PROFILES);
    for (size_t i = 0; i < FARM_PROFILES; i++)
        if (visit->chip->now.profiles[(first + i) % FARM_PROFILES].there == there)
            return (first + i) % FARM_PROFILES;
    return FARM_NONE;
}

uint8_t farm_deed_apply(enum farm_deed_change change, size_t which, struct farm_state *state)
{
    if (!state->profiles[which].there)
        return 1;
    if (change == FARM_DEED_DISABLE ? which != state->enabled : which == state->enabled)
        return 2;
    if (change == FARM_DEED_ENABLE)
        state->enabled = which;
    else if (change == FARM_DEED_DISABLE)
        state->enabled = FARM_NONE;
    else
        state->profiles[which] = (struct farm_profile){0};
    return 0;
}

bool farm_deed_lay(struct farm_worker *worker, struct farm_visit *visit, const char *function)
{
    char text[96];
    const struct harm *harm = &harms[farm_deed_draw(worker, HARMS)];
    const bool at_function = harm->for_result || farm_deed_draw(worker, 2);
    snprintf(text, sizeof(text), "fault-add %s%s = %s", at_function ? "function " : "apdu",
             at_function ? function : "", harm->action);
    visit->harm = harm;
    if (harm->silent)
        visit->peer.link.timeout_ms = FARM_CHIP_SILENT_MS;
    if (farm_chip_control(visit, text))
        return true;
    visit->harm = NULL;
    farm_chip_hang_up(visit); /* it may be there none the less */
    return false;
}

void farm_deed_lift(struct farm_visit *visit)
{
    visit->harm = NULL;
    (void)farm_chip_control(visit, "fault-clear");
}

void farm_deed_hang_up_in(struct farm_visit *visit, struct bytes request)
{
    uint8_t room[5 + 255];
    struct writer command = writer_on(room, sizeof(room));
    writer_put(&command, BYTES(0x80, 0xE2, 0x91, 0x00, (uint8_t)request.len));
    writer_put(&command, request);
    FARM_NEED(visit, !command.overflow && request.len <= 255);
    visit->may_fail = true;
    (void)vpcd_peer_send(&visit->peer.link, writer_bytes(&command));
    farm_chip_hang_up(visit);
}

int farm_deed_ask(struct farm_visit *visit, struct bytes request, struct bytes *answer)
{
    if (!visit->open)
        return -1;
    const int status = farm_peer_request(&visit->peer, request, answer);
    if (status < 0)
        farm_chip_hang_up(visit);
    return status;
}

enum farm_peer_end farm_deed_end(int status, bool good)
{
    if (status < 0)
        return FARM_PEER_LOST;
    return status == SW_OK && good ? FARM_PEER_DONE : FARM_PEER_REFUSED;
}

void farm_deed_associate(struct farm_worker *worker, struct farm_visit *visit)
{
    uint8_t room[512];
    struct writer request = writer_on(room, sizeof(room));
    struct bytes answer;
    iot_package_put_association(&worker->eim, &request);
    FARM_NEED(visit, farm_deed_ask(visit, writer_bytes(&request), &answer) == SW_OK);
    visit->chip->token = iot_package_token(answer);
}

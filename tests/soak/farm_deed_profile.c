/* Deeds of an LPA: profiles come, are enabled, disabled, deleted. */
#include <stdio.h>

#include "apdu/status.h"
#include "tests/benchmarks/measure.h"
#include "tests/soak/farm_deed.h"

#define PARTS 40 /* of a bound package, about */
#define SEGMENTS 12
#define ELEMENTS 8

static struct bytes iccid_of(const struct farm_worker *worker, size_t which)
{
    return bytes_of(worker->iccids[which], SOAK_PACKAGE_ICCID_SIZE);
}

static void install(struct farm_worker *worker, struct farm_visit *visit, size_t which,
                    size_t parts)
{
    struct farm_state *other = farm_chip_change(visit);
    other->profiles[which] = (struct farm_profile){
        .there = true, .known = {true, true}, .value = {0xFF, 0xFF}, .tries = FARM_TRIES};
    const enum farm_peer_end end = farm_peer_install(
        &visit->peer, &worker->server, worker->packages[which], iccid_of(worker, which), parts);
    if (end == FARM_PEER_BROKEN_OFF)
        farm_chip_hang_up(visit);
    else
        farm_chip_settle(visit, end);
    visit->chip->ota_sent = which == FARM_OTA ? 0 : visit->chip->ota_sent;
}

void farm_deed_download(struct farm_worker *worker, struct farm_visit *visit)
{
    const size_t which = farm_deed_pick(worker, visit, false);
    if (which != FARM_NONE)
        install(worker, visit, which, SIZE_MAX);
}

void farm_deed_break_off(struct farm_worker *worker, struct farm_visit *visit)
{
    const size_t which = farm_deed_pick(worker, visit, false);
    if (which != FARM_NONE)
        install(worker, visit, which, farm_deed_draw(worker, PARTS));
}

static void choose_fault(struct farm_worker *worker, char *text, size_t size)
{
    const struct harm *harm = &harms[farm_deed_draw(worker, HARMS)];
    static const char *const places[] = {"function LoadBoundProfilePackage", "segment", "element",
                                         "apdu"};
    const uint32_t place = farm_deed_draw(worker, harm->for_result ? 3 : 4);
    const uint32_t counts[] = {1, SEGMENTS, ELEMENTS, PARTS};
    snprintf(text, size, "fault-add %s %u = %s", places[place],
             farm_deed_draw(worker, counts[place]) + 1, harm->silent ? "drop" : harm->action);
}

/* Where it struck, and so whether the profile is there, the chip must say. */
void farm_deed_struck_load(struct farm_worker *worker, struct farm_visit *visit)
{
    char text[96];
    const size_t which = farm_deed_pick(worker, visit, false);
    if (which == FARM_NONE)
        return;
    choose_fault(worker, text, sizeof(text));
    if (!farm_chip_control(visit, text)) {
        farm_chip_hang_up(visit);
        return;
    }
    visit->may_fail = true;
    install(worker, visit, which, SIZE_MAX);
    farm_deed_lift(visit);
    farm_chip_hang_up(visit);
}

static const struct changer {
    uint32_t tag;
    const char *name;
} changers[FARM_DEED_CHANGES] = {[FARM_DEED_ENABLE] = {0xBF31, "EnableProfile"},
                                 [FARM_DEED_DISABLE] = {0xBF32, "DisableProfile"},
                                 [FARM_DEED_DELETE] = {0xBF33, "DeleteProfile"}};

struct change {
    const struct changer *changer;
    uint8_t expected;
    uint8_t room[64];
    struct bytes request;
};

static void prepare(struct farm_worker *worker, struct farm_visit *visit, struct change *change)
{
    const enum farm_deed_change what = farm_deed_draw(worker, FARM_DEED_CHANGES);
    change->changer = &changers[what];
    const size_t which = farm_deed_draw(worker, FARM_PROFILES);
    const bool choice = what != FARM_DEED_DELETE;
    struct writer request = writer_on(change->room, sizeof(change->room));
    const size_t whole = tlv_open(&request, change->changer->tag),
                 inner = choice ? tlv_open(&request, 0xA0) : 0;
    tlv_put(&request, 0x5A, iccid_of(worker, which));
    if (choice) {
        tlv_close(&request, inner);
        tlv_put(&request, 0x81, BYTES(0xFF));
    }
    tlv_close(&request, whole);
    change->request = writer_bytes(&request);
    change->expected = farm_deed_apply(what, which, farm_chip_change(visit));
}

static void carry_out(struct farm_visit *visit, const struct change *change)
{
    struct bytes answer = {0};
    const int status = farm_deed_ask(visit, change->request, &answer);
    const bool good = status == SW_OK && answer.len == 6 && answer.data[5] == change->expected;
    farm_chip_settle(visit, farm_deed_end(status, good));
}

void farm_deed_change(struct farm_worker *worker, struct farm_visit *visit)
{
    struct change change;
    prepare(worker, visit, &change);
    carry_out(visit, &change);
}

void farm_deed_struck_change(struct farm_worker *worker, struct farm_visit *visit)
{
    struct change change;
    prepare(worker, visit, &change);
    if (!farm_deed_lay(worker, visit, change.changer->name))
        return;
    carry_out(visit, &change);
    farm_deed_lift(visit);
}

void farm_deed_cut_change(struct farm_worker *worker, struct farm_visit *visit)
{
    struct change change;
    prepare(worker, visit, &change);
    farm_deed_hang_up_in(visit, change.request);
    farm_chip_settle(visit, FARM_PEER_LOST);
}

void farm_deed_forget_all(struct farm_worker *worker, struct farm_visit *visit)
{
    struct bytes answer = {0};
    struct farm_state *other = farm_chip_change(visit);
    bool any = false;
    (void)worker;
    for (size_t i = 0; i < FARM_PROFILES; i++) {
        any |= other->profiles[i].there;
        other->profiles[i] = (struct farm_profile){0};
    }
    other->enabled = FARM_NONE;
    const int status =
        farm_deed_ask(visit, BYTES(0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, 0xE0), &answer);
    const bool good = status == SW_OK && answer.len == 6 && answer.data[5] == !any;
    farm_chip_settle(visit, farm_deed_end(status, good));
}

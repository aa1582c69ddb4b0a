#include "tests/soak/farm_chip.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "tests/benchmarks/measure.h"
#include "tests/soak/farm_look.h"

#define TRIES 60000
#define PAUSE_US 2000

void farm_chip_need(const struct farm_visit *visit, bool holds, const char *condition,
                    const char *file, int line)
{
    if (holds)
        return;
    const struct farm_chip *chip = visit->chip;
    fprintf(stderr, "chip %s, kind %d, %s, %s; last %s, %s, end %d%s: ", chip->eid, chip->kind,
            visit->deed, visit->harm != NULL ? visit->harm->action : "no fault", chip->last,
            chip->last_harm, chip->last_end, chip->last_hazard ? " in hazard" : "");
    measure_need(false, condition, file, line);
}

bool farm_chip_in_hazard(const struct farm_visit *visit)
{
    return atomic_load(&visit->books->hazards) > 0 ||
           atomic_load(&visit->books->epoch) != visit->epoch;
}

void farm_chip_hang_up(struct farm_visit *visit)
{
    if (visit->open)
        farm_peer_close(&visit->peer);
    visit->open = false;
}

static bool select_isd_r(struct farm_visit *visit)
{
    struct bytes answer;
    const int status = farm_chip_send(visit, &answer, "00A4040C10A0000005591010FFFFFFFF8900000100");
    if (status != SW_OK && !farm_chip_in_hazard(visit))
        fprintf(stderr, "the ISD-R's selection ends with %04X\n", (unsigned)status);
    FARM_NEED(visit, status == SW_OK || farm_chip_in_hazard(visit));
    return status == SW_OK;
}

static bool connect_once(struct farm_visit *visit)
{
    visit->peer = (struct farm_peer){.eid = visit->chip->eid, .state = visit->peer.state};
    const int answer = farm_client_open(
        &visit->peer.link, (uint16_t)atomic_load(&visit->books->port), visit->peer.eid);
    FARM_NEED(visit,
              answer == DIRECT_PLUGGED || answer == DIRECT_IN_USE || farm_chip_in_hazard(visit));
    visit->open = answer == DIRECT_PLUGGED;
    visit->peer.link.timeout_ms = FARM_CHIP_USUAL_MS;
    return visit->open && select_isd_r(visit);
}

/* A hazard may begin or end at any time: what was read before it goes for a try. */
void farm_chip_open(struct farm_visit *visit)
{
    const char *deed = visit->deed;
    for (int i = 0; i < TRIES; i++) {
        farm_chip_hang_up(visit);
        visit->deed = "look";
        visit->epoch = atomic_load(&visit->books->epoch);
        if (connect_once(visit) && farm_chip_look(visit)) {
            visit->deed = deed;
            return;
        }
        usleep(PAUSE_US);
    }
    FARM_NEED(visit, !"the chip is to be had");
}

bool farm_chip_reset(struct farm_visit *visit, bool cold)
{
    struct bytes atr;
    struct vpcd_peer *link = &visit->peer.link;
    const bool done =
        cold ? vpcd_peer_control(link, VPCD_PEER_OFF) && vpcd_peer_control(link, VPCD_PEER_ON)
             : vpcd_peer_control(link, VPCD_PEER_RESET);
    const bool answers = done && vpcd_peer_atr(link, &atr);
    FARM_NEED(visit, answers || farm_chip_in_hazard(visit));
    if (answers && select_isd_r(visit))
        return true;
    farm_chip_hang_up(visit);
    return false;
}

int farm_chip_transmit(struct farm_visit *visit, struct bytes command, struct bytes *answer)
{
    static uint8_t room[FARM_PEER_ANSWER_MAX];
    struct farm_peer *peer = &visit->peer;
    struct writer data = writer_on(room, sizeof(room));
    struct bytes response;
    uint8_t more[] = {command.data[0] & 0x80, 0xC0, 0x00, 0x00, 0x00};
    for (;; command = bytes_of(more, sizeof(more))) {
        if (!visit->open || !vpcd_peer_transmit(&peer->link, command, &response)) {
            farm_chip_hang_up(visit);
            return -1;
        }
        const size_t len = response.len - 2;
        writer_put(&data, bytes_of(response.data, len));
        *answer = writer_bytes(&data);
        if (response.data[len] != SW_BYTES_AVAILABLE >> 8)
            return response.data[len] << 8 | response.data[len + 1];
        more[4] = response.data[len + 1];
    }
}

int farm_chip_send(struct farm_visit *visit, struct bytes *answer, const char *format, ...)
{
    char text[640];
    uint8_t room[320];
    struct writer command = writer_on(room, sizeof(room));
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    FARM_NEED(visit, hex_decode(text, &command));
    return farm_chip_transmit(visit, writer_bytes(&command), answer);
}

bool farm_chip_control(struct farm_visit *visit, const char *request)
{
    char line[256], answer[1024];
    snprintf(line, sizeof(line), "chip %s %s\n", visit->chip->eid, request);
    const bool done = farm_peer_control(visit->peer.state, line, answer, sizeof(answer)) &&
                      strstr(answer, "\"error\"") == NULL;
    if (!done && !farm_chip_in_hazard(visit))
        fprintf(stderr, "%s: %s\n", request, answer);
    FARM_NEED(visit, done || farm_chip_in_hazard(visit));
    return done;
}

struct farm_state *farm_chip_change(struct farm_visit *visit)
{
    visit->chip->other = visit->chip->now;
    return &visit->chip->other;
}

/* A fault says what is left of the command that it struck. */
static void settle_harm(struct farm_visit *visit, enum farm_peer_end end)
{
    const bool kept = visit->harm->kept == KEPT_ALL;
    atomic_fetch_add(&visit->books->struck, 1);
    FARM_NEED(visit, end != FARM_PEER_DONE || kept);
    FARM_NEED(visit, end != FARM_PEER_REFUSED || !kept);
    if (kept)
        visit->chip->now = visit->chip->other;
}

void farm_chip_settle(struct farm_visit *visit, enum farm_peer_end end)
{
    struct farm_chip *chip = visit->chip;
    const bool hazard = farm_chip_in_hazard(visit);
    chip->last = visit->deed;
    chip->last_harm = visit->harm != NULL ? visit->harm->action : "no fault";
    chip->last_end = (int)end;
    chip->last_hazard = hazard;
    if (end == FARM_PEER_LOST)
        farm_chip_hang_up(visit);
    visit->peer.link.timeout_ms = FARM_CHIP_USUAL_MS;
    if (visit->harm != NULL && !hazard) {
        settle_harm(visit, end);
        return;
    }
    const bool may_fail = visit->may_fail;
    if (hazard && end == FARM_PEER_REFUSED)
        atomic_fetch_add(&visit->books->refused, 1);
    visit->may_fail = false;
    FARM_NEED(visit, end == FARM_PEER_DONE || hazard || may_fail);
    if (end == FARM_PEER_DONE)
        chip->now = chip->other;
    if (end == FARM_PEER_LOST || (end != FARM_PEER_DONE && may_fail) ||
        (hazard && visit->harm != NULL)) {
        chip->doubt = true;
        atomic_fetch_add(&visit->books->doubts, 1);
    }
}

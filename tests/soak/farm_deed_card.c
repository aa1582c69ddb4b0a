/* Deeds of a terminal, of an operator over the air, and of whoever owns the farm. */
#include <stdio.h>

#include "apdu/status.h"
#include "crypto/primitives/scp80.h"
#include "tests/benchmarks/measure.h"
#include "tests/soak/farm_deed.h"
#include "tests/support/operator.h"

#define SELECT_USIM "00A4040C07A0000000871002"
#define SELECT_LOCI "00A4000C026F7E"
#define RIGHT_CODE "0020000A083535353535353535"
#define WRONG_CODE "0020000A083535353535353536"
#define TRIES_KEPT 4
#define NONSENSE_MAX 64
#define NOTICES_AT_ONCE 4
#define SNAPSHOT "soak"
#define SECOND 1000000000u
#define REST_MAX                                                                                   \
    13 /* seconds; after one the store is closed, after ten the profile is not in memory */

/* Must be answered so; false if the line was lost to a hazard, or something refused for one. */
static bool sent(struct farm_visit *visit, const char *command, int expected)
{
    struct bytes answer;
    const int status = farm_chip_send(visit, &answer, "%s", command);
    FARM_NEED(visit, status == expected || farm_chip_in_hazard(visit));
    return status == expected;
}

static bool has_profile(const struct farm_visit *visit)
{
    return visit->chip->now.enabled != FARM_NONE;
}

static struct farm_profile *enabled_of(struct farm_state *state)
{
    return &state->profiles[state->enabled];
}

/* The command's answer says whether the change has been made. */
static bool change_by(struct farm_visit *visit, const char *command, int expected)
{
    struct bytes answer;
    const int status = farm_chip_send(visit, &answer, "%s", command);
    farm_chip_settle(visit, status < 0           ? FARM_PEER_LOST
                            : status == expected ? FARM_PEER_DONE
                                                 : FARM_PEER_REFUSED);
    return status == expected;
}

void farm_deed_files(struct farm_worker *worker, struct farm_visit *visit)
{
    char text[32];
    if (!has_profile(visit) || !sent(visit, SELECT_USIM, SW_OK))
        return;
    enabled_of(farm_chip_change(visit))->tries = FARM_TRIES;
    if (!change_by(visit, RIGHT_CODE, SW_OK) || !sent(visit, SELECT_LOCI, SW_OK))
        return;
    const uint8_t value = (uint8_t)farm_deed_draw(worker, 256);
    enabled_of(farm_chip_change(visit))->value[0] = value;
    snprintf(text, sizeof(text), "00D6000001%02X", value);
    if (change_by(visit, text, SW_OK))
        (void)farm_chip_reset(visit, farm_deed_draw(worker, 2));
}

void farm_deed_wrong_code(struct farm_worker *worker, struct farm_visit *visit)
{
    if (!has_profile(visit) || enabled_of(&visit->chip->now)->tries <= TRIES_KEPT ||
        !sent(visit, SELECT_USIM, SW_OK))
        return;
    struct farm_profile *profile = enabled_of(farm_chip_change(visit));
    profile->tries--;
    if (change_by(visit, WRONG_CODE, 0x63C0 | profile->tries))
        (void)farm_chip_reset(visit, farm_deed_draw(worker, 2));
    (void)worker;
}

/* The script that writes the second byte of EF.LOCI, in an ENVELOPE. */
static void put_script(uint32_t number, uint8_t value, struct writer *out)
{
    uint8_t room[160];
    struct writer packet = writer_on(room, sizeof(room));
    const struct bytes script =
        BYTES(0x00, 0xA4, 0x00, 0x04, 0x02, 0x6F, 0x7E, 0x00, 0xD6, 0x00, 0x01, 0x01, value);
    operator_put_envelope(operator_packet(OPERATOR_RFM_TAR, number, script, &packet), 1, out);
}

/* The report's status, whose commands must have gone well if it is 0; -1: the line is lost, -2: no
 * report. */
static int send_script(struct farm_visit *visit, uint32_t number, uint8_t value)
{
    uint8_t room[300], receipt_room[256];
    struct writer envelope = writer_on(room, sizeof(room));
    struct bytes answer = {0}, data;
    put_script(number, value, &envelope);
    const int status = farm_chip_transmit(visit, writer_bytes(&envelope), &answer);
    if (status < 0)
        return -1;
    if (status != SW_OK || answer.len > sizeof(receipt_room))
        return -2;
    const int said = operator_read_receipt(OPERATOR_RFM_TAR, answer, receipt_room, &data);
    return said < 0 || (said == SCP80_OK && !bytes_equal(data, BYTES(0x02, 0x90, 0x00))) ? -2
                                                                                         : said;
}

static bool is_over_the_air(const struct farm_visit *visit)
{
    return visit->chip->now.enabled == FARM_OTA;
}

void farm_deed_ota(struct farm_worker *worker, struct farm_visit *visit)
{
    if (!is_over_the_air(visit))
        return;
    struct farm_profile *profile = enabled_of(farm_chip_change(visit));
    if (visit->chip->ota_sent < profile->ota)
        visit->chip->ota_sent = profile->ota;
    profile->ota = ++visit->chip->ota_sent;
    /* Another value than before: it says whether the script has been run. */
    profile->value[1] = (uint8_t)(profile->value[1] + 1 + farm_deed_draw(worker, 255));
    const int status = send_script(visit, profile->ota, profile->value[1]);
    farm_chip_settle(visit, status == -1         ? FARM_PEER_LOST
                            : status == SCP80_OK ? FARM_PEER_DONE
                                                 : FARM_PEER_REFUSED);
}

/* With a counter that has been taken: nothing of it is done. */
void farm_deed_old_ota(struct farm_worker *worker, struct farm_visit *visit)
{
    if (!is_over_the_air(visit))
        return;
    const struct farm_profile *profile = enabled_of(&visit->chip->now);
    if (profile->ota == 0)
        return;
    const uint32_t number = 1 + farm_deed_draw(worker, profile->ota);
    const int status = send_script(visit, number, (uint8_t)(profile->value[1] + 1));
    FARM_NEED(visit, status == SCP80_COUNTER_LOW || farm_chip_in_hazard(visit));
    if (status >= 0)
        (void)farm_chip_look(visit);
}

static void remove_first_notice(struct farm_visit *visit)
{
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    struct bytes answer = {0};
    struct farm_state *other = farm_chip_change(visit);
    const size_t mark = tlv_open(&request, 0xBF30);
    der_put_integer(&request, 0x80, other->notices[0]);
    tlv_close(&request, mark);
    other->notice_count--;
    memmove(other->notices, other->notices + 1, other->notice_count * sizeof(other->notices[0]));
    const int status = farm_deed_ask(visit, writer_bytes(&request), &answer);
    const bool good = status == SW_OK && answer.len == 6 && answer.data[5] == 0;
    farm_chip_settle(visit, farm_deed_end(status, good));
}

void farm_deed_notices(struct farm_worker *worker, struct farm_visit *visit)
{
    (void)worker;
    for (int i = 0; i < NOTICES_AT_ONCE && visit->open && visit->chip->now.notice_count > 0; i++)
        remove_first_notice(visit);
}

/* Where the answer is lost, nobody knows which one is there: it is not taken back. */
void farm_deed_snapshot(struct farm_worker *worker, struct farm_visit *visit)
{
    struct farm_chip *chip = visit->chip;
    (void)worker;
    if (farm_chip_control(visit, "snapshot " SNAPSHOT)) {
        chip->aside = chip->now;
        chip->has_aside = true;
    } else {
        chip->has_aside = false;
    }
}

void farm_deed_restore(struct farm_worker *worker, struct farm_visit *visit)
{
    struct farm_chip *chip = visit->chip;
    (void)worker;
    if (!chip->has_aside)
        return;
    chip->other = chip->aside;
    const bool done = farm_chip_control(visit, "restore " SNAPSHOT);
    farm_chip_settle(visit, done ? FARM_PEER_DONE : FARM_PEER_LOST);
    farm_chip_hang_up(visit);
}

void farm_deed_reset(struct farm_worker *worker, struct farm_visit *visit)
{
    (void)farm_chip_reset(visit, farm_deed_draw(worker, 2));
}

void farm_deed_nonsense(struct farm_worker *worker, struct farm_visit *visit)
{
    uint8_t room[NONSENSE_MAX];
    struct bytes answer;
    const size_t len = 5 + farm_deed_draw(worker, NONSENSE_MAX - 5);
    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)farm_deed_draw(worker, 256);
    room[0] |= 0x20; /* a class that no command here has: what it says is refused */
    const int status = farm_chip_transmit(visit, bytes_of(room, len), &answer);
    FARM_NEED(visit, status != SW_OK || farm_chip_in_hazard(visit));
    if (status >= 0)
        (void)farm_chip_reset(visit, farm_deed_draw(worker, 2));
}

void farm_deed_rest(struct farm_worker *worker, struct farm_visit *visit)
{
    visit->until = measure_time() + (uint64_t)(1 + farm_deed_draw(worker, REST_MAX)) * SECOND;
}

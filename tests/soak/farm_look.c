#include "tests/soak/farm_look.h"

#include <stdio.h>

#include "apdu/status.h"

#define SELECT_USIM "00A4040C07A0000000871002"
#define SELECT_LOCI "00A4000C026F7E"
#define READ_LOCI "00B0000002"
#define ASK_TRIES "0020000A"

static bool ask(struct farm_visit *visit, struct bytes request, struct bytes *answer)
{
    return farm_peer_request(&visit->peer, request, answer) == SW_OK;
}

static bool read_profiles(struct farm_visit *visit, struct farm_sight *out)
{
    struct bytes answer;
    struct tlv whole, list, one, iccid, state;
    if (!ask(visit, BYTES(0xBF, 0x2D, 0x05, 0x5C, 0x03, 0x5A, 0x9F, 0x70), &answer))
        return false;
    FARM_NEED(visit, tlv_whole(answer, 0xBF2D, &whole));
    if (!tlv_whole(whole.value, 0xA0, &list))
        return false;
    out->enabled = FARM_NONE;
    while (tlv_take_tag(&list.value, 0xE3, &one)) {
        size_t which = 0;
        FARM_NEED(visit, tlv_find(one.value, 0x5A, &iccid) && tlv_find(one.value, 0x9F70, &state));
        while (which < FARM_PROFILES &&
               !bytes_equal(iccid.value, bytes_of(visit->iccids[which], SOAK_PACKAGE_ICCID_SIZE)))
            which++;
        FARM_NEED(visit, which < FARM_PROFILES && !out->there[which]);
        out->there[which] = true;
        FARM_NEED(visit, state.value.data[0] == 0 || out->enabled == FARM_NONE);
        if (state.value.data[0] != 0)
            out->enabled = which;
    }
    return true;
}

static uint32_t number_of(struct farm_visit *visit, struct bytes value)
{
    int64_t number = -1;
    FARM_NEED(visit, der_to_integer(value, &number) && number >= 0);
    return (uint32_t)number;
}

static bool read_notices(struct farm_visit *visit, struct farm_sight *out)
{
    struct bytes answer;
    struct tlv whole, list, one, number;
    if (!ask(visit, BYTES(0xBF, 0x28, 0x00), &answer))
        return false;
    FARM_NEED(visit, tlv_whole(answer, 0xBF28, &whole));
    if (!tlv_whole(whole.value, 0xA0, &list))
        return false;
    while (tlv_take(&list.value, &one)) {
        FARM_NEED(visit, tlv_take_tag(&one.value, 0x80, &number));
        FARM_NEED(visit, out->notice_count < FARM_NOTICES_MAX);
        out->notices[out->notice_count++] = number_of(visit, number.value);
    }
    return true;
}

static bool read_eim(struct farm_visit *visit, struct farm_sight *out)
{
    struct bytes answer;
    struct tlv whole, list, one, counter;
    if (visit->chip->token == 0)
        return true;
    if (!ask(visit, BYTES(0xBF, 0x55, 0x00), &answer))
        return false;
    FARM_NEED(visit, tlv_whole(answer, 0xBF55, &whole) && tlv_whole(whole.value, 0xA0, &list) &&
                         tlv_whole(list.value, DER_SEQUENCE, &one));
    FARM_NEED(visit, tlv_find(one.value, 0x83, &counter));
    out->eim_counter = number_of(visit, counter.value);
    return true;
}

/* On another channel than the ISD-R's would need one more to be opened: this one is taken for a
 * while. */
static bool read_files(struct farm_visit *visit, struct farm_sight *out)
{
    struct bytes data;
    if (out->enabled == FARM_NONE)
        return true;
    if (farm_chip_send(visit, &data, SELECT_USIM) != SW_OK ||
        farm_chip_send(visit, &data, SELECT_LOCI) != SW_OK ||
        farm_chip_send(visit, &data, READ_LOCI) != SW_OK)
        return false;
    FARM_NEED(visit, data.len == sizeof(out->value));
    memcpy(out->value, data.data, data.len);
    const int status = farm_chip_send(visit, &data, ASK_TRIES);
    if (status >> 4 != 0x63C)
        return false;
    out->tries = status & 0xF;
    return farm_chip_send(visit, &data, "00A4040C10A0000005591010FFFFFFFF8900000100") == SW_OK;
}

bool farm_look_read(struct farm_visit *visit, struct farm_sight *out)
{
    *out = (struct farm_sight){0};
    return read_profiles(visit, out) && read_notices(visit, out) && read_eim(visit, out) &&
           read_files(visit, out);
}

static bool has(const uint32_t *numbers, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* Those that must be there are, and any other is younger than all that there have been. */
static const char *differs_in_notices(const struct farm_state *state,
                                      const struct farm_sight *sight)
{
    for (size_t i = 0; i < state->notice_count; i++)
        if (!has(sight->notices, sight->notice_count, state->notices[i]))
            return "a notification is gone";
    for (size_t i = 0; i < sight->notice_count; i++)
        if (sight->notices[i] <= state->last_notice &&
            !has(state->notices, state->notice_count, sight->notices[i]))
            return "a notification is back";
    return NULL;
}

static const char *differs(const struct farm_visit *visit, const struct farm_state *state,
                           const struct farm_sight *sight)
{
    for (size_t i = 0; i < FARM_PROFILES; i++)
        if (state->profiles[i].there != sight->there[i])
            return sight->there[i] ? "a profile is there" : "a profile is gone";
    if (state->enabled != sight->enabled)
        return "another profile is enabled";
    if (visit->chip->token != 0 && state->eim_counter != sight->eim_counter)
        return "the eIM's counter";
    if (state->enabled != FARM_NONE) {
        const struct farm_profile *profile = &state->profiles[state->enabled];
        for (size_t i = 0; i < 2; i++)
            if (profile->known[i] && profile->value[i] != sight->value[i])
                return i == 0 ? "a file" : "a file, over the air";
        if (profile->tries != 0 && profile->tries != sight->tries)
            return "tries of a code";
    }
    return differs_in_notices(state, sight);
}

/* What cannot be seen and is one in one state and another in the other is not known. */
static void unite(struct farm_state *state, const struct farm_state *other)
{
    for (size_t i = 0; i < FARM_PROFILES; i++) {
        struct farm_profile *one = &state->profiles[i];
        const struct farm_profile *two = &other->profiles[i];
        for (size_t byte = 0; byte < 2; byte++)
            one->known[byte] =
                one->known[byte] && two->known[byte] && one->value[byte] == two->value[byte];
        if (one->tries != two->tries)
            one->tries = 0;
        if (one->ota < two->ota)
            one->ota = two->ota;
    }
}

static void adopt(struct farm_state *state, const struct farm_sight *sight)
{
    state->notice_count = sight->notice_count;
    memcpy(state->notices, sight->notices, sizeof(state->notices));
    for (size_t i = 0; i < sight->notice_count; i++)
        if (state->last_notice < sight->notices[i])
            state->last_notice = sight->notices[i];
    if (state->enabled == FARM_NONE)
        return;
    struct farm_profile *profile = &state->profiles[state->enabled];
    for (size_t i = 0; i < 2; i++) {
        profile->known[i] = true;
        profile->value[i] = sight->value[i];
    }
    profile->tries = sight->tries;
}

bool farm_chip_look(struct farm_visit *visit)
{
    struct farm_chip *chip = visit->chip;
    struct farm_sight sight;
    if (!farm_look_read(visit, &sight)) {
        FARM_NEED(visit, farm_chip_in_hazard(visit));
        farm_chip_hang_up(visit);
        return false;
    }
    const char *wrong = differs(visit, &chip->now, &sight);
    const char *other = chip->doubt ? differs(visit, &chip->other, &sight) : wrong;
    if (wrong != NULL && other != NULL) {
        fprintf(stderr, "%s; %s\n", wrong, chip->doubt ? other : "no doubt about it");
        FARM_NEED(visit, !"the chip is as it must be");
    }
    if (wrong != NULL)
        chip->now = chip->other;
    else if (chip->doubt && other == NULL)
        unite(&chip->now, &chip->other);
    chip->doubt = false;
    adopt(&chip->now, &sight);
    return true;
}

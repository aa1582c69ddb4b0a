/* What a chip must be after a fault by chance: as before the command, or as after it, and which of
 * the two as soon as the fault says it. */
#include <stdio.h>

#include "apdu/status.h"
#include "tests/soak/harm.h"
#include "tests/soak/life.h"

#define SEGMENTS 12 /* of a package, of which one is struck */
#define ELEMENTS 8
#define PARTS 24 /* commands that a package comes in, about */

/* clang-format off */
static const struct changer {
    uint32_t tag;
    const char *name;
} changers[] = {{0xBF31, "EnableProfile"}, {0xBF32, "DisableProfile"}, {0xBF33, "DeleteProfile"}};
/* clang-format on */
#define CHANGERS (sizeof(changers) / sizeof(changers[0]))

static void lay(struct life *life, const char *text)
{
    struct faults *faults = &life->chip.card.hardware.faults;
    MEASURE_NEED(faults_read(faults, "soak", bytes_of_text(text)) == 0);
    card_arm(&life->chip.card);
}

/* The fault is taken back; a card that is silent or gone is reset, unplugged or started again. */
static void lift(struct life *life)
{
    struct card *card = &life->chip.card;
    const enum hardware_link link = card_outcome(card).link;
    for (size_t i = 0; i < card->hardware.faults.count; i++)
        life->struck += card->hardware.faults.list[i].strikes;
    faults_clear(&card->hardware.faults);
    card_arm(card);
    if (link == HARDWARE_GONE && life_draw(life, 2)) {
        life_restart(life);
        return;
    }
    if (link == HARDWARE_GONE)
        card_unplugged(card);
    life_reset(life);
}

/* The state that a change leaves: whether it is one. */
static bool changes(const struct life *life, uint32_t tag, size_t which)
{
    if (tag == 0xBF31)
        return life->there[which] && which != life->enabled;
    if (tag == 0xBF32)
        return which == life->enabled;
    return life->there[which] && which != life->enabled;
}

static void took_place(struct life *life, uint32_t tag, size_t which)
{
    if (tag == 0xBF31)
        life->enabled = which;
    else if (tag == 0xBF32)
        life->enabled = LIFE_NONE;
    else
        life->there[which] = false;
    life->dirty = false;
}

void life_struck_change(struct life *life)
{
    const struct changer *changer = &changers[life_draw(life, CHANGERS)];
    const struct harm *harm = &harms[life_draw(life, HARMS)];
    const size_t which = life_draw(life, LIFE_PROFILES);
    const bool at_function = life_draw(life, 2) || harm->for_result;
    uint8_t room[64], command_room[80];
    struct writer request = writer_on(room, sizeof(room));
    struct writer command = writer_on(command_room, sizeof(command_room));
    char text[80];
    const struct bytes body = life_change(life, changer->tag, which, &request);
    writer_put(&command, BYTES(0x80, 0xE2, 0x91, 0x00, (uint8_t)body.len));
    writer_put(&command, body);
    snprintf(text, sizeof(text), "%s%s = %s", at_function ? "function " : "apdu",
             at_function ? changer->name : "", harm->action);
    lay(life, text);
    (void)chip_transmit(&life->chip, writer_bytes(&command));
    MEASURE_NEED(life->chip.card.hardware.faults.list[0].strikes == 1);
    if (harm->kept == KEPT_ALL && changes(life, changer->tag, which))
        took_place(life, changer->tag, which);
    lift(life);
}

/* Whether the profile is on the chip. */
static bool is_there(struct life *life, size_t which)
{
    const struct bytes answer = chip_ask_hex(&life->chip, "BF2D035C015A");
    struct tlv whole, list, one, iccid;
    MEASURE_NEED(tlv_whole(answer, 0xBF2D, &whole) && tlv_whole(whole.value, 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one))
        if (tlv_find(one.value, 0x5A, &iccid) &&
            bytes_equal(iccid.value, bytes_of(life->iccid[which], CHIP_ICCID_SIZE)))
            return true;
    return false;
}

/* The package in blocks, up to the first that is not answered with 9000 and nothing. */
static void feed(struct life *life, struct bytes package)
{
    struct chip *chip = &life->chip;
    uint8_t room[5 + CHIP_BLOCK_MAX];
    struct bytes block;
    do {
        struct writer command = writer_on(room, sizeof(room));
        const size_t len = package.len < CHIP_BLOCK_MAX ? package.len : CHIP_BLOCK_MAX;
        (void)bytes_take(&package, len, &block);
        writer_put(&command, BYTES(0x80, 0xE2, 0x91, 0x00, (uint8_t)len));
        writer_put(&command, block);
        (void)chip_transmit(chip, writer_bytes(&command));
    } while (package.len > 0 && chip->status == SW_OK &&
             card_outcome(&chip->card).link == HARDWARE_ANSWERS);
}

static void choose_fault(struct life *life, const struct harm *harm, char *text, size_t size)
{
    switch (life_draw(life, 4)) {
    case 0:
        snprintf(text, size, "function LoadBoundProfilePackage = %s", harm->action);
        break;
    case 1:
        snprintf(text, size, "segment %u = %s", life_draw(life, SEGMENTS) + 1, harm->action);
        break;
    case 2:
        snprintf(text, size, "element %u = %s", life_draw(life, ELEMENTS) + 1, harm->action);
        break;
    default:
        if (harm->for_result)
            harm = &harms[0];
        snprintf(text, size, "apdu %u = %s", life_draw(life, PARTS) + 1, harm->action);
    }
}

/* Where it struck, and so whether the profile is there, the chip must say; that it is there whole
 * or not at all, and that what stood there before still does, shows whenever it is looked at. */
void life_struck_load(struct life *life)
{
    const struct harm *harm = &harms[life_draw(life, HARMS)];
    const size_t which = life_pick(life, false);
    char text[80];
    if (which == LIFE_NONE)
        return;
    const struct bytes package = life_bind(life, which);
    choose_fault(life, harm, text, sizeof(text));
    lay(life, text);
    feed(life, package);
    const bool struck = life->chip.card.hardware.faults.list[0].strikes > 0;
    lift(life);
    life->there[which] = is_there(life, which);
    MEASURE_NEED(life->there[which] || struck);
    MEASURE_NEED(!life->there[which] || !struck || harm->kept == KEPT_ALL);
}

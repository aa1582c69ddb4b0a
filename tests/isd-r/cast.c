#include "tests/isd-r/cast.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "fs/text/metadata_text.h"

#define FIRST_AID 0x10

enum { TEST = 1, PROVISIONING, OPERATIONAL }; /* profileClass + 1 */

/* PprIds as a BIT STRING */
static struct bytes rules_of(char letter)
{
    static const uint8_t ppr1[] = {6, 0x40}, ppr2[] = {5, 0x20};
    switch (letter) {
    case 'B':
    case 'Q':
    case 'V':
        return bytes_of(ppr1, sizeof(ppr1));
    case 'C':
    case 'R':
    case 'W':
        return bytes_of(ppr2, sizeof(ppr2));
    default:
        return (struct bytes){0};
    }
}

static unsigned class_of(char letter)
{
    return letter < 'P' ? OPERATIONAL : letter < 'T' ? PROVISIONING : TEST;
}

static void install(struct peer *peer, char letter)
{
    static const uint8_t owner[] = {0x80, 0x03, 0x00, 0xF1, 0x10};
    const struct package content = package_numbered((unsigned)letter);
    const struct peer_binding binding = {
        .content = &content,
        .metadata_class = class_of(letter),
        .owner = bytes_of(owner, sizeof(owner)),
        .rules = rules_of(letter),
    };
    const struct peer_outcome outcome = peer_download(peer, &binding);
    cr_assert(outcome.installed, "%c: command %d, reason %d", letter, outcome.command,
              outcome.reason);
}

void cast_install(struct peer *peer)
{
    for (const char *letter = CAST_ALL; *letter != '\0'; letter++)
        install(peer, *letter);
}

int cast_install_from_factory(struct peer *peer)
{
    uint8_t room[PACKAGE_MAX];
    struct writer package = writer_on(room, sizeof(room));
    const struct package content = package_numbered('F');
    struct metadata_text said;
    package_put(&content, &package);
    metadata_text_init(&said, NULL, "", NULL);
    said.class = METADATA_TEXT_TEST;
    const int result = isd_r_factory_install(
        peer->chip.isd_r, &(struct isd_r_factory_profile){
                              .name = "F", .package = writer_bytes(&package), .said = &said});
    return result == 0 ? store_commit(peer->chip.store) : result;
}

void cast_put_identifier(char letter, bool by_aid, struct writer *out)
{
    uint8_t aid[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                     0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0xEE, 0x00};
    const struct package content = package_numbered((unsigned)letter);
    const char *place = strchr(CAST_ALL, letter);
    if (place != NULL)
        aid[14] = (uint8_t)(FIRST_AID + (place - CAST_ALL));
    if (by_aid)
        tlv_put(out, 0x4F, bytes_of(aid, sizeof(aid)));
    else
        tlv_put(out, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
}

char cast_letter(struct bytes iccid)
{
    for (const char *letter = CAST_ALL "F"; *letter != '\0'; letter++) {
        const struct package content = package_numbered((unsigned)*letter);
        if (bytes_equal(iccid, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE)))
            return *letter;
    }
    return '?';
}

static uint32_t tag_of(char what)
{
    return what == 'E' ? 0xBF31 : what == 'D' ? 0xBF32 : 0xBF33;
}

struct bytes cast_request(char what, char letter, int refresh_flag, bool by_aid,
                          struct writer *room)
{
    const size_t mark = tlv_open(room, tag_of(what));
    if (what == 'X') {
        cast_put_identifier(letter, by_aid, room);
    } else {
        const size_t choice = tlv_open(room, 0xA0);
        cast_put_identifier(letter, by_aid, room);
        tlv_close(room, choice);
        if (refresh_flag != CAST_NO_FLAG)
            tlv_put_u8(room, 0x81, (uint8_t)refresh_flag);
    }
    tlv_close(room, mark);
    return writer_bytes(room);
}

int cast_command(struct peer *peer, char what, char letter, int refresh_flag, bool by_aid)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    return peer_result(peer, cast_request(what, letter, refresh_flag, by_aid, &request),
                       tag_of(what));
}

char *cast_shown(struct peer *peer)
{
    static char text[64];
    struct tlv list, one, iccid, state;
    size_t len = 0;
    text[0] = '\0';
    cr_assert(tlv_whole(peer_ask(peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one)) {
        cr_assert(tlv_find(one.value, 0x5A, &iccid));
        cr_assert(tlv_find(one.value, 0x9F70, &state));
        len += (size_t)snprintf(text + len, sizeof(text) - len, state.value.data[0] ? "[%c]" : "%c",
                                cast_letter(iccid.value));
    }
    return text;
}

static char event_letter(uint32_t bits)
{
    return bits == 1u << 1 ? 'e' : bits == 1u << 2 ? 'd' : bits == 1u << 3 ? 'x' : '?';
}

char *cast_told(struct peer *peer)
{
    static char text[256];
    struct tlv list, one, field;
    size_t len = 0;
    uint32_t number = 0, next, bits;
    text[0] = '\0';
    cr_assert(tlv_whole(peer_ask(peer, BYTES(0xBF, 0x28, 0x00), 0xBF28), 0xA0, &list));
    for (; tlv_take_tag(&list.value, 0xBF2F, &one); number = next) {
        cr_assert(tlv_find(one.value, 0x80, &field));
        cr_assert(der_to_unsigned(field.value, UINT32_MAX, &next));
        cr_assert(gt(u32, next, number));
        cr_assert(tlv_find(one.value, 0x81, &field));
        cr_assert(der_to_bits(field.value, &bits));
        cr_assert(tlv_find(one.value, 0x5A, &field));
        if (bits != 1u << 0)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%c", event_letter(bits),
                                    cast_letter(field.value));
    }
    return text;
}

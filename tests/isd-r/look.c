#include "tests/isd-r/look.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

uint32_t look_resource(struct peer *peer, uint32_t tag)
{
    const struct bytes info = peer_ask(peer, BYTES(0xBF, 0x22, 0x00), 0xBF22);
    struct tlv resources, number;
    uint32_t value;
    cr_assert(tlv_find(info, 0x84, &resources));
    cr_assert(tlv_find(resources.value, tag, &number));
    cr_assert(bytes_to_u32(number.value, &value));
    return value;
}

struct bytes look_notification(struct peer *peer, uint32_t sequence)
{
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv list;
    const size_t mark = tlv_open(&request, 0xBF2B);
    const size_t criteria = tlv_open(&request, 0xA0);
    der_put_integer(&request, 0x80, sequence);
    tlv_close(&request, criteria);
    tlv_close(&request, mark);
    cr_assert(tlv_whole(peer_ask(peer, writer_bytes(&request), 0xBF2B), 0xA0, &list));
    return list.value;
}

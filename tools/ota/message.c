#include "tools/ota/message.h"

#define ELEMENT_CONCATENATED 0x00
#define CONCATENATED_LEN 3

#define SUBMIT_MASK 0x43 /* type and user data header */
#define SUBMIT 0x41
#define VALIDITY_MASK 0x18
#define VALIDITY_RELATIVE 0x10
#define VALIDITY_LEN 7

static bool add(struct message_list *list, struct bytes originator, struct bytes user_data)
{
    if (list->count == MESSAGE_PARTS_MAX)
        return false;
    struct message_tpdu *part = &list->parts[list->count++];
    struct writer out = writer_on(part->data, sizeof(part->data));
    sms_put_deliver(&(struct sms_message){.originator = originator, .user_data = user_data}, &out);
    part->len = out.len;
    return !out.overflow;
}

bool message_pack(struct bytes packet, struct bytes originator, uint8_t reference,
                  struct message_list *out)
{
    const uint8_t count = sms_part_count(packet.len);
    bool good = count > 0 && count <= MESSAGE_PARTS_MAX;
    out->count = 0;
    for (uint8_t number = 1; good && number <= count; number++) {
        uint8_t room[SMS_USER_DATA_MAX];
        struct writer part = writer_on(room, sizeof(room));
        sms_put_part(packet, SMS_COMMAND_PACKET, reference, number, &part);
        good = add(out, originator, writer_bytes(&part));
    }
    return good;
}

/* From the front of a SUBMIT to its user data. */
static bool take_front(struct bytes *tpdu)
{
    struct bytes skipped;
    uint8_t first, reference, digits, len;
    if (!bytes_take_u8(tpdu, &first) || (first & SUBMIT_MASK) != SUBMIT ||
        !bytes_take_u8(tpdu, &reference) || !bytes_take_u8(tpdu, &digits) ||
        !bytes_take(tpdu, 1 + (digits + 1u) / 2, &skipped) || !bytes_take(tpdu, 2, &skipped))
        return false;
    const uint8_t validity = first & VALIDITY_MASK;
    const size_t validity_len = validity == 0                   ? 0
                                : validity == VALIDITY_RELATIVE ? 1
                                                                : VALIDITY_LEN;
    return bytes_take(tpdu, validity_len, &skipped) && bytes_take_u8(tpdu, &len);
}

bool message_unpack(struct bytes tpdu, struct writer *out)
{
    struct bytes header, value;
    uint8_t len, element, element_len;
    bool response = false, further = false;
    if (!take_front(&tpdu) || !bytes_take_u8(&tpdu, &len) || !bytes_take(&tpdu, len, &header))
        return false;
    while (header.len > 0) {
        if (!bytes_take_u8(&header, &element) || !bytes_take_u8(&header, &element_len) ||
            !bytes_take(&header, element_len, &value))
            return false;
        response |= element == SMS_RESPONSE_PACKET;
        further |=
            element == ELEMENT_CONCATENATED && value.len == CONCATENATED_LEN && value.data[2] > 1;
    }
    if (response)
        writer_put(out, BYTES(0x02, SMS_RESPONSE_PACKET, 0x00));
    writer_put(out, tpdu);
    return response || further;
}

#include "fs/ota/sms.h"

#include "apdu/comprehension.h"

#define TAG_DEVICES 0x82
#define TAG_ADDRESS 0x86
#define TAG_TPDU 0x8B
#define DEVICE_NETWORK 0x83
#define DEVICE_UICC 0x81

/* First byte of a TPDU (TS 23.040 §9.2.3). */
#define TYPE_MASK 0x03
#define TYPE_DELIVER 0x00
#define TYPE_SUBMIT 0x01
#define USER_DATA_HEADER 0x40
#define NO_MORE_MESSAGES 0x04

#define TIME_STAMP_LEN 7
#define PID_DOWNLOAD 0x7F /* (U)SIM data download */
#define DCS_CLASS_2 0xF6  /* 8 bits, class 2 */

/* Elements of a user data header. */
#define ELEMENT_CONCATENATED 0x00
#define ELEMENT_CONCATENATED_16 0x08
#define CONCATENATED_LEN 3
#define WHOLE_HEADER_LEN 3      /* 02 70 00 */
#define FIRST_PART_HEADER_LEN 8 /* the longest of several */
#define PART_SIZE (SMS_USER_DATA_MAX - FIRST_PART_HEADER_LEN)

/* An address with its length in digits before it. */
static bool take_address(struct bytes *from, struct bytes *out)
{
    const struct bytes whole = *from;
    uint8_t digits;
    if (!bytes_take_u8(from, &digits) || digits > 2 * (SMS_ADDRESS_MAX - 2))
        return false;
    *from = whole;
    return bytes_take(from, 2 + (digits + 1u) / 2, out);
}

static bool read_user_data(struct bytes data, struct sms_delivery *out)
{
    uint8_t header_len;
    out->text = data;
    if (!out->has_header)
        return true;
    return bytes_take_u8(&data, &header_len) && bytes_take(&data, header_len, &out->header) &&
           (out->text = data, true);
}

static bool read_deliver(struct bytes tpdu, struct sms_delivery *out)
{
    uint8_t first, len;
    struct bytes stamp, data;
    if (!bytes_take_u8(&tpdu, &first) || (first & TYPE_MASK) != TYPE_DELIVER ||
        !take_address(&tpdu, &out->originator) || !bytes_take_u8(&tpdu, &out->pid) ||
        !bytes_take_u8(&tpdu, &out->dcs) || !bytes_take(&tpdu, TIME_STAMP_LEN, &stamp) ||
        !bytes_take_u8(&tpdu, &len))
        return false;
    out->has_header = (first & USER_DATA_HEADER) != 0;
    /* Senders that count otherwise than in bytes are taken at what they have sent. */
    if (!bytes_take(&tpdu, len <= tpdu.len ? len : tpdu.len, &data))
        return false;
    return read_user_data(data, out);
}

bool sms_read(const struct tlv *envelope, struct sms_delivery *out)
{
    struct bytes in = envelope->value;
    struct tlv devices, address, tpdu;
    *out = (struct sms_delivery){0};
    if (envelope->tag != SMS_ENVELOPE || !comprehension_take(&in, TAG_DEVICES, &devices) ||
        !comprehension_find(in, TAG_TPDU, &tpdu))
        return false;
    if (comprehension_find(in, TAG_ADDRESS, &address))
        out->center = address.value;
    return read_deliver(tpdu.value, out);
}

static bool read_concatenation(uint8_t element, struct bytes value, struct sms_part *out)
{
    uint8_t low;
    if (element == ELEMENT_CONCATENATED_16 ? !bytes_take_u16(&value, &out->reference)
                                           : !bytes_take_u8(&value, &low))
        return false;
    if (element == ELEMENT_CONCATENATED)
        out->reference = low;
    return bytes_take_u8(&value, &out->count) && bytes_take_u8(&value, &out->number) &&
           value.len == 0 && out->number >= 1 && out->number <= out->count;
}

bool sms_read_part(const struct sms_delivery *delivery, struct sms_part *out)
{
    struct bytes header = delivery->header, value;
    uint8_t element, len;
    *out = (struct sms_part){.count = 1, .number = 1};
    while (header.len > 0) {
        if (!bytes_take_u8(&header, &element) || !bytes_take_u8(&header, &len) ||
            !bytes_take(&header, len, &value))
            return false;
        if (element == SMS_COMMAND_PACKET)
            out->command_packet = true;
        if ((element == ELEMENT_CONCATENATED || element == ELEMENT_CONCATENATED_16) &&
            !read_concatenation(element, value, out))
            return false;
    }
    return true;
}

uint8_t sms_part_count(size_t packet_len)
{
    const size_t count = (packet_len + PART_SIZE - 1) / PART_SIZE;
    if (packet_len <= SMS_USER_DATA_MAX - WHOLE_HEADER_LEN)
        return 1;
    return count <= UINT8_MAX ? (uint8_t)count : 0;
}

void sms_put_part(struct bytes packet, uint8_t kind, uint8_t reference, uint8_t number,
                  struct writer *out)
{
    const uint8_t count = sms_part_count(packet.len);
    struct bytes before;
    if (count == 1) {
        writer_put(out, BYTES(WHOLE_HEADER_LEN - 1, kind, 0));
        writer_put(out, packet);
        return;
    }
    if (number < 1 || number > count || !bytes_take(&packet, (number - 1u) * PART_SIZE, &before))
        return;
    if (packet.len > PART_SIZE)
        packet.len = PART_SIZE;
    writer_put_u8(out, number == 1 ? FIRST_PART_HEADER_LEN - 1 : FIRST_PART_HEADER_LEN - 3);
    writer_put(out, BYTES(ELEMENT_CONCATENATED, CONCATENATED_LEN, reference, count, number));
    if (number == 1)
        writer_put(out, BYTES(kind, 0));
    writer_put(out, packet);
}

void sms_put_submit(const struct sms_delivery *answered, struct bytes user_data, struct writer *out)
{
    writer_put_u8(out, TYPE_SUBMIT | USER_DATA_HEADER);
    writer_put_u8(out, 0); /* the terminal sets the message reference */
    writer_put(out, answered->originator);
    writer_put_u8(out, PID_DOWNLOAD);
    writer_put_u8(out, DCS_CLASS_2);
    writer_put_u8(out, (uint8_t)user_data.len);
    writer_put(out, user_data);
}

void sms_put_deliver(const struct sms_message *message, struct writer *out)
{
    writer_put_u8(out, TYPE_DELIVER | NO_MORE_MESSAGES | USER_DATA_HEADER);
    writer_put(out, message->originator);
    writer_put_u8(out, PID_DOWNLOAD);
    writer_put_u8(out, DCS_CLASS_2);
    writer_fill(out, 0, TIME_STAMP_LEN);
    writer_put_u8(out, (uint8_t)message->user_data.len);
    writer_put(out, message->user_data);
}

void sms_put_envelope(const struct sms_message *message, struct writer *out)
{
    const size_t mark = tlv_open(out, SMS_ENVELOPE);
    tlv_put(out, TAG_DEVICES, BYTES(DEVICE_NETWORK, DEVICE_UICC));
    if (message->center.len > 0)
        tlv_put(out, TAG_ADDRESS, message->center);
    const size_t tpdu = tlv_open(out, TAG_TPDU);
    sms_put_deliver(message, out);
    tlv_close(out, tpdu);
    tlv_close(out, mark);
}

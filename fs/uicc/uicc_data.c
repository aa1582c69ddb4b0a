/* RETRIEVE DATA and SET DATA: objects of BER-TLV EFs, in one command or in several (TS 102 221
 * §11.3). */
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/tlv.h"
#include "crypto/primitives/secret.h"
#include "fs/uicc/uicc_file.h"

/* P2 (TS 102 221 tables 11.24, 11.26): which block, and a short file id. */
#define BLOCK_MASK 0xC0
#define BLOCK_FIRST 0x80
#define BLOCK_NEXT 0x00
#define BLOCK_AGAIN 0x40
#define BLOCK_RFU 0x20

#define TAG_LIST 0x5C    /* asks for the tags of all objects */
#define BLOCK_MAX 0xFF00 /* bytes that fit in one response */

/* Three bytes at most, nothing behind. */
static bool read_tag(struct bytes data, uint32_t *tag)
{
    struct tlv_header header;
    uint8_t whole[TLV_HEADER_MAX];
    struct writer writer = writer_on(whole, sizeof whole);
    if (data.len == 0 || data.len > 3)
        return false;
    writer_put(&writer, data);
    writer_put_u8(&writer, 0);
    if (tlv_read_header(writer_bytes(&writer), &header) != TLV_FRONT_OK ||
        header.header_len != writer.len)
        return false;
    *tag = header.tag;
    return true;
}

static struct bytes objects_of(const struct file *file)
{
    return bytes_of(file->content, file->content != NULL ? file->content_len : 0);
}

static void put_tags(const struct file *file, struct writer *out)
{
    struct bytes objects = objects_of(file);
    struct tlv object;
    const size_t mark = tlv_open(out, TAG_LIST);
    while (tlv_take(&objects, &object))
        tlv_put_tag(out, object.tag);
    tlv_close(out, mark);
}

/* The object with the transfer's tag, or the list of tags, from the transfer's offset on. */
static int put_from(const struct uicc_transfer *transfer, size_t len, struct writer *response,
                    bool *more)
{
    struct tlv object;
    struct bytes whole;
    if (transfer->tag == TAG_LIST) {
        put_tags(transfer->file, response);
        whole = writer_bytes(response);
        response->len = 0;
    } else if (tlv_find(objects_of(transfer->file), transfer->tag, &object)) {
        whole = object.whole;
    } else {
        return SW_REFERENCE_NOT_FOUND;
    }
    if (transfer->offset >= whole.len)
        return SW_CONDITIONS_NOT_SATISFIED;
    const size_t left = whole.len - transfer->offset;
    *more = left > len;
    len = *more ? len : left;
    uint8_t *room = writer_reserve(response, len);
    if (room == NULL)
        return FAILURE_INTERNAL;
    memmove(room, whole.data + transfer->offset, len);
    return 0;
}

/* Bytes wanted: Le, or, where the command has none, all of it for GET RESPONSE to fetch. */
static size_t block_len(const struct apdu *apdu)
{
    return apdu->le == 0 || apdu->le > BLOCK_MAX ? BLOCK_MAX : apdu->le;
}

static int send_block(struct uicc_transfer *transfer, const struct apdu *apdu,
                      struct writer *response)
{
    bool more = false;
    transfer->block = transfer->offset;
    const int result = put_from(transfer, block_len(apdu), response, &more);
    if (result != 0)
        return result;
    transfer->offset += (uint32_t)response->len;
    return more ? SW_MORE_DATA : 0;
}

/* A transfer goes on only while nothing of the card has changed. */
static bool goes_on(const struct uicc *uicc, const struct uicc_channel *channel, bool sending)
{
    const struct uicc_transfer *transfer = &channel->transfer;
    return transfer->file != NULL && channel->file != NULL &&
           transfer->file == file_resolve(channel->file) &&
           transfer->generation == uicc->generation && (transfer->buffer == NULL) == sending;
}

static int retrieve_first(struct uicc *uicc, const struct apdu *apdu, struct writer *response)
{
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct file *file;
    uint32_t tag;
    uicc_state_end_transfer(&channel->transfer);
    if (!read_tag(apdu->data, &tag))
        return SW_WRONG_DATA;
    const int result =
        uicc_file_open(uicc, apdu, apdu->p2 & UICC_SFI_MASK, ACCESS_READ, UICC_BER_TLV, &file);
    if (result != 0)
        return result;
    channel->transfer =
        (struct uicc_transfer){.file = file, .generation = uicc->generation, .tag = tag};
    return send_block(&channel->transfer, apdu, response);
}

/* TS 102 221 §11.3.1 */
int uicc_retrieve_data(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    const uint8_t block = apdu->p2 & BLOCK_MASK;
    if (apdu->p1 != 0 || (apdu->p2 & BLOCK_RFU) || block == BLOCK_MASK)
        return SW_WRONG_P1_P2;
    if (block == BLOCK_FIRST)
        return retrieve_first(uicc, apdu, response);
    if (!goes_on(uicc, channel, true))
        return SW_CONDITIONS_NOT_SATISFIED;
    if (block == BLOCK_AGAIN)
        channel->transfer.offset = channel->transfer.block;
    return send_block(&channel->transfer, apdu, response);
}

/* Takes the object with this tag out; bytes it took. */
static size_t remove_object(struct file *file, uint32_t tag)
{
    struct tlv object;
    if (!tlv_find(objects_of(file), tag, &object))
        return 0;
    const size_t at = (size_t)(object.whole.data - file->content);
    const size_t behind = file->content_len - at - object.whole.len;
    memmove(file->content + at, file->content + at + object.whole.len, behind);
    file->content_len -= (uint32_t)object.whole.len;
    return object.whole.len;
}

/* Bytes of content once this object is in. */
static size_t len_with(const struct file *file, const struct tlv_header *header)
{
    struct tlv object;
    size_t len = file->content_len + header->header_len + header->value_len;
    if (tlv_find(objects_of(file), header->tag, &object))
        len -= object.whole.len;
    return len;
}

/* A file may outgrow what is reserved for it, up to its maximum. */
static bool make_room(struct uicc *uicc, struct file *file, size_t len)
{
    if (file->content != NULL && len <= file->size)
        return true;
    const uint32_t size = len <= file->size ? file->size : file->maximum;
    if (len > size)
        return false;
    uint8_t *content = arena_alloc(&uicc->profile->arena, size);
    if (content == NULL)
        return false;
    if (file->content != NULL)
        memcpy(content, file->content, file->content_len);
    file->content = content;
    file->size = size;
    return true;
}

/* The whole object takes the place of the one with its tag. */
static int set_object(struct uicc *uicc, struct file *file, struct bytes whole)
{
    struct tlv_header header;
    (void)tlv_read_header(whole, &header);
    remove_object(file, header.tag);
    memcpy(file->content + file->content_len, whole.data, whole.len);
    file->content_len += (uint32_t)whole.len;
    return uicc_keep_file(uicc, file);
}

static int delete_object(struct uicc *uicc, struct file *file, uint32_t tag)
{
    if (remove_object(file, tag) == 0)
        return SW_REFERENCE_NOT_FOUND;
    return uicc_keep_file(uicc, file);
}

static int begin_transfer(struct uicc *uicc, struct uicc_channel *channel, struct file *file,
                          size_t total, struct bytes front)
{
    uint8_t *buffer = malloc(total);
    if (buffer == NULL)
        return FAILURE_MEMORY;
    memcpy(buffer, front.data, front.len);
    channel->transfer = (struct uicc_transfer){.file = file,
                                               .generation = uicc->generation,
                                               .offset = (uint32_t)front.len,
                                               .buffer = buffer,
                                               .total = (uint32_t)total};
    return SW_MORE_EXPECTED;
}

static int set_first(struct uicc *uicc, const struct apdu *apdu)
{
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct tlv_header header;
    struct file *file;
    uint32_t tag;
    uicc_state_end_transfer(&channel->transfer);
    const int result =
        uicc_file_open(uicc, apdu, apdu->p2 & UICC_SFI_MASK, ACCESS_UPDATE, UICC_BER_TLV, &file);
    if (result != 0)
        return result;
    if (read_tag(apdu->data, &tag))
        return delete_object(uicc, file, tag);
    if (tlv_read_header(apdu->data, &header) != TLV_FRONT_OK || header.tag == TAG_LIST ||
        header.header_len + header.value_len < apdu->data.len)
        return SW_WRONG_DATA;
    if (!make_room(uicc, file, len_with(file, &header)))
        return SW_NOT_ENOUGH_MEMORY;
    if (header.header_len + header.value_len == apdu->data.len)
        return set_object(uicc, file, apdu->data);
    return begin_transfer(uicc, channel, file, header.header_len + header.value_len, apdu->data);
}

static int set_next(struct uicc *uicc, const struct apdu *apdu)
{
    struct uicc_transfer *transfer = &uicc_channel(uicc, apdu)->transfer;
    if (!goes_on(uicc, uicc_channel(uicc, apdu), false))
        return SW_CONDITIONS_NOT_SATISFIED;
    if (apdu->data.len > transfer->total - transfer->offset) {
        uicc_state_end_transfer(transfer);
        return SW_WRONG_DATA;
    }
    memcpy(transfer->buffer + transfer->offset, apdu->data.data, apdu->data.len);
    transfer->offset += (uint32_t)apdu->data.len;
    if (transfer->offset < transfer->total)
        return SW_MORE_EXPECTED;
    const int result =
        set_object(uicc, transfer->file, bytes_of(transfer->buffer, transfer->total));
    uicc_state_end_transfer(transfer);
    return result;
}

/* TS 102 221 §11.3.2 */
int uicc_set_data(void *state, const struct apdu *apdu, struct writer *response)
{
    const uint8_t block = apdu->p2 & BLOCK_MASK;
    (void)response;
    if (apdu->p1 != 0 || (apdu->p2 & BLOCK_RFU) || (block != BLOCK_FIRST && block != BLOCK_NEXT))
        return SW_WRONG_P1_P2;
    return block == BLOCK_FIRST ? set_first(state, apdu) : set_next(state, apdu);
}

#include "fs/uicc/uicc_record.h"

#include "apdu/status.h"

/* The record after or before the current one; a cyclic file has no end (TS 102 221 §8.2.2). */
static int neighbour(const struct file *file, uint16_t current, enum uicc_record_mode mode,
                     uint16_t *number)
{
    const uint16_t count = (uint16_t)file_record_count(file);
    const bool next = mode == UICC_RECORD_NEXT;
    const uint16_t first = next ? 1 : count, last = next ? count : 1;
    if (current == 0 || current > count)
        *number = first;
    else if (current != last)
        *number = (uint16_t)(current + (next ? 1 : -1));
    else if (file->type == FILE_CYCLIC)
        *number = first;
    else
        return SW_RECORD_NOT_FOUND;
    return 0;
}

/* A number of 0 means the current record. */
static int absolute(const struct file *file, uint16_t current, uint8_t p1, uint16_t *number)
{
    *number = p1 == 0 ? current : p1;
    return *number != 0 && *number <= file_record_count(file) ? 0 : SW_RECORD_NOT_FOUND;
}

static int locate(const struct uicc_channel *channel, const struct file *file,
                  const struct apdu *apdu, uint16_t *number)
{
    const enum uicc_record_mode mode = apdu->p2 & UICC_RECORD_MODE_MASK;
    if (file->content == NULL || file_record_count(file) == 0)
        return SW_RECORD_NOT_FOUND;
    if (mode == UICC_RECORD_ABSOLUTE)
        return absolute(file, channel->record, apdu->p1, number);
    return neighbour(file, channel->record, mode, number);
}

/* NEXT and PREVIOUS take no number. */
static bool reference_is_valid(const struct apdu *apdu)
{
    const enum uicc_record_mode mode = apdu->p2 & UICC_RECORD_MODE_MASK;
    if (apdu->p2 >> UICC_RECORD_SFI_SHIFT > UICC_SFI_MAX)
        return false;
    return mode == UICC_RECORD_ABSOLUTE ||
           ((mode == UICC_RECORD_NEXT || mode == UICC_RECORD_PREVIOUS) && apdu->p1 == 0);
}

/* NEXT and PREVIOUS move the record pointer, a number does not (TS 102 221 §11.1.5). */
static void move_pointer(struct uicc_channel *channel, const struct apdu *apdu, uint16_t number)
{
    if ((apdu->p2 & UICC_RECORD_MODE_MASK) != UICC_RECORD_ABSOLUTE)
        channel->record = number;
}

uint8_t *uicc_record_at(const struct file *file, uint16_t number)
{
    return file->content + (size_t)(number - 1) * file->record_len;
}

/* TS 102 221 §11.1.5 */
int uicc_read_record(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct file *file;
    uint16_t number;
    if (!reference_is_valid(apdu))
        return SW_WRONG_P1_P2;
    int result = uicc_file_open(uicc, apdu, apdu->p2 >> UICC_RECORD_SFI_SHIFT, ACCESS_READ,
                                UICC_RECORDS, &file);
    if (result == 0)
        result = locate(channel, file, apdu, &number);
    if (result != 0)
        return result;
    if (apdu->le != file->record_len && !uicc_le_is_open(apdu))
        return SW_WRONG_LE | (file->record_len & 0xFF);
    move_pointer(channel, apdu, number);
    writer_put(response, bytes_of(uicc_record_at(file, number), file->record_len));
    return 0;
}

uint8_t *uicc_record_rotate(struct file *file)
{
    const uint16_t count = (uint16_t)file_record_count(file);
    memmove(file->content + file->record_len, file->content,
            (size_t)(count - 1) * file->record_len);
    return file->content;
}

/* In a cyclic file the oldest record is overwritten and is the first from now on. */
static int update_cyclic(struct uicc *uicc, const struct apdu *apdu, struct file *file)
{
    if ((apdu->p2 & UICC_RECORD_MODE_MASK) != UICC_RECORD_PREVIOUS)
        return SW_COMMAND_INCOMPATIBLE;
    memcpy(uicc_record_rotate(file), apdu->data.data, file->record_len);
    uicc_channel(uicc, apdu)->record = 1;
    return uicc_keep_file(uicc, file);
}

static int update_linear(struct uicc *uicc, const struct apdu *apdu, struct file *file,
                         uint16_t number)
{
    uint8_t *record = uicc_record_at(file, number);
    move_pointer(uicc_channel(uicc, apdu), apdu, number);
    if (bytes_equal(apdu->data, bytes_of(record, file->record_len)))
        return 0;
    memcpy(record, apdu->data.data, file->record_len);
    return uicc_keep_file(uicc, file);
}

/* TS 102 221 §11.1.6 */
int uicc_update_record(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct file *file;
    uint16_t number;
    (void)response;
    if (!reference_is_valid(apdu))
        return SW_WRONG_P1_P2;
    int result = uicc_file_open(uicc, apdu, apdu->p2 >> UICC_RECORD_SFI_SHIFT, ACCESS_UPDATE,
                                UICC_RECORDS, &file);
    if (result == 0)
        result = locate(uicc_channel(uicc, apdu), file, apdu, &number);
    if (result != 0)
        return result;
    if (apdu->data.len != file->record_len)
        return SW_WRONG_LENGTH;
    return file->type == FILE_CYCLIC ? update_cyclic(uicc, apdu, file)
                                     : update_linear(uicc, apdu, file, number);
}

/* SEEK, INCREASE, INVALIDATE, REHABILITATE and SLEEP in class A0 (TS 51.011 §8.7, §8.8, §8.14,
 * §8.15, §8.17). */
#include "apdu/status.h"
#include "fs/uicc/uicc_gsm.h"
#include "fs/uicc/uicc_record.h"

#define FAMILY_UICC 0x00
#define FAMILY_PROPRIETARY 0x80 /* in which a UICC has INCREASE */
#define INCREASE_SIZE 3
#define SEEK_TYPE_2 0x10 /* of P2: the record's number is answered */
#define SEEK_MODE 0x0F

enum seek_mode { SEEK_FROM_FIRST, SEEK_FROM_LAST, SEEK_FROM_NEXT, SEEK_FROM_PREVIOUS };

/* The command as a UICC has it. */
static struct apdu as_uicc(const struct apdu *apdu, uint8_t family)
{
    struct apdu command = *apdu;
    command.family = family;
    return command;
}

/* Where the search begins; a pointer that is nowhere stands beside the end that is looked at first.
 */
static int first_record(enum seek_mode mode, uint16_t current, uint16_t count)
{
    switch (mode) {
    case SEEK_FROM_FIRST:
        return 1;
    case SEEK_FROM_LAST:
        return count;
    case SEEK_FROM_NEXT:
        return current + 1;
    default:
        return current == 0 ? count : current - 1;
    }
}

/* Number of the record that begins with the pattern or holds it; 0: none does. */
static uint16_t seek(const struct file *file, struct bytes pattern, enum seek_mode mode,
                     uint16_t current)
{
    const uint16_t count = (uint16_t)file_record_count(file);
    const int step = mode == SEEK_FROM_LAST || mode == SEEK_FROM_PREVIOUS ? -1 : 1;
    for (int at = first_record(mode, current, count); at >= 1 && at <= count; at += step)
        if (memcmp(uicc_record_at(file, (uint16_t)at), pattern.data, pattern.len) == 0)
            return (uint16_t)at;
    return 0;
}

static int check_seek(struct uicc *uicc, const struct apdu *apdu, struct file **file)
{
    const struct apdu command = as_uicc(apdu, FAMILY_UICC);
    if (!uicc_gsm_is_served(uicc))
        return SW_CLASS;
    if (apdu->p1 != 0 || (apdu->p2 & ~(SEEK_TYPE_2 | SEEK_MODE)) != 0 ||
        (apdu->p2 & SEEK_MODE) > SEEK_FROM_PREVIOUS)
        return SW_OFFSET;
    const int result = uicc_file_open(uicc, &command, 0, ACCESS_READ, UICC_RECORDS, file);
    if (result != 0)
        return uicc_gsm_translate(result);
    if ((*file)->type != FILE_LINEAR_FIXED)
        return SW_GSM_WRONG_STRUCTURE;
    return apdu->data.len <= (*file)->record_len ? 0 : SW_WRONG_LENGTH | (*file)->record_len;
}

/* TS 51.011 §8.7: a record that begins with the pattern. */
int uicc_gsm_seek(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct file *file;
    (void)response;
    const int result = check_seek(uicc, apdu, &file);
    if (result != 0)
        return result;
    const enum seek_mode mode = apdu->p2 & SEEK_MODE;
    const uint16_t found =
        file->content != NULL ? seek(file, apdu->data, mode, channel->record) : 0;
    if (found == 0)
        return SW_GSM_FILE_NOT_FOUND;
    channel->record = found;
    if ((apdu->p2 & SEEK_TYPE_2) == 0)
        return 0;
    struct writer answer = writer_on(uicc->gsm.data, sizeof uicc->gsm.data);
    writer_put_u8(&answer, (uint8_t)found);
    return uicc_gsm_announce(uicc, &answer);
}

int uicc_gsm_increase(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    const struct apdu command = as_uicc(apdu, FAMILY_PROPRIETARY);
    if (!uicc_gsm_is_served(uicc))
        return SW_CLASS;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_OFFSET;
    if (apdu->data.len != INCREASE_SIZE)
        return SW_WRONG_LENGTH | INCREASE_SIZE;
    const int result = uicc_increase(state, &command, response);
    if (result != 0)
        return uicc_gsm_translate(result);
    struct writer answer = writer_on(uicc->gsm.data, sizeof uicc->gsm.data);
    writer_put(&answer, writer_bytes(response));
    response->len = 0;
    return answer.overflow ? SW_TECHNICAL_PROBLEM : uicc_gsm_announce(uicc, &answer);
}

/* Of the current EF; one that is so already contradicts the command. */
static int change(struct uicc *uicc, const struct apdu *apdu, bool active, command_handler *handler)
{
    const struct file *file = uicc_channel(uicc, apdu)->file;
    const struct apdu command = as_uicc(apdu, FAMILY_UICC);
    struct writer none = {0};
    if (!uicc_gsm_is_served(uicc))
        return SW_CLASS;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_OFFSET;
    if (apdu->data.len != 0)
        return SW_WRONG_LENGTH;
    if (file == NULL)
        return SW_GSM_NO_EF_SELECTED;
    const bool is_active = file_resolve((struct file *)file)->life_cycle != FILE_DEACTIVATED;
    const int result = uicc_gsm_translate(handler(uicc, &command, &none));
    return result == 0 && is_active == active ? SW_GSM_INVALIDATED : result;
}

int uicc_gsm_invalidate(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)response;
    return change(state, apdu, false, uicc_deactivate_file);
}

int uicc_gsm_rehabilitate(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)response;
    return change(state, apdu, true, uicc_activate_file);
}

/* TS 51.011 §8.17: for terminals of phase 1; nothing comes of it. */
int uicc_gsm_sleep(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)response;
    if (!uicc_gsm_is_served(state))
        return SW_CLASS;
    return apdu->p1 == 0 && apdu->p2 == 0 ? 0 : SW_OFFSET;
}

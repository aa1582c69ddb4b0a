/* SEARCH RECORD (TS 102 221 §11.1.7). */
#include "apdu/status.h"
#include "fs/uicc/uicc_record.h"

/* P2, and the low bits of the first indication byte, with whose values the simple modes agree
 * (TS 102 221 tables 11.12, 11.13). */
enum search_mode {
    SEARCH_FORWARD = 4,
    SEARCH_BACKWARD = 5,
    SEARCH_ENHANCED = 6,     /* P2 only */
    SEARCH_FORWARD_NEXT = 6, /* indication only: from the record after the current one */
    SEARCH_BACKWARD_PREVIOUS = 7,
};

#define INDICATION_MODE 0x07
#define INDICATION_BY_VALUE 0x08 /* second byte: a value behind whose first place to search */
#define INDICATION_RFU 0xF0

struct search {
    const struct file *file;
    struct bytes pattern;
    uint8_t mode; /* as in an indication byte */
    bool by_value;
    uint8_t where; /* offset, or the value that says where to begin */
    uint16_t start;
};

/* Offset in the record at which to begin; its length if nowhere. */
static size_t begin_in(const struct search *search, struct bytes record)
{
    if (!search->by_value)
        return search->where < record.len ? search->where : record.len;
    const uint8_t *at = memchr(record.data, search->where, record.len);
    return at != NULL ? (size_t)(at - record.data) + 1 : record.len;
}

static bool matches(const struct search *search, uint16_t number)
{
    struct bytes record = bytes_of(uicc_record_at(search->file, number), search->file->record_len);
    const size_t begin = begin_in(search, record);
    return memmem(record.data + begin, record.len - begin, search->pattern.data,
                  search->pattern.len) != NULL;
}

static bool is_backward(const struct search *search)
{
    return (search->mode & 1) != 0;
}

/* Numbers of the records that match, in the order of the search. */
static void put_matches(const struct search *search, struct writer *response)
{
    const uint16_t count = (uint16_t)file_record_count(search->file);
    const int step = is_backward(search) ? -1 : 1;
    for (int number = search->start; number >= 1 && number <= count; number += step)
        if (matches(search, (uint16_t)number))
            writer_put_u8(response, (uint8_t)number);
}

/* P1 numbers the first record, 0 the current one; without a current one the search begins at the
 * end of the file that it leaves. */
static int find_start(const struct uicc_channel *channel, uint8_t p1, struct search *search)
{
    const uint16_t count = (uint16_t)file_record_count(search->file);
    const bool beside =
        search->mode == SEARCH_FORWARD_NEXT || search->mode == SEARCH_BACKWARD_PREVIOUS;
    const int step = is_backward(search) ? -1 : 1;
    if (p1 > count)
        return SW_RECORD_NOT_FOUND;
    if (p1 != 0)
        search->start = p1;
    else if (channel->record == 0)
        search->start = is_backward(search) ? count : 1;
    else
        search->start = (uint16_t)(channel->record + (beside ? step : 0));
    return 0;
}

static int read_enhanced(const struct apdu *apdu, struct search *search)
{
    uint8_t indication;
    if (!bytes_take_u8(&search->pattern, &indication) ||
        !bytes_take_u8(&search->pattern, &search->where))
        return SW_WRONG_LENGTH;
    search->mode = indication & INDICATION_MODE;
    search->by_value = (indication & INDICATION_BY_VALUE) != 0;
    if ((indication & INDICATION_RFU) || search->mode < SEARCH_FORWARD)
        return SW_WRONG_DATA;
    return search->mode >= SEARCH_FORWARD_NEXT && apdu->p1 != 0 ? SW_WRONG_P1_P2 : 0;
}

static int read_command(const struct apdu *apdu, struct search *search)
{
    search->mode = apdu->p2 & UICC_RECORD_MODE_MASK;
    search->pattern = apdu->data;
    if (search->mode < SEARCH_FORWARD || search->mode > SEARCH_ENHANCED ||
        apdu->p2 >> UICC_RECORD_SFI_SHIFT > UICC_SFI_MAX)
        return SW_WRONG_P1_P2;
    const int result = search->mode == SEARCH_ENHANCED ? read_enhanced(apdu, search) : 0;
    return result == 0 && search->pattern.len == 0 ? SW_WRONG_LENGTH : result;
}

/* TS 102 221 §11.1.7 */
int uicc_search_record(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct search search = {0};
    struct file *file;
    int result = read_command(apdu, &search);
    if (result == 0)
        result = uicc_file_open(uicc, apdu, apdu->p2 >> UICC_RECORD_SFI_SHIFT, ACCESS_READ,
                                UICC_RECORDS, &file);
    if (result != 0)
        return result;
    search.file = file;
    if (search.pattern.len > file->record_len)
        return SW_WRONG_LENGTH;
    result = file->content == NULL ? SW_RECORD_NOT_FOUND : find_start(channel, apdu->p1, &search);
    if (result != 0)
        return result;
    put_matches(&search, response);
    const struct bytes found = writer_bytes(response);
    if (found.len == 0)
        return uicc->settings.search_no_match != 0 ? SW_RECORD_NOT_FOUND : SW_END_OF_FILE;
    channel->record = found.data[0];
    return 0;
}

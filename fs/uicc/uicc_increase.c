/* INCREASE (TS 102 221 §11.1.8). */
#include "apdu/status.h"
#include "fs/uicc/uicc_record.h"

#define VALUE_MAX 127 /* bytes that may be added at once (TS 102 221 §11.1.8) */
#define RECORD_MAX 255

/* sum += value, both big endian; false if the sum needs more bytes than it has. */
static bool add(uint8_t *sum, size_t sum_len, struct bytes value)
{
    unsigned carry = 0;
    for (size_t i = 1; i <= sum_len; i++) {
        carry += sum[sum_len - i];
        if (i <= value.len)
            carry += value.data[value.len - i];
        sum[sum_len - i] = (uint8_t)carry;
        carry >>= 8;
    }
    return carry == 0;
}

/* The last updated record plus the value becomes the new first record. */
static int increase(struct uicc *uicc, struct file *file, struct bytes value,
                    struct writer *response)
{
    uint8_t sum[RECORD_MAX];
    const size_t len = file->record_len;
    memcpy(sum, uicc_record_at(file, 1), len);
    if (!add(sum, len, value))
        return SW_INCREASE_MAX;
    memcpy(uicc_record_rotate(file), sum, len);
    writer_put(response, bytes_of(sum, len));
    writer_put(response, value);
    return uicc_keep_file(uicc, file);
}

/* TS 102 221 §11.1.8 */
int uicc_increase(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct file *file;
    const bool by_sfi = (apdu->p1 & UICC_P1_HAS_SFI) != 0;
    const uint8_t sfi = apdu->p1 & UICC_SFI_MASK;
    if (apdu->p2 != 0 || (by_sfi ? (apdu->p1 & UICC_P1_SFI_RFU) || sfi == 0 : apdu->p1 != 0))
        return SW_WRONG_P1_P2;
    const int result =
        uicc_file_open(uicc, apdu, by_sfi ? sfi : 0, ACCESS_BY_HEADER, UICC_CYCLIC, &file);
    if (result != 0)
        return result;
    if (file->content == NULL || file_record_count(file) == 0)
        return SW_RECORD_NOT_FOUND;
    if (apdu->data.len > VALUE_MAX || apdu->data.len > file->record_len ||
        file->record_len > RECORD_MAX)
        return SW_WRONG_LENGTH;
    uicc_channel(uicc, apdu)->record = 1;
    return increase(uicc, file, apdu->data, response);
}

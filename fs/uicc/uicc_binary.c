/* READ BINARY and UPDATE BINARY (TS 102 221 §11.1.3, §11.1.4). */
#include "apdu/status.h"
#include "fs/uicc/uicc_file.h"

#define RESPONSE_DATA_MAX (APDU_RESPONSE_MAX - 2) /* bytes beside the status word */

/* P1 and P2: an offset of 15 bits in the current EF, or a short file id and an offset of 8 bits
 * (TS 102 221 table 11.10). */
struct place {
    uint8_t sfi; /* 0: the current EF */
    uint16_t offset;
};

static int read_place(const struct apdu *apdu, struct place *out)
{
    if ((apdu->p1 & UICC_P1_HAS_SFI) == 0) {
        *out = (struct place){0, (uint16_t)(apdu->p1 << 8 | apdu->p2)};
        return 0;
    }
    *out = (struct place){apdu->p1 & UICC_SFI_MASK, apdu->p2};
    const bool valid =
        (apdu->p1 & UICC_P1_SFI_RFU) == 0 && out->sfi != 0 && out->sfi <= UICC_SFI_MAX;
    return valid ? 0 : SW_WRONG_P1_P2;
}

static int open_at(struct uicc *uicc, const struct apdu *apdu, uint8_t mode, struct file **file,
                   uint16_t *offset)
{
    struct place place;
    int result = read_place(apdu, &place);
    if (result == 0)
        result = uicc_file_open(uicc, apdu, place.sfi, mode, UICC_TRANSPARENT, file);
    if (result != 0)
        return result;
    *offset = place.offset;
    return (*file)->content != NULL && place.offset < (*file)->size ? 0 : SW_OFFSET;
}

/* TS 102 221 §11.1.3 */
int uicc_read_binary(void *state, const struct apdu *apdu, struct writer *response)
{
    struct file *file;
    uint16_t offset;
    const int result = open_at(state, apdu, ACCESS_READ, &file, &offset);
    if (result != 0)
        return result;
    const uint32_t left = file->size - offset;
    const uint32_t available = left < RESPONSE_DATA_MAX ? left : RESPONSE_DATA_MAX;
    const uint32_t len = available < apdu->le ? available : apdu->le;
    if (len < apdu->le && !uicc_le_is_open(apdu))
        return SW_WRONG_LE | (available & 0xFF);
    writer_put(response, bytes_of(file->content + offset, len));
    return 0;
}

/* TS 102 221 §11.1.4. What is there already is not written again. */
int uicc_update_binary(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct file *file;
    uint16_t offset;
    (void)response;
    const int result = open_at(uicc, apdu, ACCESS_UPDATE, &file, &offset);
    if (result != 0)
        return result;
    if (apdu->data.len > file->size - offset)
        return SW_WRONG_LENGTH;
    if (bytes_equal(apdu->data, bytes_of(file->content + offset, apdu->data.len)))
        return 0;
    memcpy(file->content + offset, apdu->data.data, apdu->data.len);
    return uicc_keep_file(uicc, file);
}

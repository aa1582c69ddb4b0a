#include "fs/domain/fci.h"

#include "apdu/status.h"

#define RID_SIZE 5
#define P2_WHAT 0x0C /* the bits that say what is to be returned */
#define P2_NOTHING 0x0C
#define P2_FCI 0x00
#define P2_FCP 0x04 /* UICC's way to ask; answered with the FCI too (SGP.22 §5.7.1) */
#define P2_OCCURRENCE 0x03
#define TAG_FCI 0x6F
#define TAG_DF_NAME 0x84
#define TAG_PROPRIETARY 0xA5
#define TAG_COMMAND_MAX 0x9F65 /* longest data field of a command */

bool fci_matches(struct bytes aid, struct bytes asked_for)
{
    return asked_for.len >= RID_SIZE && bytes_start_with(aid, asked_for);
}

static void put(const struct fci *fci, struct writer *out)
{
    const size_t whole = tlv_open(out, TAG_FCI);
    tlv_put(out, TAG_DF_NAME, fci->aid);
    const size_t proprietary = tlv_open(out, TAG_PROPRIETARY);
    tlv_put_u8(out, TAG_COMMAND_MAX, APDU_DATA_SHORT_MAX);
    tlv_close(out, proprietary);
    writer_put(out, fci->extra);
    tlv_close(out, whole);
}

int fci_answer(const struct fci *fci, const struct apdu *select, struct writer *response)
{
    if (select->p2 & P2_OCCURRENCE)
        return SW_FILE_NOT_FOUND;
    switch (select->p2 & P2_WHAT) {
    case P2_NOTHING:
        return 0;
    case P2_FCI:
    case P2_FCP:
        put(fci, response);
        return 0;
    default:
        return SW_WRONG_P1_P2;
    }
}

/* STATUS (TS 102 221 §11.1.2). */
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "fs/fcp/fcp.h"
#include "fs/fcp/fcp_tags.h"
#include "fs/uicc/uicc_commands.h"

#define P1_LAST 2 /* no indication, application initialised, application will end */

enum status_form {
    STATUS_FCP = 0x00,
    STATUS_DF_NAME = 0x01,
    STATUS_NO_DATA = 0x0C,
};

static void put_form(struct uicc *uicc, const struct uicc_channel *channel, uint8_t form,
                     struct writer *response)
{
    const struct file *adf = channel->adf;
    if (form == STATUS_FCP)
        fcp_put(uicc->profile, channel->directory, response);
    else if (form == STATUS_DF_NAME)
        tlv_put(response, FCP_AID,
                adf != NULL ? bytes_of(adf->aid, adf->aid_len) : (struct bytes){0});
}

/* TS 102 221 §11.1.2. Without Le there is nobody to take data. */
int uicc_status(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    if (apdu->p1 > P1_LAST ||
        (apdu->p2 != STATUS_FCP && apdu->p2 != STATUS_DF_NAME && apdu->p2 != STATUS_NO_DATA))
        return SW_WRONG_P1_P2;
    if (apdu->shape == APDU_CASE_1)
        return 0;
    put_form(uicc, uicc_channel(uicc, apdu), apdu->p2, response);
    const size_t len = writer_bytes(response).len;
    if (len != 0 && apdu->le != len && !uicc_le_is_open(apdu))
        return SW_WRONG_LE | (int)len;
    return 0;
}

/* GET IDENTITY (TS 31.102 §7.5). */
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "fs/uicc/uicc_application.h"
#include "fs/uicc/uicc_commands.h"
#include "fs/usim/usim_identity.h"
#include "fs/usim/usim_service.h"

#define CONTEXT_SUCI 0x01
#define TAG_SUCI 0xA1

/* TS 31.102 §7.5. Services 124 and 125 together leave the computation to the USIM. */
int uicc_get_identity(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    const struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct file *adf = uicc_application_current(channel);
    if (apdu->p1 != 0 || apdu->p2 != CONTEXT_SUCI)
        return SW_WRONG_P1_P2;
    if (adf == NULL || !usim_service_is_available(adf, USIM_SERVICE_SUPI_PRIVACY) ||
        !usim_service_is_available(adf, USIM_SERVICE_SUCI_BY_USIM))
        return SW_CONDITIONS_NOT_SATISFIED;
    if (!uicc_application_pin_is_satisfied(uicc, channel, adf))
        return SW_SECURITY_STATUS;
    const size_t mark = tlv_open(response, TAG_SUCI);
    const int result = usim_identity_put_suci(adf, uicc->random, response);
    tlv_close(response, mark);
    return result;
}

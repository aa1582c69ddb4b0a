/* VerifySmdsResponse: is what an SM-DS of v3 says of events its own word? (SGP.22 v3 §3.6.2) */
#include "apdu/status.h"
#include "isd-r/es10b.h"
#include "isd-r/es10b_request.h"

#define TAG_SIGNED2 0xA1 /* SmdsSigned2 */
#define TAG_OK 0x80
#define TAG_ERROR 0x81
#define TAG_EVENT_LIST 0xA0
#define TAG_REGISTRATION 0xA1

/* What rspCapability promises (SGP.22 §4.3). */
int es10b_has_signed_smds(const struct isd_r *isd_r)
{
    return isd_r->info->rsp_capability & EUICC_INFO_SIGNED_SMDS_RESPONSE ? 0
                                                                         : SW_REFERENCE_NOT_FOUND;
}

/* The events are the LPA's to read; the chip looks whether there is one of the two things that an
 * SM-DS can answer. */
static bool parse(struct bytes value, struct es10b_request *out)
{
    struct bytes rest;
    struct tlv content;
    return es10b_request_take_signed(&value, TAG_SIGNED2, out, &rest) &&
           tlv_take(&rest, &content) &&
           (content.tag == TAG_EVENT_LIST || content.tag == TAG_REGISTRATION);
}

/* smdsSignature2 covers smdsSigned2 and euiccSignature1. The session ends with the SM-DS's word. */
int es10b_verify_smds_response(struct isd_r *isd_r, struct bytes request_value,
                               struct writer *response)
{
    struct es10b_request request = {0};
    if (!parse(request_value, &request))
        return SW_WRONG_DATA;
    const int error = es10b_request_check_signed(&isd_r->session, &request,
                                                 ES10_VERIFY_SMDS_RESPONSE, RSP_ROLE_DS_AUTH);
    const size_t mark = tlv_open(response, ES10_VERIFY_SMDS_RESPONSE);
    if (error == ES10B_ERROR_NONE)
        tlv_put(response, TAG_OK, (struct bytes){0});
    else
        der_put_integer(response, TAG_ERROR, error);
    tlv_close(response, mark);
    if (error == ES10B_ERROR_NONE)
        rsp_session_end(&isd_r->session);
    return 0;
}

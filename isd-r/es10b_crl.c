/* LoadCRL (SGP.22 §5.7.12). */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/es10b.h"
#include "isd-r/session/revocation.h"
#include "isd-r/state.h"

#define TAG_CRL 0xA0 /* CertificateList with this tag in place of SEQUENCE */
#define TAG_OK 0xA0
#define TAG_ERROR 0x81
#define TAG_MISSING_PARTS 0xA0

/* What rspCapability promises (SGP.22 §4.3). */
int es10b_has_crl(const struct isd_r *isd_r)
{
    return isd_r->info->rsp_capability & EUICC_INFO_CRL ? 0 : SW_REFERENCE_NOT_FOUND;
}

static int put_ok(struct isd_r *isd_r, const struct crl *crl, struct writer *response)
{
    uint8_t room[REVOCATION_PARTS_MAX * 4];
    struct writer missing = writer_on(room, sizeof(room));
    const int result = revocation_put_missing(isd_r->store, crl, &missing);
    const size_t mark = tlv_open(response, TAG_OK);
    if (missing.len > 0)
        tlv_put(response, TAG_MISSING_PARTS, writer_bytes(&missing));
    tlv_close(response, mark);
    return result;
}

int es10b_load_crl(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv list;
    struct crl crl;
    if (!tlv_take(&request, &list) || (list.tag != TAG_CRL && list.tag != DER_SEQUENCE))
        return SW_WRONG_DATA;
    int result = revocation_load(isd_r->store, &isd_r->credentials, list.value, &crl);
    if (result < 0)
        return result;
    if (result != REVOCATION_OK)
        trace_detail("LoadCRL: refused with %d", result);
    const size_t mark = tlv_open(response, ES10_LOAD_CRL);
    if (result == REVOCATION_OK)
        result = put_ok(isd_r, &crl, response);
    else
        tlv_put_u8(response, TAG_ERROR, (uint8_t)result);
    tlv_close(response, mark);
    return result < 0 ? result : 0;
}

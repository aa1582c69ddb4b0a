/* LoadRpmPackage, and what becomes of one that is interrupted (SGP.22 §5.7.23). */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/es10b.h"
#include "isd-r/es10b_request.h"
#include "isd-r/rpm/rpm_package.h"
#include "isd-r/rpm/rpm_result.h"

#define TAG_PACKAGE 0xA1

/* What rspCapability promises (SGP.22 §4.3). */
int es10b_has_rpm(const struct isd_r *isd_r)
{
    return isd_r->info->rsp_capability & EUICC_INFO_RPM ? 0 : SW_REFERENCE_NOT_FOUND;
}

/* LoadRpmPackageRequest and the SmdpSigned3 in it. rpmPending is the LPA's to know, and
 * targetEsimPort a chip's with more than one port. */
struct request {
    struct es10b_request front;
    struct tlv package;
};

static bool parse(struct bytes value, struct request *out)
{
    struct bytes rest;
    return es10b_request_take_signed(&value, DER_SEQUENCE, &out->front, &rest) &&
           tlv_take_tag(&rest, TAG_PACKAGE, &out->package);
}

/* A v3 session with an SM-DP+ in which no download has been prepared. */
static bool has_session(const struct isd_r *isd_r)
{
    return isd_r->session.v3 && isd_r->session.role == RSP_ROLE_DP_AUTH &&
           rsp_session_allows(&isd_r->session, ES10_LOAD_RPM_PACKAGE);
}

/* smdpSignature3 is by CERT.DPauth's key; enum rpm_result_error has the numbers of es10b_error. */
int es10b_load_rpm_package(struct isd_r *isd_r, struct bytes request_value, struct writer *response)
{
    struct request request;
    if (!parse(request_value, &request))
        return SW_WRONG_DATA;
    const int error = es10b_request_check_signed(&isd_r->session, &request.front,
                                                 ES10_LOAD_RPM_PACKAGE, RSP_ROLE_DP_AUTH);
    if (error == ES10B_ERROR_NO_SESSION_CONTEXT) {
        rsp_session_put_error(ES10_LOAD_RPM_PACKAGE, request.front.transaction_id.whole, error,
                              response);
        return 0;
    }
    struct rpm rpm = {&isd_r->session, &isd_r->profiles};
    uint8_t room[RPM_RESULT_MAX];
    struct writer results = writer_on(room, sizeof(room));
    if (error != ES10B_ERROR_NONE)
        trace_detail("LoadRpmPackage: refused with %d", error);
    const int result =
        error == ES10B_ERROR_NONE ? rpm_package_execute(&rpm, request.package.value, &results) : 0;
    return result == 0
               ? rpm_result_conclude(&isd_r->session, &isd_r->notification, writer_bytes(&results),
                                     (enum rpm_result_error)error, response)
               : result;
}

static bool is_request(struct bytes front)
{
    struct tlv_header header;
    return tlv_read_header(front, &header) == TLV_FRONT_OK && header.tag == ES10_LOAD_RPM_PACKAGE;
}

int es10b_interrupt_rpm(struct isd_r *isd_r, struct bytes came, struct bytes comes)
{
    uint8_t room[16];
    struct writer results = writer_on(room, sizeof(room));
    if (es10b_has_rpm(isd_r) != 0 || !has_session(isd_r) || !is_request(came) || is_request(comes))
        return 0;
    rpm_package_put_end(RPM_PACKAGE_INTERRUPTION, &results);
    return rpm_result_conclude(&isd_r->session, &isd_r->notification, writer_bytes(&results),
                               RPM_RESULT_NO_ERROR, NULL);
}

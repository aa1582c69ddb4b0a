/* LoadRpmPackage, and what becomes of one that is interrupted (SGP.22 §5.7.23). */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/es10b.h"
#include "isd-r/rpm/rpm_package.h"
#include "isd-r/rpm/rpm_result.h"
#include "isd-r/state.h"

#define TAG_TRANSACTION_ID 0x80
#define TAG_PACKAGE 0xA1

/* What rspCapability promises (SGP.22 §4.3). */
int es10b_has_rpm(const struct isd_r *isd_r)
{
    return isd_r->info->rsp_capability & EUICC_INFO_RPM ? 0 : SW_REFERENCE_NOT_FOUND;
}

/* LoadRpmPackageRequest and the SmdpSigned3 in it. rpmPending is the LPA's to know, and
 * targetEsimPort a chip's with more than one port. */
struct request {
    struct tlv signed3, signature, transaction_id, package;
};

static bool parse(struct bytes value, struct request *out)
{
    if (!tlv_take_tag(&value, DER_SEQUENCE, &out->signed3) ||
        !tlv_take_tag(&value, ES10_TAG_SIGNATURE, &out->signature))
        return false;
    struct bytes signed3 = out->signed3.value;
    return tlv_take_tag(&signed3, TAG_TRANSACTION_ID, &out->transaction_id) &&
           out->transaction_id.value.len >= 1 &&
           out->transaction_id.value.len <= RSP_TRANSACTION_ID_MAX &&
           tlv_take_tag(&signed3, TAG_PACKAGE, &out->package);
}

/* A v3 session with an SM-DP+ in which no download has been prepared. */
static bool has_session(const struct isd_r *isd_r)
{
    return isd_r->session.v3 && isd_r->session.role == RSP_ROLE_DP_AUTH &&
           rsp_session_allows(&isd_r->session, ES10_LOAD_RPM_PACKAGE);
}

/* smdpSignature3 is by CERT.DPauth's key. */
static bool is_signed(const struct rsp_session *session, const struct request *request)
{
    return rsp_session_verify(session, session->server_curve,
                              bytes_of(session->server_point, EC_POINT_SIZE),
                              request->signed3.whole, request->signature.value);
}

static enum rpm_result_error check(const struct rsp_session *session, const struct request *request)
{
    if (!is_signed(session, request))
        return RPM_RESULT_INVALID_SIGNATURE;
    return rsp_session_is(session, request->transaction_id.value)
               ? RPM_RESULT_NO_ERROR
               : RPM_RESULT_INVALID_TRANSACTION_ID;
}

int es10b_load_rpm_package(struct isd_r *isd_r, struct bytes request_value, struct writer *response)
{
    struct request request;
    if (!parse(request_value, &request))
        return SW_WRONG_DATA;
    if (!has_session(isd_r)) {
        rsp_session_put_error(ES10_LOAD_RPM_PACKAGE, request.transaction_id.whole,
                              RPM_RESULT_NO_SESSION, response);
        return 0;
    }
    struct rpm rpm = {&isd_r->session, &isd_r->profiles};
    uint8_t room[RPM_RESULT_MAX];
    struct writer results = writer_on(room, sizeof(room));
    const enum rpm_result_error error = check(&isd_r->session, &request);
    if (error != RPM_RESULT_NO_ERROR)
        trace_detail("LoadRpmPackage: refused with %d", (int)error);
    const int result = error == RPM_RESULT_NO_ERROR
                           ? rpm_package_execute(&rpm, request.package.value, &results)
                           : 0;
    return result == 0 ? rpm_result_conclude(&isd_r->session, &isd_r->notification,
                                             writer_bytes(&results), error, response)
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

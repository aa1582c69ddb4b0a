/* GetEUICCChallenge, GetEUICCInfo1 and 2, GetRAT (SGP.22 §5.7.7, §5.7.8, §5.7.22). */
#include "isd-r/es10b.h"

#include "apdu/status.h"
#include "isd-r/profiles/rules.h"
#include "isd-r/state.h"

#define TAG_CHALLENGE 0x80
#define TAG_RAT 0xA0

int es10b_get_euicc_challenge(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    (void)request;
    uint8_t challenge[RSP_CHALLENGE_SIZE];
    const int result = random_fill(isd_r->random, challenge, sizeof(challenge));
    if (result != 0)
        return result;
    rsp_session_end(&isd_r->session);
    isd_r->downloaded.finished = false;
    memcpy(isd_r->session.challenge, challenge, sizeof(challenge));
    rsp_session_advance(&isd_r->session, ES10_GET_EUICC_CHALLENGE);
    const size_t mark = tlv_open(response, ES10_GET_EUICC_CHALLENGE);
    tlv_put(response, TAG_CHALLENGE, bytes_of(challenge, sizeof(challenge)));
    tlv_close(response, mark);
    return 0;
}

int es10b_get_euicc_info1(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    (void)request;
    euicc_info_put_1(isd_r->info, &isd_r->credentials, response);
    return 0;
}

int es10b_get_euicc_info2(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    (void)request;
    return euicc_info_put_2(isd_r->info, &isd_r->credentials, isd_r->store, isd_r->registry.count,
                            response);
}

int es10b_get_rat(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    (void)request;
    const size_t whole = tlv_open(response, ES10_GET_RAT);
    const size_t table = tlv_open(response, TAG_RAT);
    const int result = rules_put_table(isd_r->store, isd_r->settings->rules, response);
    tlv_close(response, table);
    tlv_close(response, whole);
    return result;
}

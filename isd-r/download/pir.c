#include "isd-r/download/pir.h"

#include "apdu/status.h"
#include "isd-r/es10.h"
#include "isd-r/state.h"

#define RESULT_MAX (PIR_RESPONSE_MAX + 1024)
#define TAG_RESULT_DATA 0xBF27
#define TAG_TRANSACTION_ID 0x80
#define TAG_FINAL_RESULT 0xA2
#define TAG_SUCCESS 0xA0
#define TAG_ERROR 0xA1
#define TAG_COMMAND 0x80
#define TAG_REASON 0x81
#define TAG_ERROR_RESPONSE 0x82

typedef void put_result(const struct pir *pir, struct writer *out);

static void put_success(const struct pir *pir, struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_SUCCESS);
    tlv_put(out, ES10_TAG_AID, pir->aid);
    tlv_put(out, DER_OCTET_STRING, pir->pe_response);
    tlv_close(out, mark);
}

static void put_error(const struct pir *pir, struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_ERROR);
    der_put_integer(out, TAG_COMMAND, pir->command);
    der_put_integer(out, TAG_REASON, pir->reason);
    if (pir->pe_response.len > 0)
        tlv_put(out, TAG_ERROR_RESPONSE, pir->pe_response);
    tlv_close(out, mark);
}

static void put_data(const struct isd_r *isd_r, const struct pir *pir, uint32_t sequence,
                     put_result *put, struct writer *out)
{
    const struct notification_subject subject = {METADATA_INSTALL,
                                                 rsp_session_address(&isd_r->session), pir->iccid};
    const size_t data = tlv_open(out, TAG_RESULT_DATA);
    tlv_put(out, TAG_TRANSACTION_ID, rsp_session_transaction_id(&isd_r->session));
    notification_put_metadata(out, sequence, &subject);
    tlv_put(out, DER_OBJECT_IDENTIFIER, rsp_session_oid(&isd_r->session));
    const size_t result = tlv_open(out, TAG_FINAL_RESULT);
    put(pir, out);
    tlv_close(out, result);
    tlv_close(out, data);
}

/* euiccSignPIR covers the whole of ProfileInstallationResultData, tag and length included. */
static int put_signed(struct isd_r *isd_r, const struct pir *pir, uint32_t sequence,
                      put_result *put, struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    const size_t whole = tlv_open(out, ES10_TAG_INSTALLATION_RESULT);
    const size_t start = out->len;
    put_data(isd_r, pir, sequence, put, out);
    if (out->overflow)
        return FAILURE_INTERNAL;
    const struct bytes data = bytes_of(out->data + start, out->len - start);
    const int result = ec_sign(isd_r->session.signer->key, isd_r->random, &data, 1, signature);
    tlv_put(out, ES10_TAG_SIGNATURE, bytes_of(signature, sizeof(signature)));
    tlv_close(out, whole);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}

static int conclude(struct isd_r *isd_r, const struct pir *pir, put_result *put,
                    struct writer *response)
{
    uint8_t room[RESULT_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    uint32_t sequence;
    int result = notification_number(isd_r, &sequence);
    if (result == 0)
        result = put_signed(isd_r, pir, sequence, put, &writer);
    if (result != 0)
        return result;
    const struct store_notification row = {sequence, METADATA_INSTALL,
                                           rsp_session_address(&isd_r->session), pir->iccid,
                                           writer_bytes(&writer)};
    result = store_notification_add(isd_r->store, &row);
    if (result == 0 && response != NULL)
        writer_put(response, writer_bytes(&writer));
    return result;
}

int pir_installed(struct isd_r *isd_r, const struct pir *pir, struct writer *response)
{
    return conclude(isd_r, pir, put_success, response);
}

int pir_refused(struct isd_r *isd_r, const struct pir *pir, struct writer *response)
{
    return conclude(isd_r, pir, put_error, response);
}

#include "tools/smdpp/es2/es2_request.h"

#include "crypto/pki/pki.h"
#include "tools/smdpp/orders/orders.h"

#define IDENTIFIER_MAX (ORDERS_TEXT_SIZE - 1)
#define DIGITS "0123456789"

/* Letters of a matching id: no dollar, which ends it in an activation code (SGP.22 §4.1). */
static bool is_matching_id(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~' || *text == '$' || *text == '/')
            return false;
    return true;
}

static int read_header(struct call *call, struct es2_request *out)
{
    const json_t *header = json_object_get(call->request, "header");
    if (!json_is_object(header))
        return call_refuse(call, REFUSAL_MISSING, "header is missing");
    if (field_text(header, "functionRequesterIdentifier", IDENTIFIER_MAX, &out->requester) !=
            FIELD_OK ||
        field_text(header, "functionCallIdentifier", IDENTIFIER_MAX, &out->call_id) != FIELD_OK)
        return call_refuse(call, REFUSAL_MISSING,
                           "functionRequesterIdentifier or functionCallIdentifier is missing");
    /* A name anybody can write; a key only its owner has. */
    if (call->peer != NULL && call->peer[0] != '\0')
        out->requester = call->peer;
    return 0;
}

static int read_iccid(struct call *call, struct es2_request *out)
{
    const char *text;
    uint8_t iccid[ICCID_SIZE];
    const int result = call_optional_text(call, "iccid", ICCID_TEXT_SIZE - 1, &text);
    if (result != 0 || text == NULL)
        return result;
    if (!iccid_from_text(text, iccid))
        return call_refuse(call, REFUSAL_FORMAT, "iccid is not of 18 to 20 digits");
    iccid_text(iccid, out->iccid);
    return 0;
}

static int check_texts(struct call *call, const struct es2_request *request)
{
    const char *eid = request->eid;
    if (eid != NULL && (strlen(eid) != PKI_EID_DIGITS || eid[strspn(eid, DIGITS)] != '\0'))
        return call_refuse(call, REFUSAL_FORMAT, "eid is not of 32 digits");
    if (request->matching_id != NULL && !is_matching_id(request->matching_id))
        return call_refuse(call, REFUSAL_FORMAT, "matchingId has a foreign character");
    if (request->confirmation_code != NULL && request->confirmation_code[0] == '\0')
        return call_refuse(call, REFUSAL_FORMAT, "confirmationCode is empty");
    return 0;
}

int es2_request_read(struct call *call, struct es2_request *out)
{
    *out = (struct es2_request){0};
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        {"eid", &out->eid},
        {"profileType", &out->profile_type},
        {"matchingId", &out->matching_id},
        {"confirmationCode", &out->confirmation_code},
        {"smdsAddress", &out->smds_address},
        {"rootSmdsAddress", &out->root_smds_address},
        {"finalProfileStatusIndicator", &out->final_status},
    };
    int result = read_header(call, out);
    if (result == 0)
        result = read_iccid(call, out);
    for (size_t i = 0; result == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
        result = call_optional_text(call, texts[i].name, IDENTIFIER_MAX, texts[i].text);
    if (result == 0 && field_boolean(call->request, "releaseFlag", &out->release) == FIELD_INVALID)
        result = call_refuse(call, REFUSAL_FORMAT, "releaseFlag is no boolean");
    return result == 0 ? check_texts(call, out) : result;
}

int es2_request_need(struct call *call, const char *name, bool present)
{
    return present ? 0 : call_refuse(call, REFUSAL_MISSING, "%s is missing", name);
}

/* indirect_initiate: the first step of an indirect download: which server it goes to, and its
 * InitiateAuthentication (SGP.32 §5.14.1). */
#include "tools/eim/indirect.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "crypto/primitives/hash.h"
#include "tools/eim/indirect_session.h"
#include "tools/lib/es9/activation.h"
#include "tools/lib/iot/esipa_status.h"

#define SMDP_ADDRESS_MISMATCH 50
#define INVALID_EIM_TRANSACTION 52
#define SIGNATURE 0x5F37
#define INFO1 0xBF20
#define INFO2 0xBF22
#define SVN 0x82
#define VERIFICATION_LIST 0xA9
#define SIGNING_LIST 0xAA

/* EUICCInfo1 is part of the EUICCInfo2 that the chip has told before. */
static bool put_info1(struct bytes info2, struct writer *out)
{
    struct tlv outer, svn, verification, signing;
    if (!tlv_whole(info2, INFO2, &outer) || !tlv_find(outer.value, SVN, &svn) ||
        !tlv_find(outer.value, VERIFICATION_LIST, &verification) ||
        !tlv_find(outer.value, SIGNING_LIST, &signing))
        return false;
    const size_t mark = tlv_open(out, INFO1);
    writer_put(out, svn.whole);
    writer_put(out, verification.whole);
    writer_put(out, signing.whole);
    tlv_close(out, mark);
    return !out->overflow;
}

/* Where the download goes, and what its order says of it. */
struct destination {
    struct activation code;
    bool discovers; /* an SM-DS says which server it is */
    char eid[CHIPS_EID_SIZE];
    int64_t order;
    char confirmation[ACTIVATION_TEXT_MAX + 1];
};

static bool copy_text(const char *from, char *out, size_t size)
{
    const size_t len = from != NULL ? strlen(from) : 0;
    if (len >= size)
        return false;
    memcpy(out, from != NULL ? from : "", len);
    out[len] = '\0';
    return true;
}

static int read_order(const struct order *order, struct destination *out)
{
    struct fault fault = {0};
    json_t *content = json_loadb((const char *)order->content.data, order->content.len, 0, NULL);
    const char *code = json_string_value(json_object_get(content, "activationCode"));
    const char *confirmation = json_string_value(json_object_get(content, "confirmationCode"));
    const bool good = code == NULL || activation_parse(code, &out->code, &fault);
    out->discovers = json_object_get(content, "contactSmds") != NULL;
    if (good && code != NULL)
        (void)copy_text(confirmation, out->confirmation, sizeof(out->confirmation));
    json_decref(content);
    memcpy(out->eid, order->eid, sizeof(out->eid));
    out->order = order->id;
    return good ? 0 : INVALID_EIM_TRANSACTION;
}

static int find_order(struct eim *eim, struct bytes transaction_id, struct destination *out)
{
    struct order order;
    int result = orders_find_transaction(eim->database, transaction_id, &order);
    if (result > 0)
        result = INVALID_EIM_TRANSACTION;
    if (result == 0)
        result = read_order(&order, out);
    orders_finish(&order);
    return result;
}

static int find_destination(struct eim *eim, const struct esipa_values *request,
                            struct destination *out)
{
    *out = (struct destination){0};
    if (request->has[ESIPA_EIM_TRANSACTION]) {
        const int result = find_order(eim, request->at[ESIPA_EIM_TRANSACTION], out);
        if (result != 0)
            return result;
    }
    if (!request->has[ESIPA_SMDP_ADDRESS])
        return out->code.address[0] != '\0' ? 0 : SMDP_ADDRESS_MISMATCH;
    char address[ACTIVATION_TEXT_MAX + 1] = "";
    const struct bytes given = request->at[ESIPA_SMDP_ADDRESS];
    if (given.len == 0 || given.len >= sizeof(address))
        return SMDP_ADDRESS_MISMATCH;
    memcpy(address, given.data, given.len);
    if (!activation_is_address(address))
        return SMDP_ADDRESS_MISMATCH;
    if (out->code.address[0] != '\0')
        return strcmp(address, out->code.address) == 0 ? 0 : SMDP_ADDRESS_MISMATCH;
    memcpy(out->code.address, address, sizeof(address));
    return 0;
}

/* hashCc of SGP.22 §5.7.5: the code's digest, hashed again with the transaction id. */
static int hash_code(struct indirect_session *session, const char *code)
{
    uint8_t digest[SHA256_SIZE];
    const struct bytes text = bytes_of_text(code);
    session->has_hash_cc = code[0] != '\0';
    if (!session->has_hash_cc)
        return 0;
    int result = sha256(&text, 1, digest);
    const struct bytes parts[] = {
        bytes_of(digest, sizeof(digest)),
        bytes_of(session->download.transaction_id, session->download.transaction_len)};
    if (result == 0)
        result = sha256(parts, sizeof(parts) / sizeof(parts[0]), session->hash_cc);
    return result;
}

static int call_initiate(struct eim *eim, struct indirect_session *session, struct bytes challenge,
                         struct bytes info1, struct es9_answer *answer)
{
    const struct es9_argument arguments[] = {
        {ES9_SMDP_ADDRESS, bytes_of_text(session->download.address)},
        {ES9_EUICC_CHALLENGE, challenge},
        {ES9_EUICC_INFO1, info1},
    };
    int result = indirect_session_call(eim, session, ES9_INITIATE_AUTHENTICATION, arguments,
                                       sizeof(arguments) / sizeof(arguments[0]), answer);
    const struct bytes transaction = es9_field(answer, ES9_TRANSACTION_ID);
    if (result != 0)
        return result;
    if (transaction.len == 0 || transaction.len > sizeof(session->download.transaction_id))
        return ESIPA_UNDEFINED_ERROR;
    memcpy(session->download.transaction_id, transaction.data, transaction.len);
    session->download.transaction_len = transaction.len;
    struct certificate certificate;
    session->smds = certificate_parse(es9_field(answer, ES9_SERVER_CERTIFICATE), &certificate) ==
                        CERTIFICATE_OK &&
                    certificate.role == RSP_ROLE_DS_AUTH;
    return blob_copy(es9_field(answer, ES9_SERVER_SIGNED1), &session->server_signed1);
}

static void answer_initiate(const struct es9_answer *answer, const char *matching_id,
                            struct writer *out)
{
    uint8_t data[512];
    struct writer room = writer_on(data, sizeof(data));
    struct esipa_values values = {0};
    esipa_set(&values, ESIPA_SERVER_TRANSACTION, es9_field(answer, ES9_TRANSACTION_ID));
    esipa_set(&values, ESIPA_SERVER_SIGNED1, es9_field(answer, ES9_SERVER_SIGNED1));
    esipa_set_element(&values, ESIPA_SERVER_SIGNATURE1, SIGNATURE,
                      es9_field(answer, ES9_SERVER_SIGNATURE1), &room);
    esipa_set_element(&values, ESIPA_CI_KEY_ID, DER_OCTET_STRING, es9_field(answer, ES9_CI_KEY_ID),
                      &room);
    esipa_set(&values, ESIPA_SERVER_CERTIFICATE, es9_field(answer, ES9_SERVER_CERTIFICATE));
    if (matching_id[0] != '\0')
        esipa_set(&values, ESIPA_MATCHING_ID, bytes_of_text(matching_id));
    esipa_put_answer(&esipa_messages[ESIPA_INITIATE_AUTHENTICATION], 0, &values, out);
}

/* As the IPA sends it, or out of what the chip has told. */
static bool find_info1(struct eim *eim, const struct esipa_values *request, const char *eid,
                       struct writer *out)
{
    struct chip_blobs chip;
    if (request->has[ESIPA_INFO1]) {
        writer_put(out, request->at[ESIPA_INFO1]);
        return !out->overflow;
    }
    const bool known =
        chips_get_data(eim->database, eid, &chip) == 0 && put_info1(blob_bytes(&chip.info2), out);
    chips_finish_data(&chip);
    return known;
}

static int initiate(struct eim *eim, struct indirect_session *session, const struct destination *to,
                    const struct esipa_values *request, struct writer *out)
{
    uint8_t data[512];
    struct writer info1 = writer_on(data, sizeof(data));
    struct es9_answer answer = {0};
    session->download.order = to->order;
    session->http.role = to->discovers ? HTTP_EITHER : HTTP_SMDP;
    memcpy(session->download.eid, to->eid, sizeof(to->eid));
    memcpy(session->download.address, to->code.address, sizeof(to->code.address));
    if (!find_info1(eim, request, to->eid, &info1))
        return ESIPA_UNDEFINED_ERROR;
    int result =
        call_initiate(eim, session, request->at[ESIPA_CHALLENGE], writer_bytes(&info1), &answer);
    if (result == 0)
        result = hash_code(session, to->confirmation);
    if (result == 0)
        answer_initiate(&answer, to->code.matching_id, out);
    es9_answer_finish(&answer);
    return result;
}

int indirect_initiate(struct eim *eim, const struct esipa_values *request, struct writer *out)
{
    struct destination to;
    struct indirect_session *session = NULL;
    int result = find_destination(eim, request, &to);
    if (result == 0)
        result = indirect_session_create(eim, &session);
    if (result == 0)
        result = initiate(eim, session, &to, request, out);
    if (result == 0)
        indirect_session_put(eim, session);
    else
        indirect_session_destroy(session);
    return result;
}

#include "tools/smdpp/authentication.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "tools/smdpp/euicc_info.h"

#include <ctype.h>
#include <strings.h>

#define EUICC_INFO1_MAX 2048
#define SIGNED1_SIZE 512
#define SUPPORTED_MAJOR 2 /* SGP.22 v2: any 2.x.y */

/* ServerSigned1 */
#define TRANSACTION_ID 0x80
#define EUICC_CHALLENGE 0x81
#define SERVER_ADDRESS 0x83
#define SERVER_CHALLENGE 0x84
#define SIGNATURE 0x5F37

/* The request of InitiateAuthentication. */
struct initiation {
    struct blob challenge, info;
    const char *address;
    struct euicc_info1 info1;
};

/* Names are compared without regard to case; a port behind the name is the client's way to us. */
static bool is_own_address(const char *own, const char *given)
{
    const size_t len = strlen(own);
    if (strncasecmp(own, given, len) != 0)
        return false;
    given += len;
    if (*given == ':' && isdigit((unsigned char)given[1]))
        given += 1 + strspn(given + 1, "0123456789");
    return *given == '\0';
}

static int read_initiation(struct call *call, struct initiation *out)
{
    int result = call_bytes(call, "euiccChallenge", SESSION_CHALLENGE_SIZE, &out->challenge);
    if (result == 0)
        result = call_bytes(call, "euiccInfo1", EUICC_INFO1_MAX, &out->info);
    if (result == 0)
        result = call_text(call, "smdpAddress", SMDPP_ADDRESS_SIZE + 8, &out->address);
    if (result != 0)
        return result;
    if (out->challenge.len != SESSION_CHALLENGE_SIZE)
        return call_refuse(call, REFUSAL_FORMAT, "euiccChallenge is not of 16 bytes");
    if (!euicc_info1_read(blob_bytes(&out->info), &out->info1))
        return call_refuse(call, REFUSAL_FORMAT, "euiccInfo1 is malformed");
    return 0;
}

static bool has_key_id(struct bytes list, struct bytes key_id)
{
    struct bytes one;
    while (euicc_info_take_key_id(&list, &one))
        if (bytes_equal(one, key_id))
            return true;
    return false;
}

/* The chip's order of preference counts. One CI for both directions is better than two. */
static int choose_cis(const struct smdpp *smdpp, struct call *call, const struct euicc_info1 *info,
                      struct session *session)
{
    struct bytes list = info->signing, key_id;
    while (session->server == NULL && euicc_info_take_key_id(&list, &key_id)) {
        const struct credentials_set *set = credentials_find(&smdpp->credentials, key_id);
        const bool both = set != NULL && set->serving && has_key_id(info->verification, key_id);
        if (session->chip == NULL || both)
            session->chip = set;
        if (both)
            session->server = set;
    }
    if (session->chip == NULL)
        return call_refuse(call, REFUSAL_SIGNING_KEY, "euiccCiPKIdListForSigning names no CI here");
    list = info->verification;
    while (session->server == NULL && euicc_info_take_key_id(&list, &key_id)) {
        const struct credentials_set *set = credentials_find(&smdpp->credentials, key_id);
        session->server = set != NULL && set->serving ? set : NULL;
    }
    if (session->server == NULL)
        return call_refuse(call, REFUSAL_SERVER_CERTIFICATE,
                           "euiccCiPKIdListForVerification names no CI of ours");
    return 0;
}

static int check_initiation(const struct smdpp *smdpp, struct call *call,
                            const struct initiation *initiation)
{
    const uint8_t *svn = initiation->info1.svn;
    if (!is_own_address(smdpp->address, initiation->address))
        return call_refuse(call, REFUSAL_ADDRESS, "asked for '%s', this is '%s'",
                           initiation->address, smdpp->address);
    if (svn[0] != SUPPORTED_MAJOR)
        return call_refuse(call, REFUSAL_VERSION, "eUICC has SVN %u.%u.%u", svn[0], svn[1], svn[2]);
    return 0;
}

static void put_signed1(const struct smdpp *smdpp, const struct session *session,
                        struct bytes challenge, struct writer *out)
{
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TRANSACTION_ID, session_id(session));
    tlv_put(out, EUICC_CHALLENGE, challenge);
    tlv_put(out, SERVER_ADDRESS, bytes_of_text(smdpp->address));
    tlv_put(out, SERVER_CHALLENGE, bytes_of(session->challenge, sizeof(session->challenge)));
    tlv_close(out, sequence);
}

static int set_element(json_t *response, const char *name, uint32_t tag, struct bytes value)
{
    uint8_t memory[TLV_HEADER_MAX + EC_POINT_SIZE];
    struct writer element = writer_on(memory, sizeof(memory));
    tlv_put(&element, tag, value);
    return element.overflow ? FAILURE_INTERNAL
                            : field_set_bytes(response, name, writer_bytes(&element));
}

static int respond_initiation(struct smdpp *smdpp, struct call *call, const struct session *session,
                              struct bytes challenge)
{
    uint8_t memory[SIGNED1_SIZE], signature[EC_SIGNATURE_SIZE];
    struct writer signed1 = writer_on(memory, sizeof(memory));
    put_signed1(smdpp, session, challenge, &signed1);
    const struct bytes part = writer_bytes(&signed1);
    const struct pki_entity *server = &session->server->dp_auth;
    if (signed1.overflow || ec_sign(server->key, &smdpp->random, &part, 1, signature) != 0 ||
        field_set_transaction_id(call->response, "transactionId", session_id(session)) != 0 ||
        field_set_bytes(call->response, "serverSigned1", part) != 0 ||
        set_element(call->response, "serverSignature1", SIGNATURE,
                    bytes_of(signature, sizeof(signature))) != 0 ||
        set_element(call->response, "euiccCiPKIdToBeUsed", DER_OCTET_STRING,
                    session->chip->ci.certificate.subject_key_id) != 0 ||
        field_set_bytes(call->response, "serverCertificate", server->certificate.whole) != 0)
        return FAILURE_INTERNAL;
    return 0;
}

static int open_session(struct smdpp *smdpp, struct call *call, const struct initiation *initiation,
                        struct session *session)
{
    const uint8_t *svn = initiation->info1.svn;
    const int result = choose_cis(smdpp, call, &initiation->info1, session);
    if (result != 0)
        return result;
    hex_encode(session_id(session), call->transaction);
    call_note(call, "eUICC of SVN %u.%u.%u, CI on %s", svn[0], svn[1], svn[2],
              session->chip->ci.certificate.curve == EC_P256 ? "P-256" : "brainpoolP256r1");
    return respond_initiation(smdpp, call, session, blob_bytes(&initiation->challenge));
}

static int initiate(struct smdpp *smdpp, struct call *call, struct initiation *initiation)
{
    struct session *session;
    int result = read_initiation(call, initiation);
    if (result == 0)
        result = check_initiation(smdpp, call, initiation);
    if (result == 0)
        result = session_create(&smdpp->random, &session);
    if (result != 0)
        return result;
    result = open_session(smdpp, call, initiation, session);
    if (result == 0)
        session_table_put(smdpp->sessions, session, SESSION_SECONDS);
    else
        session_destroy(session);
    return result;
}

int authentication_initiate(struct smdpp *smdpp, struct call *call)
{
    struct initiation initiation = {0};
    const int result = initiate(smdpp, call, &initiation);
    blob_finish(&initiation.challenge);
    blob_finish(&initiation.info);
    return result;
}

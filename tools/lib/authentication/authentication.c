#include "tools/lib/authentication/authentication.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/common/euicc_info.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#define EUICC_INFO1_MAX 2048
#define SIGNED1_SIZE 1024
#define CHAIN_SIZE 4096
#define LPA_CAPABILITY_MAX 16

/* ServerSigned1 */
#define TRANSACTION_ID 0x80
#define EUICC_CHALLENGE 0x81
#define SERVER_ADDRESS 0x83
#define SERVER_CHALLENGE 0x84
#define SESSION_CONTEXT 0xA5
#define SERVER_SVN 0x80
#define CRL_STAPLING_USED 0x81
#define CI_TO_BE_USED_V3 0x82
#define PUSH_SERVICES 0xA3
/* ServerRspCapability */
#define SERVER_CRL_STAPLING (1u << 0)
#define SERVER_CANCEL_FOR_EMPTY_NAMES (1u << 3)
/* LpaRspCapability */
#define LPA_CRL_STAPLING (1u << 0)
#define LPA_CERT_CHAIN (1u << 1)
#define SERVER_CAPABILITY 0x86
#define SIGNATURE 0x5F37

/* The request of InitiateAuthentication. */
struct initiation {
    struct blob challenge, info;
    const char *address;
    struct euicc_info1 info1;
    uint32_t lpa_capability;
};

/* Names are compared without regard to case; a port behind the name is the client's way to us. */
bool authentication_is_own_address(const char *own, const char *given)
{
    const size_t len = strlen(own);
    if (strncasecmp(own, given, len) != 0)
        return false;
    given += len;
    if (*given == ':' && isdigit((unsigned char)given[1]))
        given += 1 + strspn(given + 1, "0123456789");
    return *given == '\0';
}

/* LpaRspCapability, from LPAs of v3 on. */
static int read_lpa_capability(struct call *call, uint32_t *out)
{
    struct blob whole;
    struct tlv bits;
    const enum field_result found =
        field_bytes(call->request, "lpaRspCapability", LPA_CAPABILITY_MAX, &whole);
    const bool right = found == FIELD_ABSENT ||
                       (found == FIELD_OK && tlv_whole(blob_bytes(&whole), DER_BIT_STRING, &bits) &&
                        der_to_bits(bits.value, out));
    blob_finish(&whole);
    return right ? 0 : call_refuse(call, REFUSAL_FORMAT, "lpaRspCapability is malformed");
}

/* LPAs ask an SM-DS as they ask an SM-DP+, some with a name of its own for the address. */
static int read_address(struct call *call, const char **out)
{
    const bool smds = json_object_get(call->request, "smdpAddress") == NULL &&
                      json_object_get(call->request, "smdsAddress") != NULL;
    return call_text(call, smds ? "smdsAddress" : "smdpAddress", AUTHENTICATION_ADDRESS_SIZE, out);
}

static int read_initiation(struct call *call, struct initiation *out)
{
    int result = call_bytes(call, "euiccChallenge", AUTHENTICATION_CHALLENGE_SIZE, &out->challenge);
    if (result == 0)
        result = call_bytes(call, "euiccInfo1", EUICC_INFO1_MAX, &out->info);
    if (result == 0)
        result = read_address(call, &out->address);
    if (result == 0)
        result = read_lpa_capability(call, &out->lpa_capability);
    if (result != 0)
        return result;
    if (out->challenge.len != AUTHENTICATION_CHALLENGE_SIZE)
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

/* A chip whose own certificates are of v3 alone. */
static void choose_v3_ci(const struct authentication_server *server, const struct euicc_info1 *info,
                         struct authentication *session)
{
    struct bytes list = info->signing_v3, key_id;
    while (session->chip == NULL && euicc_info_take_key_id(&list, &key_id))
        session->chip = credentials_find(server->credentials, key_id);
    session->chip_chained = session->chip != NULL;
}

/* The chip's order of preference counts. One CI for both directions is better than two. */
static int choose_cis(const struct authentication_server *server, struct call *call,
                      const struct euicc_info1 *info, struct authentication *session)
{
    struct bytes list = info->signing, key_id;
    while (session->server == NULL && euicc_info_take_key_id(&list, &key_id)) {
        const struct credentials_set *set = credentials_find(server->credentials, key_id);
        const bool both = set != NULL && set->serving && has_key_id(info->verification, key_id);
        if (session->chip == NULL || both)
            session->chip = set;
        if (both)
            session->server = set;
    }
    if (session->chip == NULL && authentication_is_v3(session))
        choose_v3_ci(server, info, session);
    if (session->chip == NULL)
        return call_refuse(call, server->signing_refused,
                           "euiccCiPKIdListForSigning names no CI here");
    list = info->verification;
    while (session->server == NULL && euicc_info_take_key_id(&list, &key_id)) {
        const struct credentials_set *set = credentials_find(server->credentials, key_id);
        session->server = set != NULL && set->serving ? set : NULL;
    }
    if (session->server == NULL)
        return call_refuse(call, server->certificate_refused,
                           "euiccCiPKIdListForVerification names no CI of ours");
    return 0;
}

static int check_initiation(const struct authentication_server *server, struct call *call,
                            const struct initiation *initiation, struct version *version)
{
    const struct version_plan *plan = server->version;
    const struct euicc_versions own = {plan->lowest, plan->own};
    char theirs_text[EUICC_VERSIONS_TEXT_SIZE], own_text[EUICC_VERSIONS_TEXT_SIZE];
    if (!authentication_is_own_address(server->address, initiation->address))
        return call_refuse(call, server->address_refused, "asked for '%s', this is '%s'",
                           initiation->address, server->address);
    if (!version_agree(plan, &initiation->info1.versions, version))
        return call_refuse(call, server->version_refused, "eUICC has SVN %s, this server %s",
                           euicc_versions_text(&initiation->info1.versions, theirs_text),
                           euicc_versions_text(&own, own_text));
    return 0;
}

/* That it stands there at all tells the chip that this is a session of v3. */
static void put_context(const struct authentication_server *server,
                        const struct authentication *session, struct writer *out)
{
    const size_t context = tlv_open(out, SESSION_CONTEXT);
    tlv_put(out, SERVER_SVN, svn_bytes(&session->version.svn));
    der_put_boolean(out, CRL_STAPLING_USED, session->stapled);
    if (session->chip_chained)
        tlv_put(out, CI_TO_BE_USED_V3, session->chip->ci.certificate.subject_key_id);
    if (server->push_services.len > 0)
        tlv_put(out, PUSH_SERVICES, server->push_services);
    tlv_close(out, context);
    der_put_bits(out, SERVER_CAPABILITY,
                 SERVER_CANCEL_FOR_EMPTY_NAMES | server->capability |
                     (session->stapled ? SERVER_CRL_STAPLING : 0));
}

static void put_signed1(const struct authentication_server *server,
                        const struct authentication *session, struct bytes challenge,
                        struct writer *out)
{
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TRANSACTION_ID, authentication_id(session));
    tlv_put(out, EUICC_CHALLENGE, challenge);
    tlv_put(out, SERVER_ADDRESS, bytes_of_text(server->address));
    tlv_put(out, SERVER_CHALLENGE, bytes_of(session->challenge, sizeof(session->challenge)));
    if (session->version.told)
        put_context(server, session, out);
    tlv_close(out, sequence);
}

int authentication_set_element(json_t *response, const char *name, uint32_t tag, struct bytes value)
{
    uint8_t memory[TLV_HEADER_MAX + EC_POINT_SIZE];
    struct writer element = writer_on(memory, sizeof(memory));
    tlv_put(&element, tag, value);
    return element.overflow ? FAILURE_INTERNAL
                            : field_set_bytes(response, name, writer_bytes(&element));
}

/* SEQUENCE OF, base64. */
static int set_list(json_t *response, const char *name, struct bytes content)
{
    const size_t size = content.len + TLV_HEADER_MAX;
    struct writer list = writer_on(malloc(size), size);
    if (list.data == NULL)
        return FAILURE_INTERNAL;
    tlv_put(&list, DER_SEQUENCE, content);
    const int result = field_set_bytes(response, name, writer_bytes(&list));
    free(list.data);
    return result;
}

/* What goes with the server's certificate in a session of v3. */
static int set_lists(const struct authentication_server *server, struct call *call,
                     const struct authentication *session)
{
    uint8_t memory[CHAIN_SIZE];
    struct writer others = writer_on(memory, sizeof(memory));
    const struct pki_chain *chain = &session->server->auth_chain;
    int result = 0;
    for (size_t i = 0; session->chained && i < chain->count; i++)
        writer_put(&others, chain->issuers[i].certificate.whole);
    if (others.overflow)
        return FAILURE_INTERNAL;
    if (others.len > 0)
        result = set_list(call->response, "otherCertsInChain", writer_bytes(&others));
    if (result == 0 && session->stapled)
        result = set_list(call->response, "crlList", server->crls);
    return result;
}

/* What both the chip and the LPA before it can do with v3's certificates. */
static void settle_lists(const struct authentication_server *server, struct authentication *session)
{
    const uint32_t lpa = session->lpa_capability, chip = session->chip_capability;
    if (!authentication_is_v3(session))
        return;
    session->chained = session->server->chained && (lpa & LPA_CERT_CHAIN) != 0 &&
                       (chip & EUICC_INFO_CERT_CHAIN) != 0;
    session->stapled = server->crls.len > 0 && (lpa & LPA_CRL_STAPLING) != 0 &&
                       (chip & EUICC_INFO_CRL_STAPLING) != 0;
}

static int respond_initiation(const struct authentication_server *server, struct call *call,
                              const struct authentication *session, struct bytes challenge)
{
    uint8_t memory[SIGNED1_SIZE], signature[EC_SIGNATURE_SIZE];
    struct writer signed1 = writer_on(memory, sizeof(memory));
    put_signed1(server, session, challenge, &signed1);
    const struct bytes part = writer_bytes(&signed1);
    const struct pki_entity *shown = authentication_shown(session);
    const struct bytes key_id =
        session->chip_chained ? (struct bytes){0} : session->chip->ci.certificate.subject_key_id;
    if (signed1.overflow || ec_sign(shown->key, server->random, &part, 1, signature) != 0 ||
        field_set_transaction_id(call->response, "transactionId", authentication_id(session)) !=
            0 ||
        field_set_bytes(call->response, "serverSigned1", part) != 0 ||
        authentication_set_element(call->response, "serverSignature1", SIGNATURE,
                                   bytes_of(signature, sizeof(signature))) != 0 ||
        authentication_set_element(call->response, "euiccCiPKIdToBeUsed", DER_OCTET_STRING,
                                   key_id) != 0 ||
        field_set_bytes(call->response, "serverCertificate", shown->certificate.whole) != 0)
        return FAILURE_INTERNAL;
    return set_lists(server, call, session);
}

static int open_session(const struct authentication_server *server, struct call *call,
                        const struct initiation *initiation, struct authentication *session)
{
    char chip[EUICC_VERSIONS_TEXT_SIZE], own[SVN_TEXT_SIZE];
    const int result = choose_cis(server, call, &initiation->info1, session);
    if (result != 0)
        return result;
    settle_lists(server, session);
    hex_encode(authentication_id(session), call->transaction);
    call_note(call, "eUICC of SVN %s, answered %s%s, CI on %s",
              euicc_versions_text(&initiation->info1.versions, chip),
              session->version.told ? "as " : "without a version",
              session->version.told ? svn_text(&session->version.svn, own) : "",
              session->chip->ci.certificate.curve == EC_P256 ? "P-256" : "brainpoolP256r1");
    return respond_initiation(server, call, session, blob_bytes(&initiation->challenge));
}

int authentication_create(struct random *random, struct authentication *out)
{
    if (session_table_name(random, &out->entry) == 0 &&
        random_fill(random, out->challenge, sizeof(out->challenge)) == 0)
        return 0;
    trace_error("no randomness for a session");
    return FAILURE_INTERNAL;
}

static int start(const struct authentication_server *server, struct call *call,
                 struct initiation *initiation, struct authentication *session)
{
    int result = read_initiation(call, initiation);
    if (result == 0)
        result = check_initiation(server, call, initiation, &session->version);
    if (result != 0)
        return result;
    session->lpa_capability = initiation->lpa_capability;
    session->chip_capability = initiation->info1.capability;
    return open_session(server, call, initiation, session);
}

int authentication_start(const struct authentication_server *server, struct call *call,
                         struct authentication *authentication)
{
    struct initiation initiation = {0};
    const int result = start(server, call, &initiation, authentication);
    blob_finish(&initiation.challenge);
    blob_finish(&initiation.info);
    return result;
}

/* Signature, transaction, challenge, address, in the order of SGP.22 §5.6.3. */
static int check_signed1(const struct authentication_server *server, struct call *call,
                         const struct authentication *session,
                         const struct chip_authentication *answer)
{
    const struct bytes challenge = bytes_of(session->challenge, sizeof(session->challenge));
    if (!euicc_signed(&session->euicc, &answer->signed1, 1, answer->signature1))
        return call_refuse(call, REFUSAL_EUICC, "euiccSignature1 is wrong");
    if (!bytes_equal(answer->transaction_id, authentication_id(session)))
        return call_refuse(call, REFUSAL_TRANSACTION, "euiccSigned1 bears another transactionId");
    if (!bytes_equal(answer->server_challenge, challenge))
        return call_refuse(call, REFUSAL_EUICC, "euiccSigned1 bears another serverChallenge");
    if (!bytes_equal(answer->server_address, bytes_of_text(server->address)))
        return call_refuse(call, REFUSAL_EUICC, "euiccSigned1 bears another serverAddress");
    return 0;
}

/* What chip and LPA can do is what they said at first (SGP.22 v3 §5.6.3); the error's number is a
 * guess. */
static int check_capabilities(struct call *call, const struct authentication *session,
                              const struct chip_authentication *answer)
{
    if (!authentication_is_v3(session))
        return 0;
    if (session->chip_capability != 0 && answer->info2.capability != session->chip_capability)
        return call_refuse(call, REFUSAL_EUICC, "euiccRspCapability is not that of EUICCInfo1");
    if (answer->has_lpa_capability && answer->lpa_capability != session->lpa_capability)
        return call_refuse(call, REFUSAL_EUICC,
                           "lpaRspCapability is not that of InitiateAuthentication");
    return 0;
}

int authentication_finish(const struct authentication_server *server, struct call *call,
                          struct authentication *authentication, struct bytes answer,
                          struct chip_authentication *out)
{
    int result = chip_answer_authentication(call, answer, out);
    if (result == 0)
        result = euicc_believe(call, &out->chain, &authentication->chip->ci.certificate, time(NULL),
                               &authentication->euicc);
    if (result == 0)
        result = check_signed1(server, call, authentication, out);
    return result == 0 ? check_capabilities(call, authentication, out) : result;
}

#include "tools/lib/download/download_check.h"

#include <strings.h>

#include "crypto/pki/certificate.h"
#include "tools/lib/es10/segments.h"

#define METADATA_MAX 8192

enum {
    TAG_TRANSACTION_ID = 0x80,
    TAG_ADDRESS = 0x83,
    TAG_SESSION_CONTEXT = 0xA5,
    TAG_SERVER_SVN = 0x80,
    TAG_PUSH_SERVICES = 0xA3,
};

/* One element of what the server has signed; empty if it is not there. */
static struct bytes signed_part(struct bytes whole, uint32_t tag)
{
    struct tlv sequence, part;
    if (!tlv_whole(whole, DER_SEQUENCE, &sequence) || !tlv_find(sequence.value, tag, &part))
        return (struct bytes){0};
    return part.value;
}

static bool check_transaction(struct bytes whole, struct bytes transaction_id,
                              enum es9_function function, struct fault *fault)
{
    return bytes_equal(signed_part(whole, TAG_TRANSACTION_ID), transaction_id) ||
           fault_raise(fault, es9_name(function),
                       "the server signs for another transaction than it names");
}

static bool check_address(struct bytes address, const char *wanted, struct fault *fault)
{
    return (address.len == strlen(wanted) &&
            strncasecmp((const char *)address.data, wanted, address.len) == 0) ||
           fault_raise(fault, es9_name(ES9_INITIATE_AUTHENTICATION),
                       "the server signs for another address than the activation code's");
}

static bool check_oid(struct bytes der, const char *wanted, struct fault *fault)
{
    struct certificate certificate;
    char text[DER_OID_TEXT_SIZE] = "";
    if (wanted[0] == '\0')
        return true;
    if (certificate_parse(der, &certificate) == CERTIFICATE_OK)
        der_oid_to_text(certificate.registered_id, text, sizeof(text));
    return strcmp(text, wanted) == 0 ||
           fault_raise(fault, es9_name(ES9_INITIATE_AUTHENTICATION),
                       "the server's certificate bears %s, the activation code asks for %s",
                       text[0] != '\0' ? text : "no object identifier", wanted);
}

bool download_check_opened(const struct es9_answer *opened, const struct activation *code,
                           struct fault *fault)
{
    const struct bytes signed1 = es9_field(opened, ES9_SERVER_SIGNED1);
    return check_address(signed_part(signed1, TAG_ADDRESS), code->address, fault) &&
           check_transaction(signed1, es9_field(opened, ES9_TRANSACTION_ID),
                             ES9_INITIATE_AUTHENTICATION, fault) &&
           check_oid(es9_field(opened, ES9_SERVER_CERTIFICATE), code->smdp_oid, fault);
}

bool download_check_version(const struct es9_answer *opened, bool *named, struct svn *version,
                            struct fault *fault)
{
    const struct bytes context =
        signed_part(es9_field(opened, ES9_SERVER_SIGNED1), TAG_SESSION_CONTEXT);
    struct tlv svn;
    *named = context.len > 0;
    return !*named ||
           (tlv_find(context, TAG_SERVER_SVN, &svn) && svn_from_bytes(svn.value, version)) ||
           fault_raise(fault, es9_name(ES9_INITIATE_AUTHENTICATION),
                       "the server's version is malformed");
}

bool download_check_push_service(const struct es9_answer *opened, struct bytes service,
                                 struct fault *fault)
{
    const struct bytes context =
        signed_part(es9_field(opened, ES9_SERVER_SIGNED1), TAG_SESSION_CONTEXT);
    struct tlv services, oid;
    if (tlv_find(context, TAG_PUSH_SERVICES, &services))
        while (tlv_take_tag(&services.value, DER_OBJECT_IDENTIFIER, &oid))
            if (bytes_equal(oid.value, service))
                return true;
    return fault_raise(fault, es9_name(ES11_INITIATE_AUTHENTICATION),
                       "the SM-DS does not serve this push service");
}

bool download_check_offered(const struct es9_answer *offered, struct bytes transaction_id,
                            bool *code_wanted, struct fault *fault)
{
    const struct bytes signed2 = es9_field(offered, ES9_SMDP_SIGNED2);
    if (!der_to_boolean(signed_part(signed2, DER_BOOLEAN), code_wanted))
        return fault_raise(fault, es9_name(ES9_AUTHENTICATE_CLIENT),
                           "the server's smdpSigned2 is malformed");
    return check_transaction(signed2, transaction_id, ES9_AUTHENTICATE_CLIENT, fault);
}

bool download_check_package(struct bytes package, struct bytes metadata,
                            enum es10b_cancel_reason *reason, struct fault *fault)
{
    const char *function = es9_name(ES9_GET_BOUND_PROFILE_PACKAGE);
    uint8_t memory[METADATA_MAX];
    struct writer out = writer_on(memory, sizeof(memory));
    if (!segments_check(package)) {
        *reason = ES10B_LOAD_BPP_EXECUTION_ERROR;
        return fault_raise(fault, function, "the bound profile package is malformed");
    }
    if (segments_metadata(package, &out) && bytes_equal(writer_bytes(&out), metadata))
        return true;
    *reason = ES10B_METADATA_MISMATCH;
    return fault_raise(fault, function,
                       "the package describes another profile than the server did before");
}

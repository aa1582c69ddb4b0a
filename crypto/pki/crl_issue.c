#include "crypto/pki/crl_issue.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/x509_write.h"

#define VERSION_2 1
#define EXTENSIONS_TAG 0xA0

void crl_put_revoked(struct writer *out, struct bytes serial, int64_t seconds)
{
    const size_t entry = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, DER_INTEGER, serial);
    x509_put_time(out, seconds);
    tlv_close(out, entry);
}

static void put_extensions(struct writer *out, const struct crl_issue *issue)
{
    const size_t outer = tlv_open(out, EXTENSIONS_TAG);
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    x509_put_authority_key_id(out, issue->issuer->subject_key_id);
    const struct x509_marks number = x509_open_extension(out, OID_CRL_NUMBER, false);
    der_put_integer(out, DER_INTEGER, issue->number);
    x509_close_extension(out, number);
    tlv_close(out, sequence);
    tlv_close(out, outer);
}

static void put_tbs(struct writer *out, const struct crl_issue *issue)
{
    const size_t tbs = tlv_open(out, DER_SEQUENCE);
    der_put_integer(out, DER_INTEGER, VERSION_2);
    x509_put_algorithm(out);
    writer_put(out, issue->issuer->subject);
    x509_put_time(out, issue->this_update);
    x509_put_time(out, issue->next_update);
    if (issue->revoked.len > 0)
        tlv_put(out, DER_SEQUENCE, issue->revoked);
    put_extensions(out, issue);
    tlv_close(out, tbs);
}

int crl_issue(struct random *random, const struct crl_issue *issue, struct writer *out)
{
    const size_t list = tlv_open(out, DER_SEQUENCE);
    put_tbs(out, issue);
    const int result = x509_sign(random, issue->key, list, out);
    tlv_close(out, list);
    if (!out->overflow)
        return result;
    trace_error("a revocation list is too long");
    return FAILURE_INTERNAL;
}

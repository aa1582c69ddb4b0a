#include "tools/eim/compact.h"

#include "apdu/der.h"

#define AUTHENTICATE_SERVER 0xBF38
#define PREPARE_DOWNLOAD 0xBF21
#define CANCEL_SESSION 0xBF41
#define OK 0xA0
#define COMPACT 0xA2
#define SIGNATURE 0x5F37
#define TRANSACTION_ID 0x80
/* CompactAuthenticateResponseOk */
#define COMPACT_SIGNED1 0xA0
#define EUICC_CERTIFICATE 0xA1
#define EUM_CERTIFICATE 0xA2
#define CARD_RESOURCE 0x84
#define COMPACT_CONTEXT1 0xA2
/* ServerSigned1, EuiccSigned1 */
#define SERVER_ADDRESS 0x83
#define SERVER_CHALLENGE 0x84
#define EUICC_INFO2 0xBF22
/* EUICCSigned2 */
#define ONE_TIME_KEY 0x5F49
/* EuiccCancelSessionSigned */
#define SMDP_OID 0x81
#define REASON 0x80
#define SIGNED_REASON 0x82

bool compact_is(struct bytes answer)
{
    struct tlv outer, choice;
    return tlv_take(&answer, &outer) && tlv_take(&outer.value, &choice) && choice.tag == COMPACT;
}

/* EUICCInfo2 as the chip has told it before, with the memory that it has now. */
static bool put_info2(const struct chip_blobs *chip, const struct tlv *resource, struct writer *out)
{
    struct tlv info2, element;
    if (!tlv_whole(blob_bytes(&chip->info2), EUICC_INFO2, &info2))
        return false;
    const size_t mark = tlv_open(out, EUICC_INFO2);
    while (tlv_take(&info2.value, &element))
        writer_put(out, element.tag == CARD_RESOURCE ? resource->whole : element.whole);
    tlv_close(out, mark);
    return info2.value.len == 0;
}

static bool put_signed1(const struct compact_context *context, struct bytes compact,
                        struct writer *out)
{
    struct tlv resource, parameters, server, address, challenge;
    if (!tlv_take_tag(&compact, CARD_RESOURCE, &resource) ||
        !tlv_take_tag(&compact, COMPACT_CONTEXT1, &parameters) ||
        !tlv_whole(context->server_signed1, DER_SEQUENCE, &server) ||
        !tlv_find(server.value, SERVER_ADDRESS, &address) ||
        !tlv_find(server.value, SERVER_CHALLENGE, &challenge))
        return false;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TRANSACTION_ID, context->transaction_id);
    writer_put(out, address.whole);
    writer_put(out, challenge.whole);
    const bool known = put_info2(context->chip, &resource, out);
    writer_put(out, parameters.value);
    tlv_close(out, mark);
    return known;
}

/* One that the message has left out is the one that is known. */
static bool put_certificate(const struct tlv *told, const struct blob *known, struct writer *out)
{
    if (told->tag != 0)
        tlv_put(out, DER_SEQUENCE, told->value);
    else
        writer_put(out, blob_bytes(known));
    return told->tag != 0 || known->len > 0;
}

static bool expand_authentication(const struct compact_context *context, struct bytes content,
                                  struct writer *out)
{
    struct tlv data, signature, euicc, eum;
    if (!tlv_take(&content, &data) || !tlv_take_tag(&content, SIGNATURE, &signature) ||
        !tlv_take_optional(&content, EUICC_CERTIFICATE, &euicc) ||
        !tlv_take_optional(&content, EUM_CERTIFICATE, &eum))
        return false;
    if (data.tag == DER_SEQUENCE)
        writer_put(out, data.whole);
    else if (data.tag != COMPACT_SIGNED1 || !put_signed1(context, data.value, out))
        return false;
    writer_put(out, signature.whole);
    return put_certificate(&euicc, &context->chip->euicc_certificate, out) &&
           put_certificate(&eum, &context->chip->eum_certificate, out);
}

static bool expand_preparation(const struct compact_context *context, struct bytes content,
                               struct writer *out)
{
    struct tlv data, signature, key, hash;
    if (!tlv_take_tag(&content, DER_SEQUENCE, &data) ||
        !tlv_take_tag(&content, SIGNATURE, &signature) ||
        !tlv_take_optional(&data.value, ONE_TIME_KEY, &key) ||
        !tlv_take_optional(&data.value, DER_OCTET_STRING, &hash))
        return false;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TRANSACTION_ID, context->transaction_id);
    writer_put(out, key.whole);
    if (hash.tag != 0)
        writer_put(out, hash.whole);
    else if (context->hash_cc.len > 0)
        tlv_put(out, DER_OCTET_STRING, context->hash_cc);
    tlv_close(out, mark);
    writer_put(out, signature.whole);
    return true;
}

static bool expand_cancellation(const struct compact_context *context, struct bytes content,
                                struct writer *out)
{
    struct tlv data, signature, reason;
    if (!tlv_take_tag(&content, DER_SEQUENCE, &data) ||
        !tlv_take_tag(&content, SIGNATURE, &signature) ||
        !tlv_take_tag(&data.value, REASON, &reason))
        return false;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TRANSACTION_ID, context->transaction_id);
    tlv_put(out, SMDP_OID, context->smdp_oid);
    tlv_put(out, SIGNED_REASON, reason.value);
    tlv_close(out, mark);
    writer_put(out, signature.whole);
    return true;
}

static const struct {
    uint32_t tag;
    bool (*expand)(const struct compact_context *, struct bytes, struct writer *);
} rows[] = {
    {AUTHENTICATE_SERVER, expand_authentication},
    {PREPARE_DOWNLOAD, expand_preparation},
    {CANCEL_SESSION, expand_cancellation},
};

bool compact_expand(const struct compact_context *context, struct bytes answer, struct writer *out)
{
    struct tlv outer, choice;
    if (!tlv_take(&answer, &outer) || !tlv_take(&outer.value, &choice) || choice.tag != COMPACT)
        return false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].tag != outer.tag)
            continue;
        const size_t whole = tlv_open(out, outer.tag);
        const size_t ok = tlv_open(out, OK);
        const bool expanded = rows[i].expand(context, choice.value, out);
        tlv_close(out, ok);
        tlv_close(out, whole);
        return expanded && !out->overflow;
    }
    return false;
}

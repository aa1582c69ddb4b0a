#include "tools/eim/pending_compact.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/status.h"

#define COMPACT_INSTALLATION 0xA0
#define COMPACT_OTHER 0xA1
#define COMPACT_DATA 0xA0
#define COMPACT_RESULT 0xA2
#define INSTALLATION 0xBF37
#define INSTALLATION_DATA 0xBF27
#define METADATA 0xBF2F
#define TRANSACTION_ID 0x80
#define SEQUENCE_NUMBER 0x80
#define EVENT 0x81
#define EVENT_INSTALL (1u << 0)
#define ICCID 0x5A
#define EID 0x5A
#define FINAL_RESULT 0xA2
#define SUCCESS 0xA0
#define AID 0x4F
#define AID_SIZE 16
#define AID_AT 13 /* of the two bytes that the compact form has */
#define SIGNATURE 0x5F37
#define GROWTH 512 /* bytes that the whole form has more, certificates excluded */

static const uint8_t isd_p_aid[AID_SIZE] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                            0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x00, 0x00};
/* EUICCResponse of a package that went in: what the compact form leaves out. */
static const uint8_t response_ok[] = {0x30, 0x07, 0xA0, 0x05, 0x30, 0x03, 0x80, 0x01, 0x00};

/* What a compact installation result says. */
struct compact_result {
    struct bytes transaction_id, sequence, signature;
    bool iccid;
    struct tlv choice; /* A0 success or A1 error */
};

static bool read_data(struct bytes data, struct compact_result *out)
{
    struct tlv transaction, sequence, present, result;
    if (!tlv_take_tag(&data, TRANSACTION_ID, &transaction) ||
        !tlv_take_tag(&data, DER_INTEGER, &sequence) ||
        !tlv_take_optional(&data, DER_BOOLEAN, &present) ||
        !tlv_take_tag(&data, COMPACT_RESULT, &result) || !tlv_take(&result.value, &out->choice))
        return false;
    out->transaction_id = transaction.value;
    out->sequence = sequence.value;
    out->iccid = true;
    return present.tag == 0 || der_to_boolean(present.value, &out->iccid);
}

static bool read_compact(struct bytes content, struct compact_result *out)
{
    struct tlv data, signature;
    if (!tlv_take_tag(&content, COMPACT_DATA, &data) ||
        !tlv_take_tag(&content, SIGNATURE, &signature))
        return false;
    out->signature = signature.value;
    return read_data(data.value, out);
}

static void put_metadata(const struct compact_result *compact, const struct download *download,
                         struct writer *out)
{
    const size_t mark = tlv_open(out, METADATA);
    tlv_put(out, SEQUENCE_NUMBER, compact->sequence);
    der_put_bits(out, EVENT, EVENT_INSTALL);
    tlv_put(out, DER_UTF8_STRING, bytes_of_text(download->address));
    if (compact->iccid && download->has_iccid)
        tlv_put(out, ICCID, bytes_of(download->iccid, sizeof(download->iccid)));
    tlv_close(out, mark);
}

static void put_success(struct bytes content, struct writer *out)
{
    uint8_t aid[AID_SIZE];
    struct tlv bytes = {0}, response = {0};
    memcpy(aid, isd_p_aid, sizeof(aid));
    if (tlv_take_tag(&content, AID, &bytes) && bytes.value.len == 2)
        memcpy(aid + AID_AT, bytes.value.data, bytes.value.len);
    (void)tlv_take_optional(&content, DER_OCTET_STRING, &response);
    const size_t mark = tlv_open(out, SUCCESS);
    tlv_put(out, AID, bytes_of(aid, sizeof(aid)));
    tlv_put(out, DER_OCTET_STRING,
            response.tag != 0 ? response.value : bytes_of(response_ok, sizeof(response_ok)));
    tlv_close(out, mark);
}

static void put_installation(const struct compact_result *compact, const struct download *download,
                             struct writer *out)
{
    const size_t outer = tlv_open(out, INSTALLATION);
    const size_t data = tlv_open(out, INSTALLATION_DATA);
    tlv_put(out, TRANSACTION_ID, compact->transaction_id);
    put_metadata(compact, download, out);
    tlv_put(out, DER_OBJECT_IDENTIFIER, bytes_of(download->oid, download->oid_len));
    const size_t final = tlv_open(out, FINAL_RESULT);
    if (compact->choice.tag == SUCCESS)
        put_success(compact->choice.value, out);
    else
        writer_put(out, compact->choice.whole);
    tlv_close(out, final);
    tlv_close(out, data);
    tlv_put(out, SIGNATURE, compact->signature);
    tlv_close(out, outer);
}

static int expand_installation(struct database *database, struct bytes content, struct writer *out)
{
    struct compact_result compact = {0};
    struct download download;
    if (!read_compact(content, &compact))
        return 1;
    const int found = downloads_find(database, compact.transaction_id, &download);
    if (found == 0)
        put_installation(&compact, &download, out);
    return found;
}

/* The certificates are those that the chip has shown. */
static int expand_other(struct database *database, const char *eid, struct bytes content,
                        struct writer *out)
{
    struct tlv named, metadata, signature;
    char digits[CHIPS_EID_SIZE];
    struct chip_blobs blobs;
    if (!tlv_take_optional(&content, EID, &named) || !tlv_take_tag(&content, METADATA, &metadata) ||
        !tlv_take_tag(&content, SIGNATURE, &signature))
        return 1;
    if (named.value.len == PKI_EID_SIZE)
        hex_encode(named.value, digits);
    const int found =
        chips_get_data(database, named.value.len == PKI_EID_SIZE ? digits : eid, &blobs);
    if (found == 0 && blobs.euicc_certificate.len > 0) {
        const size_t mark = tlv_open(out, DER_SEQUENCE);
        writer_put(out, metadata.whole);
        writer_put(out, signature.whole);
        writer_put(out, blob_bytes(&blobs.euicc_certificate));
        writer_put(out, blob_bytes(&blobs.eum_certificate));
        tlv_close(out, mark);
    }
    chips_finish_data(&blobs);
    return found;
}

int pending_expand(struct database *database, const char *eid, struct bytes compact,
                   struct blob *out)
{
    const size_t room = compact.len + GROWTH + 4096;
    struct tlv element;
    *out = (struct blob){malloc(room), room};
    if (out->data == NULL)
        return FAILURE_INTERNAL;
    struct writer writer = writer_on(out->data, room);
    int result = 1;
    if (tlv_whole(compact, COMPACT_INSTALLATION, &element))
        result = expand_installation(database, element.value, &writer);
    else if (tlv_whole(compact, COMPACT_OTHER, &element))
        result = expand_other(database, eid, element.value, &writer);
    out->len = writer_bytes(&writer).len;
    if (result == 0 && out->len == 0)
        result = 1;
    return result;
}

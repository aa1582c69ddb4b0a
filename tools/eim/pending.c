#include "tools/eim/pending.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "tools/eim/package.h"
#include "tools/eim/pending_compact.h"

#define INSTALLATION 0xBF37
#define INSTALLATION_DATA 0xBF27
#define METADATA 0xBF2F
#define TRANSACTION_ID 0x80
#define SEQUENCE_NUMBER 0x80
#define EVENT 0x81
#define ICCID 0x5A
#define FINAL_RESULT 0xA2
#define SUCCESS 0xA0
#define COMPACT_INSTALLATION 0xA0
#define COMPACT_OTHER 0xA1

static bool read_metadata(struct bytes metadata, struct pending_notification *out)
{
    struct tlv sequence, event, address;
    if (!tlv_take_tag(&metadata, SEQUENCE_NUMBER, &sequence) ||
        !der_to_unsigned(sequence.value, UINT32_MAX, &out->sequence) ||
        !tlv_take_tag(&metadata, EVENT, &event) ||
        !tlv_take_tag(&metadata, DER_UTF8_STRING, &address) ||
        address.value.len >= sizeof(out->address) ||
        !der_is_utf8(address.value, sizeof(out->address)))
        return false;
    memcpy(out->address, address.value.data, address.value.len);
    out->address[address.value.len] = '\0';
    return memchr(address.value.data, 0, address.value.len) == NULL;
}

static bool read_installation(struct bytes content, struct pending_notification *out,
                              struct bytes *transaction_id)
{
    struct tlv data, transaction, metadata;
    if (!tlv_take_tag(&content, INSTALLATION_DATA, &data) ||
        !tlv_take_tag(&data.value, TRANSACTION_ID, &transaction) ||
        !tlv_take_tag(&data.value, METADATA, &metadata))
        return false;
    out->installation = true;
    *transaction_id = transaction.value;
    return read_metadata(metadata.value, out);
}

static bool read_whole(struct bytes whole, struct pending_notification *out,
                       struct bytes *transaction_id)
{
    struct bytes from = whole;
    struct tlv element, metadata;
    if (!tlv_take(&from, &element) || from.len > 0)
        return false;
    if (element.tag == INSTALLATION)
        return read_installation(element.value, out, transaction_id);
    return element.tag == DER_SEQUENCE && tlv_take_tag(&element.value, METADATA, &metadata) &&
           read_metadata(metadata.value, out);
}

/* A chip under test that signs nothing may name another transaction than its server did. */
static int find_download(struct eim *eim, struct bytes transaction_id,
                         struct pending_notification *out)
{
    struct tlv outer, data, metadata, iccid;
    const int found = downloads_find(eim->database, transaction_id, &out->download);
    if (found <= 0 || !eim->unverified ||
        !tlv_whole(blob_bytes(&out->whole), INSTALLATION, &outer) ||
        !tlv_take_tag(&outer.value, INSTALLATION_DATA, &data) ||
        !tlv_find(data.value, METADATA, &metadata) || !tlv_find(metadata.value, ICCID, &iccid))
        return found;
    return downloads_find_profile(eim->database, iccid.value, &out->download);
}

int pending_read(struct eim *eim, const char *eid, struct bytes pending,
                 struct pending_notification *out)
{
    struct bytes transaction_id = {0};
    const uint8_t first = pending.len > 0 ? pending.data[0] : 0;
    *out = (struct pending_notification){0};
    const int result = first == COMPACT_INSTALLATION || first == COMPACT_OTHER
                           ? pending_expand(eim->database, eid, pending, &out->whole)
                           : blob_copy(pending, &out->whole);
    if (result == 0 && read_whole(blob_bytes(&out->whole), out, &transaction_id)) {
        const int found = out->installation ? find_download(eim, transaction_id, out) : 1;
        if (found >= 0)
            return 0;
    }
    pending_finish(out);
    return result < 0 ? result : PACKAGE_UNDEFINED;
}

void pending_finish(struct pending_notification *notification)
{
    blob_finish(&notification->whole);
}

int pending_end_order(struct eim *eim, const char *eid, const struct pending_notification *it)
{
    struct order order = {0};
    if (!it->installation)
        return 0;
    const int result = it->download.order != 0
                           ? orders_find_id(eim->database, it->download.order, &order)
                       : eid[0] != '\0' ? orders_next(eim->database, eid, eim_now(), &order)
                                        : 1;
    int ended = 0;
    if (result == 0 && order.facility == ORDER_DOWNLOAD && order.state == ORDER_WORK) {
        json_t *outcome = pending_outcome(blob_bytes(&it->whole));
        ended = outcome != NULL ? orders_end(eim->database, order.id, outcome,
                                             blob_bytes(&it->whole), eim_now())
                                : PACKAGE_UNDEFINED;
        json_decref(outcome);
    }
    orders_finish(&order);
    return result < 0 ? result : ended;
}

json_t *pending_outcome(struct bytes installation)
{
    struct tlv outer, data, metadata = {0}, iccid = {0}, final, choice;
    char digits[HEX_SIZE(ICCID_SIZE)] = "";
    if (!tlv_whole(installation, INSTALLATION, &outer) ||
        !tlv_take_tag(&outer.value, INSTALLATION_DATA, &data) ||
        !tlv_find(data.value, FINAL_RESULT, &final) || !tlv_take(&final.value, &choice))
        return NULL;
    if (tlv_find(data.value, METADATA, &metadata) && tlv_find(metadata.value, ICCID, &iccid) &&
        iccid.value.len == ICCID_SIZE)
        hex_encode(iccid.value, digits);
    json_t *object =
        json_pack("{s:s}", "finalResult", choice.tag == SUCCESS ? "successResult" : "errorResult");
    if (digits[0] != '\0')
        json_object_set_new(object, "iccid", json_string(digits));
    return json_pack("[{s:o}]", "profileInstallationResult", object);
}

#include "isd-r/iot/package_result.h"

#include "apdu/status.h"
#include "isd-r/profiles/notification.h"

#define TAG_SEQUENCE 0x83
#define TAG_RESULT 0xA0
#define TAG_ERROR_SIGNED 0xA1
#define TAG_ERROR_UNSIGNED 0xA2
#define TAG_SIGNATURE 0x5F37
#define TAG_CAUSE 0x8F /* in an unsigned error, from v1.3 on */
#define CAUSE_UNDEFINED 127
#define SIGNED_MAX (PACKAGE_RESULT_MAX + 512)
#define ADDITION_MAX 80 /* token or signature, whole */

void package_result_put_end(int why, struct writer *results)
{
    der_put_integer(results, DER_INTEGER, why);
}

/* What is signed after the data: the token; as v1.0's text has it, eimSignature. */
static void put_addition(const struct iot *iot, const struct package_result_of *of,
                         struct writer *out)
{
    if (iot_has_quirk(iot, IOT_QUIRK_EIM_SIGNATURE))
        tlv_put(out, TAG_SIGNATURE, of->signature);
    else
        eim_put_token(of->eim, out);
}

/* The data were written from `start` on: signs them. */
static int put_signature(const struct iot *iot, const struct package_result_of *of, size_t start,
                         struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE], room[ADDITION_MAX];
    struct writer addition = writer_on(room, sizeof(room));
    const struct credential *signer = eim_signer(of->eim, iot->credentials);
    put_addition(iot, of, &addition);
    if (out->overflow || addition.overflow || signer == NULL)
        return FAILURE_INTERNAL;
    const struct bytes parts[] = {bytes_of(out->data + start, out->len - start),
                                  writer_bytes(&addition)};
    const int result = ec_sign(signer->key, iot->random, parts, 2, signature);
    tlv_put(out, TAG_SIGNATURE, bytes_of(signature, sizeof(signature)));
    return result;
}

static void put_front(const struct package_result_of *of, struct writer *out)
{
    writer_put(out, of->eim_id);
    writer_put(out, of->counter);
    writer_put(out, of->transaction_id);
}

static int put_result(const struct iot *iot, const struct package_result_of *of, uint32_t sequence,
                      struct bytes results, struct writer *out)
{
    const size_t whole = tlv_open(out, PACKAGE_RESULT_TAG), choice = tlv_open(out, TAG_RESULT);
    const size_t start = out->len, data = tlv_open(out, DER_SEQUENCE);
    put_front(of, out);
    der_put_integer(out, TAG_SEQUENCE, sequence);
    tlv_put(out, DER_SEQUENCE, results);
    tlv_close(out, data);
    const int result = put_signature(iot, of, start, out);
    tlv_close(out, choice);
    tlv_close(out, whole);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}

int package_result_conclude(const struct iot *iot, const struct package_result_of *of,
                            struct bytes results, uint32_t *sequence, struct writer *response)
{
    uint8_t room[SIGNED_MAX];
    struct writer whole = writer_on(room, sizeof(room));
    int result = notification_number(iot->notification, sequence);
    if (result == 0)
        result = put_result(iot, of, *sequence, results, &whole);
    if (result != 0)
        return result;
    const struct store_notification row = {.sequence = *sequence,
                                           .operation = PACKAGE_RESULT_OPERATION,
                                           .address = eim_id(of->eim),
                                           .pending = writer_bytes(&whole)};
    writer_put(response, row.pending);
    return store_notification_add(iot->store, &row);
}

int package_result_put_error(const struct iot *iot, const struct package_result_of *of, int error,
                             struct writer *response)
{
    const size_t whole = tlv_open(response, PACKAGE_RESULT_TAG),
                 choice = tlv_open(response, TAG_ERROR_SIGNED);
    const size_t start = response->len, data = tlv_open(response, DER_SEQUENCE);
    put_front(of, response);
    der_put_integer(response, DER_INTEGER, error);
    tlv_close(response, data);
    const int result = put_signature(iot, of, start, response);
    tlv_close(response, choice);
    tlv_close(response, whole);
    return result;
}

void package_result_put_unsigned(const struct iot *iot, const struct package_result_of *of,
                                 struct writer *response)
{
    const size_t whole = tlv_open(response, PACKAGE_RESULT_TAG),
                 choice = tlv_open(response, TAG_ERROR_UNSIGNED);
    writer_put(response, of->eim_id);
    writer_put(response, of->transaction_id);
    if (of->eim != NULL && of->eim->token != 0)
        eim_put_token(of->eim, response);
    if (euicc_info_iot(iot->info) >= EUICC_INFO_IOT_1_3)
        der_put_integer(response, TAG_CAUSE, CAUSE_UNDEFINED);
    tlv_close(response, choice);
    tlv_close(response, whole);
}

/* Looks through what is kept. */
struct search {
    uint32_t sequence; /* 0: all */
    struct writer *out;
    size_t count;
    uint32_t last;
};

static int visit(void *context, const struct store_notification *row)
{
    struct search *search = context;
    if (row->operation != PACKAGE_RESULT_OPERATION)
        return 0;
    search->count++;
    search->last = row->sequence;
    struct writer *out = search->out;
    const bool fits = out != NULL && row->pending.len + TLV_HEADER_MAX <= out->capacity - out->len;
    if (fits && (search->sequence == 0 || row->sequence == search->sequence))
        writer_put(out, row->pending);
    return 0;
}

int package_result_is_full(struct store *store, bool *full)
{
    struct search search = {0};
    const int result = store_each_notification(store, visit, &search);
    *full = search.count >= PACKAGE_RESULT_COUNT_MAX;
    return result;
}

int package_result_find(struct store *store, uint32_t sequence, struct writer *out)
{
    struct search search = {.sequence = sequence, .out = out};
    const size_t before = out->len;
    const int result =
        sequence == 0 ? SW_REFERENCE_NOT_FOUND : store_each_notification(store, visit, &search);
    return result == 0 && out->len == before ? SW_REFERENCE_NOT_FOUND : result;
}

int package_result_put_all(struct store *store, struct writer *out)
{
    return store_each_notification(store, visit, &(struct search){.out = out});
}

int package_result_clear(struct store *store)
{
    struct search search = {0};
    int result = store_each_notification(store, visit, &search);
    while (result == 0 && search.count > 0) {
        result = store_notification_remove(store, search.last);
        search = (struct search){0};
        if (result == 0)
            result = store_each_notification(store, visit, &search);
    }
    return result;
}

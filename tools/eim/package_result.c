#include "tools/eim/package_result.h"

#include "apdu/der.h"
#include "apdu/trace.h"
#include "crypto/pki/certificate.h"
#include "crypto/pki/pki_eid.h"
#include "tools/eim/package.h"
#include "tools/lib/iot/data_request.h"
#include "tools/lib/iot/euicc_package.h"

#define PACKAGE 0xBF51
#define REPLAY_ERROR 4
#define JUMPS_MAX 4
#define JUMP_BITS 6     /* the first jump is 2^6 counters, each further one that many bits more */
#define REST_SECONDS 60 /* before a package that was not believed is sent again */

static bool is_for_us(const struct eim *eim, const struct order *order,
                      const struct euicc_package_result *read)
{
    return bytes_equal(read->eim_id, bytes_of_text(eim->id)) &&
           (read->transaction_id.len == 0 ||
            bytes_equal(read->transaction_id,
                        bytes_of(order->transaction_id, sizeof(order->transaction_id))));
}

/* package: what was sent, which a chip of v1.0 signs with; empty: not known any more. */
static bool is_believed(const struct eim *eim, const struct chip *chip,
                        const struct euicc_package_result *read, struct bytes package)
{
    struct chips_key key;
    const int known = chips_get_key(eim->database, chip->eid, &key);
    const struct bytes point = bytes_of(key.point, sizeof(key.point));
    if (known != 0)
        return known > 0 && eim->unverified;
    return euicc_package_result_verify(read, key.curve, point, chip->token) ||
           (package.len > 0 && euicc_package_result_verify_v1(read, key.curve, point, package));
}

/* The outcome: one object an operation. NULL if a result is malformed. */
static json_t *outcome_of(enum operation_list list, struct bytes results)
{
    json_t *array = json_array();
    bool good = true;
    while (good && results.len > 0) {
        struct operation_result result;
        good = operation_result_take(&results, list, &result) &&
               json_array_append_new(array, operation_result_json(&result)) == 0;
    }
    if (good)
        return array;
    json_decref(array);
    return NULL;
}

static int keep_result(struct eim *eim, const struct chip *chip, uint32_t sequence,
                       struct bytes whole)
{
    const int rows = database_change(
        eim->database,
        "INSERT OR IGNORE INTO results (eid, sequence, time, result) VALUES (?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_T(chip->eid), DATABASE_N(sequence), DATABASE_N(eim_now()),
                        DATABASE_B(whole)));
    return rows < 0 ? rows : 0;
}

static int end_with(struct eim *eim, const struct order *order, const char *error,
                    struct bytes whole)
{
    json_t *outcome = json_pack("[{s:s}]", "euiccPackageError", error);
    const int result = outcome != NULL
                           ? orders_end(eim->database, order->id, outcome, whole, eim_now())
                           : PACKAGE_UNDEFINED;
    json_decref(outcome);
    return result;
}

static int take_executed(struct eim *eim, const struct chip *chip, const struct order *order,
                         const struct euicc_package_result *read, struct bytes whole)
{
    json_t *outcome =
        outcome_of(order->facility == ORDER_PSMO ? OPERATION_PSMO : OPERATION_ECO, read->results);
    if (outcome == NULL)
        return PACKAGE_UNDEFINED;
    int result = keep_result(eim, chip, read->sequence, whole);
    if (result == 0)
        result = orders_end(eim->database, order->id, outcome, whole, eim_now());
    json_decref(outcome);
    trace_notice("%s: package %u executed", chip->eid, (unsigned)read->counter);
    return result;
}

/* Further ahead each time: how far the chip's counter is, nothing tells. */
static int jump(struct eim *eim, const struct chip *chip, const struct order *order)
{
    const uint32_t step =
        1u << (JUMP_BITS * (order->jumps + 1) > 20 ? 20 : JUMP_BITS * (order->jumps + 1));
    const uint32_t next = chip->counter < EIM_CONFIGURATION_COUNTER_MAX - step
                              ? chip->counter + step
                              : EIM_CONFIGURATION_COUNTER_MAX - 1;
    const int result = chips_set_counter(eim->database, chip->eid, next);
    trace_notice("%s: its counter is further than %u; going on from %u", chip->eid,
                 (unsigned)chip->counter, (unsigned)next);
    return result != 0 ? result : orders_again(eim->database, order->id, eim_now());
}

/* replayError: it was executed before and its result lost, or the chip has seen later counters. */
static int take_replay(struct eim *eim, const struct chip *chip, const struct order *order,
                       struct bytes whole)
{
    if (order->sent > 1 && !order->lost)
        return orders_set_lost(eim->database, order->id, true);
    return order->jumps < JUMPS_MAX ? jump(eim, chip, order)
                                    : end_with(eim, order, "replayError", whole);
}

int package_result_not_found(struct eim *eim, const struct chip *chip)
{
    struct order order;
    int result = orders_next(eim->database, chip->eid, eim_now(), &order);
    if (result == 0 && order.lost)
        result = order.jumps < JUMPS_MAX ? jump(eim, chip, &order)
                                         : end_with(eim, &order, "replayError", (struct bytes){0});
    orders_finish(&order);
    return result < 0 ? result : 0;
}

/* A result that was taken before: the chip may forget it now. */
static int take_known(struct eim *eim, const struct chip *chip,
                      const struct euicc_package_result *read, uint32_t *sequence)
{
    if (read->kind != EUICC_PACKAGE_RESULT || !bytes_equal(read->eim_id, bytes_of_text(eim->id)) ||
        !is_believed(eim, chip, read, (struct bytes){0}))
        return PACKAGE_UNDEFINED;
    *sequence = read->sequence;
    return 0;
}

static int take_signed(struct eim *eim, const struct chip *chip,
                       const struct euicc_package_result *read, struct bytes whole,
                       uint32_t *sequence)
{
    struct order order;
    int result = orders_find_counter(eim->database, chip->eid, read->counter, &order);
    if (result > 0)
        result = take_known(eim, chip, read, sequence);
    else if (result == 0 && (!is_for_us(eim, &order, read) ||
                             !is_believed(eim, chip, read, blob_bytes(&order.package))))
        result = PACKAGE_UNDEFINED;
    else if (result == 0 && read->kind == EUICC_PACKAGE_RESULT) {
        *sequence = read->sequence;
        result = take_executed(eim, chip, &order, read, whole);
    } else if (result == 0 && read->code == REPLAY_ERROR)
        result = take_replay(eim, chip, &order, whole);
    else if (result == 0)
        result = end_with(eim, &order, euicc_package_error_text(read->code), whole);
    orders_finish(&order);
    if (result == PACKAGE_UNDEFINED)
        trace_notice("%s: a result that is not its chip's, or answers nothing, does not count",
                     chip->eid);
    return result;
}

/* Nobody has signed it, so it ends nothing; the package rests a while. The association token that
 * it tells is tried once: with a wrong one the signature is wrong for the chip. */
static int take_unsigned(struct eim *eim, const struct chip *chip,
                         const struct euicc_package_result *read)
{
    struct order order;
    int64_t token;
    int result = orders_next(eim->database, chip->eid, eim_now(), &order);
    if (result == 0 && order.state == ORDER_WORK && is_for_us(eim, &order, read)) {
        const bool told = read->token.len > 0 && der_to_integer(read->token, &token);
        if (told && token != chip->token && order.jumps < JUMPS_MAX) {
            result = chips_set_token(eim->database, chip->eid, token);
            if (result == 0)
                result = orders_again(eim->database, order.id, eim_now());
        } else {
            trace_notice(
                "%s: the chip has not believed package %u: does it know this eIM by its id "
                "and its key? 'emuicc-ipa status' shows which eIMs it has",
                chip->eid, (unsigned)order.counter);
            result = orders_rest(eim->database, order.id, eim_now() + REST_SECONDS);
        }
    }
    orders_finish(&order);
    return result < 0 ? result : 0;
}

int package_result_take(struct eim *eim, const struct chip *chip, struct bytes whole,
                        uint32_t *sequence)
{
    struct euicc_package_result read;
    *sequence = 0;
    if (!euicc_package_result_read(whole, &read))
        return PACKAGE_UNDEFINED;
    return read.kind == EUICC_PACKAGE_ERROR_UNSIGNED
               ? take_unsigned(eim, chip, &read)
               : take_signed(eim, chip, &read, whole, sequence);
}

static bool eid_of_transaction(struct eim *eim, struct bytes transaction_id,
                               char eid[CHIPS_EID_SIZE])
{
    struct order order;
    const bool found = orders_find_transaction(eim->database, transaction_id, &order) == 0;
    if (found)
        memcpy(eid, order.eid, sizeof(order.eid));
    orders_finish(&order);
    return found || chips_find_asked(eim->database, transaction_id, eid) == 0;
}

/* v1.0 names neither EID nor transaction in an answer about data. The chip's certificate names the
 * EID; whether it is to be believed is seen when it is kept. */
static bool eid_of_certificate(struct bytes data, char eid[CHIPS_EID_SIZE])
{
    uint8_t room[DATA_CERTIFICATE_MAX], number[PKI_EID_SIZE];
    struct writer der = writer_on(room, sizeof(room));
    struct certificate certificate;
    if (!data_answer_certificate(data, DATA_EUICC_CERTIFICATE, &der) ||
        certificate_parse(writer_bytes(&der), &certificate) != CERTIFICATE_OK ||
        !certificate_eid(&certificate, number))
        return false;
    pki_eid_to_text(number, eid);
    return true;
}

bool package_result_eid(struct eim *eim, struct bytes element, char eid[CHIPS_EID_SIZE])
{
    struct euicc_package_result package;
    struct data_answer data;
    struct data_trigger_result trigger;
    struct tlv outer = {0}, inner;
    if (tlv_whole(element, DER_SEQUENCE, &outer) && tlv_take_tag(&outer.value, PACKAGE, &inner))
        element = inner.whole;
    if (euicc_package_result_read(element, &package))
        return eid_of_transaction(eim, package.transaction_id, eid);
    if (data_answer_read(element, &data))
        return eid_of_transaction(eim, data.transaction_id, eid) ||
               eid_of_certificate(data.data, eid);
    return data_trigger_result_read(element, &trigger) &&
           eid_of_transaction(eim, trigger.transaction_id, eid);
}

/* What IPA and eIM read of each other: messages in both bindings, results, data, configurations;
 * and an eIM that gets the input as a message. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tools/eim/front.h"
#include "tools/eim/rest_orders.h"
#include "tools/ipa/minimize.h"
#include "tools/lib/iot/data_request.h"
#include "tools/lib/iot/esipa_json.h"
#include "tools/lib/iot/euicc_package.h"

#define EID "89049032123451234512345678901235"
#define ROOM (64u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *context, enum trace_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

/* A message that can be read can be written, and reads the same again. */
static void run_message(const struct esipa_message *message, struct bytes input)
{
    static uint8_t room[ROOM];
    struct writer again = writer_on(room, sizeof(room)), shorter = writer_on(room, sizeof(room));
    struct esipa_values values, second;
    size_t answer;
    uint32_t error;
    if (esipa_read_request(message, input, &values)) {
        esipa_put_request(message, &values, &again);
        if (!again.overflow && !esipa_read_request(message, writer_bytes(&again), &second))
            abort();
    }
    if (esipa_read_answer(message, input, &answer, &error, &values) && error == 0) {
        writer_reset(&again);
        esipa_put_answer(message, answer, &values, &again);
        if (!again.overflow &&
            !esipa_read_answer(message, writer_bytes(&again), &answer, &error, &second))
            abort();
    }
    json_decref(esipa_json_write_request(message, input));
    json_decref(esipa_json_write_answer(message, input));
    (void)minimize_message(input, BYTES(0x89, 0x04), &shorter);
}

static void run_json(const struct esipa_message *message, const json_t *object)
{
    struct blob blob = {0};
    const char *name;
    (void)esipa_json_read_request(message, object, &blob, &name);
    blob_finish(&blob);
    blob = (struct blob){0};
    (void)esipa_json_read_answer(message, object, &blob, &name);
    blob_finish(&blob);
}

static void run_results(struct bytes input)
{
    struct euicc_package_result result;
    struct operation_result one;
    struct data_answer answer;
    struct data_request request;
    struct data_trigger trigger;
    struct data_trigger_result trigger_result;
    if (euicc_package_result_read(input, &result) && result.kind == EUICC_PACKAGE_RESULT)
        for (struct bytes rest = result.results;
             operation_result_take(&rest, OPERATION_PSMO, &one);)
            json_decref(operation_result_json(&one));
    for (struct bytes rest = input; operation_result_take(&rest, OPERATION_ECO, &one);)
        json_decref(operation_result_json(&one));
    if (data_answer_read(input, &answer))
        json_decref(data_answer_json(&answer));
    (void)data_request_read(input, &request);
    (void)data_trigger_read(input, &trigger);
    (void)data_trigger_result_read(input, &trigger_result);
}

static void run_configuration(struct bytes input)
{
    static uint8_t room[ROOM];
    struct writer writer = writer_on(room, sizeof(room));
    struct eim_configuration read;
    enum ec_curve curve;
    struct bytes point;
    if (eim_configuration_read(input, &writer, &read))
        (void)eim_configuration_key(&read, &curve, &point);
}

/* Orders as an operator's program may write them. */
static void run_order(struct eim *eim, const json_t *object)
{
    char name[ORDERS_NAME_SIZE], detail[REST_ORDERS_DETAIL_SIZE];
    for (enum order_facility facility = 0; facility < ORDER_FACILITIES; facility++)
        (void)rest_orders_create(eim, facility, object, name, detail);
}

/* An eIM with a chip and an order that is at work, made once. */
static struct eim *make_eim(void)
{
    static char folder[] = "/tmp/emuicc-fuzz-XXXXXX"; /* the eIM borrows it */
    char command[64], name[ORDERS_NAME_SIZE];
    char detail[REST_ORDERS_DETAIL_SIZE];
    struct random random;
    struct eim *eim = NULL;
    random_init_seeded(&random, bytes_of_text("esipa"));
    if (ec_start() != 0 || mkdtemp(folder) == NULL)
        abort();
    const struct pki_plan pki = {.directory = folder, .first_eid = EID};
    const struct eim_plan plan = {.pki = folder, .unverified = true, .release = EIM_RELEASE_1_2};
    if (pki_make(&random, &pki) != 0 || front_open(&plan, &eim) != 0)
        abort();
    json_t *order = json_pack("{s:s, s:{s:[{s:{}}]}}", "eidValue", EID, "order", "psmo", "getRAT");
    if (rest_orders_create(eim, ORDER_PSMO, order, name, detail) != 0)
        abort();
    json_decref(order);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    if (system(command) != 0)
        abort();
    return eim;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct eim *eim;
    const struct bytes input = bytes_of(data, size);
    struct blob answer;
    trace_to(ignore, NULL);
    if (eim == NULL)
        eim = make_eim();
    json_t *object = json_loadb((const char *)data, size, 0, NULL);
    for (enum esipa_function function = 0; function < ESIPA_FUNCTIONS; function++) {
        run_message(&esipa_messages[function], input);
        if (object != NULL)
            run_json(&esipa_messages[function], object);
    }
    run_results(input);
    run_configuration(input);
    if (object != NULL)
        run_order(eim, object);
    (void)front_answer(eim, input, &answer);
    blob_finish(&answer);
    json_decref(object);
    return 0;
}

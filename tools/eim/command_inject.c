/* emuicc-eim inject EID HOST:PORT: brings a chip's packages to its IPA, which has not asked
 * (TransferEimPackage, SGP.32 §5.14.4). */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/address.h"
#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/trace.h"
#include "tools/eim/command.h"
#include "tools/eim/package.h"
#include "tools/eim/result.h"
#include "tools/lib/iot/esipa_client.h"

#define ROUNDS_MAX 256
#define SEQUENCE_NUMBER 0x80

/* What one injection works with. */
struct injecting {
    struct eim *eim;
    const char *eid;
    struct esipa_client *client;
    struct fault fault;
};

/* One message with this element at this place; the answer's values borrow from *blob. */
static bool transfer(struct injecting *injecting, size_t place, struct bytes element,
                     struct blob *blob, struct esipa_values *answer)
{
    const struct esipa_message *message = &esipa_messages[ESIPA_TRANSFER_PACKAGE];
    const size_t size = element.len + 2 * TLV_HEADER_MAX;
    uint8_t *data = malloc(size);
    size_t at;
    uint32_t error = 0;
    *blob = (struct blob){0};
    if (data == NULL)
        return fault_raise(&injecting->fault, "memory", "there is none left");
    struct writer writer = writer_on(data, size);
    struct esipa_values values = {0};
    esipa_set(&values, place, element);
    esipa_put_request(message, &values, &writer);
    const bool sent = esipa_client_call(injecting->client, writer_bytes(&writer), blob);
    free(data);
    if (!sent)
        return false;
    if (!esipa_read_answer(message, blob_bytes(blob), &at, &error, answer))
        return fault_raise(&injecting->fault, message->name, "the IPA's answer cannot be read");
    return error == 0 ||
           fault_raise(&injecting->fault, message->name, "the IPA says error %u", (unsigned)error);
}

static bool acknowledge(struct injecting *injecting, const struct result_acknowledged *list)
{
    uint8_t data[RESULT_ACKNOWLEDGEMENTS_SIZE];
    struct writer writer = writer_on(data, sizeof(data));
    struct blob blob;
    struct esipa_values answer;
    if (list->count == 0)
        return true;
    result_put_acknowledgements(list, &writer);
    const bool done = transfer(injecting, ESIPA_TRANSFERRED_ACKNOWLEDGEMENTS, writer_bytes(&writer),
                               &blob, &answer);
    blob_finish(&blob);
    return done;
}

/* A poll of the same IPA may have been given the same package: the chip executes it once and
 * refuses it the second time, and what it refuses answers no order any more. */
static bool fail_result(struct injecting *injecting, int result)
{
    if (result == PACKAGE_UNDEFINED)
        return fault_raise(&injecting->fault, "result",
                           "what the IPA has answered belongs to no order at work; a poll beside "
                           "this may have ended it: 'emuicc-eim --store FILE results %s' tells",
                           injecting->eid);
    return fault_raise(&injecting->fault, "result", "it could not be taken into the store");
}

/* *received: it is under way, and its result comes by ProvideEimPackageResult. */
static bool take_answer(struct injecting *injecting, struct bytes element, bool *received)
{
    struct result_acknowledged acknowledged = {0};
    struct tlv null;
    *received = tlv_whole(element, DER_NULL, &null);
    if (*received)
        return true;
    const int result = result_take(injecting->eim, injecting->eid, element, &acknowledged);
    if (result != 0)
        return fail_result(injecting, result);
    return acknowledge(injecting, &acknowledged);
}

/* Package after package until there is none, or one is under way. Their number, or -1. */
static int inject_all(struct injecting *injecting)
{
    static const size_t places[] = {[PACKAGE_EUICC] = ESIPA_PACKAGE,
                                    [PACKAGE_DATA] = ESIPA_DATA_REQUEST,
                                    [PACKAGE_TRIGGER] = ESIPA_TRIGGER};
    uint8_t data[PACKAGE_SIZE];
    bool received = false;
    int count = 0;
    while (count < ROUNDS_MAX && !received) {
        struct writer package = writer_on(data, sizeof(data));
        struct esipa_values answer;
        struct blob blob;
        enum package_kind kind;
        const int result = package_next(injecting->eim, injecting->eid, &kind, &package);
        if (result == PACKAGE_NONE)
            return count;
        if (result == PACKAGE_EID_NOT_FOUND)
            fault_raise(&injecting->fault, "inject", "no order was ever placed for this EID");
        if (result != 0)
            return -1;
        bool good = transfer(injecting, places[kind], writer_bytes(&package), &blob, &answer);
        if (good)
            good = take_answer(injecting, answer.at[ESIPA_TRANSFER_RESULT], &received);
        blob_finish(&blob);
        if (!good)
            return -1;
        count++;
    }
    return count;
}

int command_inject(struct eim *eim, const struct eim_options *options, char **words, int count)
{
    struct address ignored;
    if (count != 2 || !address_parse(bytes_of_text(words[1]), &ignored)) {
        trace_error("inject: EID and HOST:PORT of its IPA");
        return OPTIONS_STATUS_USAGE;
    }
    struct injecting injecting = {.eim = eim, .eid = words[0]};
    const struct esipa_client_plan plan = {.ca = options->ca,
                                           .connect_to = &options->connect_to,
                                           .json = options->json_binding,
                                           .plain = true};
    const bool open = esipa_client_open(&plan, &injecting.fault, &injecting.client) &&
                      esipa_client_set_address(injecting.client, words[1]);
    const int injected = open ? inject_all(&injecting) : -1;
    esipa_client_close(injecting.client);
    if (injected < 0)
        fault_print(&injecting.fault, eim_program.name);
    else if (options->json)
        printf("{\"injected\": %d}\n", injected);
    else
        printf("%d\n", injected);
    return injected < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

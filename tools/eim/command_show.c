/* emuicc-eim status, results, chip and config: what the eIM knows, and what a chip has to know. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/issue.h"
#include "tools/eim/command.h"
#include "tools/eim/rest_orders.h"
#include "tools/eim/rest_chip.h"
#include "tools/lib/common/text.h"

static int finish_output(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return EXIT_SUCCESS;
    trace_error("standard output cannot be written to");
    return EXIT_FAILURE;
}

static void print_document(json_t *document)
{
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(document);
}

/* Chips with their counters, then what waits for them. */
struct show {
    const char *eid; /* NULL: all */
    json_t *list;    /* NULL: lines */
    int count;
};

/* The EID among the words, NULL if there is none; false if it is no EID, or not known. */
static bool take_eid(struct eim *eim, const char *command, char **words, int count,
                     const char **out, int *status)
{
    struct chip chip;
    uint8_t eid[PKI_EID_SIZE];
    *out = count > 0 ? words[0] : NULL;
    if (*out == NULL)
        return true;
    if (!pki_eid_from_text(*out, eid)) {
        trace_error("%s: '%.40s' is no EID: 32 digits", command, *out);
        *status = OPTIONS_STATUS_USAGE;
        return false;
    }
    const int found = chips_find(eim->database, *out, &chip);
    if (found > 0)
        trace_error("%s: no chip has EID %s; 'emuicc-eim status' lists those that are known",
                    command, *out);
    *status = EXIT_FAILURE;
    return found == 0;
}

static void show_chip(void *context, const struct chip *chip)
{
    struct show *show = context;
    if (show->eid != NULL && strcmp(show->eid, chip->eid) != 0)
        return;
    show->count++;
    if (show->list != NULL)
        json_array_append_new(show->list,
                              json_pack("{s:s, s:i, s:I, s:b}", "eid", chip->eid, "counter",
                                        (int)chip->counter, "associationToken",
                                        (json_int_t)chip->token, "certified", chip->certified));
    else
        printf("%s  counter %u, token %jd, %s\n", chip->eid, (unsigned)chip->counter,
               (intmax_t)chip->token, chip->certified ? "certified" : "certificates unknown");
}

static void add_order(void *context, const struct order *order)
{
    json_t *shown = rest_orders_show(order);
    json_object_set_new(shown, "name", json_string(order->name));
    json_object_set_new(shown, "facility", json_string(orders_facility_name(order->facility)));
    if (order->refusal.len > 0)
        json_object_set_new(shown, "refusal", text_json(blob_bytes(&order->refusal)));
    json_array_append_new(context, shown);
}

static void print_order(const struct order *order, bool outcome)
{
    char time[32];
    const time_t when = (time_t)order->time;
    struct tm parts;
    strftime(time, sizeof(time), "%F %T", localtime_r(&when, &parts));
    printf("%s  %s  %s  %-8s %-4s  %.*s\n", time, order->eid, order->name,
           orders_facility_name(order->facility), orders_state_name(order->state),
           (int)order->content.len, (const char *)order->content.data);
    if (outcome && order->state == ORDER_DONE)
        printf("    %.*s\n", (int)order->outcome.len, (const char *)order->outcome.data);
    if (outcome && order->refusal.len > 0)
        printf("    %.*s\n", (int)order->refusal.len, (const char *)order->refusal.data);
}

static void print_waiting(void *context, const struct order *order)
{
    (void)context;
    if (order->state != ORDER_DONE)
        print_order(order, false);
}

static void print_with_outcome(void *context, const struct order *order)
{
    (void)context;
    print_order(order, true);
}

int command_status(struct eim *eim, const struct eim_options *options, char **words, int count)
{
    int status, orders;
    struct show show = {.list = options->json ? json_array() : NULL};
    if (!take_eid(eim, "status", words, count, &show.eid, &status))
        return status;
    const int chips = chips_each(eim->database, show_chip, &show);
    if (options->json) {
        json_t *list = json_array();
        orders = orders_each(eim->database, ORDER_FACILITIES, show.eid, add_order, list);
        print_document(json_pack("{s:o, s:o}", "chips", show.list, "orders", list));
    } else {
        orders = orders_each(eim->database, ORDER_FACILITIES, show.eid, print_waiting, NULL);
        if (show.count == 0)
            printf("no chip is known: 'emuicc-eim order EID list' makes one known\n");
    }
    return chips < 0 || orders < 0 ? EXIT_FAILURE : finish_output();
}

int command_results(struct eim *eim, const struct eim_options *options, char **words, int count)
{
    const char *eid;
    int result;
    if (!take_eid(eim, "results", words, count, &eid, &result))
        return result;
    if (options->json) {
        json_t *orders = json_array();
        result = orders_each(eim->database, ORDER_FACILITIES, eid, add_order, orders);
        print_document(orders);
    } else {
        result = orders_each(eim->database, ORDER_FACILITIES, eid, print_with_outcome, NULL);
    }
    return result < 0 ? EXIT_FAILURE : finish_output();
}

/* {NAME: VALUE} of NAME=VALUE; NULL if that is none. */
static json_t *read_setting(char *word)
{
    static const struct {
        const char *name;
        long long max;
    } names[] = {{"counterValue", EIM_CONFIGURATION_COUNTER_MAX}, {"associationToken", LLONG_MAX}};
    char *value = strchr(word, '='), *end = NULL;
    errno = 0;
    const long long number = value != NULL ? strtoll(value + 1, &end, 10) : -1;
    if (value == NULL || end == value + 1 || *end != '\0' || number < 0 || errno != 0)
        return NULL;
    *value = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].name, word) == 0 && number <= names[i].max)
            return json_pack("{s:I}", word, (json_int_t)number);
    return NULL;
}

/* {"set": [{NAME: VALUE}]} of NAME=VALUE words; {"get": […]} of all that is known without any. */
static json_t *chip_content(char **words, int count)
{
    json_t *set = json_array();
    bool good = true;
    if (count == 0) {
        json_decref(set);
        return json_pack("{s:[s, s, s, s]}", "get", "counterValue", "associationToken", "certified",
                         "stateChangeCauseList");
    }
    for (int i = 0; i < count; i++)
        good = json_array_append_new(set, read_setting(words[i])) == 0 && good;
    if (good)
        return json_pack("{s:o}", "set", set);
    json_decref(set);
    return NULL;
}

static int show_known(struct eim *eim, const char *eid)
{
    struct show show = {.eid = eid};
    struct blob causes;
    (void)chips_each(eim->database, show_chip, &show);
    if (chips_get_state_changes(eim->database, eid, &causes) == 0 && causes.len > strlen("[]"))
        printf("    causes of changes that its IPA has told, as SGP.32 numbers them: %.*s\n",
               (int)causes.len, (const char *)causes.data);
    blob_finish(&causes);
    return finish_output();
}

int command_chip(struct eim *eim, const struct eim_options *options, char **words, int count)
{
    json_t *content = count > 0 ? chip_content(words + 1, count - 1) : NULL;
    uint8_t eid[PKI_EID_SIZE];
    if (content == NULL || !pki_eid_from_text(words[0], eid)) {
        trace_error("chip: an EID, and counterValue=7 or associationToken=1 to set that");
        json_decref(content);
        return OPTIONS_STATUS_USAGE;
    }
    /* Only what is set makes a chip known. */
    const char *known;
    int status;
    if (count == 1 && !take_eid(eim, "chip", words, 1, &known, &status)) {
        json_decref(content);
        return status;
    }
    const int added = chips_add(eim->database, words[0]);
    json_t *outcome = added == 0 ? rest_chip_outcome(eim, words[0], content) : NULL;
    json_decref(content);
    if (added != 0)
        return EXIT_FAILURE;
    if (!options->json) {
        json_decref(outcome);
        return show_known(eim, words[0]);
    }
    print_document(outcome);
    return finish_output();
}

static bool write_file(const char *path, struct bytes bytes)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const bool written = file >= 0 && write(file, bytes.data, bytes.len) == (ssize_t)bytes.len;
    if (file >= 0 && close(file) == 0 && written)
        return true;
    trace_error("%s: it cannot be written", path);
    return false;
}

int command_config(struct eim *eim, const struct eim_options *options, char **words, int count)
{
    (void)words;
    uint8_t room[EIM_CONFIGURATION_SIZE], key_room[256];
    struct writer writer = writer_on(room, sizeof(room)),
                  key = writer_on(key_room, sizeof(key_room));
    struct eim_configuration own = eim_own_configuration(eim);
    if (count > 0 || options->out == NULL) {
        trace_error("config: --out FILE says where the request goes");
        return OPTIONS_STATUS_USAGE;
    }
    if (options->coap_listen != NULL)
        own.protocols |= EIM_PROTOCOL_RETRIEVE_COAPS;
    own.nested = options->nested;
    own.counter = options->counter != NULL ? (uint32_t)strtoul(options->counter, NULL, 10) : 0;
    if (options->key_only) {
        issue_put_public_key(&key, eim->signer.certificate.curve,
                             eim->signer.certificate.point.data);
        own.key = writer_bytes(&key);
    }
    eim_configuration_put_request(&own, &writer);
    if (writer.overflow) {
        trace_error("config: the request is too long");
        return EXIT_FAILURE;
    }
    return write_file(options->out, writer_bytes(&writer)) ? EXIT_SUCCESS : EXIT_FAILURE;
}

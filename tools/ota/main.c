/* emuicc-ota: plays the operator who manages a profile over the air. */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/ota/administration.h"
#include "tools/ota/listing.h"
#include "tools/ota/order.h"
#include "tools/ota/remote.h"
#include "tools/ota/report.h"
#include "tools/ota/script_file.h"
#include "tools/ota/serve.h"
#include "tools/ota/trigger.h"

/* With --verbose, details too. */
static void to_standard_error(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    fprintf(stderr, "%s: %s\n", ota_program.name, text);
}

static bool add_line(struct order *order, const char *where, int number, const char *line,
                     struct fault *fault)
{
    return script_file_line(&order->text, where, number, line, fault);
}

/* The words of --do. */
static bool read_commands(struct order *order, const char *commands, struct fault *fault)
{
    char text[SCRIPT_TEXT_LINE_MAX], *rest = text, *line;
    if (snprintf(text, sizeof(text), "%s", commands) >= (int)sizeof(text))
        return fault_raise(fault, "script", "--do is too long; use a file");
    for (int number = 1; (line = strsep(&rest, ";")) != NULL; number++)
        if (!add_line(order, "--do", number, line, fault))
            return false;
    return true;
}

static bool fill_send(struct order *order, int count, char **words, struct fault *fault)
{
    const char *commands = order->options->commands;
    if ((commands != NULL) == (count == 1) || count > 1)
        return fault_raise(fault, "send",
                           "one script is wanted: a FILE, - for standard input, or "
                           "--do COMMANDS");
    return commands != NULL ? read_commands(order, commands, fault)
                            : script_file_read(&order->text, words[0], fault);
}

static bool fill_read(struct order *order, int count, char **words, struct fault *fault)
{
    const struct ota_options *options = order->options;
    char line[SCRIPT_TEXT_LINE_MAX];
    (void)count;
    snprintf(line, sizeof(line), "select %s", words[0]);
    if (!add_line(order, "rfm read", 1, line, fault))
        return false;
    if (options->record != NULL)
        snprintf(line, sizeof(line), "read record %s %s", options->record,
                 options->length != NULL ? options->length : "");
    else
        snprintf(line, sizeof(line), "read %s %s", options->offset != NULL ? options->offset : "0",
                 options->length != NULL ? options->length : "0");
    return add_line(order, "rfm read", 2, line, fault);
}

static bool fill_update(struct order *order, int count, char **words, struct fault *fault)
{
    const struct ota_options *options = order->options;
    char line[SCRIPT_TEXT_LINE_MAX];
    (void)count;
    snprintf(line, sizeof(line), "select %s", words[0]);
    if (!add_line(order, "rfm update", 1, line, fault))
        return false;
    snprintf(line, sizeof(line), "update %s%s %s", options->record != NULL ? "record " : "",
             options->record != NULL   ? options->record
             : options->offset != NULL ? options->offset
                                       : "0",
             words[1]);
    return add_line(order, "rfm update", 2, line, fault);
}

static bool fill_delete(struct order *order, int count, char **words, struct fault *fault)
{
    (void)count;
    return remote_put_delete(&order->text, words[0], fault);
}

static bool fill_install(struct order *order, int count, char **words, struct fault *fault)
{
    const char *privileges = order->options->privileges;
    const struct remote_instance instance = {words[0], words[1], words[2],
                                             privileges != NULL ? privileges : "00"};
    (void)count;
    return remote_put_install(&order->text, &instance, fault);
}

static bool fill_put_key(struct order *order, int count, char **words, struct fault *fault)
{
    struct keys added;
    char *end = "";
    const unsigned long replaced = count > 1 ? strtoul(words[1], &end, 10) : 0;
    if (*end != '\0' || replaced > KEYS_VERSION_LAST || (count > 1 && replaced == 0)) {
        fault_raise(fault, "ram put-key", "%s: is no version of a key set, 1 to 15", words[1]);
        return fault_usage(fault);
    }
    const bool good = keys_read(words[0], &added, fault) &&
                      remote_put_key(&order->text, &order->keys, &added, (uint8_t)replaced, fault);
    keys_wipe(&added);
    return good;
}

static bool fill_put_psk(struct order *order, int count, char **words, struct fault *fault)
{
    struct psk added;
    (void)count;
    const bool good = psk_read(words[0], &added, fault) &&
                      remote_put_psk(&order->text, &order->keys, &added, fault);
    psk_wipe(&added);
    return good;
}

static bool fill_metadata(struct order *order, int count, char **words, struct fault *fault)
{
    return remote_put_metadata(&order->text, count, words, fault);
}

static bool fill_trigger(struct order *order, int count, char **words, struct fault *fault)
{
    const struct ota_options *options = order->options;
    const struct trigger_options trigger = {.connect = options->connect,
                                            .identity = options->psk_identity,
                                            .key = options->psk_key,
                                            .host = options->host,
                                            .uri = options->uri,
                                            .agent = options->agent,
                                            .retry = options->retry,
                                            .report = options->report};
    (void)count;
    (void)words;
    script_text_begin(&order->text, false);
    return trigger_put(&trigger, &order->text.out, fault);
}

#define TAR_FILES "B00120"  /* the UICC's files, in GSMA's profiles */
#define TAR_DOMAIN "B20100" /* the operator's security domain there */

static const struct command {
    const char *name, *second;
    int least, most; /* words behind the name */
    bool (*fill)(struct order *order, int count, char **words, struct fault *fault);
    const char *tar; /* unless another is asked for */
    bool (*run)(struct order *order, json_t *document,
                struct fault *fault); /* NULL: order_send() */
    /* What is no order to a card; NULL: it is one. */
    bool (*serve)(const struct ota_options *options, int count, char **words, bool *all_good,
                  struct fault *fault);
} commands[] = {
    {"send", NULL, 0, 1, fill_send, TAR_FILES},
    {"rfm", "read", 1, 1, fill_read, TAR_FILES},
    {"rfm", "update", 2, 2, fill_update, TAR_FILES},
    {"ram", "list", 0, 0, NULL, TAR_DOMAIN, listing_run}, /* in several orders */
    {"ram", "delete", 1, 1, fill_delete, TAR_DOMAIN},
    {"ram", "install", 3, 3, fill_install, TAR_DOMAIN},
    {"ram", "put-key", 1, 2, fill_put_key, TAR_DOMAIN},
    {"ram", "put-psk", 1, 1, fill_put_psk, TAR_DOMAIN},
    {"metadata", NULL, 1, 2, fill_metadata, TAR_DOMAIN},
    {"scp81", "trigger", 0, 0, fill_trigger, TAR_DOMAIN},
    {"scp81", "serve", 1, ADMINISTRATION_SCRIPTS_MAX, .serve = serve_run},
    {"report", NULL, 1, 1, NULL, TAR_FILES}, /* reads what came by another way */
};

static const struct command *find_command(int *count, char ***words)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const struct command *command = &commands[i];
        const int names = command->second != NULL ? 2 : 1;
        if (*count < names || strcmp(command->name, (*words)[0]) != 0 ||
            (command->second != NULL && strcmp(command->second, (*words)[1]) != 0) ||
            *count - names < command->least || *count - names > command->most)
            continue;
        *count -= names;
        *words += names;
        return command;
    }
    return NULL;
}

static bool read_report(struct order *order, const char *text, json_t *document,
                        struct fault *fault)
{
    uint8_t room[DELIVERY_RESPONSE_MAX];
    struct writer packet = writer_on(room, sizeof(room));
    const struct scp80_keys keys = keys_for(&order->keys);
    if (!hex_decode(text, &packet) || packet.overflow)
        return fault_raise(fault, "report", "this is no hexadecimal");
    json_t *report = report_read(writer_bytes(&packet), &order->header, &keys, fault);
    if (report != NULL)
        json_object_set_new(document, "report", report);
    return report != NULL;
}

static void print_list(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const char *privileges = json_string_value(json_object_get(entry, "privileges"));
        printf("%s: %s, state %s%s%s\n", json_string_value(json_object_get(entry, "aid")),
               json_string_value(json_object_get(entry, "kind")),
               json_string_value(json_object_get(entry, "state")),
               privileges != NULL ? ", privileges " : "", privileges != NULL ? privileges : "");
    }
}

static void print(const struct ota_options *options, const json_t *document)
{
    const json_t *messages = json_object_get(document, "messages");
    const json_t *report = json_object_get(document, "report");
    const json_t *list = json_object_get(document, "applications");
    if (options->json) {
        json_dumpf(document, stdout, JSON_INDENT(2));
        putchar('\n');
        return;
    }
    for (size_t i = 0; options->print && i < json_array_size(messages); i++)
        puts(json_string_value(json_array_get(messages, i)));
    if (options->print)
        return;
    if (messages != NULL)
        printf("sent to TAR %s with counter %lld: %zu message%s\n",
               json_string_value(json_object_get(document, "tar")),
               (long long)json_integer_value(json_object_get(document, "counter")),
               json_array_size(messages), json_array_size(messages) == 1 ? "" : "s");
    if (report != NULL)
        report_print(report);
    else if (list == NULL)
        puts("no proof of receipt");
    print_list(list);
}

static bool carry_out(const struct command *command, struct order *order, int count, char **words,
                      json_t *document, struct fault *fault)
{
    if (command->run != NULL)
        return command->run(order, document, fault);
    if (command->fill == NULL)
        return read_report(order, words[0], document, fault);
    return command->fill(order, count, words, fault) && order_send(order, document, fault);
}

static int run(const struct command *command, const struct ota_options *options, int count,
               char **words)
{
    struct order order = {0};
    struct fault fault = {0};
    json_t *document = json_object();
    bool good = order_begin(&order, options, command->tar, &fault);
    if (good)
        good = carry_out(command, &order, count, words, document, &fault);
    order_finish(&order);
    if (!good && options->json)
        json_object_set_new(document, "error", fault_json(&fault));
    if (good || options->json)
        print(options, document);
    if (!good && !options->json)
        fault_print(&fault, ota_program.name);
    good = good && order_is_done(document);
    json_decref(document);
    return fault_status(&fault, good);
}

static int serve(const struct command *command, const struct ota_options *options, int count,
                 char **words)
{
    struct fault fault = {0};
    bool all_good = false;
    const bool good = command->serve(options, count, words, &all_good, &fault);
    if (!good)
        fault_print(&fault, ota_program.name);
    return fault_status(&fault, good && all_good);
}

int main(int argc, char **argv)
{
    struct ota_options options = {0};
    int first;
    struct options_program program = ota_program;
    program.commands = (struct options_commands)OPTIONS_COMMANDS(commands);
    program.commands.pairs = true;
    const enum options_result next = options_parse(&program, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    int count = argc - first;
    char **words = argv + first;
    const struct command *command = find_command(&count, &words);
    if (command == NULL)
        return options_refuse(&ota_program,
                              first < argc ? "%s: no such command, or not its words"
                                           : "which command?%s",
                              first < argc ? argv[first] : "");
    if (options.verbose)
        trace_to(to_standard_error, NULL);
    interrupt_start();
    return (command->serve != NULL ? serve : run)(command, &options, count, words);
}

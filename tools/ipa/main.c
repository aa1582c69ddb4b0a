/* emuicc-ipa: an IPA for a chip in a reader, a device or a farm. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/trace.h"
#include "tools/ipa/engine_functions.h"
#include "tools/ipa/inject.h"
#include "tools/ipa/ipa_open.h"
#include "tools/ipa/run.h"
#include "tools/ipa/show.h"
#include "tools/lib/transport/interrupt.h"

#define FILE_MAX 8192
#define RUN_SECONDS 60
#define LONGEST_SECONDS 3600
#define FALLBACK_SECONDS 300

static void print_line(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    fprintf(stderr, "%s: %s\n", ipa_program.name, text);
}

static struct run_plan plan_of(const struct ipa_options *options)
{
    struct run_plan plan = {.longest = LONGEST_SECONDS, .connectivity = options->connectivity};
    (void)ipa_options_seconds(options->every, RUN_SECONDS, &plan.every);
    (void)ipa_options_seconds(options->fallback_after, FALLBACK_SECONDS, &plan.fallback_after);
    return plan;
}

static int run_poll(const struct ipa_options *options, char **words, int count)
{
    (void)words;
    (void)count;
    const struct run_plan plan = plan_of(options);
    const bool good = options->every != NULL ? run_forever(options, &plan) : run_once(options);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_service(const struct ipa_options *options, char **words, int count)
{
    struct ipa_options service = *options;
    if (service.every == NULL)
        service.every = "60";
    return run_poll(&service, words, count);
}

/* A document from the chip, printed; the exit status. NULL: the fault says why. */
static int print_document(struct ipa *ipa, json_t *document)
{
    bool good = document != NULL && json_object_get(document, "error") == NULL;
    if (document == NULL && !ipa->fault.raised)
        fault_raise(&ipa->fault, "chip",
                    "it does not know this function: it is no IoT eUICC (SGP.32)");
    if (document == NULL && ipa->options->json)
        document = json_pack("{s:o}", "error", fault_json(&ipa->fault));
    if (document != NULL)
        good = show_document(document, ipa->options->json) && good;
    else
        fault_print(&ipa->fault, ipa_program.name);
    json_decref(document);
    return fault_status(&ipa->fault, good);
}

static int run_status(const struct ipa_options *options, char **words, int count)
{
    (void)words;
    (void)count;
    struct ipa ipa = {0};
    const int status =
        print_document(&ipa, ipa_open(&ipa, options) ? engine_status(&ipa.engine) : NULL);
    ipa_close(&ipa);
    return status;
}

static int run_add_eim(const struct ipa_options *options, char **words, int count)
{
    (void)count;
    struct ipa ipa = {0};
    struct blob file;
    const int found = blob_read_file(words[0], FILE_MAX, &file);
    if (found > 0)
        trace_error("%s: no such file: 'emuicc-eim config --out FILE' writes one", words[0]);
    if (found != 0)
        return EXIT_FAILURE;
    const int status = print_document(
        &ipa, ipa_open(&ipa, options) ? engine_add_eim(&ipa.engine, blob_bytes(&file)) : NULL);
    ipa_close(&ipa);
    blob_finish(&file);
    return status;
}

static int print_code(struct ipa *ipa, int code)
{
    const int status = print_document(
        ipa, code >= 0 ? json_pack("{s:i, s:s}", "result", code, "text", engine_change_text(code))
                       : NULL);
    return code == 0 ? status : EXIT_FAILURE;
}

static int run_inject(const struct ipa_options *options, char **words, int count)
{
    (void)count;
    return inject_file(options, words[0]);
}

static int run_fallback(const struct ipa_options *options, char **words, int count)
{
    struct ipa ipa = {0};
    const bool back = count > 0 && strcmp(words[0], "back") == 0;
    if (count > 0 && !back) {
        trace_error("fallback: nothing, or back");
        return OPTIONS_STATUS_USAGE;
    }
    const bool open = ipa_open(&ipa, options);
    const int status = print_code(&ipa, open ? engine_fallback(&ipa.engine, back) : -1);
    (void)ipa_remember(&ipa);
    ipa_close(&ipa);
    return status;
}

static int run_emergency(const struct ipa_options *options, char **words, int count)
{
    (void)count;
    struct ipa ipa = {0};
    const bool on = strcmp(words[0], "on") == 0;
    if (!on && strcmp(words[0], "off") != 0) {
        trace_error("emergency: on or off");
        return OPTIONS_STATUS_USAGE;
    }
    const bool open = ipa_open(&ipa, options);
    const int status = print_code(&ipa, open ? engine_emergency(&ipa.engine, on) : -1);
    (void)ipa_remember(&ipa);
    ipa_close(&ipa);
    return status;
}

static const struct {
    const char *name;
    int least, most; /* words */
    int (*run)(const struct ipa_options *options, char **words, int count);
} commands[] = {
    {"add-eim", 1, 1, run_add_eim},     {"poll", 0, 0, run_poll},
    {"run", 0, 0, run_service},         {"status", 0, 0, run_status},
    {"inject", 1, 1, run_inject},       {"fallback", 0, 1, run_fallback},
    {"emergency", 1, 1, run_emergency},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int run_command(const struct ipa_options *options, char **words, int count)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(commands[i].name, words[0]) != 0)
            continue;
        if (count - 1 >= commands[i].least && count - 1 <= commands[i].most)
            return commands[i].run(options, words + 1, count - 1);
        return options_refuse(&ipa_program, "'%s' is followed by other words than it takes",
                              words[0]);
    }
    return options_refuse_command(&ipa_program, words[0], names, COMMANDS);
}

/* The environment's reader is a default, which another place takes back. */
static bool has_one_place(struct ipa_options *options)
{
    const int others = (options->serial != NULL) + (options->direct != NULL);
    if (others > 0 && options->reader == getenv("EMUICC_READER"))
        options->reader = NULL;
    return others + (options->reader != NULL) <= 1;
}

int main(int argc, char **argv)
{
    struct ipa_options options = {0};
    int first;
    struct options_program program = ipa_program;
    program.commands = (struct options_commands)OPTIONS_COMMANDS(commands);
    const enum options_result next = options_parse(&program, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (first >= argc)
        return options_refuse_command(&ipa_program, NULL, NULL, 0);
    if (!has_one_place(&options))
        return options_refuse(&ipa_program,
                              "--reader, --serial and --direct are several places for one card");
    if (options.verbose)
        trace_to(print_line, NULL);
    interrupt_start();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int status = run_command(&options, argv + first, argc - first);
    curl_global_cleanup();
    return status;
}

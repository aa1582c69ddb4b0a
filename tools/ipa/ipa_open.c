#include "tools/ipa/ipa_open.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tools/ipa/host.h"
#include "tools/ipa/show.h"

static void set_capabilities(struct ipa *ipa)
{
    ipa->engine.capabilities = ENGINE_DIRECT | ENGINE_INDIRECT | ENGINE_EIM_DATA |
                               (ipa->options->minimize ? ENGINE_MINIMIZE : 0);
    ipa->engine.protocols = (ipa->options->coap ? ENGINE_RETRIEVE_COAPS : ENGINE_RETRIEVE_HTTPS) |
                            (ipa->options->listen != NULL ? ENGINE_INJECT_HTTPS : 0);
    for (size_t i = 0; i < ipa->options->lacks.count; i++)
        ipa->engine.capabilities &= ~ipa_options_capability(ipa->options->lacks.items[i]);
}

static bool is_empty(const char *path)
{
    struct stat found;
    return stat(path, &found) != 0 ? errno == ENOENT : S_ISREG(found.st_mode) && found.st_size == 0;
}

bool ipa_recall(const struct ipa_options *options, struct engine_changes *out, struct fault *fault)
{
    engine_change_init(out);
    if (options->state == NULL || is_empty(options->state))
        return true;
    json_t *state = json_load_file(options->state, 0, NULL);
    const bool is_ours = engine_change_is(state);
    engine_change_read(out, state);
    json_decref(state);
    if (is_ours)
        return true;
    fault_raise(fault, "--state", "%.200s is no file that emuicc-ipa has written", options->state);
    return fault_next(fault, "name another one, which is made, or delete it");
}

/* The file is the old one or the new one, whole. */
bool ipa_remember(struct ipa *ipa)
{
    if (ipa->options->state == NULL || !ipa->recalled)
        return true;
    json_t *state = engine_change_json(&ipa->engine.changes);
    snprintf(ipa->state, sizeof(ipa->state), "%s.new", ipa->options->state);
    const bool kept =
        json_dump_file(state, ipa->state, 0) == 0 && rename(ipa->state, ipa->options->state) == 0;
    json_decref(state);
    if (kept)
        return true;
    (void)unlink(ipa->state);
    return fault_raise(&ipa->fault, "--state", "%s cannot be written", ipa->options->state);
}

bool ipa_open(struct ipa *ipa, const struct ipa_options *options)
{
    trace_program(ipa_program.name, false); /* what goes wrong from here on is told in a document */
    ipa->options = options;
    ipa->host = ipa_host;
    ipa->host.context = ipa;
    ipa->engine.host = &ipa->host;
    ipa->engine.release_1_0 = options->release != NULL && strcmp(options->release, "1.0") == 0;
    unsigned timeout_s;
    (void)ipa_options_seconds(options->timeout, 0, &timeout_s);
    const struct esipa_client_plan plan = {.ca = options->ca,
                                           .connect_to = &options->connect_to,
                                           .json = options->json_binding,
                                           .coap = options->coap,
                                           .plain = options->plain,
                                           .insecure = options->insecure,
                                           .timeout_s = timeout_s};
    set_capabilities(ipa);
    ipa->recalled = ipa_recall(options, &ipa->engine.changes, &ipa->fault);
    return ipa->recalled && esipa_client_open(&plan, &ipa->fault, &ipa->client) &&
           host_open_card(ipa);
}

void ipa_close(struct ipa *ipa)
{
    host_close_card(ipa);
    esipa_client_close(ipa->client);
    ipa->client = NULL;
    progress_end(&ipa->progress);
}

static void print_report(const struct ipa *ipa, json_t *report, bool good)
{
    json_t *document = json_pack("{s:b, s:O}", "reached", good, "done", report);
    if (ipa->fault.raised)
        json_object_set_new(document, "error", fault_json(&ipa->fault));
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
    fflush(stdout);
    json_decref(document);
}

bool ipa_with_card(const struct ipa_options *options, struct engine_changes *memory, ipa_work *work,
                   void *context)
{
    struct ipa ipa = {0};
    json_t *report = json_array();
    progress_start(&ipa.progress);
    bool good = ipa_open(&ipa, options);
    ipa.engine.report = report;
    if (memory != NULL)
        ipa.engine.changes = *memory;
    if (good)
        good = work(&ipa, context);
    if (memory != NULL)
        *memory = ipa.engine.changes;
    good = ipa_remember(&ipa) && good;
    ipa_close(&ipa);
    if (options->json)
        print_report(&ipa, report, good);
    else if (!show_report(report))
        good = fault_raise(&ipa.fault, "standard output", "%s", strerror(errno));
    if (!options->json && ipa.fault.raised)
        fault_print(&ipa.fault, ipa_program.name);
    json_decref(report);
    return good;
}

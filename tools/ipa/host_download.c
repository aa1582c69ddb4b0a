#include "tools/ipa/host_download.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/ipa/relay.h"
#include "tools/lib/download/discovery.h"
#include "tools/lib/download/download.h"

#define SMDS_DEPTH_MAX 3

static void keep_result(void *context, struct bytes installation)
{
    struct engine_download *download = context;
    blob_finish(&download->installation);
    (void)blob_copy(installation, &download->installation);
}

static bool copy_address(struct bytes from, struct activation *code)
{
    if (from.len == 0 || from.len >= sizeof(code->address) ||
        memchr(from.data, 0, from.len) != NULL)
        return false;
    memcpy(code->address, from.data, from.len);
    code->address[from.len] = '\0';
    return activation_is_address(code->address);
}

/* The code of the trigger; of one without data the eIM tells address and matching id later. */
static bool read_trigger(struct ipa *ipa, const struct data_trigger *trigger,
                         struct activation *code)
{
    char text[ACTIVATION_TEXT_MAX + 1] = "";
    struct es10b_addresses addresses;
    *code = (struct activation){0};
    if (trigger->kind == DATA_TRIGGER_EIM) {
        snprintf(code->address, sizeof(code->address), "%s", ipa->engine.eim_id);
        return true;
    }
    if (trigger->kind == DATA_TRIGGER_SMDS && trigger->text.len > 0)
        return copy_address(trigger->text, code) ||
               fault_raise(&ipa->fault, "download", "the SM-DS's address is none");
    if (trigger->kind != DATA_TRIGGER_ACTIVATION_CODE) {
        const bool smds = trigger->kind == DATA_TRIGGER_SMDS;
        return (es10a_get_configured_addresses(&ipa->es10, &addresses) &&
                copy_address(smds ? addresses.root_smds : addresses.default_smdp, code)) ||
               fault_raise(&ipa->fault, "download", "the chip has no %s",
                           smds ? "root SM-DS" : "default SM-DP+");
    }
    if (trigger->text.len >= sizeof(text))
        return fault_raise(&ipa->fault, "download", "the activation code is too long");
    memcpy(text, trigger->text.data, trigger->text.len);
    return activation_parse(text, code, &ipa->fault);
}

static bool make_request(struct ipa *ipa, const struct activation *code,
                         struct engine_download *out, struct download_request *request)
{
    *request = (struct download_request){.session = {.code = *code, .operation = ES10B_DOWNLOAD},
                                         .result = keep_result,
                                         .context = out};
    return es10b_device_from_imei(ipa->options->imei, &request->session.device) ||
           fault_raise(&ipa->fault, "--imei", "15 digits are needed");
}

static bool run_download(struct ipa *ipa, struct http *http, const struct download_request *request)
{
    const struct session_context context = {&ipa->es10, http, &ipa->progress, &ipa->fault};
    json_t *document = json_object();
    const bool good = download_run(&context, request, document);
    json_decref(document);
    return good;
}

static bool endless(struct ipa *ipa)
{
    return fault_raise(&ipa->fault, "SM-DS", "one sends to the other without end");
}

static bool nothing_waits(struct ipa *ipa, const char *smds)
{
    return fault_raise(&ipa->fault, "download", "nothing waits at the SM-DS %s", smds);
}

/* A server on the way, and what it is to be: the trigger names an SM-DS, which sends to a server
 * that may be another one, or an SM-DP+. */
static bool ask_server(struct ipa *ipa, struct relay *relay, const struct data_trigger *trigger,
                       bool first, struct download_request *request)
{
    if (trigger->kind == DATA_TRIGGER_SMDS)
        request->session.peer = SESSION_SMDS;
    else if (!first)
        request->session.peer = SESSION_EITHER;
    return run_download(ipa, &relay->http, request);
}

/* What the eIM adds arrives while the session is open; the result is the engine's to hand on.
 * True if it is done, or the relay says where to go on. */
static bool download_at(struct ipa *ipa, struct relay *relay, const struct data_trigger *trigger,
                        bool first, struct engine_download *out)
{
    struct download_request request;
    struct activation code;
    if (!read_trigger(ipa, trigger, &code) || !make_request(ipa, &code, out, &request))
        return false;
    request.keep_notification = true;
    relay->eim_transaction_id = trigger->transaction_id;
    relay->tells_address = trigger->kind != DATA_TRIGGER_EIM;
    relay->code = &request.session.code;
    return ask_server(ipa, relay, trigger, first, &request) &&
           (relay->further.len > 0 || out->installation.len > 0 ||
            nothing_waits(ipa, request.session.code.address));
}

static bool download_indirect(struct ipa *ipa, const struct data_trigger *trigger,
                              struct engine_download *out)
{
    struct data_trigger next = *trigger;
    struct blob message = {0};
    bool good = true, further = true;
    for (unsigned depth = 0; good && further; depth++) {
        struct relay relay;
        relay_init(&relay, ipa->host.eim, ipa->host.context, &ipa->fault);
        good = depth <= SMDS_DEPTH_MAX ? download_at(ipa, &relay, &next, depth == 0, out)
                                       : endless(ipa);
        further = relay.further.len > 0;
        blob_finish(&message);
        message = relay.further;
        if (good && further && !data_trigger_read(blob_bytes(&message), &next))
            good = fault_raise(&ipa->fault, "SM-DS", "the eIM's trigger cannot be read");
    }
    blob_finish(&message);
    return good;
}

/* What an SM-DS has told of, in turn; a server may be another SM-DS (SGP.22 §3.6.2). Of several
 * profiles the last one's result is the download's. */
struct discovering {
    struct ipa *ipa;
    struct session_context context;
    struct download_request request; /* for each */
    unsigned installed, depth;
};

static bool take_events(struct discovering *discovering, const json_t *report);

static bool take_event(struct discovering *discovering, const json_t *event, const char *smds_oid)
{
    struct download_request request = discovering->request;
    uint8_t oid[DISCOVERY_OID_MAX];
    if (!discovery_request(event, smds_oid, oid, &request.session))
        return fault_raise(&discovering->ipa->fault, "SM-DS", "an event names no server");
    if (request.session.operation == ES10B_RPM)
        return true; /* profile management by the SM-DP+, which an IPA leaves to the eIM */
    json_t *report = json_object();
    bool good = download_run(&discovering->context, &request, report);
    const bool further = json_array_size(json_object_get(report, "events")) > 0;
    if (good && further)
        good = take_events(discovering, report);
    else
        discovering->installed += good;
    json_decref(report);
    return good;
}

static bool take_events(struct discovering *discovering, const json_t *report)
{
    size_t i;
    json_t *event;
    const char *oid = json_string_value(json_object_get(report, "smdsOid"));
    bool good = true;
    if (discovering->depth == SMDS_DEPTH_MAX)
        return endless(discovering->ipa);
    discovering->depth++;
    json_array_foreach(json_object_get(report, "events"), i, event) good =
        take_event(discovering, event, oid) && good;
    discovering->depth--;
    return good;
}

static bool discover(struct ipa *ipa, struct http *http, const struct download_request *request)
{
    struct discovering discovering = {.ipa = ipa,
                                      .context = {&ipa->es10, http, &ipa->progress, &ipa->fault},
                                      .request = *request};
    struct session_request asked = request->session;
    asked.peer = SESSION_SMDS;
    json_t *report = json_object();
    const bool good =
        discovery_run(&discovering.context, &asked, report) && take_events(&discovering, report);
    json_decref(report);
    return good && (discovering.installed > 0 || nothing_waits(ipa, asked.code.address));
}

static bool download_direct(struct ipa *ipa, const struct data_trigger *trigger,
                            struct engine_download *out)
{
    struct http http = {0};
    struct activation code;
    struct download_request request;
    const char *ca = ipa->options->server_ca != NULL ? ipa->options->server_ca : ipa->options->ca;
    bool good = read_trigger(ipa, trigger, &code) && make_request(ipa, &code, out, &request) &&
                http_init(&http, ca, &ipa->options->connect_to, &ipa->fault);
    if (good)
        good = trigger->kind == DATA_TRIGGER_SMDS ? discover(ipa, &http, &request)
                                                  : run_download(ipa, &http, &request);
    http_finish(&http);
    return good;
}

/* As fault_print() has it, without what to do next: here that is the eIM's operator's. */
static void say_fault(struct ipa *ipa)
{
    const struct fault *fault = &ipa->fault;
    char line[sizeof(fault->where) + sizeof(fault->text) + sizeof(fault->code) + 8];
    snprintf(line, sizeof(line), "%s: %s%s%s%s", fault->where, fault->text,
             fault->code[0] != '\0' ? " [" : "", fault->code, fault->code[0] != '\0' ? "]" : "");
    ipa->host.say(ipa->host.context, line);
}

/* What goes wrong here goes to the eIM as a result: it is no end of the poll. */
void host_download(void *context, const struct data_trigger *trigger, bool indirect,
                   struct engine_download *out)
{
    struct ipa *ipa = context;
    *out = (struct engine_download){0};
    out->installed =
        indirect ? download_indirect(ipa, trigger, out) : download_direct(ipa, trigger, out);
    if (!out->installed)
        say_fault(ipa);
    fault_clear(&ipa->fault);
}

/* emuicc-lpa discover: what waits for the card, at its default SM-DP+ first, then where SM-DSs say
 * (SGP.22 §3.6.2). */
#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tools/lib/download/download.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/show.h"
#include "tools/lpa/targets.h"

/* clang-format off */
static const struct show_column event_columns[] = {
    {"event", "eventId"},
    {"server", "rspServerAddress"},
    {"what", "eventType"},
    {"provider", "serviceProviderName"},
};
static const struct show_column offer_columns[] = {
    {"ICCID", "iccid"},
    {"provider", "provider"},
    {"name", "name"},
    {"class", "class"},
};
/* clang-format on */

struct search {
    struct lpa *lpa;
    struct es10b_device device;
    struct targets targets;
    json_t *servers;
    struct writer ec_id;         /* --check */
    struct bytes service, token; /* --push-token */
    uint8_t ec_id_memory[DISCOVERY_EC_ID_MAX], service_memory[DISCOVERY_OID_MAX];
};

static bool add_address(struct targets *targets, struct bytes address, enum session_peer peer,
                        const char *kind)
{
    struct target *target = targets_add_address(targets, address, (struct bytes){0});
    if (target == NULL)
        return false;
    target->request.peer = peer;
    target->kind = kind;
    return true;
}

static bool add_given(struct search *search)
{
    const struct options_list *given = &search->lpa->options.smds;
    for (size_t i = 0; i < given->count; i++)
        if (!add_address(&search->targets, bytes_of_text(given->items[i]), SESSION_SMDS, "SM-DS"))
            return fault_raise(&search->lpa->fault, "--smds", "'%.100s' is no server address",
                               given->items[i]);
    return true;
}

/* The order of SGP.22 §3.6.2: first the default SM-DP+, then the root SM-DS, v3's further ones. */
static bool add_of_card(struct search *search)
{
    struct es10b_addresses addresses;
    struct bytes address;
    struct fault *fault = &search->lpa->fault;
    if (!es10a_get_configured_addresses(&search->lpa->es10, &addresses))
        return false;
    if (search->service.len == 0)
        add_address(&search->targets, addresses.default_smdp, SESSION_SMDP, "default SM-DP+");
    add_address(&search->targets, addresses.root_smds, SESSION_SMDS, "root SM-DS");
    while (es10a_take_root_smds(&addresses.more_smds, &address))
        add_address(&search->targets, address, SESSION_SMDS, "further root SM-DS");
    if (search->targets.count > 0)
        return true;
    fault_raise(fault, "discover", "the card names no server to ask");
    return fault_next(fault, "give an SM-DS: emuicc-lpa discover --smds ADDRESS");
}

/* With --download each event is asked for in its turn. */
static void add_events(struct search *search, const json_t *report)
{
    size_t i;
    json_t *event;
    const char *oid = json_string_value(json_object_get(report, "smdsOid"));
    if (search->lpa->options.download)
        json_array_foreach(json_object_get(report, "events"), i, event)
            targets_add_event(&search->targets, event, oid);
}

static bool look(struct search *search, const struct session_context *context,
                 const struct session_request *request, json_t *report)
{
    struct lpa *lpa = search->lpa;
    struct download_request download = {.session = *request,
                                        .confirmation_code = lpa->options.confirmation_code,
                                        .keep_notification = lpa->options.no_notify,
                                        .announce = command_download_announce,
                                        .context = lpa};
    if (search->ec_id.len > 0)
        return discovery_check(context, request->code.address, writer_bytes(&search->ec_id),
                               report);
    if (request->peer == SESSION_SMDS)
        return discovery_run(context, request, report);
    return lpa->options.download ? download_run(context, &download, report)
                                 : download_look(context, request, report);
}

static json_t *begin_report(struct search *search, const struct target *target)
{
    const char *id = target->request.code.matching_id;
    json_t *report = json_object();
    json_array_append_new(search->servers, report);
    json_object_set_new(report, "address", json_string(target->request.code.address));
    if (target->kind != NULL)
        json_object_set_new(report, "kind", json_string(target->kind));
    if (id[0] != '\0')
        json_object_set_new(report, "eventId", json_string(id));
    return report;
}

static bool ask(void *state, const struct target *target)
{
    struct search *search = state;
    struct lpa *lpa = search->lpa;
    const struct session_context context = {&lpa->es10, &lpa->http, &lpa->progress, &lpa->fault};
    struct session_request request = target->request;
    json_t *report = begin_report(search, target);
    request.device = search->device;
    request.push_service = search->service;
    request.push_token = search->token;
    if (request.operation == 0)
        request.operation = ES10B_DOWNLOAD | ES10B_RPM;
    if (look(search, &context, &request, report)) {
        add_events(search, report);
        return true;
    }
    progress_end(&lpa->progress);
    if (session_nothing_waits(&lpa->fault, request.code.matching_id)) {
        fault_clear(&lpa->fault);
        json_object_set_new(report, "nothing", json_true());
        return true;
    }
    json_object_set_new(report, "error", fault_json(&lpa->fault));
    return false;
}

static bool read_check(struct search *search)
{
    const struct lpa_options *options = &search->lpa->options;
    search->ec_id = writer_on(search->ec_id_memory, sizeof(search->ec_id_memory));
    if (options->check == NULL)
        return true;
    if (!hex_decode(options->check, &search->ec_id) || search->ec_id.len == 0)
        fault_raise(&search->lpa->fault, "--check", "'%.80s' is not 2 to 64 hexadecimal digits",
                    options->check);
    else if (options->smds.count == 0)
        fault_raise(&search->lpa->fault, "--check", "needs --smds: an id is one SM-DS's");
    else
        return true;
    return fault_usage(&search->lpa->fault);
}

static bool read_push_token(struct search *search)
{
    char oid[DER_OID_TEXT_SIZE];
    const char *text = search->lpa->options.push_token;
    struct writer service = writer_on(search->service_memory, sizeof(search->service_memory));
    if (text == NULL)
        return true;
    const size_t len = strcspn(text, ":");
    snprintf(oid, sizeof(oid), "%.*s", (int)len, text);
    if (text[len] == '\0' || text[len + 1] == '\0' || !der_oid_from_text(oid, &service)) {
        fault_raise(&search->lpa->fault, "--push-token", "'%.80s' is not OID:TOKEN", text);
        return fault_usage(&search->lpa->fault);
    }
    search->service = writer_bytes(&service);
    search->token = bytes_of_text(text + len + 1);
    return true;
}

bool command_discover_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    struct search search = {.lpa = lpa, .servers = json_array()};
    (void)count, (void)arguments;
    json_object_set_new(document, "servers", search.servers);
    bool good = targets_init(&search.targets, &lpa->fault) && lpa_device(lpa, &search.device) &&
                read_check(&search) && read_push_token(&search);
    if (good)
        good = lpa->options.smds.count > 0 ? add_given(&search) : add_of_card(&search);
    good = good && targets_ask(&search.targets, ask, &search, &lpa->fault);
    targets_finish(&search.targets);
    if (!good && json_array_size(search.servers) > 1 && !lpa->options.json)
        command_discover_show(document); /* one failed: what the others have said stands */
    return good;
}

static void show_offer(const json_t *report)
{
    const json_t *profile = json_object_get(report, "profile");
    const json_t *result = json_object_get(report, "result");
    if (json_object_get(report, "commands") != NULL)
        command_rpm_show_commands(report);
    else if (result != NULL)
        printf("installed as %s\n", json_string_value(json_object_get(result, "aid")));
    else if (profile != NULL)
        show_members(profile, offer_columns, sizeof(offer_columns) / sizeof(offer_columns[0]));
    show_untold(report);
}

static const char *state_of(const json_t *report)
{
    const json_t *events = json_object_get(report, "events");
    const json_t *pending = json_object_get(report, "pending");
    if (pending != NULL)
        return json_is_true(pending) ? " something waits there" : " nothing waits there";
    if (json_object_get(report, "pushRegistered") != NULL)
        return " it will be told by the push service";
    return json_object_get(report, "nothing") != NULL ||
                   (events != NULL && json_array_size(events) == 0)
               ? " nothing waits there"
               : "";
}

static void show_report(const json_t *report)
{
    const json_t *error = json_object_get(report, "error");
    const json_t *events = json_object_get(report, "events");
    const char *kind = json_string_value(json_object_get(report, "kind"));
    const char *id = json_string_value(json_object_get(report, "eventId"));
    printf("%s (%s%s):", json_string_value(json_object_get(report, "address")),
           kind != NULL ? kind : "event ", kind == NULL && id != NULL ? id : "");
    if (error != NULL)
        printf(" %s\n", json_string_value(json_object_get(error, "text")));
    else
        puts(state_of(report));
    if (json_array_size(events) > 0)
        show_rows(events, event_columns, sizeof(event_columns) / sizeof(event_columns[0]), "");
    show_offer(report);
}

void command_discover_show(const json_t *document)
{
    size_t i;
    json_t *report;
    json_array_foreach(json_object_get(document, "servers"), i, report) show_report(report);
}

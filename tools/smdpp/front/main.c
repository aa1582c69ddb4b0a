/* emuicc-smdpp: an SM-DP+ in the foreground. */
#include "apdu/trace.h"
#include "tools/smdpp/es2/es2.h"
#include "tools/smdpp/es9/es9.h"
#include "tools/smdpp/front/export.h"
#include "tools/smdpp/front/import.h"
#include "tools/smdpp/front/order_command.h"
#include "tools/lib/server/caller.h"
#include "tools/lib/server/event_client.h"
#include "tools/lib/server/messenger.h"
#include "tools/lib/server/process.h"
#include "tools/smdpp/front/options.h"
#include "tools/smdpp/front/settings.h"
#include "tools/lib/server/server.h"
#include "tools/lib/server/tls.h"
#include "tools/lib/token/token.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define TRUST_MAX (1u << 20) /* bytes of the file of operators */
#define LPAS_MAX 4096        /* connections at once */
#define LPAS_MIN 16
#define OPERATORS_MAX 64
#define OPERATOR_PROTOCOL "2.2.2"
#define CODES_SHOWN 32 /* activation codes at the start */
#define FILES_OWN 64   /* descriptors for all but these connections */

/* Everything that runs. */
struct service {
    struct smdpp *smdpp;
    struct server *lpas, *operators;
    struct messenger *messenger;
    struct caller *caller; /* asks the operator */
    struct event_client *events;
    char *trust;                  /* PEM of --operators, or NULL */
    char *certificates, *key;     /* PEM, which the messenger shows */
    char protocol[SVN_TEXT_SIZE]; /* the highest release that answers name */
};

/* The packages that are there, and the first of their activation codes: as many as a log can be
 * looked through. */
struct offer {
    size_t packages;
    struct {
        char name[CATALOGUE_NAME_SIZE];
        bool confirmed; /* a confirmation code is asked for */
    } codes[CODES_SHOWN];
};

static int note_package(void *context, const struct catalogue_entry *entry)
{
    struct offer *offer = context;
    const size_t at = offer->packages++;
    if (at < CODES_SHOWN) {
        memcpy(offer->codes[at].name, entry->name, sizeof(entry->name));
        offer->codes[at].confirmed = entry->metadata.confirmation_code[0] != '\0';
    }
    return 0;
}

static void show_offer(const struct offer *offer, const char *address)
{
    for (size_t i = 0; i < offer->packages && i < CODES_SHOWN; i++)
        trace_notice("LPA:1$%s$%s%s", address, offer->codes[i].name,
                     offer->codes[i].confirmed ? "$$1" : "");
    if (offer->packages > CODES_SHOWN)
        trace_notice("and %zu more", offer->packages - CODES_SHOWN);
}

static const struct process_connections lpas = {"LPAs", LPAS_MAX, LPAS_MIN, FILES_OWN};

/* What both listeners have in common. */
static struct server_plan make_plan(struct service *service, const char *listen,
                                    const struct function_table *functions, unsigned connections)
{
    const struct svn *own = &service->smdpp->version.own;
    return (struct server_plan){.listen = listen,
                                .functions = functions,
                                .program = service->smdpp,
                                .tls = &service->smdpp->credentials.tls,
                                .ci = &service->smdpp->credentials.sets[EC_P256].ci,
                                .protocol_v3 = svn_major(own) >= SVN_SESSION_CONTEXT
                                                   ? svn_text(own, service->protocol)
                                                   : NULL,
                                .connections = connections};
}

static int start_lpas(struct service *service, const struct smdpp_options *options)
{
    struct process_connections allowed = lpas;
    allowed.reserved += options->es2_listen != NULL ? OPERATORS_MAX : 0;
    const struct server_plan plan =
        make_plan(service, options->listen, &es9_functions, process_allow(&allowed));
    struct offer offer = {.packages = 0};
    size_t unreadable;
    char besides[80] = "";
    int result = catalogue_each(service->smdpp->profiles, service->smdpp->address, note_package,
                                &offer, &unreadable);
    if (unreadable > 0)
        snprintf(besides, sizeof(besides),
                 "; %zu other file%s there cannot be served, as said above", unreadable,
                 unreadable == 1 ? "" : "s");
    if (result == 0)
        result = server_start(&plan, &service->lpas);
    if (result != 0)
        return result;
    if (service->operators !=
        NULL) /* said when it is true of both: a port that is taken is said alone */
        trace_notice("listening on %s for operators", server_where(service->operators));
    trace_notice("listening on %s as %s, %zu package%s in %s%s", server_where(service->lpas),
                 service->smdpp->address, offer.packages, offer.packages == 1 ? "" : "s",
                 service->smdpp->profiles, besides);
    show_offer(&offer, service->smdpp->address);
    return 0;
}

static int read_trust(struct service *service, const char *path)
{
    struct blob file;
    const int found = blob_read_file(path, TRUST_MAX, &file);
    if (found > 0)
        trace_error("--operators %s: no such file", path);
    if (found != 0)
        return -1;
    service->trust = strndup((const char *)file.data, file.len);
    blob_finish(&file);
    if (service->trust != NULL && tls_has_certificate(service->trust))
        return 0;
    trace_error("--operators %s: it holds no certificate in PEM", path);
    return -1;
}

static int start_operators(struct service *service, const struct smdpp_options *options)
{
    struct server_plan plan =
        make_plan(service, options->es2_listen, &es2_functions, OPERATORS_MAX);
    plan.trust = service->trust;
    return server_start(&plan, &service->operators);
}

/* What the server shows as a client. */
static int prepare_client(struct service *service)
{
    const struct credentials *credentials = &service->smdpp->credentials;
    if (service->key != NULL)
        return 0;
    const int result =
        tls_certificates(&credentials->tls, &credentials->sets[EC_P256].ci, &service->certificates);
    return result == 0 ? tls_key(&credentials->tls, &service->key) : result;
}

static int start_discovery(struct service *service, const struct smdpp_options *options)
{
    int result = prepare_client(service);
    if (result != 0)
        return result;
    const struct client_plan plan = {options->smds_trust, service->certificates, service->key,
                                     OPERATOR_PROTOCOL};
    result = event_client_open(options->smds, options->smds_url, &plan, &service->events);
    if (result == 0)
        service->smdpp->discovery = event_client_link(service->events);
    return result;
}

static int start_messenger(struct service *service, const struct smdpp_options *options)
{
    int result = prepare_client(service);
    if (result != 0)
        return result;
    const struct messenger_plan plan = {
        .who = "operator",
        .url = options->operator_url,
        .client = {options->operators, service->certificates, service->key, OPERATOR_PROTOCOL}};
    result = messenger_start(&plan, &service->messenger);
    if (result == 0)
        result = caller_open(plan.who, plan.url, &plan.client, &service->caller);
    if (result != 0)
        return result;
    service->smdpp->progress = messenger_send;
    service->smdpp->progress_context = service->messenger;
    service->smdpp->ask_operator = caller_ask;
    service->smdpp->operator_context = service->caller;
    return 0;
}

static int create(const struct smdpp_options *options, struct smdpp **out)
{
    const struct smdpp_plan plan = settings_server(options);
    return smdpp_create(&plan, out);
}

static int start(struct service *service, const struct smdpp_options *options)
{
    int result = create(options, &service->smdpp);
    if (result == 0 && options->operators != NULL)
        result = read_trust(service, options->operators);
    if (result == 0 && options->operator_url != NULL)
        result = start_messenger(service, options);
    if (result == 0 && options->smds != NULL)
        result = start_discovery(service, options);
    if (result == 0 && options->es2_listen != NULL)
        result = start_operators(service, options);
    if (result == 0)
        result = start_lpas(service, options);
    return result;
}

static void stop(struct service *service)
{
    server_stop(service->lpas);
    server_stop(service->operators);
    messenger_stop(service->messenger);
    caller_close(service->caller);
    event_client_close(service->events);
    smdpp_destroy(service->smdpp);
    free(service->trust);
    free(service->certificates);
    tls_release(service->key);
}

static int run(const struct smdpp_options *options)
{
    struct service service = {0};
    sigset_t ends;
    process_start(&ends);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int result = start(&service, options);
    if (result == 0)
        process_wait(&ends);
    stop(&service);
    curl_global_cleanup();
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Serves nobody: the orders go out, and that is all. */
static int run_export(const struct smdpp_options *options)
{
    struct smdpp *smdpp = NULL;
    struct token *token = NULL;
    struct export_counts counts = {0};
    int result = create(options, &smdpp);
    if (result == 0)
        result = token_open(options->token, TOKEN_ROOT, &token);
    const struct diversify root = {token_cmac, token};
    if (result == 0)
        result = export_orders(smdpp, options->export, &root, &counts);
    if (result == 0)
        trace_notice("%u order%s exported to %s, %u left", counts.exported,
                     counts.exported == 1 ? "" : "s", options->export, counts.left);
    token_close(token);
    smdpp_destroy(smdpp);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_import(const struct smdpp_options *options)
{
    struct smdpp *smdpp = NULL;
    struct import_counts counts = {0};
    int result = create(options, &smdpp);
    if (result == 0)
        result = import_results(smdpp, options->import, &counts);
    if (result == 0)
        trace_notice("%u order%s of %s installed, %u left, %u not written yet", counts.installed,
                     counts.installed == 1 ? "" : "s", options->import, counts.left, counts.open);
    smdpp_destroy(smdpp);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int command_serve(const struct smdpp_options *options, const char *id)
{
    (void)id;
    return options->export != NULL   ? run_export(options)
           : options->import != NULL ? run_import(options)
                                     : run(options);
}

static int command_list(const struct smdpp_options *options, const char *id)
{
    const struct order_command command = settings_order(options, id);
    return order_command_list(&command);
}

static int command_set(const struct smdpp_options *options, const char *id)
{
    const struct order_command command = settings_order(options, id);
    return order_command_set(&command);
}

/* id: the word behind the command, or NULL. */
static const struct command {
    const char *name;
    int words; /* of the name */
    int most;  /* behind it */
    const char *(*wrong)(const struct smdpp_options *options, const char *id);
    int (*run)(const struct smdpp_options *options, const char *id);
} commands[] = {
    {"serve", 1, 0, settings_wrong_serve, command_serve},
    {"order list", 2, 1, settings_wrong_list, command_list},
    {"order set", 2, 1, settings_wrong_set, command_set},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* NULL if these words begin with no command; without any word it is the first one. */
static const struct command *find_command(char **words, int count)
{
    char name[32];
    for (size_t i = 0; i < COMMANDS && count > 0; i++) {
        const bool two = commands[i].words == 2 && count > 1;
        snprintf(name, sizeof(name), "%s%s%s", words[0], two ? " " : "", two ? words[1] : "");
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return count == 0 ? &commands[0] : NULL;
}

static int refuse_words(const struct options_program *program, const char *word)
{
    if (strcmp(word, "order") == 0)
        return options_refuse(program, "order: 'list' or 'set ID' is needed behind it");
    static const char *const names[] = {"serve", "order"};
    return options_refuse_command(program, word, names, sizeof(names) / sizeof(names[0]));
}

int main(int argc, char **argv)
{
    struct smdpp_options options = {.listen = OPTIONS_DEFAULT_LISTEN};
    struct options_program program = smdpp_program;
    int first;
    program.commands = (struct options_commands)OPTIONS_COMMANDS(commands);
    const enum options_result next = options_parse(&program, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    const struct command *command = find_command(argv + first, argc - first);
    if (command == NULL)
        return refuse_words(&program, argv[first]);
    const int rest = first < argc ? first + command->words : argc;
    if (argc - rest > command->most)
        return options_refuse(&program, "%s: '%s' is too much", command->name,
                              argv[rest + command->most]);
    const char *id = rest < argc ? argv[rest] : NULL;
    const char *wrong = command->wrong(&options, id);
    return wrong != NULL ? options_refuse(&program, "%s", wrong) : command->run(&options, id);
}

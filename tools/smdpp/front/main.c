/* emuicc-smdpp: an SM-DP+ in the foreground. */
#include "apdu/trace.h"
#include "tools/smdpp/es2/es2.h"
#include "tools/smdpp/es9/es9.h"
#include "tools/smdpp/front/export.h"
#include "tools/smdpp/front/import.h"
#include "tools/lib/server/caller.h"
#include "tools/lib/server/event_client.h"
#include "tools/lib/server/messenger.h"
#include "tools/lib/server/process.h"
#include "tools/smdpp/front/options.h"
#include "tools/lib/server/server.h"
#include "tools/lib/server/tls.h"
#include "tools/lib/token/token.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define TRIES_MAX 1000u
#define LIFETIME_MAX (100LL * 365 * 24 * 3600)
#define HTTPS "https://"
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

/* Lines stand alone also when threads write at the same time: one call each. */
static void to_standard_error(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level <= TRACE_NOTICE)
        fprintf(stderr, "emuicc-smdpp: %s\n", text);
}

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

/* Seconds; 0 without the option; -1 if it is no number of seconds. */
/* 0: as many as it does without the option; more than TRIES_MAX: what it says is no such number. */
static unsigned tries_of(const struct smdpp_options *options)
{
    char *end;
    if (options->order_tries == NULL)
        return 0;
    const unsigned long tries = strtoul(options->order_tries, &end, 10);
    const bool right = options->order_tries[0] != '-' && *end == '\0' && tries > 0;
    return right && tries <= TRIES_MAX ? (unsigned)tries : TRIES_MAX + 1;
}

static int64_t lifetime_of(const struct smdpp_options *options)
{
    char *end;
    if (options->order_lifetime == NULL)
        return 0;
    const long long seconds = strtoll(options->order_lifetime, &end, 10);
    return *end == '\0' && seconds > 0 && seconds <= LIFETIME_MAX ? seconds : -1;
}

static bool read_variant(const struct smdpp_options *options, enum pki_variant *out)
{
    *out = PKI_VARIANT_O;
    if (options->variant == NULL)
        return true;
    while (*out < PKI_VARIANTS && strcmp(pki_variant_name(*out), options->variant) != 0)
        ++*out;
    return *out < PKI_VARIANTS;
}

static const char *read_versions(const struct smdpp_options *options, struct version_plan *out)
{
    return version_plan_read(options->svn, options->lowest_svn, options->answer_svn, out);
}

static int create(const struct smdpp_options *options, struct smdpp **out)
{
    struct smdpp_plan plan = {.pki = options->pki,
                              .profiles = options->profiles,
                              .address = options->address,
                              .orders = options->orders,
                              .any_chip = options->any_chip,
                              .order_lifetime = lifetime_of(options),
                              .order_tries = tries_of(options)};
    /* complaint() has seen to both. */
    (void)read_versions(options, &plan.version);
    (void)read_variant(options, &plan.variant);
    plan.crls = &options->crls;
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

/* What is wrong with the options together, or NULL. */
static const char *export_complaint(const struct smdpp_options *options)
{
    if ((options->export == NULL) != (options->token == NULL))
        return "--export and --token need each other";
    if (options->export != NULL && options->import != NULL)
        return "--export and --import are two errands: one of them";
    if (options->import != NULL && options->orders == NULL)
        return "--import needs --orders";
    return options->export != NULL && options->orders == NULL ? "--export needs --orders" : NULL;
}

static const char *complaint(const struct smdpp_options *options)
{
    struct version_plan ignored;
    enum pki_variant variant;
    if (options->pki == NULL || options->profiles == NULL)
        return "--pki and --profiles are needed";
    if (options->operators == NULL && options->es2_listen != NULL)
        return "--es2-listen needs --operators";
    if (options->operators == NULL && options->operator_url != NULL)
        return "--operator-url needs --operators";
    if (options->operator_url != NULL && strncmp(options->operator_url, HTTPS, strlen(HTTPS)) != 0)
        return "--operator-url does not begin with " HTTPS;
    if ((options->smds == NULL) != (options->smds_trust == NULL))
        return "--smds and --smds-trust need each other";
    if (options->smds == NULL && options->smds_url != NULL)
        return "--smds-url needs --smds";
    if (lifetime_of(options) < 0)
        return "--order-lifetime is not a number of seconds";
    if (tries_of(options) > TRIES_MAX)
        return "--order-tries is not a number from 1 to 1000";
    if (export_complaint(options) != NULL)
        return export_complaint(options);
    if (!read_variant(options, &variant))
        return "--variant is none of O, Ov3, A, B, C";
    return read_versions(options, &ignored);
}

int main(int argc, char **argv)
{
    struct smdpp_options options = {.listen = OPTIONS_DEFAULT_LISTEN};
    int positional;
    trace_to(to_standard_error, NULL);
    const enum options_result next =
        options_parse(&smdpp_program, argc, argv, &options, &positional);
    if (next != OPTIONS_RUN)
        return options_status(next);
    const char *wrong = complaint(&options);
    if (positional < argc)
        return options_refuse(&smdpp_program, "%s is not an option", argv[positional]);
    if (wrong != NULL)
        return options_refuse(&smdpp_program, "%s", wrong);
    return options.export != NULL   ? run_export(&options)
           : options.import != NULL ? run_import(&options)
                                    : run(&options);
}

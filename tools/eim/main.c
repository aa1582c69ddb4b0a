/* emuicc-eim: an eIM in the foreground, and what else is done with its store. */
#include <curl/curl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/trace.h"
#include "tools/eim/command.h"
#include "tools/eim/front.h"
#include "tools/eim/notifier.h"
#include "tools/eim/rest_orders.h"
#include "tools/lib/coap/coap_server.h"
#include "tools/lib/iot/esipa.h"
#include "tools/lib/server/process.h"
#include "tools/lib/server/server.h"

#define IPAS_MAX 4096 /* connections at once */
#define IPAS_MIN 16
#define FILES_OWN 128
#define PROTOCOL "2.1.0"

static int serve_ipas(struct eim *eim, const struct eim_options *options, struct server **out)
{
    const struct process_connections limits = {"IPAs", IPAS_MAX, IPAS_MIN, FILES_OWN};
    const struct server_plan plan = {.listen = options->listen,
                                     .functions = &front_functions,
                                     .program = eim,
                                     .tls = &eim->tls,
                                     .ci = &eim->cis[EC_P256],
                                     .protocol = PROTOCOL,
                                     .group = &front_group,
                                     .plain = options->plain,
                                     .connections = process_allow(&limits)};
    return server_start(&plan, out);
}

static int answer_coap(void *program, struct bytes body, struct blob *out)
{
    return front_answer(program, body, out);
}

static int serve_coap(struct eim *eim, const struct eim_options *options, struct coap_server **out)
{
    const struct coap_server_plan plan = {.listen = options->coap_listen,
                                          .path = ESIPA_COAP_PATH,
                                          .tls = &eim->tls,
                                          .ci = &eim->cis[EC_P256],
                                          .answer = answer_coap,
                                          .program = eim};
    const int result = coap_server_start(&plan, out);
    if (result == 0)
        trace_notice("listening on %s for IPAs over CoAP", options->coap_listen);
    return result;
}

static int serve_operators(struct eim *eim, const struct eim_options *options, struct rest **out)
{
    const struct rest_plan plan = {.listen = options->rest_listen,
                                   .rows = rest_orders_rows,
                                   .count = rest_orders_row_count,
                                   .program = eim};
    return rest_start(&plan, out);
}

/* When it is true of all: a port that is taken is said alone. */
static void tell(const struct eim *eim, const struct eim_options *options,
                 const struct server *ipas, const struct rest *operators)
{
    trace_notice("listening on %s for IPAs as %s (%s), TLS %s", server_where(ipas), eim->id,
                 eim->fqdn, options->plain ? "off" : "on");
    if (operators != NULL)
        trace_notice("listening on %s for orders over HTTP", rest_where(operators));
}

static int command_serve(struct eim *eim, const struct eim_options *options, char **words,
                         int count)
{
    (void)words;
    (void)count;
    struct server *ipas = NULL;
    struct coap_server *coap = NULL;
    struct rest *operators = NULL;
    sigset_t ends;
    process_start(&ends);
    const struct notifier_plan notifier = {eim->database, eim->ca, eim->connect_to, eim->id};
    int result = notifier_start(&notifier, &eim->notifier);
    if (result == 0)
        result = serve_ipas(eim, options, &ipas);
    if (result == 0 && options->coap_listen != NULL)
        result = serve_coap(eim, options, &coap);
    if (result == 0 && options->rest_listen != NULL)
        result = serve_operators(eim, options, &operators);
    if (result == 0) {
        tell(eim, options, ipas, operators);
        process_wait(&ends);
    }
    rest_stop(operators);
    coap_server_stop(coap);
    server_stop(ipas);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const struct {
    const char *name;
    command_function *run;
    bool pki;        /* needs --pki */
    bool no_store;   /* makes no sense without --store, which it does not need */
    int least, most; /* words behind it */
} commands[] = {
    {"serve", command_serve, true, true, 0, 0},
    {"config", command_config, true, true, 0, 0},
    {"order", command_order, false, false, 0, 5},
    {"status", command_status, false, false, 0, 1},
    {"results", command_results, false, false, 0, 1},
    {"chip", command_chip, false, false, 0, INT_MAX},
    {"inject", command_inject, true, false, 2, 2},
};

static int run(const struct eim_options *options, size_t at, char **words, int count)
{
    struct eim *eim = NULL;
    const struct eim_plan plan = {
        .pki = options->pki,
        .id = options->id,
        .fqdn = options->fqdn,
        .store = options->store,
        .ca = options->ca,
        .connect_to = &options->connect_to,
        .release = options->release != NULL && strcmp(options->release, "1.0") == 0
                       ? EIM_RELEASE_1_0
                       : EIM_RELEASE_1_2,
        .unverified = options->unverified,
        .silent = options->silent,
        .curve = options->curve != NULL && strcmp(options->curve, "brainpool") == 0
                     ? EC_BRAINPOOL_P256R1
                     : EC_P256};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int made = commands[at].pki ? front_open(&plan, &eim) : eim_open_store(&plan, &eim);
    const int status = made == 0 ? commands[at].run(eim, options, words, count) : EXIT_FAILURE;
    eim_destroy(eim);
    curl_global_cleanup();
    return status;
}

static bool is_one_of(const char *value, const char *first, const char *second)
{
    return value == NULL || strcmp(value, first) == 0 || strcmp(value, second) == 0;
}

static int refuse_command(const char *name)
{
    const char *names[sizeof(commands) / sizeof(commands[0])];
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        names[i] = commands[i].name;
    return options_refuse_command(&eim_program, name, names, sizeof(names) / sizeof(names[0]));
}

static const char *complaint(const struct eim_options *options, size_t at, int count)
{
    if (count > commands[at].most)
        return "too many words";
    if (count < commands[at].least)
        return "EID and HOST:PORT of its IPA are needed";
    if (commands[at].pki && options->pki == NULL)
        return "--pki is needed";
    if (!commands[at].no_store && options->store == NULL)
        return "--store is needed: the one that the server has";
    if (!is_one_of(options->release, "1.0", "1.2"))
        return "--release is 1.0 or 1.2";
    return is_one_of(options->curve, "nist", "brainpool") ? NULL : "--curve is nist or brainpool";
}

int main(int argc, char **argv)
{
    struct eim_options options = {.listen = OPTIONS_DEFAULT_LISTEN};
    int positional;
    struct options_program program = eim_program;
    program.commands = (struct options_commands)OPTIONS_COMMANDS(commands);
    const enum options_result next = options_parse(&program, argc, argv, &options, &positional);
    if (next != OPTIONS_RUN)
        return options_status(next);
    const char *name = positional < argc ? argv[positional] : "serve";
    size_t at = 0;
    while (at < sizeof(commands) / sizeof(commands[0]) && strcmp(commands[at].name, name) != 0)
        at++;
    if (at == sizeof(commands) / sizeof(commands[0]))
        return refuse_command(name);
    const int count = argc - positional - (positional < argc);
    const char *wrong = complaint(&options, at, count);
    if (wrong == NULL)
        return run(&options, at, argv + positional + 1, count);
    return options_refuse(&eim_program, "%s: %s", name, wrong);
}

/* emuicc-smds: an SM-DS in the foreground. */
#include "apdu/trace.h"
#include "fs/profile/blob.h"
#include "tools/lib/server/event_client.h"
#include "tools/lib/server/process.h"
#include "tools/lib/server/server.h"
#include "tools/lib/server/tls.h"
#include "tools/smds/es11.h"
#include "tools/smds/es12.h"
#include "tools/smds/options.h"
#include "tools/smds/smds.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define TRUST_MAX (1u << 20) /* bytes of the file */
#define LPAS_MAX 4096        /* connections at once */
#define LPAS_MIN 16
#define SERVERS_MAX 64
#define FILES_OWN 64 /* descriptors for all but these connections */
#define PROTOCOL "2.2.2"

/* Everything that runs. */
struct service {
    struct smds *smds;
    struct server *lpas, *servers;
    struct event_client *root;
    char *trust;              /* PEM of --trust, or NULL */
    char *certificates, *key; /* PEM, shown to the root */
    char protocol[SVN_TEXT_SIZE];
};

static void to_standard_error(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level <= TRACE_NOTICE)
        fprintf(stderr, "emuicc-smds: %s\n", text);
}

static int read_trust(struct service *service, const char *path)
{
    struct blob file;
    const int found = blob_read_file(path, TRUST_MAX, &file);
    if (found > 0)
        trace_error("--trust %s: no such file", path);
    if (found != 0)
        return -1;
    service->trust = strndup((const char *)file.data, file.len);
    blob_finish(&file);
    if (service->trust != NULL && tls_has_certificate(service->trust))
        return 0;
    trace_error("--trust %s: it holds no certificate in PEM", path);
    return -1;
}

static int start_root(struct service *service, const struct smds_options *options)
{
    const struct credentials *credentials = &service->smds->credentials;
    int result =
        tls_certificates(&credentials->tls, &credentials->sets[EC_P256].ci, &service->certificates);
    if (result == 0)
        result = tls_key(&credentials->tls, &service->key);
    if (result != 0)
        return result;
    const struct client_plan plan = {options->trust, service->certificates, service->key, PROTOCOL};
    result = event_client_open(options->root, options->root_url, &plan, &service->root);
    if (result == 0)
        service->smds->root = event_client_link(service->root);
    return result;
}

static int start_one(struct service *service, const char *listen, bool lpas, struct server **out)
{
    const struct svn *own = &service->smds->version.own;
    const struct process_connections allowed = {"LPAs", LPAS_MAX, LPAS_MIN,
                                                FILES_OWN + SERVERS_MAX};
    const struct server_plan plan = {.listen = listen,
                                     .functions = lpas ? &es11_functions : &es12_functions,
                                     .program = service->smds,
                                     .tls = &service->smds->credentials.tls,
                                     .ci = &service->smds->credentials.sets[EC_P256].ci,
                                     .protocol_v3 = svn_major(own) >= SVN_SESSION_CONTEXT
                                                        ? svn_text(own, service->protocol)
                                                        : NULL,
                                     .trust = lpas ? NULL : service->trust,
                                     .connections = lpas ? process_allow(&allowed) : SERVERS_MAX};
    return server_start(&plan, out);
}

/* When it is true of all: a port that is taken is said alone. */
static void tell(const struct service *service)
{
    if (service->servers != NULL)
        trace_notice("listening on %s for servers", server_where(service->servers));
    trace_notice("listening on %s as %s", server_where(service->lpas), service->smds->address);
}

static int start(struct service *service, const struct smds_options *options)
{
    struct smds_plan plan = {.pki = options->pki,
                             .address = options->address,
                             .events = options->events,
                             .push_services = &options->push_services};
    (void)version_plan_read(options->svn, options->lowest_svn, NULL, &plan.version);
    int result = smds_create(&plan, &service->smds);
    if (result == 0 && options->trust != NULL)
        result = read_trust(service, options->trust);
    if (result == 0 && options->root != NULL)
        result = start_root(service, options);
    if (result == 0 && options->es12_listen != NULL)
        result = start_one(service, options->es12_listen, false, &service->servers);
    if (result == 0)
        result = start_one(service, options->listen, true, &service->lpas);
    if (result == 0)
        tell(service);
    return result;
}

static void stop(struct service *service)
{
    server_stop(service->lpas);
    server_stop(service->servers);
    event_client_close(service->root);
    smds_destroy(service->smds);
    free(service->trust);
    free(service->certificates);
    tls_release(service->key);
}

static int run(const struct smds_options *options)
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

static const char *complaint(const struct smds_options *options)
{
    struct version_plan ignored;
    if (options->pki == NULL)
        return "--pki is needed";
    if (options->trust == NULL && (options->es12_listen != NULL || options->root != NULL))
        return "--es12-listen and --root need --trust";
    if (options->root == NULL && options->root_url != NULL)
        return "--root-url needs --root";
    return version_plan_read(options->svn, options->lowest_svn, NULL, &ignored);
}

int main(int argc, char **argv)
{
    struct smds_options options = {.listen = OPTIONS_DEFAULT_LISTEN};
    int positional;
    trace_to(to_standard_error, NULL);
    const enum options_result next =
        options_parse(&smds_program, argc, argv, &options, &positional);
    if (next != OPTIONS_RUN)
        return options_status(next);
    const char *wrong = complaint(&options);
    if (positional < argc)
        return options_refuse(&smds_program, "%s is not an option", argv[positional]);
    return wrong != NULL ? options_refuse(&smds_program, "%s", wrong) : run(&options);
}

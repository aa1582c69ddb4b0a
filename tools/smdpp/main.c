/* emuicc-smdpp: an SM-DP+ in the foreground. */
#include "apdu/trace.h"
#include "tools/smdpp/es9.h"
#include "tools/smdpp/options.h"
#include "tools/smdpp/server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Lines stand alone also when threads write at the same time: one call each. */
static void to_standard_error(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level <= TRACE_NOTICE)
        fprintf(stderr, "emuicc-smdpp: %s\n", text);
}

static int count_package(void *context, const struct catalogue_entry *entry)
{
    (void)entry;
    ++*(size_t *)context;
    return 0;
}

/* Every chip that downloads is a connection. */
static void allow_many_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Signals wait until sigwait() takes them; threads started from here on inherit that. */
static void block_signals(sigset_t *ends)
{
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(ends);
    sigaddset(ends, SIGINT);
    sigaddset(ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, ends, NULL);
}

static int serve(struct smdpp *smdpp, const struct smdpp_options *options, const sigset_t *ends)
{
    const struct server_plan plan = {.listen = options->listen, .functions = &es9_functions};
    struct server *server;
    size_t packages = 0, unreadable;
    int taken, result = catalogue_each(smdpp->profiles, smdpp->address, count_package, &packages,
                                       &unreadable);
    if (result == 0)
        result = server_start(smdpp, &plan, &server);
    if (result != 0)
        return result;
    trace_notice("listening on %s as %s, %zu package%s in %s", server_where(server), smdpp->address,
                 packages, packages == 1 ? "" : "s", smdpp->profiles);
    sigwait(ends, &taken);
    server_stop(server);
    return 0;
}

static int run(const struct smdpp_options *options)
{
    const struct smdpp_plan plan = {.pki = options->pki,
                                    .profiles = options->profiles,
                                    .address = options->address,
                                    .orders = options->orders};
    struct smdpp *smdpp;
    sigset_t ends;
    block_signals(&ends);
    allow_many_files();
    if (smdpp_create(&plan, &smdpp) != 0)
        return EXIT_FAILURE;
    const int result = serve(smdpp, options, &ends);
    smdpp_destroy(smdpp);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct smdpp_options options = {.listen = OPTIONS_DEFAULT_LISTEN};
    int positional;
    trace_to(to_standard_error, NULL);
    switch (options_parse(&smdpp_program, argc, argv, &options, &positional)) {
    case OPTIONS_EXIT:
        return EXIT_SUCCESS;
    case OPTIONS_WRONG:
        return EXIT_FAILURE;
    case OPTIONS_RUN:
        break;
    }
    if (positional < argc)
        trace_error("'%s' is no option; try 'emuicc-smdpp --help'", argv[positional]);
    else if (options.pki == NULL || options.profiles == NULL)
        trace_error("--pki and --profiles are needed; try 'emuicc-smdpp --help'");
    else
        return run(&options);
    return EXIT_FAILURE;
}

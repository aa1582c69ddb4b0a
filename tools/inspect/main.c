/* emuicc-inspect: a page in the browser that shows a software eUICC. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/address.h"
#include "apdu/trace.h"
#include "tools/inspect/options.h"
#include "tools/inspect/web.h"
#include "tools/lib/server/process.h"

#define TOKEN_MIN 16
#define TOKEN_MAX 32

static void to_standard_error(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level <= TRACE_NOTICE)
        fprintf(stderr, "emuicc-inspect: %s\n", text);
}

static bool is_token(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const size_t len = strlen(text);
    return len >= TOKEN_MIN && len <= TOKEN_MAX && text[strspn(text, letters)] == '\0';
}

static const char *complaint(const struct inspect_options *options)
{
    struct address ignored;
    if (!address_parse(bytes_of_text(options->listen), &ignored))
        return "--listen wants HOST:PORT";
    if (options->farm != NULL && options->replay != NULL)
        return "--farm and --replay exclude each other";
    if (options->token != NULL && !is_token(options->token))
        return "--token wants 16 to 32 letters and digits";
    return NULL;
}

static int run(const struct inspect_options *options)
{
    struct inspect inspect;
    struct web *web = NULL;
    sigset_t ends;
    process_start(&ends);
    int result = inspect_open(&inspect, options);
    if (result == 0)
        result = web_start(&inspect, &web);
    if (result == 0) {
        printf("%s\n", web_url(web));
        fflush(stdout);
        process_wait(&ends);
    }
    inspect_end(&inspect);
    web_stop(web);
    inspect_close(&inspect);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    char state[PATH_MAX];
    struct inspect_options options = {.listen = OPTIONS_DEFAULT_LISTEN};
    int first;
    const enum options_result next = options_parse(&inspect_program, argc, argv, &options, &first);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (first < argc)
        return options_refuse(&inspect_program, "%s is not an option", argv[first]);
    const char *wrong = complaint(&options);
    if (wrong != NULL)
        return options_refuse(&inspect_program, "%s", wrong);
    trace_to(to_standard_error, NULL);
    if (options.state == NULL && !options_state_folder(state, sizeof(state))) {
        trace_error("no home folder is known; say --state DIR");
        return EXIT_FAILURE;
    }
    if (options.state == NULL)
        options.state = state;
    return run(&options);
}

#include "tools/ipa/show.h"

#include <stdio.h>
#include <string.h>

#include "apdu/trace.h"

static bool finish(void)
{
    return fflush(stdout) == 0 && ferror(stdout) == 0;
}

static void print_eim(const json_t *eim)
{
    const char *id = json_string_value(json_object_get(eim, "eimId"));
    const char *address = json_string_value(json_object_get(eim, "eimFqdn"));
    const json_t *counter = json_object_get(eim, "counterValue");
    const json_t *token = json_object_get(eim, "associationToken");
    if (id == NULL) {
        printf("eIM    it cannot be read\n");
        return;
    }
    printf("eIM    %s", id);
    if (address != NULL)
        printf(", at %s", address);
    if (counter != NULL)
        printf(", counter %lld", json_integer_value(counter));
    if (token != NULL)
        printf(", token %lld", json_integer_value(token));
    printf("%s\n", json_is_true(json_object_get(eim, "indirectProfileDownload"))
                       ? ", downloads go through it"
                       : "");
}

static void print_status(const json_t *status)
{
    size_t i;
    const json_t *eim, *eims = json_object_get(status, "eims");
    printf("EID    %s\n", json_string_value(json_object_get(status, "eid")));
    json_array_foreach(eims, i, eim) print_eim(eim);
    if (json_array_size(eims) == 0)
        printf("eIM    none; 'emuicc-ipa add-eim FILE' brings the first one\n");
}

static void print_tokens(const json_t *tokens)
{
    size_t i;
    const json_t *token;
    json_array_foreach(tokens, i, token)
    {
        if (json_is_integer(token))
            printf("added, token %lld\n", json_integer_value(token));
        else
            printf("added, without a token\n");
    }
}

static void print_lines(const json_t *document)
{
    const char *error = json_string_value(json_object_get(document, "error"));
    const json_t *result = json_object_get(document, "result");
    if (error != NULL)
        trace_error("the chip refuses: %s", error);
    else if (result != NULL && json_integer_value(result) == 0)
        printf("done\n");
    else if (result != NULL)
        trace_error("the chip refuses: %s (%lld)",
                    json_string_value(json_object_get(document, "text")),
                    json_integer_value(result));
    else if (json_object_get(document, "tokens") != NULL)
        print_tokens(json_object_get(document, "tokens"));
    else
        print_status(document);
}

bool show_document(const json_t *document, bool json)
{
    if (json) {
        json_dumpf(document, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        print_lines(document);
    }
    return finish();
}

/* "download: installed"; "package: [{"enableResult":"ok"}]"; "data: 310 bytes" */
static void print_deed(const char *what, const json_t *outcome)
{
    printf("%s: ", what);
    if (json_is_string(outcome))
        fputs(json_string_value(outcome), stdout);
    else
        json_dumpf(outcome, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
    puts(strcmp(what, "data") == 0 ? " bytes" : "");
}

bool show_report(const json_t *report)
{
    size_t i;
    json_t *deed, *outcome;
    const char *what;
    json_array_foreach(report, i, deed) json_object_foreach(deed, what, outcome)
        print_deed(what, outcome);
    return finish();
}

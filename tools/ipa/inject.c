#include "tools/ipa/inject.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/ipa/engine_inject.h"
#include "tools/lib/iot/esipa_json.h"
#include "tools/lib/iot/esipa_server.h"
#include "tools/lib/server/server.h"

#define CONNECTIONS 16
#define FILE_MAX 65536
#define WAITING_MAX 16 /* triggers */

struct inject {
    const struct ipa_options *options;
    struct engine_changes *memory;
    struct server *server;
    pthread_mutex_t card;    /* held while the card is used */
    pthread_mutex_t waiting; /* guards what follows */
    struct blob triggers[WAITING_MAX];
    size_t count;
};

struct message {
    const struct ipa_options *options;
    struct bytes message;
    struct blob answer;
    bool triggered;
};

static bool take(struct ipa *ipa, void *context)
{
    struct message *message = context;
    return engine_inject(&ipa->engine, message->options->eim, message->message, &message->answer,
                         &message->triggered);
}

static bool download(struct ipa *ipa, void *context)
{
    const struct message *message = context;
    return engine_inject_download(&ipa->engine, message->options->eim, message->message);
}

/* False where there are too many. */
static bool keep_trigger(struct inject *inject, struct bytes message)
{
    pthread_mutex_lock(&inject->waiting);
    const bool kept =
        inject->count < WAITING_MAX && blob_copy(message, &inject->triggers[inject->count]) == 0;
    inject->count += kept;
    pthread_mutex_unlock(&inject->waiting);
    return kept;
}

static int answer_message(void *program, struct bytes request, struct blob *out)
{
    struct inject *inject = program;
    struct message message = {.options = inject->options, .message = request};
    *out = (struct blob){0};
    if (esipa_function_of(request) != ESIPA_TRANSFER_PACKAGE)
        return 1;
    inject_lock(inject);
    const bool answered = ipa_with_card(inject->options, inject->memory, take, &message);
    inject_unlock(inject);
    if (message.triggered && !keep_trigger(inject, request))
        trace_error("too many downloads wait: one is not made");
    *out = message.answer;
    return answered || out->len > 0 ? 0 : FAILURE_INTERNAL;
}

static int handle_asn1(void *program, struct call *call)
{
    return esipa_server_binary(answer_message, program, call);
}

static int handle_json(void *program, struct call *call)
{
    return esipa_server_json(answer_message, program, ESIPA_TRANSFER_PACKAGE, call);
}

static const struct function_row rows[] = {
    {.path = ESIPA_ASN1_PATH,
     .name = "ESipa",
     .handle = handle_asn1,
     .section = "SGP.32 §6.3",
     .binding = FUNCTION_BINARY},
    {.path = ESIPA_JSON_PATH "transferEimPackage",
     .name = "ESipa.TransferEimPackage",
     .handle = handle_json,
     .section = "SGP.32 §5.14.4"},
};
static const struct function_table functions = {rows, sizeof(rows) / sizeof(rows[0])};

int inject_start(const struct ipa_options *options, struct engine_changes *memory,
                 struct inject **out)
{
    struct inject *inject = calloc(1, sizeof(*inject));
    if (inject == NULL)
        return FAILURE_INTERNAL;
    inject->options = options;
    inject->memory = memory;
    pthread_mutex_init(&inject->card, NULL);
    pthread_mutex_init(&inject->waiting, NULL);
    const struct server_plan plan = {.listen = options->listen,
                                     .functions = &functions,
                                     .program = inject,
                                     .protocol = "2.1.0",
                                     .plain = true,
                                     .connections = CONNECTIONS};
    const int result = server_start(&plan, &inject->server);
    if (result == 0)
        trace_notice("listening on %s for packages", server_where(inject->server));
    else
        inject_stop(inject);
    *out = result == 0 ? inject : NULL;
    return result;
}

void inject_stop(struct inject *inject)
{
    if (inject == NULL)
        return;
    server_stop(inject->server);
    for (size_t i = 0; i < inject->count; i++)
        blob_finish(&inject->triggers[i]);
    pthread_mutex_destroy(&inject->card);
    pthread_mutex_destroy(&inject->waiting);
    free(inject);
}

void inject_lock(struct inject *inject)
{
    if (inject != NULL)
        pthread_mutex_lock(&inject->card);
}

void inject_unlock(struct inject *inject)
{
    if (inject != NULL)
        pthread_mutex_unlock(&inject->card);
}

static bool next_trigger(struct inject *inject, struct blob *out)
{
    pthread_mutex_lock(&inject->waiting);
    const bool found = inject->count > 0;
    if (found) {
        *out = inject->triggers[0];
        inject->count--;
        memmove(inject->triggers, inject->triggers + 1, inject->count * sizeof(struct blob));
    }
    pthread_mutex_unlock(&inject->waiting);
    return found;
}

void inject_go_on(struct inject *inject)
{
    struct blob trigger;
    while (inject != NULL && next_trigger(inject, &trigger)) {
        struct message message = {.options = inject->options, .message = blob_bytes(&trigger)};
        inject_lock(inject);
        (void)ipa_with_card(inject->options, inject->memory, download, &message);
        inject_unlock(inject);
        blob_finish(&trigger);
    }
}

/* The file's content as a message; what stands in one is put into one. */
static bool make_message(struct bytes content, struct blob *out)
{
    const struct esipa_message *transfer = &esipa_messages[ESIPA_TRANSFER_PACKAGE];
    struct tlv outer;
    if (tlv_whole(content, transfer->tag, &outer))
        return blob_copy(content, out) == 0;
    uint8_t *data = malloc(content.len + TLV_HEADER_MAX);
    if (data == NULL)
        return false;
    struct writer writer = writer_on(data, content.len + TLV_HEADER_MAX);
    tlv_put(&writer, transfer->tag, content);
    *out = (struct blob){data, writer_bytes(&writer).len};
    return true;
}

static bool write_file(const char *path, struct bytes content)
{
    FILE *file = fopen(path, "wb");
    const bool written = file != NULL && fwrite(content.data, 1, content.len, file) == content.len;
    if ((file != NULL && fclose(file) != 0) || !written) {
        trace_error("%s: it cannot be written", path);
        return false;
    }
    return true;
}

static bool run_file(const struct ipa_options *options, struct bytes content)
{
    struct message message = {.options = options};
    struct blob whole = {0};
    bool good = make_message(content, &whole);
    message.message = blob_bytes(&whole);
    good = good && ipa_with_card(options, NULL, take, &message);
    if (good && options->out != NULL)
        good = write_file(options->out, blob_bytes(&message.answer));
    if (good && message.triggered)
        good = ipa_with_card(options, NULL, download, &message);
    blob_finish(&message.answer);
    blob_finish(&whole);
    return good;
}

int inject_file(const struct ipa_options *options, const char *path)
{
    struct blob file;
    const int found = blob_read_file(path, FILE_MAX, &file);
    if (found > 0)
        trace_error("%s: no such file", path);
    if (found != 0)
        return EXIT_FAILURE;
    const bool good = run_file(options, blob_bytes(&file));
    blob_finish(&file);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

#include "tools/lpa/download.h"

#include <string.h>

#include "apdu/trace.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "tools/lpa/describe.h"
#include "tools/lpa/download_check.h"
#include "tools/lpa/download_result.h"
#include "tools/lpa/interrupt.h"
#include "tools/lpa/prompt.h"
#include "tools/lpa/rules.h"
#include "tools/lpa/segments.h"

#define CONFIRMATION_CODE_SIZE 64
#define TAG_METADATA 0xBF25

struct download {
    const struct download_means *means;
    const struct download_wish *wish;
    json_t *document;
    char confirmation_code[CONFIRMATION_CODE_SIZE];
    struct es9_answer opened, offered, packed; /* of the server's three functions, in order */
    struct blob card_answer;                   /* what the server gets next */
    struct blob result;                        /* ProfileInstallationResult */
    bool authenticated;                        /* the card has a session to cancel */
    bool loading;                              /* some of the package went to the card */
    enum es10b_cancel_reason reason;           /* if it has to be cancelled now */
};

static struct bytes transaction_id(const struct download *download)
{
    return es9_field(&download->opened, ES9_TRANSACTION_ID);
}

/* Keeps a card's answer beyond its next one. */
static bool keep(struct download *download, struct bytes answer, struct blob *out)
{
    blob_finish(out);
    return blob_copy(answer, out) == 0 ||
           fault_raise(download->means->fault, "memory", "there is none left");
}

static bool has_code(const struct download *download)
{
    return download->confirmation_code[0] != '\0';
}

/* From the command line or, if there is a terminal, from its user. */
static bool need_code(struct download *download)
{
    struct fault *fault = download->means->fault;
    if (has_code(download))
        return true;
    progress_end(download->means->progress);
    if (prompt_secret("confirmation code", download->confirmation_code,
                      sizeof(download->confirmation_code)))
        return true;
    if (!interrupt_none(fault))
        return false;
    download->reason = ES10B_END_USER_REJECTION;
    fault_raise(fault, "confirmation code", "the server wants one for this profile");
    return fault_next(fault, "give it with --confirmation-code");
}

static bool take_code(struct download *download)
{
    const char *given = download->wish->confirmation_code;
    if (given != NULL && strlen(given) >= CONFIRMATION_CODE_SIZE)
        return fault_raise(download->means->fault, "--confirmation-code", "it is too long");
    if (given != NULL)
        strcpy(download->confirmation_code, given);
    return !download->wish->code.code_required || need_code(download);
}

static bool initiate(struct download *download)
{
    const struct download_means *means = download->means;
    uint8_t challenge[ES10B_CHALLENGE_LEN];
    struct bytes info1;
    if (!es10b_get_challenge(means->es10, challenge) || !es10b_get_info1(means->es10, &info1))
        return false;
    const char *address = download->wish->code.address;
    const struct es9_argument arguments[] = {
        {ES9_EUICC_CHALLENGE, bytes_of(challenge, sizeof(challenge))},
        {ES9_EUICC_INFO1, info1},
        {ES9_SMDP_ADDRESS, bytes_of_text(address)},
    };
    return es9_call(means->http, ES9_INITIATE_AUTHENTICATION, address, arguments, 3,
                    &download->opened);
}

static bool authenticate_server(struct download *download)
{
    const struct download_means *means = download->means;
    const struct es9_answer *opened = &download->opened;
    const struct es10b_server server = {
        es9_field(opened, ES9_SERVER_SIGNED1), es9_field(opened, ES9_SERVER_SIGNATURE1),
        es9_field(opened, ES9_CI_KEY_ID), es9_field(opened, ES9_SERVER_CERTIFICATE)};
    struct bytes answer;
    if (!download_check_opened(opened, &download->wish->code, means->fault))
        return false;
    download->authenticated = es10b_authenticate_server(
        means->es10, &server, download->wish->code.matching_id, &download->wish->device, &answer);
    /* A refusal goes to the server as well, which then ends its side of the session. */
    return keep(download, answer, &download->card_answer) &&
           (download->authenticated || answer.len > 0);
}

static bool authenticate_client(struct download *download)
{
    const struct es9_argument arguments[] = {
        {ES9_TRANSACTION_ID, transaction_id(download)},
        {ES9_AUTHENTICATE_SERVER_RESPONSE, blob_bytes(&download->card_answer)},
    };
    return es9_call(download->means->http, ES9_AUTHENTICATE_CLIENT, download->wish->code.address,
                    arguments, 2, &download->offered) &&
           download->authenticated;
}

/* What the card would refuse at the end is refused before it is loaded. */
static bool check_rules(struct download *download, struct bytes metadata)
{
    struct fault *fault = download->means->fault;
    struct bytes table;
    if (!rules_wanted(metadata))
        return true;
    if (!es10b_get_rat(download->means->es10, &table))
        return false;
    if (rules_judge(table, metadata) != RULES_FORBIDDEN)
        return true;
    download->reason = ES10B_PPR_NOT_ALLOWED;
    fault_raise(fault, "policy rules", "the card does not allow this operator the profile's rules");
    return fault_next(fault, "'emuicc-lpa --json info' shows the card's rules");
}

static bool show_profile(struct download *download)
{
    const struct bytes whole = es9_field(&download->offered, ES9_PROFILE_METADATA);
    struct tlv metadata;
    json_t *profile = json_object();
    json_object_set_new(download->document, "profile", profile);
    if (!tlv_whole(whole, TAG_METADATA, &metadata) ||
        !describe(&describe_profile, metadata.value, profile))
        return fault_raise(download->means->fault, es9_name(ES9_AUTHENTICATE_CLIENT),
                           "the server's profileMetadata is malformed");
    progress_end(download->means->progress);
    if (download->wish->announce != NULL)
        download->wish->announce(download->wish->context, profile);
    return check_rules(download, metadata.value);
}

/* SHA256(SHA256(confirmation code) | transaction id) (SGP.22 §3.1.3.2). */
static bool hash_code(struct download *download, uint8_t hash[ES10B_HASH_LEN])
{
    const struct bytes code = bytes_of_text(download->confirmation_code);
    uint8_t inner[SHA256_SIZE];
    const bool good =
        sha256(&code, 1, inner) == 0 &&
        sha256((struct bytes[]){bytes_of(inner, sizeof(inner)), transaction_id(download)}, 2,
               hash) == 0;
    wipe(inner, sizeof(inner));
    return good || fault_raise(download->means->fault, "memory", "there is none left");
}

static bool prepare(struct download *download)
{
    const struct es9_answer *offered = &download->offered;
    uint8_t hash[ES10B_HASH_LEN];
    struct es10b_binding binding = {es9_field(offered, ES9_SMDP_SIGNED2),
                                    es9_field(offered, ES9_SMDP_SIGNATURE2),
                                    es9_field(offered, ES9_SMDP_CERTIFICATE)};
    struct bytes answer;
    bool code_wanted;
    if (!download_check_offered(offered, transaction_id(download), &code_wanted,
                                download->means->fault) ||
        (code_wanted && (!need_code(download) || !hash_code(download, hash))))
        return false;
    if (code_wanted)
        binding.hash_cc = bytes_of(hash, sizeof(hash));
    return es10b_prepare_download(download->means->es10, &binding, &answer) &&
           keep(download, answer, &download->card_answer);
}

static bool fetch(struct download *download)
{
    const struct es9_argument arguments[] = {
        {ES9_TRANSACTION_ID, transaction_id(download)},
        {ES9_PREPARE_DOWNLOAD_RESPONSE, blob_bytes(&download->card_answer)},
    };
    if (!es9_call(download->means->http, ES9_GET_BOUND_PROFILE_PACKAGE,
                  download->wish->code.address, arguments, 2, &download->packed))
        return false;
    return download_check_package(es9_field(&download->packed, ES9_BOUND_PROFILE_PACKAGE),
                                  es9_field(&download->offered, ES9_PROFILE_METADATA),
                                  &download->reason, download->means->fault);
}

static bool load(struct download *download)
{
    const struct download_means *means = download->means;
    const struct bytes package = es9_field(&download->packed, ES9_BOUND_PROFILE_PACKAGE);
    struct bytes rest = package, segment, answer = {0};
    download->reason = ES10B_LOAD_BPP_EXECUTION_ERROR;
    while (answer.len == 0 && segments_take(&rest, &segment)) {
        const char *function = segments_function(segment);
        if (!interrupt_none(means->fault))
            return false;
        if (function != NULL)
            trace_detail("ES8+.%s", function);
        download->loading = true;
        if (!es10b_load_package(means->es10, segment, &answer))
            return false;
        progress_bytes(means->progress, package.len - rest.len, package.len);
    }
    if (answer.len == 0)
        return fault_raise(means->fault, es10_row(ES10B_LOAD_PACKAGE)->name,
                           "the card gives no result at the end of the package");
    return keep(download, answer, &download->result);
}

struct step {
    const char *text;
    bool (*run)(struct download *);
};

static const struct step steps[] = {
    {"asking the server to authenticate itself", initiate},
    {"the card authenticates the server", authenticate_server},
    {"the server authenticates the card", authenticate_client},
    {"reading what the profile is", show_profile},
    {"preparing the card", prepare},
    {"fetching the profile", fetch},
    {"installing", load},
};

static bool run_steps(struct download *download)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        download->reason = ES10B_UNDEFINED_REASON;
        if (!interrupt_none(download->means->fault))
            return false;
        progress_step(download->means->progress, steps[i].text);
        trace_detail("-- %s", steps[i].text);
        if (!steps[i].run(download))
            return false;
    }
    return true;
}

/* Both sides learn that nothing more comes (SGP.22 §3.0.2). What fails now is traced only. */
static void cancel(struct download *download)
{
    const struct download_means *means = download->means;
    struct es9_answer answer;
    struct bytes response;
    if (interrupt_is(means->fault))
        download->reason = ES10B_END_USER_REJECTION;
    progress_step(means->progress, "cancelling the session");
    trace_detail("-- cancelling the session, reason %d", download->reason);
    bool cancelled =
        es10b_cancel_session(means->es10, transaction_id(download), download->reason, &response);
    if (cancelled) {
        const struct es9_argument arguments[] = {
            {ES9_TRANSACTION_ID, transaction_id(download)},
            {ES9_CANCEL_SESSION_RESPONSE, response},
        };
        cancelled = es9_call(means->http, ES9_CANCEL_SESSION, download->wish->code.address,
                             arguments, 2, &answer);
        es9_answer_finish(&answer);
    }
    json_object_set_new(download->document, "cancelled", json_boolean(cancelled));
}

static void finish(struct download *download)
{
    es9_answer_finish(&download->opened);
    es9_answer_finish(&download->offered);
    es9_answer_finish(&download->packed);
    blob_finish(&download->card_answer);
    blob_finish(&download->result);
    wipe(download->confirmation_code, sizeof(download->confirmation_code));
}

bool download_run(const struct download_means *means, const struct download_wish *wish,
                  json_t *document)
{
    struct download download = {.means = means, .wish = wish, .document = document};
    bool good = take_code(&download) && run_steps(&download);
    if (!good && download.authenticated)
        cancel(&download);
    if (good)
        good = download_result_take(means, wish, blob_bytes(&download.result), document);
    else if (download.loading)
        download_result_recover(means, wish, transaction_id(&download), document);
    progress_end(means->progress);
    finish(&download);
    return good;
}

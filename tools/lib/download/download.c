#include "tools/lib/download/download.h"

#include "apdu/trace.h"
#include "tools/lib/common/describe.h"
#include "tools/lib/download/confirmation.h"
#include "tools/lib/download/discovery.h"
#include "tools/lib/download/download_check.h"
#include "tools/lib/download/download_result.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/lib/download/rpm.h"
#include "tools/lib/download/rules.h"
#include "tools/lib/es10/segments.h"

#define TAG_METADATA 0xBF25

struct download {
    struct session *session;
    const struct download_request *request;
    struct confirmation confirmation;
    struct es9_answer packed;
    struct blob result; /* ProfileInstallationResult */
    bool loading;       /* some of the package went to the card */
};

static bool take_code(struct download *download)
{
    return confirmation_take(&download->confirmation, download->request->confirmation_code,
                             download->session->context->fault) &&
           (!download->session->request->code.code_required ||
            confirmation_need(&download->confirmation, download->session));
}

/* What the card would refuse at the end is refused before it is loaded. */
static bool check_rules(struct download *download, struct bytes metadata)
{
    struct fault *fault = download->session->context->fault;
    struct bytes table;
    if (!rules_wanted(metadata))
        return true;
    if (!es10b_get_rat(download->session->context->es10, &table))
        return false;
    if (rules_judge(table, metadata) != RULES_FORBIDDEN)
        return true;
    download->session->reason = ES10B_PPR_NOT_ALLOWED;
    fault_raise(fault, "policy rules", "the card does not allow this operator the profile's rules");
    return fault_next(fault, "'emuicc-lpa --json info' shows the card's rules");
}

/* The document's "profile", borrowed; *metadata: the content it was read from. */
static json_t *describe_offer(const struct session *session, struct bytes *metadata)
{
    struct tlv whole;
    json_t *profile = json_object();
    json_object_set_new(session->document, "profile", profile);
    if (!tlv_whole(es9_field(&session->offered, ES9_PROFILE_METADATA), TAG_METADATA, &whole) ||
        !describe(&describe_profile, whole.value, profile)) {
        fault_raise(session->context->fault, es9_name(ES9_AUTHENTICATE_CLIENT),
                    "the server's profileMetadata is malformed");
        return NULL;
    }
    *metadata = whole.value;
    return profile;
}

static bool show_profile(void *context)
{
    struct download *download = context;
    struct bytes metadata;
    const json_t *profile = describe_offer(download->session, &metadata);
    if (profile == NULL)
        return false;
    progress_end(download->session->context->progress);
    if (download->request->announce != NULL)
        download->request->announce(download->request->context, profile);
    return check_rules(download, metadata);
}

static bool prepare(void *context)
{
    struct download *download = context;
    const struct es9_answer *offered = &download->session->offered;
    uint8_t hash[ES10B_HASH_LEN];
    struct es10b_binding binding = {es9_field(offered, ES9_SMDP_SIGNED2),
                                    es9_field(offered, ES9_SMDP_SIGNATURE2),
                                    es9_field(offered, ES9_SMDP_CERTIFICATE)};
    struct bytes answer;
    bool code_wanted;
    if (!download_check_offered(offered, session_transaction_id(download->session), &code_wanted,
                                download->session->context->fault) ||
        (code_wanted && (!confirmation_need(&download->confirmation, download->session) ||
                         !confirmation_hash(&download->confirmation, download->session, hash))))
        return false;
    if (code_wanted)
        binding.hash_cc = bytes_of(hash, sizeof(hash));
    return es10b_prepare_download(download->session->context->es10, &binding, &answer) &&
           session_keep(download->session, answer, &download->session->card_answer);
}

static bool fetch(void *context)
{
    struct download *download = context;
    const struct es9_argument arguments[] = {
        {ES9_TRANSACTION_ID, session_transaction_id(download->session)},
        {ES9_PREPARE_DOWNLOAD_RESPONSE, blob_bytes(&download->session->card_answer)},
    };
    if (!es9_call(download->session->context->http, ES9_GET_BOUND_PROFILE_PACKAGE,
                  download->session->request->code.address, arguments, 2, &download->packed))
        return false;
    return download_check_package(es9_field(&download->packed, ES9_BOUND_PROFILE_PACKAGE),
                                  es9_field(&download->session->offered, ES9_PROFILE_METADATA),
                                  &download->session->reason, download->session->context->fault);
}

static void trace_functions(const struct bytes *segments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (segments_function(segments[i]) != NULL)
            trace_detail("ES8+.%s", segments_function(segments[i]));
}

static bool load(void *state)
{
    struct download *download = state;
    const struct session_context *context = download->session->context;
    const struct bytes package = es9_field(&download->packed, ES9_BOUND_PROFILE_PACKAGE);
    const size_t most = chip_at_once(context->es10->chip);
    struct bytes rest = package, segments[CHIP_AT_ONCE], answer = {0};
    size_t count;
    download->session->reason = ES10B_LOAD_BPP_EXECUTION_ERROR;
    while (answer.len == 0 && (count = segments_take_some(&rest, segments, most)) > 0) {
        if (!interrupt_none(context->fault))
            return false;
        trace_functions(segments, count);
        download->loading = true;
        if (!es10b_load_package(context->es10, segments, count, &answer))
            return false;
        progress_bytes(context->progress, package.len - rest.len, package.len);
    }
    if (answer.len == 0)
        return fault_raise(context->fault, es10_row(ES10B_LOAD_PACKAGE)->name,
                           "the card gives no result at the end of the package");
    return session_keep(download->session, answer, &download->result);
}

static const struct session_step steps[] = {
    {"reading what the profile is", show_profile},
    {"preparing the card", prepare},
    {"fetching the profile", fetch},
    {"installing", load},
};

static bool run_steps(struct download *download)
{
    return session_run(download->session, steps, sizeof(steps) / sizeof(steps[0]), download);
}

/* What the server has offered, if it has. */
static bool take_offer(struct download *download)
{
    struct session *session = download->session;
    bool more;
    if (!take_code(download) || !session_open(session))
        return false;
    if (session->smds)
        return discovery_read(session, session->document);
    return session_offers_rpm(session)
               ? rpm_execute(session, download->request->keep_notification, &more)
               : run_steps(download);
}

/* The card's result of what was loaded, if it has given one. */
static bool conclude(struct download *download, bool good)
{
    const struct session *session = download->session;
    if (download->result.len > 0 && download->request->result != NULL)
        download->request->result(download->request->context, blob_bytes(&download->result));
    if (good && download->loading)
        return download_result_take(session->context, download->request,
                                    blob_bytes(&download->result), session->document);
    if (download->loading)
        return download_result_recover(session->context, download->request,
                                       session_transaction_id(session), session->document);
    return good;
}

static void finish(struct download *download)
{
    session_finish(download->session);
    es9_answer_finish(&download->packed);
    blob_finish(&download->result);
    confirmation_wipe(&download->confirmation);
}

bool download_run(const struct session_context *context, const struct download_request *request,
                  json_t *document)
{
    struct session session = {
        .context = context, .request = &request->session, .document = document};
    struct download download = {.session = &session, .request = request};
    bool good = take_offer(&download);
    if (!good && session.authenticated)
        session_cancel(&session);
    good = conclude(&download, good);
    progress_end(context->progress);
    finish(&download);
    return good;
}

bool download_look(const struct session_context *context, const struct session_request *request,
                   json_t *document)
{
    struct session session = {.context = context, .request = request, .document = document};
    struct bytes metadata;
    bool good = session_open(&session);
    if (good && session_offers_rpm(&session))
        good = rpm_look(&session);
    else if (good)
        good = describe_offer(&session, &metadata) != NULL;
    session.reason = ES10B_POSTPONED;
    if (session.authenticated)
        session_cancel(&session);
    progress_end(context->progress);
    session_finish(&session);
    return good;
}

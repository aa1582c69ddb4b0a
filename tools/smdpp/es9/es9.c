#include "tools/smdpp/es9/es9.h"

#include "tools/smdpp/es9/authentication_client.h"
#include "tools/smdpp/es9/cancellation.h"
#include "tools/smdpp/es9/change_confirm.h"
#include "tools/smdpp/es9/download.h"
#include "tools/smdpp/es9/notification.h"

#define CHIP_ANSWER_MAX 65536 /* bytes of what a chip has answered: certificates, EUICCInfo2 */

/* A function that goes on with a session: the chip's answer comes in `member`. */
struct step {
    const char *member;
    unsigned states; /* in which the session may be */
    bool ends;       /* the session is over when it has succeeded */
    int (*run)(struct smdpp *smdpp, struct call *call, struct session *session,
               struct bytes answer);
};
#define IN(state) (1u << (state))

static const struct step authenticate_client = {"authenticateServerResponse", IN(SESSION_INITIATED),
                                                false, authentication_client};
static const struct step get_package = {"prepareDownloadResponse",
                                        IN(SESSION_AUTHENTICATED) | IN(SESSION_BOUND), false,
                                        download_bound_profile_package};
static const struct step cancel_session = {"cancelSessionResponse",
                                           IN(SESSION_AUTHENTICATED) | IN(SESSION_BOUND) |
                                               IN(SESSION_RPM) | IN(SESSION_CHANGE) |
                                               IN(SESSION_CHANGED) | IN(SESSION_RECOVERY),
                                           true, cancellation_end};
static const struct step confirm_change = {"prepareDeviceChangeResponse", IN(SESSION_CHANGE), false,
                                           change_confirm};

static int run_in_session(struct smdpp *smdpp, struct call *call, const struct step *step,
                          struct session *session, struct bytes answer)
{
    int result;
    if (IN(session->state) & step->states)
        result = step->run(smdpp, call, session, answer);
    else
        result = call_refuse(call, REFUSAL_TRANSACTION, "session is at another point");
    const bool goes_on = result == 0
                             ? !step->ends
                             : result > 0 && refusal_row((enum refusal)result)->session_goes_on;
    if (goes_on)
        session_put(smdpp->sessions, session);
    else
        session_destroy(session);
    return result;
}

static int run_step(struct smdpp *smdpp, struct call *call, const struct step *step)
{
    uint8_t memory[FIELD_TRANSACTION_ID_MAX];
    struct writer id = writer_on(memory, sizeof(memory));
    struct blob answer = {0};
    int result = call_transaction_id(call, &id);
    if (result == 0)
        result = call_bytes(call, step->member, CHIP_ANSWER_MAX, &answer);
    if (result != 0)
        return result;
    struct session *session = session_take(smdpp->sessions, writer_bytes(&id));
    if (session != NULL)
        result = run_in_session(smdpp, call, step, session, blob_bytes(&answer));
    else
        result = call_refuse(call, REFUSAL_TRANSACTION, "no such session, or its time is over");
    blob_finish(&answer);
    return result;
}

static int es9_initiate_authentication(void *program, struct call *call)
{
    struct smdpp *smdpp = program;
    const struct authentication_server self = smdpp_authentication(smdpp);
    struct session *session;
    int result = session_create(&smdpp->random, &session);
    if (result != 0)
        return result;
    result = authentication_start(&self, call, &session->common);
    if (result == 0)
        session_put(smdpp->sessions, session);
    else
        session_destroy(session);
    return result;
}

static int es9_authenticate_client(void *program, struct call *call)
{
    return run_step(program, call, &authenticate_client);
}

static int es9_get_bound_profile_package(void *program, struct call *call)
{
    return run_step(program, call, &get_package);
}

static int es9_confirm_device_change(void *program, struct call *call)
{
    return run_step(program, call, &confirm_change);
}

static int es9_cancel_session(void *program, struct call *call)
{
    return run_step(program, call, &cancel_session);
}

/* clang-format off */
static const struct function_row rows[] = {
    {"/gsma/rsp2/es9plus/initiateAuthentication", "InitiateAuthentication", es9_initiate_authentication,  false, "SGP.22 §5.6.1", FUNCTION_JSON},
    {"/gsma/rsp2/es9plus/getBoundProfilePackage", "GetBoundProfilePackage", es9_get_bound_profile_package, false, "SGP.22 §5.6.2", FUNCTION_JSON},
    {"/gsma/rsp2/es9plus/authenticateClient",     "AuthenticateClient",     es9_authenticate_client,       false, "SGP.22 §5.6.3", FUNCTION_JSON},
    {"/gsma/rsp2/es9plus/handleNotification",     "HandleNotification",     notification_handle,           true,  "SGP.22 §5.6.4", FUNCTION_JSON},
    {"/gsma/rsp2/es9plus/cancelSession",          "CancelSession",          es9_cancel_session,            false, "SGP.22 §5.6.5", FUNCTION_JSON},
    {"/gsma/rsp2/es9plus/confirmDeviceChange",    "ConfirmDeviceChange",    es9_confirm_device_change,     false, "SGP.22 v3 §5.6.6", FUNCTION_JSON},
};
/* clang-format on */

const struct function_table es9_functions = {rows, sizeof(rows) / sizeof(rows[0])};

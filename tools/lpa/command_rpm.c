/* emuicc-lpa rpm: remote profile management (SGP.22 §3.7). */
#include <stdio.h>

#include "tools/lib/es10/es10c.h"
#include "tools/lpa/lpa.h"
#include "tools/lib/download/rpm.h"
#include "tools/lpa/show.h"
#include "tools/lpa/targets.h"

#define PACKAGES_MAX 16 /* of one server, one after the other */
#define TAG_ICCID 0x5A
#define TAG_RPM_CONFIGURATION 0xBA
#define TAG_POLLING_ADDRESS 0x81

/* clang-format off */
static const struct show_column columns[] = {
    {"command", "command"},
    {"ICCID", "iccid"},
    {"result", "result"},
    {"PCMP", "pcmpAddress"},
};
/* clang-format on */

/* Where profiles want to be asked for (pollingAddress), and the default SM-DP+. */
static bool poll_card(struct lpa *lpa, struct targets *targets)
{
    struct bytes list;
    struct tlv profile, configuration, address, iccid;
    struct es10b_addresses addresses;
    if (!es10c_get_profiles_info(&lpa->es10, NULL, BYTES(TAG_ICCID, TAG_RPM_CONFIGURATION), &list))
        return false;
    while (tlv_take(&list, &profile))
        if (tlv_find(profile.value, TAG_RPM_CONFIGURATION, &configuration) &&
            tlv_find(configuration.value, TAG_POLLING_ADDRESS, &address) &&
            tlv_find(profile.value, TAG_ICCID, &iccid))
            targets_add_address(targets, address.value, iccid.value);
    if (!es10a_get_configured_addresses(&lpa->es10, &addresses))
        return false;
    targets_add_address(targets, addresses.default_smdp, (struct bytes){0});
    if (targets->count > 0)
        return true;
    fault_raise(&lpa->fault, "rpm", "the card names no server to ask");
    return fault_next(&lpa->fault, "give the server's address: emuicc-lpa rpm ADDRESS");
}

struct poll {
    struct lpa *lpa;
    struct es10b_device device;
    json_t *sessions;
};

/* One package after the other, each in a session of its own. */
static bool ask(void *state, const struct target *target)
{
    struct poll *poll = state;
    struct lpa *lpa = poll->lpa;
    const struct session_context context = {&lpa->es10, &lpa->http, &lpa->progress, &lpa->fault};
    struct session_request request = target->request;
    bool more = true, good = true;
    request.device = poll->device;
    request.operation = ES10B_RPM;
    for (int i = 0; good && more && i < PACKAGES_MAX; i++) {
        json_t *report = json_object();
        json_array_append_new(poll->sessions, report);
        json_object_set_new(report, "address", json_string(request.code.address));
        good = rpm_run(&context, &request, lpa->options.no_notify, report, &more);
        if (good || !session_nothing_waits(&lpa->fault, request.code.matching_id)) {
            if (!good)
                json_object_set_new(report, "error", fault_json(&lpa->fault));
            continue;
        }
        fault_clear(&lpa->fault);
        json_object_set_new(report, "nothing", json_true());
        return true;
    }
    return good;
}

bool command_rpm_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    json_t *sessions = json_array();
    struct poll poll = {.lpa = lpa, .sessions = sessions};
    struct targets targets;
    json_object_set_new(document, "sessions", sessions);
    bool good = targets_init(&targets, &lpa->fault) && lpa_device(lpa, &poll.device);
    for (int i = 0; i < count && good; i++)
        good = targets_add_text(&targets, "rpm", arguments[i], &lpa->fault);
    if (good && count == 0)
        good = poll_card(lpa, &targets);
    good = good && targets_ask(&targets, ask, &poll, &lpa->fault);
    targets_finish(&targets);
    if (!good && json_array_size(sessions) > 1 && !lpa->options.json)
        command_rpm_show(document); /* one failed: the others have done what they have done */
    return good;
}

void command_rpm_show_commands(const json_t *session)
{
    const char *terminated = json_string_value(json_object_get(session, "terminated"));
    show_rows(json_object_get(session, "commands"), columns, sizeof(columns) / sizeof(columns[0]),
              "the package has no command");
    if (terminated != NULL)
        printf("ended by %s\n", terminated);
    show_untold(session);
}

static void show_session(const json_t *session)
{
    const json_t *error = json_object_get(session, "error");
    printf("%s:", json_string_value(json_object_get(session, "address")));
    if (error != NULL)
        printf(" %s\n", json_string_value(json_object_get(error, "text")));
    else if (json_object_get(session, "nothing") != NULL)
        puts(" nothing waits there");
    else
        putchar('\n');
    if (json_object_get(session, "commands") != NULL)
        command_rpm_show_commands(session);
}

void command_rpm_show(const json_t *document)
{
    size_t i;
    json_t *session;
    json_array_foreach(json_object_get(document, "sessions"), i, session) show_session(session);
}

/* emuicc-lpa rpm: remote profile management (SGP.22 §3.7). */
#include <stdio.h>
#include <stdlib.h>

#include "tools/lib/es10/es10c.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/lpa/lpa.h"
#include "tools/lib/download/rpm.h"
#include "tools/lpa/show.h"

#define TARGETS_MAX 32
#define PACKAGES_MAX 16                 /* of one server, one after the other */
#define NOTHING_FOR_EID "8.1.1/3.8"     /* what a server says that has nothing for this card */
#define NOTHING_FOR_PROFILE "8.2.6/3.8" /* or nothing under an empty matching id */
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

/* A server to ask. */
struct target {
    struct activation code;
    uint8_t iccid[PROFILE_ID_ICCID_LEN];
    size_t iccid_len; /* 0: of no profile in particular */
};

struct targets {
    struct target *list; /* TARGETS_MAX */
    size_t count;
};

static bool parse_target(const char *text, struct activation *out, struct fault *fault)
{
    if (strchr(text, '$') != NULL)
        return activation_parse(text, out, fault);
    if (!activation_is_address(text) || strlen(text) > ACTIVATION_TEXT_MAX)
        return fault_raise(fault, "rpm", "'%.100s' is no server address", text);
    *out = (struct activation){0};
    strcpy(out->address, text);
    return true;
}

static bool take_given(struct lpa *lpa, int count, char **arguments, struct targets *targets)
{
    if (count > TARGETS_MAX)
        return fault_raise(&lpa->fault, "rpm", "more than %d servers", TARGETS_MAX);
    for (int i = 0; i < count; i++)
        if (!parse_target(arguments[i], &targets->list[targets->count++].code, &lpa->fault))
            return false;
    return true;
}

/* Notes an address that the card names, if it is one. */
static void add_address(struct targets *targets, struct bytes address, struct bytes iccid)
{
    struct target *target = &targets->list[targets->count];
    char *text = target->code.address;
    if (targets->count == TARGETS_MAX || address.len == 0 || address.len > ACTIVATION_TEXT_MAX)
        return;
    memcpy(text, address.data, address.len);
    text[address.len] = '\0';
    if (bytes_copy_exact(iccid, target->iccid, sizeof(target->iccid)))
        target->iccid_len = sizeof(target->iccid);
    targets->count += activation_is_address(text);
}

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
            add_address(targets, address.value, iccid.value);
    if (!es10a_get_configured_addresses(&lpa->es10, &addresses))
        return false;
    add_address(targets, addresses.default_smdp, (struct bytes){0});
    if (targets->count > 0)
        return true;
    fault_raise(&lpa->fault, "rpm", "the card names no server to ask");
    return fault_next(&lpa->fault, "give the server's address: emuicc-lpa rpm ADDRESS");
}

/* Asked without a matching id, a server that has nothing says so by a refusal. */
static bool has_nothing(const struct lpa *lpa, const struct target *target)
{
    const char *code = lpa->fault.code;
    return target->code.matching_id[0] == '\0' &&
           (strcmp(code, NOTHING_FOR_EID) == 0 || strcmp(code, NOTHING_FOR_PROFILE) == 0);
}

/* One package after the other, each in a session of its own. */
static bool ask(struct lpa *lpa, const struct target *target, const struct es10b_device *device,
                json_t *sessions)
{
    const struct session_context context = {&lpa->es10, &lpa->http, &lpa->progress, &lpa->fault};
    const struct session_request request = {.code = target->code,
                                            .device = *device,
                                            .operation = ES10B_RPM,
                                            .iccid = bytes_of(target->iccid, target->iccid_len)};
    bool more = true, good = true;
    for (int i = 0; good && more && i < PACKAGES_MAX; i++) {
        json_t *report = json_object();
        json_array_append_new(sessions, report);
        json_object_set_new(report, "address", json_string(target->code.address));
        good = rpm_run(&context, &request, lpa->options.no_notify, report, &more);
        if (good || !has_nothing(lpa, target)) {
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

/* The fault that counts of two: that versions differ is less than anything else. */
static void keep_fault(struct fault *kept, const struct fault *next)
{
    if (!kept->raised || (session_versions_differ(kept) && !session_versions_differ(next)))
        *kept = *next;
}

/* Every server is asked. That versions differ from one is no failure if another is reached. */
static bool ask_all(struct lpa *lpa, const struct targets *targets, json_t *sessions)
{
    struct fault kept = {0};
    struct es10b_device device;
    bool reached = false;
    if (!es10b_device_from_imei(lpa->options.imei, &device))
        return fault_raise(&lpa->fault, "--imei", "'%.40s' is not 15 digits", lpa->options.imei);
    for (size_t i = 0; i < targets->count && !interrupt_is(&kept); i++) {
        fault_clear(&lpa->fault);
        if (ask(lpa, &targets->list[i], &device, sessions))
            reached = true;
        else
            keep_fault(&kept, &lpa->fault);
    }
    if (reached && session_versions_differ(&kept))
        fault_clear(&kept);
    lpa->fault = kept;
    return !kept.raised;
}

bool command_rpm_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    json_t *sessions = json_array();
    struct targets targets = {calloc(TARGETS_MAX, sizeof(struct target)), 0};
    json_object_set_new(document, "sessions", sessions);
    bool good = targets.list != NULL || fault_raise(&lpa->fault, "memory", "there is none left");
    if (good)
        good = count > 0 ? take_given(lpa, count, arguments, &targets) : poll_card(lpa, &targets);
    good = good && ask_all(lpa, &targets, sessions);
    free(targets.list);
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

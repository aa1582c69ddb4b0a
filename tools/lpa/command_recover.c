/* emuicc-lpa recover: a profile that has moved, and is in no device, comes back (SGP.22 v3
 * §3.11.2). */
#include <stdio.h>
#include <string.h>

#include "tools/lib/download/deliver.h"
#include "tools/lib/download/download.h"
#include "tools/lib/download/recovery.h"
#include "tools/lib/es10/notification.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/move_card.h"

#define WHERE "recover"

/* By whom it left: the word given, what was noted, or who is still to hear of its deletion. */
static bool find_address(struct lpa *lpa, const char *given, const struct move_profile *profile,
                         const struct move_record *record, char address[ACTIVATION_TEXT_MAX + 1])
{
    struct bytes list;
    struct notification found;
    const char *known = given != NULL ? given : record->address;
    snprintf(address, ACTIVATION_TEXT_MAX + 1, "%s", known);
    if (address[0] != '\0')
        return activation_is_address(address) ||
               fault_raise(&lpa->fault, WHERE, "'%.100s' is no server address", address);
    if (!es10b_list_notification(&lpa->es10, &list))
        return false;
    while (notification_take(&list, &found))
        if (found.event == NOTIFICATION_DELETE && found.address.len <= ACTIVATION_TEXT_MAX &&
            bytes_equal(found.iccid, bytes_of(profile->iccid, PROFILE_ID_ICCID_LEN)))
            snprintf(address, ACTIVATION_TEXT_MAX + 1, "%.*s", (int)found.address.len,
                     (const char *)found.address.data);
    if (activation_is_address(address))
        return true;
    fault_raise(&lpa->fault, WHERE, "it is not known by which server profile %s has moved",
                profile->digits);
    return fault_next(&lpa->fault, "give its address behind the ICCID");
}

static bool take_back(struct lpa *lpa, const struct move_profile *profile, const char *address,
                      json_t *document)
{
    const struct session_context context = {&lpa->es10, &lpa->http, &lpa->progress, &lpa->fault};
    struct session_request request = {.purpose = ES10B_PROFILE_RECOVERY,
                                      .iccid = bytes_of(profile->iccid, PROFILE_ID_ICCID_LEN)};
    struct download_request download = {.session.operation = ES10B_DOWNLOAD,
                                        .confirmation_code = lpa->options.confirmation_code,
                                        .keep_notification = lpa->options.no_notify,
                                        .announce = command_download_announce,
                                        .context = lpa};
    char code[ACTIVATION_WHOLE_SIZE];
    json_t *recovery = json_object(), *report = json_object();
    json_object_set_new(document, "recovery", recovery);
    json_object_set_new(document, "download", report);
    strcpy(request.code.address, address);
    /* The server does not give back what it has not been told is gone. */
    deliver_profile(&context, request.iccid, recovery);
    return lpa_device(lpa, &request.device) && recovery_run(&context, &request, recovery, code) &&
           activation_parse(code, &download.session.code, &lpa->fault) &&
           lpa_device(lpa, &download.session.device) && download_run(&context, &download, report);
}

bool command_recover_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    uint8_t eid[ES10C_EID_LEN];
    char address[ACTIVATION_TEXT_MAX + 1];
    struct move_profile profile;
    struct move_record record = {0};
    bool noted;
    if (!move_card_find(&lpa->es10, arguments[0], &profile) ||
        !move_card_eid(&lpa->es10, eid, record.eid))
        return false;
    strcpy(record.iccid, profile.digits);
    json_object_set_new(document, "iccid", json_string(profile.digits));
    if (profile.present) {
        move_record_remove(lpa->options.moves, &record);
        return fault_raise(&lpa->fault, WHERE, "the profile is on this card");
    }
    if (!move_record_read(lpa->options.moves, &record, &noted, &lpa->fault) ||
        !find_address(lpa, count > 1 ? arguments[1] : NULL, &profile, &record, address) ||
        !take_back(lpa, &profile, address, document))
        return false;
    move_record_remove(lpa->options.moves, &record);
    return true;
}

void command_recover_show(const json_t *document)
{
    printf("profile %s is back, disabled\n", json_string_value(json_object_get(document, "iccid")));
}

/* emuicc-lpa move: a profile goes to another device (SGP.22 v3 §3.11.1). The old card's half gives
 * an activation code; the new card's half is a download. What is on its way is noted before the
 * card may delete anything, and after an interruption the same command goes on there. */
#include <stdio.h>
#include <string.h>

#include "apdu/hex.h"
#include "tools/lib/download/change.h"
#include "tools/lib/download/deliver.h"
#include "tools/lib/download/download.h"
#include "tools/lib/download/prompt.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/move_card.h"
#include "tools/lpa/place.h"

#define WHERE "move"
#define QUESTION_SIZE 640

struct move {
    struct lpa *lpa, *target; /* target: the card of --to, opened; NULL: none is named */
    json_t *document;
    struct move_profile profile;
    struct move_record record;
    bool noted;    /* a record is there from an earlier run */
    bool disabled; /* the profile was enabled, and has been disabled for the move */
    uint8_t target_eid[ES10C_EID_LEN];
    char target_digits[MOVE_RECORD_EID_SIZE]; /* "": not known */
    struct es10b_device target_device;
};

static struct session_context context_of(struct lpa *lpa)
{
    return (struct session_context){&lpa->es10, &lpa->http, &lpa->progress, &lpa->fault};
}

/* Says what to do where the fault does not say it itself. */
static bool give_advice(struct lpa *lpa, const struct move *move)
{
    if (lpa->fault.raised && lpa->fault.next[0] == '\0')
        snprintf(lpa->fault.next, sizeof(lpa->fault.next),
                 "the same command goes on where it has ended; 'emuicc-lpa recover %s' takes the "
                 "profile back as long as no device has it",
                 move->profile.digits);
    return false;
}

static bool note(struct move *move)
{
    return move_record_write(move->lpa->options.moves, &move->record, &move->lpa->fault);
}

static bool refuse_same(struct move *move)
{
    return fault_raise(&move->lpa->fault, "--to", "it is the card that the profile is to leave");
}

/* What is known of the new device. */
static bool read_target(struct move *move)
{
    struct lpa *lpa = move->lpa;
    struct writer eid = writer_on(move->target_eid, sizeof(move->target_eid));
    const char *digits = lpa->options.to_eid;
    if (!es10b_device_from_imei(lpa->options.to_imei, &move->target_device))
        return fault_raise(&lpa->fault, "--to-imei", "'%.40s' is not 15 digits",
                           lpa->options.to_imei);
    if (move->target != NULL &&
        !move_card_eid(&move->target->es10, move->target_eid, move->target_digits)) {
        lpa->fault = move->target->fault;
        return false;
    }
    if (digits == NULL)
        return strcmp(move->target_digits, move->record.eid) != 0 || refuse_same(move);
    if (strlen(digits) != MOVE_RECORD_EID_SIZE - 1 ||
        strspn(digits, "0123456789") != strlen(digits))
        return fault_raise(&lpa->fault, "--to-eid", "'%.40s' is not 32 digits", digits);
    if (move->target != NULL && strcmp(digits, move->target_digits) != 0)
        return fault_raise(&lpa->fault, "--to-eid", "the card of --to has the EID %s",
                           move->target_digits);
    (void)hex_decode(digits, &eid);
    snprintf(move->target_digits, sizeof(move->target_digits), "%s", digits);
    return true;
}

static bool disable(struct move *move)
{
    struct profile_id id = {.tag = PROFILE_ID_TAG_ICCID, .len = PROFILE_ID_ICCID_LEN};
    if (!move->profile.enabled || move->disabled)
        return true;
    memcpy(id.value, move->profile.iccid, PROFILE_ID_ICCID_LEN);
    move->disabled = es10c_disable_profile(&move->lpa->es10, &id, move->lpa->options.refresh);
    return move->disabled;
}

/* A profile that stays after all is as it was. */
static void enable_again(struct move *move)
{
    struct profile_id id = {.tag = PROFILE_ID_TAG_ICCID, .len = PROFILE_ID_ICCID_LEN};
    const struct fault before = move->lpa->fault;
    if (!move->disabled || !move_card_has(&move->lpa->es10, move->profile.iccid))
        return;
    memcpy(id.value, move->profile.iccid, PROFILE_ID_ICCID_LEN);
    (void)es10c_enable_profile(&move->lpa->es10, &id, move->lpa->options.refresh);
    move->lpa->fault = before;
}

/* Strong confirmation: the user says yes, on a terminal or by --yes. */
static bool agree(void *context, const char *message)
{
    struct move *move = context;
    struct lpa *lpa = move->lpa;
    char question[QUESTION_SIZE];
    if (message[0] != '\0' && !lpa->options.json)
        printf("the operator says: %s\n", message);
    fflush(stdout);
    snprintf(
        question, sizeof(question),
        "Profile %s is to leave this card%s%s%s. Type yes if you want that:", move->profile.digits,
        move->target_digits[0] != '\0' ? " for " : "", move->target_digits,
        move->profile.enabled ? "; it is enabled and will be disabled" : "");
    const int answer = lpa->options.yes ? 1 : prompt_yes(question);
    if (answer < 0) {
        fault_raise(&lpa->fault, WHERE, "it needs the user's word, and there is no terminal");
        return fault_next(&lpa->fault, "--yes gives it");
    }
    return answer == 1 && disable(move);
}

/* From here on the card may delete the profile. */
static bool ready(void *context)
{
    return note(context);
}

/* It is gone: from here on the code is what matters. */
static bool left(void *context, const struct change_outcome *outcome)
{
    struct move *move = context;
    strcpy(move->record.code, outcome->activation_code);
    strcpy(move->record.recoverable_until, outcome->recoverable_until);
    return note(move);
}

/* What the server has to hear of the new device has to be known. */
static bool check_required(struct move *move)
{
    struct fault *fault = &move->lpa->fault;
    if (move->profile.eid_required && move->target_digits[0] == '\0') {
        fault_raise(fault, WHERE, "the profile's server asks for the EID of the new card");
        return fault_next(fault, "name the card with --to, or its EID with --to-eid");
    }
    if (move->profile.tac_required && move->lpa->options.to_imei == NULL) {
        fault_raise(fault, WHERE, "the profile's server asks for the TAC of the new device");
        return fault_next(fault, "give its IMEI with --to-imei");
    }
    return true;
}

static bool by_server(struct move *move)
{
    struct lpa *lpa = move->lpa;
    struct change_outcome outcome;
    const struct session_context context = context_of(lpa);
    struct change_request request = {.session.purpose = ES10B_DEVICE_CHANGE,
                                     .session.iccid =
                                         bytes_of(move->profile.iccid, sizeof(move->profile.iccid)),
                                     .confirmation_code = lpa->options.confirmation_code,
                                     .agree = agree,
                                     .ready = ready,
                                     .left = left,
                                     .context = move};
    json_t *change = json_object();
    json_object_set_new(move->document, "change", change);
    strcpy(request.session.code.address, move->profile.address);
    strcpy(move->record.address, move->profile.address);
    if (move->target_digits[0] != '\0')
        request.session.target_eid = bytes_of(move->target_eid, sizeof(move->target_eid));
    if (lpa->options.to_imei != NULL)
        request.session.target_tac = bytes_of(move->target_device.tac, ES10B_TAC_LEN);
    if (!check_required(move) || !lpa_device(lpa, &request.session.device) ||
        !change_run(&context, &request, change, &outcome))
        return false;
    if (!left(move, &outcome)) /* once more, with the deletion's proof */
        return false;
    if (outcome.deleted && !lpa->options.no_notify)
        deliver_profile(&context, request.session.iccid, change);
    json_object_set_new(move->document, "recoverable", json_boolean(outcome.recoverable));
    return true;
}

/* The metadata bear the code; the profile is deleted first where they say so. */
static bool by_stored_code(struct move *move)
{
    struct lpa *lpa = move->lpa;
    struct profile_id id = {.tag = PROFILE_ID_TAG_ICCID, .len = PROFILE_ID_ICCID_LEN};
    const struct session_context context = context_of(lpa);
    json_t *change = json_object();
    json_object_set_new(move->document, "change", change);
    json_object_set_new(change, "deleted", json_boolean(move->profile.deletes));
    strcpy(move->record.code, move->profile.code);
    memcpy(id.value, move->profile.iccid, PROFILE_ID_ICCID_LEN);
    if (!move->profile.deletes)
        move->profile.enabled = false; /* it stays as it is */
    if (!agree(move, ""))
        return fault_raise(&lpa->fault, WHERE, "not wanted: the profile stays");
    if (!note(move))
        return false;
    if (move->profile.deletes && !es10c_delete_profile(&lpa->es10, &id))
        return false;
    if (move->profile.deletes && !lpa->options.no_notify)
        deliver_profile(&context, bytes_of(move->profile.iccid, PROFILE_ID_ICCID_LEN), change);
    return true;
}

/* The old card's half. */
static bool leave(struct move *move)
{
    struct lpa *lpa = move->lpa;
    bool good;
    switch (move->profile.way) {
    case MOVE_BY_SERVER:
        good = by_server(move);
        break;
    case MOVE_STORED_CODE:
        good = by_stored_code(move);
        break;
    default:
        fault_raise(&lpa->fault, WHERE,
                    "the profile may not move: its metadata have no "
                    "deviceChangeConfiguration, or the card is one of v2");
        return fault_next(&lpa->fault, "its operator can give a new activation code");
    }
    if (!good)
        enable_again(move);
    return good;
}

/* The profile has left this card before; its server may not have heard that yet. */
static bool go_on(struct move *move)
{
    struct fault *fault = &move->lpa->fault;
    const struct session_context context = context_of(move->lpa);
    if (move->record.code[0] != '\0') {
        json_t *change = json_object();
        json_object_set_new(move->document, "change", change);
        if (!move->lpa->options.no_notify)
            deliver_profile(&context, bytes_of(move->profile.iccid, PROFILE_ID_ICCID_LEN), change);
        return true;
    }
    if (!move->noted) {
        fault_raise(fault, WHERE,
                    "the card has no profile %s, and none has left it by this program",
                    move->profile.digits);
        return fault_next(fault, "'emuicc-lpa list' shows the profiles on the card");
    }
    fault_raise(fault, WHERE,
                "the profile has left the card, and its activation code was lost in "
                "an interruption");
    return fault_next(fault, "'emuicc-lpa recover %s' takes it back", move->profile.digits);
}

/* The new card's half; a card that has the profile from an interrupted run tells its server so. */
static bool arrive(struct move *move)
{
    struct lpa *target = move->target;
    const struct session_context context = context_of(target);
    struct download_request request = {.session.operation = ES10B_DOWNLOAD,
                                       .confirmation_code = move->lpa->options.confirmation_code,
                                       .keep_notification = move->lpa->options.no_notify,
                                       .announce = command_download_announce,
                                       .context = move->lpa};
    json_t *download = json_object();
    json_object_set_new(move->document, "download", download);
    bool good = true;
    if (move_card_has(&target->es10, move->profile.iccid))
        deliver_profile(&context, bytes_of(move->profile.iccid, PROFILE_ID_ICCID_LEN), download);
    else
        good = activation_parse(move->record.code, &request.session.code, &target->fault) &&
               es10b_device_from_imei(move->lpa->options.to_imei, &request.session.device) &&
               download_run(&context, &request, download);
    if (!good) {
        move->lpa->fault = target->fault;
        return give_advice(move->lpa, move);
    }
    move_record_remove(move->lpa->options.moves, &move->record);
    return true;
}

static void report(const struct move *move)
{
    json_object_set_new(move->document, "iccid", json_string(move->profile.digits));
    json_object_set_new(move->document, "eid", json_string(move->record.eid));
    if (move->target_digits[0] != '\0')
        json_object_set_new(move->document, "targetEid", json_string(move->target_digits));
    if (move->record.code[0] != '\0')
        json_object_set_new(move->document, "activationCode", json_string(move->record.code));
    if (move->record.recoverable_until[0] != '\0')
        json_object_set_new(move->document, "recoverableUntil",
                            json_string(move->record.recoverable_until));
}

static bool run(struct move *move, const char *id)
{
    struct lpa *lpa = move->lpa;
    uint8_t eid[ES10C_EID_LEN];
    if (!move_card_find(&lpa->es10, id, &move->profile) ||
        !move_card_eid(&lpa->es10, eid, move->record.eid))
        return false;
    strcpy(move->record.iccid, move->profile.digits);
    if (!move_record_read(lpa->options.moves, &move->record, &move->noted, &lpa->fault) ||
        !read_target(move) || !(move->profile.present ? leave(move) : go_on(move)))
        return false;
    report(move);
    return move->target == NULL || arrive(move);
}

/* The card of --to, as this one was opened. */
static bool open_target(struct lpa *lpa, struct lpa *target)
{
    *target =
        (struct lpa){.options = lpa->options, .transport = place_create_named(lpa->options.to)};
    target->options.record = NULL;
    if (target->transport == NULL)
        return fault_raise(&lpa->fault, "memory", "there is none left");
    if (lpa_open(target, true))
        return true;
    lpa->fault = target->fault;
    lpa_close(target);
    return false;
}

bool command_move_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count;
    struct lpa target;
    struct move move = {.lpa = lpa, .document = document};
    if (lpa->options.to != NULL && !open_target(lpa, &target))
        return false;
    move.target = lpa->options.to != NULL ? &target : NULL;
    const bool good = run(&move, arguments[0]);
    if (move.target != NULL)
        lpa_close(&target);
    return good;
}

void command_move_show(const json_t *document)
{
    const char *iccid = json_string_value(json_object_get(document, "iccid"));
    const char *until = json_string_value(json_object_get(document, "recoverableUntil"));
    if (json_object_get(document, "download") != NULL) {
        printf("profile %s has moved to the card with EID %s\n", iccid,
               json_string_value(json_object_get(document, "targetEid")));
        return;
    }
    printf("profile %s may go; the new device's 'emuicc-lpa download' takes\n%s\n", iccid,
           json_string_value(json_object_get(document, "activationCode")));
    if (until != NULL)
        printf("until %s 'emuicc-lpa recover %s' takes it back, as long as no device has it\n",
               until, iccid);
}

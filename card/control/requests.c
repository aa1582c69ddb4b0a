#include "card/control/requests.h"

#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "card/control/requests_table.h"
#include "card/control/watch.h"
#include "fs/text/inventory.h"
#include "fs/text/inventory_iot.h"

#define UNREADABLE "the store cannot be read; the card has said why"

static const char *list(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    (void)argument;
    return inventory_list(card->store, answer) == 0 ? NULL : UNREADABLE;
}

static const char *show(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    const int result = inventory_show(card->store, argument, answer);
    if (result == SW_REFERENCE_NOT_FOUND)
        return INVENTORY_NO_PROFILE;
    return result == 0 ? NULL : UNREADABLE;
}

static const char *iot(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    (void)argument;
    return inventory_iot_show(card->store, answer) == 0 ? NULL : UNREADABLE;
}

const char *requests_done(struct writer *answer)
{
    json_writer_open_object(answer, NULL);
    json_writer_boolean(answer, "done", true);
    json_writer_close_object(answer);
    return NULL;
}

/* clang-format off */
static const struct control_request rows[] = {
    {"list", NULL,    "The profiles on the chip and what they hold.", list},
    {"show", "ICCID", "One profile with the elements that are stored and not run.", show},
    {"iot", NULL, "Of an IoT eUICC: its eIMs, package results, and what may be gone back to.", iot},
    {"status", NULL, "EID, ATR, whether the card is in its reader, how many faults are set on it.", requests_status},
    {"watch", "NUMBER", "What has gone over the contacts, from that event on; 0: from now on.", watch_request},
    {"files", "ICCID", "The files of a profile: what SELECT says of them, their access rules and contents.", requests_files},
    {"get", "TAG", "A data object of the ISD-R that is only read: 'get BF22' is EUICCInfo2.", requests_get},
    {"certificates", NULL, "The chip's certificates and those above them.", requests_certificates},
    {"eject", NULL, "Takes the card out of its reader.", requests_eject, .changes = true},
    {"insert", NULL, "Puts it in again.", requests_insert, .changes = true},
    {"reset", NULL, "What is volatile goes, and the reader does not know.", requests_reset, .changes = true},
    {"enable", "ICCID", "Enables a profile, without an LPA.", requests_enable, .changes = true},
    {"disable", "ICCID", "Disables it.", requests_disable, .changes = true},
    {"memory-reset", NULL, "Deletes all operational and test profiles and the SM-DP+ address set.", requests_memory_reset, .changes = true},
    {"delete", "ICCID", "Deletes it.", requests_delete, .changes = true},
    {"snapshot", "NAME", "Puts the whole chip aside under a name.", requests_snapshot, .changes = true},
    {"restore", "NAME", "Takes it back; for the reader the card is reset.", requests_restore, .changes = true},
    {"fault-list", NULL, "The faults that are set on the card.", requests_fault_list},
    {"fault-add", "PLACE = ACTION", "Adds one.", requests_fault_add, .changes = true},
    {"fault-remove", "NUMBER", "Takes one back.", requests_fault_remove, .changes = true},
    {"fault-clear", NULL, "Takes all back.", requests_fault_clear, .changes = true},
};
/* clang-format on */

struct control_table requests_table(struct card *card)
{
    return (struct control_table){.rows = rows,
                                  .unknown = "this card does not know the request",
                                  .count = sizeof(rows) / sizeof(rows[0]),
                                  .answer_max = INVENTORY_MAX,
                                  .context = card};
}

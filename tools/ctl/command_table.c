/* The commands of emuicc-ctl. */
#include "tools/ctl/command.h"
#include "tools/ctl/doctor.h"
#include "tools/lib/control/look.h"
#include "tools/ctl/print.h"
#include "tools/ctl/wait.h"

/* clang-format off */
const struct command commands[] = {
    {.name = "list", .request = "list", .look = look_list, .print = print_list,
     .help = "the profiles, with their security domains, keys by type, counters, applications, rules"},
    {.name = "show", .request = "show", .about = "ICCID", .look = look_show, .print = print_show,
     .help = "one profile, with those elements in full; no keys and no codes"},
    {.name = "files", .request = "files", .about = "ICCID", .look = look_files, .print = print_files,
     .help = "its files: what SELECT says, access rules, contents"},
    {.name = "iot", .request = "iot", .look = look_iot, .print = print_object,
     .help = "of an IoT eUICC: eIMs with counters and tokens, kept results, what may be gone back to"},
    {.name = "iot-set", .about = "WHAT = VALUE", .look = look_iot_set, .print = print_object,
     .help = "sets one of those in a chip that does not run"},
    {.name = "status", .request = "status", .print = print_object,
     .help = "the running card: EID, ATR, in its reader or not, faults, timing"},
    {.name = "eject", .request = "eject", .print = print_object, .help = "takes the card out of its reader"},
    {.name = "insert", .request = "insert", .print = print_object,
     .help = "puts it in again; the reader sees it about a second later"},
    {.name = "reset", .request = "reset", .print = print_object,
     .help = "channels, selections, PINs and sessions go, unknown to the reader"},
    {.name = "enable", .request = "enable", .about = "ICCID", .print = print_object,
     .help = "enables a profile without an LPA"},
    {.name = "disable", .request = "disable", .about = "ICCID", .print = print_object, .help = "disables it"},
    {.name = "delete", .request = "delete", .about = "ICCID", .print = print_object,
     .help = "deletes a disabled profile"},
    {.name = "memory-reset", .request = "memory-reset", .print = print_object,
     .help = "deletes the profiles and forgets the SM-DP+'s address"},
    {.name = "snapshot", .request = "snapshot", .about = "NAME", .look = look_snapshot, .print = print_object,
     .help = "puts the whole chip aside under a name, in its folder"},
    {.name = "restore", .request = "restore", .about = "NAME", .look = look_restore, .print = print_object,
     .help = "takes it back; a running card is reset"},
    {.name = "snapshots", .look = look_snapshots, .print = print_snapshots,
     .help = "those there are, with time and size"},
    {.name = "snapshot-remove", .about = "NAME", .look = look_snapshot_remove, .print = print_object,
     .help = "deletes one"},
    {.name = "wait", .work = wait_work, .print = print_object,
     .help = "until a reader of pcscd sees the card, or a farm serves it: where"},
    {.name = "chips", .request = "chips", .about = "PLACE", .usual = "0", .look = look_chips, .print = print_chips,
     .help = "of a farm's folder: the EIDs of its chips from this place on, at most 20000; default 0, the first"},
    {.name = "doctor", .work = doctor_work, .print = print_findings,
     .help = "what stands between card and clients, each finding with the line to run"},
    {.name = "fault list", .request = "fault-list", .print = print_faults,
     .help = "the faults on the card, and how often each has struck"},
    {.name = "fault add", .request = "fault-add", .about = "PLACE = ACTION", .print = print_object,
     .help = "adds one; 'emuicc --faults words' prints what can be said"},
    {.name = "fault remove", .request = "fault-remove", .about = "NUMBER", .print = print_object,
     .help = "takes one back"},
    {.name = "fault clear", .request = "fault-clear", .print = print_object, .help = "takes all back"},
};
/* clang-format on */

const size_t command_count = sizeof(commands) / sizeof(commands[0]);

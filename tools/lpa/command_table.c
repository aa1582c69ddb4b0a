/* The commands and options of emuicc-lpa. */
#include <stdio.h>
#include <string.h>

#include "tools/lpa/lpa.h"

#define ANY_NUMBER 250
#define USAGE_SIZE 64
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* clang-format off */
static const struct lpa_command commands[] = {
    {"info", "", "what the card is: EID, versions, memory, capabilities, CIs, addresses", 0, 0, false,
        command_info_run, command_info_show},
    {"list", "", "the profiles on the card", 0, 0, false,
        command_list_run, command_list_show},
    {"download", "ACTIVATION_CODE...", "bring a profile onto the card, disabled; a further code counts if card and server before it have no version in common", 1, ANY_NUMBER, true,
        command_download_run, command_download_show},
    {"discover", "", "ask the card's default SM-DP+ and SM-DS what waits for it; with --download take it", 0, 0, true,
        command_discover_run, command_discover_show},
    {"rpm", "[ADDRESS]...", "let operators manage their profiles: ask these servers, or those that the card names", 0, ANY_NUMBER, true,
        command_rpm_run, command_rpm_show},
    {"move", "ID", "let a profile go to another device: into the card that --to names, or as an activation code for it", 1, 1, true,
        command_move_run, command_move_show},
    {"recover", "ICCID [ADDRESS]", "take a profile back that has moved and is in no device; from the server that it moved by", 1, 2, true,
        command_recover_run, command_recover_show},
    {"enable", "ID", "make a profile the enabled one", 1, 1, false,
        command_profile_enable, command_profile_show},
    {"disable", "ID", "disable the enabled profile", 1, 1, false,
        command_profile_disable, command_profile_show},
    {"delete", "ID", "delete a disabled profile", 1, 1, false,
        command_profile_delete, command_profile_show},
    {"nickname", "ID NAME", "give a profile a name of your own; '' takes it back", 2, 2, false,
        command_profile_nickname, command_profile_show},
    {"notifications", "[send|remove] [NUMBER]...", "list, send or remove what the card has to tell servers", 0, ANY_NUMBER, true,
        command_notifications_run, command_notifications_show},
};

static const struct options_row rows[] = {
    {"reader", "NAME", "the reader to use, or a part of its name; default: the only one that holds a card",
        OPTIONS_TEXT, offsetof(struct lpa_options, reader), "EMUICC_READER"},
    {"serial", "TTY", "the card is in a device: reach it by AT commands to the modem on this terminal, not by a reader",
        OPTIONS_TEXT, offsetof(struct lpa_options, serial)},
    {"direct", "HOST:PORT/EID", "the card is a chip of an emuicc-farm, which listens there; of one on this machine also FARM/chips/EID, the chip's folder",
        OPTIONS_TEXT, offsetof(struct lpa_options, direct)},
    {"json", NULL, "print one JSON document on standard output, for errors too",
        OPTIONS_FLAG, offsetof(struct lpa_options, json)},
    {"ca", "FILE", "the CI certificate (PEM or DER) that servers must be certified by, or a folder in SGP.26's layout; default: the CAs that this machine trusts",
        OPTIONS_TEXT, offsetof(struct lpa_options, ca), "EMUICC_CA"},
    {"connect-to", "NAME:PORT:HOST:PORT", "reach the server NAME:PORT at HOST:PORT; repeatable",
        OPTIONS_LIST, offsetof(struct lpa_options, connect_to)},
    {"confirmation-code", "CODE", "the code that the operator gave beside the activation code; asked for on a terminal otherwise",
        OPTIONS_TEXT, offsetof(struct lpa_options, confirmation_code)},
    {"imei", "DIGITS", "the IMEI of the device, 15 digits; default: none, and a TAC of a test device",
        OPTIONS_TEXT, offsetof(struct lpa_options, imei)},
    {"to", "PLACE", "move: the card that the profile goes to: a part of its reader's name, HOST:PORT/EID or FARM/chips/EID of a farm, or a modem's /dev/...",
        OPTIONS_TEXT, offsetof(struct lpa_options, to)},
    {"to-eid", "EID", "move: the EID of the card that the profile goes to; default: that of --to",
        OPTIONS_TEXT, offsetof(struct lpa_options, to_eid)},
    {"to-imei", "DIGITS", "move: the IMEI of the device that the profile goes to, 15 digits; its server may ask for the TAC in it",
        OPTIONS_TEXT, offsetof(struct lpa_options, to_imei)},
    {"yes", NULL, "move: the user wants it; asked on a terminal otherwise",
        OPTIONS_FLAG, offsetof(struct lpa_options, yes)},
    {"moves", "DIR", "move, recover: where it is noted which profile is on its way, so that the command can go on after any interruption; default: emuicc/moves in XDG_STATE_HOME (~/.local/state)",
        OPTIONS_TEXT, offsetof(struct lpa_options, moves)},
    {"no-notify", NULL, "after a download, leave its notification on the card",
        OPTIONS_FLAG, offsetof(struct lpa_options, no_notify)},
    {"rpm", NULL, "download: let the server manage profiles in the stead of giving one, if that is what it has",
        OPTIONS_FLAG, offsetof(struct lpa_options, rpm)},
    {"smds", "NAME[:PORT]", "discover: ask this SM-DS in the stead of the servers that the card names; repeatable",
        OPTIONS_LIST, offsetof(struct lpa_options, smds)},
    {"check", "EC_ID", "discover: only ask the SM-DS whether something waits, by the id for event checking that it has given before (v3); needs --smds; the card is not asked",
        OPTIONS_TEXT, offsetof(struct lpa_options, check)},
    {"push-token", "OID:TOKEN", "discover: register with SM-DS of v3 for this push service, with this token, in the stead of asking for events",
        OPTIONS_TEXT, offsetof(struct lpa_options, push_token)},
    {"download", NULL, "discover: download what waits, and carry out remote profile management",
        OPTIONS_FLAG, offsetof(struct lpa_options, download)},
    {"refresh", NULL, "enable and disable with refreshFlag: the card asks the device for a REFRESH",
        OPTIONS_FLAG, offsetof(struct lpa_options, refresh)},
    {"isd-r", "AID", "the ISD-R to select, 10 to 32 hexadecimal digits; default: A0000005591010FFFFFFFF8900000100",
        OPTIONS_TEXT, offsetof(struct lpa_options, isd_r)},
    {"block", "BYTES", "data in one STORE DATA command, 1 to 255; default: 255",
        OPTIONS_TEXT, offsetof(struct lpa_options, block)},
    {"record", "FILE", "write what is said to card and server, and what they answer, to a file, a line a message",
        OPTIONS_TEXT, offsetof(struct lpa_options, record)},
    {"verbose", NULL, "show each step, command and request on standard error",
        OPTIONS_FLAG, offsetof(struct lpa_options, verbose)},
};

const struct options_program lpa_program = {
    .name = "emuicc-lpa",
    .synopsis = "COMMAND [ARGUMENT]...",
    .summary = "manages the profiles of an eUICC in a PC/SC reader or in a device",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .commands = OPTIONS_COMMANDS(commands),
};
/* clang-format on */

void lpa_footer(char *text, size_t size)
{
    size_t len = (size_t)snprintf(text, size, "commands:\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        char usage[USAGE_SIZE];
        snprintf(usage, sizeof(usage), "%s%s%s", commands[i].name,
                 commands[i].arguments[0] != '\0' ? " " : "", commands[i].arguments);
        len = options_put_row(text, size, len, usage, commands[i].help);
    }
}

const struct lpa_command *lpa_command_find(const char *name, int count, struct fault *fault)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        const struct lpa_command *command = &commands[i];
        if (strcmp(command->name, name) != 0)
            continue;
        if (count >= command->least && count <= command->most)
            return command;
        fault_raise(fault, name, "%s; usage: emuicc-lpa %s %s",
                    count < command->least ? "an argument is missing" : "too many arguments", name,
                    command->arguments);
        fault_usage(fault);
        return NULL;
    }
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *meant = options_nearest(name, names, COMMANDS);
    fault_raise(fault, "command", "there is no '%.40s'%s%s%s; try 'emuicc-lpa --help'", name,
                meant != NULL ? "; did you mean '" : "", meant != NULL ? meant : "",
                meant != NULL ? "'?" : "");
    fault_usage(fault);
    return NULL;
}

#include "tools/line/options.h"

#include <stdio.h>
#include <string.h>

#include "apdu/trace.h"

#define AT(member) offsetof(struct line_options, member)
#define HELP_SIZE 256
#define COMMANDS_MAX 8

/* clang-format off */
const struct line_command line_commands[] = {
    {"prepare", NULL, "protect a profile for each EID of a table, into a new batch",
        command_prepare, "--profiles --eids --token --out", "--address"},
    {"token", "init", "make the diversification root in a PKCS#11 token",
        command_token_init, "--token", "--so-pin-file"},
    {"write", NULL, "write the profile of the batch onto each chip that is there, or comes",
        command_write, "--batch --token --pki",
        "--reader --all --serial --loop --isd-r --dpauth-key --dppb-key --json"},
    {"report", NULL, "what became of the rows of a batch",
        command_report, "--batch", "--json --csv"},
};
const size_t line_command_count = sizeof(line_commands) / sizeof(line_commands[0]);

static const struct options_row rows[] = {
    {"profiles", "DIR", "prepare: profile packages, NAME.der each, with NAME.metadata beside it where more is to be said", OPTIONS_TEXT, AT(profiles)},
    {"eids", "FILE", "prepare: a line for each chip: its EID and the NAME of its package", OPTIONS_TEXT, AT(eids)},
    {"out", "BATCH", "prepare: the batch to make", OPTIONS_TEXT, AT(out)},
    {"address", "NAME", "prepare: the SM-DP+ address that chips are told and that profiles send notifications to; default: testsmdpplus1.example.com", OPTIONS_TEXT, AT(address)},
    {"token", "URI", "the root key, as pkcs11:token=LABEL;object=KEY?pin-source=FILE; without object the key 'emuicc-line'; SoftHSM's module unless module-path names another", OPTIONS_TEXT, AT(token)},
    {"so-pin-file", "FILE", "token init: the security officer's PIN of a new token, a line; default: the PIN of the URI", OPTIONS_TEXT, AT(so_pin_file)},
    {"batch", "FILE", "write, report: the batch", OPTIONS_TEXT, AT(batch)},
    {"pki", "DIR", "write: CI, DPauth and DPpb in the layout of GSMA SGP.26", OPTIONS_TEXT, AT(pki)},
    {"dpauth-key", "FILE|URI", "write: the key of DPauth, where it is not beside its certificate; may stay in a token (pkcs11:)", OPTIONS_TEXT, AT(dpauth_key)},
    {"dppb-key", "FILE|URI", "write: the key of DPpb, likewise", OPTIONS_TEXT, AT(dppb_key)},
    {"reader", "NAME", "write: the reader to use, or a part of its name; default: the only one that holds a card", OPTIONS_TEXT, AT(reader)},
    {"all", NULL, "write: all readers, at the same time", OPTIONS_FLAG, AT(all)},
    {"serial", "TTY", "write: the chip in the device whose modem speaks AT commands there", OPTIONS_TEXT, AT(serial)},
    {"loop", NULL, "write: wait for the next chip, until no row is left or Ctrl-C", OPTIONS_FLAG, AT(loop)},
    {"isd-r", "AID", "write: the ISD-R to select, 10 to 32 hexadecimal digits; default: A0000005591010FFFFFFFF8900000100", OPTIONS_TEXT, AT(isd_r)},
    {"json", NULL, "write: a JSON document a chip and line; report: one JSON document", OPTIONS_FLAG, AT(json)},
    {"csv", NULL, "report: comma-separated values, a row a line", OPTIONS_FLAG, AT(csv)},
    {"verbose", NULL, "show each step and command on standard error", OPTIONS_FLAG, AT(verbose)},
};

const struct options_program line_program = {
    .name = "emuicc-line",
    .synopsis = "COMMAND [ARGUMENT]...",
    .summary = "writes prepared profiles into chips with no network",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .commands = {&line_commands[0].name, sizeof(line_commands[0]), sizeof(line_commands) / sizeof(line_commands[0]), true},
};
/* clang-format on */

void line_footer(char *text, size_t size)
{
    size_t len = (size_t)snprintf(text, size, "commands:\n");
    for (size_t i = 0; i < line_command_count && len < size; i++) {
        char name[32], help[HELP_SIZE];
        const struct line_command *command = &line_commands[i];
        snprintf(name, sizeof(name), "%s%s%s", command->name, command->second != NULL ? " " : "",
                 command->second != NULL ? command->second : "");
        snprintf(help, sizeof(help), "%s; needs %s", command->help, command->needs);
        len = options_put_row(text, size, len, name, help);
    }
    if (len < size)
        snprintf(text + len, size - len,
                 "\nExample:\n"
                 "  emuicc-line token init --token 'pkcs11:token=line?pin-source=line.pin'\n"
                 "  emuicc-line prepare --profiles profiles --eids eids.txt --out batch \\\n"
                 "      --token 'pkcs11:token=line?pin-source=line.pin'\n"
                 "  emuicc-line write --batch batch --pki pki --all --loop \\\n"
                 "      --token 'pkcs11:token=line?pin-source=line.pin'\n");
}

/* Whether "--token --batch" names this option. */
static bool names(const char *list, const char *option)
{
    const size_t len = strlen(option);
    for (const char *at = strstr(list, "--"); at != NULL; at = strstr(at + 2, "--"))
        if (strncmp(at + 2, option, len) == 0 && (at[2 + len] == ' ' || at[2 + len] == '\0'))
            return true;
    return false;
}

static bool is_given(const struct options_row *row, const struct line_options *options)
{
    const char *value = (const char *)options + row->offset;
    return row->kind == OPTIONS_FLAG ? *(const bool *)value : *(const char *const *)value != NULL;
}

/* Every option that a command needs is there, and none that does nothing. */
static bool check(const struct line_command *command, const struct line_options *options)
{
    for (size_t i = 0; i < line_program.count; i++) {
        const struct options_row *row = &rows[i];
        const bool needed = names(command->needs, row->name);
        const bool given = is_given(row, options);
        if (needed && !given)
            trace_error("%s needs --%s; see 'emuicc-line --help'", command->name, row->name);
        else if (given && !needed && !names(command->takes, row->name) &&
                 strcmp(row->name, "verbose") != 0)
            trace_error("--%s means nothing to %s", row->name, command->name);
        else
            continue;
        return false;
    }
    return true;
}

const struct line_command *line_command_find(int count, char **words,
                                             const struct line_options *options)
{
    for (size_t i = 0; i < line_command_count; i++) {
        const struct line_command *command = &line_commands[i];
        const int wanted = command->second != NULL ? 2 : 1;
        if (count < wanted || strcmp(words[0], command->name) != 0 ||
            (command->second != NULL && strcmp(words[1], command->second) != 0))
            continue;
        if (count > wanted)
            trace_error("'%s' is too much; options begin with --", words[wanted]);
        return count == wanted && check(command, options) ? command : NULL;
    }
    const char *names[COMMANDS_MAX];
    for (size_t i = 0; i < line_command_count && i < COMMANDS_MAX; i++)
        names[i] = line_commands[i].name;
    options_refuse_command(&line_program, count == 0 ? NULL : words[0], names, line_command_count);
    return NULL;
}

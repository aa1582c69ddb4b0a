/* emuicc-profile check: what the card would answer to a package. */
#include <jansson.h>

#include "apdu/hex.h"
#include "tools/profile/command.h"
#include "tools/profile/lint/lint.h"
#include "fs/files/names.h"
#include "tools/profile/package/file.h"
#include "tools/profile/package/trial.h"
#include "tools/profile/package/verdict.h"

struct check {
    struct bytes package;
    const struct trial *trial;
    json_t *faults, *statuses, *findings; /* NULL: text */
    unsigned warnings;                    /* findings that are errors or warnings */
};

static int show_fault(void *context, const struct element_row *row)
{
    const struct check *check = context;
    char text[VERDICT_FAULT_SIZE];
    size_t offset;
    if (!verdict_fault(row, text, &offset))
        return 0;
    if (check->faults == NULL)
        printf("element %u, %s, byte %zu: %s\n", row->number, elements_name(row),
               row->offset + offset, text);
    else
        json_array_append_new(check->faults,
                              json_pack("{s:i, s:s, s:i, s:s}", "element", (int)row->number, "name",
                                        elements_name(row), "byte", (int)(row->offset + offset),
                                        "fault", text));
    return 0;
}

static void print_status(const struct verdict_status *status, const struct element_row *row,
                         const struct saip_reason *reason)
{
    char line[SAIP_REASON_LINE_SIZE];
    printf("status %lld %s", (long long)status->status, status->name);
    if (row != NULL)
        printf(", element %u, %s", row->number, elements_name(row));
    if (status->identification != VERDICT_NONE)
        printf(", identification %lld", (long long)status->identification);
    if (status->additional != VERDICT_NONE)
        printf(", additional information %lld", (long long)status->additional);
    if (row != NULL && status->offset != VERDICT_NONE)
        printf(", byte %lld of the package", (long long)row->offset + (long long)status->offset);
    putchar('\n');
    saip_reason_line(reason, line);
    if (line[0] != '\0')
        printf("  %s\n", line);
}

static void list_optional(json_t *entry, const char *name, int64_t value)
{
    if (value != VERDICT_NONE)
        json_object_set_new(entry, name, json_integer(value));
}

static void list_reason(json_t *entry, const struct saip_reason *reason)
{
    if (reason->file.fid != 0)
        json_object_set_new(entry, "file", json_sprintf("%04X", reason->file.fid));
    if (reason->file.name != NULL)
        json_object_set_new(entry, "file-name", json_string(reason->file.name));
    if (reason->text[0] != '\0')
        json_object_set_new(entry, "reason", json_string(reason->text));
}

static void list_status(json_t *list, const struct verdict_status *status,
                        const struct element_row *row, const struct saip_reason *reason)
{
    json_t *entry =
        json_pack("{s:I, s:s}", "status", (json_int_t)status->status, "name", status->name);
    if (row != NULL)
        json_object_set_new(entry, "element", json_string(elements_name(row)));
    list_optional(entry, "identification", status->identification);
    list_optional(entry, "additional-information", status->additional);
    list_optional(entry, "offset", status->offset);
    list_reason(entry, reason);
    json_array_append_new(list, entry);
}

static int show_status(void *context, const struct verdict_status *status)
{
    const struct check *check = context;
    struct element_row row;
    struct saip_reason reason = {.text = ""};
    (void)saip_reason(check->trial->saip, status->number, &reason);
    const bool found = status->identification != VERDICT_NONE &&
                       elements_find(check->package, (uint32_t)status->identification, &row);
    if (check->statuses == NULL)
        print_status(status, found ? &row : NULL, &reason);
    else
        list_status(check->statuses, status, found ? &row : NULL, &reason);
    return 0;
}

static void print_finding(const struct lint_finding *finding)
{
    printf("%s %s", lint_severity_name(finding->row->severity), finding->row->name);
    if (finding->element != 0)
        printf(", element %u", finding->element);
    if (finding->file != NULL) {
        char path[TRIAL_PATH_SIZE];
        trial_path(finding->file, path);
        printf(", %s %s", names_of_file(finding->file), path);
    }
    printf(": %s (%s)\n", finding->text, finding->row->section);
}

static void list_finding(json_t *list, const struct lint_finding *finding)
{
    json_t *entry = json_pack("{s:s, s:s, s:s, s:s}", "finding", finding->row->name, "severity",
                              lint_severity_name(finding->row->severity), "text", finding->text,
                              "section", finding->row->section);
    if (finding->element != 0)
        json_object_set_new(entry, "element", json_integer(finding->element));
    if (finding->file != NULL) {
        char path[TRIAL_PATH_SIZE];
        trial_path(finding->file, path);
        json_object_set_new(entry, "file", json_string(path));
        json_object_set_new(entry, "file-name", json_string(names_of_file(finding->file)));
    }
    json_array_append_new(list, entry);
}

static int show_finding(void *context, const struct lint_finding *finding)
{
    struct check *check = context;
    check->warnings += finding->row->severity != LINT_NOTE;
    if (check->findings == NULL)
        print_finding(finding);
    else
        list_finding(check->findings, finding);
    return 0;
}

static void check_as_text(struct check *check)
{
    const struct trial *trial = check->trial;
    char mismatch[TRIAL_MISMATCH_SIZE];
    elements_each(check->package, show_fault, check);
    verdict_each(trial->response, show_status, check);
    if (trial_mismatch(trial, mismatch))
        printf("refused at the end of the download, whatever the metadata is: %s\n", mismatch);
    else if (trial->accepted)
        printf("accepted: %u files, %zu bytes\n", trial->profile->file_count,
               trial->profile->arena.used);
    else
        printf("refused: the installation is aborted\n");
    lint_package(check->package, trial, show_finding, check);
}

static void check_as_json(struct check *check)
{
    char response[HEX_SIZE(TRIAL_RESPONSE_MAX)], mismatch[TRIAL_MISMATCH_SIZE];
    const struct trial *trial = check->trial;
    hex_encode(trial->response, response);
    check->faults = json_array();
    check->statuses = json_array();
    check->findings = json_array();
    elements_each(check->package, show_fault, check);
    verdict_each(trial->response, show_status, check);
    lint_package(check->package, trial, show_finding, check);
    json_t *root = json_pack("{s:b, s:o, s:o, s:o, s:i, s:I, s:s}", "accepted", trial->accepted,
                             "faults", check->faults, "statuses", check->statuses, "findings",
                             check->findings, "files", (int)trial->profile->file_count, "bytes",
                             (json_int_t)trial->profile->arena.used, "response", response);
    if (trial_mismatch(trial, mismatch))
        json_object_set_new(root, "mismatch", json_string(mismatch));
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

int command_check(const struct command_options *options, char **words)
{
    struct blob package;
    struct trial trial;
    if (file_read_real_package(words[0], &package) != 0)
        return COMMAND_WRONG;
    int result = COMMAND_WRONG;
    if (trial_run(blob_bytes(&package), &trial) == 0) {
        struct check check = {.package = blob_bytes(&package), .trial = &trial};
        (options->json ? check_as_json : check_as_text)(&check);
        result = !trial.accepted                         ? COMMAND_NO
                 : options->strict && check.warnings > 0 ? COMMAND_FINDINGS
                                                         : COMMAND_FINE;
        trial_finish(&trial);
    }
    blob_finish(&package);
    return result;
}

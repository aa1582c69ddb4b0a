#include "card/fault/fault_table.h"

#include "fs/saip/saip.h"
#include "isd-r/es10.h"
#include "isd-r/iot/operation.h"

static const char *find_function(const char *name)
{
    for (size_t i = 0; i < es10_functions.count; i++)
        if (strcmp(es10_functions.rows[i].name, name) == 0)
            return es10_functions.rows[i].name;
    return NULL;
}

static const char *find_element(const char *name)
{
    const char *known;
    for (size_t i = 0; (known = saip_element_name(i)) != NULL; i++)
        if (strcmp(known, name) == 0)
            return known;
    return NULL;
}

static const char *find_operation(uint32_t list, const char *name)
{
    for (size_t i = 0; i < operation_rows.count; i++)
        if (operation_rows.rows[i].list == list && strcmp(operation_rows.rows[i].name, name) == 0)
            return operation_rows.rows[i].name;
    return NULL;
}

static const char *find_psmo(const char *name)
{
    return find_operation(OPERATION_PSMO_LIST, name);
}

static const char *find_eco(const char *name)
{
    return find_operation(OPERATION_ECO_LIST, name);
}

static const char *find_ota(const char *name)
{
    static const char *const names[] = {CHECKPOINT_OTA_PACKET, CHECKPOINT_OTA_COMMAND};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return names[i];
    return NULL;
}

/* clang-format off */
const struct fault_place_row fault_places[FAULT_PLACES] = {
    [FAULT_APDU] = {.word = "apdu", .form = "apdu [N]",
        .help = "the Nth command from now on, by default the next", .number = FAULT_NUMBER_PASS},
    [FAULT_FUNCTION] = {.word = "function", .form = "function NAME [N]",
        .help = "the Nth call of an ES10 function; LoadBoundProfilePackage is called when a package ends",
        .find_name = find_function, .needs_name = true, .number = FAULT_NUMBER_PASS,
        .no_name = "a function is named as SGP.22 names it; 'emuicc --faults words' prints the names"},
    [FAULT_SEGMENT] = {.word = "segment", .form = "segment [N]",
        .help = "the Nth segment of a bound package (SGP.22 §2.5.5; one may take several STORE DATA commands), without N each",
        .number = FAULT_NUMBER_PLACE},
    [FAULT_ELEMENT] = {.word = "element", .form = "element [N | NAME [N]]",
        .help = "the Nth profile element of a package, or the Nth of a name; without both each",
        .find_name = find_element, .number = FAULT_NUMBER_PLACE,
        .no_name = "no profile element has this name; 'emuicc --faults words' prints the names"},
    [FAULT_PSMO] = {.word = "psmo", .form = "psmo [N | NAME [N]]",
        .help = "the Nth operation of an eIM's package on profiles, or the Nth of a name; without both each",
        .find_name = find_psmo, .number = FAULT_NUMBER_PLACE,
        .no_name = "an operation is named as SGP.32 names it; 'emuicc --faults words' prints the names"},
    [FAULT_ECO] = {.word = "eco", .form = "eco [N | NAME [N]]",
        .help = "the same of those on eIMs", .find_name = find_eco, .number = FAULT_NUMBER_PLACE,
        .no_name = "an operation is named as SGP.32 names it; 'emuicc --faults words' prints the names"},
    [FAULT_OTA] = {.word = "ota", .form = "ota packet [N] | ota command [N]",
        .help = "the Nth secured packet over the air, or the Nth command of scripts in them",
        .find_name = find_ota, .needs_name = true, .number = FAULT_NUMBER_PASS,
        .no_name = "over the air there are two places: 'ota packet' and 'ota command'"},
};

const struct fault_action_row fault_actions[FAULT_ACTIONS] = {
    [FAULT_STATUS] = {"status", "status SW", "answers this status word; nothing is done, or it is undone",
        FAULT_VALUE_STATUS},
    [FAULT_RESULT] = {"result", "result CODE", "the function's own result or error code, a package's "
        "errorReason, an element's status; nothing is done", FAULT_VALUE_CODE},
    [FAULT_DELAY] = {"delay", "delay MS", "answers later", FAULT_VALUE_MS},
    [FAULT_MUTE] = {"mute", "mute", "done and never answered; a reset or unplugging ends it", FAULT_VALUE_NONE},
    [FAULT_DROP] = {"drop", "drop", "the card is pulled out in mid-command, and put in again", FAULT_VALUE_NONE},
    [FAULT_CUT_BEFORE] = {"cut-before-commit", "cut-before-commit",
        "the power goes: what the command changed is lost", FAULT_VALUE_NONE},
    [FAULT_CUT_AFTER] = {"cut-after-commit", "cut-after-commit",
        "the power goes: what the command changed is kept, its answer is lost", FAULT_VALUE_NONE},
};
/* clang-format on */

static enum es10_error_form form_of(const char *function)
{
    for (size_t i = 0; i < es10_functions.count; i++)
        if (es10_functions.rows[i].name == function)
            return es10_functions.rows[i].error_form;
    return ES10_ERROR_NONE;
}

const char *fault_table_refusal(const struct fault *fault)
{
    if (fault->action != FAULT_RESULT)
        return NULL;
    if (fault->place == FAULT_APDU)
        return "a command has no result code; give it a status word";
    if (fault->place == FAULT_OTA)
        return strcmp(fault->name, CHECKPOINT_OTA_PACKET) == 0
                   ? NULL
                   : "a command has no result code; give it a status word";
    if (fault->place == FAULT_PSMO || fault->place == FAULT_ECO)
        return NULL;
    const enum es10_error_form form =
        fault->place == FAULT_FUNCTION ? form_of(fault->name) : ES10_ERROR_PACKAGE;
    if (form == ES10_ERROR_NONE)
        return "this function has no result code; give it a status word";
    if (form == ES10_ERROR_PACKAGE && fault->value == 0)
        return "a package that is refused has a reason from 1 to 127";
    if (form == ES10_ERROR_EUICC_PACKAGE && fault->value == 0)
        return "a package that is refused has an error from 1 to 127";
    return NULL;
}

static void put_rows(const char *form, const char *help, FILE *out)
{
    fprintf(out, "    %s\n        %s\n", form, help);
}

/* Some names stand for a function of the LPA's and one of the IPA's, of which a fault strikes both.
 */
static bool is_named_before(size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(es10_functions.rows[i].name, es10_functions.rows[row].name) == 0)
            return true;
    return false;
}

static void put_functions(FILE *out)
{
    for (size_t i = 0; i < es10_functions.count; i++)
        if (!is_named_before(i))
            fprintf(out, "    %s%s\n", es10_functions.rows[i].name,
                    es10_functions.rows[i].error_form == ES10_ERROR_NONE ? " (no result code)"
                                                                         : "");
}

void fault_table_words(FILE *out)
{
    const char *name;
    fputs("PLACE = ACTION [, once | N times | always]; once unless it says otherwise\n\nPLACE:\n",
          out);
    for (size_t i = 0; i < FAULT_PLACES; i++)
        put_rows(fault_places[i].form, fault_places[i].help, out);
    fputs("\nACTION:\n", out);
    for (size_t i = 0; i < FAULT_ACTIONS; i++)
        put_rows(fault_actions[i].form, fault_actions[i].help, out);
    fputs("\nfunctions:\n", out);
    put_functions(out);
    fputs("\nelements:", out);
    for (size_t i = 0; (name = saip_element_name(i)) != NULL; i++)
        fprintf(out, " %s", name);
    fputs("\n\noperations:", out);
    for (size_t i = 0; i < operation_rows.count; i++)
        fprintf(out, " %s", operation_rows.rows[i].name);
    fputc('\n', out);
}

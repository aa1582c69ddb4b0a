/* A fault as a line of text, and texts of them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/fault/fault_table.h"
#include "card/text/shipped.h"

#define NO_PLACE "a place is apdu, function, segment, element, psmo, eco or ota"
#define NO_LINE                                                                                    \
    "a fault is 'PLACE = ACTION [, TIMES]'; 'emuicc --faults words' prints what can be said"
#define NO_COUNT "a number is 1 or more"
#define STATUS_MIN 0x6000

/* Digits alone, from 1 on. */
static bool to_count(const char *word, uint32_t limit, uint32_t *out)
{
    uint64_t value = 0;
    for (const char *at = word; at[0] != '\0'; at++) {
        if (at[0] < '0' || at[0] > '9' || value > limit)
            return false;
        value = 10 * value + (uint64_t)(at[0] - '0');
    }
    if (value > limit)
        return false;
    *out = (uint32_t)value;
    return word[0] != '\0';
}

static bool is_number(const char *word)
{
    return word[0] >= '0' && word[0] <= '9';
}

static bool find_place(const char *word, enum fault_place *out)
{
    for (int i = 0; i < FAULT_PLACES; i++)
        if (strcmp(fault_places[i].word, word) == 0) {
            *out = (enum fault_place)i;
            return true;
        }
    return false;
}

static bool find_action(const char *word, enum fault_action *out)
{
    for (int i = 0; i < FAULT_ACTIONS; i++)
        if (strcmp(fault_actions[i].word, word) == 0) {
            *out = (enum fault_action)i;
            return true;
        }
    return false;
}

/* Takes the number that may follow, and sees that nothing else does. */
static const char *parse_number(char **text, char *word, struct fault *fault)
{
    const struct fault_place_row *row = &fault_places[fault->place];
    const bool of_package = row->number == FAULT_NUMBER_PLACE && fault->name == NULL;
    uint32_t *number = of_package ? &fault->number : &fault->first;
    if (word[0] != '\0' && (!to_count(word, INT32_MAX, number) || *number == 0))
        return NO_COUNT;
    return text_line_word(text)[0] == '\0' ? NULL : NO_LINE;
}

static const char *parse_place(char *text, struct fault *fault)
{
    if (!find_place(text_line_word(&text), &fault->place))
        return NO_PLACE;
    const struct fault_place_row *row = &fault_places[fault->place];
    char *word = text_line_word(&text);
    if (row->find_name != NULL && word[0] != '\0' && !is_number(word)) {
        fault->name = row->find_name(word);
        if (fault->name == NULL)
            return row->no_name;
        word = text_line_word(&text);
    } else if (row->needs_name) {
        return row->no_name;
    }
    return parse_number(&text, word, fault);
}

static const char *parse_value(enum fault_value value, const char *word, uint32_t *out)
{
    uint8_t room[2];
    struct writer status = writer_on(room, sizeof(room));
    switch (value) {
    case FAULT_VALUE_STATUS:
        if (!hex_decode(word, &status) || status.len != sizeof(room))
            return "a status word has four hexadecimal digits";
        *out = (uint32_t)room[0] << 8 | room[1];
        return *out >= STATUS_MIN && (room[0] >> 4 == 6 || room[0] >> 4 == 9)
                   ? NULL
                   : "a status word starts with 6 or 9";
    case FAULT_VALUE_CODE:
        return to_count(word, CHECKPOINT_RESULT_MAX, out) ? NULL
                                                          : "a result code is a number up to 127";
    case FAULT_VALUE_MS:
        return to_count(word, FAULT_DELAY_MAX_MS, out) ? NULL
                                                       : "a delay is a number of milliseconds, at "
                                                         "most an hour";
    case FAULT_VALUE_NONE:
        break;
    }
    return word[0] == '\0' ? NULL : "nothing may follow this action";
}

static const char *parse_action(char *text, struct fault *fault)
{
    if (!find_action(text_line_word(&text), &fault->action))
        return "an action is status, result, delay, mute, drop, cut-before-commit or "
               "cut-after-commit";
    const char *wrong =
        parse_value(fault_actions[fault->action].value, text_line_word(&text), &fault->value);
    if (wrong != NULL)
        return wrong;
    return text_line_word(&text)[0] == '\0' ? NULL : NO_LINE;
}

/* "once", "always", "3 times" */
static const char *parse_times(char *text, struct fault *fault)
{
    const char *word = text_line_word(&text);
    const bool always = strcmp(word, "always") == 0;
    if (always)
        fault->times = 0;
    else if (strcmp(word, "once") != 0 &&
             (!to_count(word, INT32_MAX, &fault->times) || fault->times == 0 ||
              strncmp(text_line_word(&text), "time", 4) != 0))
        return "how often is once, 'N times' or always";
    return text_line_word(&text)[0] == '\0' ? NULL : NO_LINE;
}

const char *fault_parse(char *text, struct fault *out)
{
    struct fault fault = {.first = 1, .times = 1};
    char *place, *action;
    if (!text_line_split(text, &place, &action))
        return NO_LINE;
    char *comma = strchr(action, ',');
    if (comma != NULL)
        *comma = '\0';
    const char *wrong = parse_place(place, &fault);
    if (wrong == NULL)
        wrong = parse_action(action, &fault);
    if (wrong == NULL && comma != NULL)
        wrong = parse_times(comma + 1, &fault);
    if (wrong == NULL)
        wrong = fault_table_refusal(&fault);
    if (wrong == NULL)
        *out = fault;
    return wrong;
}

/* Appends a word, in front of which stands a blank. */
__attribute__((format(printf, 2, 3))) static void put(char text[FAULT_TEXT_MAX], const char *format,
                                                      ...)
{
    const size_t len = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + len, FAULT_TEXT_MAX - len, format, arguments);
    va_end(arguments);
}

void fault_format(const struct fault *fault, char text[FAULT_TEXT_MAX])
{
    const struct fault_action_row *action = &fault_actions[fault->action];
    text[0] = '\0';
    put(text, "%s", fault_places[fault->place].word);
    if (fault->name != NULL)
        put(text, " %s", fault->name);
    if (fault->number > 0 || fault->first > 1)
        put(text, " %u", (unsigned)(fault->number > 0 ? fault->number : fault->first));
    put(text, " = %s", action->word);
    if (action->value == FAULT_VALUE_STATUS)
        put(text, " %04X", (unsigned)fault->value);
    else if (action->value != FAULT_VALUE_NONE)
        put(text, " %u", (unsigned)fault->value);
    if (fault->times == 0)
        put(text, ", always");
    else if (fault->times > 1)
        put(text, ", %u times", (unsigned)fault->times);
}

int faults_read(struct faults *faults, const char *name, struct bytes text)
{
    struct text_line line = {.name = name};
    const size_t before = faults->count;
    struct fault fault;
    unsigned id;
    int more;
    while ((more = text_line_next(&text, &line)) > 0) {
        const char *wrong = fault_parse(line.text, &fault);
        if (wrong == NULL)
            wrong = faults_add(faults, &fault, &id);
        if (wrong == NULL)
            continue;
        trace_error("%s:%u: %s", name, line.number, wrong);
        more = FAILURE_INTERNAL;
        break;
    }
    if (more < 0)
        faults->count = before;
    return more;
}

int faults_read_file(struct faults *faults, const char *asked)
{
    uint8_t *room = malloc(FAULT_FILE_MAX);
    if (room == NULL) {
        trace_error("no memory for faults");
        return FAILURE_INTERNAL;
    }
    struct writer text = writer_on(room, FAULT_FILE_MAX);
    int result = shipped_read(&shipped_faults, "--faults", asked, &text);
    if (result == 0)
        result = faults_read(faults, asked, writer_bytes(&text));
    free(room);
    return result;
}

void fault_table_list(FILE *out)
{
    shipped_list(&shipped_faults, out);
}

/* emuicc-line report: what became of the rows of a batch. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tools/lib/batch/batch.h"
#include "tools/lib/common/base64.h"
#include "tools/line/options.h"
#include "tools/lpa/show.h"

#define TIME_SIZE 24

static const struct show_column columns[] = {
    {"EID", "eid"},       {"ICCID", "iccid"}, {"PROFILE", "profile"}, {"STATE", "state"},
    {"READER", "reader"}, {"TIME", "time"},   {"MS", "milliseconds"}, {"REASON", "reason"},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_object_set_new(object, key, json_string(text));
}

static void set_result(json_t *object, struct bytes result)
{
    char *text = malloc(BASE64_SIZE(result.len));
    if (result.len == 0 || text == NULL) {
        free(text);
        return;
    }
    base64_encode(result, text);
    json_object_set_new(object, "result", json_string(text));
    free(text);
}

static void add_row(void *context, const struct batch_row *row, struct bytes result)
{
    char moment[TIME_SIZE] = "";
    struct tm utc;
    json_t *object = json_object();
    const time_t time = (time_t)row->time;
    if (row->time > 0 && gmtime_r(&time, &utc) != NULL)
        strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%SZ", &utc);
    set_text(object, "eid", row->eid);
    set_text(object, "iccid", row->iccid);
    set_text(object, "profile", row->name);
    set_text(object, "state", batch_state_text(row->state));
    set_text(object, "reader", row->reader);
    set_text(object, "time", moment);
    if (row->milliseconds > 0)
        json_object_set_new(object, "milliseconds", json_integer(row->milliseconds));
    set_text(object, "reason", row->reason);
    set_result(object, result);
    json_array_append_new(context, object);
}

/* A field of RFC 4180. */
static void print_field(const json_t *object, const char *key, const char *end)
{
    const json_t *value = json_object_get(object, key);
    putchar('"');
    for (const char *at = json_is_string(value) ? json_string_value(value) : ""; *at != '\0'; at++)
        printf(*at == '"' ? "\"\"" : "%c", *at);
    if (json_is_integer(value))
        printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    printf("\"%s", end);
}

static void print_csv(const json_t *rows)
{
    const json_t *row;
    size_t index;
    for (size_t i = 0; i < COLUMNS; i++)
        printf("%s%s", columns[i].key, i + 1 < COLUMNS ? "," : "\r\n");
    json_array_foreach(rows, index, row) for (size_t i = 0; i < COLUMNS; i++)
        print_field(row, columns[i].key, i + 1 < COLUMNS ? "," : "\r\n");
}

static void count_states(const json_t *rows, size_t counts[BATCH_STATES])
{
    const json_t *row;
    size_t index;
    json_array_foreach(rows, index, row)
    {
        const char *state = json_string_value(json_object_get(row, "state"));
        for (int i = 0; i < BATCH_STATES; i++)
            counts[i] += strcmp(state, batch_state_text((enum batch_state)i)) == 0;
    }
}

static void print_table(const json_t *rows)
{
    size_t counts[BATCH_STATES] = {0};
    count_states(rows, counts);
    show_rows(rows, columns, COLUMNS, "no rows");
    for (int i = 0; i < BATCH_STATES; i++)
        printf("%s%zu %s", i > 0 ? ", " : "", counts[i], batch_state_text((enum batch_state)i));
    putchar('\n');
}

static void print_json(json_t *rows)
{
    json_t *document = json_pack("{sO}", "rows", rows);
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(document);
}

int command_report(const struct line_options *options)
{
    struct batch *batch;
    if (batch_open(options->batch, NULL, &batch) != 0)
        return -1;
    json_t *rows = json_array();
    const int count = batch_each(batch, add_row, rows);
    batch_close(batch);
    if (count >= 0 && options->json)
        print_json(rows);
    else if (count >= 0 && options->csv)
        print_csv(rows);
    else if (count >= 0)
        print_table(rows);
    json_decref(rows);
    return count >= 0 && fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

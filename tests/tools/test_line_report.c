#include <criterion/criterion.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "crypto/primitives/bsp.h"
#include "tools/lib/batch/batch.h"
#include "tools/line/options.h"

#define WAITING "89049032123451234512345678901235"
#define WRITTEN "89049032123451234512345678901332"
#define TITLES "eid,iccid,profile,state,reader,time,milliseconds,reason\r\n"

static char batch_path[64], out_path[72], text[8192];
static uint8_t key[32];
static struct line_options options = {.batch = batch_path};

static int cmac_here(void *context, struct bytes message, uint8_t mac[AES_BLOCK])
{
    return aes_cmac(bytes_of(context, sizeof(key)), &message, 1, mac);
}

static void add(struct batch *batch, const struct diversify *root, const char *eid, uint8_t number)
{
    const uint8_t iccid[ICCID_SIZE] = {0x89, 0x88, 0, 0, 0, 0, 0, 0, number, 0x1F};
    struct metadata_text metadata;
    metadata_text_init(&metadata, iccid, "name", "smdp.example.com");
    const struct batch_profile profile = {eid, "name", BYTES(1, 2, 3), &metadata};
    cr_assert_eq(batch_add(batch, root, &profile), BATCH_ADDED);
}

static void change(const char *sql)
{
    sqlite3 *connection;
    cr_assert_eq(sqlite3_open(batch_path, &connection), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(connection, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(connection));
    sqlite3_close(connection);
}

static void start(void)
{
    const struct diversify root = {cmac_here, key};
    struct batch *batch;
    snprintf(batch_path, sizeof(batch_path), "/tmp/emuicc-report-%ld", (long)getpid());
    snprintf(out_path, sizeof(out_path), "%s.out", batch_path);
    unlink(batch_path);
    cr_assert_eq(ec_start(), 0);
    cr_assert_eq(batch_create(batch_path, "smdp.example.com", &root, &batch), 0);
    add(batch, &root, WAITING, 1);
    add(batch, &root, WRITTEN, 2);
    batch_close(batch);
    change("UPDATE rows SET name = 'a,b', reason = 'it says \"no\", and' || char(13, 10) || 'why'"
           " WHERE id = 1");
    change("UPDATE rows SET state = 'written', result = X'BF370102', reader = 'Reader 00',"
           " time = 86400, milliseconds = 250 WHERE id = 2");
}

static void end(void)
{
    unlink(batch_path);
    unlink(out_path);
}

TestSuite(line_report, .init = start, .fini = end);

/* What the command prints. */
static const char *report(void)
{
    cr_assert_not_null(freopen(out_path, "w", stdout));
    cr_assert_eq(command_report(&options), 0);
    FILE *file = fopen(out_path, "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* RFC 4180 §2: CRLF ends a row; a quote is doubled; comma and line end stand within quotes. */
Test(line_report, csv_keeps_quotes_commas_and_ends_of_lines)
{
    options.csv = true;
    cr_assert_str_eq(report(), TITLES
                     "\"" WAITING "\",\"8988000000000000011\",\"a,b\",\"waiting\",\"\",\"\",\"\","
                     "\"it says \"\"no\"\", and\r\nwhy\"\r\n"
                     "\"" WRITTEN "\",\"8988000000000000021\",\"name\",\"written\",\"Reader 00\","
                     "\"1970-01-02T00:00:00Z\",\"250\",\"\"\r\n");
}

Test(line_report, json_has_every_row_and_its_result)
{
    const char *state, *reason, *moment, *result;
    int milliseconds;
    options.json = true;
    json_t *found = json_loads(report(), 0, NULL);
    cr_assert_not_null(found, "%s", text);
    const json_t *rows = json_object_get(found, "rows");
    cr_assert_eq(json_array_size(rows), 2);
    cr_assert_eq(
        json_unpack(json_array_get(rows, 0), "{ss, ss}", "state", &state, "reason", &reason), 0);
    cr_assert_str_eq(state, "waiting");
    cr_assert_str_eq(reason, "it says \"no\", and\r\nwhy");
    cr_assert_null(json_object_get(json_array_get(rows, 0), "result"));
    cr_assert_eq(json_unpack(json_array_get(rows, 1), "{ss, ss, si, ss}", "state", &state, "time",
                             &moment, "milliseconds", &milliseconds, "result", &result),
                 0);
    cr_assert_str_eq(state, "written");
    cr_assert_str_eq(moment, "1970-01-02T00:00:00Z");
    cr_assert_eq(milliseconds, 250);
    cr_assert_str_eq(result, "vzcBAg==");
    json_decref(found);
}

Test(line_report, a_table_counts_the_states)
{
    cr_assert_not_null(strstr(report(), "1 waiting, 0 claimed, 1 written, 0 failed\n"), "%s", text);
}

Test(line_report, a_full_disk_is_no_success)
{
    cr_assert_not_null(freopen("/dev/full", "w", stdout));
    cr_assert_neq(command_report(&options), 0);
}

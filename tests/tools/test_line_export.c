#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>

#include "crypto/primitives/bsp.h"
#include "tools/lib/batch/batch.h"
#include "tools/smdpp/front/export.h"
#include "tools/smdpp/front/import.h"

#define ICCID_SMALL "8988000000000000011"
#define ICCID_LARGE "8988000000000000021"
#define ICCID_CODE "8988000000000000031"

static struct world world;
static char path[WORLD_PATH_SIZE + 16];
static uint8_t key[32];

static int cmac_here(void *context, struct bytes message, uint8_t mac[AES_BLOCK])
{
    return aes_cmac(bytes_of(context, sizeof(key)), &message, 1, mac);
}
static const struct diversify root = {cmac_here, key};

static void start(void)
{
    world_make(&world);
    snprintf(path, sizeof(path), "%s/batch", world.folder);
}

static void end(void)
{
    world_end(&world);
}

TestSuite(line_export, .init = start, .fini = end);

static void order(const char *iccid, const char *eid, bool release, const char *code)
{
    json_t *request =
        json_pack("{s{ss,ss}ss,ss*}", "header", "functionRequesterIdentifier", "operator",
                  "functionCallIdentifier", "1", "iccid", iccid, "eid", eid);
    json_t *response = world_call(&world, "downloadOrder", request, NULL);
    cr_assert_codes(response, "");
    json_decref(response);
    request = json_pack("{s{ss,ss}ss,sb,ss*}", "header", "functionRequesterIdentifier", "operator",
                        "functionCallIdentifier", "2", "iccid", iccid, "releaseFlag", release,
                        "confirmationCode", code);
    response = world_call(&world, "confirmOrder", request, NULL);
    cr_assert_codes(response, "");
    json_decref(response);
}

static void export(unsigned exported, unsigned left)
{
    struct export_counts counts;
    cr_assert_eq(export_orders(world.smdpp, path, &root, &counts), 0);
    cr_assert_eq(counts.exported, exported);
    cr_assert_eq(counts.left, left);
}

Test(line_export, what_is_released_for_a_chip_goes_to_the_line_and_nowhere_else)
{
    struct batch *batch;
    struct batch_row row;
    struct binder_keys keys;
    struct order found;
    order(ICCID_SMALL, NULL, true, NULL);
    order(ICCID_LARGE, WORLD_EID, false, NULL);
    export(0, 0);
    cr_assert_eq(orders_find_by_iccid(world.smdpp->database, ICCID_LARGE, &found), 0);
    cr_assert_eq(orders_move(world.smdpp->database, found.id, ORDER_IN(ORDER_CONFIRMED),
                             ORDER_RELEASED, NULL),
                 0);
    export(1, 0);
    export(0, 0);
    cr_assert_eq(batch_open(path, &root, &batch), 0);
    cr_assert_str_eq(batch_address(batch), WORLD_ADDRESS);
    cr_assert_eq(batch_claim(batch, WORLD_EID, "nobody", &row), BATCH_YOURS);
    cr_assert_str_eq(row.iccid, ICCID_LARGE);
    cr_assert_eq(batch_open_row(batch, &root, &row, &keys), 0);
    batch_finish_row(&row);
    batch_close(batch);

    struct mini_card card;
    mini_card_insert(&card, world.pki, EC_P256);
    card.matching_id = found.matching_id;
    world_initiate(&world, &card);
    json_t *response =
        world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    cr_assert_codes(response, "8.2.6/3.8");
    json_decref(response);
    mini_card_remove(&card);
}

Test(line_export, an_export_that_was_cut_short_goes_on)
{
    struct order found;
    order(ICCID_LARGE, WORLD_EID, true, NULL);
    export(1, 0);
    cr_assert_eq(orders_find_by_iccid(world.smdpp->database, ICCID_LARGE, &found), 0);
    cr_assert_eq(found.state, ORDER_EXPORTED);
    cr_assert_eq(orders_move(world.smdpp->database, found.id, ORDER_IN(ORDER_EXPORTED),
                             ORDER_RELEASED, NULL),
                 0);
    export(1, 0);
    cr_assert_eq(orders_find_by_iccid(world.smdpp->database, ICCID_LARGE, &found), 0);
    cr_assert_eq(found.state, ORDER_EXPORTED);
}

Test(line_export, what_a_line_cannot_write_stays_an_order)
{
    struct order found;
    order(ICCID_CODE, WORLD_EID, true, "4711");
    export(0, 1);
    cr_assert_eq(orders_find_by_iccid(world.smdpp->database, ICCID_CODE, &found), 0);
    cr_assert_eq(found.state, ORDER_RELEASED);
    order(ICCID_LARGE, WORLD_EID, true, NULL);
    order(ICCID_SMALL, WORLD_EID, true, NULL);
    export(1, 2);
}

static void change(const char *sql)
{
    sqlite3 *connection;
    cr_assert_eq(sqlite3_open(path, &connection), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(connection, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(connection));
    sqlite3_close(connection);
}

static void import(unsigned installed, unsigned left, unsigned open, enum order_state state)
{
    struct import_counts counts;
    struct order found;
    cr_assert_eq(import_results(world.smdpp, path, &counts), 0);
    cr_assert_eq(counts.installed, installed);
    cr_assert_eq(counts.left, left);
    cr_assert_eq(counts.open, open);
    cr_assert_eq(orders_find_by_iccid(world.smdpp->database, ICCID_LARGE, &found), 0);
    cr_assert_eq(found.state, state);
}

Test(line_export, only_a_written_row_with_its_result_is_installed)
{
    struct import_counts counts;
    cr_assert_neq(import_results(world.smdpp, path, &counts), 0, "there is no batch yet");
    order(ICCID_LARGE, WORLD_EID, true, NULL);
    export(1, 0);
    import(0, 0, 1, ORDER_EXPORTED);
    change("UPDATE rows SET state = 'failed', result = X'00'");
    import(0, 0, 1, ORDER_EXPORTED);
    change("UPDATE rows SET state = 'written', result = X'BF3700'");
    import(0, 1, 0, ORDER_EXPORTED);
    change("UPDATE rows SET eid = '89049032123451234512345678901332'");
    import(0, 1, 0, ORDER_EXPORTED);
}

/* emuicc-smdpp order: the program sets limits in the file of a server that runs, and the server
 * goes by them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/tools/smdpp_world.h"

#define ICCID_SMALL "8988000000000000011"
#define OUTPUT_SIZE 4096

static struct world world;
static struct mini_card card;
static char orders[WORLD_PATH_SIZE + 16];
static char output[OUTPUT_SIZE]; /* of the last run, errors too */

static void start(void)
{
    struct order order = {.state = ORDER_RELEASED,
                          .matching_id = "AC-1",
                          .iccid = ICCID_SMALL,
                          .package = WORLD_SMALL};
    world_make(&world);
    snprintf(orders, sizeof(orders), "%s/orders", world.folder);
    world_restart(&world, orders);
    mini_card_insert(&card, world.pki, EC_P256);
    cr_assert_eq(orders_add(world.smdpp->database, &order), 0);
}

static void end(void)
{
    mini_card_remove(&card);
    world_end(&world);
}

TestSuite(order_command, .init = start, .fini = end);

/* Exit status of emuicc-smdpp with the file and these words. */
static int run(const char *file, const char *words)
{
    char line[2 * WORLD_PATH_SIZE];
    snprintf(line, sizeof(line), "\"$EMUICC_SMDPP\" --orders '%s' %s 2>&1", file, words);
    FILE *program = popen(line, "r");
    cr_assert_not_null(program);
    output[fread(output, 1, sizeof(output) - 1, program)] = '\0';
    const int status = pclose(program);
    cr_assert(WIFEXITED(status), "%s", line);
    return WEXITSTATUS(status);
}

static void expect_run(const char *words, const char *said)
{
    cr_assert_eq(run(orders, words), 0, "%s: %s", words, output);
    cr_assert_not_null(strstr(output, said), "%s: %s", words, output);
}

static void expect_client(const char *codes)
{
    card.matching_id = "AC-1";
    world_initiate(&world, &card);
    json_t *response =
        world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    cr_assert_codes(response, codes);
    if (codes[0] == '\0')
        mini_card_take_metadata(&card, response);
    json_decref(response);
}

Test(order_command, the_server_goes_by_what_is_set)
{
    expect_run("order list", "released     " ICCID_SMALL "  'AC-1'  any chip  SMALL, begun 0, "
                             "valid for ever\n");
    expect_client("");
    expect_run("order set AC-1 --valid-for 0", "begun 1, expired ");
    expect_client("8.8.5/4.10");
    expect_run("order set " ICCID_SMALL " --valid-for 3600 --tries 2", "begun 1 of 2, valid until");
    expect_client("");
    expect_client("8.8.5/6.4");
    cr_assert_eq(run(orders, "order set AC-1 --tries 9"), 1);
    cr_assert_not_null(strstr(output, "is error: it cannot be downloaded any more"), "%s", output);
}

Test(order_command, says_it_in_json_too)
{
    const char *expires;
    int tries, begun;
    expect_run("order set AC-1 --valid-for 3600 --tries 2 --json", "\"tries\": 2");
    json_t *one = json_loads(output, 0, NULL);
    cr_assert_eq(
        json_unpack(one, "{s:s, s:i, s:i}", "expires", &expires, "tries", &tries, "begun", &begun),
        0);
    cr_assert_eq(strlen(expires), strlen("2026-01-01T00:00:00Z"));
    cr_assert_eq(begun, 0);
    expect_run("order set AC-1 --valid-for ever --json", "\"expires\": null");
    expect_run("--json order list AC-1", "\"tries\": 2");
    cr_assert_eq(run(orders, "order list --json"), 0);
    json_t *list = json_loads(output, 0, NULL);
    cr_assert_eq(json_array_size(list), 1);
    cr_assert_eq(run(orders, "order list AC-2 --json"), 1);
    cr_assert_not_null(strstr(output, "{\"error\": {\"text\": \"no order has"), "%s", output);
    json_decref(one);
    json_decref(list);
}

Test(order_command, makes_no_file)
{
    char none[sizeof(orders) + 8];
    snprintf(none, sizeof(none), "%s.none", orders);
    cr_assert_eq(run(none, "order list"), 1);
    cr_assert_not_null(strstr(output, "no such file"), "%s", output);
    cr_assert_eq(run(none, "order list"), 1, "nor did the first run make it");
}

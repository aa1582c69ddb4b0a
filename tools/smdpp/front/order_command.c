#include "tools/smdpp/front/order_command.h"

#include "apdu/trace.h"
#include "tools/lib/common/text.h"
#include "tools/smdpp/orders/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TIME_SIZE 32

/* A server without --orders has them in memory: a file that is not there is a mistake. */
static bool open_file(const char *path, struct database **out)
{
    *out = NULL;
    if (access(path, F_OK) == 0)
        return database_open(path, &smdpp_schema, out) == 0;
    trace_error("orders %s: no such file; a server started with --orders makes it", path);
    return false;
}

/* 0, 1 after a line if there is none, or a failure. */
static int find(struct database *database, const char *id, struct order *out)
{
    int result = orders_find_by_matching_id(database, id, out);
    if (result > 0)
        result = orders_find_by_iccid(database, id, out);
    if (result > 0)
        trace_error("no order has the matching id or ICCID '%s'; 'order list' shows them", id);
    return result;
}

static void time_text(int64_t seconds, char out[TIME_SIZE])
{
    const time_t when = (time_t)seconds;
    struct tm parts;
    if (gmtime_r(&when, &parts) == NULL || strftime(out, TIME_SIZE, "%FT%TZ", &parts) == 0)
        snprintf(out, TIME_SIZE, "%jd", (intmax_t)seconds);
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? text_json(bytes_of_text(text)) : json_null();
}

static void add_json(void *context, const struct order *order)
{
    char expires[TIME_SIZE] = "";
    if (order->expires != 0)
        time_text(order->expires, expires);
    json_array_append_new(
        context, json_pack("{s:s, s:o, s:o, s:o, s:s, s:i, s:o, s:o, s:b}", "iccid", order->iccid,
                           "matchingId", text_or_null(order->matching_id), "eid",
                           text_or_null(order->eid), "package", text_or_null(order->package),
                           "state", orders_state_text(order->state), "begun", (int)order->attempts,
                           "tries", order->tries != 0 ? json_integer(order->tries) : json_null(),
                           "expires", text_or_null(expires), "confirmationCode", order->has_code));
}

static void print_line(void *context, const struct order *order)
{
    char id[ORDERS_TEXT_SIZE], package[ORDERS_TEXT_SIZE], expires[TIME_SIZE] = "", tries[32] = "";
    (void)context;
    text_clean(bytes_of_text(order->matching_id), id, sizeof(id));
    text_clean(bytes_of_text(order->package), package, sizeof(package));
    if (order->expires != 0)
        time_text(order->expires, expires);
    if (order->tries != 0)
        snprintf(tries, sizeof(tries), " of %u", order->tries);
    printf("%-11s  %s  '%s'  %s%s  %s, begun %u%s, %s%s\n", orders_state_text(order->state),
           order->iccid, id, order->eid[0] != '\0' ? "EID " : "any chip", order->eid, package,
           order->attempts, tries,
           order->expires == 0           ? "valid for ever"
           : time(NULL) > order->expires ? "expired "
                                         : "valid until ",
           expires);
}

static int print_all(const struct order_command *command, struct database *database)
{
    json_t *list = json_array();
    const int count = command->json ? orders_each(database, add_json, list)
                                    : orders_each(database, print_line, NULL);
    if (count >= 0 && command->json)
        json_dumpf(list, stdout, JSON_INDENT(2));
    json_decref(list);
    if (count < 0)
        return EXIT_FAILURE;
    if (command->json)
        putchar('\n');
    else if (count == 0)
        printf("nothing is ordered: operators place orders over ES2+ (--es2-listen)\n");
    return EXIT_SUCCESS;
}

static int print_one(const struct order_command *command, const struct order *order)
{
    if (command->json) {
        json_t *list = json_array();
        add_json(list, order);
        json_dumpf(json_array_get(list, 0), stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(list);
    } else {
        print_line(NULL, order);
    }
    return EXIT_SUCCESS;
}

int order_command_list(const struct order_command *command)
{
    struct database *database;
    struct order order;
    int status = EXIT_FAILURE;
    if (open_file(command->orders, &database)) {
        if (command->id == NULL)
            status = print_all(command, database);
        else if (find(database, command->id, &order) == 0)
            status = print_one(command, &order);
    }
    database_close(database);
    return status;
}

static int limit(const struct order_command *command, struct database *database,
                 struct order *order)
{
    struct order_limits limits = {.has_expires = command->has_validity, .tries = command->tries};
    if (command->validity >= 0) /* the end is the last second in which it holds */
        limits.expires = time(NULL) + (command->validity > 0 ? command->validity : -1);
    int result = find(database, command->id, order);
    if (result != 0)
        return result;
    result = orders_limit(database, order->id, &limits);
    const int found = result < 0 ? result : orders_find(database, order->id, order);
    if (result > 0 && found == 0)
        trace_error("order of profile %s is %s: it cannot be downloaded any more", order->iccid,
                    orders_state_text(order->state));
    else if (found > 0)
        trace_error("order '%s' has just been removed", command->id);
    return result != 0 ? result : found;
}

int order_command_set(const struct order_command *command)
{
    struct database *database;
    struct order order;
    int status = EXIT_FAILURE;
    if (open_file(command->orders, &database) && limit(command, database, &order) == 0)
        status = print_one(command, &order);
    database_close(database);
    return status;
}

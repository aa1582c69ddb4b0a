/* emuicc-lpa notifications. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/lib/download/deliver.h"
#include "tools/lib/common/describe.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/lpa/lpa.h"
#include "tools/lpa/show.h"
#include "tools/lib/common/text.h"

#define PENDING_MAX 256
#define NUMBER_BASE 10

/* clang-format off */
static const struct show_column columns[] = {
    {"number", "number"},
    {"event", "event"},
    {"ICCID", "iccid"},
    {"server", "address"},
    {"done", "done"},
};
/* clang-format on */

/* One that the card holds, copied: the card's list is gone after the next call. */
struct pending {
    uint32_t number;
    char address[NOTIFICATION_ADDRESS_MAX + 1];
    size_t address_len;
    bool failed;
    json_t *report; /* borrowed from the document */
};

struct job {
    const char *done; /* "sent"; NULL: only list */
    bool (*run)(struct lpa *lpa, const struct pending *pending);
};

static bool send_one(struct lpa *lpa, const struct pending *pending)
{
    return deliver_notification(&lpa->es10, &lpa->http, pending->number,
                                bytes_of(pending->address, pending->address_len));
}

static bool remove_one(struct lpa *lpa, const struct pending *pending)
{
    return es10b_remove_notification(&lpa->es10, pending->number);
}

static bool find_job(struct lpa *lpa, const char *word, struct job *out)
{
    *out = (struct job){0};
    if (word == NULL)
        return true;
    if (strcmp(word, "send") == 0)
        *out = (struct job){"sent", send_one};
    else if (strcmp(word, "remove") == 0)
        *out = (struct job){"removed", remove_one};
    else
        return fault_raise(&lpa->fault, "notifications", "'%.40s' is neither send nor remove",
                           word);
    return true;
}

/* The numbers given, or any number if none is. */
static bool is_meant(uint32_t number, int count, char **numbers)
{
    for (int i = 0; i < count; i++)
        if (strtoul(numbers[i], NULL, NUMBER_BASE) == number)
            return true;
    return count == 0;
}

static bool check_numbers(struct lpa *lpa, int count, char **numbers)
{
    for (int i = 0; i < count; i++)
        if (numbers[i][0] == '\0' || strspn(numbers[i], "0123456789") != strlen(numbers[i]))
            return fault_raise(&lpa->fault, "notifications", "'%.40s' is no number", numbers[i]);
    return true;
}

/* Copies those that are meant; their number, or -1 after a fault. */
static int list_pending(struct lpa *lpa, int count, char **numbers, struct pending *out,
                        json_t *reports)
{
    struct bytes list;
    struct notification notification;
    int found = 0;
    if (!es10b_list_notification(&lpa->es10, &list))
        return -1;
    while (list.len > 0 && found < PENDING_MAX) {
        json_t *report = json_object();
        if (!notification_take(&list, &notification) ||
            !describe(&describe_notification, notification.content, report)) {
            json_decref(report);
            es10_malformed(&lpa->fault, ES10B_LIST_NOTIFICATION);
            return -1;
        }
        if (is_meant(notification.number, count, numbers)) {
            out[found] = (struct pending){.number = notification.number,
                                          .address_len = notification.address.len,
                                          .report = report};
            memcpy(out[found++].address, notification.address.data, notification.address.len);
            json_array_append(reports, report);
        }
        json_decref(report);
    }
    return found;
}

/* A server gets its notifications in their order: none after one that it could not be given. */
static bool has_failed_before(const struct pending *pending, int at)
{
    for (int i = 0; i < at; i++)
        if (pending[i].failed && strcmp(pending[i].address, pending[at].address) == 0)
            return true;
    return false;
}

/* Each is tried; the first failure is the command's, each is reported beside its notification. */
static bool run_job(struct lpa *lpa, const struct job *job, struct pending *pending, int count)
{
    struct fault first = {0};
    for (int i = 0; i < count && !interrupt_is(&first); i++) {
        char text[32];
        if (has_failed_before(pending, i))
            continue;
        snprintf(text, sizeof(text), "notification %u", pending[i].number);
        progress_step(&lpa->progress, text);
        fault_clear(&lpa->fault);
        pending[i].failed = !interrupt_none(&lpa->fault) || !job->run(lpa, &pending[i]);
        if (!pending[i].failed)
            json_object_set_new(pending[i].report, "done", json_string(job->done));
        else
            json_object_set_new(pending[i].report, "error", fault_json(&lpa->fault));
        if (pending[i].failed && !first.raised)
            first = lpa->fault;
    }
    lpa->fault = first;
    return !first.raised;
}

bool command_notifications_run(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    struct job job;
    const int numbers = count > 1 ? count - 1 : 0;
    struct pending *pending = calloc(PENDING_MAX, sizeof(*pending));
    if (pending == NULL)
        return fault_raise(&lpa->fault, "memory", "there is none left");
    json_t *reports = json_array();
    json_object_set_new(document, "notifications", reports);
    bool good = find_job(lpa, count > 0 ? arguments[0] : NULL, &job) &&
                check_numbers(lpa, numbers, arguments + 1);
    if (good) {
        const int found = list_pending(lpa, numbers, arguments + 1, pending, reports);
        good = found >= 0 && (job.run == NULL || run_job(lpa, &job, pending, found));
        if (good && found == 0 && numbers > 0)
            good = es10_refused(&lpa->fault, ES10B_REMOVE_NOTIFICATION, 1);
    }
    free(pending);
    return good;
}

void command_notifications_show(const json_t *document)
{
    show_rows(json_object_get(document, "notifications"), columns,
              sizeof(columns) / sizeof(columns[0]), "no notification waits on this card");
}

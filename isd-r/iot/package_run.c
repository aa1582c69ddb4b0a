#include "isd-r/iot/package_run.h"

#include "apdu/trace.h"
#include "isd-r/iot/package_result.h"

#define END_SIZE 3              /* bytes of processingTerminated */
#define RESULT_OF_CHANGE_MAX 16 /* bytes of what an operation that changes something results in */
#define SECOND_OF_ITS_KIND OPERATION_UNDEFINED

static enum euicc_info_iot release_of(const struct operation_run *run)
{
    return euicc_info_iot(run->iot->info);
}

/* The first operation of which there may be one only, and is another: such a package is not begun.
 */
static bool find_second(const struct operation_run *run, const struct tlv *list,
                        struct operation *out)
{
    struct bytes rest = list->value;
    const struct operation_row *seen[2] = {0};
    while (operation_take(&rest, list->tag, release_of(run), out)) {
        if (!out->row->once)
            continue;
        if (out->row == seen[0] || out->row == seen[1])
            return true;
        seen[seen[0] != NULL] = out->row;
    }
    return false;
}

/* As whoever watches wants it, or as it is. */
static int carry_out(struct operation_run *run, const struct operation *operation, uint32_t number,
                     int *answer, struct writer *content)
{
    const struct operation_row *row = operation->row;
    const enum checkpoint_place place =
        row->list == OPERATION_PSMO_LIST ? CHECKPOINT_PSMO : CHECKPOINT_ECO;
    const int order = checkpoint_pass(run->iot->watch, place, row->name, number);
    if (order != CHECKPOINT_PASS) {
        *answer = order;
        return 0;
    }
    return row->handle(run, operation, answer, content);
}

/* What follows a result: 0 the next operation, or an enum operation_end, or < 0: nothing more. */
#define GO_ON 0
#define STOP (-1)
static int what_follows(const struct operation_run *run, const struct operation *operation,
                        int answer)
{
    if (operation_is_done(operation->row, answer))
        return GO_ON;
    if (answer == OPERATION_CHANGE_ONGOING)
        return OPERATION_END_DAMAGED;
    switch ((enum iot_package_errors)run->iot->settings->package_errors) {
    case IOT_STOP_TERMINATED:
        return OPERATION_END_OTHERWISE;
    case IOT_CONTINUE:
        return GO_ON;
    case IOT_STOP:
        break;
    }
    return STOP;
}

/* One operation with its result; a result that does not fit is taken back. */
static int run_one(struct operation_run *run, const struct operation *operation, uint32_t number,
                   struct writer *content, struct writer *results, int *follows)
{
    const size_t before = results->len;
    int answer = OPERATION_UNDEFINED;
    writer_reset(content);
    const int status = carry_out(run, operation, number, &answer, content);
    if (status != 0)
        return status;
    trace_detail("%s: %d", operation->row->name, answer);
    run->changed |= operation->row->changes && operation_is_done(operation->row, answer);
    operation_put_result(operation, answer, writer_bytes(content), results);
    *follows = what_follows(run, operation, answer);
    if (!results->overflow && !content->overflow)
        return 0;
    results->overflow = false;
    results->len = before;
    *follows = OPERATION_END_OVERFLOW;
    return 0;
}

static int run_all(struct operation_run *run, const struct tlv *list, struct writer *content,
                   struct writer *results, int *follows)
{
    struct bytes rest = list->value;
    struct operation operation;
    int status = 0;
    for (uint32_t number = 1; rest.len > 0 && status == 0 && *follows == GO_ON; number++) {
        if (results->capacity - results->len < RESULT_OF_CHANGE_MAX)
            *follows = OPERATION_END_OVERFLOW;
        else if (!operation_take(&rest, list->tag, release_of(run), &operation))
            *follows = OPERATION_END_DAMAGED;
        else
            status = run_one(run, &operation, number, content, results, follows);
    }
    return status;
}

static void begin(struct operation_run *run)
{
    const struct registry_profile *enabled = registry_enabled(run->iot->registry);
    run->start = (struct iot_remembered){.set = enabled != NULL};
    if (enabled != NULL)
        memcpy(run->start.iccid, enabled->iccid, sizeof(run->start.iccid));
}

int package_run(struct operation_run *run, const struct tlv *list, struct writer *results)
{
    struct writer room = writer_on(results->data, results->capacity - END_SIZE);
    uint8_t content_room[PACKAGE_RESULT_MAX];
    struct writer content = writer_on(content_room, sizeof(content_room));
    struct operation second;
    int follows = GO_ON, status = 0;
    begin(run);
    if (find_second(run, list, &second)) {
        operation_put_result(&second, SECOND_OF_ITS_KIND, (struct bytes){0}, &room);
        follows = OPERATION_END_DAMAGED;
    } else {
        status = run_all(run, list, &content, &room, &follows);
        profile_state_end_package(run->iot->state);
    }
    results->len = room.len;
    if (status == 0 && follows > 0)
        package_result_put_end(follows, results);
    return status;
}

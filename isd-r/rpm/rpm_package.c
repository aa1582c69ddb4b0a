#include "isd-r/rpm/rpm_package.h"

#include "apdu/trace.h"
#include "isd-r/profiles/metadata_check.h"
#include "isd-r/rpm/rpm_command.h"

#define END_SIZE 5 /* bytes of the result that says why processing ended */
/* Bytes of the longest result of a command that does something: its answer must not get lost. */
#define RESULT_OF_CHANGE_MAX (64 + METADATA_CHECK_ADDRESS_MAX)

/* How far a package has come. */
struct progress {
    const struct rpm_command_row *refresh; /* the last that changed which profile is enabled */
    bool ended;                            /* by a command that no other may follow */
};

void rpm_package_put_end(enum rpm_package_end end, struct writer *results)
{
    const size_t mark = tlv_open(results, DER_SEQUENCE);
    der_put_integer(results, DER_INTEGER, end);
    tlv_close(results, mark);
}

/* One enabling, one disabling, or a disabling and then an enabling. */
static bool may_refresh(const struct progress *progress, const struct rpm_command_row *row)
{
    return progress->refresh == NULL ||
           (progress->refresh->type == RPM_TYPE_DISABLE && row->type == RPM_TYPE_ENABLE);
}

/* Why the next command is not looked at; 0: it is. */
static int refusal_of(struct progress *progress, const struct rpm_command *command,
                      const struct writer *results)
{
    if (progress->ended)
        return RPM_PACKAGE_AFTER_CONTACT;
    if (command->row->has_refresh && !may_refresh(progress, command->row))
        return RPM_PACKAGE_REFRESH_EXCEEDED;
    return command->row->has_iccid && results->capacity - results->len < RESULT_OF_CHANGE_MAX
               ? RPM_PACKAGE_RESULT_OVERFLOW
               : 0;
}

/* What a list that does not fit has written is taken back. */
static int run(struct rpm *rpm, struct progress *progress, const struct rpm_command *command,
               struct writer *results, bool *goes_on)
{
    const size_t before = results->len;
    int answer = 0;
    const int result = rpm_command_run(rpm, command, results, &answer);
    trace_detail("RPM command %s: %d", command->row->name, answer);
    if (command->row->has_refresh)
        progress->refresh = command->row;
    progress->ended = command->row->ends;
    *goes_on = result == 0 && (answer == 0 || command->continues);
    if (!results->overflow)
        return result;
    results->overflow = false;
    results->len = before;
    return result == 0 ? RPM_PACKAGE_RESULT_OVERFLOW : result;
}

int rpm_package_execute(struct rpm *rpm, struct bytes package, struct writer *results)
{
    struct writer room = writer_on(results->data, results->capacity - END_SIZE);
    struct progress progress = {0};
    struct rpm_command command;
    bool goes_on = package.len <= RPM_PACKAGE_MAX;
    int result = goes_on ? 0 : RPM_PACKAGE_TOO_LARGE;
    while (goes_on && result == 0 && package.len > 0) {
        result = rpm_command_take(&package, &command) ? refusal_of(&progress, &command, &room)
                                                      : RPM_PACKAGE_DAMAGED;
        if (result == 0)
            result = run(rpm, &progress, &command, &room, &goes_on);
    }
    rpm->state->pending.open = false;
    if (result < 0)
        return result;
    results->len = room.len;
    if (result > 0)
        rpm_package_put_end((enum rpm_package_end)result, results);
    return 0;
}

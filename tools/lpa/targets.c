#include "tools/lpa/targets.h"

#include <stdlib.h>

#include "tools/lib/transport/interrupt.h"

bool targets_init(struct targets *targets, struct fault *fault)
{
    *targets = (struct targets){calloc(TARGETS_MAX, sizeof(struct target)), 0};
    return targets->list != NULL || fault_raise(fault, "memory", "there is none left");
}

void targets_finish(struct targets *targets)
{
    free(targets->list);
    *targets = (struct targets){0};
}

static bool parse(const char *text, const char *command, struct activation *out,
                  struct fault *fault)
{
    if (strchr(text, '$') != NULL)
        return activation_parse(text, out, fault);
    if (!activation_is_address(text) || strlen(text) > ACTIVATION_TEXT_MAX)
        return fault_raise(fault, command, "'%.100s' is no server address", text);
    strcpy(out->address, text);
    return true;
}

bool targets_add_text(struct targets *targets, const char *command, const char *text,
                      struct fault *fault)
{
    if (targets->count == TARGETS_MAX)
        return fault_raise(fault, command, "more than %d servers", TARGETS_MAX);
    struct target *target = &targets->list[targets->count];
    if (!parse(text, command, &target->request.code, fault))
        return false;
    targets->count++;
    return true;
}

struct target *targets_add_address(struct targets *targets, struct bytes address,
                                   struct bytes iccid)
{
    if (targets->count == TARGETS_MAX || address.len == 0 || address.len > ACTIVATION_TEXT_MAX)
        return NULL;
    struct target *target = &targets->list[targets->count];
    char *text = target->request.code.address;
    memcpy(text, address.data, address.len);
    text[address.len] = '\0';
    if (!activation_is_address(text))
        return NULL;
    if (bytes_copy_exact(iccid, target->iccid, sizeof(target->iccid)))
        target->request.iccid = bytes_of(target->iccid, sizeof(target->iccid));
    targets->count++;
    return target;
}

static bool is_same(const struct activation *a, const struct activation *b)
{
    return strcmp(a->address, b->address) == 0 && strcmp(a->matching_id, b->matching_id) == 0;
}

struct target *targets_add_event(struct targets *targets, const json_t *event, const char *smds_oid)
{
    if (targets->count == TARGETS_MAX)
        return NULL;
    struct target *target = &targets->list[targets->count];
    *target = (struct target){.request.operation = ES10B_DOWNLOAD};
    if (!discovery_request(event, smds_oid, target->smds_oid, &target->request))
        return NULL;
    for (size_t i = 0; i < targets->count; i++)
        if (is_same(&targets->list[i].request.code, &target->request.code))
            return NULL;
    targets->count++;
    return target;
}

static void keep_fault(struct fault *kept, const struct fault *next)
{
    if (!kept->raised || (session_versions_differ(kept) && !session_versions_differ(next)))
        *kept = *next;
}

bool targets_ask(const struct targets *targets, targets_asker *ask, void *context,
                 struct fault *fault)
{
    struct fault kept = {0};
    bool reached = false;
    for (size_t i = 0; i < targets->count && !interrupt_is(&kept); i++) {
        fault_clear(fault);
        if (ask(context, &targets->list[i]))
            reached = true;
        else
            keep_fault(&kept, fault);
    }
    if (reached && session_versions_differ(&kept))
        fault_clear(&kept);
    *fault = kept;
    return !fault->raised;
}

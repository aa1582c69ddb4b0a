#include "card/fault/fault.h"

#include <stdlib.h>

const char *faults_add(struct faults *faults, const struct fault *fault, unsigned *id)
{
    if (faults->list == NULL && (faults->list = malloc(FAULTS_MAX * sizeof(*faults->list))) == NULL)
        return "there is no memory for a fault";
    if (faults->count == FAULTS_MAX)
        return "there are 64 faults already; 'emuicc-ctl fault clear' takes them back";
    struct fault *added = &faults->list[faults->count++];
    *added = *fault;
    added->id = *id = ++faults->last_id;
    return NULL;
}

bool faults_remove(struct faults *faults, unsigned id)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->list[i].id == id) {
            faults->count--;
            memmove(&faults->list[i], &faults->list[i + 1],
                    (faults->count - i) * sizeof(*faults->list));
            return true;
        }
    return false;
}

void faults_clear(struct faults *faults)
{
    free(faults->list);
    faults->list = NULL;
    faults->count = 0;
}

static bool is_there(const struct fault *fault, enum fault_place place, const char *name,
                     uint32_t number)
{
    return fault->place == place &&
           (fault->name == NULL || (name != NULL && strcmp(fault->name, name) == 0)) &&
           (fault->number == 0 || fault->number == number);
}

void faults_pass(struct faults *faults, enum fault_place place, const char *name, uint32_t number,
                 fault_striker *strike, void *context)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = &faults->list[i];
        if (!is_there(fault, place, name, number) || ++fault->seen < fault->first ||
            (fault->times != 0 && fault->strikes == fault->times))
            continue;
        fault->strikes++;
        strike(context, fault);
    }
}

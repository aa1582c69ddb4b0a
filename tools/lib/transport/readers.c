#include "tools/lib/transport/readers.h"

#include <stdio.h>
#include <string.h>

#define WHERE "PC/SC"

/* A full name means that reader only, even if it is a part of another's name. */
static bool is_full_name(const struct readers *readers, const char *wanted)
{
    for (size_t i = 0; i < readers->count; i++)
        if (strcmp(readers->names[i], wanted) == 0)
            return true;
    return false;
}

static bool is_meant(const struct readers *readers, const char *wanted, size_t i)
{
    if (wanted == NULL)
        return true;
    return is_full_name(readers, wanted) ? strcmp(readers->names[i], wanted) == 0
                                         : strstr(readers->names[i], wanted) != NULL;
}

enum readers_choice readers_choose(const struct readers *readers, const char *wanted,
                                   size_t *chosen)
{
    size_t meant = 0, present = 0;
    for (size_t i = 0; i < readers->count; i++) {
        if (!is_meant(readers, wanted, i))
            continue;
        meant++;
        if (readers->present[i]) {
            present++;
            *chosen = i;
        }
    }
    if (meant == 0)
        return READERS_UNKNOWN;
    if (present == 0)
        return READERS_EMPTY;
    return present == 1 ? READERS_CHOSEN : READERS_SEVERAL;
}

/* "A | B", of those meant that hold a card if `present`. */
static void list_names(const struct readers *readers, const char *wanted, bool present, char *text,
                       size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < readers->count && len < size; i++)
        if (is_meant(readers, wanted, i) && (readers->present[i] || !present))
            len += (size_t)snprintf(text + len, size - len, "%s%s", len > 0 ? " | " : "",
                                    readers->names[i]);
}

bool readers_explain(const struct readers *readers, const char *wanted, enum readers_choice choice,
                     struct fault *fault)
{
    char names[300];
    if (readers->count == 0) {
        fault_raise(fault, WHERE, "pcscd knows no reader");
        return fault_next(fault, "plug one in; for a card in software install vsmartcard-vpcd, or "
                                 "run tools/start");
    }
    if (choice == READERS_UNKNOWN) {
        list_names(readers, NULL, false, names, sizeof(names));
        fault_raise(fault, WHERE, "no reader is called '%s'", wanted);
        return fault_next(fault, "readers: %s", names);
    }
    list_names(readers, wanted, choice == READERS_SEVERAL, names, sizeof(names));
    if (choice == READERS_EMPTY) {
        fault_raise(fault, WHERE, "no card in %s", names);
        return fault_next(fault, "insert one, or start emuicc (tools/start does)");
    }
    fault_raise(fault, WHERE, "several readers hold a card");
    return fault_next(fault, "choose one with --reader: %s", names);
}

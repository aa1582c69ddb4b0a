#include "tools/line/presence.h"

#include <string.h>

#include "apdu/trace.h"

#define MOMENT_MS 500
#define COUNT_SHIFT 16 /* pcscd counts comings and goings in the upper half of a state */

static bool complain(const char *what, LONG code)
{
    trace_error("PC/SC: %s: %s", what, pcsc_stringify_error(code));
    return false;
}

static bool establish(SCARDCONTEXT *context)
{
    const LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, context);
    return code == SCARD_S_SUCCESS || complain("pcscd does not answer", code);
}

static bool holds_chip(DWORD state)
{
    return (state & SCARD_STATE_PRESENT) != 0 && (state & SCARD_STATE_MUTE) == 0;
}

static LONG list(struct presence *presence)
{
    DWORD size = sizeof(presence->names);
    SCARD_READERSTATE states[READERS_MAX] = {0};
    struct readers *readers = &presence->readers;
    LONG code = SCardListReaders(presence->context, NULL, presence->names, &size);
    if (code != SCARD_S_SUCCESS)
        return code;
    for (const char *name = presence->names; *name != '\0' && readers->count < READERS_MAX;
         name += strlen(name) + 1) {
        states[readers->count].szReader = name;
        readers->names[readers->count++] = name;
    }
    code = SCardGetStatusChange(presence->context, 0, states, (DWORD)readers->count);
    for (size_t i = 0; i < readers->count; i++)
        readers->present[i] = code == SCARD_S_SUCCESS && holds_chip(states[i].dwEventState);
    return code == SCARD_E_TIMEOUT ? SCARD_S_SUCCESS : code;
}

bool presence_start(struct presence *presence)
{
    *presence = (struct presence){0};
    if (!establish(&presence->context))
        return false;
    const LONG code = list(presence);
    if (code == SCARD_S_SUCCESS)
        return true;
    presence_finish(presence);
    return complain("it lists no readers", code);
}

void presence_finish(struct presence *presence)
{
    SCardReleaseContext(presence->context);
}

bool presence_watch_start(struct presence_watch *watch, const char *reader)
{
    *watch = (struct presence_watch){.reader = reader};
    return establish(&watch->context);
}

void presence_watch_finish(struct presence_watch *watch)
{
    SCardReleaseContext(watch->context);
}

static enum presence_change judge(DWORD before, DWORD now)
{
    const bool other = before >> COUNT_SHIFT != now >> COUNT_SHIFT;
    if (holds_chip(now) && (other || !holds_chip(before)))
        return PRESENCE_CHIP;
    return holds_chip(before) && !holds_chip(now) ? PRESENCE_EMPTY : PRESENCE_SAME;
}

enum presence_change presence_wait(struct presence_watch *watch)
{
    SCARD_READERSTATE state = {.szReader = watch->reader, .dwCurrentState = watch->seen};
    const LONG code = SCardGetStatusChange(watch->context, MOMENT_MS, &state, 1);
    if (code == SCARD_E_TIMEOUT || code == SCARD_E_CANCELLED)
        return PRESENCE_SAME;
    if (code != SCARD_S_SUCCESS) {
        complain("a reader is not answered for", code);
        return PRESENCE_FAILURE;
    }
    const enum presence_change change = judge(watch->seen, state.dwEventState);
    watch->seen = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
    return change;
}

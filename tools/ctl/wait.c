#include "tools/ctl/wait.h"

#include <stdlib.h>
#include <time.h>
#include <winscard.h>

#include "apdu/hex.h"
#include "apdu/json_writer.h"
#include "apdu/trace.h"
#include "tools/ctl/ask.h"

#define TIMEOUT_S 30
#define TIMEOUT_MAX_S 86400
#define STEP_MS 100
#define NAMES_MAX 8192

struct sought {
    uint8_t atr[MAX_ATR_SIZE];
    size_t len;
    bool seen;
};

/* What the running card says of itself: its ATR, and whether a reader has powered it since it was
 * put in, before which PC/SC may still speak of the card that sat there last. False if none runs or
 * it cannot be read. */
static bool ask_status(const char *state, struct sought *out)
{
    uint8_t room[4096];
    struct writer answer = writer_on(room, sizeof(room));
    if (ask_card(state, "status", &answer) != ASK_ANSWERED)
        return false;
    json_t *status = json_loadb((const char *)room, answer.len, 0, NULL);
    const char *text = json_string_value(json_object_get(status, "atr"));
    struct writer atr = writer_on(out->atr, sizeof(out->atr));
    const bool good = text != NULL && hex_decode(text, &atr);
    out->len = atr.len;
    out->seen = json_is_true(json_object_get(status, "seen"));
    json_decref(status);
    return good;
}

static bool holds(SCARDCONTEXT context, const char *reader, const struct sought *sought)
{
    SCARD_READERSTATE state = {.szReader = reader, .dwCurrentState = SCARD_STATE_UNAWARE};
    if (SCardGetStatusChange(context, 0, &state, 1) != SCARD_S_SUCCESS)
        return false;
    return (state.dwEventState & SCARD_STATE_PRESENT) != 0 &&
           bytes_equal(bytes_of(state.rgbAtr, state.cbAtr), bytes_of(sought->atr, sought->len));
}

/* The first reader that holds the card: its name in *names; NULL if none does. */
static const char *find(const struct sought *sought, char names[NAMES_MAX])
{
    SCARDCONTEXT context;
    DWORD len = NAMES_MAX;
    const char *found = NULL;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS)
        return NULL;
    if (SCardListReaders(context, NULL, names, &len) == SCARD_S_SUCCESS)
        for (const char *name = names; name[0] != '\0' && found == NULL; name += strlen(name) + 1)
            if (holds(context, name, sought))
                found = name;
    SCardReleaseContext(context);
    return found;
}

static bool read_timeout(const struct ctl_options *options, long *seconds)
{
    char *end;
    *seconds = options->timeout != NULL ? strtol(options->timeout, &end, 10) : TIMEOUT_S;
    if (options->timeout == NULL || (end[0] == '\0' && *seconds > 0 && *seconds <= TIMEOUT_MAX_S))
        return true;
    trace_error("--timeout %s: a number of seconds is needed", options->timeout);
    return false;
}

bool wait_work(const struct ctl_options *options, struct writer *out)
{
    char names[NAMES_MAX];
    struct sought sought;
    bool runs = false;
    long seconds;
    if (!read_timeout(options, &seconds))
        return false;
    for (long step = 0; step < seconds * 1000 / STEP_MS; step++) {
        runs = ask_status(options->state, &sought);
        const char *reader = runs && sought.seen ? find(&sought, names) : NULL;
        if (reader != NULL) {
            json_writer_open_object(out, NULL);
            json_writer_word(out, "reader", reader);
            json_writer_close_object(out);
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
    }
    trace_error(runs ? "no reader sees the card on %s after %ld s; 'emuicc-ctl doctor' looks why"
                     : "no card runs on %s after %ld s",
                options->state, seconds);
    return false;
}

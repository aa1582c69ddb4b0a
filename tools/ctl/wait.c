#include "tools/ctl/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

#include "apdu/hex.h"
#include "apdu/json_writer.h"
#include "apdu/trace.h"
#include "tools/lib/control/ask.h"
#include "tools/lib/es10/es10c.h"
#include "tools/lib/transport/pcsc.h"

#define TIMEOUT_S 30
#define TIMEOUT_MAX_S 86400
#define STEP_MS 100
#define NAMES_MAX 8192
#define DIRECT_MAX 128
#define SOCKET_MAX 4096
#define AID_MAX 16

/* The card that is waited for, as it says itself. */
struct sought {
    uint8_t atr[MAX_ATR_SIZE], eid[ES10C_EID_LEN], aid[AID_MAX];
    struct writer atr_writer, eid_writer, aid_writer; /* on these */
    bool seen; /* a reader has powered it since it was put in: before, PC/SC may still speak of the
                  card that was there last */
    char direct[DIRECT_MAX]; /* where a farm's chip without a reader is reached; "": it has one */
    char
        socket[SOCKET_MAX]; /* of the chip's own, on which it is found with no pcscd; "": pcscd's */
};

static json_t *ask(const char *state, const char *request)
{
    uint8_t room[4096];
    struct writer answer = writer_on(room, sizeof(room));
    if (ask_card(state, request, &answer) != ASK_ANSWERED)
        return NULL;
    return json_loadb((const char *)room, answer.len, 0, NULL);
}

static bool read_hex(const json_t *status, const char *name, struct writer *out)
{
    const char *text = json_string_value(json_object_get(status, name));
    return text != NULL && hex_decode(text, out);
}

static void read_text(const json_t *status, const char *name, size_t size, char *out)
{
    const char *text = json_string_value(json_object_get(status, name));
    snprintf(out, size, "%s", text != NULL ? text : "");
}

/* A farm says where its chips are; a card that is alone does not know the question. */
static void ask_where(const char *state, struct sought *out)
{
    json_t *where = ask(state, "where");
    read_text(where, "direct", sizeof(out->direct), out->direct);
    json_decref(where);
}

/* False if no card runs on the state, or its answer cannot be read. */
static bool ask_status(const char *state, struct sought *out)
{
    *out = (struct sought){.seen = false};
    out->atr_writer = writer_on(out->atr, sizeof(out->atr));
    out->eid_writer = writer_on(out->eid, sizeof(out->eid));
    out->aid_writer = writer_on(out->aid, sizeof(out->aid));
    if (!ask_is_there(state)) /* not made yet */
        return false;
    json_t *status = ask(state, "status");
    const bool good = read_hex(status, "atr", &out->atr_writer) &&
                      read_hex(status, "eid", &out->eid_writer) &&
                      out->eid_writer.len == sizeof(out->eid);
    (void)read_hex(status, "isd-r", &out->aid_writer);
    read_text(status, "socket", sizeof(out->socket), out->socket);
    out->seen = json_is_true(json_object_get(status, "seen"));
    json_decref(status);
    if (good)
        ask_where(state, out);
    return good;
}

static bool has_atr(SCARDCONTEXT context, const char *reader, const struct sought *sought)
{
    SCARD_READERSTATE state = {.szReader = reader, .dwCurrentState = SCARD_STATE_UNAWARE};
    if (SCardGetStatusChange(context, 0, &state, 1) != SCARD_S_SUCCESS)
        return false;
    return (state.dwEventState & SCARD_STATE_PRESENT) != 0 &&
           bytes_equal(bytes_of(state.rgbAtr, state.cbAtr), writer_bytes(&sought->atr_writer));
}

/* The chip's EID, as an LPA reads it. */
static bool read_eid(struct chip *chip, struct fault *fault, struct bytes aid, uint8_t *eid)
{
    struct es10 es10;
    if (!chip_select(chip, aid) || !es10_init(&es10, chip, fault))
        return false;
    const bool read = es10c_get_eid(&es10, eid);
    es10_finish(&es10);
    chip_deselect(chip);
    return read;
}

enum match { MATCH_NO, MATCH_UNKNOWN, MATCH_YES };

/* All chips of a personality share an ATR: the EID tells them apart. */
static enum match match_eid(const char *reader, const struct sought *sought)
{
    struct fault fault = {0};
    struct chip chip;
    uint8_t eid[ES10C_EID_LEN];
    bool read = false;
    struct transport *transport = pcsc_create(reader);
    if (transport == NULL || sought->aid_writer.len == 0)
        return MATCH_UNKNOWN;
    if (chip_init(&chip, transport, &fault)) {
        read = transport->kind->open(transport, &fault) &&
               read_eid(&chip, &fault, writer_bytes(&sought->aid_writer), eid);
        chip_finish(&chip);
    }
    transport->kind->close(transport);
    if (!read)
        return MATCH_UNKNOWN;
    return memcmp(eid, sought->eid, sizeof(eid)) == 0 ? MATCH_YES : MATCH_NO;
}

/* The reader that holds the card: its name in *names; NULL if none does. A card that shows its EID
 * to nobody is the one with its ATR, if there is no other. */
static const char *choose(SCARDCONTEXT context, const struct sought *sought, const char *names)
{
    const char *unknown = NULL;
    unsigned candidates = 0;
    for (const char *name = names; name[0] != '\0'; name += strlen(name) + 1) {
        if (!has_atr(context, name, sought))
            continue;
        candidates++;
        const enum match match = match_eid(name, sought);
        if (match == MATCH_YES)
            return name;
        if (match == MATCH_UNKNOWN)
            unknown = name;
    }
    return candidates == 1 ? unknown : NULL;
}

/* The chip's own socket comes before that of the environment, on which it is not: libpcsclite looks
 * at its first call. PC/SC is asked before the card is seen, since systemd starts pcscd for its
 * first client. */
static const char *find(const struct sought *sought, char names[NAMES_MAX])
{
    if (sought->socket[0] != '\0' && setenv("PCSCLITE_CSOCK_NAME", sought->socket, 1) != 0)
        return NULL;
    SCARDCONTEXT context;
    DWORD len = NAMES_MAX;
    const char *found = NULL;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS)
        return NULL;
    if (SCardListReaders(context, NULL, names, &len) == SCARD_S_SUCCESS && sought->seen)
        found = choose(context, sought, names);
    SCardReleaseContext(context);
    return found;
}

static bool read_seconds(const char *text, long *seconds)
{
    char *end;
    *seconds = strtol(text, &end, 10);
    return end != text && end[0] == '\0' && *seconds > 0 && *seconds <= TIMEOUT_MAX_S;
}

bool wait_check_timeout(const char *text)
{
    long seconds;
    if (read_seconds(text, &seconds))
        return true;
    trace_error("--timeout %s: a number of seconds is needed", text);
    return false;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool say_where(const struct sought *sought, const char *kind, const char *where,
                      struct writer *out)
{
    json_writer_open_object(out, NULL);
    json_writer_word(out, kind, where);
    if (sought->socket[0] != '\0')
        json_writer_word(out, "PCSCLITE_CSOCK_NAME", sought->socket);
    json_writer_close_object(out);
    return true;
}

bool wait_work(const struct ctl_options *options, struct writer *out)
{
    char names[NAMES_MAX];
    struct sought sought;
    bool runs = false;
    long seconds = TIMEOUT_S;
    if (options->timeout != NULL && !read_seconds(options->timeout, &seconds))
        return false;
    for (const int64_t end = now_ms() + seconds * 1000; now_ms() < end;) {
        runs = ask_status(options->state, &sought);
        if (runs && sought.direct[0] != '\0')
            return say_where(&sought, "direct", sought.direct, out);
        const char *reader = runs ? find(&sought, names) : NULL;
        if (reader != NULL)
            return say_where(&sought, "reader", reader, out);
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
    }
    trace_error(
        runs ? "no reader sees the card on %s after %ld s; 'emuicc-ctl doctor' looks why"
             : "no card runs on %s after %ld s; 'emuicc --state' with this folder starts one",
        options->state, seconds);
    return false;
}

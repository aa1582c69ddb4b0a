#include "fs/ota/script.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/ota/ota_trace.h"

/* Templates and what stands in them (TS 101 220 §7.2, TS 102 226 §5.2). */
#define TAG_COMMANDS 0xAA
#define TAG_COMMANDS_INDEFINITE 0xAE
#define TAG_RESPONSES 0xAB
#define TAG_RESPONSES_INDEFINITE 0xAF
#define INDEFINITE 0x80
#define TAG_C_APDU 0x22
#define TAG_R_APDU 0x23
#define TAG_COUNT 0x80 /* in a response */
#define TAG_IMMEDIATE_ACTION 0x81
#define TAG_ERROR_ACTION 0x82
#define TAG_CHAINING 0x83
#define TAG_BAD_FORMAT 0x90
#define END_OF_CONTENTS_LEN 2

enum bad_format { BAD_TAG = 1, BAD_LENGTH = 2, BAD_LENGTH_MISSING = 3 };
#define ACTION_SUSPENSION_ERROR 0x01
#define ACTION_PROACTIVE 0x01
#define ACTION_PROACTIVE_INDICATED 0x81

#define INS_GET_RESPONSE 0xC0
#define REST_MAX 4096 /* bytes that one command may answer */
#define COMMAND_MAX (4 + 1 + APDU_DATA_SHORT_MAX + 1)
#define BYTES_AVAILABLE_MAX 255

struct run {
    const struct script_target *target;
    uint8_t *rest;             /* heap: what the last command has answered */
    size_t len, given, used;   /* of it; used: ever */
    uint8_t count;             /* commands executed */
    uint16_t status;           /* of the last */
    bool began;                /* an element was there */
    struct bytes error_action; /* what the terminal is asked for when a command is refused */
};

bool script_goes_on(uint16_t status)
{
    const uint8_t first = (uint8_t)(status >> 8);
    return status == SW_OK || first == 0x61 || first == 0x62 || first == 0x63 || first == 0x91 ||
           first == 0x9F;
}

static size_t left(const struct run *run)
{
    return run->len - run->given;
}

static uint16_t bytes_available(const struct run *run)
{
    const size_t len = left(run);
    return (uint16_t)(SW_BYTES_AVAILABLE | (len > BYTES_AVAILABLE_MAX ? 0 : len));
}

/* Class A0 has a GET RESPONSE of its own. */
static bool is_get_response(const struct apdu *apdu)
{
    return apdu->ins == INS_GET_RESPONSE && (apdu->family == 0x00 || apdu->family == 0x80);
}

static uint16_t fetch(struct run *run, const struct apdu *apdu, struct bytes *answer)
{
    if (left(run) == 0)
        return SW_CONDITIONS_NOT_SATISFIED;
    const size_t len = apdu->le < left(run) ? apdu->le : left(run);
    *answer = bytes_of(run->rest + run->given, len);
    run->given += len;
    return left(run) > 0 ? bytes_available(run) : SW_OK;
}

static int carry_out(const struct script_target *target, const struct apdu *apdu,
                     struct writer *response)
{
    const int order = checkpoint_pass(target->watch, CHECKPOINT_OTA, CHECKPOINT_OTA_COMMAND, 0);
    return checkpoint_is_status(order) ? order : target->execute(target->state, apdu, response);
}

/* 0 with the status in the run and what goes out at once in *answer, or a failure. */
static int execute(struct run *run, const struct apdu *apdu, struct bytes *answer)
{
    *answer = (struct bytes){0};
    run->count++;
    if (is_get_response(apdu)) {
        run->status = fetch(run, apdu, answer);
        ota_trace_command(run->target->names, apdu, run->status);
        return 0;
    }
    struct writer response = writer_on(run->rest, REST_MAX);
    const int status = carry_out(run->target, apdu, &response);
    if (response.len > run->used)
        run->used = response.len;
    if (status < 0 || response.overflow)
        return status < 0 ? status : FAILURE_INTERNAL;
    run->status = status == 0 ? SW_OK : (uint16_t)status;
    ota_trace_command(run->target->names, apdu, run->status);
    run->len = script_goes_on(run->status) ? response.len : 0;
    run->given = 0;
    if (run->len == 0)
        return 0;
    const bool fits = apdu->le >= run->len;
    if (!fits && run->status == SW_OK)
        run->status = bytes_available(run);
    if (fits) {
        *answer = bytes_of(run->rest, run->len);
        run->given = run->len;
    }
    return 0;
}

/* One command of the compact form: P3 is Lc or Le by what the instruction is, and there is never a
 * Le behind data. Rewritten as it stands on a wire. */
static bool take_compact(const struct run *run, struct bytes *script, uint8_t *room,
                         struct bytes *out)
{
    struct writer command = writer_on(room, COMMAND_MAX);
    struct bytes header, data;
    uint8_t p3 = 0;
    if (!bytes_take(script, 4, &header))
        return false;
    writer_put(&command, header);
    const bool takes_data =
        run->target->takes_data(run->target->state, header.data[0], header.data[1]);
    if (script->len == 0) /* the last one may end here */
        p3 = 0;
    else if (!bytes_take_u8(script, &p3))
        return false;
    if (!takes_data || p3 > 0)
        writer_put_u8(&command, p3);
    if (takes_data) {
        if (!bytes_take(script, p3, &data))
            return false;
        writer_put(&command, data);
    }
    *out = writer_bytes(&command);
    return true;
}

static int run_compact(struct run *run, struct bytes script, struct writer *out)
{
    uint8_t room[COMMAND_MAX];
    struct bytes command, answer = {0};
    struct apdu apdu;
    int result = 0;
    run->status = SW_OK;
    while (result == 0 && script.len > 0 && script_goes_on(run->status)) {
        if (!take_compact(run, &script, room, &command) || apdu_parse(command, &apdu) != 0) {
            run->count++;
            run->status = SW_WRONG_LENGTH;
            answer = (struct bytes){0};
            break;
        }
        result = execute(run, &apdu, &answer);
    }
    writer_put_u8(out, run->count);
    writer_put_u16(out, run->status);
    writer_put(out, answer);
    wipe(room, sizeof(room));
    return result;
}

static void put_byte(struct writer *out, uint32_t tag, uint8_t value)
{
    tlv_put_u8(out, tag, value);
}

/* A response that does not fit is reported by its status alone, and ends the script. */
static bool put_response(struct run *run, struct bytes answer, struct writer *out)
{
    const size_t needed = tlv_header_len(TAG_R_APDU, answer.len + 2) + answer.len + 2;
    const bool fits = needed + TLV_HEADER_MAX < out->capacity - out->len;
    const size_t mark = tlv_open(out, TAG_R_APDU);
    if (fits)
        writer_put(out, answer);
    else
        run->status = SW_MORE_DATA;
    writer_put_u16(out, run->status);
    tlv_close(out, mark);
    return fits;
}

static int run_command(struct run *run, struct bytes command, struct writer *out, bool *more)
{
    struct apdu apdu;
    struct bytes answer = {0};
    int result = 0;
    if (apdu_parse(command, &apdu) == 0) {
        result = execute(run, &apdu, &answer);
    } else {
        run->count++;
        run->status = SW_WRONG_LENGTH;
    }
    *more = put_response(run, answer, out) && script_goes_on(run->status);
    return result;
}

/* REFRESH and the like. One byte names no command: that the script belongs to a proactive session,
 * which is no matter since sessions go on beside it, or a record of a file that no profile has. */
static bool act(const struct run *run, struct bytes action)
{
    if (action.len == 1)
        return action.data[0] == ACTION_PROACTIVE || action.data[0] == ACTION_PROACTIVE_INDICATED;
    return action.len > 1 && run->target->act != NULL &&
           run->target->act(run->target->state, action);
}

/* What chains scripts stands before all that they do. */
static int enter_chain(const struct run *run, struct bytes value, struct writer *out, bool *more)
{
    const uint8_t position = value.len == 1 ? value.data[0] : 0;
    const struct script_target *target = run->target;
    *more = false;
    if (run->began) {
        put_byte(out, TAG_BAD_FORMAT, BAD_TAG);
        return 0;
    }
    const int error =
        target->chain != NULL ? target->chain(target->state, position) : CHAIN_NOT_SUPPORTED;
    if (error < 0)
        return error;
    *more = error == CHAIN_OK;
    if (!*more)
        put_byte(out, TAG_CHAINING, (uint8_t)error);
    return 0;
}

static int run_element(struct run *run, const struct tlv *element, struct writer *out, bool *more)
{
    switch (element->tag) {
    case TAG_C_APDU:
        return run_command(run, element->value, out, more);
    case TAG_IMMEDIATE_ACTION:
        *more = act(run, element->value);
        if (!*more)
            put_byte(out, TAG_IMMEDIATE_ACTION, ACTION_SUSPENSION_ERROR);
        return 0;
    case TAG_ERROR_ACTION: /* of the commands from here on */
        run->error_action = element->value;
        *more = true;
        return 0;
    case TAG_CHAINING:
        return enter_chain(run, element->value, out, more);
    default:
        put_byte(out, TAG_BAD_FORMAT, BAD_TAG);
        *more = false;
        return 0;
    }
}

/* What can be wrong with an element that cannot be taken. */
static enum bad_format fault_of(struct bytes rest)
{
    return rest.len < 2 ? BAD_LENGTH_MISSING : BAD_LENGTH;
}

static int run_elements(struct run *run, struct bytes elements, struct writer *out)
{
    struct tlv element;
    int result = 0;
    bool more = true;
    while (result == 0 && more && elements.len > 0) {
        if (!tlv_take(&elements, &element)) {
            put_byte(out, TAG_BAD_FORMAT, fault_of(elements));
            break;
        }
        result = run_element(run, &element, out, &more);
        run->began = true;
    }
    if (result == 0 && run->count > 0 && !script_goes_on(run->status))
        (void)act(run, run->error_action);
    return result;
}

static int run_definite(struct run *run, struct bytes script, struct writer *out)
{
    struct tlv commands;
    uint8_t *room = malloc(SCRIPT_RESPONSE_MAX);
    if (room == NULL)
        return FAILURE_INTERNAL;
    struct writer responses = writer_on(room, SCRIPT_RESPONSE_MAX - 2 * TLV_HEADER_MAX);
    int result = 0;
    if (tlv_whole(script, TAG_COMMANDS, &commands))
        result = run_elements(run, commands.value, &responses);
    else
        put_byte(&responses, TAG_BAD_FORMAT, BAD_LENGTH);
    const size_t mark = tlv_open(out, TAG_RESPONSES);
    put_byte(out, TAG_COUNT, run->count);
    writer_put(out, writer_bytes(&responses));
    tlv_close(out, mark);
    wipe(room, SCRIPT_RESPONSE_MAX);
    free(room);
    return result;
}

static int run_indefinite(struct run *run, struct bytes script, struct writer *out)
{
    const struct bytes end = BYTES(0, 0);
    struct bytes elements = bytes_of(script.data + 2, script.len - 2);
    int result = 0;
    writer_put(out, BYTES(TAG_RESPONSES_INDEFINITE, INDEFINITE));
    if (elements.len >= END_OF_CONTENTS_LEN &&
        bytes_equal(
            bytes_of(elements.data + elements.len - END_OF_CONTENTS_LEN, END_OF_CONTENTS_LEN),
            end)) {
        elements.len -= END_OF_CONTENTS_LEN;
        result = run_elements(run, elements, out);
    } else {
        put_byte(out, TAG_BAD_FORMAT, BAD_LENGTH_MISSING);
    }
    writer_put(out, end);
    return result;
}

static bool is_indefinite(struct bytes script)
{
    return bytes_start_with(script, BYTES(TAG_COMMANDS_INDEFINITE, INDEFINITE));
}

int script_run(const struct script_target *target, struct bytes script, struct writer *out)
{
    struct run run = {.target = target, .rest = malloc(REST_MAX)};
    int result = FAILURE_INTERNAL;
    if (run.rest != NULL && is_indefinite(script))
        result = run_indefinite(&run, script, out);
    else if (run.rest != NULL && script.len > 0 && script.data[0] == TAG_COMMANDS)
        result = run_definite(&run, script, out);
    else if (run.rest != NULL)
        result = run_compact(&run, script, out);
    if (run.rest != NULL)
        wipe(run.rest, run.used);
    free(run.rest);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}

#include "tools/lpa/chip.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#define CLASS_UICC 0x00
#define CLASS_PROPRIETARY 0x80
#define FIRST_FURTHER_CHANNEL 4 /* channels 4 to 19 have another form of class byte */
#define CLASS_FURTHER_CHANNEL 0x40

#define STORE_DATA_MORE 0x11
#define STORE_DATA_LAST 0x91
#define CLOSE_CHANNEL 0x80
#define TRACED_BYTES 48 /* of each command and response; the lengths tell the rest */

struct command {
    uint8_t cla, ins, p1, p2;
    struct bytes data; /* case 3 if there are any */
    bool has_le;
    uint8_t le;
};

static uint8_t class_on(const struct chip *chip, uint8_t cla)
{
    if (chip->channel < FIRST_FURTHER_CHANNEL)
        return cla | chip->channel;
    return cla | CLASS_FURTHER_CHANNEL | (uint8_t)(chip->channel - FIRST_FURTHER_CHANNEL);
}

static void trace_bytes(const char *direction, struct bytes bytes, bool secret)
{
    char text[HEX_SIZE(TRACED_BYTES)];
    const size_t shown = secret ? 0 : bytes.len < TRACED_BYTES ? bytes.len : TRACED_BYTES;
    hex_encode(bytes_of(bytes.data, shown), text);
    trace_detail("%s %s%s (%zu bytes)", direction, text, shown < bytes.len ? "..." : "", bytes.len);
}

/* Sends one command; response data go to *answer. The status word, or -1 after a fault. */
static int transmit(struct chip *chip, const struct command *command, bool secret,
                    struct writer *answer)
{
    uint8_t sent[5 + APDU_DATA_SHORT_MAX], received[TRANSPORT_RESPONSE_MAX];
    struct writer out = writer_on(sent, sizeof(sent)), in = writer_on(received, sizeof(received));
    writer_put(&out, BYTES(command->cla, command->ins, command->p1, command->p2));
    if (command->data.len > 0) {
        writer_put_u8(&out, (uint8_t)command->data.len);
        writer_put(&out, command->data);
    } else if (command->has_le) {
        writer_put_u8(&out, command->le);
    }
    trace_bytes(">>", writer_bytes(&out), secret);
    if (!chip->transport->kind->transmit(chip->transport, writer_bytes(&out), &in, chip->fault))
        return -1;
    struct bytes data = {0}, response = writer_bytes(&in);
    trace_bytes("<<", response, secret);
    uint16_t status;
    if (response.len < 2 || !bytes_take(&response, response.len - 2, &data) ||
        !bytes_take_u16(&response, &status)) {
        fault_raise(chip->fault, "card", "its response has no status word");
        fault_next(chip->fault, "see whether the card is still there (emuicc: still running)");
        return -1;
    }
    writer_put(answer, data);
    return status;
}

static bool is_success(int status)
{
    return status >> 8 == SW_OK >> 8 || status >> 8 == SW_PROACTIVE >> 8;
}

/* Fetches what 61xx announces (TS 102 221 §7.3.1.1.5). The last status word, or -1. */
static int collect(struct chip *chip, uint8_t cla, int status, bool secret, struct writer *answer)
{
    struct command get = {.cla = cla, .ins = 0xC0, .has_le = true};
    while (status >> 8 == SW_BYTES_AVAILABLE >> 8) {
        const size_t before = answer->len;
        get.le = (uint8_t)status;
        status = transmit(chip, &get, secret, answer);
        if (status >> 8 == SW_WRONG_LE >> 8) {
            get.le = (uint8_t)status;
            status = transmit(chip, &get, secret, answer);
        }
        if (status < 0)
            return status;
        if (answer->overflow) {
            fault_raise(chip->fault, "card", "its answer is too long");
            return -1;
        }
        if (answer->len == before && !is_success(status)) {
            fault_raise(chip->fault, "card", "it announces more bytes than it gives");
            return -1;
        }
    }
    return status;
}

static int exchange(struct chip *chip, const struct command *command, bool secret,
                    struct writer *answer)
{
    const int status = transmit(chip, command, secret, answer);
    return status < 0 ? status : collect(chip, command->cla, status, secret, answer);
}

static bool refuse(struct chip *chip, const char *where, int status)
{
    if (status < 0)
        return false;
    fault_raise(chip->fault, where, "the card refuses: %s", status_text((uint16_t)status));
    return fault_code(chip->fault, "%04X", (unsigned)status);
}

bool chip_init(struct chip *chip, struct transport *transport, struct fault *fault)
{
    *chip = (struct chip){.transport = transport, .fault = fault, .block = CHIP_BLOCK_DEFAULT};
    chip->answer = malloc(CHIP_ANSWER_MAX);
    return chip->answer != NULL || fault_raise(fault, "memory", "there is none left");
}

void chip_finish(struct chip *chip)
{
    free(chip->answer);
    chip->answer = NULL;
}

/* Local user interface, profile download and discovery are in the device (TS 102 221 §11.1.19). */
static int announce_lpa(struct chip *chip, struct writer *answer)
{
    const struct command command = {
        .cla = CLASS_PROPRIETARY,
        .ins = 0xAA,
        .data = BYTES(0xA9, 0x08, 0x81, 0x00, 0x82, 0x01, 0x01, 0x83, 0x01, 0x07)};
    return exchange(chip, &command, false, answer);
}

static bool open_channel(struct chip *chip, struct writer *answer)
{
    const struct command command = {.cla = CLASS_UICC, .ins = 0x70, .has_le = true, .le = 1};
    writer_reset(answer);
    const int status = exchange(chip, &command, false, answer);
    if (!is_success(status))
        return refuse(chip, "MANAGE CHANNEL", status);
    struct bytes data = writer_bytes(answer);
    if (data.len != 1 || data.data[0] == 0 || data.data[0] >= APDU_CHANNELS)
        return fault_raise(chip->fault, "MANAGE CHANNEL", "the card names no channel");
    chip->channel = data.data[0];
    return true;
}

static bool select_isd_r(struct chip *chip, struct bytes aid, struct writer *answer)
{
    const struct command command = {
        .cla = class_on(chip, CLASS_UICC), .ins = 0xA4, .p1 = 0x04, .data = aid};
    writer_reset(answer);
    const int status = exchange(chip, &command, false, answer);
    if (status == SW_FILE_NOT_FOUND || status == SW_REFERENCE_NOT_FOUND) {
        refuse(chip, "SELECT ISD-R", status);
        return fault_next(chip->fault, "this card is no eUICC, or its ISD-R has another AID: "
                                       "--isd-r tells it");
    }
    if (!is_success(status))
        return refuse(chip, "SELECT ISD-R", status);
    chip->selected = true;
    return true;
}

bool chip_select(struct chip *chip, struct bytes aid)
{
    struct writer answer = writer_on(chip->fci, sizeof(chip->fci));
    /* A card that does not know the command still is an eUICC. */
    if (announce_lpa(chip, &answer) < 0 || !open_channel(chip, &answer))
        return false;
    if (!select_isd_r(chip, aid, &answer))
        return false;
    chip->fci_len = writer_bytes(&answer).len;
    return true;
}

void chip_deselect(struct chip *chip)
{
    uint8_t nothing[1];
    struct writer answer = writer_on(nothing, sizeof(nothing));
    if (chip->channel == 0)
        return;
    const struct command command = {
        .cla = CLASS_UICC, .ins = 0x70, .p1 = CLOSE_CHANNEL, .p2 = chip->channel};
    exchange(chip, &command, false, &answer);
    chip->channel = 0;
    chip->selected = false;
}

/* One block; only the last one's answer may carry data. */
static bool store_block(struct chip *chip, const char *function, const struct command *command,
                        bool secret, struct writer *answer)
{
    const int status = exchange(chip, command, secret, answer);
    if (!is_success(status))
        return refuse(chip, function, status);
    if (command->p1 == STORE_DATA_MORE && answer->len > 0)
        return fault_raise(chip->fault, function, "the card answers before the last block");
    return true;
}

bool chip_call(struct chip *chip, const char *function, struct bytes request, bool secret,
               struct bytes *answer)
{
    struct writer out = writer_on(chip->answer, CHIP_ANSWER_MAX);
    trace_detail("%s (%zu bytes)", function, request.len);
    if (request.len > CHIP_BLOCKS_MAX * chip->block) {
        fault_raise(chip->fault, function, "%zu bytes are more than %d blocks of STORE DATA carry",
                    request.len, CHIP_BLOCKS_MAX);
        return fault_next(chip->fault, "give --block a larger number");
    }
    for (unsigned number = 0; request.len > 0; number++) {
        struct command command = {.cla = class_on(chip, CLASS_PROPRIETARY),
                                  .ins = 0xE2,
                                  .p1 =
                                      request.len > chip->block ? STORE_DATA_MORE : STORE_DATA_LAST,
                                  .p2 = (uint8_t)number};
        bytes_take(&request, request.len > chip->block ? chip->block : request.len, &command.data);
        if (!store_block(chip, function, &command, secret, &out))
            return false;
    }
    *answer = writer_bytes(&out);
    return true;
}

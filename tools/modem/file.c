/* +CRSM, +CIMI, +CPIN: files and PIN of the card (TS 27.007 §5.6, §8.3, §8.18). */
#include "apdu/hex.h"
#include "apdu/status.h"
#include "tools/lib/at/values.h"
#include "tools/modem/commands.h"

#define ANSWER_MAX 512 /* bytes that +CRSM shows */
#define DATA_MAX APDU_DATA_SHORT_MAX
#define PATH_MAX_LEN 16
#define MASTER_FILE 0x3F00
#define UNDER_MASTER_FILE 0x2F /* first byte of the identifiers of the MF's own files */
#define GET_RESPONSE 192
#define EF_IMSI 0x6F07
#define IMSI_LEN 9 /* bytes of EF.IMSI (TS 31.102 §4.2.2) */
#define IMSI_DIGITS 15
#define PIN_SIZE 8 /* with its filling of FF */
#define PIN_DIGITS_MIN 4
#define PIN_1 0x01 /* key reference (TS 102 221 §9.5.1) */

static const uint8_t usim[] = {0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02};

/* The commands of +CRSM, whose numbers are instruction bytes (TS 27.007 §8.18). */
static const struct crsm_row {
    uint8_t ins, cla;
    bool sends; /* the data of the command, which must be there */
} crsm_rows[] = {
    {0xB0, 0x00, false}, /* READ BINARY */
    {0xB2, 0x00, false}, /* READ RECORD */
    {0xC0, 0x00, false}, /* GET RESPONSE: what SELECT answers */
    {0xCB, 0x80, true},  /* RETRIEVE DATA */
    {0xD6, 0x00, true},  /* UPDATE BINARY */
    {0xDB, 0x80, true},  /* SET DATA */
    {0xDC, 0x00, true},  /* UPDATE RECORD */
    {0xF2, 0x80, false}, /* STATUS */
};

/* Where files that are named without a path may be: the USIM, GSM and telecom. */
static const uint16_t places[] = {0x7FFF, 0x7F20, 0x7F10};
#define PLACES (sizeof(places) / sizeof(places[0]))

struct request {
    const struct crsm_row *row;
    bool has_file;
    uint16_t file;
    uint8_t p1, p2, p3;
    struct writer data, path;
    uint8_t data_room[DATA_MAX], path_room[PATH_MAX_LEN];
};

static const struct crsm_row *find_row(uint32_t command)
{
    for (size_t i = 0; i < sizeof(crsm_rows) / sizeof(crsm_rows[0]); i++)
        if (crsm_rows[i].ins == command)
            return &crsm_rows[i];
    return NULL;
}

static bool take_byte(struct values *values, uint8_t *out)
{
    uint32_t number;
    if (!values_take_number(values, UINT8_MAX, &number))
        return false;
    *out = (uint8_t)number;
    return true;
}

/* A value that may be empty or left out. */
static bool take_optional_hex(struct values *values, struct writer *out)
{
    struct values after = *values;
    struct bytes text;
    if (values->more && values_take(&after, &text) && text.len == 0) {
        *values = after;
        return true;
    }
    return !values->more || values_take_hex(values, out);
}

static bool take_request(struct values values, struct request *out)
{
    uint32_t command, file = 0;
    *out = (struct request){0};
    out->data = writer_on(out->data_room, sizeof(out->data_room));
    out->path = writer_on(out->path_room, sizeof(out->path_room));
    if (!values_take_number(&values, UINT8_MAX, &command))
        return false;
    out->row = find_row(command);
    out->has_file = values.more;
    if (out->row == NULL || (values.more && !values_take_number(&values, UINT16_MAX, &file)))
        return false;
    out->file = (uint16_t)file;
    if (values.more && !(take_byte(&values, &out->p1) && take_byte(&values, &out->p2) &&
                         take_byte(&values, &out->p3)))
        return false;
    return take_optional_hex(&values, &out->data) && take_optional_hex(&values, &out->path) &&
           !values.more && out->path.len % 2 == 0 &&
           (!out->row->sends || (out->data.len > 0 && out->data.len == out->p3));
}

enum cme modem_select_usim(struct sim *sim, uint16_t *status)
{
    uint8_t room[APDU_LE_SHORT_MAX];
    struct writer ignored = writer_on(room, sizeof(room));
    const struct exchange_command command = {
        .ins = 0xA4, .p1 = 0x04, .p2 = 0x0C, .data = bytes_of(usim, sizeof(usim))};
    return sim_exchange(sim, &command, &ignored, status);
}

/* By the path from the MF, which is not named in it; what SELECT answers goes to *fcp. */
static enum cme select_path(struct sim *sim, struct bytes path, struct writer *fcp,
                            uint16_t *status)
{
    const bool is_master = path.len == 0;
    const struct exchange_command command = {
        .ins = 0xA4,
        .p1 = is_master ? 0x00 : 0x08,
        .p2 = 0x04,
        .data = is_master ? BYTES(MASTER_FILE >> 8, MASTER_FILE & 0xFF) : path};
    writer_reset(fcp);
    return sim_exchange(sim, &command, fcp, status);
}

static enum cme select_in(struct sim *sim, struct bytes place, uint16_t file, struct writer *fcp,
                          uint16_t *status)
{
    uint8_t room[PATH_MAX_LEN + 2];
    struct writer path = writer_on(room, sizeof(room));
    writer_put(&path, place);
    if (file != MASTER_FILE)
        writer_put_u16(&path, file);
    return select_path(sim, writer_bytes(&path), fcp, status);
}

/* 7FFF is the application selected last, so the USIM is selected first, if there is one. */
static enum cme select_file(struct sim *sim, const struct request *request, struct writer *fcp,
                            uint16_t *status)
{
    struct bytes path = writer_bytes(&request->path), root;
    enum cme result = modem_select_usim(sim, status);
    if (bytes_start_with(path, BYTES(MASTER_FILE >> 8, MASTER_FILE & 0xFF)))
        bytes_take(&path, 2, &root);
    const bool on_top = request->file == MASTER_FILE || request->file >> 8 == UNDER_MASTER_FILE;
    if (result == CME_NONE && (request->path.len > 0 || on_top))
        return select_in(sim, path, request->file, fcp, status);
    *status = SW_FILE_NOT_FOUND;
    for (size_t i = 0; i < PLACES && result == CME_NONE && !exchange_is_success(*status); i++)
        result = select_in(sim, BYTES((uint8_t)(places[i] >> 8), (uint8_t)places[i]), request->file,
                           fcp, status);
    return result;
}

/* Selects the file if one is named, then does it. *status is the card's last word. */
static enum cme access_file(struct sim *sim, const struct request *request, struct writer *answer,
                            uint16_t *status)
{
    const struct crsm_row *row = request->row;
    if (request->has_file) {
        const enum cme result = select_file(sim, request, answer, status);
        if (result != CME_NONE || !exchange_is_success(*status))
            return result;
    }
    if (row->ins == GET_RESPONSE)
        return request->has_file ? CME_NONE : CME_PARAMETERS;
    const struct exchange_command command = {.cla = row->cla,
                                             .ins = row->ins,
                                             .p1 = request->p1,
                                             .p2 = request->p2,
                                             .data = writer_bytes(&request->data),
                                             .has_le = true,
                                             .le = request->p3};
    writer_reset(answer);
    return sim_exchange(sim, &command, answer, status);
}

enum cme modem_crsm(struct modem *modem, const struct line_command *command)
{
    uint8_t room[ANSWER_MAX];
    char digits[HEX_SIZE(ANSWER_MAX)];
    struct writer answer = writer_on(room, sizeof(room));
    struct request request;
    uint16_t status;
    if (!take_request(values_of(command->values), &request))
        return CME_PARAMETERS;
    const enum cme result = access_file(&modem->sim, &request, &answer, &status);
    if (result != CME_NONE)
        return result;
    hex_encode(writer_bytes(&answer), digits);
    if (exchange_is_success(status) && answer.len > 0)
        modem_say(modem, "+CRSM: %u,%u,\"%s\"", status >> 8, status & 0xFFU, digits);
    else
        modem_say(modem, "+CRSM: %u,%u", status >> 8, status & 0xFFU);
    return CME_NONE;
}

enum cme modem_read_file(struct sim *sim, uint16_t file, uint8_t len, struct writer *answer,
                         uint16_t *status)
{
    struct request request = {.row = find_row(0xB0), .has_file = true, .file = file, .p3 = len};
    request.data = writer_on(NULL, 0);
    request.path = writer_on(NULL, 0);
    return access_file(sim, &request, answer, status);
}

static enum cme read_imsi(struct sim *sim, struct writer *answer, uint16_t *status)
{
    return modem_read_file(sim, EF_IMSI, IMSI_LEN, answer, status);
}

/* Its nibbles are swapped, and the first one is no digit. */
static bool imsi_text(struct bytes content, char *text)
{
    uint8_t len = 0;
    char digits[HEX_SIZE(IMSI_LEN)];
    size_t count = 0;
    if (!bytes_take_u8(&content, &len) || len == 0 || content.len != IMSI_LEN - 1 ||
        len > content.len)
        return false;
    hex_encode(bytes_of(content.data, len), digits);
    for (size_t i = 1; i < 2U * len; i++) {
        const char digit = digits[i ^ 1U];
        if (digit >= '0' && digit <= '9')
            text[count++] = digit;
    }
    text[count] = '\0';
    return count > 0;
}

enum cme modem_cimi(struct modem *modem, const struct line_command *command)
{
    uint8_t room[ANSWER_MAX];
    struct writer answer = writer_on(room, sizeof(room));
    char text[IMSI_DIGITS + 1];
    uint16_t status;
    (void)command;
    const enum cme result = read_imsi(&modem->sim, &answer, &status);
    if (result != CME_NONE)
        return result;
    if (status == SW_SECURITY_STATUS)
        return CME_PIN_REQUIRED;
    if (!exchange_is_success(status) || !imsi_text(writer_bytes(&answer), text))
        return CME_FAILURE;
    modem_say(modem, "%s", text);
    return CME_NONE;
}

/* The card has no word for "wanted": what PIN 1 protects is tried. */
static enum cme ask_pin(struct modem *modem)
{
    uint8_t room[ANSWER_MAX];
    struct writer answer = writer_on(room, sizeof(room));
    const struct exchange_command counter = {.ins = 0x20, .p2 = PIN_1};
    uint16_t status;
    enum cme result = read_imsi(&modem->sim, &answer, &status);
    const bool wanted = result == CME_NONE && status == SW_SECURITY_STATUS;
    if (wanted)
        result = sim_exchange(&modem->sim, &counter, &answer, &status);
    if (result != CME_NONE)
        return result;
    const bool blocked = status == SW_COUNTER || status == SW_AUTHENTICATION_BLOCKED;
    modem_say(modem, "+CPIN: %s", !wanted ? "READY" : blocked ? "SIM PUK" : "SIM PIN");
    return CME_NONE;
}

bool modem_take_pin(struct values *values, struct writer *out)
{
    struct bytes text;
    if (!values_take(values, &text) || text.len < PIN_DIGITS_MIN || text.len > PIN_SIZE)
        return false;
    writer_put(out, text);
    writer_fill(out, 0xFF, PIN_SIZE - text.len);
    return true;
}

enum cme modem_pin_result(uint16_t status)
{
    if (exchange_is_success(status))
        return CME_NONE;
    switch (status & 0xFFF0) {
    case SW_COUNTER:
        return CME_PASSWORD;
    case SW_AUTHENTICATION_BLOCKED & 0xFFF0:
        return status == SW_AUTHENTICATION_BLOCKED ? CME_PUK_REQUIRED : CME_NOT_ALLOWED;
    default:
        return CME_FAILURE;
    }
}

static enum cme present(struct sim *sim, struct bytes data)
{
    uint8_t room[1];
    struct writer nothing = writer_on(room, sizeof(room));
    const struct exchange_command command = {
        .ins = data.len > PIN_SIZE ? 0x2C : 0x20, .p2 = PIN_1, .data = data};
    uint16_t status;
    enum cme result = modem_select_usim(sim, &status);
    if (result == CME_NONE)
        result = sim_exchange(sim, &command, &nothing, &status);
    return result == CME_NONE ? modem_pin_result(status) : result;
}

/* +CPIN="PIN" verifies it, +CPIN="PUK","PIN" unblocks and sets it. */
enum cme modem_cpin(struct modem *modem, const struct line_command *command)
{
    uint8_t room[2 * PIN_SIZE];
    struct writer data = writer_on(room, sizeof(room));
    struct values values = values_of(command->values);
    if (command->form == LINE_READ)
        return ask_pin(modem);
    const bool good =
        modem_take_pin(&values, &data) && (!values.more || modem_take_pin(&values, &data));
    const enum cme result =
        good && !values.more ? present(&modem->sim, writer_bytes(&data)) : CME_PARAMETERS;
    explicit_bzero(room, sizeof(room));
    return result;
}

/* The card's numbers, its PINs and what they lock (TS 27.007 §7.4, §7.5, §8). */
#include <strings.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "tools/modem/commands.h"

#define EF_ICCID 0x2FE2
#define ICCID_LEN 10
#define PADDING 'F'
#define EID_LEN 16
#define ANSWER_MAX 256
#define PIN_SIZE 8
#define PIN_1 0x01 /* key references (TS 102 221 §9.5.1) */
#define PIN_2 0x81
#define NO_COUNT (-1)

#define TAG_FCP 0x62
#define TAG_PIN_STATUS 0xC6
#define TAG_ENABLED 0x90 /* in it: bits, the first key's on the left */
#define TAG_KEY 0x83

enum pin_instruction {
    PIN_VERIFY = 0x20,
    PIN_CHANGE = 0x24,
    PIN_DISABLE = 0x26,
    PIN_ENABLE = 0x28,
    PIN_UNBLOCK = 0x2C,
};

static const uint8_t isd_r[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00};

/* Its nibbles are swapped; the padding is no digit. */
static void print_iccid(struct bytes content, char text[HEX_SIZE(ICCID_LEN)])
{
    char digits[HEX_SIZE(ICCID_LEN)];
    size_t count = 0;
    hex_encode(content, digits);
    for (size_t i = 0; i < 2 * content.len; i++)
        if (digits[i ^ 1U] != PADDING)
            text[count++] = digits[i ^ 1U];
    text[count] = '\0';
}

static enum cme say_iccid(struct modem *modem, const char *name)
{
    uint8_t room[ANSWER_MAX];
    char text[HEX_SIZE(ICCID_LEN)];
    struct writer answer = writer_on(room, sizeof(room));
    uint16_t status;
    const enum cme result = modem_read_file(&modem->sim, EF_ICCID, ICCID_LEN, &answer, &status);
    if (result != CME_NONE)
        return result;
    if (!exchange_is_success(status) || answer.len != ICCID_LEN)
        return CME_FAILURE;
    print_iccid(writer_bytes(&answer), text);
    modem_say(modem, "%s: %s", name, text);
    return CME_NONE;
}

enum cme modem_ccid(struct modem *modem, const struct line_command *command)
{
    (void)command;
    return say_iccid(modem, "+CCID");
}

enum cme modem_ciccid(struct modem *modem, const struct line_command *command)
{
    (void)command;
    return say_iccid(modem, "+CICCID");
}

/* GetEuiccData (SGP.22 §5.7.20) of the ISD-R on a session. */
static enum cme ask_eid(struct sim *sim, uint32_t session, struct writer *answer)
{
    const struct exchange_command command = {
        .cla = CLASS_PROPRIETARY,
        .ins = 0xE2,
        .p1 = 0x91,
        .data = BYTES(0xBF, 0x3E, 0x03, 0x5C, 0x01, 0x5A),
    };
    uint16_t status;
    const enum cme result = sim_exchange_on(sim, session, &command, answer, &status);
    if (result != CME_NONE)
        return result;
    return exchange_is_success(status) ? CME_NONE : CME_FAILURE;
}

/* A card without an ISD-R has no EID: not found. */
enum cme modem_ceid(struct modem *modem, const struct line_command *command)
{
    uint8_t room[ANSWER_MAX];
    char text[HEX_SIZE(EID_LEN)];
    struct writer answer = writer_on(room, sizeof(room));
    struct tlv data, eid;
    uint32_t session;
    (void)command;
    enum cme result = sim_open(&modem->sim, bytes_of(isd_r, sizeof(isd_r)), &session);
    if (result != CME_NONE)
        return result;
    result = ask_eid(&modem->sim, session, &answer);
    const enum cme closed = sim_close(&modem->sim, session);
    if (result != CME_NONE || closed != CME_NONE)
        return result != CME_NONE ? result : closed;
    if (!tlv_whole(writer_bytes(&answer), 0xBF3E, &data) || !tlv_find(data.value, 0x5A, &eid) ||
        eid.value.len != EID_LEN)
        return CME_FAILURE;
    hex_encode(eid.value, text);
    modem_say(modem, "+CEID: %s", text);
    return CME_NONE;
}

enum cme modem_catr(struct modem *modem, const struct line_command *command)
{
    char text[HEX_SIZE(TRANSPORT_ATR_MAX)];
    struct bytes atr;
    (void)command;
    const enum cme result = sim_atr(&modem->sim, &atr);
    if (result != CME_NONE)
        return result;
    if (atr.len == 0)
        return CME_NOT_SUPPORTED;
    hex_encode(atr, text);
    modem_say(modem, "+CATR: \"%s\"", text);
    return CME_NONE;
}

/* One command on a PIN of the USIM; its status word. */
static enum cme ask_card(struct sim *sim, enum pin_instruction ins, uint8_t key, struct bytes data,
                         uint16_t *status)
{
    uint8_t room[1];
    struct writer nothing = writer_on(room, sizeof(room));
    const struct exchange_command command = {.ins = (uint8_t)ins, .p2 = key, .data = data};
    const enum cme result = modem_select_usim(sim, status);
    return result == CME_NONE ? sim_exchange(sim, &command, &nothing, status) : result;
}

static const struct code {
    const char *name; /* as +CPIN calls it */
    enum pin_instruction ins;
    uint8_t key;
} codes[] = {
    {"SIM PIN", PIN_VERIFY, PIN_1},
    {"SIM PUK", PIN_UNBLOCK, PIN_1},
    {"SIM PIN2", PIN_VERIFY, PIN_2},
    {"SIM PUK2", PIN_UNBLOCK, PIN_2},
};

/* Asked without a value the card says how many tries are left; NO_COUNT if there is no such PIN. */
static enum cme count_tries(struct sim *sim, const struct code *code, int *count)
{
    uint16_t status;
    const enum cme result = ask_card(sim, code->ins, code->key, (struct bytes){0}, &status);
    *count = (status & 0xFFF0) == SW_COUNTER       ? status & 0x0F
             : status == SW_AUTHENTICATION_BLOCKED ? 0
                                                   : NO_COUNT;
    return result;
}

/* The one that is named, "SIM*" any. */
static bool is_asked(struct bytes name, const char *code)
{
    const bool any = name.len > 0 && name.data[name.len - 1] == '*';
    const size_t len = any ? name.len - 1 : name.len;
    return (any || strlen(code) == len) && strlen(code) >= len &&
           strncasecmp(code, (const char *)name.data, len) == 0;
}

enum cme modem_cpinr(struct modem *modem, const struct line_command *command)
{
    struct values values = values_of(command->values);
    struct bytes name = bytes_of_text("*");
    if (command->form == LINE_SET && (!values_take(&values, &name) || values.more))
        return CME_PARAMETERS;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        int count;
        if (!is_asked(name, codes[i].name))
            continue;
        const enum cme result = count_tries(&modem->sim, &codes[i], &count);
        if (result != CME_NONE)
            return result;
        if (count != NO_COUNT)
            modem_say(modem, "+CPINR: %s,%d", codes[i].name, count);
    }
    return CME_NONE;
}

/* Whether PIN 1 is enabled, by the PIN status of the MF (TS 102 221 §11.1.1.4.10). */
static bool is_enabled(struct bytes fcp)
{
    struct tlv template, status, object;
    uint8_t bits = 0, mask = 0x80;
    if (!tlv_whole(fcp, TAG_FCP, &template) || !tlv_find(template.value, TAG_PIN_STATUS, &status))
        return false;
    while (tlv_take(&status.value, &object)) {
        if (object.tag == TAG_ENABLED && object.value.len > 0)
            bits = object.value.data[0];
        if (object.tag != TAG_KEY)
            continue;
        if (bytes_equal(object.value, BYTES(PIN_1)))
            return (bits & mask) != 0;
        mask = (uint8_t)(mask >> 1);
    }
    return false;
}

static enum cme say_lock(struct modem *modem)
{
    uint8_t room[ANSWER_MAX];
    struct writer fcp = writer_on(room, sizeof(room));
    const struct exchange_command command = {.ins = 0xA4, .p2 = 0x04, .data = BYTES(0x3F, 0x00)};
    uint16_t status;
    const enum cme result = sim_exchange(&modem->sim, &command, &fcp, &status);
    if (result != CME_NONE)
        return result;
    if (!exchange_is_success(status))
        return CME_FAILURE;
    modem_say(modem, "+CLCK: %d", is_enabled(writer_bytes(&fcp)));
    return CME_NONE;
}

static enum cme set_lock(struct modem *modem, bool lock, struct values *values)
{
    uint8_t room[PIN_SIZE];
    struct writer pin = writer_on(room, sizeof(room));
    uint16_t status = 0;
    if (!modem_take_pin(values, &pin) || values->more)
        return CME_PARAMETERS;
    const enum cme result =
        ask_card(&modem->sim, lock ? PIN_ENABLE : PIN_DISABLE, PIN_1, writer_bytes(&pin), &status);
    explicit_bzero(room, sizeof(room));
    return result == CME_NONE ? modem_pin_result(status) : result;
}

static bool is_facility(struct bytes name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (name.len == 2 && strncasecmp((const char *)name.data, *list, 2) == 0)
            return true;
    return false;
}

enum lock_mode { LOCK_OFF, LOCK_ON, LOCK_ASK };

/* +CLCK="SC",2 asks, 0 and 1 with the PIN disable and enable it. This modem is locked to nobody. */
enum cme modem_clck(struct modem *modem, const struct line_command *command)
{
    static const char *const card[] = {"SC", NULL};
    static const char *const modems[] = {"PS", "PF", "PN", "PU", "PP", "PC", NULL};
    struct values values = values_of(command->values);
    struct bytes facility;
    uint32_t mode;
    if (!values_take(&values, &facility) || !values_take_number(&values, LOCK_ASK, &mode))
        return CME_PARAMETERS;
    if (is_facility(facility, modems) && mode == LOCK_ASK) {
        modem_say(modem, "+CLCK: 0");
        return CME_NONE;
    }
    if (!is_facility(facility, card))
        return CME_NOT_ALLOWED;
    return mode == LOCK_ASK ? say_lock(modem) : set_lock(modem, mode == LOCK_ON, &values);
}

/* +CPWD="SC","old","new", and "P2" for PIN 2. */
enum cme modem_cpwd(struct modem *modem, const struct line_command *command)
{
    static const char *const first[] = {"SC", NULL}, *const second[] = {"P2", NULL};
    uint8_t room[2 * PIN_SIZE];
    struct writer pins = writer_on(room, sizeof(room));
    struct values values = values_of(command->values);
    struct bytes facility;
    uint16_t status = 0;
    if (!values_take(&values, &facility))
        return CME_PARAMETERS;
    if (!is_facility(facility, first) && !is_facility(facility, second))
        return CME_NOT_ALLOWED;
    if (!modem_take_pin(&values, &pins) || !modem_take_pin(&values, &pins) || values.more)
        return CME_PARAMETERS;
    const enum cme result =
        ask_card(&modem->sim, PIN_CHANGE, is_facility(facility, first) ? PIN_1 : PIN_2,
                 writer_bytes(&pins), &status);
    explicit_bzero(room, sizeof(room));
    return result == CME_NONE ? modem_pin_result(status) : result;
}

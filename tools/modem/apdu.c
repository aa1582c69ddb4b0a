/* +CSIM, +CCHO, +CGLA, +CCHC: commands to the card as they are (TS 27.007 §8.17, §8.43 to §8.46).
 * */
#include <inttypes.h>

#include "apdu/hex.h"
#include "tools/lib/at/values.h"
#include "tools/modem/commands.h"

#define HANDLE_SIZE 8
#define HANDLE_BASE UINT64_C(0xE5D1A90000000000)
#define COMMAND_MAX (5 + APDU_DATA_SHORT_MAX + 1)
#define AID_MIN 5
#define AID_MAX 16

/* <length>,<command>: the length counts characters. */
static bool take_apdu(struct values *values, struct writer *apdu)
{
    uint32_t length;
    return values_take_number(values, 2 * COMMAND_MAX, &length) && values_take_hex(values, apdu) &&
           length == 2 * apdu->len && !values->more;
}

static enum cme answer(struct modem *modem, const char *name, enum cme result,
                       const struct writer *response)
{
    char digits[HEX_SIZE(TRANSPORT_RESPONSE_MAX)];
    if (result != CME_NONE)
        return result;
    if (response->overflow || response->len == 0)
        return CME_FAILURE;
    hex_encode(writer_bytes(response), digits);
    modem_say(modem, "%s: %zu,\"%s\"", name, 2 * response->len, digits);
    return CME_NONE;
}

enum cme modem_csim(struct modem *modem, const struct line_command *command)
{
    uint8_t sent[COMMAND_MAX], received[TRANSPORT_RESPONSE_MAX];
    struct writer apdu = writer_on(sent, sizeof(sent));
    struct writer response = writer_on(received, sizeof(received));
    struct values values = values_of(command->values);
    if (!take_apdu(&values, &apdu) || apdu.len < 4)
        return CME_PARAMETERS;
    return answer(modem, "+CSIM", sim_transmit(&modem->sim, writer_bytes(&apdu), &response),
                  &response);
}

/* The handle of a session: its number, or, as some modems have it, sixteen digits that are none. */
static void say_handle(struct modem *modem, uint32_t session)
{
    if (modem->long_handles)
        modem_say(modem, "+CCHO: %016" PRIX64, HANDLE_BASE + session);
    else
        modem_say(modem, "+CCHO: %u", session);
}

/* A handle that was never given is that of no session. */
static bool take_handle(const struct modem *modem, struct values *values, uint32_t *session)
{
    uint8_t room[HANDLE_SIZE];
    struct writer handle = writer_on(room, sizeof(room));
    if (!modem->long_handles)
        return values_take_number(values, UINT32_MAX, session);
    if (!values_take_hex(values, &handle) || handle.overflow || handle.len != HANDLE_SIZE)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < HANDLE_SIZE; i++)
        value = value << 8 | room[i];
    *session = value > HANDLE_BASE && value - HANDLE_BASE < UINT32_MAX
                   ? (uint32_t)(value - HANDLE_BASE)
                   : UINT32_MAX;
    return true;
}

enum cme modem_cgla(struct modem *modem, const struct line_command *command)
{
    uint8_t sent[COMMAND_MAX], received[TRANSPORT_RESPONSE_MAX];
    struct writer apdu = writer_on(sent, sizeof(sent));
    struct writer response = writer_on(received, sizeof(received));
    struct values values = values_of(command->values);
    uint32_t session;
    if (!take_handle(modem, &values, &session) || !take_apdu(&values, &apdu) || apdu.len < 4)
        return CME_PARAMETERS;
    return answer(modem, "+CGLA",
                  sim_transmit_on(&modem->sim, session, writer_bytes(&apdu), &response), &response);
}

enum cme modem_ccho(struct modem *modem, const struct line_command *command)
{
    uint8_t room[AID_MAX];
    struct writer aid = writer_on(room, sizeof(room));
    struct values values = values_of(command->values);
    uint32_t session;
    if (!values_take_hex(&values, &aid) || aid.len < AID_MIN || values.more)
        return CME_PARAMETERS;
    const enum cme result = sim_open(&modem->sim, writer_bytes(&aid), &session);
    if (result == CME_NONE)
        say_handle(modem, session);
    return result;
}

enum cme modem_cchc(struct modem *modem, const struct line_command *command)
{
    struct values values = values_of(command->values);
    uint32_t session;
    if (!take_handle(modem, &values, &session) || values.more)
        return CME_PARAMETERS;
    return sim_close(&modem->sim, session);
}

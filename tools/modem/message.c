/* +ESMS, +ESMSR, +EMENU: the network's side of the card, which no standard command shows: a short
 * message is delivered to it, those that it sends are read, an item of its menu is chosen. */
#include "apdu/hex.h"
#include "tools/lib/at/values.h"
#include "tools/modem/commands.h"

#define TYPE_SEND_SMS 0x13

void modem_take_message(void *context, uint8_t type, uint8_t qualifier, struct bytes data)
{
    struct modem *modem = context;
    (void)qualifier;
    if (type != TYPE_SEND_SMS || data.len > MODEM_MESSAGE_MAX ||
        modem->message_count == MODEM_MESSAGES_MAX)
        return;
    struct modem_message *message = &modem->messages[modem->message_count++];
    memcpy(message->tpdu, data.data, data.len);
    message->len = data.len;
}

/* +ESMS="<TPDU>": an SMS-DELIVER. +ESMS: <status word>,"<what the card reports>" */
enum cme modem_esms(struct modem *modem, const struct line_command *command)
{
    uint8_t room[MODEM_MESSAGE_MAX], report_room[TOOLKIT_REPORT_MAX];
    char digits[HEX_SIZE(MODEM_LINE_SIZE / 2)];
    struct writer tpdu = writer_on(room, sizeof(room)),
                  report = writer_on(report_room, (MODEM_LINE_SIZE - 64) / 2);
    struct values values = values_of(command->values);
    uint16_t status;
    if (!values_take_hex(&values, &tpdu) || values.more || tpdu.overflow)
        return CME_PARAMETERS;
    const enum cme result = sim_deliver(&modem->sim, writer_bytes(&tpdu), &report, &status);
    if (result != CME_NONE)
        return result;
    hex_encode(writer_bytes(&report), digits);
    modem_say(modem, "+ESMS: %04X,\"%s\"", status, digits);
    return CME_NONE;
}

/* The oldest message that the card has sent; it is taken away. */
enum cme modem_esmsr(struct modem *modem, const struct line_command *command)
{
    char digits[HEX_SIZE(MODEM_MESSAGE_MAX)];
    (void)command;
    if (modem->message_count == 0)
        return CME_NOT_FOUND;
    hex_encode(bytes_of(modem->messages[0].tpdu, modem->messages[0].len), digits);
    modem->message_count--;
    memmove(modem->messages, modem->messages + 1,
            modem->message_count * sizeof(modem->messages[0]));
    modem_say(modem, "+ESMSR: \"%s\"", digits);
    return CME_NONE;
}

enum cme modem_emenu(struct modem *modem, const struct line_command *command)
{
    struct values values = values_of(command->values);
    uint32_t item;
    if (!values_take_number(&values, UINT8_MAX, &item) || values.more)
        return CME_PARAMETERS;
    return sim_choose(&modem->sim, (uint8_t)item);
}

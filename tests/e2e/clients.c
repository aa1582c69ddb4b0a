/* clients READER WORD...: two PC/SC clients that share a card. A word is `a:APDU` or `b:APDU`
 * (hexadecimal), whose answer is printed, a line each, or `a!`, `b!`: that client resets the card.
 * A client that finds the card reset by the other prints "reset", and connects again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#include "apdu/apdu.h"
#include "apdu/hex.h"

static SCARDHANDLE cards[2];

static void need(LONG result, const char *what)
{
    if (result == SCARD_S_SUCCESS)
        return;
    fprintf(stderr, "%s: %s\n", what, pcsc_stringify_error(result));
    exit(1);
}

static void connect_again(SCARDHANDLE card, DWORD how)
{
    DWORD protocol;
    need(SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0, how, &protocol), "reconnect");
}

static void transmit(SCARDHANDLE card, const char *digits)
{
    uint8_t command[APDU_COMMAND_MAX], answer[APDU_RESPONSE_MAX];
    char text[HEX_SIZE(APDU_RESPONSE_MAX)];
    struct writer bytes = writer_on(command, sizeof(command));
    DWORD len = sizeof(answer);
    if (!hex_decode(digits, &bytes))
        exit(1);
    const LONG result = SCardTransmit(card, SCARD_PCI_T0, command, bytes.len, NULL, answer, &len);
    if (result == SCARD_W_RESET_CARD) {
        puts("reset");
        connect_again(card, SCARD_LEAVE_CARD);
        return;
    }
    need(result, digits);
    hex_encode(bytes_of(answer, len), text);
    puts(text);
}

int main(int argc, char **argv)
{
    SCARDCONTEXT context;
    DWORD protocol;
    if (argc < 2)
        return 1;
    need(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), "context");
    for (int i = 0; i < 2; i++)
        need(SCardConnect(context, argv[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0, &cards[i],
                          &protocol),
             argv[1]);
    for (int i = 2; i < argc; i++) {
        const SCARDHANDLE card = cards[argv[i][0] == 'b'];
        if (argv[i][1] == ':')
            transmit(card, argv[i] + 2);
        else
            connect_again(card, SCARD_RESET_CARD);
    }
    for (int i = 0; i < 2; i++)
        SCardDisconnect(cards[i], SCARD_LEAVE_CARD);
    return SCardReleaseContext(context) == SCARD_S_SUCCESS ? 0 : 1;
}

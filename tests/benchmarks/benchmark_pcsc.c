/* APDU round trip through PC/SC: the two cards sit in two readers of one pcscd, which pcsc.sh has
 * started. Arguments: the readers' names, the card's first. */
#include <winscard.h>

#include "apdu/apdu.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/round_trip.h"

#define LIMIT 1.05

struct reader {
    SCARDHANDLE card;
    uint8_t response[APDU_RESPONSE_MAX];
};

static void plug(struct reader *reader, SCARDCONTEXT context, const char *name)
{
    DWORD protocol;
    MEASURE_NEED(SCardConnect(context, name, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0,
                              &reader->card, &protocol) == SCARD_S_SUCCESS);
}

static struct bytes transmit(void *context, struct bytes command)
{
    struct reader *reader = context;
    DWORD len = sizeof(reader->response);
    MEASURE_NEED(SCardTransmit(reader->card, SCARD_PCI_T0, command.data, command.len, NULL,
                               reader->response, &len) == SCARD_S_SUCCESS);
    return bytes_of(reader->response, len);
}

int main(int argc, char **argv)
{
    static struct reader card, null_card;
    SCARDCONTEXT context;
    MEASURE_NEED(argc == 3);
    MEASURE_NEED(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) ==
                 SCARD_S_SUCCESS);
    plug(&card, context, argv[1]);
    plug(&null_card, context, argv[2]);
    round_trip_benchmark("APDU round trip through pcscd",
                         &(struct round_trip_card){transmit, &card},
                         &(struct round_trip_card){transmit, &null_card}, LIMIT);
    SCardDisconnect(card.card, SCARD_LEAVE_CARD);
    SCardDisconnect(null_card.card, SCARD_LEAVE_CARD);
    SCardReleaseContext(context);
    return measure_verdict();
}
